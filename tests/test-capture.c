/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The segments of a run: what is read of a packet, what it is called, and that none is lost without
 * a word. */

#include "net/rebound-capture-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/kernel-test.h"
#include "lifecycle/rebound-error.h"
#include "net-test.h"
#include "net/rebound-isolation.h"
#include "net/rebound-trace-private.h"

/* -- a packet -- */

/* 127.0.0.1:40000 > 127.0.0.1:30000, IPv4 with 24 bytes of header, TCP with 20, three of data. */
static const guint8 ipv4_packet[] = {
  0x46, 0,    0,    47,   0, 0, 0x40, 0, 64, 6, 0, 0, 127,  0,    0, 1, 127, 0, 0, 1, 1, 1, 1, 0, //
  0x9c, 0x40, 0x75, 0x30, 0, 0, 0,    7, 0,  0, 0, 9, 0x50, 0x18, 2, 0, 0,   0, 0, 0,             //
  'a',  'b',  'c',
};

/* The same over IPv6, without data. */
static const guint8 ipv6_packet[] = {
  0x60, 0,    0,    0,    0, 20, 6, 64,                            //
  0,    0,    0,    0,    0, 0,  0, 0,  0, 0, 0, 0, 0,    0, 0, 1, //
  0,    0,    0,    0,    0, 0,  0, 0,  0, 0, 0, 0, 0,    0, 0, 1, //
  0x9c, 0x40, 0x75, 0x30, 0, 0,  0, 7,  0, 0, 0, 9, 0x50,          //
  0x11, 2,    0,    0,    0, 0,  0,
};

static void
test_parse (void)
{
  ReboundSegment segment;
  g_autofree char *flags = NULL;

  g_assert_true (
      rebound_segment_parse (ipv4_packet, sizeof ipv4_packet, sizeof ipv4_packet, &segment));
  g_assert_cmpint (segment.tuple.family, ==, AF_INET);
  g_assert_cmpuint (g_ntohs (segment.tuple.local_port), ==, 40000);
  g_assert_cmpuint (g_ntohs (segment.tuple.remote_port), ==, 30000);
  g_assert_cmpuint (segment.sequence, ==, 7);
  g_assert_cmpuint (segment.acknowledgement, ==, 9);
  g_assert_cmpuint (segment.payload_bytes, ==, 3);
  flags = rebound_segment_dup_flags (&segment);
  g_assert_cmpstr (flags, ==, "P.");

  g_assert_true (
      rebound_segment_parse (ipv6_packet, sizeof ipv6_packet, sizeof ipv6_packet, &segment));
  g_assert_cmpint (segment.tuple.family, ==, AF_INET6);
  g_assert_cmpuint (segment.payload_bytes, ==, 0);
  g_assert_cmpuint (segment.flags, ==, TH_FIN | TH_ACK);
}

static void
test_cut (void)
{
  ReboundSegment segment;

  g_test_summary ("of a packet that is cut off before the end of its headers nothing is read");
  for (gsize length = 0; length < 24 + 20; length++)
    {
      g_autofree guint8 *part = g_memdup2 (ipv4_packet, length);

      g_assert_false (rebound_segment_parse (part, length, length, &segment));
    }
  for (gsize length = 0; length < sizeof ipv6_packet; length++)
    {
      g_autofree guint8 *part = g_memdup2 (ipv6_packet, length);

      g_assert_false (rebound_segment_parse (part, length, length, &segment));
    }
  /* What was sent is counted, not what was kept. */
  g_assert_true (rebound_segment_parse (ipv4_packet, 44, 1044, &segment));
  g_assert_cmpuint (segment.payload_bytes, ==, 1000);
}

/* -- stories -- */

typedef struct
{
  const char *name;
  const char *script;
  const char *trace;
} Story;

#define OPEN                                                                                       \
  "0s kernel: ann#1           > 127.0.0.1:30000  S   seq 0, length 0\n"                            \
  "0s kernel: 127.0.0.1:30000 > ann#1            S.  seq 0, ack 1, length 0\n"                     \
  "0s kernel: ann#1           > 127.0.0.1:30000  .   seq 1, ack 1, length 0\n"
#define CONNECT                                                                                    \
  "socket web\nsocket served\npeer socket ann\nlaunch\nweb.socket\nweb.bind port=30000\n"          \
  "web.listen\nann.socket\nann.connect to=web\nweb.accept into=served\n"

static const Story stories[] = {
  { "nothing", "after 1s\n", "" },
  { "refused", "client phone connect=127.0.0.1:30000 retry-every=10s\nafter 10s\n",
    "0s kernel: phone#1         > 127.0.0.1:30000  S   seq 0, length 0\n"
    "0s kernel: 127.0.0.1:30000 > phone#1          R.  seq 0, ack 1, length 0\n"
    "10s kernel: phone#1         > 127.0.0.1:30000  S   seq 0, length 0\n"
    "10s kernel: 127.0.0.1:30000 > phone#1          R.  seq 0, ack 1, length 0\n" },
  { "abortive-close",
    CONNECT "ann.send text=hello\nserved.set-option option=linger time=0s\nserved.close\n",
    OPEN "0s kernel: ann#1           > 127.0.0.1:30000  P.  seq 1, ack 1, length 5\n"
         "0s kernel: 127.0.0.1:30000 > ann#1            .   seq 1, ack 6, length 0\n"
         "0s kernel: 127.0.0.1:30000 > ann#1            R.  seq 1, ack 6, length 0\n" },
  { "half-close",
    CONNECT "ann.shutdown how=write\nafter 3s served.send text=answer\nserved.close\n",
    OPEN "0s kernel: ann#1           > 127.0.0.1:30000  F.  seq 1, ack 1, length 0\n"
         "0s kernel: 127.0.0.1:30000 > ann#1            .   seq 1, ack 2, length 0\n"
         "3s kernel: 127.0.0.1:30000 > ann#1            P.  seq 1, ack 2, length 6\n"
         "3s kernel: ann#1           > 127.0.0.1:30000  .   seq 2, ack 7, length 0\n"
         "3s kernel: 127.0.0.1:30000 > ann#1            F.  seq 7, ack 2, length 0\n"
         "3s kernel: ann#1           > 127.0.0.1:30000  .   seq 2, ack 8, length 0\n" },
  /* The RST has the number that the segment acknowledged, and none of its own. */
  { "write-after-close", CONNECT "served.close\nann.send text=hello\n",
    OPEN "0s kernel: 127.0.0.1:30000 > ann#1            F.  seq 1, ack 1, length 0\n"
         "0s kernel: ann#1           > 127.0.0.1:30000  .   seq 1, ack 2, length 0\n"
         "0s kernel: ann#1           > 127.0.0.1:30000  P.  seq 1, ack 2, length 5\n"
         "0s kernel: 127.0.0.1:30000 > ann#1            R   seq 2, length 0\n" },
};

