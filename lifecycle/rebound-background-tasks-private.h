/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-application.h"

G_BEGIN_DECLS

/* The background tasks of one application, and the time that it has for them: a budget for the
 * whole stay in the background, however many tasks there are and whenever they began. */
typedef struct _ReboundBackgroundTasks ReboundBackgroundTasks;

/* What the tasks tell of. */
typedef struct
{
  void (*begun) (const char *name, gpointer user_data);
  void (*expiring) (const char *name, gpointer user_data);
  void (*ended) (const char *name, gboolean was_last, gpointer user_data);
  void (*overdue) (const char *name, gpointer user_data); /* it has to be killed */
  gpointer user_data;
} ReboundBackgroundTasksListener;

ReboundBackgroundTasks *
rebound_background_tasks_new (ReboundApplication *application,
                              const ReboundBackgroundTasksListener *listener);
void rebound_background_tasks_free (ReboundBackgroundTasks *self);

/* Where the timer is that ends it all: an application that is busy is not spared. Without a world,
 * as in an application that no device has, tasks last as long as they like. */
void rebound_background_tasks_set_world (ReboundBackgroundTasks *self, ReboundSite *world);
void rebound_background_tasks_set_budget (ReboundBackgroundTasks *self, gint64 budget_usec);

guint rebound_background_tasks_begin (ReboundBackgroundTasks *self,
                                      const char *name,
                                      ReboundExpirationFunc expired,
                                      gpointer user_data);
void rebound_background_tasks_end (ReboundBackgroundTasks *self, guint task);

/* The oldest task of that name, or 0. */
guint rebound_background_tasks_find (ReboundBackgroundTasks *self, const char *name);
guint rebound_background_tasks_get_count (ReboundBackgroundTasks *self);

/* "upload" or "upload, download", NULL if there are none. (transfer full) */
char *rebound_background_tasks_dup_names (ReboundBackgroundTasks *self);

gint64 rebound_background_tasks_get_remaining_usec (ReboundBackgroundTasks *self);

/* The application has entered the background, has left it, or is gone (and its tasks with it). */
void rebound_background_tasks_enter (ReboundBackgroundTasks *self);
void rebound_background_tasks_leave (ReboundBackgroundTasks *self);
void rebound_background_tasks_drop (ReboundBackgroundTasks *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundBackgroundTasks, rebound_background_tasks_free)

G_END_DECLS
