/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event-sink.h"

G_BEGIN_DECLS

#define REBOUND_TYPE_TEXT_SINK (rebound_text_sink_get_type ())
G_DECLARE_FINAL_TYPE (ReboundTextSink, rebound_text_sink, REBOUND, TEXT_SINK, GObject)

/* The log for people, on standard output: a line an event of @groups. With @quiet only the summary
 * of a run that did not go as expected, and what failed. With @fold, lines that say the same are
 * made one, which has to wait for the next one: not for a log that is watched as it grows. */
ReboundEventSink *
rebound_text_sink_new (ReboundEventGroup groups, gboolean colour, gboolean quiet, gboolean fold);

G_END_DECLS
