/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "rebound-about.h"

G_BEGIN_DECLS

#define REBOUND_TYPE_TWIN_SINK (rebound_twin_sink_get_type ())
G_DECLARE_FINAL_TYPE (ReboundTwinSink, rebound_twin_sink, REBOUND, TWIN_SINK, GObject)

/* For comparing two plays: on @stream, which stays the caller's, a line an event, its parts divided
 * by tabs: the statement that was being played and the text, escaped as in C, with the group's
 * number between them, and the event as JSON. Then “the cast”, a line an actor: its name, whose it
 * is, and its application; and at last “the end” and the summary's numbers and problem. @about
 * outlives it. */
ReboundEventSink *rebound_twin_sink_new (const ReboundAbout *about, FILE *stream);

G_END_DECLS
