/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A test point is written when its check is concluded, so that a run in real time can be watched;
 * how many there are is known at the end, and the plan stands there. Somebody who interrupts a run
 * does not want the next one either: that is what “Bail out!” says. */

#include "rebound-tap-sink.h"

#include "rebound-checks.h"
#include "rebound-tap.h"

struct _ReboundTapSink
{
  GObject parent_instance;

  ReboundTap *tap;
  ReboundChecks *checks;
  GPtrArray *explanations;
};

static void rebound_tap_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundTapSink,
                               rebound_tap_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_tap_sink_sink_init))

static void
rebound_tap_sink_finalize (GObject *object)
{
  ReboundTapSink *self = REBOUND_TAP_SINK (object);

  rebound_tap_free (self->tap);
  rebound_checks_free (self->checks);
  g_ptr_array_unref (self->explanations);
  G_OBJECT_CLASS (rebound_tap_sink_parent_class)->finalize (object);
}

static void
rebound_tap_sink_class_init (ReboundTapSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_tap_sink_finalize;
}

static void
rebound_tap_sink_init (ReboundTapSink *self)
{
  self->checks = rebound_checks_new ();
  self->explanations = g_ptr_array_new_null_terminated (0, g_free, TRUE);
}

static void
put_about (ReboundTapSink *self, const char *label, const char *text)
{
  g_autofree char *line = g_strconcat (label, text, NULL);

  if (*text != '\0')
    rebound_tap_comment (self->tap, line);
}

ReboundEventSink *
rebound_tap_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream)
{
  ReboundTapSink *self = g_object_new (REBOUND_TYPE_TAP_SINK, NULL);

  self->tap = rebound_tap_new (stream);
  put_about (self, "", about->name);
  put_about (self, "", about->title);
  put_about (self, "Where it comes from: ", about->source);
  put_about (self, "Problem: ", about->problem);
  for (guint i = 0; about->settings[i] != NULL; i++)
    put_about (self, "With ", about->settings[i]);
  return REBOUND_EVENT_SINK (self);
}

static void
put_check (ReboundTapSink *self, const ReboundCheck *check)
{
  rebound_tap_point (self->tap, check->met, check->name);
  if (check->met)
    return;
  rebound_tap_begin_block (self->tap);
  rebound_tap_block_text (self->tap, "statement", check->statement);
  rebound_tap_block_text (self->tap, "line", check->line);
  if (check->seen != NULL)
    rebound_tap_block_text (self->tap, "seen", check->seen);
  rebound_tap_block_number (self->tap, "time_usec", check->time_usec);
  rebound_tap_end_block (self->tap);
}

static void
rebound_tap_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundTapSink *self = REBOUND_TAP_SINK (sink);
  const char *explanation = rebound_checks_get_explanation (event);
  g_auto (ReboundCheck) check = { 0 };

  if (explanation != NULL)
    g_ptr_array_add (self->explanations, g_strdup (explanation));
  else if (rebound_checks_take (self->checks, event, &check))
    put_check (self, &check);
}

static void
put_run (ReboundTapSink *self, const ReboundSummary *summary, const char *end)
{
  rebound_tap_point (self->tap, end == NULL, REBOUND_CHECKS_RUN);
  rebound_tap_begin_block (self->tap);
  if (end != NULL)
    {
      rebound_tap_block_text (self->tap, "end", end);
      rebound_tap_block_text (self->tap, "problem", summary->problem);
    }
  rebound_tap_block_number (self->tap, "time_usec", summary->virtual_usec);
  rebound_tap_block_number (self->tap, "events", (gint64) summary->n_events);
  rebound_tap_block_number (self->tap, "connections", summary->n_connections);
  if (self->explanations->len > 0)
    rebound_tap_block_list (self->tap, "why", (const char *const *) self->explanations->pdata);
  rebound_tap_end_block (self->tap);
}

static void
rebound_tap_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  ReboundTapSink *self = REBOUND_TAP_SINK (sink);

  put_run (self, summary, rebound_checks_describe_end (summary));
  rebound_tap_plan (self->tap, NULL);
  if (summary->status == REBOUND_RUN_STATUS_INTERRUPTED)
    rebound_tap_bail_out (self->tap, summary->problem);
}

static void
rebound_tap_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_tap_sink_write;
  iface->finish = rebound_tap_sink_finish;
}
