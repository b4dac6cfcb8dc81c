/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The listener as a script has it: every property, every policy, and what its log says. Each story
 * is the whole of what happened to the actors that are named. */

#include "net/rebound-listener.h"

#include <errno.h>

#include "failing-calls.h"
#include "kernel/kernel-test.h"
#include "net/rebound-errno.h"
#include "net-test.h"

#define WEB         "listener web port=30000 "
#define WEB_LISTENS "0s web: listens on port 30000 (generation 1)\n"

#define STILL_LISTENS "0s web: still listens (generation 1): SO_ACCEPTCONN says that it listens\n"

/* One client that comes a second after the launch, and what it leaves behind. */
#define PHONE "client phone connect=web count=1 "
#define MEETS                                                                                      \
  "1s phone: connected as phone#1\n"                                                               \
  "1s web: accepted phone#1\n"
#define SERVED_FIRST "1s web: phone#1 ended: the server closed first\n"
#define SOURCE_GONE  "1s web: accept source destroyed (generation 1)\n"

/* A generation without the option that leaves a TIME_WAIT, and the next one that meets it. */
#define LEAVING(options)                                                                           \
  "listener web port=30000 reuse-address=no on-accept=close " options "\n" PHONE "\n"              \
  "launch\n"                                                                                       \
  "wait phone.closed\n"                                                                            \
  "home\n"                                                                                         \
  "open\n"
#define LEFT                                                                                       \
  WEB_LISTENS "1s web: accepted phone#1\n" SERVED_FIRST SOURCE_GONE                                \
              "1s web: closed (generation 1), at did-enter-background\n"
#define CANNOT(time, generation)                                                                   \
  time " web: cannot bind port 30000 (generation " generation "): EADDRINUSE: generation 1 left "  \
       "1 connection in TIME_WAIT, and neither it nor the new socket has SO_REUSEADDR\n"

