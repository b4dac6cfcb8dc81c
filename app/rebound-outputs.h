/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-format.h"

G_BEGIN_DECLS

/* Where a run's reports go: each in its format, to a file that appears whole or not at all, or to
 * standard output. */
typedef struct _ReboundOutputs ReboundOutputs;

ReboundOutputs *rebound_outputs_new (void);
void rebound_outputs_free (ReboundOutputs *self);

/* "FORMAT[:FILE]"; FALSE after a complaint. @option is what asked for it, static. */
gboolean rebound_outputs_parse (ReboundOutputs *self, const char *option, const char *spec);
gboolean rebound_outputs_add (ReboundOutputs *self,
                              const char *option,
                              const char *format,
                              const char *path);

/* Whether one of them goes to standard output, which has room for one. */
gboolean rebound_outputs_has_standard (ReboundOutputs *self);

/* The most that one of them wants of packets. */
ReboundCapture rebound_outputs_get_capture (ReboundOutputs *self);

/* Begins the files; before the namespace is entered, where even root has no rights over other
 * users' folders. FALSE after a complaint. */
gboolean rebound_outputs_open (ReboundOutputs *self);

/* The run's events go to them. @about outlives the run's end. */
void rebound_outputs_attach (ReboundOutputs *self,
                             const ReboundAbout *about,
                             const ReboundSinkOptions *options);

/* After the run: puts the files, now whole, into their places. FALSE after a complaint. */
gboolean rebound_outputs_commit (ReboundOutputs *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundOutputs, rebound_outputs_free)

G_END_DECLS
