/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connection begins with a number that nobody can guess (RFC 6528), and its packets bear labels
 * that are hashes of one. In a file that is to be the same in every run each side begins with 0,
 * which is what a reader sees all the same: Wireshark counts from a side's SYN. */

#include "rebound-packet-numbers.h"

#include <string.h>

/* Offsets are those of RFC 791, 8200, 9293, and 2018 for the option. */
#define IPV4_HEADER_BYTES 20
#define IPV6_HEADER_BYTES 40
#define TCP_HEADER_BYTES  20
#define ADDRESS_BYTES     16
#define FLAG_SYN          0x02
#define FLAG_ACK          0x10
#define OPTION_NOTHING    1
#define OPTION_SACK       5

/* One direction of a connection. An IPv4 address is followed by zeros. */
typedef struct
{
  guint8 source[ADDRESS_BYTES];
  guint8 target[ADDRESS_BYTES];
  guint8 source_port[2];
  guint8 target_port[2];
} Direction;

struct _ReboundPacketNumbers
{
  GHashTable *beginnings; /* of a Direction: the number of its SYN */
};

static guint
direction_hash (gconstpointer direction)
{
  const guint8 *bytes = direction;
  guint hash = 5381;

  for (gsize i = 0; i < sizeof (Direction); i++)
    hash = hash * 33 + bytes[i];
  return hash;
}

static gboolean
direction_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Direction)) == 0;
}

ReboundPacketNumbers *
rebound_packet_numbers_new (void)
{
  ReboundPacketNumbers *self = g_new0 (ReboundPacketNumbers, 1);

  self->beginnings = g_hash_table_new_full (direction_hash, direction_equal, g_free, NULL);
  return self;
}

void
rebound_packet_numbers_free (ReboundPacketNumbers *self)
{
  g_hash_table_unref (self->beginnings);
  g_free (self);
}

static guint32
load (const guint8 *at)
{
  return (guint32) at[0] << 24 | (guint32) at[1] << 16 | (guint32) at[2] << 8 | at[3];
}

static void
store (guint8 *at, guint32 number)
{
  at[0] = (guint8) (number >> 24);
  at[1] = (guint8) (number >> 16);
  at[2] = (guint8) (number >> 8);
  at[3] = (guint8) number;
}

/* Clears what IP draws, and finds the TCP header behind it; 0 where there is none. */
static gsize
read_ip (GByteArray *packet, Direction *there, Direction *back)
{
  guint8 *data = packet->data;
  gboolean is_ipv6 = packet->len > 0 && data[0] >> 4 == 6;
  gsize header_bytes = is_ipv6 ? IPV6_HEADER_BYTES : packet->len > 0 ? (data[0] & 15) * 4u : 0;
  gsize address_bytes = is_ipv6 ? ADDRESS_BYTES : 4;
  const guint8 *addresses = data + (is_ipv6 ? 8 : 12);

  if (header_bytes < IPV4_HEADER_BYTES || packet->len < header_bytes + TCP_HEADER_BYTES)
    return 0;
  if (is_ipv6)
    {
      data[1] &= 0xf0; /* the flow label */
      memset (data + 2, 0, 2);
    }
  else
    memset (data + 4, 0, 2); /* the identification */
  memset (there, 0, sizeof *there);
  memcpy (there->source, addresses, address_bytes);
  memcpy (there->target, addresses + address_bytes, address_bytes);
  memcpy (there->source_port, data + header_bytes, 2);
  memcpy (there->target_port, data + header_bytes + 2, 2);
  memset (back, 0, sizeof *back);
  memcpy (back->source, there->target, ADDRESS_BYTES);
  memcpy (back->target, there->source, ADDRESS_BYTES);
  memcpy (back->source_port, there->target_port, 2);
  memcpy (back->target_port, there->source_port, 2);
  return header_bytes;
}

/* 0 where no SYN was seen: a RST that refuses one has the number 0. */
static guint32
find_beginning (ReboundPacketNumbers *self, const Direction *direction)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->beginnings, direction));
}

/* Blocks that have come say where they begin and end. */
static void
rewrite_options (guint8 *options, gsize length_bytes, guint32 beginning)
{
  for (gsize i = 0; i < length_bytes && options[i] != 0;)
    {
      gsize option_bytes
          = options[i] == OPTION_NOTHING || i + 1 == length_bytes ? 1 : options[i + 1];

      if (option_bytes == 0 || i + option_bytes > length_bytes)
        return;
      for (gsize j = i + 2; options[i] == OPTION_SACK && j + 4 <= i + option_bytes; j += 4)
        store (options + j, load (options + j) - beginning);
      i += option_bytes;
    }
}

void
rebound_packet_numbers_rewrite (ReboundPacketNumbers *self, GByteArray *packet)
{
  Direction there, back;
  gsize tcp_offset = read_ip (packet, &there, &back);
  guint8 *tcp = packet->data + tcp_offset;
  gsize tcp_bytes;

  if (tcp_offset == 0)
    return;
  tcp_bytes = (tcp[12] >> 4) * 4u;
  if ((tcp[13] & FLAG_SYN) != 0)
    g_hash_table_insert (self->beginnings, g_memdup2 (&there, sizeof there),
                         GUINT_TO_POINTER (load (tcp + 4)));
  store (tcp + 4, load (tcp + 4) - find_beginning (self, &there));
  if ((tcp[13] & FLAG_ACK) == 0)
    return;
  store (tcp + 8, load (tcp + 8) - find_beginning (self, &back));
  if (tcp_bytes > TCP_HEADER_BYTES && packet->len >= tcp_offset + tcp_bytes)
    rewrite_options (tcp + TCP_HEADER_BYTES, tcp_bytes - TCP_HEADER_BYTES,
                     find_beginning (self, &back));
}