static const NetTestStory stories[] = {
  /* on-accept and close-order */
  { "on-accept/close", WEB "on-accept=close\n" PHONE "\nlaunch\nwait phone.closed\n", "web phone",
    WEB_LISTENS MEETS SERVED_FIRST "1s phone: phone#1 ended: the other end closed first\n" },
  { "on-accept/close-with-input-unread",
    WEB "on-accept=close\n" PHONE "message=hi\nlaunch\nwait phone.failed\n"
        "expect phone.last-error == ECONNRESET\n",
    "web phone",
    WEB_LISTENS MEETS
    "1s web: phone#1 ended: the server closed first, with 2 bytes unread: by RST\n"
    "1s phone: phone#1 failed: ECONNRESET\n" },
  { "on-accept/close-client-first",
    WEB "on-accept=close close-order=client-first\n" PHONE
        "close-first=yes\nlaunch\nwait web.connection-closed\n",
    "web phone",
    WEB_LISTENS "1s phone: connected as phone#1\n"
                "1s phone: phone#1 ended: the client closed first\n"
                "1s web: accepted phone#1\n"
                "1s web: phone#1 ended: the client closed first\n" },
  { "on-accept/echo", WEB "\n" PHONE "message=hi expected-answer=hi\nlaunch\nwait phone.closed\n",
    "web phone",
    WEB_LISTENS MEETS SERVED_FIRST "1s phone: phone#1 was answered: hi\n"
                                   "1s phone: phone#1 ended: the other end closed first\n" },
  { "on-accept/echo-client-first",
    WEB "close-order=client-first\n" PHONE "message=hi close-first=yes\nlaunch\n"
        "wait web.connection-closed\nexpect web.open-count == 0\nexpect web.accept-count == 1\n",
    "web phone",
    WEB_LISTENS MEETS "1s phone: phone#1 was answered: hi\n"
                      "1s phone: phone#1 ended: the client closed first\n"
                      "1s web: phone#1 ended: the client closed first\n" },
  { "on-accept/hello",
    WEB "on-accept=hello greeting=welcome\n" PHONE "\nlaunch\nwait phone.closed\n", "web phone",
    WEB_LISTENS MEETS SERVED_FIRST "1s phone: phone#1 was answered: welcome\n"
                                   "1s phone: phone#1 ended: the other end closed first\n" },
  { "on-accept/hello-client-first",
    WEB "on-accept=hello close-order=client-first\n" PHONE
        "expected-answer=\"hello\\n\" close-first=yes\nlaunch\nwait web.connection-closed\n",
    "web phone",
    WEB_LISTENS MEETS "1s phone: phone#1 was answered: hello\\n\n"
                      "1s phone: phone#1 ended: the client closed first\n"
                      "1s web: phone#1 ended: the client closed first\n" },
  { "on-accept/hello-with-nothing-to-say",
    WEB "on-accept=hello greeting=\"\"\n" PHONE "\nlaunch\nwait phone.closed\n", "web phone",
    WEB_LISTENS MEETS SERVED_FIRST "1s phone: phone#1 ended: the other end closed first\n" },
  { "on-accept/keep",
    WEB "on-accept=keep\n" PHONE "message=hi\nlaunch\nwait phone.connected\n"
        "expect no phone.answered for 1h\nexpect web.open-count == 1\nhome\n"
        "expect web.open-count == 0\nexpect web.accept-count == 1\n",
    "web phone",
    WEB_LISTENS MEETS "3601s web: accept source destroyed (generation 1)\n"
                      "3601s web: phone#1 ended: its listener closed, with 2 bytes unread: by RST\n"
                      "3601s web: closed (generation 1), at did-enter-background\n"
                      "3601s phone: phone#1 failed: ECONNRESET\n" },

  /* connection-policy */
  { "connection-policy/close",
    WEB "reuse-address=no close-order=client-first\n" PHONE
        "\nlaunch\nwait phone.connected\nhome\nexpect web.open-count == 0\n",
    "web phone",
    WEB_LISTENS MEETS SOURCE_GONE "1s web: phone#1 ended: its listener closed\n"
                                  "1s web: closed (generation 1), at did-enter-background\n"
                                  "1s phone: phone#1 ended: the other end closed first\n" },
  { "connection-policy/keep",
    WEB "reuse-address=no on-accept=keep connection-policy=keep\n" PHONE
        "\nlaunch\nwait phone.connected\nhome\nexpect web.open-count == 1\nopen\n"
        "expect no phone.closed for 1h\n",
    "web phone",
    WEB_LISTENS MEETS SOURCE_GONE
    "1s web: closed (generation 1), at did-enter-background\n"
    "1s web: cannot bind port 30000 (generation 2): EADDRINUSE: generation 1 left 1 connection in "
    "ESTABLISHED, and neither it nor the new socket has SO_REUSEADDR\n" },
  { "connection-policy/kept-is-served-on",
    WEB "connection-policy=keep\n" PHONE
        "\nlaunch\nwait phone.connected\nhome\nopen\nexpect web.open-count == 1\n"
        "expect web.state == listening\nexpect web.generation == 2\nweb.close\n"
        "expect web.open-count == 1\n",
    "phone", "1s phone: connected as phone#1\n" },

  /* background-policy */
  { "background-policy/close-on-resign",
    WEB "background-policy=close-on-resign\nlaunch\nresign-active\nexpect web.state == closed\n"
        "become-active\nexpect web.state == listening\nexpect web.generation == 2\n",
    "web",
    WEB_LISTENS "0s web: accept source destroyed (generation 1)\n"
                "0s web: closed (generation 1), at will-resign-active\n"
                "0s web: listens on port 30000 (generation 2)\n" },
  { "background-policy/close-on-background",
    WEB "background-policy=close-on-background\nlaunch\nresign-active\n"
        "expect web.state == listening\nbecome-active\nexpect web.generation == 1\n"
        "resign-active\nenter-background\nexpect web.state == closed\n"
        "enter-foreground\nexpect web.state == closed\nbecome-active\n",
    "web",
    WEB_LISTENS STILL_LISTENS "0s web: accept source destroyed (generation 1)\n"
                              "0s web: closed (generation 1), at did-enter-background\n"
                              "0s web: listens on port 30000 (generation 2)\n" },
  { "background-policy/keep",
    WEB "background-policy=keep\nlaunch\nhome\nexpect web.state == listening\nopen\n"
        "expect web.generation == 1\nresign-active\nenter-background\nterminate\n"
        "expect web.state == closed\n",
    "web",
    WEB_LISTENS STILL_LISTENS "0s web: accept source destroyed (generation 1)\n"
                              "0s web: closed (generation 1), at will-terminate\n" },

  /* on-error */
  { "on-error/report",
    LEAVING ("on-error=report") "expect web.state == failed\nexpect web.last-error == EADDRINUSE\n"
                                "expect web.bound-port == 0\nexpect no web.listening for 59s\n"
                                "after 1s web.open\nexpect web.last-error == none\n"
                                "expect web.bound-port == 30000\n",
    "web", LEFT CANNOT ("1s", "2") "61s web: listens on port 30000 (generation 3)\n" },
  { "on-error/ignore",
    LEAVING ("on-error=ignore") "expect web.state == unbound\nexpect web.bound-port == 0\n"
                                "expect web.last-error == EADDRINUSE\nweb.open\n"
                                "expect web.generation == 2\nafter 1h home\n",
    "web",
    LEFT CANNOT ("1s", "2") "1s web: nobody looks at the error: the socket is “valid”, and no "
                            "client can connect\n"
                            "3601s web: closed (generation 2), at did-enter-background\n" },
  { "on-error/listen-anyway",
    LEAVING ("on-error=listen-anyway") "expect web.state == listening\n"
                                       "expect web.bound-port == 61001\n"
                                       "expect web.last-error == EADDRINUSE\n"
                                       "client lost connect=web count=1\n"
                                       "client finder connect=127.0.0.1:61001 count=1\n"
                                       "expect lost.refused-count == 1\nexpect finder.connected\n"
                                       "home\nopen\nexpect web.bound-port == 61003\n",
    "web",
    LEFT CANNOT ("1s", "2") "1s web: listen() succeeds all the same: on a port that was drawn, "
                            "where nobody looks for "
                            "it (generation 2)\n"
                            "1s web: accepted finder#1\n"
                            "1s web: finder#1 ended: the server closed first\n"
                            "1s web: accept source destroyed (generation 2)\n"
                            "1s web: closed (generation 2), at did-enter-background\n" CANNOT (
                                "1s",
                                "3") "1s web: listen() succeeds all the same: on a port that was "
                                     "drawn, where nobody looks "
                                     "for it (generation 3)\n" },
  { "on-error/retry",
    LEAVING ("on-error=retry retry-every=20s") "expect web.state == retrying\nafter 59s\n"
                                               "expect web.state == retrying\nafter 1s\n"
                                               "expect web.state == listening\n",
    "web",
    LEFT CANNOT ("1s", "2") CANNOT ("21s", "2")
        CANNOT ("41s", "2") "61s web: listens on port 30000 (generation 2)\n" },
  { "on-error/retry-ends-at-close",
    LEAVING ("on-error=retry retry-every=7s") "after 10s web.close\nexpect web.state == closed\n"
                                              "expect no web.bind-failed for 1h\n",
    "web",
    LEFT CANNOT ("1s", "2")
        CANNOT ("8s", "2") "11s web: closed (generation 2), at the script's word\n" },
  { "on-error/retry-ends-at-kill",
    LEAVING ("on-error=retry retry-every=7s") "after 10s kill\nexpect no web.bind-failed for 1h\n"
                                              "expect web.state == retrying\n",
    "web", LEFT CANNOT ("1s", "2") CANNOT ("8s", "2") },

  /* addresses, ports and options */
  { "port/drawn",
    "listener web\nlaunch\nexpect web.bound-port == 40000\nhome\nexpect web.bound-port == 0\n"
    "open\nexpect web.bound-port == 40001\nclient phone connect=web count=1\n"
    "expect phone.connected\n",
    "web",
    "0s web: listens (generation 1)\n"
    "0s web: accept source destroyed (generation 1)\n"
    "0s web: closed (generation 1), at did-enter-background\n"
    "0s web: listens (generation 2)\n"
    "0s web: accepted phone#1\n" },
  { "address/ipv6",
    WEB "address=::1\n" PHONE "message=hi\nclient other connect=127.0.0.1:30000 count=1\n"
        "launch\nwait phone.answered\nexpect other.connected-count == 0\n"
        "expect kernel.time-wait-count == 1\n",
    "web", WEB_LISTENS "1s web: accepted phone#1\n" SERVED_FIRST },
  { "address/ipv4-within-ipv6",
    WEB "address=:: on-accept=close\nclient phone connect=127.0.0.1:30000 count=1\n"
        "after 1ms launch\nwait phone.closed\nexpect kernel.time-wait-count == 1\nafter 59s\n"
        "expect kernel.time-wait-count == 1\nafter 1s\nexpect kernel.time-wait-count == 0\n",
    "web phone",
    "0s phone: refused: ECONNREFUSED (nobody listens there)\n"
    "1ms web: listens on port 30000 (generation 1)\n" MEETS SERVED_FIRST
    "1s phone: phone#1 ended: the other end closed first\n" },
  { "address/not-of-this-machine", WEB "address=10.1.2.3\nlaunch\nexpect web.state == failed\n",
    "web", "0s web: cannot bind port 30000 (generation 1): EADDRNOTAVAIL\n" },
  { "backlog",
    WEB "backlog=1 on-accept=hello background-policy=keep\nlaunch\nhome\n"
        "client crowd connect=web at-once=3 count=3\nexpect crowd.connected-count == 2\n"
        "expect crowd.backlog-full\nexpect web.accept-count == 0\nopen\n"
        "expect crowd.answered-count == 2\nwait until crowd.answered-count == 3 within 1s\n",
    "web",
    WEB_LISTENS STILL_LISTENS "0s web: accepted crowd#1\n"
                              "0s web: crowd#1 ended: the server closed first\n"
                              "0s web: accepted crowd#2\n"
                              "0s web: crowd#2 ended: the server closed first\n"
                              "1s web: accepted crowd#3\n"
                              "1s web: crowd#3 ended: the server closed first\n" },
  { "reuse-port/both",
    "peer listener other port=30000 reuse-port=yes\n" WEB
    "reuse-port=yes\nlaunch\nexpect web.state == listening\n",
    "web", WEB_LISTENS },
  { "reuse-port/one",
    "peer listener other port=30000 reuse-port=yes\n" WEB "\nlaunch\nexpect web.state == failed\n",
    "web",
    "0s web: cannot bind port 30000 (generation 1): EADDRINUSE: other has the port: its descriptor "
    "is open\n" },
  { "reuse-address/set-too-late",
    LEAVING ("") "set web reuse-address=yes\nweb.open\nexpect web.state == failed\n"
                 "after 1h web.open\nexpect web.state == listening\n",
    "kernel",
    "0s kernel: web, web's end: CLOSED -> LISTEN\n"
    "1s kernel: phone#1, web's end: CLOSED -> TIME_WAIT\n"
    "61s kernel: phone#1, web's end: TIME_WAIT is over; nothing is left of it\n"
    "3601s kernel: web, web's end: CLOSED -> LISTEN\n" },

  /* the script's own words, and where it lives */
  { "actions",
    WEB "\nlaunch\nweb.close\nweb.close\nexpect web.state == closed\nweb.open\nweb.open\n"
        "expect web.generation == 2\n",
    "web",
    WEB_LISTENS "0s web: accept source destroyed (generation 1)\n"
                "0s web: closed (generation 1), at the script's word\n"
                "0s web: listens on port 30000 (generation 2)\n" },
  { "in-the-world",
    "peer " WEB "\nexpect web.state == listening\nlaunch\nhome\nexpect web.state == listening\n"
    "kill\nexpect web.state == listening\n",
    "web", WEB_LISTENS },
  { "kill/input-unread",
    WEB "on-accept=keep\n" PHONE
        "message=hi\nlaunch\nwait phone.connected\nkill\nexpect web.state == listening\n"
        "expect web.bound-port == 30000\nexpect web.open-count == 1\nexpect web.accept-count == 1\n"
        "expect kernel.time-wait-count == 0\nlaunch\nexpect web.open-count == 0\n"
        "expect web.generation == 1\nexpect web.accept-count == 0\n",
    "web phone",
    WEB_LISTENS MEETS "1s phone: phone#1 failed: ECONNRESET\n"
                      "1s web: listens on port 30000 (generation 1)\n" },
  { "kill/nothing-unread",
    WEB "on-accept=keep\n" PHONE "\nlaunch\nwait phone.connected\nkill\n"
        "expect kernel.time-wait-count == 1\n",
    "web phone", WEB_LISTENS MEETS "1s phone: phone#1 ended: the other end closed first\n" },
};

