/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-format.h"

G_BEGIN_DECLS

#define REBOUND_TYPE_JUNIT_SINK (rebound_junit_sink_get_type ())
G_DECLARE_FINAL_TYPE (ReboundJunitSink, rebound_junit_sink, REBOUND, JUNIT_SINK, GObject)

/* A run as a test suite: a test case for each wait and expectation, and one for the run itself. */
ReboundEventSink *
rebound_junit_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream);

G_END_DECLS
