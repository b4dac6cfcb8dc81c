/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An application is told by callbacks, and its state is what it is after each (docs/lifecycle.md).
 * While it launches, the callbacks are the same whether it comes to the front or not; the state has
 * its name when it is over, and the next callback has told by then. One that ends in between was on
 * its way to the front, as far as anybody can tell. */

#include "rebound-application-spans.h"

#include <string.h>

#include "rebound-event-fields.h"
#include "rebound-trace-writer.h"

#define NOT_RUNNING "not-running"
#define BACKGROUND  "background"

typedef struct
{
  const char *name; /* interned */
  ReboundApplicationSpan state;
  gboolean is_launching;
  GPtrArray *tasks; /* ReboundApplicationSpan */
  gint64 last_ns;   /* the event before */
} Application;

struct _ReboundApplicationSpans
{
  ReboundApplicationSpanFunc func;
  gpointer user_data;
  GPtrArray *applications;
};

/* The state after a callback. */
static const struct
{
  const char *kind;
  const char *state;
} callbacks[] = {
  { "will-finish-launching", "inactive" },
  { "did-become-active", "active" },
  { "will-resign-active", "inactive" },
  { "did-enter-background", BACKGROUND },
  { "will-enter-foreground", "inactive" },
  { "suspended", "suspended" },
  { "resumed", BACKGROUND },
  { "died", NOT_RUNNING },
};

static void
span_free (gpointer data)
{
  ReboundApplicationSpan *span = data;

  g_free (span->name);
  g_free (span);
}

static void
application_free (gpointer data)
{
  Application *application = data;

  g_free (application->state.name);
  g_ptr_array_unref (application->tasks);
  g_free (application);
}

ReboundApplicationSpans *
rebound_application_spans_new (ReboundApplicationSpanFunc func, gpointer user_data)
{
  ReboundApplicationSpans *self = g_new0 (ReboundApplicationSpans, 1);

  self->func = func;
  self->user_data = user_data;
  self->applications = g_ptr_array_new_with_free_func (application_free);
  return self;
}

void
rebound_application_spans_free (ReboundApplicationSpans *self)
{
  g_ptr_array_unref (self->applications);
  g_free (self);
}

/* There was none of it before its first event. */
static Application *
get_application (ReboundApplicationSpans *self, const char *name)
{
  Application *application;

  for (guint i = 0; i < self->applications->len; i++)
    {
      application = self->applications->pdata[i];
      if (application->name == name)
        return application;
    }
  application = g_new0 (Application, 1);
  application->name = name;
  application->state.application = name;
  application->state.name = g_strdup (NOT_RUNNING);
  application->tasks = g_ptr_array_new_with_free_func (span_free);
  g_ptr_array_add (self->applications, application);
  return application;
}

/* -- states -- */

static const char *
find_state (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (callbacks); i++)
    if (strcmp (callbacks[i].kind, kind) == 0)
      return callbacks[i].state;
  return NULL;
}

static void
set_name (ReboundApplicationSpan *span, const char *name)
{
  g_free (span->name);
  span->name = g_strdup (name);
}

static void
enter (ReboundApplicationSpans *self,
       Application *application,
       const char *state,
       ReboundEvent *event,
       gint64 ns)
{
  gboolean was_launching = application->is_launching;

  application->is_launching = strcmp (rebound_event_get_kind (event), "will-finish-launching") == 0;
  if (was_launching && strcmp (state, BACKGROUND) == 0)
    set_name (&application->state, BACKGROUND);
  if (strcmp (application->state.name, state) == 0)
    return;
  self->func (&application->state, ns, rebound_event_get_number (event), self->user_data);
  set_name (&application->state, state);
  application->state.begin_ns = ns;
  application->state.begin_number = rebound_event_get_number (event);
}

/* -- tasks -- */

static gboolean
has_index (GPtrArray *tasks, guint index)
{
  for (guint i = 0; i < tasks->len; i++)
    if (((ReboundApplicationSpan *) tasks->pdata[i])->index == index)
      return TRUE;
  return FALSE;
}

/* The oldest of that name. */
static ReboundApplicationSpan *
find_task (Application *application, ReboundEvent *event)
{
  for (guint i = 0; i < application->tasks->len; i++)
    {
      ReboundApplicationSpan *task = application->tasks->pdata[i];

      if (rebound_event_fields_has (event, "name", task->name))
        return task;
    }
  return NULL;
}

static void
begin_task (Application *application, ReboundEvent *event, gint64 ns)
{
  ReboundApplicationSpan *task = g_new0 (ReboundApplicationSpan, 1);

  while (has_index (application->tasks, task->index))
    task->index++;
  task->application = application->name;
  task->kind = REBOUND_APPLICATION_SPAN_TASK;
  task->name = g_strdup (rebound_event_fields_get_string (event, "name"));
  task->begin_ns = ns;
  task->begin_number = rebound_event_get_number (event);
  g_ptr_array_add (application->tasks, task);
}

static void
end_tasks (ReboundApplicationSpans *self, Application *application, gint64 ns, guint64 number)
{
  for (guint i = 0; i < application->tasks->len; i++)
    self->func (application->tasks->pdata[i], ns, number, self->user_data);
  g_ptr_array_set_size (application->tasks, 0);
}

static void
take_task (ReboundApplicationSpans *self, Application *application, ReboundEvent *event, gint64 ns)
{
  const char *kind = rebound_event_get_kind (event);
  ReboundApplicationSpan *task = find_task (application, event);

  if (strcmp (kind, "task-begun") == 0)
    begin_task (application, event, ns);
  else if (task != NULL && strcmp (kind, "task-expiring") == 0)
    task->was_warned = TRUE;
  else if (task != NULL && strcmp (kind, "task-ended") == 0)
    {
      self->func (task, ns, rebound_event_get_number (event), self->user_data);
      g_ptr_array_remove (application->tasks, task);
    }
}

/* -- all of it -- */

/* It is told when it is over. Nothing else has come to the application meanwhile. */
static void
tell_busy (ReboundApplicationSpans *self, Application *application, ReboundEvent *event, gint64 ns)
{
  gint64 begin_usec
      = rebound_event_get_time_usec (event) - rebound_event_fields_get_number (event, "duration");
  ReboundApplicationSpan span = {
    .application = application->name,
    .kind = REBOUND_APPLICATION_SPAN_BUSY,
    .name = (char *) "busy",
    .begin_ns = MAX (begin_usec * 1000, application->last_ns + REBOUND_TRACE_SLOT_NS),
    .begin_number = rebound_event_get_number (event),
  };

  if (span.begin_ns < ns)
    self->func (&span, ns, rebound_event_get_number (event), self->user_data);
}

void
rebound_application_spans_take (ReboundApplicationSpans *self, ReboundEvent *event, gint64 ns)
{
  Application *application = get_application (self, rebound_event_get_actor (event));
  const char *kind = rebound_event_get_kind (event);
  const char *state = find_state (kind);

  if (strcmp (kind, "busy") == 0)
    tell_busy (self, application, event, ns);
  if (g_str_has_prefix (kind, "task-"))
    take_task (self, application, event, ns);
  if (strcmp (kind, "died") == 0)
    end_tasks (self, application, ns, rebound_event_get_number (event));
  if (state != NULL)
    enter (self, application, state, event, ns);
  application->last_ns = ns;
}

void
rebound_application_spans_finish (ReboundApplicationSpans *self, gint64 ns)
{
  for (guint i = 0; i < self->applications->len; i++)
    {
      Application *application = self->applications->pdata[i];

      end_tasks (self, application, ns, 0);
      self->func (&application->state, ns, 0, self->user_data);
    }
}
