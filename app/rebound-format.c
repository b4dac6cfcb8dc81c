/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats: a new one is a sink in a file of its own and a line here. */

#include "rebound-format.h"

#include <string.h>

#include "rebound-html-sink.h"
#include "rebound-jsonl-sink.h"
#include "rebound-junit-sink.h"
#include "rebound-pcap-sink.h"
#include "rebound-tap-sink.h"
#include "rebound-text-sink.h"
#include "rebound-trace-sink.h"

static const ReboundFormat formats[] = {
  { "text", "for people", REBOUND_FILTER_READABLE, REBOUND_CAPTURE_NONE, FALSE,
    rebound_text_sink_new },
  { "jsonl", "every event with every field, a line of JSON each", REBOUND_FILTER_EVERYTHING,
    REBOUND_CAPTURE_NONE, FALSE, rebound_jsonl_sink_new },
  { "html", "a page with a timeline to look at", REBOUND_FILTER_EVERYTHING, REBOUND_CAPTURE_WANTED,
    FALSE, rebound_html_sink_new },
  { "pcapng", "the packets, for Wireshark", REBOUND_FILTER_EVERYTHING, REBOUND_CAPTURE_NEEDED, TRUE,
    rebound_pcap_sink_new },
  { "tap", "a test point a check, for prove and other harnesses", REBOUND_FILTER_EVERYTHING,
    REBOUND_CAPTURE_NONE, FALSE, rebound_tap_sink_new },
  { "junit", "a test case a check, in JUnit's XML, for CI systems", REBOUND_FILTER_EVERYTHING,
    REBOUND_CAPTURE_NONE, FALSE, rebound_junit_sink_new },
  { "trace", "a picture of the run, for Perfetto", REBOUND_FILTER_EVERYTHING,
    REBOUND_CAPTURE_WANTED, FALSE, rebound_trace_sink_new },
};

const ReboundFormat *
rebound_format_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i].name, name) == 0)
      return &formats[i];
  return NULL;
}

char *
rebound_format_list (void)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", formats[i].name);
  return g_string_free (list, FALSE);
}

char *
rebound_format_describe (void)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    g_string_append_printf (list, "%-8s %s\n", formats[i].name, formats[i].blurb);
  return g_string_free (list, FALSE);
}
