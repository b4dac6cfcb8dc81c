/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON Lines for machines: an object an event, which begins with what every event has. */

#include "rebound-jsonl-sink.h"

#include "rebound-json.h"

struct _ReboundJsonlSink
{
  GObject parent_instance;

  ReboundFilter filter;
  FILE *stream;
  GString *line; /* the one that is being written: its memory is used again */
};

static void rebound_jsonl_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundJsonlSink,
                               rebound_jsonl_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_jsonl_sink_sink_init))

static void
rebound_jsonl_sink_finalize (GObject *object)
{
  g_string_free (REBOUND_JSONL_SINK (object)->line, TRUE);
  G_OBJECT_CLASS (rebound_jsonl_sink_parent_class)->finalize (object);
}

static void
rebound_jsonl_sink_class_init (ReboundJsonlSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_jsonl_sink_finalize;
}

static void
rebound_jsonl_sink_init (ReboundJsonlSink *self)
{
  self->line = g_string_new (NULL);
}

ReboundEventSink *
rebound_jsonl_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream)
{
  ReboundJsonlSink *self = g_object_new (REBOUND_TYPE_JSONL_SINK, NULL);

  self->filter = options->filter;
  self->stream = stream;
  return REBOUND_EVENT_SINK (self);
}

static void
append_line (GString *out, ReboundEvent *event)
{
  g_string_append (out, "{\"n\":");
  rebound_json_append_number (out, (gint64) rebound_event_get_number (event));
  g_string_append (out, ",\"time_usec\":");
  rebound_json_append_number (out, rebound_event_get_time_usec (event));
  g_string_append (out, ",\"actor\":");
  rebound_json_append_string (out, rebound_event_get_actor (event));
  g_string_append (out, ",\"kind\":");
  rebound_json_append_string (out, rebound_event_get_kind (event));
  if (rebound_event_get_n_fields (event) > 0)
    g_string_append_c (out, ',');
  rebound_json_append_fields (out, event);
  g_string_append_c (out, '}');
}

char *
rebound_jsonl_sink_to_line (ReboundEvent *event)
{
  GString *line = g_string_new (NULL);

  append_line (line, event);
  return g_string_free (line, FALSE);
}

static void
rebound_jsonl_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundJsonlSink *self = REBOUND_JSONL_SINK (sink);

  if (!rebound_filter_admits (&self->filter, event))
    return;
  g_string_truncate (self->line, 0);
  append_line (self->line, event);
  g_string_append_c (self->line, '\n');
  fwrite (self->line->str, self->line->len, 1, self->stream);
}

static void
rebound_jsonl_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_jsonl_sink_write;
}
