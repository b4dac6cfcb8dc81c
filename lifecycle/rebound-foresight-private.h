/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-device-private.h"
#include "rebound-statement-private.h"

G_BEGIN_DECLS

/* What can be known of the applications' lives before a script is played. */
typedef struct _ReboundForesight ReboundForesight;

/* @device is the one whose applications are followed, and is left alone; NULL where they cannot be.
 * With @fill, missing steps are no mistake. */
ReboundForesight *
rebound_foresight_new (ReboundDevice *device, gboolean fill, ReboundDiagnostics *diagnostics);
void rebound_foresight_free (ReboundForesight *self);

void rebound_foresight_add_application (ReboundForesight *self, const char *name);

/* "app, mail". (transfer full) */
char *rebound_foresight_list_applications (ReboundForesight *self);

/* A property of the device is set. */
void rebound_foresight_set_device (ReboundForesight *self, GParamSpec *pspec, const GValue *value);

/* A word, for an application or the first. Where it cannot be, that is a mistake. */
void rebound_foresight_follow (ReboundForesight *self,
                               const char *application,
                               const char *word,
                               const ReboundPosition *position);

/* From here on only the run itself shows what becomes of the applications: a task may keep one
 * awake, a watchdog may kill it. */
void rebound_foresight_lose (ReboundForesight *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundForesight, rebound_foresight_free)

G_END_DECLS
