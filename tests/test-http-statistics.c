/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What HTTP clients have come to at the end of a run, and how many connections it took: counted by
 * whoever makes or accepts them, so that it does not matter who tells of them. */

#include <string.h>

#include "kernel/kernel-test.h"
#include "net-test.h"

#define PORT 30000

typedef struct
{
  const char *name;
  const char *script;
  const char *told; /* of the group statistics */
  guint n_connections;
} Case;

#define SERVER    "peer http-server server port=30000 "
#define WEB       "listener web port=30000 backlog=10 "
#define GATE      "peer socket gate\ngate.socket\ngate.bind port=30000\ngate.listen\npeer socket far\n"
#define GET(name) name ".get uri=http://server/"
#define TOLD(time, name, policy, requests, connections, first_byte)                                \
  time " " name " statistics policy=" policy " " requests " " connections first_byte "\n"

static const Case cases[] = {
  /* clients */
  { "nothing-was-asked", SERVER "\nhttp-client http\nlaunch\nafter 1s\n", "", 0 },
  { "no-client", WEB "on-accept=close\nlaunch\nclient phone connect=web count=2\nafter 1s\n", "",
    2 },
  { "kept",
    SERVER
    "delay=10ms\nhttp-client http\nlaunch\n" GET ("http") "\nafter 1s " GET ("http") "\nafter 1s\n",
    TOLD ("2s",
          "http",
          "rebound",
          "requests=2 answered=2 failed=0 maybe-delivered=0 retried=0",
          "connections-created=1 reused=1 connects-saved=1 expired=0 closed-by-server=0 retired=0 "
          "cleared=0",
          " first-byte=10ms"),
    1 },
  { "side-by-side",
    SERVER "\nhttp-client old policy=asi\nhttp-client new\nlaunch\n" GET ("old") "\n" GET (
        "new") "\nserver.close-connections\n" GET ("old") "\n" GET ("new") "\n",
    TOLD ("0s",
          "old",
          "asi",
          "requests=2 answered=2 failed=0 maybe-delivered=0 retried=1",
          "connections-created=2 reused=1 connects-saved=0 expired=0 closed-by-server=0 retired=0 "
          "cleared=0",
          " first-byte=0s")
        TOLD ("0s",
              "new",
              "rebound",
              "requests=2 answered=2 failed=0 maybe-delivered=0 retried=0",
              "connections-created=2 reused=0 connects-saved=0 expired=0 closed-by-server=1 "
              "retired=0 cleared=0",
              " first-byte=0s"),
    4 },
  /* A launch makes it anew; its properties are the last life's, what is told is the run's. */
  { "lives",
    SERVER "\nhttp-client http\nlaunch\n" GET ("http") " count=3\nkill\nlaunch\n" GET (
        "http") "\nexpect http.sent-count == 1\nhome\nafter 1s kill\n",
    TOLD ("1s",
          "http",
          "rebound",
          "requests=4 answered=4 failed=0 maybe-delivered=0 retried=0",
          "connections-created=4 reused=0 connects-saved=0 expired=0 closed-by-server=0 retired=1 "
          "cleared=0",
          " first-byte=0s"),
    4 },
  { "an-id-is-of-one-life",
    SERVER "\nhttp-client http\nlaunch\n" GET ("http") "\nkill\nlaunch\n" GET (
        "http") "\nexpect server.duplicate-count == 0\n",
    TOLD ("0s",
          "http",
          "rebound",
          "requests=2 answered=2 failed=0 maybe-delivered=0 retried=0",
          "connections-created=2 reused=0 connects-saved=0 expired=0 closed-by-server=0 retired=0 "
          "cleared=0",
          " first-byte=0s"),
    2 },
  { "never-answered",
    SERVER "answer=reset\nhttp-client http\nlaunch\nhttp.request method=POST "
           "uri=http://server/ body=x\nhttp.get uri=http://127.0.0.1:1/\n",
    TOLD ("0s",
          "http",
          "rebound",
          "requests=2 answered=0 failed=2 maybe-delivered=1 retried=0",
          "connections-created=1 reused=0 connects-saved=0 expired=0 closed-by-server=0 retired=0 "
          "cleared=0",
          ""),
    1 },

  /* connections */
  { "untold",
    WEB "on-accept=close tell-connections=no\nlaunch\nclient phone connect=web count=10 at-once=10 "
        "tell-connections=no\n",
    "", 10 },
  { "refused", "client phone connect=127.0.0.1:30000 count=1 retry-every=1s\nafter 5s\n", "", 0 },
  { "naive",
    GATE "socket near\nlaunch\nnear.socket\nnear.connect to=gate\ngate.accept into=far\n"
         "expect kernel.connection-count == 1\n",
    "", 1 },
  { "accepted-when-its-client-is-gone",
    GATE "socket near\nlaunch\nnear.socket\nnear.connect to=gate\nnear.close\nafter 5min\n"
         "gate.accept into=far\n",
    "", 1 },
  { "reset-before-it-was-accepted",
    GATE "socket near\nlaunch\nnear.socket\nnear.connect to=gate\nnear.set-option option=linger\n"
         "near.close\ngate.accept into=far\n",
    "", 1 },
};

static void
test_case (gconstpointer data)
{
  const Case *self = data;
  g_autoptr (NetTest) test = net_test_new (self->script);
  g_autofree char *told = NULL;

  net_test_play (test);
  told = recording_sink_dup_log (test->sink, REBOUND_EVENT_GROUP_STATISTICS);
  g_assert_cmpstr (told, ==, self->told);
  g_assert_cmpuint (recording_sink_get_summary (test->sink)->n_connections, ==,
                    self->n_connections);
}

static void
connect_stranger (ReboundApplication *application, gpointer data)
{
  *(int *) data = raw_connect (AF_INET, PORT, 0);
}

/* One end alone is the run's, and it is the one that accepts. */
static void
test_stranger (void)
{
  g_autoptr (NetTest) test = net_test_new (
      WEB "background-policy=keep connection-policy=keep on-accept=keep\nlaunch\nhome\nopen\n");
  int fd = -1;

  g_signal_connect (rebound_run_get_application (test->run), "did-enter-background",
                    G_CALLBACK (connect_stranger), &fd);
  net_test_play (test);
  raw_close (fd);
  g_assert_cmpuint (recording_sink_get_summary (test->sink)->n_connections, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/http-statistics/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/http-statistics/stranger", test_stranger);
  return g_test_run ();
}
