/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A case takes the run's time since the one before, so that the times of the cases make up that of
 * the run. What a script prints is its standard output; a case that has passed can have no text in
 * JUnit's XML, so the explanations stand there, too. */

#include "rebound-junit-sink.h"

#include <string.h>

#include "rebound-checks.h"
#include "rebound-junit.h"

struct _ReboundJunitSink
{
  GObject parent_instance;

  FILE *stream;
  const char *name; /* @about's */
  ReboundJunit *junit;
  ReboundChecks *checks;
  GString *why;
};

static void rebound_junit_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundJunitSink,
                               rebound_junit_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_junit_sink_sink_init))

static void
rebound_junit_sink_finalize (GObject *object)
{
  ReboundJunitSink *self = REBOUND_JUNIT_SINK (object);

  rebound_junit_free (self->junit);
  rebound_checks_free (self->checks);
  g_string_free (self->why, TRUE);
  G_OBJECT_CLASS (rebound_junit_sink_parent_class)->finalize (object);
}

static void
rebound_junit_sink_class_init (ReboundJunitSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_junit_sink_finalize;
}

static void
rebound_junit_sink_init (ReboundJunitSink *self)
{
  self->junit = rebound_junit_new ();
  self->checks = rebound_checks_new ();
  self->why = g_string_new (NULL);
}

static void
add_about (ReboundJunitSink *self, const char *name, const char *text)
{
  if (*text != '\0')
    rebound_junit_add_property (self->junit, name, text);
}

ReboundEventSink *
rebound_junit_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream)
{
  ReboundJunitSink *self = g_object_new (REBOUND_TYPE_JUNIT_SINK, NULL);

  self->stream = stream;
  self->name = about->name;
  rebound_junit_begin_suite (self->junit, about->name, "rebound");
  add_about (self, "title", about->title);
  add_about (self, "source", about->source);
  add_about (self, "problem", about->problem);
  for (guint i = 0; about->settings[i] != NULL; i++)
    {
      gsize length = strcspn (about->settings[i], "=");
      const char *value = about->settings[i] + length;
      g_autofree char *name = g_strdup_printf ("set %.*s", (int) length, about->settings[i]);

      rebound_junit_add_property (self->junit, name, *value != '\0' ? value + 1 : value);
    }
  return REBOUND_EVENT_SINK (self);
}

static void
add_check (ReboundJunitSink *self, const ReboundCheck *check)
{
  g_autofree char *text
      = g_strdup_printf ("line %s: %s\n%s\ntime_usec: %" G_GINT64_FORMAT, check->line,
                         check->statement, check->seen != NULL ? check->seen : "",
                         check->time_usec);
  const ReboundJunitCase test_case = {
    .class_name = self->name,
    .name = check->name,
    .time_usec = check->since_usec,
    .outcome = check->met ? REBOUND_JUNIT_PASSED : REBOUND_JUNIT_FAILED,
    .type = "expectation",
    .message = check->seen != NULL ? check->seen : "not as expected",
    .text = text,
  };

  rebound_junit_add_case (self->junit, &test_case);
}

static void
rebound_junit_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundJunitSink *self = REBOUND_JUNIT_SINK (sink);
  const char *explanation = rebound_checks_get_explanation (event);
  g_auto (ReboundCheck) check = { 0 };

  if (explanation != NULL)
    g_string_append_printf (self->why, "  - %s\n", explanation);
  else if (rebound_event_get_group (event) == REBOUND_EVENT_GROUP_SCRIPT
           && strcmp (rebound_event_get_kind (event), "print") == 0)
    {
      rebound_junit_add_output (self->junit, rebound_event_get_text (event));
      rebound_junit_add_output (self->junit, "\n");
    }
  else if (rebound_checks_take (self->checks, event, &check))
    add_check (self, &check);
}

/* A script whose own wait did not come true has failed; that the run was interrupted, or that
 * Rebound made a mistake, says nothing about the script. */
static void
add_run (ReboundJunitSink *self, const ReboundSummary *summary, const char *end)
{
  const ReboundJunitCase test_case = {
    .class_name = self->name,
    .name = REBOUND_CHECKS_RUN,
    .time_usec = rebound_checks_get_rest_usec (self->checks, summary),
    .outcome = end == NULL                                    ? REBOUND_JUNIT_PASSED
               : summary->status == REBOUND_RUN_STATUS_FAILED ? REBOUND_JUNIT_FAILED
                                                              : REBOUND_JUNIT_ERROR,
    .type = end,
    .message = summary->problem,
    .text = self->why->len > 0 ? self->why->str : NULL,
  };

  rebound_junit_add_case (self->junit, &test_case);
}

static void
rebound_junit_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  ReboundJunitSink *self = REBOUND_JUNIT_SINK (sink);

  add_run (self, summary, rebound_checks_describe_end (summary));
  if (self->why->len > 0)
    {
      rebound_junit_add_output (self->junit, "why:\n");
      rebound_junit_add_output (self->junit, self->why->str);
    }
  rebound_junit_end_suite (self->junit, summary->virtual_usec);
  rebound_junit_write (self->junit, self->stream);
}

static void
rebound_junit_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_junit_sink_write;
  iface->finish = rebound_junit_sink_finish;
}
