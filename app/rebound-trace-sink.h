/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-format.h"

G_BEGIN_DECLS

#define REBOUND_TYPE_TRACE_SINK (rebound_trace_sink_get_type ())
G_DECLARE_FINAL_TYPE (ReboundTraceSink, rebound_trace_sink, REBOUND, TRACE_SINK, GObject)

/* A picture of the run on @stream, for Perfetto and chrome://tracing. */
ReboundEventSink *
rebound_trace_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream);

G_END_DECLS
