/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A listener that comes back: when it does, how it finds out that its socket was taken away while
 * it was suspended, and how it replaces that. The sockets are taken away by raw means, as a system
 * does it: every descriptor on the port, while the application does not run. */

#include "thief.h"

#include "kernel/kernel-test.h"

#define WEB                "listener web port=30000 background-policy=keep "
#define WEB_LISTENS        "0s web: listens on port 30000 (generation 1)\n"
#define LISTENS_AGAIN      "0s web: listens on port 30000 (generation 2)\n"
#define SOURCE_GONE        "0s web: accept source destroyed (generation 1)\n"
#define CLOSED_BY_CHECK    "0s web: closed (generation 1), at the check on return\n"
#define DOES_NOT_LISTEN    "0s web: does not listen any more (generation 1): "
#define SAYS_NO            "SO_ACCEPTCONN says that it does not listen\n"
#define STILL_LISTENS(how) "0s web: still listens (generation 1): " how "\n"
#define SAYS_YES           "SO_ACCEPTCONN says that it listens"
#define OWN_CALL           "it accepted its own call"
#define REPLACED           "0s web: the new socket took over the old descriptor's number (generation 2)\n"
#define STILL_OPEN                                                                                 \
  "0s web: cannot bind port 30000 (generation 2): EADDRINUSE: the descriptor of generation 1 is "  \
  "still open; close it before the port is bound again\n"

/* -- stories -- */

typedef struct
{
  const char *name;
  Theft theft;
  const char *script;
  const char *actors;
  const char *story;
} Story;

/* A client that comes when all is over, and is served by who is there then. */
#define LATE "client late connect=127.0.0.1:30000 count=1 message=hi\n"
#define LATE_SERVED                                                                                \
  "0s web: accepted late#1\n"                                                                      \
  "0s web: late#1 ended: the server closed first\n"

/* One accept() has failed, and the source is disarmed: a listener that is alive and deaf. */
#define DEAF(check)                                                                                \
  WEB "on-accept=hello on-accept-error=disarm check-on-return=" check "\n"                         \
      "launch\nclient first connect=web count=1\nexpect first.answered\n"                          \
      "kernel.limit-descriptors spare=1\nclient second connect=web count=1\n"                      \
      "expect web.disarmed\nkernel.unlimit-descriptors\nhome\nopen\n"
#define DISARMED                                                                                   \
  WEB_LISTENS "0s web: accepted first#1\n"                                                         \
              "0s web: first#1 ended: the server closed first\n"                                   \
              "0s web: cannot accept: EMFILE; the source is disarmed for good, and the socket is " \
              "“valid”\n"
#define GIVEN_UP(time)                                                                             \
  time " web: does not listen any more (generation 1): it does not accept its own call: "          \
       "ETIMEDOUT\n" time " web: closed (generation 1), at the check on return\n" time             \
       " web: listens on port 30000 (generation 2)\n"

