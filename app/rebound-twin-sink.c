/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the log leaves out, where in the script it happened, is what one wants to know when two
 * plays differ. */

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
  g_autofree char *line = rebound_jsonl_sink_to_line (event);

  fprintf (REBOUND_TWIN_SINK (sink)->stream, "%s\t%s\n", source != NULL ? source : "", line);
}

static void
rebound_twin_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_twin_sink_write;
}