/* -- failing system calls -- */

typedef struct
{
  const char *name;
  FailingCall call;
  int error_number;
  const char *options;
  ReboundListenerState state;
  const char *story;
} Failure;

static const Failure failures[] = {
  { "socket", FAILING_SOCKET, EMFILE, "", REBOUND_LISTENER_STATE_FAILED,
    "0s web: cannot listen (generation 1): EMFILE\n" },
  { "socket-retry", FAILING_SOCKET, ENOBUFS, "on-error=retry", REBOUND_LISTENER_STATE_RETRYING,
    "0s web: cannot listen (generation 1): ENOBUFS\n" },
  { "reuse-address", FAILING_SETSOCKOPT, ENOPROTOOPT, "", REBOUND_LISTENER_STATE_FAILED,
    "0s web: cannot listen (generation 1): ENOPROTOOPT\n" },
  { "reuse-port", FAILING_SETSOCKOPT, EINVAL, "reuse-address=no reuse-port=yes",
    REBOUND_LISTENER_STATE_FAILED, "0s web: cannot listen (generation 1): EINVAL\n" },
  { "no-option", FAILING_SETSOCKOPT, EINVAL, "reuse-address=no", REBOUND_LISTENER_STATE_LISTENING,
    WEB_LISTENS },
  { "bind", FAILING_BIND, EACCES, "", REBOUND_LISTENER_STATE_FAILED,
    "0s web: cannot bind port 30000 (generation 1): EACCES\n" },
  { "bind-ignore", FAILING_BIND, EACCES, "on-error=ignore", REBOUND_LISTENER_STATE_UNBOUND,
    "0s web: cannot bind port 30000 (generation 1): EACCES\n"
    "0s web: nobody looks at the error: the socket is “valid”, and no client can connect\n" },
  { "bind-retry", FAILING_BIND, ENOMEM, "on-error=retry retry-every=50ms",
    REBOUND_LISTENER_STATE_RETRYING, "0s web: cannot bind port 30000 (generation 1): ENOMEM\n" },
  { "bind-somebody-else", FAILING_BIND, EADDRINUSE, "", REBOUND_LISTENER_STATE_FAILED,
    "0s web: cannot bind port 30000 (generation 1): EADDRINUSE: somebody else has the port\n" },
  { "listen", FAILING_LISTEN, EADDRINUSE, "", REBOUND_LISTENER_STATE_FAILED,
    "0s web: cannot listen (generation 1): EADDRINUSE\n" },
};

