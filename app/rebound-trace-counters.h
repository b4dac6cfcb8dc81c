/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-socket-spans.h"
#include "rebound-trace-lanes.h"

G_BEGIN_DECLS

/* What a run has how many of, over its time. */
typedef struct _ReboundTraceCounters ReboundTraceCounters;

/* All of them outlive it. */
ReboundTraceCounters *rebound_trace_counters_new (const ReboundAbout *about,
                                                  ReboundTraceWriter *writer,
                                                  ReboundTraceLanes *lanes,
                                                  ReboundSocketSpans *sockets);
void rebound_trace_counters_free (ReboundTraceCounters *self);

/* Behind the sockets, which have taken @event by then. */
void rebound_trace_counters_take (ReboundTraceCounters *self, ReboundEvent *event, gint64 slot_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTraceCounters, rebound_trace_counters_free)

G_END_DECLS
