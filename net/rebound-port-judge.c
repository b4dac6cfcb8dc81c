/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a port is taken: what follows from the facts, without a look at the machine.
 *
 * The two rules are the kernel's own (net/ipv4/inet_connection_sock.c): two sockets are in each
 * other's way where their addresses overlap, unless both have SO_REUSEADDR and the older one does
 * not listen, or both have SO_REUSEPORT and are of one user. Facts may be unseen, so an answer has
 * three values. What bind() said is a fact too: a bind with SO_REUSEADDR that succeeds shows that
 * everyone there has the option, and one that fails beside a single unseen one shows that this one
 * has not. */

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "rebound-port-report-private.h"

/* TCP_NEW_SYN_RECV of include/net/tcp_states.h. */
#define STATE_NEW_SYN_RECV 12

/* An address as the kernel compares it: the IPv6 one, and the IPv4 one that a socket of IPv6 has
 * besides. */
typedef struct
{
  gboolean is_ipv6;
  gboolean is_any;    /* :: */
  gboolean is_mapped; /* ::ffff:a.b.c.d, and every IPv4 one */
  struct in6_addr ipv6;
  guint32 ipv4; /* 0: every one */
} Place;

/* LOOPBACK4_IPV6 of include/net/ipv6.h, the IPv4 address of a socket that has none: 127.0.0.6. */
#define NO_IPV4 g_htonl (0x7f000006)

static Place
place_of (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);
  Place place = { .is_ipv6 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 };

  if (!place.is_ipv6)
    {
      memcpy (&place.ipv4, bytes, sizeof place.ipv4);
      place.is_mapped = TRUE;
      return place;
    }
  memcpy (&place.ipv6, bytes, sizeof place.ipv6);
  place.is_any = IN6_IS_ADDR_UNSPECIFIED (&place.ipv6);
  place.is_mapped = IN6_IS_ADDR_V4MAPPED (&place.ipv6);
  if (place.is_mapped)
    memcpy (&place.ipv4, bytes + 12, sizeof place.ipv4);
  else if (!place.is_any)
    place.ipv4 = NO_IPV4;
  return place;
}

/* The answer where the addresses overlap unless the holder leaves IPv4 alone. */
static ReboundPortAnswer
unless_v6only (const ReboundPortHolder *holder, const Place *its)
{
  if (!its->is_ipv6 || its->is_mapped || holder->v6only == REBOUND_PORT_NO)
    return REBOUND_PORT_YES;
  return holder->v6only == REBOUND_PORT_YES ? REBOUND_PORT_NO : REBOUND_PORT_UNSEEN;
}

ReboundPortAnswer
rebound_port_overlap (const ReboundPortHolder *holder, const ReboundPortTry *ours)
{
  Place own = place_of (ours->address);
  Place its = place_of (holder->address);

  if (!own.is_ipv6 || (own.is_mapped && its.is_mapped))
    return own.ipv4 == 0 || its.ipv4 == 0 || own.ipv4 == its.ipv4 ? unless_v6only (holder, &its)
                                                                  : REBOUND_PORT_NO;
  if (own.is_any && its.is_any)
    return REBOUND_PORT_YES;
  if (its.is_any)
    return own.is_mapped ? unless_v6only (holder, &its) : REBOUND_PORT_YES;
  if (own.is_any)
    return ours->v6only && its.is_mapped ? REBOUND_PORT_NO : REBOUND_PORT_YES;
  return its.is_ipv6 && IN6_ARE_ADDR_EQUAL (&own.ipv6, &its.ipv6) ? REBOUND_PORT_YES
                                                                  : REBOUND_PORT_NO;
}

/* May two sockets be on one address, with @option on the new one? */
static ReboundPortAnswer
shares (const ReboundPortHolder *holder, ReboundPortOption option, guint uid)
{
  /* The kernel keeps what is left of a FIN_WAIT2 as a TIME_WAIT, and asks nobody whose it was. */
  gboolean is_remainder
      = holder->hold == REBOUND_PORT_HOLD_TIME_WAIT || holder->time_left_usec >= 0;

  switch (option)
    {
    case REBOUND_PORT_REUSE_ADDRESS:
      return holder->hold == REBOUND_PORT_HOLD_LISTENING ? REBOUND_PORT_NO : holder->reuse_address;
    case REBOUND_PORT_REUSE_PORT:
      return !is_remainder && holder->uid != uid ? REBOUND_PORT_NO : holder->reuse_port;
    case REBOUND_PORT_PLAIN:
    default:
      return REBOUND_PORT_NO;
    }
}

ReboundPortAnswer
rebound_port_stands (const ReboundPortHolder *holder,
                     const ReboundPortTry *ours,
                     ReboundPortOption option,
                     guint uid)
{
  ReboundPortAnswer overlap = rebound_port_overlap (holder, ours);
  ReboundPortAnswer shared = shares (holder, option, uid);

  /* A handshake that is not over is the listener's, and has no port of its own. */
  if (holder->state == TCP_SYN_RECV || holder->state == STATE_NEW_SYN_RECV)
    return REBOUND_PORT_NO;
  if (overlap == REBOUND_PORT_NO || shared == REBOUND_PORT_YES)
    return REBOUND_PORT_NO;
  return shared == REBOUND_PORT_UNSEEN ? REBOUND_PORT_UNSEEN : overlap;
}