static void
test_failure (gconstpointer data)
{
  const Failure *failure = data;
  g_autofree char *script = g_strdup_printf (WEB "%s\nlaunch\n", failure->options);
  g_autoptr (NetTest) test = net_test_new (script);
  g_autofree char *story = NULL;
  g_autofree char *last_error = NULL;
  ReboundListenerState state;

  failing_calls_plan (failure->call, failure->error_number, 1);
  net_test_play (test);
  failing_calls_clear ();
  story = net_test_dup_story (test, "web");
  g_assert_cmpstr (story, ==, failure->story);
  g_object_get (net_test_find (test, "web"), "state", &state, "last-error", &last_error, NULL);
  g_assert_cmpint (state, ==, failure->state);
  if (failing_calls_get_count (failure->call) > 0)
    g_assert_cmpstr (last_error, ==, rebound_errno_name (failure->error_number));
}

static void
test_recovers (gconstpointer data)
{
  FailingCall call = GPOINTER_TO_INT (data);
  g_autoptr (NetTest) test = net_test_new (WEB "\nlaunch\nexpect web.state == failed\nweb.open\n"
                                               "expect web.state == listening\n"
                                               "expect web.last-error == none\n");

  g_test_summary ("a listener that could not be opened can be opened later");
  failing_calls_plan (call, ENOBUFS, 1);
  net_test_play (test);
  g_assert_cmpuint (failing_calls_get_count (call), ==, 1);
  failing_calls_clear ();
}

