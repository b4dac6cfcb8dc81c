/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event-sink.h"

G_BEGIN_DECLS

/* The packets of a run as a file that Wireshark opens, with what happened beside them as their
 * comments. */
#define REBOUND_TYPE_PCAP_SINK (rebound_pcap_sink_get_type ())
G_DECLARE_FINAL_TYPE (ReboundPcapSink, rebound_pcap_sink, REBOUND, PCAP_SINK, GObject)

/* Begins a file beside @path; before the namespace is entered, where even root has no rights over
 * other users' folders. @about goes into the file. */
ReboundPcapSink *rebound_pcap_sink_new (const char *path, const char *about, GError **error);

/* A ReboundPacketFunc, with the sink as its data. */
void rebound_pcap_sink_take (const guint8 *packet,
                             gsize captured_bytes,
                             gsize wire_bytes,
                             gpointer sink);

/* Puts the file, now whole, into its place. A sink that is given up without leaves nothing. */
gboolean rebound_pcap_sink_close (ReboundPcapSink *self, GError **error);

G_END_DECLS
