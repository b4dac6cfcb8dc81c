/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UIKit's background tasks. A task is no work, it is a promise: as long as one is held the
 * application is not suspended, and whoever does not keep the promise is killed. The budget is for
 * the stay and not for the task: a second task does not buy more time.
 *
 * There are two timers. The warning is the application's own, so it comes late to an application
 * that is busy; the end is the world's and comes to the instant. */

#include "rebound-background-tasks-private.h"

#include <string.h>

/* “approximately one second”: reports on what is left when expirationHandler is called; Apple says
 * “shortly before”. A budget that is shorter is halved. */
#define GRACE_USEC G_USEC_PER_SEC

typedef struct
{
  guint number;
  char *name;
  ReboundExpirationFunc expired;
  gpointer user_data;
  gboolean is_told;
} Task;

struct _ReboundBackgroundTasks
{
  ReboundApplication *application; /* whose part this is */
  ReboundBackgroundTasksListener listener;
  GPtrArray *tasks; /* Task, in the order in which they began */
  guint last_number;
  gint64 budget_usec;
  gint64 end_usec; /* of the stay in the background; -1 in the foreground */
  ReboundTimer *warning;
  ReboundTimer *end; /* NULL where nobody sets a limit */
};

static void
task_free (gpointer data)
{
  Task *task = data;

  g_free (task->name);
  g_free (task);
}

static Task *
find (ReboundBackgroundTasks *self, guint number)
{
  for (guint i = 0; i < self->tasks->len; i++)
    if (((Task *) self->tasks->pdata[i])->number == number)
      return self->tasks->pdata[i];
  return NULL;
}

static gint64
now_usec (ReboundBackgroundTasks *self)
{
  ReboundSite *site = rebound_application_get_site (self->application);

  return rebound_clock_get_time_usec (rebound_site_get_clock (site));
}

/* The first task that nobody has told yet. */
static Task *
find_untold (ReboundBackgroundTasks *self)
{
  for (guint i = 0; i < self->tasks->len; i++)
    if (!((Task *) self->tasks->pdata[i])->is_told)
      return self->tasks->pdata[i];
  return NULL;
}

/* A handler may end this task or another, or begin one, so each look is a new one. */
static void
on_warning (gpointer user_data)
{
  ReboundBackgroundTasks *self = user_data;
  g_autoptr (ReboundApplication) application = g_object_ref (self->application);
  Task *task;

  while (self->end_usec >= 0 && (task = find_untold (self)) != NULL)
    {
      guint number = task->number;
      ReboundExpirationFunc expired = task->expired;
      gpointer data = task->user_data;

      task->is_told = TRUE;
      self->listener.expiring (task->name, self->listener.user_data);
      if (expired != NULL && find (self, number) != NULL)
        expired (application, number, data);
    }
}

static void
on_end (gpointer user_data)
{
  ReboundBackgroundTasks *self = user_data;
  g_autofree char *names = rebound_background_tasks_dup_names (self);

  if (names != NULL)
    self->listener.overdue (names, self->listener.user_data);
}

ReboundBackgroundTasks *
rebound_background_tasks_new (ReboundApplication *application,
                              const ReboundBackgroundTasksListener *listener)
{
  ReboundBackgroundTasks *self = g_new0 (ReboundBackgroundTasks, 1);

  self->application = application;
  self->listener = *listener;
  self->tasks = g_ptr_array_new_with_free_func (task_free);
  self->end_usec = -1;
  return self;
}

void
rebound_background_tasks_free (ReboundBackgroundTasks *self)
{
  g_clear_pointer (&self->warning, rebound_timer_free);
  g_clear_pointer (&self->end, rebound_timer_free);
  g_ptr_array_unref (self->tasks);
  g_free (self);
}

void
rebound_background_tasks_set_world (ReboundBackgroundTasks *self, ReboundSite *world)
{
  ReboundSite *site = rebound_application_get_site (self->application);

  g_clear_pointer (&self->warning, rebound_timer_free);
  g_clear_pointer (&self->end, rebound_timer_free);
  self->warning = rebound_site_new_timer (site, "background task: expiring", on_warning, self);
  self->end = rebound_site_new_timer (world, "background task: over", on_end, self);
}

void
rebound_background_tasks_set_budget (ReboundBackgroundTasks *self, gint64 budget_usec)
{
  self->budget_usec = budget_usec;
}

/* Nobody is warned who holds nothing. */
static void
arm (ReboundBackgroundTasks *self)
{
  gint64 left_usec = self->end_usec - now_usec (self);
  gint64 grace_usec = MIN (GRACE_USEC, self->budget_usec / 2);

  if (self->end == NULL || self->end_usec < 0 || find_untold (self) == NULL)
    return;
  rebound_timer_arm (self->warning, MAX (left_usec - grace_usec, 0));
  rebound_timer_arm (self->end, MAX (left_usec, 0));
}

static void
disarm (ReboundBackgroundTasks *self)
{
  if (self->end == NULL)
    return;
  rebound_timer_disarm (self->warning);
  rebound_timer_disarm (self->end);
}

guint
rebound_background_tasks_begin (ReboundBackgroundTasks *self,
                                const char *name,
                                ReboundExpirationFunc expired,
                                gpointer user_data)
{
  Task *task = g_new0 (Task, 1);
  guint number = ++self->last_number;

  task->number = number;
  task->name = g_strdup (name);
  task->expired = expired;
  task->user_data = user_data;
  g_ptr_array_add (self->tasks, task);
  arm (self);
  self->listener.begun (name, self->listener.user_data);
  return number; /* whoever heard of it may have begun another, or ended this one */
}

void
rebound_background_tasks_end (ReboundBackgroundTasks *self, guint number)
{
  Task *task = find (self, number);
  g_autofree char *name = NULL;

  if (task == NULL)
    return;
  name = g_strdup (task->name);
  g_ptr_array_remove (self->tasks, task);
  if (self->tasks->len == 0)
    disarm (self);
  self->listener.ended (name, self->tasks->len == 0, self->listener.user_data);
}

guint
rebound_background_tasks_find (ReboundBackgroundTasks *self, const char *name)
{
  for (guint i = 0; i < self->tasks->len; i++)
    if (strcmp (((Task *) self->tasks->pdata[i])->name, name) == 0)
      return ((Task *) self->tasks->pdata[i])->number;
  return 0;
}

guint
rebound_background_tasks_get_count (ReboundBackgroundTasks *self)
{
  return self->tasks->len;
}

char *
rebound_background_tasks_dup_names (ReboundBackgroundTasks *self)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < self->tasks->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                            ((Task *) self->tasks->pdata[i])->name);
  return self->tasks->len > 0 ? g_strdup (names->str) : NULL;
}

gint64
rebound_background_tasks_get_remaining_usec (ReboundBackgroundTasks *self)
{
  if (self->end_usec < 0 || self->end == NULL)
    return G_MAXINT64;
  return MAX (self->end_usec - now_usec (self), 0);
}

void
rebound_background_tasks_enter (ReboundBackgroundTasks *self)
{
  self->end_usec = now_usec (self) + self->budget_usec;
  arm (self);
}

/* In the foreground every task may last, and is warned anew the next time. */
void
rebound_background_tasks_leave (ReboundBackgroundTasks *self)
{
  self->end_usec = -1;
  disarm (self);
  for (guint i = 0; i < self->tasks->len; i++)
    ((Task *) self->tasks->pdata[i])->is_told = FALSE;
}

void
rebound_background_tasks_drop (ReboundBackgroundTasks *self)
{
  rebound_background_tasks_leave (self);
  g_ptr_array_set_size (self->tasks, 0);
}
