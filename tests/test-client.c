/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The peer that keeps reconnecting: each story is the whole of what happened to it. */

#include "net/rebound-client.h"

#include <errno.h>

#include "failing-calls.h"
#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-errno.h"
#include "net/rebound-listener.h"

#define SERVER "peer listener web port=30000 "

/* An application that is suspended with one client in a backlog that holds no second one. */
#define FULL                                                                                       \
  "listener web port=30000 backlog=0 on-accept=hello background-policy=keep\n"                     \
  "launch\nhome\nclient first connect=web count=1\n"
#define DROPPED(time, again)                                                                       \
  time " phone: phone#1: the backlog is full and the kernel dropped the SYN; the kernel's own "    \
       "clock decides: it is sent again in " again "\n"

static const NetTestStory stories[] = {
  /* refused and retried */
  { "refused",
    "client phone connect=127.0.0.1:30000 retry-every=300ms\n"
    "expect phone.last-error == ECONNREFUSED\nafter 700ms\nexpect phone.refused-count == 3\n"
    "expect phone.connected-count == 0\n",
    "phone",
    "0s phone: refused: ECONNREFUSED (nobody listens there)\n"
    "300ms phone: refused: ECONNREFUSED (nobody listens there)\n"
    "600ms phone: refused: ECONNREFUSED (nobody listens there)\n" },
  { "number-is-given-back",
    "client phone connect=127.0.0.1:30000 retry-every=300ms count=1\nafter 400ms\n" SERVER
    "\nwait phone.connected\nexpect phone.last-error == none\nexpect phone.refused-count == 2\n",
    "phone",
    "0s phone: refused: ECONNREFUSED (nobody listens there)\n"
    "300ms phone: refused: ECONNREFUSED (nobody listens there)\n"
    "600ms phone: connected as phone#1\n" },
  { "not-there-yet",
    "client phone connect=web retry-every=1s count=1\nlistener web port=30000\n"
    "after 3500ms launch\nwait phone.connected\nexpect phone.refused-count == 0\n",
    "phone", "4s phone: connected as phone#1\n" },
  { "unreachable", "client phone connect=10.1.2.3:80 retry-every=1s\nafter 1s\n", "phone",
    "0s phone: phone#1 failed: ENETUNREACH\n"
    "1s phone: phone#1 failed: ENETUNREACH\n" },

  /* addresses */
  { "address/ipv4", SERVER "\nclient phone connect=127.0.0.1:30000 count=1\n", "phone",
    "0s phone: connected as phone#1\n" },
  { "address/ipv6", SERVER "address=::\nclient phone connect=[::1]:30000 count=1\n", "phone",
    "0s phone: connected as phone#1\n" },

  /* the script's own word */
  { "hang-up",
    SERVER "on-accept=keep\nclient phone connect=web at-once=2 count=3 retry-every=1s\n"
           "phone.hang-up\nexpect phone.open-count == 0\nphone.hang-up\nafter 1s\n"
           "expect phone.open-count == 1\n",
    "phone",
    "0s phone: connected as phone#1\n"
    "0s phone: connected as phone#2\n"
    "0s phone: phone#1 ended: the client closed first\n"
    "0s phone: phone#2 ended: the client closed first\n"
    "1s phone: connected as phone#3\n" },

  /* messages and answers */
  { "answer/expected",
    SERVER "\nclient phone connect=web message=hi expected-answer=hi count=1\n"
           "wait phone.closed\nexpect phone.answered-count == 1\nexpect phone.last-answer == hi\n"
           "expect phone.closed-count == 1\nexpect phone.open-count == 0\n",
    "phone",
    "0s phone: connected as phone#1\n"
    "0s phone: phone#1 was answered: hi\n"
    "0s phone: phone#1 ended: the other end closed first\n" },
  { "answer/wrong",
    SERVER "\nclient phone connect=web message=hi expected-answer=ho count=1\n"
           "wait phone.wrong-answer\nexpect phone.answered-count == 0\n"
           "expect phone.last-answer == hi\n",
    "phone",
    "0s phone: connected as phone#1\n"
    "0s phone: phone#1 was answered: hi; expected ho\n"
    "0s phone: phone#1 ended: the other end closed first\n" },
  { "answer/utf-8",
    SERVER "\nclient phone connect=web message=\"grüß\" expected-answer=\"grüß\" count=1\n"
           "wait phone.answered\n",
    "phone",
    "0s phone: connected as phone#1\n"
    "0s phone: phone#1 was answered: grüß\n"
    "0s phone: phone#1 ended: the other end closed first\n" },
  { "answer/of-bytes",
    SERVER "\nclient phone connect=web message='a\x01\xc3\xa4'\"\\tb\\n\" count=1\n"
           "wait phone.closed\n",
    "phone",
    "0s phone: connected as phone#1\n"
    "0s phone: phone#1 was answered: a.ä\\tb\\n\n"
    "0s phone: phone#1 ended: the other end closed first\n" },

  /* who closes, how many */
  { "close-first/with-nothing-to-say",
    SERVER "close-order=client-first\nclient phone connect=web close-first=yes count=2\n"
           "after 5s\nexpect kernel.time-wait-count == 2\nexpect phone.closed-count == 2\n",
    "phone",
    "0s phone: connected as phone#1\n"
    "0s phone: phone#1 ended: the client closed first\n"
    "1s phone: connected as phone#2\n"
    "1s phone: phone#2 ended: the client closed first\n" },
  { "close-first/once-answered",
    SERVER "close-order=client-first\n"
           "client phone connect=web message=hi close-first=yes count=1\nwait phone.closed\n",
    "phone",
    "0s phone: connected as phone#1\n"
    "0s phone: phone#1 was answered: hi\n"
    "0s phone: phone#1 ended: the client closed first\n" },
  { "count",
    SERVER "on-accept=close\nclient phone connect=web retry-every=500ms count=3\nafter 1h\n"
           "expect phone.connected-count == 3\nexpect web.accept-count == 3\n",
    "phone",
    "0s phone: connected as phone#1\n"
    "0s phone: phone#1 ended: the other end closed first\n"
    "500ms phone: connected as phone#2\n"
    "500ms phone: phone#2 ended: the other end closed first\n"
    "1s phone: connected as phone#3\n"
    "1s phone: phone#3 ended: the other end closed first\n" },
  { "at-once",
    SERVER "on-accept=close\nclient phone connect=web retry-every=500ms count=3 at-once=2\n"
           "after 1h\n",
    "phone",
    "0s phone: connected as phone#1\n"
    "0s phone: connected as phone#2\n"
    "0s phone: phone#1 ended: the other end closed first\n"
    "0s phone: phone#2 ended: the other end closed first\n"
    "500ms phone: connected as phone#3\n"
    "500ms phone: phone#3 ended: the other end closed first\n" },
  { "at-once/more-than-count",
    SERVER "on-accept=keep\nclient phone connect=web count=2 at-once=5\nafter 1h\n"
           "expect phone.open-count == 2\n",
    "phone",
    "0s phone: connected as phone#1\n"
    "0s phone: connected as phone#2\n" },
  { "reset",
    "listener web port=30000 on-accept=keep\nclient phone connect=web message=hi\nlaunch\n"
    "wait phone.connected\nexpect phone.open-count == 1\nkill\n"
    "expect phone.last-error == ECONNRESET\nexpect phone.open-count == 0\n"
    "expect phone.closed-count == 0\nafter 1s\n",
    "phone",
    "1s phone: connected as phone#1\n"
    "1s phone: phone#1 failed: ECONNRESET\n"
    "2s phone: refused: ECONNREFUSED (nobody listens there)\n" },

  /* a full backlog */
  { "backlog-full",
    FULL "client phone connect=web connect-timeout=1h count=1\nafter 5s open\n"
         "expect phone.connected-count == 0\nwait phone.answered within 2s\n",
    "phone",
    DROPPED ("0s", "1s") DROPPED ("1s", "2s")
        DROPPED ("3s", "4s") "7s phone: connected as phone#1\n"
                             "7s phone: phone#1 was answered: hello\\n\n"
                             "7s phone: phone#1 ended: the other end closed first\n" },
  { "backlog-full/for-ever",
    FULL "client phone connect=web connect-timeout=1h retry-every=1h count=1\nafter 10min\n",
    "phone",
    DROPPED ("0s", "1s") DROPPED ("1s", "2s") DROPPED ("3s", "4s") DROPPED ("7s", "8s")
        DROPPED ("15s", "16s") DROPPED ("31s", "32s") "127s phone: phone#1 failed: ETIMEDOUT\n" },
  { "connect-timeout",
    FULL "client phone connect=web connect-timeout=5s retry-every=10s count=1\nafter 15s\n"
         "expect phone.last-error == ETIMEDOUT\n",
    "phone",
    DROPPED ("0s", "1s") DROPPED ("1s", "2s")
        DROPPED ("3s", "4s") "5s phone: phone#1 failed: ETIMEDOUT\n" DROPPED ("15s", "1s") },
};

