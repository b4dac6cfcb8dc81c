/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-port-names-private.h"
#include "rebound-socket-diag-private.h"

G_BEGIN_DECLS

/* A TCP segment as it is on the wire. */
typedef struct
{
  ReboundTuple tuple; /* local is who sends it */
  guint8 flags;       /* TH_* of <netinet/tcp.h> */
  guint32 sequence;
  guint32 acknowledgement;
  guint32 payload_bytes;
} ReboundSegment;

/* FALSE where it is no whole TCP header over IPv4 or IPv6. @packet begins with its IP header. */
gboolean rebound_segment_parse (const guint8 *packet,
                                gsize captured_bytes,
                                gsize wire_bytes,
                                ReboundSegment *segment);

/* "S", "S.", "F." …: the letters of tcpdump, the point for ACK. (transfer full) */
char *rebound_segment_dup_flags (const ReboundSegment *segment);

/* The connections that segments belong to: who is who, and where their numbers began. */
typedef struct _ReboundTrace ReboundTrace;

ReboundTrace *rebound_trace_new (ReboundPortNames *names);
void rebound_trace_free (ReboundTrace *self);

/* Makes the numbers of @segment relative: each side's SYN has 0, as with tshark; 0 where its SYN
 * was not seen. The two names are valid until the next call. */
void rebound_trace_relate (ReboundTrace *self,
                           ReboundSegment *segment,
                           const char **from,
                           const char **to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTrace, rebound_trace_free)

G_END_DECLS
