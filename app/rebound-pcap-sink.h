/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-format.h"

G_BEGIN_DECLS

/* The packets of a run as a file that Wireshark opens, with what happened beside them as their
 * comments. */
#define REBOUND_TYPE_PCAP_SINK (rebound_pcap_sink_get_type ())
G_DECLARE_FINAL_TYPE (ReboundPcapSink, rebound_pcap_sink, REBOUND, PCAP_SINK, GObject)

ReboundEventSink *
rebound_pcap_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream);

/* A packet, before its event. */
void rebound_pcap_sink_take (ReboundPcapSink *self,
                             const guint8 *packet,
                             gsize captured_bytes,
                             gsize wire_bytes);

G_END_DECLS
