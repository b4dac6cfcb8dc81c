/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The blocks of a pcapng file (draft-ietf-opsawg-pcapng) with one interface of IP packets, each of
 * them (transfer full), to be written one after another. */

GByteArray *rebound_pcapng_new_section (const char *comment, const char *application);
GByteArray *rebound_pcapng_new_interface (const char *name);

/* @packet begins with its IP header; @comments are strings. */
GByteArray *rebound_pcapng_new_packet (gint64 time_usec,
                                       const GByteArray *packet,
                                       gsize wire_bytes,
                                       guint64 number,
                                       const GPtrArray *comments);

/* What there is to be said behind the last packet. */
GByteArray *rebound_pcapng_new_end (gint64 time_usec, const GPtrArray *comments);

/* Computes the checksums of IPv4, and of TCP, which a loopback leaves undone, where all of @packet
 * is there. */
void rebound_pcapng_complete_checksums (GByteArray *packet, gsize wire_bytes);

G_END_DECLS
