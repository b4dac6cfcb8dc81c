/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event-sink.h"

G_BEGIN_DECLS

/* A sink that keeps what it is given, so that a test can look at the events of a run as values or
 * hold them, as text, against what it expected. */
#define RECORDING_TYPE_SINK (recording_sink_get_type ())
G_DECLARE_FINAL_TYPE (RecordingSink, recording_sink, RECORDING, SINK, GObject)

#define RECORDING_ALL_GROUPS                                                                       \
  (REBOUND_EVENT_GROUP_LIFE | REBOUND_EVENT_GROUP_ACTORS | REBOUND_EVENT_GROUP_SOCKETS             \
   | REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_CHECKS)

RecordingSink *recording_sink_new (void);

/* Every event so far; ReboundEvent. (transfer none) */
GPtrArray *recording_sink_get_events (RecordingSink *self);

/* How many times @kind happened to @actor; NULL stands for any. */
guint recording_sink_count (RecordingSink *self, const char *actor, const char *kind);

/* A line an event of @groups: "TIME ACTOR KIND NAME=VALUE…". (transfer full) */
char *recording_sink_dup_log (RecordingSink *self, ReboundEventGroup groups);

/* The same, but with the event's sentence instead of its fields: "TIME ACTOR: SENTENCE". */
char *recording_sink_dup_text (RecordingSink *self, ReboundEventGroup groups);

/* What rebound_event_sink_finish() came with, NULL before; its problem is kept too. (transfer none)
 */
const ReboundSummary *recording_sink_get_summary (RecordingSink *self);

G_END_DECLS
