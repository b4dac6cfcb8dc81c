/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-format.h"

G_BEGIN_DECLS

#define REBOUND_TYPE_TEXT_SINK (rebound_text_sink_get_type ())
G_DECLARE_FINAL_TYPE (ReboundTextSink, rebound_text_sink, REBOUND, TEXT_SINK, GObject)

/* The log for people: a line an event. When it is quiet only the summary of a run that did not go
 * as expected, and what failed. When it folds, lines that say the same are made one, which has to
 * wait for the next one: not for a log that is watched as it grows. */
ReboundEventSink *
rebound_text_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream);

G_END_DECLS
