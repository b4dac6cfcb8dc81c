/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The numbers that a kernel draws at random for each connection, taken out of its packets: so that
 * a capture is the same in every run. */
typedef struct _ReboundPacketNumbers ReboundPacketNumbers;

ReboundPacketNumbers *rebound_packet_numbers_new (void);
void rebound_packet_numbers_free (ReboundPacketNumbers *self);

/* Rewrites @packet, which begins with its IP header, as if each side had begun with 0. Packets are
 * to be given in the order in which they were sent. Checksums are not right after it. */
void rebound_packet_numbers_rewrite (ReboundPacketNumbers *self, GByteArray *packet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundPacketNumbers, rebound_packet_numbers_free)

G_END_DECLS