/* The one fact for want of which rebound_port_stands() had no answer; NULL where it takes more. */
static ReboundPortAnswer *
unseen_fact (ReboundPortHolder *holder, const ReboundPortTry *ours, ReboundPortOption option)
{
  ReboundPortAnswer overlap = rebound_port_overlap (holder, ours);

  if (option == REBOUND_PORT_PLAIN)
    return &holder->v6only;
  if (overlap != REBOUND_PORT_YES)
    return NULL;
  return &holder->reuse_address;
}

/* Nobody stood in the way. Without an option that is for the addresses' sake: it leaves IPv4
 * alone. */
static void
learn_from_success (ReboundPortReport *self, const ReboundPortTry *ours, ReboundPortOption option)
{
  for (guint i = 0; i < self->holders->len; i++)
    {
      ReboundPortHolder *holder = self->holders->pdata[i];
      ReboundPortAnswer *fact;

      if (rebound_port_stands (holder, ours, option, self->uid) == REBOUND_PORT_UNSEEN
          && (fact = unseen_fact (holder, ours, option)) != NULL)
        *fact = REBOUND_PORT_YES;
    }
}

/* Somebody stood in the way; where only one can have been it, it was. */
static void
learn_from_failure (ReboundPortReport *self, const ReboundPortTry *ours, ReboundPortOption option)
{
  ReboundPortHolder *suspect = NULL;
  ReboundPortAnswer *fact;

  for (guint i = 0; i < self->holders->len; i++)
    {
      ReboundPortHolder *holder = self->holders->pdata[i];
      ReboundPortAnswer stands = rebound_port_stands (holder, ours, option, self->uid);

      if (stands == REBOUND_PORT_YES || (stands == REBOUND_PORT_UNSEEN && suspect != NULL))
        return;
      if (stands == REBOUND_PORT_UNSEEN)
        suspect = holder;
    }
  if (suspect != NULL && self->sees_bound && (fact = unseen_fact (suspect, ours, option)) != NULL)
    *fact = REBOUND_PORT_NO;
}

void
rebound_port_report_infer (ReboundPortReport *self)
{
  /* Without an option first: that tells of addresses, which the others build upon. */
  for (guint option = 0; option < REBOUND_PORT_N_TRIED; option++)
    for (guint i = 0; i < self->tries->len; i++)
      {
        const ReboundPortTry *ours = self->tries->pdata[i];

        if (ours->errors[option] == 0)
          learn_from_success (self, ours, option);
        else if (ours->errors[option] == EADDRINUSE)
          learn_from_failure (self, ours, option);
      }
}

/* Over all tries: a YES settles it. */
static void
judge_holder (ReboundPortReport *self, ReboundPortHolder *holder)
{
  g_clear_pointer (&holder->rule, g_free);
  for (guint option = 0; option < REBOUND_PORT_N_OPTIONS; option++)
    {
      ReboundPortAnswer worst = REBOUND_PORT_NO;
      const ReboundPortTry *where = NULL;

      for (guint i = 0; i < self->tries->len && worst != REBOUND_PORT_YES; i++)
        {
          const ReboundPortTry *ours = self->tries->pdata[i];
          ReboundPortAnswer stands = rebound_port_stands (holder, ours, option, self->uid);

          /* What succeeds is in nobody's way; what is not known is decided by what bind() said. */
          if (stands == REBOUND_PORT_NO
              || (option < REBOUND_PORT_N_TRIED && ours->errors[option] == 0))
            continue;
          worst = stands;
          where = ours;
        }
      holder->in_the_way[option] = worst;
      if (option == self->option && where != NULL)
        holder->rule = rebound_port_words_rule (self, holder, where);
    }
}

/* Those who certainly are in the way before those who may be; the holders are sorted. */
static const ReboundPortHolder *
find_worst (const ReboundPortReport *self)
{
  static const ReboundPortAnswer order[] = { REBOUND_PORT_YES, REBOUND_PORT_UNSEEN };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    for (guint j = 0; j < self->holders->len; j++)
      {
        const ReboundPortHolder *holder = self->holders->pdata[j];

        if (holder->in_the_way[self->option] == order[i])
          return holder;
      }
  return NULL;
}

void
rebound_port_report_judge (ReboundPortReport *self)
{
  const ReboundPortHolder *worst;

  rebound_port_report_infer (self);
  self->is_free = TRUE;
  for (guint i = 0; i < self->tries->len; i++)
    if (((ReboundPortTry *) self->tries->pdata[i])->errors[self->option] != 0)
      self->is_free = FALSE;
  for (guint i = 0; i < self->holders->len; i++)
    judge_holder (self, self->holders->pdata[i]);
  worst = find_worst (self);
  g_free (self->verdict);
  g_free (self->fix);
  self->verdict = rebound_port_words_verdict (self, worst);
  self->fix = self->is_free ? NULL : rebound_port_words_fix (self, worst);
}