static const Story stories[] = {
  /* rebind-at */
  { "rebind-at/become-active", NOTHING,
    "listener web port=30000\nlaunch\nhome\nresume\nenter-foreground\nexpect web.state == closed\n"
    "become-active\nexpect web.state == listening\n",
    "web",
    WEB_LISTENS SOURCE_GONE
    "0s web: closed (generation 1), at did-enter-background\n" LISTENS_AGAIN },
  { "rebind-at/enter-foreground", NOTHING,
    "listener web port=30000 rebind-at=enter-foreground\nlaunch\nexpect web.state == listening\n"
    "home\nresume\nenter-foreground\nexpect web.state == listening\nbecome-active\n"
    "expect web.generation == 2\n",
    "web",
    WEB_LISTENS SOURCE_GONE
    "0s web: closed (generation 1), at did-enter-background\n" LISTENS_AGAIN },
  { "rebind-at/enter-foreground-fails-once", NOTHING,
    "listener web port=30000 rebind-at=enter-foreground\nlaunch\nhome\n"
    "peer listener other port=30000\nopen\nexpect web.state == failed\n",
    "web",
    WEB_LISTENS SOURCE_GONE
    "0s web: closed (generation 1), at did-enter-background\n"
    "0s web: cannot bind port 30000 (generation 2): EADDRINUSE: other has the port: its "
    "descriptor is open\n" },
  { "rebind-at/enter-foreground-after-an-interruption", NOTHING,
    "listener web port=30000 rebind-at=enter-foreground background-policy=close-on-resign\n"
    "launch\nresign-active\nexpect web.state == closed\nbecome-active\n",
    "web",
    WEB_LISTENS SOURCE_GONE
    "0s web: closed (generation 1), at will-resign-active\n" LISTENS_AGAIN },
  { "rebind-at/next-run", NOTHING,
    "listener web port=30000 rebind-at=next-run\nlaunch\nexpect web.state == listening\n"
    "home\nresume\nenter-foreground\nexpect web.state == closed\nbecome-active\n"
    "expect web.state == listening\n",
    "web",
    WEB_LISTENS SOURCE_GONE
    "0s web: closed (generation 1), at did-enter-background\n" LISTENS_AGAIN },
  { "rebind-at/next-run-not-within-the-callback", NOTHING,
    "listener web port=30000 rebind-at=next-run\napp.work time=2s in=did-become-active\nlaunch\n",
    "web", "2s web: listens on port 30000 (generation 1)\n" },
  { "rebind-at/not-in-the-background", NOTHING,
    "listener web port=30000 rebind-at=enter-foreground\nlaunch\nhome\nresume\n"
    "expect web.state == closed\nsuspend\nexpect web.state == closed\n",
    "web", WEB_LISTENS SOURCE_GONE "0s web: closed (generation 1), at did-enter-background\n" },

  /* check-on-return: what was not taken */
  { "check/alive/none", NOTHING, WEB "check-on-return=none\nlaunch\nhome\nopen\n", "web",
    WEB_LISTENS },
  { "check/alive/ask", NOTHING, WEB "check-on-return=ask\nlaunch\nhome\nopen\n", "web",
    WEB_LISTENS STILL_LISTENS (SAYS_YES) },
  { "check/alive/dial", NOTHING,
    WEB "check-on-return=dial\nlaunch\nhome\nopen\nexpect web.accept-count == 0\n"
        "expect web.open-count == 0\nexpect kernel.time-wait-count == 0\n",
    "web kernel",
    WEB_LISTENS "0s kernel: web, web's end: CLOSED -> LISTEN\n" STILL_LISTENS (OWN_CALL) },
  { "check/alive/at-enter-foreground", NOTHING,
    WEB "rebind-at=enter-foreground\nlaunch\nhome\nresume\nenter-foreground\n"
        "expect web.found-alive\nbecome-active\n",
    "web", WEB_LISTENS STILL_LISTENS (SAYS_YES) },
  { "check/alive/after-an-interruption", NOTHING,
    WEB "\nlaunch\nresign-active\nbecome-active\nexpect web.found-alive\n", "web",
    WEB_LISTENS STILL_LISTENS (SAYS_YES) },
  { "check/alive/dial-behind-others", NOTHING,
    WEB "check-on-return=dial backlog=2 on-accept=hello\nlaunch\nhome\n"
        "client crowd connect=web at-once=3 count=3\nopen\nexpect web.found-alive\n"
        "expect web.accept-count == 3\n",
    "web",
    WEB_LISTENS "0s web: accepted crowd#1\n"
                "0s web: crowd#1 ended: the server closed first\n"
                "0s web: accepted crowd#2\n"
                "0s web: crowd#2 ended: the server closed first\n"
                "0s web: accepted crowd#3\n"
                "0s web: crowd#3 ended: the server closed first\n" STILL_LISTENS (OWN_CALL) },
  { "check/alive/dial-ipv6", NOTHING,
    WEB "check-on-return=dial address=::\nlaunch\nhome\nopen\nexpect web.accept-count == 0\n",
    "web", WEB_LISTENS STILL_LISTENS (OWN_CALL) },
  { "check/alive/dial-twice", NOTHING,
    WEB "check-on-return=dial\nlaunch\nhome\nopen\nhome\nopen\nexpect web.accept-count == 0\n"
        "expect web.generation == 1\n",
    "web", WEB_LISTENS STILL_LISTENS (OWN_CALL) STILL_LISTENS (OWN_CALL) },

  /* check-on-return: what was */
  { "check/taken/none", SHUT_DOWN,
    WEB "check-on-return=none\nlaunch\nhome\nopen\nexpect web.state == dead\n"
        "home\nopen\nexpect web.state == dead\n" LATE "expect late.refused-count == 1\n",
    "web", WEB_LISTENS "0s web: cannot accept: EINVAL; the socket does not listen any more\n" },
  { "check/taken/ask", SHUT_DOWN,
    WEB "check-on-return=ask\nlaunch\nhome\nopen\nexpect web.state == listening\n"
        "expect web.last-error == none\n" LATE "expect late.answered\n",
    "web",
    WEB_LISTENS DOES_NOT_LISTEN SAYS_NO SOURCE_GONE CLOSED_BY_CHECK LISTENS_AGAIN LATE_SERVED },
  { "check/taken/ask-before-the-source-fires", DISCONNECT,
    WEB "check-on-return=ask rebind-at=enter-foreground\nlaunch\nhome\nopen\n" LATE
        "expect late.answered\n",
    "web",
    WEB_LISTENS DOES_NOT_LISTEN SAYS_NO SOURCE_GONE CLOSED_BY_CHECK LISTENS_AGAIN LATE_SERVED },
  { "check/taken/ask-at-next-run", SHUT_DOWN,
    WEB "rebind-at=next-run\nlaunch\nhome\nopen\nexpect web.state == listening\n", "web",
    WEB_LISTENS
    "0s web: cannot accept: EINVAL; the socket does not listen any more\n" DOES_NOT_LISTEN SAYS_NO
        CLOSED_BY_CHECK LISTENS_AGAIN },
  { "check/taken/ask-in-vain", SHUT_DOWN,
    WEB "reuse-address=no on-accept=keep on-error=retry retry-every=40s\n"
        "client phone connect=web count=1\nlaunch\nwait phone.connected\nhome\nopen\n"
        "expect web.state == retrying\nafter 80s\nexpect web.state == listening\n",
    "web",
    "0s web: listens on port 30000 (generation 1)\n"
    "1s web: accepted phone#1\n"
    "1s web: does not listen any more (generation 1): " SAYS_NO
    "1s web: accept source destroyed (generation 1)\n"
    "1s web: phone#1 ended: it was taken away with its listener\n"
    "1s web: closed (generation 1), at the check on return\n"
    "1s web: cannot bind port 30000 (generation 2): EADDRINUSE: generation 1 left 1 connection in "
    "TIME_WAIT, and neither it nor the new socket has SO_REUSEADDR\n"
    "41s web: cannot bind port 30000 (generation 2): EADDRINUSE: generation 1 left 1 connection in "
    "TIME_WAIT, and neither it nor the new socket has SO_REUSEADDR\n"
    "81s web: listens on port 30000 (generation 2)\n" },
  { "check/taken/dial", SHUT_DOWN,
    WEB "check-on-return=dial\nlaunch\nhome\nopen\nexpect web.state == listening\n" LATE
        "expect late.answered\nexpect web.accept-count == 1\n",
    "web",
    WEB_LISTENS
    "0s web: cannot accept: EINVAL; the socket does not listen any more\n" DOES_NOT_LISTEN
    "it cannot be connected to: ECONNREFUSED\n" CLOSED_BY_CHECK LISTENS_AGAIN LATE_SERVED },
  { "check/silent/ask", SILENCE,
    WEB "address=127.0.0.1\nlaunch\nhome\nopen\nexpect web.state == listening\n" LATE
        "expect late.refused-count == 1\n",
    "web", WEB_LISTENS STILL_LISTENS (SAYS_YES) },
  { "check/silent/dial", SILENCE,
    WEB "address=127.0.0.1 check-on-return=dial\nlaunch\nhome\nopen\n" LATE
        "expect late.answered\n",
    "web",
    WEB_LISTENS DOES_NOT_LISTEN
    "it cannot be connected to: ECONNREFUSED\n" SOURCE_GONE CLOSED_BY_CHECK LISTENS_AGAIN
        LATE_SERVED },
  { "check/deaf/ask", NOTHING, DEAF ("ask") "after 2s\nexpect web.generation == 1\n", "web",
    DISARMED STILL_LISTENS (SAYS_YES) },
  { "check/deaf/dial", NOTHING,
    DEAF ("dial") "expect web.generation == 1\nafter 999ms\nexpect web.generation == 1\nafter 1ms\n"
                  "expect web.generation == 2\nexpect second.failed\n"
                  "client late connect=web count=1\nexpect late.answered\n",
    "web",
    DISARMED GIVEN_UP ("1s") "1s web: accepted late#1\n"
                             "1s web: late#1 ended: the server closed first\n" },
  { "check/deaf/dial-interrupted", NOTHING,
    DEAF ("dial") "after 500ms home\nafter 10s open\nafter 999ms\nexpect web.generation == 1\n"
                  "after 1ms\nexpect web.generation == 2\n",
    "web", DISARMED GIVEN_UP ("11.5s") },
  { "check/deaf/dial-given-up-on-the-way-down", NOTHING,
    DEAF ("dial") "after 500ms resign-active\nafter 10s\nexpect web.generation == 1\n", "web",
    DISARMED },
  { "check/deaf/dial-and-closed", NOTHING,
    DEAF ("dial") "after 500ms web.close\nafter 10s\nexpect web.state == closed\n", "web",
    DISARMED "500ms web: closed (generation 1), at the script's word\n" },
  { "check/deaf/dial-and-killed", NOTHING, DEAF ("dial") "after 500ms kill\nafter 10s\n", "web",
    DISARMED },
  { "check/taken/dead-connections-go", SHUT_DOWN,
    WEB "on-accept=keep\nclient phone connect=web count=1\nlaunch\nwait phone.connected\nhome\n"
        "expect phone.closed\nopen\nexpect web.open-count == 0\n",
    "web",
    "0s web: listens on port 30000 (generation 1)\n"
    "1s web: accepted phone#1\n"
    "1s web: does not listen any more (generation 1): " SAYS_NO
    "1s web: accept source destroyed (generation 1)\n"
    "1s web: phone#1 ended: it was taken away with its listener\n"
    "1s web: closed (generation 1), at the check on return\n"
    "1s web: listens on port 30000 (generation 2)\n" },

  /* reopen=dup2 */
  { "dup2/taken", SHUT_DOWN,
    WEB "reopen=dup2\nlaunch\nhome\nopen\nexpect web.state == listening\n"
        "expect web.generation == 2\nexpect web.last-error == none\n" LATE "expect late.answered\n",
    "web kernel",
    WEB_LISTENS
    "0s kernel: web, web's end: CLOSED -> LISTEN\n" DOES_NOT_LISTEN SAYS_NO REPLACED LISTENS_AGAIN
    "0s kernel: web, web's end: CLOSED -> LISTEN\n" LATE_SERVED
    "0s kernel: late#1, web's end: CLOSED -> TIME_WAIT\n" },
  { "dup2/taken-and-not-asked", SHUT_DOWN,
    WEB "reopen=dup2 check-on-return=none\nlaunch\nhome\nopen\n" LATE "expect late.answered\n",
    "web", WEB_LISTENS REPLACED LISTENS_AGAIN LATE_SERVED },
  { "dup2/taken-and-seen-by-accept", SHUT_DOWN,
    WEB "reopen=dup2 rebind-at=next-run\nlaunch\nhome\nopen\n" LATE "expect late.answered\n", "web",
    WEB_LISTENS
    "0s web: cannot accept: EINVAL; the socket does not listen any more\n" DOES_NOT_LISTEN SAYS_NO
        REPLACED LISTENS_AGAIN LATE_SERVED },
  { "dup2/alive", NOTHING, WEB "reopen=dup2\nlaunch\nhome\nopen\nexpect web.generation == 1\n",
    "web", WEB_LISTENS STILL_LISTENS (SAYS_YES) },
  { "dup2/alive-and-not-asked", NOTHING,
    WEB "reopen=dup2 check-on-return=none\nlaunch\nhome\nopen\nexpect web.state == listening\n"
        "expect web.generation == 1\nexpect web.last-error == EADDRINUSE\n" LATE
        "expect late.answered\n",
    "web", WEB_LISTENS STILL_OPEN LATE_SERVED },
  { "dup2/taken-without-the-option", SHUT_DOWN,
    WEB "reopen=dup2 reuse-address=no\nlaunch\nhome\nopen\nexpect web.state == dead\n"
        "expect web.last-error == EADDRINUSE\nset web reopen=close-first\nresign-active\n"
        "become-active\nexpect web.state == listening\nexpect web.generation == 2\n",
    "web",
    WEB_LISTENS DOES_NOT_LISTEN SAYS_NO STILL_OPEN SOURCE_GONE DOES_NOT_LISTEN SAYS_NO
        CLOSED_BY_CHECK LISTENS_AGAIN },
  { "dup2/closed-is-just-opened", NOTHING,
    "listener web port=30000 reopen=dup2\nlaunch\nhome\nopen\nexpect web.generation == 2\n", "web",
    WEB_LISTENS SOURCE_GONE
    "0s web: closed (generation 1), at did-enter-background\n" LISTENS_AGAIN },
};

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_autoptr (NetTest) test = net_test_new (story->script);
  g_autofree char *seen = NULL;
  Thief thief;

  thief_start (&thief, test, story->theft);
  net_test_play (test);
  seen = net_test_dup_story (test, story->actors);
  g_assert_cmpstr (seen, ==, story->story);
}