/* -- ports -- */

static void
test_ports (void)
{
  static const char *const run = SERVER "on-accept=close close-order=client-first\n"
                                        "client phone connect=web close-first=yes count=3\n"
                                        "after 2s\nexpect kernel.time-wait-count == 3\n";

  g_test_summary ("clients bind 40000, 40001 …, and a second run of the process meets nothing of "
                  "the first");
  for (guint i = 0; i < 3; i++)
    net_test_play_story (run, "phone",
                         "0s phone: connected as phone#1\n"
                         "0s phone: phone#1 ended: the client closed first\n"
                         "1s phone: connected as phone#2\n"
                         "1s phone: phone#2 ended: the client closed first\n"
                         "2s phone: connected as phone#3\n"
                         "2s phone: phone#3 ended: the client closed first\n");
}

static void
test_port_taken (void)
{
  int holder = raw_listen (AF_INET, 40000, FALSE, 1);

  g_test_summary ("a client whose port is taken fails and takes the next one");
  net_test_play_story (SERVER "\nclient phone connect=web count=1 retry-every=1s\nafter 1s\n",
                       "phone",
                       "0s phone: phone#1 failed: EADDRINUSE\n"
                       "1s phone: connected as phone#1\n");
  raw_close (holder);
}

/* -- failing system calls -- */

