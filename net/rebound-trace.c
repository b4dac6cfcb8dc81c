/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A segment as a reader wants it: initial sequence numbers are random, so what is shown counts from
 * each side's SYN, and its ends go by the names that they had when the connection began. */

#include "rebound-trace-private.h"

#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>

/* Of one side of a connection. */
typedef struct
{
  char *name;
  guint32 first; /* the SYN's number */
  gboolean has_first;
} Side;

typedef struct
{
  ReboundTuple key; /* of the side that was seen first */
  Side sides[2];
} Flow;

struct _ReboundTrace
{
  ReboundPortNames *names;
  GHashTable *flows; /* a set of Flow, by key */
};

/* -- a segment -- */

/* Where the TCP header begins, 0 where there is none. */
static gsize
parse_network (const guint8 *packet, gsize captured_bytes, ReboundTuple *tuple)
{
  const struct iphdr *ip = (gconstpointer) packet;
  const struct ip6_hdr *ip6 = (gconstpointer) packet;

  if (captured_bytes >= sizeof *ip && ip->version == 4 && ip->protocol == IPPROTO_TCP
      && ip->ihl >= 5)
    {
      tuple->family = AF_INET;
      memcpy (tuple->local_address, &ip->saddr, sizeof ip->saddr);
      memcpy (tuple->remote_address, &ip->daddr, sizeof ip->daddr);
      return ip->ihl * 4u;
    }
  if (captured_bytes >= sizeof *ip6 && packet[0] >> 4 == 6 && ip6->ip6_nxt == IPPROTO_TCP)
    {
      tuple->family = AF_INET6;
      memcpy (tuple->local_address, &ip6->ip6_src, sizeof ip6->ip6_src);
      memcpy (tuple->remote_address, &ip6->ip6_dst, sizeof ip6->ip6_dst);
      return sizeof *ip6;
    }
  return 0;
}

gboolean
rebound_segment_parse (const guint8 *packet,
                       gsize captured_bytes,
                       gsize wire_bytes,
                       ReboundSegment *segment)
{
  gsize network_bytes;
  gsize header_bytes;
  struct tcphdr tcp;

  memset (segment, 0, sizeof *segment);
  network_bytes = parse_network (packet, captured_bytes, &segment->tuple);
  if (network_bytes == 0 || captured_bytes < network_bytes + sizeof tcp)
    return FALSE;
  memcpy (&tcp, packet + network_bytes, sizeof tcp);
  header_bytes = network_bytes + tcp.th_off * 4u;
  if (tcp.th_off < 5 || wire_bytes < header_bytes)
    return FALSE;
  segment->tuple.local_port = tcp.th_sport;
  segment->tuple.remote_port = tcp.th_dport;
  segment->flags = tcp.th_flags;
  segment->sequence = g_ntohl (tcp.th_seq);
  segment->acknowledgement = g_ntohl (tcp.th_ack);
  segment->payload_bytes = (guint32) (wire_bytes - header_bytes);
  return TRUE;
}

char *
rebound_segment_dup_flags (const ReboundSegment *segment)
{
  static const struct
  {
    guint8 flag;
    char letter;
  } letters[] = { { TH_FIN, 'F' },  { TH_SYN, 'S' }, { TH_RST, 'R' },
                  { TH_PUSH, 'P' }, { TH_ACK, '.' }, { TH_URG, 'U' } };
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (letters); i++)
    if ((segment->flags & letters[i].flag) != 0)
      g_string_append_c (text, letters[i].letter);
  return g_string_free (text, FALSE);
}

/* -- its connection -- */

static void
flow_free (gpointer data)
{
  Flow *flow = data;

  g_free (flow->sides[0].name);
  g_free (flow->sides[1].name);
  g_free (flow);
}

ReboundTrace *
rebound_trace_new (ReboundPortNames *names)
{
  ReboundTrace *self = g_new0 (ReboundTrace, 1);

  self->names = names;
  self->flows = g_hash_table_new_full (rebound_tuple_hash, rebound_tuple_equal, NULL, flow_free);
  return self;
}

void
rebound_trace_free (ReboundTrace *self)
{
  g_hash_table_unref (self->flows);
  g_free (self);
}

static Flow *
add_flow (ReboundTrace *self, const ReboundTuple *tuple)
{
  Flow *flow = g_new0 (Flow, 1);

  flow->key = *tuple;
  flow->sides[0].name
      = rebound_port_names_dup_end (self->names, tuple->family, tuple->local_address,
                                    g_ntohs (tuple->local_port));
  flow->sides[1].name
      = rebound_port_names_dup_end (self->names, tuple->family, tuple->remote_address,
                                    g_ntohs (tuple->remote_port));
  g_hash_table_insert (self->flows, &flow->key, flow);
  return flow;
}

/* The connection between these two ends, seen from either, and which side sends. */
static Flow *
find_flow (ReboundTrace *self, const ReboundTuple *tuple, guint *sender)
{
  ReboundTuple reverse = rebound_tuple_reverse (tuple);
  Flow *flow = g_hash_table_lookup (self->flows, tuple);

  *sender = 0;
  if (flow != NULL)
    return flow;
  *sender = 1;
  return g_hash_table_lookup (self->flows, &reverse);
}

/* A SYN that is no answer, and not one of those that are sent again, begins another connection. */
static gboolean
begins (const ReboundSegment *segment, const Side *side)
{
  return (segment->flags & (TH_SYN | TH_ACK)) == TH_SYN
         && !(side->has_first && side->first == segment->sequence);
}

static guint32
count_from_first (const Side *side, guint32 number)
{
  return side->has_first ? number - side->first : 0;
}

void
rebound_trace_relate (ReboundTrace *self,
                      ReboundSegment *segment,
                      const char **from,
                      const char **to)
{
  guint sender;
  Flow *flow = find_flow (self, &segment->tuple, &sender);

  if (flow != NULL && begins (segment, &flow->sides[sender]))
    {
      /* Both may have begun at once; then the other's SYN is of this connection. */
      gboolean is_crossed = !flow->sides[sender].has_first && flow->sides[1 - sender].has_first;

      if (!is_crossed)
        {
          g_hash_table_remove (self->flows, &flow->key);
          flow = NULL;
        }
    }
  if (flow == NULL)
    {
      flow = add_flow (self, &segment->tuple);
      sender = 0;
    }
  if ((segment->flags & TH_SYN) != 0)
    {
      flow->sides[sender].has_first = TRUE;
      flow->sides[sender].first = segment->sequence;
    }
  segment->sequence = count_from_first (&flow->sides[sender], segment->sequence);
  segment->acknowledgement
      = (segment->flags & TH_ACK) == 0
            ? 0
            : count_from_first (&flow->sides[1 - sender], segment->acknowledgement);
  *from = flow->sides[sender].name;
  *to = flow->sides[1 - sender].name;
}
