/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `print sockets`: the rows of the run's sockets in each state that netstat shows, and what the
 * ends are called. */

#include "net/rebound-port-names-private.h"

#include <arpa/inet.h>
#include <string.h>

#include "kernel/kernel-test.h"
#include "net-test.h"

#define HEAD "0s kernel: Proto Recv-Q Send-Q Local Address          Foreign Address        State\n"
#define LISTEN                                                                                     \
  "0s kernel: tcp        0    128 0.0.0.0:30000          0.0.0.0:*              LISTEN\n"

typedef struct
{
  const char *name;
  const char *script;
  const char *rows;
} Story;

static const Story stories[] = {
  { "none", "print sockets\n", HEAD },
  { "established",
    "peer listener web port=30000 on-accept=keep\n"
    "client phone connect=web count=1\nprint sockets\n",
    HEAD LISTEN "0s kernel: tcp        0      0 phone#1                127.0.0.1:30000        "
                "ESTABLISHED\n"
                "0s kernel: tcp        0      0 127.0.0.1:30000        phone#1                "
                "ESTABLISHED\n" },
  { "time-wait",
    "peer listener web port=30000 on-accept=close\n"
    "client phone connect=web count=1\nprint sockets\n",
    HEAD LISTEN "0s kernel: tcp        0      0 127.0.0.1:30000        phone#1                "
                "TIME_WAIT\n" },
  /* Five bytes and a FIN that nobody has read; the listener's queue has a client. */
  { "unread",
    "listener web port=30000 on-accept=keep background-policy=keep connection-policy=keep\n"
    "launch\nclient phone connect=web count=1 message=hello\nhome\n"
    "client other connect=web count=1\nphone.hang-up\nprint sockets\n",
    HEAD "0s kernel: tcp        1    128 0.0.0.0:30000          0.0.0.0:*              LISTEN\n"
         "0s kernel: tcp        0      0 phone#1                127.0.0.1:30000        FIN_WAIT2\n"
         "0s kernel: tcp        6      0 127.0.0.1:30000        phone#1                CLOSE_WAIT\n"
         "0s kernel: tcp        0      0 other#1                127.0.0.1:30000        "
         "ESTABLISHED\n" },
  { "ipv6",
    "peer listener web address=:: port=30000 on-accept=keep\n"
    "client phone connect=[::1]:30000 count=1\nprint sockets\n",
    HEAD "0s kernel: tcp6       0    128 [::]:30000             [::]:*                 LISTEN\n"
         "0s kernel: tcp6       0      0 phone#1                [::1]:30000            "
         "ESTABLISHED\n"
         "0s kernel: tcp6       0      0 [::1]:30000            phone#1                "
         "ESTABLISHED\n" },
  { "drawn-port",
    "peer listener web port=0 on-accept=keep\nclient phone connect=web count=1\nprint sockets\n",
    HEAD "0s kernel: tcp        0    128 0.0.0.0:web            0.0.0.0:*              LISTEN\n"
         "0s kernel: tcp        0      0 phone#1                127.0.0.1:web          "
         "ESTABLISHED\n"
         "0s kernel: tcp        0      0 127.0.0.1:web          phone#1                "
         "ESTABLISHED\n" },
};

/* Of the kernel's story, the table. */
static char *
dup_rows (NetTest *test)
{
  g_autofree char *story = net_test_dup_story (test, "kernel");
  g_auto (GStrv) lines = g_strsplit (story, "\n", -1);
  GString *rows = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], ": Proto") != NULL || strstr (lines[i], ": tcp") != NULL)
      g_string_append_printf (rows, "%s\n", lines[i]);
  return g_string_free (rows, FALSE);
}

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_autoptr (NetTest) test = net_test_new (story->script);
  g_autofree char *rows = NULL;

  net_test_play (test);
  rows = dup_rows (test);
  g_assert_cmpstr (rows, ==, story->rows);
}

static void
test_fields (void)
{
  g_autoptr (NetTest) test
      = net_test_new ("peer listener web port=30000\nprint sockets\nprint sockets\n");
  g_autofree char *log = NULL;

  g_test_summary ("a row is an event with a field for each column, behind one that counts them");
  net_test_play (test);
  log = recording_sink_dup_log (test->sink, REBOUND_EVENT_GROUP_SOCKETS);
  g_assert_nonnull (strstr (log, "kernel sockets count=1\n"));
  g_assert_nonnull (strstr (log, "kernel socket proto=tcp recv-q=0 send-q=128 "
                                 "local=0.0.0.0:30000 foreign=0.0.0.0:* state=LISTEN\n"));
  g_assert_cmpuint (recording_sink_count (test->sink, "kernel", "socket"), ==, 2);
}

static void
assert_end (ReboundPortNames *names, guint16 port, const char *expected)
{
  const guint32 address[4] = { g_htonl (INADDR_LOOPBACK) };
  g_autofree char *end = rebound_port_names_dup_end (names, AF_INET, address, port);

  g_assert_cmpstr (end, ==, expected);
}

static void
test_names (void)
{
  g_autoptr (ReboundPortNames) names = rebound_port_names_new ();

  g_test_summary ("a drawn port is never a number, whoever has it");
  rebound_port_names_add (names, 40000, "phone#1");
  rebound_port_names_add (names, 30000, "phone#1");
  rebound_port_names_add_listener (names, 61002, "web");
  rebound_port_names_add (names, 0, "nobody#1");
  assert_end (names, 0, "127.0.0.1:*");
  assert_end (names, 30000, "127.0.0.1:30000");
  assert_end (names, 39999, "127.0.0.1:39999");
  assert_end (names, 40000, "phone#1");
  assert_end (names, 61002, "127.0.0.1:web");
  assert_end (names, 64999, "unknown#1");
  assert_end (names, 50000, "unknown#2");
  assert_end (names, 64999, "unknown#1");
  assert_end (names, 65000, "127.0.0.1:65000");
  rebound_port_names_add (names, 40000, "phone#2");
  assert_end (names, 40000, "phone#2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/socket-rows/%s", stories[i].name);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/socket-rows/fields", test_fields);
  g_test_add_func ("/socket-rows/names", test_names);
  return g_test_run ();
}
