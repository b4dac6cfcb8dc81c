/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every event is an instant on the lane of whoever it happened to, with all of its fields. What
 * lasts is a slice: an application's states and tasks, a socket's states.
 *
 * Time is the run's, to the microsecond. A handler takes none of it, so the events of an instant
 * are put behind each other, half a microsecond apart, in their order: a picture in which cause and
 * effect lie on each other shows neither. Where there are so many that they reach into the next
 * instant, that one is moved behind them; the time itself is among the fields. */

#include "rebound-trace-sink.h"

#include <string.h>

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-application-spans.h"
#include "rebound-jsonl-sink.h"
#include "rebound-socket-spans.h"
#include "rebound-trace-counters.h"
#include "rebound-trace-flows.h"

#define NS_PER_USEC 1000

struct _ReboundTraceSink
{
  GObject parent_instance;

  ReboundTraceWriter *writer;
  ReboundTraceLanes *lanes;
  ReboundApplicationSpans *applications;
  ReboundSocketSpans *sockets;
  ReboundTraceFlows *flows;
  ReboundTraceCounters *counters;
  GFlagsClass *groups;
  gint64 last_ns;
};

static void rebound_trace_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundTraceSink,
                               rebound_trace_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_trace_sink_sink_init))

static void
rebound_trace_sink_finalize (GObject *object)
{
  ReboundTraceSink *self = REBOUND_TRACE_SINK (object);

  rebound_trace_counters_free (self->counters);
  rebound_trace_flows_free (self->flows);
  rebound_socket_spans_free (self->sockets);
  rebound_application_spans_free (self->applications);
  rebound_trace_lanes_free (self->lanes);
  rebound_trace_writer_free (self->writer);
  g_type_class_unref (self->groups);
  G_OBJECT_CLASS (rebound_trace_sink_parent_class)->finalize (object);
}

static void
rebound_trace_sink_class_init (ReboundTraceSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_trace_sink_finalize;
}

static void
rebound_trace_sink_init (ReboundTraceSink *self)
{
  self->groups = g_type_class_ref (REBOUND_TYPE_EVENT_GROUP);
}

/* -- what lasts -- */

static void
add_bounds (GString *args, guint64 first, guint64 last)
{
  rebound_trace_args_add_number (args, "from_event", first > 0 ? (gint64) first : -1);
  rebound_trace_args_add_number (args, "to_event", last > 0 ? (gint64) last : -1);
}

static ReboundTraceLane
get_socket_lane (ReboundTraceSink *self, const ReboundSocketSpan *span)
{
  return rebound_trace_lanes_get_socket (self->lanes, span->connection, span->end, span->index);
}

/* Lanes are in the order in which their sockets came, and not of their ends. */
static void
make_room_for_socket (const ReboundSocketSpan *span, gpointer user_data)
{
  get_socket_lane (user_data, span);
}

static void
draw_socket (const ReboundSocketSpan *span, gpointer user_data)
{
  ReboundTraceSink *self = user_data;
  GString *args = rebound_trace_args_new ();

  rebound_trace_args_add_string (args, "connection", span->connection);
  rebound_trace_args_add_string (args, "end", span->end);
  add_bounds (args, span->begin_number, span->end_number);
  rebound_trace_args_add_number (args, "generation", span->generation);
  rebound_trace_args_add_string (args, "ended_by", span->ending);
  rebound_trace_args_add_string (args, "sent_by", span->ending_by);
  rebound_trace_args_add_string (args, "reclaimed", span->reclaimed);
  rebound_trace_args_add_string (args, "how", span->how);
  rebound_trace_writer_add_slice (self->writer, get_socket_lane (self, span), "socket", span->state,
                                  span->begin_ns, span->end_ns, args);
}

/* Of tasks the first that ends need not be on the first lane; those above it come first all the
 * same. */
static ReboundTraceLane
get_task_lane (ReboundTraceSink *self, const char *application, guint index)
{
  ReboundTraceLane lane = { 0, 0 };

  for (guint i = 0; i <= index; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s: background task %u", application, i + 1);

      lane = rebound_trace_lanes_get_below (self->lanes, application, name);
    }
  return lane;
}

