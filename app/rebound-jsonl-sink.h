/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-format.h"

G_BEGIN_DECLS

#define REBOUND_TYPE_JSONL_SINK (rebound_jsonl_sink_get_type ())
G_DECLARE_FINAL_TYPE (ReboundJsonlSink, rebound_jsonl_sink, REBOUND, JSONL_SINK, GObject)

/* JSON Lines on @stream, which stays the caller's: an object an event, with every field of it. */
ReboundEventSink *
rebound_jsonl_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream);

/* One event as a line, without its end. (transfer full) */
char *rebound_jsonl_sink_to_line (ReboundEvent *event);

G_END_DECLS
