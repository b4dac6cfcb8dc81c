/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-format.h"

G_BEGIN_DECLS

#define REBOUND_TYPE_TAP_SINK (rebound_tap_sink_get_type ())
G_DECLARE_FINAL_TYPE (ReboundTapSink, rebound_tap_sink, REBOUND, TAP_SINK, GObject)

/* A run's waits and expectations as test points, and the run itself as the last. */
ReboundEventSink *
rebound_tap_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream);

G_END_DECLS