/* The report's program swallows a failure of listen() too; the log does not. */
static void
test_listen_anyway_fails (void)
{
  g_autoptr (NetTest) test
      = net_test_new (WEB "on-error=listen-anyway\nlaunch\nexpect web.state == unbound\n"
                          "expect web.last-error == ENOMEM\nafter 1h home\n"
                          "expect web.state == closed\n");
  g_autofree char *story = NULL;

  g_test_summary ("on-error=listen-anyway, and listen() fails as well");
  failing_calls_plan (FAILING_BIND, EACCES, 1);
  failing_calls_plan (FAILING_LISTEN, ENOMEM, 1);
  net_test_play (test);
  failing_calls_clear ();
  story = net_test_dup_story (test, "web");
  g_assert_cmpstr (story, ==,
                   "0s web: cannot bind port 30000 (generation 1): EACCES\n"
                   "0s web: cannot listen (generation 1): ENOMEM\n"
                   "1h web: closed (generation 1), at did-enter-background\n");
}

static void
test_answers_at_once (void)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, NULL);
  guint16 port = kernel_test_new_port ();
  g_autoptr (ReboundListener) web = g_object_new (REBOUND_TYPE_LISTENER, "port", port, NULL);
  int client;

  g_test_summary ("in real time whoever has asked by the time it is accepted is answered in the "
                  "same turn of the main loop");
  rebound_actor_come_to_life (REBOUND_ACTOR (web), site);
  client = raw_connect (AF_INET, port, 0);
  g_assert_cmpint (raw_send (client, "hello"), ==, 5);
  g_assert_true (g_main_context_iteration (NULL, FALSE));
  g_assert_cmpint (raw_receive (client), ==, 5);
  rebound_actor_abandon (REBOUND_ACTOR (web));
  raw_close (client);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  net_test_add_stories ("/listener", NULL, stories, G_N_ELEMENTS (stories));
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strdup_printf ("/listener/failing/%s", failures[i].name);

      g_test_add_data_func (path, &failures[i], test_failure);
    }
  g_test_add_data_func ("/listener/recovers/socket", GINT_TO_POINTER (FAILING_SOCKET),
                        test_recovers);
  g_test_add_data_func ("/listener/recovers/setsockopt", GINT_TO_POINTER (FAILING_SETSOCKOPT),
                        test_recovers);
  g_test_add_data_func ("/listener/recovers/bind", GINT_TO_POINTER (FAILING_BIND), test_recovers);
  g_test_add_data_func ("/listener/recovers/listen", GINT_TO_POINTER (FAILING_LISTEN),
                        test_recovers);
  g_test_add_func ("/listener/failing/listen-anyway", test_listen_anyway_fails);
  g_test_add_func ("/listener/answers-at-once", test_answers_at_once);
  return g_test_run ();
}
