/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The application's side of its background tasks: who may begin one, what becomes of an application
 * that has ended its last, or has not ended one in time, and how much time a device gives it. */

#include "rebound-application-class-private.h"

#include "rebound-planted-private.h"

static void
on_task_begun (const char *name, gpointer user_data)
{
  rebound_application_emit_task_begun (user_data, name);
}

static void
on_task_expiring (const char *name, gpointer user_data)
{
  rebound_application_emit_task_expiring (user_data, name);
}

static void
on_task_ended (const char *name, gboolean was_last, gpointer user_data)
{
  ReboundApplication *self = user_data;

  rebound_application_emit_task_ended (self, name);
  if (!was_last || REBOUND_PLANTED (suspension_forgotten))
    return;
  self->owes_suspension = rebound_application_runs (self);
  rebound_application_note_idle (self);
}

static void
on_task_overdue (const char *names, gpointer user_data)
{
  ReboundApplication *self = user_data;
  g_autofree char *explanation
      = g_strdup_printf ("%s has active assertions beyond permitted time: background task %s",
                         self->name, names);

  if (self->is_watched)
    rebound_application_end (self, "watchdog", REBOUND_EXIT_CODE_WATCHDOG, explanation);
}

void
rebound_application_make_tasks (ReboundApplication *self)
{
  const ReboundBackgroundTasksListener listener
      = { on_task_begun, on_task_expiring, on_task_ended, on_task_overdue, self };

  self->tasks = rebound_background_tasks_new (self, &listener);
}

guint
rebound_application_begin_task (ReboundApplication *self,
                                const char *name,
                                ReboundExpirationFunc expired,
                                gpointer user_data)
{
  g_return_val_if_fail (REBOUND_IS_APPLICATION (self), 0);
  g_return_val_if_fail (name != NULL, 0);

  if (!rebound_application_runs (self) || self->doom != NULL)
    return 0;
  return rebound_background_tasks_begin (self->tasks, name, expired, user_data);
}

void
rebound_application_end_task (ReboundApplication *self, guint task)
{
  g_return_if_fail (REBOUND_IS_APPLICATION (self));

  rebound_background_tasks_end (self->tasks, task);
}

gint64
rebound_application_get_time_remaining_usec (ReboundApplication *self)
{
  return rebound_background_tasks_get_remaining_usec (self->tasks);
}

char *
rebound_application_dup_tasks (ReboundApplication *self)
{
  return rebound_background_tasks_dup_names (self->tasks);
}

void
rebound_application_set_world (ReboundApplication *self, ReboundSite *world)
{
  rebound_background_tasks_set_world (self->tasks, world);
}

void
rebound_application_set_limits (ReboundApplication *self,
                                const ReboundLimits *limits,
                                gint64 background_budget_usec,
                                gboolean is_watched)
{
  self->watchdog.limits = *limits;
  self->is_watched = is_watched;
  rebound_background_tasks_set_budget (self->tasks, background_budget_usec);
}
