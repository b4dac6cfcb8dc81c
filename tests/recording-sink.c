/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events are values that are complete in themselves, so a test needs no more than to keep them.
 * The log form is exact, field by field: two runs are the same when their logs are. */

#include "recording-sink.h"

#include "lifecycle/rebound-duration.h"
#include "lifecycle/rebound-value.h"

struct _RecordingSink
{
  GObject parent_instance;

  GPtrArray *events;
  ReboundSummary summary;
  char *problem;
  gboolean is_finished;
};

static void recording_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RecordingSink,
                               recording_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      recording_sink_sink_init))

static void
recording_sink_finalize (GObject *object)
{
  RecordingSink *self = RECORDING_SINK (object);

  g_ptr_array_unref (self->events);
  g_free (self->problem);
  G_OBJECT_CLASS (recording_sink_parent_class)->finalize (object);
}

static void
recording_sink_class_init (RecordingSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = recording_sink_finalize;
}

static void
recording_sink_init (RecordingSink *self)
{
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) rebound_event_unref);
}

RecordingSink *
recording_sink_new (void)
{
  return g_object_new (RECORDING_TYPE_SINK, NULL);
}

/* Numbers are given without a gap, and nothing comes after the end. */
static void
recording_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  RecordingSink *self = RECORDING_SINK (sink);

  g_assert_false (self->is_finished);
  g_assert_cmpuint (rebound_event_get_number (event), ==, self->events->len + 1);
  g_ptr_array_add (self->events, rebound_event_ref (event));
}

static void
recording_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  RecordingSink *self = RECORDING_SINK (sink);

  g_assert_false (self->is_finished);
  self->is_finished = TRUE;
  self->problem = g_strdup (summary->problem);
  self->summary = *summary;
  self->summary.problem = self->problem;
}

static void
recording_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = recording_sink_write;
  iface->finish = recording_sink_finish;
}

GPtrArray *
recording_sink_get_events (RecordingSink *self)
{
  return self->events;
}

guint
recording_sink_count (RecordingSink *self, const char *actor, const char *kind)
{
  guint count = 0;

  for (guint i = 0; i < self->events->len; i++)
    {
      ReboundEvent *event = self->events->pdata[i];

      if ((actor == NULL || g_str_equal (rebound_event_get_actor (event), actor))
          && (kind == NULL || g_str_equal (rebound_event_get_kind (event), kind)))
        count++;
    }
  return count;
}

static void
append_fields (GString *log, ReboundEvent *event)
{
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    {
      g_autofree char *value = rebound_value_to_string (rebound_event_get_field_spec (event, i),
                                                        rebound_event_get_field_value (event, i));

      g_string_append_printf (log, " %s=%s", rebound_event_get_field_name (event, i), value);
    }
}

static char *
dup_lines (RecordingSink *self, ReboundEventGroup groups, gboolean as_text)
{
  GString *log = g_string_new (NULL);

  for (guint i = 0; i < self->events->len; i++)
    {
      ReboundEvent *event = self->events->pdata[i];
      g_autofree char *time = rebound_duration_to_string (rebound_event_get_time_usec (event));

      if ((rebound_event_get_group (event) & groups) == 0)
        continue;
      g_string_append_printf (log, "%s %s%s %s", time, rebound_event_get_actor (event),
                              as_text ? ":" : "",
                              as_text ? rebound_event_get_text (event)
                                      : rebound_event_get_kind (event));
      if (!as_text)
        append_fields (log, event);
      g_string_append_c (log, '\n');
    }
  return g_string_free (log, FALSE);
}

char *
recording_sink_dup_log (RecordingSink *self, ReboundEventGroup groups)
{
  return dup_lines (self, groups, FALSE);
}

char *
recording_sink_dup_text (RecordingSink *self, ReboundEventGroup groups)
{
  return dup_lines (self, groups, TRUE);
}

const ReboundSummary *
recording_sink_get_summary (RecordingSink *self)
{
  return self->is_finished ? &self->summary : NULL;
}
