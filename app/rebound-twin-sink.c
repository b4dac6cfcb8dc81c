/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An event as JSON lacks what a reader of two plays wants: where in the script it happened, what
 * people are told of it, and what it is about. */

#include "rebound-twin-sink.h"

#include "rebound-jsonl-sink.h"

struct _ReboundTwinSink
{
  GObject parent_instance;

  FILE *stream;
};

static void rebound_twin_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundTwinSink,
                               rebound_twin_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_twin_sink_sink_init))

static void
rebound_twin_sink_class_init (ReboundTwinSinkClass *klass)
{
}

static void
rebound_twin_sink_init (ReboundTwinSink *self)
{
}

ReboundEventSink *
rebound_twin_sink_new (FILE *stream)
{
  ReboundTwinSink *self = g_object_new (REBOUND_TYPE_TWIN_SINK, NULL);

  self->stream = stream;
  return REBOUND_EVENT_SINK (self);
}

static void
rebound_twin_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  const char *source = rebound_event_get_source (event);
  g_autofree char *text = g_strescape (rebound_event_get_text (event), NULL);
  g_autofree char *line = rebound_jsonl_sink_to_line (event);

  fprintf (REBOUND_TWIN_SINK (sink)->stream, "%s\t%u\t%s\t%s\n", source != NULL ? source : "",
           (guint) rebound_event_get_group (event), text, line);
}

static void
rebound_twin_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  g_autofree char *problem = g_strescape (summary->problem != NULL ? summary->problem : "", NULL);

  fprintf (REBOUND_TWIN_SINK (sink)->stream,
           "the end\t%d\t%" G_GINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%u\t%u\t%u\t%s\n",
           summary->status, summary->virtual_usec, summary->n_events, summary->n_connections,
           summary->n_expectations, summary->n_failed, problem);
}

static void
rebound_twin_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_twin_sink_write;
  iface->finish = rebound_twin_sink_finish;
}