static void
test_next_run_that_never_comes (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, context);
  g_autoptr (ReboundListener) web
      = g_object_new (REBOUND_TYPE_LISTENER, "rebind-at", REBOUND_REBIND_AT_NEXT_RUN, NULL);
  ReboundActor *actor = REBOUND_ACTOR (web);

  g_test_summary ("an application that leaves before the main loop had its turn opens nothing");
  rebound_site_set_side (site, REBOUND_SIDE_APPLICATION);
  rebound_actor_come_to_life (actor, site);
  rebound_actor_tell (actor, REBOUND_CALLBACK_DID_BECOME_ACTIVE);
  rebound_actor_tell (actor, REBOUND_CALLBACK_WILL_RESIGN_ACTIVE);
  g_assert_false (g_main_context_iteration (context, FALSE));
  g_assert_cmpint (web->state, ==, REBOUND_LISTENER_STATE_CLOSED);
  rebound_actor_tell (actor, REBOUND_CALLBACK_DID_BECOME_ACTIVE);
  g_assert_true (g_main_context_iteration (context, FALSE));
  g_assert_cmpint (web->state, ==, REBOUND_LISTENER_STATE_LISTENING);
  rebound_actor_abandon (actor);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/listener-return/%s", stories[i].name);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/listener-return/next-run-that-never-comes", test_next_run_that_never_comes);
  return g_test_run ();
}