typedef struct
{
  const char *name;
  FailingCall call;
  int error_number;
  const char *story;
} Failure;

#define THEN_WELL                                                                                  \
  "1s phone: connected as phone#1\n"                                                               \
  "1s phone: phone#1 was answered: hi\n"                                                           \
  "1s phone: phone#1 ended: the client closed first\n"
#define BROKEN                                                                                     \
  "0s phone: connected as phone#1\n"                                                               \
  "0s phone: phone#1 failed: "
#define AT_ONCE_WELL                                                                               \
  "0s phone: connected as phone#1\n"                                                               \
  "0s phone: phone#1 was answered: hi\n"                                                           \
  "0s phone: phone#1 ended: the client closed first\n"

static const Failure failures[] = {
  { "socket", FAILING_SOCKET, EMFILE, "0s phone: phone#1 failed: EMFILE\n" THEN_WELL },
  { "bind", FAILING_BIND, EACCES, "0s phone: phone#1 failed: EACCES\n" THEN_WELL },
  { "connect", FAILING_CONNECT, EAGAIN, "0s phone: phone#1 failed: EAGAIN\n" THEN_WELL },
  { "connect-refused", FAILING_CONNECT, ECONNREFUSED,
    "0s phone: refused: ECONNREFUSED (nobody listens there)\n" THEN_WELL },
  { "epoll", FAILING_EPOLL_ADD, ENOSPC, "0s phone: phone#1 failed: ENOSPC\n" THEN_WELL },
  { "send", FAILING_SEND, EPIPE, BROKEN "EPIPE\n" },
  { "send-again", FAILING_SEND, EAGAIN, AT_ONCE_WELL },
  { "send-interrupted", FAILING_SEND, EINTR, AT_ONCE_WELL },
  { "recv", FAILING_RECV, ETIMEDOUT, BROKEN "ETIMEDOUT\n" },
  { "recv-interrupted", FAILING_RECV, EINTR, AT_ONCE_WELL },
};