static char *
play_captured (const char *script)
{
  g_autoptr (NetTest) test = net_test_new (script);

  rebound_linux_kernel_set_captures (test->kernel, TRUE);
  net_test_play (test);
  return recording_sink_dup_text (test->sink, REBOUND_EVENT_GROUP_PACKETS);
}

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_autofree char *trace = play_captured (story->script);

  g_assert_cmpstr (trace, ==, story->trace);
}

static void
test_unasked (void)
{
  g_autoptr (NetTest) test = net_test_new (CONNECT);

  g_test_summary ("where nobody asks for packets there is no event of one");
  net_test_play (test);
  g_assert_cmpuint (recording_sink_count (test->sink, "kernel", "packet"), ==, 0);
}

static void
count_bytes (const guint8 *packet, gsize captured_bytes, gsize wire_bytes, gpointer user_data)
{
  gsize *sums = user_data;

  g_assert_cmpuint (packet[0] >> 4, ==, 4);
  sums[0] += captured_bytes;
  sums[1] += wire_bytes;
}

static void
test_packet_func (void)
{
  g_autoptr (NetTest) test = net_test_new (CONNECT "ann.send text=hello\n");
  gsize sums[2] = { 0 };

  g_test_summary ("who asks for the segments themselves is given the whole of them");
  rebound_linux_kernel_set_captures (test->kernel, TRUE);
  rebound_linux_kernel_set_packet_func (test->kernel, count_bytes, sums);
  net_test_play (test);
  g_assert_cmpuint (recording_sink_count (test->sink, "kernel", "packet"), ==, 5);
  g_assert_cmpuint (sums[0], >, 5 * 40);
  g_assert_cmpuint (sums[0], ==, sums[1]);
}

/* -- what it takes -- */

static void
test_capabilities (void)
{
  g_autofree char *status = NULL;

  g_test_summary ("what allows the capture is CAP_NET_RAW and no more, and nothing by exec");
  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  g_assert_nonnull (strstr (status, "\nCapPrm:\t0000000000003000\n"));
  g_assert_nonnull (strstr (status, "\nCapEff:\t0000000000003000\n"));
  g_assert_nonnull (strstr (status, "\nCapBnd:\t0000000000000000\n"));
}

/* -- the ring -- */

static void
count (const guint8 *packet, gsize captured_bytes, gsize wire_bytes, gpointer user_data)
{
  (*(guint *) user_data)++;
}

/* Two segments each: data, and its acknowledgement. */
static void
exchange (guint n_times)
{
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (AF_INET, port, TRUE, 1);
  int client = raw_connect (AF_INET, port, 0);
  int server = raw_accept (listener);
  char byte = 'x';

  raw_set_option (client, IPPROTO_TCP, TCP_NODELAY, 1);
  for (guint i = 0; i < n_times; i++)
    {
      g_assert_cmpint (send (client, &byte, 1, MSG_DONTWAIT), ==, 1);
      g_assert_cmpint (recv (server, &byte, 1, MSG_DONTWAIT), ==, 1);
    }
  raw_close_abortively (client);
  raw_close (server);
  raw_close (listener);
}

static void
test_round (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundCapture) capture = rebound_capture_new (TRUE, &error);
  guint n_packets = 0;

  g_test_summary ("the ring is used again and again");
  g_assert_no_error (error);
  for (guint i = 0; i < 5; i++)
    {
      exchange (5000);
      g_assert_true (rebound_capture_drain (capture, count, &n_packets, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (n_packets, ==, (i + 1) * (3 + 2 * 5000 + 1));
    }
}

static void
test_drop (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundCapture) capture = rebound_capture_new (TRUE, &error);
  guint n_packets = 0;

  g_test_summary ("what did not fit is an error that says how much");
  g_assert_no_error (error);
  exchange (16384);
  g_assert_false (rebound_capture_drain (capture, count, &n_packets, &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL);
  g_assert_cmpuint (n_packets, ==, 32768);
  g_assert_nonnull (strstr (error->message, "dropped 4 packets"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  rebound_isolation_allow_capture ();
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add_func ("/capture/parse", test_parse);
  g_test_add_func ("/capture/cut", test_cut);
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/capture/story/%s", stories[i].name);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/capture/unasked", test_unasked);
  g_test_add_func ("/capture/packet-func", test_packet_func);
  g_test_add_func ("/capture/capabilities", test_capabilities);
  g_test_add_func ("/capture/round", test_round);
  g_test_add_func ("/capture/drop", test_drop);
  return g_test_run ();
}
