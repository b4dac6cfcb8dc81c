/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `print sockets`: the rows of the run's sockets in each state that netstat shows, and what the
 * ends are called. */

#include "net/rebound-port-names-private.h"

#include <arpa/inet.h>
#include <string.h>

#include "kernel/kernel-test.h"
#include "net-test.h"

#define HEAD                                                                                       \
  "0s kernel: Proto Recv-Q Send-Q Local Address          Foreign Address        State       "      \
  "Owner\n"
#define ROW(proto, queues, local, foreign, state, owner)                                           \
  "0s kernel: " proto queues " " local foreign state owner "\n"
#define LISTEN                                                                                     \
  ROW ("tcp   ", "     0    128", "0.0.0.0:30000          ", "0.0.0.0:*              ",            \
       "LISTEN      ", "web")

/* The ends, and the states, in their columns. */
#define PHONE       "phone#1                "
#define OTHER       "other#1                "
#define WEB         "127.0.0.1:30000        "
#define WEB6        "[::1]:30000            "
#define DRAWN       "127.0.0.1:web          "
#define ESTABLISHED "ESTABLISHED "

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
    HEAD LISTEN ROW ("tcp   ", "     0      0", PHONE, WEB, ESTABLISHED, "phone")
        ROW ("tcp   ", "     0      0", WEB, PHONE, ESTABLISHED, "web") },
  { "time-wait",
    "peer listener web port=30000 on-accept=close\n"
    "client phone connect=web count=1\nprint sockets\n",
    HEAD LISTEN ROW ("tcp   ", "     0      0", WEB, PHONE, "TIME_WAIT   ", "-") },
  /* Five bytes and a FIN that nobody has read; the listener's queue has a client. */
  { "unread",
    "listener web port=30000 on-accept=keep background-policy=keep connection-policy=keep\n"
    "launch\nclient phone connect=web count=1 message=hello\nhome\n"
    "client other connect=web count=1 message=hi\nphone.hang-up\nprint sockets\n",
    HEAD ROW ("tcp   ",
              "     1    128",
              "0.0.0.0:30000          ",
              "0.0.0.0:*              ",
              "LISTEN      ",
              "web") ROW ("tcp   ", "     0      0", PHONE, WEB, "FIN_WAIT2   ", "-")
        ROW ("tcp   ", "     6      0", WEB, PHONE, "CLOSE_WAIT  ", "web")
            ROW ("tcp   ", "     0      0", OTHER, WEB, ESTABLISHED, "other")
                ROW ("tcp   ", "     2      0", WEB, OTHER, ESTABLISHED, "backlog of web") },
  /* Two listeners on one port: each has its own queue. */
  { "backlogs",
    "listener web port=30000 address=127.0.0.1 background-policy=keep\n"
    "listener old port=30000 address=127.0.0.2 background-policy=keep\n"
    "launch\nhome\nclient phone connect=127.0.0.1:30000 count=1\n"
    "client other connect=127.0.0.2:30000 count=1\nother.hang-up\nprint sockets\n",
    HEAD ROW ("tcp   ",
              "     1    128",
              WEB,
              "0.0.0.0:*              ",
              "LISTEN      ",
              "web") ROW ("tcp   ",
                          "     1    128",
                          "127.0.0.2:30000        ",
                          "0.0.0.0:*              ",
                          "LISTEN      ",
                          "old") ROW ("tcp   ", "     0      0", PHONE, WEB, ESTABLISHED, "phone")
        ROW ("tcp   ", "     0      0", WEB, PHONE, ESTABLISHED, "backlog of web")
            ROW ("tcp   ", "     0      0", OTHER, "127.0.0.2:30000        ", "FIN_WAIT2   ", "-")
                ROW ("tcp   ",
                     "     1      0",
                     "127.0.0.2:30000        ",
                     OTHER,
                     "CLOSE_WAIT  ",
                     "backlog of old") },
  { "ipv6",
    "peer listener web address=:: port=30000 on-accept=keep\n"
    "client phone connect=[::1]:30000 count=1\nprint sockets\n",
    HEAD ROW ("tcp6  ",
              "     0    128",
              "[::]:30000             ",
              "[::]:*                 ",
              "LISTEN      ",
              "web") ROW ("tcp6  ", "     0      0", PHONE, WEB6, ESTABLISHED, "phone")
        ROW ("tcp6  ", "     0      0", WEB6, PHONE, ESTABLISHED, "web") },
  /* An IPv4 client of an IPv6 listener is found by what it calls itself. */
  { "mapped",
    "listener web address=:: port=30000 background-policy=keep\nlaunch\nhome\n"
    "client phone connect=127.0.0.1:30000 count=1\nprint sockets\n",
    HEAD ROW ("tcp6  ",
              "     1    128",
              "[::]:30000             ",
              "[::]:*                 ",
              "LISTEN      ",
              "web") ROW ("tcp   ", "     0      0", PHONE, WEB, ESTABLISHED, "phone")
        ROW ("tcp6  ", "     0      0", WEB, PHONE, ESTABLISHED, "backlog of web") },
  { "drawn-port",
    "peer listener web port=0 on-accept=keep\nclient phone connect=web count=1\nprint sockets\n",
    HEAD ROW ("tcp   ",
              "     0    128",
              "0.0.0.0:web            ",
              "0.0.0.0:*              ",
              "LISTEN      ",
              "web") ROW ("tcp   ", "     0      0", PHONE, DRAWN, ESTABLISHED, "phone")
        ROW ("tcp   ", "     0      0", DRAWN, PHONE, ESTABLISHED, "web") },
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
                                 "local=0.0.0.0:30000 foreign=0.0.0.0:* state=LISTEN owner=web\n"));
  g_assert_cmpuint (recording_sink_count (test->sink, "kernel", "socket"), ==, 2);
}

static void
test_watches (void)
{
  g_autoptr (NetTest) test = net_test_new ("peer listener web port=30000 on-accept=keep\n"
                                           "client phone connect=web count=1\nafter 10s\n"
                                           "print sockets\nafter 5s phone.hang-up\nafter 90s\n");
  g_autofree char *log = NULL;

  g_test_summary ("a run that watches tells of the table at each instant at which it has changed");
  rebound_linux_kernel_set_watches (test->kernel, TRUE);
  net_test_play (test);
  log = recording_sink_dup_log (test->sink, REBOUND_EVENT_GROUP_SOCKETS);
  g_assert_cmpuint (recording_sink_count (test->sink, "kernel", "sockets"), ==, 5);
  g_assert_nonnull (strstr (log, "0s kernel sockets count=1\n"));
  g_assert_nonnull (strstr (log, "0s kernel sockets count=3\n"));
  g_assert_nonnull (strstr (log, "10s kernel sockets count=3\n")); /* it was asked for */
  g_assert_nonnull (strstr (log, "15s kernel sockets count=3\n"));
  g_assert_nonnull (strstr (log, "75s kernel sockets count=2\n"));
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
  g_test_add_func ("/socket-rows/watches", test_watches);
  g_test_add_func ("/socket-rows/names", test_names);
  return g_test_run ();
}