/* Once the listener is there, the next such call is the client's: it dials and says something
 * before anybody answers; and with on-accept=hello it is the first to read. */
static void
on_listening (ReboundListener *listener, guint generation, guint port, gpointer user_data)
{
  const Failure *failure = user_data;

  failing_calls_plan (failure->call, failure->error_number, 1);
}

static void
test_failure (gconstpointer data)
{
  const Failure *failure = data;
  gboolean reads = failure->call == FAILING_RECV;
  g_autofree char *script = g_strdup_printf ("launch\nclient phone connect=web %s close-first=yes "
                                             "expected-answer=hi count=1\nafter 1s\n",
                                             reads ? "" : "message=hi");
  g_autoptr (NetTest) test = net_test_new (script);
  ReboundListener *web
      = g_object_new (REBOUND_TYPE_LISTENER, "port", 30000, "on-accept",
                      reads ? REBOUND_ON_ACCEPT_HELLO : REBOUND_ON_ACCEPT_ECHO, "greeting", "hi",
                      "close-order", REBOUND_CLOSE_ORDER_CLIENT_FIRST, NULL);
  g_autofree char *story = NULL;

  g_signal_connect (web, "listening", G_CALLBACK (on_listening), (gpointer) failure);
  net_test_add (test, "web", web);
  net_test_play (test);
  g_assert_cmpuint (failing_calls_get_count (failure->call), ==, 1);
  failing_calls_clear ();
  story = net_test_dup_story (test, "phone");
  g_assert_cmpstr (story, ==, failure->story);
}

/* -- handlers that interfere -- */

typedef struct
{
  NetTest *test;
  ReboundActor *phone;
  guint n_events; /* of the client, before this one */
  gboolean is_done;
} Abandonment;

static void
abandon (Abandonment *self)
{
  g_assert_false (self->is_done);
  self->is_done = TRUE;
  self->n_events = recording_sink_count (self->test->sink, "phone", NULL);
  rebound_actor_abandon (self->phone);
}

static void
test_abandoned_by_handler (gconstpointer data)
{
  const char *signal = data;
  g_autoptr (NetTest) test
      = net_test_new (SERVER "backlog=0\nlaunch\nafter 10s\nweb.close\nafter 10s\n");
  ReboundClient *phone
      = g_object_new (REBOUND_TYPE_CLIENT, "connect", "127.0.0.1:30000", "message", "hi", NULL);
  Abandonment abandonment = { test };

  g_test_summary ("a client whose life is ended by who hears of it");
  if (g_str_equal (signal, "wrong-answer"))
    g_object_set (phone, "expected-answer", "ho", NULL);
  if (g_str_equal (signal, "failed"))
    g_object_set (phone, "connect", "10.1.2.3:80", NULL);
  abandonment.phone = REBOUND_ACTOR (phone);
  g_signal_connect_swapped (phone, signal, G_CALLBACK (abandon), &abandonment);
  net_test_add (test, "phone", phone);
  net_test_play (test);
  g_assert_true (abandonment.is_done);
  g_assert_cmpuint (recording_sink_count (test->sink, "phone", NULL), <=, abandonment.n_events + 1);
}

int
main (int argc, char **argv)
{
  static const char *const signals[] = { "connected", "answered", "wrong-answer",      "closed",
                                         "failed",    "refused",  "notify::last-error" };

  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  net_test_add_stories ("/client", NULL, stories, G_N_ELEMENTS (stories));
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strdup_printf ("/client/failing/%s", failures[i].name);

      g_test_add_data_func (path, &failures[i], test_failure);
    }
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/client/abandoned-at/%s", signals[i]);

      g_strdelimit (path, ":", '-');
      g_test_add_data_func (path, signals[i], test_abandoned_by_handler);
    }
  g_test_add_func ("/client/ports", test_ports);
  g_test_add_func ("/client/port-taken", test_port_taken);
  return g_test_run ();
}
