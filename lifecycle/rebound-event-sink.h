/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-event.h"

G_BEGIN_DECLS

/**
 * ReboundSummary:
 * @virtual_usec: how far the run's clock got, in microseconds
 * @wall_usec: how long the run took, in microseconds of the machine's time
 * @n_events: how many events there were
 * @n_connections: how many connections came about, whoever was told of them
 * @n_expectations: how many expectations and waits were held against the run
 * @n_failed: how many of them failed
 * @problem: (nullable): what ended the run before its script's end, with its place in the script
 * @status: the exit status that goes with it: 0, 1, 2, 99 or 130
 *
 * What is to be said at the end of a run. Since: 0.1
 */
typedef struct
{
  gint64 virtual_usec;
  gint64 wall_usec;
  guint64 n_events;
  guint n_connections;
  guint n_expectations;
  guint n_failed;
  const char *problem;
  int status;
} ReboundSummary;

/**
 * ReboundEventSink:
 *
 * Where the events of a run go: text, JSON Lines, or a test that looks at them as values. Since:
 * 0.1
 */
#define REBOUND_TYPE_EVENT_SINK (rebound_event_sink_get_type ())
REBOUND_API
G_DECLARE_INTERFACE (ReboundEventSink, rebound_event_sink, REBOUND, EVENT_SINK, GObject)

/**
 * ReboundEventSinkInterface:
 * @write: takes an event, in the order of their numbers; to keep it, reference it
 * @finish: called once, after the last event
 *
 * Where the events of a run go. Since: 0.1
 */
struct _ReboundEventSinkInterface
{
  GTypeInterface parent_iface;

  void (*write) (ReboundEventSink *self, ReboundEvent *event);
  void (*finish) (ReboundEventSink *self, const ReboundSummary *summary);
};

/**
 * rebound_event_sink_write:
 * @event: an event
 *
 * Hands an event to the sink. Since: 0.1
 */
REBOUND_API void rebound_event_sink_write (ReboundEventSink *self, ReboundEvent *event);

/**
 * rebound_event_sink_finish:
 * @summary: how the run went
 *
 * Tells the sink that there are no more events. Since: 0.1
 */
REBOUND_API void rebound_event_sink_finish (ReboundEventSink *self, const ReboundSummary *summary);

G_END_DECLS
