/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-socket-spans.h"
#include "rebound-trace-lanes.h"

G_BEGIN_DECLS

/* The arrows from what was done to what came of it. */
typedef struct _ReboundTraceFlows ReboundTraceFlows;

/* All of them outlive it. */
ReboundTraceFlows *rebound_trace_flows_new (const ReboundAbout *about,
                                            ReboundTraceWriter *writer,
                                            ReboundTraceLanes *lanes,
                                            ReboundSocketSpans *sockets);
void rebound_trace_flows_free (ReboundTraceFlows *self);

/* Behind the sockets, which have taken @event by then. */
void rebound_trace_flows_take (ReboundTraceFlows *self,
                               ReboundEvent *event,
                               const ReboundTracePlace *place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTraceFlows, rebound_trace_flows_free)

G_END_DECLS