static ReboundTraceLane
get_application_lane (ReboundTraceSink *self, const ReboundApplicationSpan *span)
{
  if (span->kind == REBOUND_APPLICATION_SPAN_TASK)
    return get_task_lane (self, span->application, span->index);
  return rebound_trace_lanes_get_actor (self->lanes, span->application);
}

/* A ReboundApplicationSpanFunc. */
static void
draw_application (const ReboundApplicationSpan *span,
                  gint64 end_ns,
                  guint64 number,
                  gpointer user_data)
{
  static const char *const categories[] = { "state", "task", "busy" };
  ReboundTraceSink *self = user_data;
  GString *args = rebound_trace_args_new ();

  add_bounds (args, span->begin_number, number);
  if (span->was_warned)
    rebound_trace_args_add_string (args, "warned", "its time was running out");
  rebound_trace_writer_add_slice (self->writer, get_application_lane (self, span),
                                  categories[span->kind], span->name, span->begin_ns, end_ns, args);
}

/* -- events -- */

static ReboundTraceLane
get_lane (ReboundTraceSink *self, ReboundEvent *event)
{
  const char *actor = rebound_event_get_actor (event);

  if (rebound_event_get_group (event) == REBOUND_EVENT_GROUP_PACKETS)
    return rebound_trace_lanes_get_below (self->lanes, actor, "packets");
  return rebound_trace_lanes_get_actor (self->lanes, actor);
}

static const char *
name_group (ReboundTraceSink *self, ReboundEvent *event)
{
  GFlagsValue *group
      = g_flags_get_first_value (self->groups, (guint) rebound_event_get_group (event));

  return group != NULL ? group->value_nick : "";
}

static gint64
next_slot (ReboundTraceSink *self, gint64 time_usec)
{
  self->last_ns = MAX (time_usec * NS_PER_USEC, self->last_ns + REBOUND_TRACE_SLOT_NS);
  return self->last_ns;
}

static void
rebound_trace_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundTraceSink *self = REBOUND_TRACE_SINK (sink);
  gint64 slot_ns = next_slot (self, rebound_event_get_time_usec (event));
  ReboundTracePlace place = { get_lane (self, event), slot_ns };
  g_autofree char *object = rebound_jsonl_sink_to_line (event);

  rebound_trace_writer_add_instant (self->writer, &place, name_group (self, event),
                                    rebound_event_get_kind (event), object);
  if (rebound_trace_lanes_is_application (self->lanes, rebound_event_get_actor (event)))
    rebound_application_spans_take (self->applications, event, slot_ns);
  rebound_socket_spans_take (self->sockets, event, slot_ns);
  rebound_trace_flows_take (self->flows, event, &place);
  rebound_trace_counters_take (self->counters, event, slot_ns);
}

static void
rebound_trace_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  ReboundTraceSink *self = REBOUND_TRACE_SINK (sink);
  gint64 end_ns = next_slot (self, summary->virtual_usec);

  rebound_application_spans_finish (self->applications, end_ns);
  rebound_socket_spans_finish (self->sockets, end_ns);
  rebound_trace_writer_end (self->writer);
}

static void
rebound_trace_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_trace_sink_write;
  iface->finish = rebound_trace_sink_finish;
}

ReboundEventSink *
rebound_trace_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream)
{
  ReboundTraceSink *self = g_object_new (REBOUND_TYPE_TRACE_SINK, NULL);
  ReboundSocketSpansListener listener = { make_room_for_socket, draw_socket, self };

  self->writer = rebound_trace_writer_new (stream);
  self->lanes = rebound_trace_lanes_new (about, self->writer);
  self->applications = rebound_application_spans_new (draw_application, self);
  self->sockets = rebound_socket_spans_new (about, &listener);
  self->flows = rebound_trace_flows_new (about, self->writer, self->lanes, self->sockets);
  self->counters = rebound_trace_counters_new (about, self->writer, self->lanes, self->sockets);
  rebound_trace_writer_begin (self->writer, about);
  return REBOUND_EVENT_SINK (self);
}
