/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* Where reports go: each to a file that appears whole or not at all, or to standard output, which
 * has room for one. */
typedef struct _ReboundDestinations ReboundDestinations;

ReboundDestinations *rebound_destinations_new (void);
void rebound_destinations_free (ReboundDestinations *self);

/* "-" is standard output. The first one has the index 0, and so on. @option is what asked for it,
 * static. FALSE after a complaint. */
gboolean rebound_destinations_add (ReboundDestinations *self, const char *option, const char *path);

gboolean rebound_destinations_has_standard (ReboundDestinations *self);
gboolean rebound_destinations_is_standard (ReboundDestinations *self, guint index);

/* Begins the files; before the namespace is entered, where even root has no rights over other
 * users' folders. FALSE after a complaint. */
gboolean rebound_destinations_open (ReboundDestinations *self);

/* (transfer none) */
FILE *rebound_destinations_get_stream (ReboundDestinations *self, guint index);

/* Puts the files, now whole, into their places. FALSE after a complaint. */
gboolean rebound_destinations_commit (ReboundDestinations *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundDestinations, rebound_destinations_free)

G_END_DECLS
