/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-format.h"

G_BEGIN_DECLS

#define REBOUND_TYPE_HTML_SINK (rebound_html_sink_get_type ())
G_DECLARE_FINAL_TYPE (ReboundHtmlSink, rebound_html_sink, REBOUND, HTML_SINK, GObject)

/* A page with the whole run in it, written to @stream at the end. */
ReboundEventSink *
rebound_html_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream);

G_END_DECLS
