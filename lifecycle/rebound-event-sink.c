/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one way out of a run: text, JSON Lines and whatever comes later implement this interface in
 * app/, and tests implement it to look at events as values. */

#include "rebound-event-sink.h"

G_DEFINE_INTERFACE (ReboundEventSink, rebound_event_sink, G_TYPE_OBJECT)

static void
rebound_event_sink_default_init (ReboundEventSinkInterface *iface)
{
}

void
rebound_event_sink_write (ReboundEventSink *self, ReboundEvent *event)
{
  ReboundEventSinkInterface *iface = REBOUND_EVENT_SINK_GET_IFACE (self);

  if (iface->write != NULL)
    iface->write (self, event);
}

void
rebound_event_sink_finish (ReboundEventSink *self, const ReboundSummary *summary)
{
  ReboundEventSinkInterface *iface = REBOUND_EVENT_SINK_GET_IFACE (self);

  if (iface->finish != NULL)
    iface->finish (self, summary);
}
