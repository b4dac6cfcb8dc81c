/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pcapng is a row of blocks: a type, a length, the body, options, and the length again so that it
 * can be read backwards. Numbers are of the machine's own byte order, which the section's magic
 * tells. Times are nanoseconds, by option, and count from the run's beginning: a capture of virtual
 * time has no date. */

#include "rebound-pcapng.h"

#include <string.h>

enum
{
  BLOCK_INTERFACE = 1,
  BLOCK_STATISTICS = 5,
  BLOCK_PACKET = 6,
  BLOCK_SECTION = 0x0A0D0D0A,
};

enum
{
  OPTION_END = 0,
  OPTION_COMMENT = 1,
  OPTION_SECTION_APPLICATION = 4,
  OPTION_INTERFACE_NAME = 2,
  OPTION_INTERFACE_RESOLUTION = 9,
  OPTION_PACKET_FLAGS = 2,
  OPTION_PACKET_ID = 5,
};

#define MAGIC 0x1A2B3C4Du

/* LINKTYPE_RAW: packets begin with an IPv4 or IPv6 header. */
#define LINKTYPE_RAW 101

/* 10 to the power of -9. */
#define NANOSECONDS 9

#define FLAG_OUTBOUND 2

/* The longest value that an option's 16 bits of length leave, a multiple of four. */
#define LONGEST_OPTION 65532

static void
add_16 (GByteArray *block, guint16 value)
{
  g_byte_array_append (block, (const guint8 *) &value, sizeof value);
}

static void
add_32 (GByteArray *block, guint32 value)
{
  g_byte_array_append (block, (const guint8 *) &value, sizeof value);
}

static void
add_padded (GByteArray *block, gconstpointer data, gsize size_bytes)
{
  static const guint8 zeros[3];

  g_byte_array_append (block, data, (guint) size_bytes);
  g_byte_array_append (block, zeros, (guint) (-size_bytes & 3));
}

static void
add_option (GByteArray *block, guint16 code, gconstpointer value, gsize size_bytes)
{
  add_16 (block, code);
  add_16 (block, (guint16) size_bytes);
  add_padded (block, value, size_bytes);
}

static void
add_text (GByteArray *block, guint16 code, const char *text)
{
  const char *end = text + MIN (strlen (text), LONGEST_OPTION);

  if (*end != '\0') /* not within a character */
    end = g_utf8_find_prev_char (text, end);
  add_option (block, code, text, (gsize) (end - text));
}

static void
add_comments (GByteArray *block, const GPtrArray *comments)
{
  for (guint i = 0; i < comments->len; i++)
    add_text (block, OPTION_COMMENT, comments->pdata[i]);
}

/* A time is two halves, the upper one first in whatever byte order. */
static void
add_time (GByteArray *block, gint64 time_usec)
{
  guint64 time_nsec = (guint64) time_usec * 1000;

  add_32 (block, (guint32) (time_nsec >> 32));
  add_32 (block, (guint32) time_nsec);
}

static GByteArray *
begin (guint32 type)
{
  GByteArray *block = g_byte_array_new ();

  add_32 (block, type);
  add_32 (block, 0);
  return block;
}

static GByteArray *
end (GByteArray *block)
{
  guint32 size_bytes;

  add_16 (block, OPTION_END);
  add_16 (block, 0);
  size_bytes = block->len + (guint32) sizeof size_bytes;
  add_32 (block, size_bytes);
  memcpy (block->data + 4, &size_bytes, sizeof size_bytes);
  return block;
}

GByteArray *
rebound_pcapng_new_section (const char *comment, const char *application)
{
  GByteArray *block = begin (BLOCK_SECTION);

  add_32 (block, MAGIC);
  add_16 (block, 1); /* version 1.0 */
  add_16 (block, 0);
  add_32 (block, G_MAXUINT32); /* how long the section is: to the file's end */
  add_32 (block, G_MAXUINT32);
  add_text (block, OPTION_COMMENT, comment);
  add_text (block, OPTION_SECTION_APPLICATION, application);
  return end (block);
}

GByteArray *
rebound_pcapng_new_interface (const char *name)
{
  const guint8 resolution = NANOSECONDS;
  GByteArray *block = begin (BLOCK_INTERFACE);

  add_16 (block, LINKTYPE_RAW);
  add_16 (block, 0);
  add_32 (block, 0); /* no limit that is worth to be told: each packet says what it had */
  add_text (block, OPTION_INTERFACE_NAME, name);
  add_option (block, OPTION_INTERFACE_RESOLUTION, &resolution, sizeof resolution);
  return end (block);
}

GByteArray *
rebound_pcapng_new_packet (gint64 time_usec,
                           const GByteArray *packet,
                           gsize wire_bytes,
                           guint64 number,
                           const GPtrArray *comments)
{
  const guint32 flags = FLAG_OUTBOUND;
  GByteArray *block = begin (BLOCK_PACKET);

  add_32 (block, 0); /* the interface */
  add_time (block, time_usec);
  add_32 (block, packet->len);
  add_32 (block, (guint32) wire_bytes);
  add_padded (block, packet->data, packet->len);
  add_comments (block, comments);
  add_option (block, OPTION_PACKET_FLAGS, &flags, sizeof flags);
  add_option (block, OPTION_PACKET_ID, &number, sizeof number);
  return end (block);
}

GByteArray *
rebound_pcapng_new_end (gint64 time_usec, const GPtrArray *comments)
{
  GByteArray *block = begin (BLOCK_STATISTICS);

  add_32 (block, 0); /* the interface */
  add_time (block, time_usec);
  add_comments (block, comments);
  return end (block);
}

/* -- checksums -- */

/* RFC 1071, of 16-bit words in network byte order. */
static guint32
add_up (guint32 sum, const guint8 *data, gsize size_bytes)
{
  for (gsize i = 0; i + 1 < size_bytes; i += 2)
    sum += (guint32) data[i] << 8 | data[i + 1];
  if (size_bytes % 2 != 0)
    sum += (guint32) data[size_bytes - 1] << 8;
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

static void
store (guint8 *at, guint32 sum)
{
  at[0] = (guint8) (~sum >> 8);
  at[1] = (guint8) ~sum;
}

/* Offsets are those of RFC 791, 8200 and 9293. */
void
rebound_pcapng_complete_checksums (GByteArray *packet, gsize wire_bytes)
{
  guint8 *data = packet->data;
  gboolean is_ipv6 = packet->len > 0 && data[0] >> 4 == 6;
  gsize header_bytes = is_ipv6 ? 40 : packet->len > 0 ? (data[0] & 15) * 4u : 0;
  gsize addresses_offset = is_ipv6 ? 8 : 12;
  gsize tcp_bytes;
  guint32 sum;

  if (header_bytes < 20 || packet->len < header_bytes + 20)
    return;
  if (!is_ipv6)
    {
      memset (data + 10, 0, 2);
      store (data + 10, add_up (0, data, header_bytes));
    }
  if (packet->len != wire_bytes)
    return;
  tcp_bytes = packet->len - header_bytes;
  memset (data + header_bytes + 16, 0, 2);
  sum = add_up (6 /* TCP */ + (guint32) tcp_bytes, data + addresses_offset, is_ipv6 ? 32 : 8);
  store (data + header_bytes + 16, add_up (sum, data + header_bytes, tcp_bytes));
}
