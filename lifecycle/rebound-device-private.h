/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-device.h"
#include "rebound-phone-private.h"

G_BEGIN_DECLS

/* The first application is the one that rebound_device_new() was given. */
void rebound_device_add_application (ReboundDevice *self, ReboundApplication *application);

/* Where the device's own timers are. Without a world nothing comes late: no protected data, no
 * budget for background tasks. */
void rebound_device_set_world (ReboundDevice *self, ReboundSite *world);

/* What takes sockets away, and the link. */
void rebound_device_set_kernel (ReboundDevice *self, ReboundKernel *kernel);

/* As rebound_device_perform(), for @application; NULL: whoever it is for where nobody is named. */
gboolean rebound_device_perform_on (ReboundDevice *self,
                                    ReboundApplication *application,
                                    const char *word,
                                    GError **error);

/* Leaves out of @locks what is not @application's. */
typedef void (*ReboundLockFilter) (GPtrArray *locks,
                                   ReboundApplication *application,
                                   gpointer user_data);

/* Several applications, and the world, share the process of a run: somebody has to know whose a
 * lock on a file is. */
void
rebound_device_set_lock_filter (ReboundDevice *self, ReboundLockFilter filter, gpointer user_data);

/* Whether the word is possible; where it is not, REBOUND_ERROR_STATE. */
gboolean rebound_device_check (ReboundDevice *self,
                               ReboundApplication *application,
                               const char *word,
                               GError **error);

/* The applications as they are now: an array of ReboundTenant. (transfer full) */
GArray *rebound_device_list_tenants (ReboundDevice *self);

/* Among the tenants; REBOUND_PHONE_NOBODY for NULL. */
guint rebound_device_find_tenant (ReboundDevice *self, ReboundApplication *application);

/* (transfer none) */
ReboundApplication *rebound_device_get_application (ReboundDevice *self, guint who);

/* What the device's properties mean to its applications' lives: REBOUND_LIFE_LOCK_RESIGNS,
 * REBOUND_LIFE_AWAKE. */
guint rebound_device_get_rules (ReboundDevice *self);

G_END_DECLS
