/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes over the wire of a run: packets, each behind a byte for how much of it was captured and
 * one for how much longer it was. A segment is whole or refused; what is said of who sends it to
 * whom is the same the other way round for the answer. */

#include "net/rebound-trace-private.h"

#include <netinet/tcp.h>
#include <string.h>

#include "fuzz.h"

static ReboundPortNames *names;

static void
check_segment (ReboundTrace *trace, const ReboundSegment *parsed, gsize wire_bytes)
{
  ReboundSegment there = *parsed;
  ReboundSegment back = *parsed;
  g_autofree char *flags = rebound_segment_dup_flags (parsed);
  g_autofree char *sender = NULL;
  g_autofree char *receiver = NULL;
  const char *from, *to;

  g_assert_true (parsed->tuple.family == AF_INET || parsed->tuple.family == AF_INET6);
  g_assert_cmpuint (parsed->payload_bytes, <, wire_bytes);
  g_assert_cmpuint (strlen (flags), <=, 6);
  rebound_trace_relate (trace, &there, &from, &to);
  g_assert_true ((there.flags & TH_SYN) == 0 || there.sequence == 0);
  sender = g_strdup (from);
  receiver = g_strdup (to);
  back.tuple = rebound_tuple_reverse (&parsed->tuple);
  back.flags = TH_ACK;
  rebound_trace_relate (trace, &back, &from, &to);
  /* One end that talks to itself has one side. */
  if (rebound_tuple_equal (&back.tuple, &there.tuple))
    return;
  g_assert_cmpstr (from, ==, receiver);
  g_assert_cmpstr (to, ==, sender);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  names = rebound_port_names_new ();
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (ReboundTrace) trace = rebound_trace_new (names);

  while (size > 2)
    {
      gsize captured_bytes = MIN (data[0], size - 2);
      gsize wire_bytes = captured_bytes + data[1];
      g_autofree guint8 *packet = g_malloc (MAX (captured_bytes, 1));
      ReboundSegment segment;

      memcpy (packet, data + 2, captured_bytes);
      if (rebound_segment_parse (packet, captured_bytes, wire_bytes, &segment))
        check_segment (trace, &segment, wire_bytes);
      data += 2 + captured_bytes;
      size -= 2 + captured_bytes;
    }
  return 0;
}
