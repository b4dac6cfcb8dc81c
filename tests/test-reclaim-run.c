/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What actors make of it when their sockets are taken away: each story is the whole of what
 * happened to the actors that are named. A source that were ready for ever would end the run. */

#include "kernel/kernel-test.h"
#include "net/rebound-listener.h"
#include "test-system.h"

/* -- stories -- */

typedef struct
{
  const char *name;
  const char *script;
  const char *actors;
  const char *story;
} Story;

#define WEB                                                                                        \
  "listener web port=30000 background-policy=keep check-on-return=none connection-policy=keep "    \
  "close-order=client-first "
#define PHONE "client phone connect=web count=1 "

/* A listener without SO_REUSEADDR, and a client that it has answered and that is still there. */
#define SERVED WEB "reuse-address=no\n" PHONE "message=hi\nlaunch\nwait phone.answered\n"

#define WEB_LISTENS  "0s web: listens on port 30000 (generation 1)\n"
#define LISTEN_STATE "0s kernel: web, web's end: CLOSED -> LISTEN\n"
#define MEETS                                                                                      \
  "1s phone: connected as phone#1\n"                                                               \
  "1s web: accepted phone#1\n"
#define ANSWERED "1s phone: phone#1 was answered: hi\n"
#define MET                                                                                        \
  "1s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n"                                       \
  "1s kernel: phone#1, web's end: CLOSED -> ESTABLISHED\n"

static const Story stories[] = {
  { "echo/fin",
    SERVED "home\nsystem.take style=fin\nexpect system.taken == 2\nafter 1s open\nexpect web.state "
           "== dead\nexpect web.last-error == EINVAL\nexpect web.open-count == 0\nafter 1h\n",
    "web phone kernel",
    WEB_LISTENS LISTEN_STATE MEETS ANSWERED MET
    "1s kernel: web, web's end: taken away (fin)\n"
    "1s kernel: phone#1, web's end: taken away (fin)\n"
    "1s phone: phone#1 ended: the other end closed first\n"
    "1s kernel: web, web's end: LISTEN -> CLOSED\n"
    "1s kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
    "1s kernel: phone#1, web's end: ESTABLISHED -> TIME_WAIT\n"
    "2s web: cannot accept: EINVAL; the socket does not listen any more\n"
    "2s web: phone#1 ended: its socket was taken away\n"
    "61s kernel: phone#1, web's end: TIME_WAIT is over; nothing is left of it\n" },
  { "echo/defunct",
    SERVED
    "home\nsystem.take style=defunct\nexpect system.taken == 2\nafter 1s open\nexpect web.state == "
    "dead\nexpect web.last-error == EINVAL\nexpect web.open-count == 0\nafter 1h\n",
    "web phone kernel",
    WEB_LISTENS LISTEN_STATE MEETS ANSWERED MET
    "1s kernel: web, web's end: taken away (defunct)\n"
    "1s kernel: phone#1, web's end: taken away (defunct)\n"
    "1s phone: phone#1 ended: the other end closed first\n"
    "1s kernel: web, web's end: LISTEN -> CLOSED\n"
    "1s kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
    "1s kernel: phone#1, web's end: ESTABLISHED -> CLOSED\n"
    "2s web: cannot accept: EINVAL; the socket does not listen any more\n"
    "2s web: phone#1 ended: ENOTCONN\n" },
  { "echo/destroy",
    SERVED
    "home\nsystem.take style=destroy\nexpect system.taken == 2\nafter 1s open\nexpect web.state == "
    "dead\nexpect web.last-error == EINVAL\nexpect web.open-count == 0\nafter 1h\n",
    "web phone kernel",
    WEB_LISTENS LISTEN_STATE MEETS ANSWERED MET
    "1s kernel: web, web's end: taken away (destroy)\n"
    "1s kernel: phone#1, web's end: taken away (destroy)\n"
    "1s phone: phone#1 failed: ECONNRESET\n"
    "1s kernel: web, web's end: LISTEN -> CLOSED\n"
    "1s kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
    "1s kernel: phone#1, web's end: ESTABLISHED -> CLOSED\n"
    "2s web: cannot accept: EINVAL; the socket does not listen any more\n"
    "2s web: phone#1 ended: ECONNABORTED\n" },
  { "echo-with-unread-data/fin",
    WEB "\nlaunch\nsystem.dial\nwait web.accepted\nhome\nsystem.say\nsystem.take style=fin\nafter "
        "1s open\nexpect web.open-count == 0\nafter 1h\n",
    "web kernel",
    WEB_LISTENS LISTEN_STATE
    "0s web: accepted web#1\n"
    "0s kernel: web#1, web's end: CLOSED -> ESTABLISHED\n"
    "0s kernel: web, web's end: taken away (fin)\n"
    "0s kernel: web#1, web's end: taken away (fin)\n"
    "0s kernel: web, web's end: LISTEN -> CLOSED\n"
    "0s kernel: web#1, web's end: ESTABLISHED -> FIN_WAIT2\n"
    "1s web: cannot accept: EINVAL; the socket does not listen any more\n"
    "1s web: web#1 ended: EPIPE\n"
    "61s kernel: web#1, web's end: FIN_WAIT2 is over; nothing is left of it\n" },
  { "echo-with-unread-data/defunct",
    WEB "\nlaunch\nsystem.dial\nwait web.accepted\nhome\nsystem.say\nsystem.take "
        "style=defunct\nafter 1s open\nexpect web.open-count == 0\nafter 1h\n",
    "web kernel",
    WEB_LISTENS LISTEN_STATE "0s web: accepted web#1\n"
                             "0s kernel: web#1, web's end: CLOSED -> ESTABLISHED\n"
                             "0s kernel: web, web's end: taken away (defunct)\n"
                             "0s kernel: web#1, web's end: taken away (defunct)\n"
                             "0s kernel: web, web's end: LISTEN -> CLOSED\n"
                             "0s kernel: web#1, web's end: ESTABLISHED -> CLOSED\n"
                             "1s web: cannot accept: EINVAL; the socket does not listen any more\n"
                             "1s web: web#1 ended: ENOTCONN\n" },
  { "echo-with-unread-data/destroy",
    WEB "\nlaunch\nsystem.dial\nwait web.accepted\nhome\nsystem.say\nsystem.take "
        "style=destroy\nafter 1s open\nexpect web.open-count == 0\nafter 1h\n",
    "web kernel",
    WEB_LISTENS LISTEN_STATE "0s web: accepted web#1\n"
                             "0s kernel: web#1, web's end: CLOSED -> ESTABLISHED\n"
                             "0s kernel: web, web's end: taken away (destroy)\n"
                             "0s kernel: web#1, web's end: taken away (destroy)\n"
                             "0s kernel: web, web's end: LISTEN -> CLOSED\n"
                             "0s kernel: web#1, web's end: ESTABLISHED -> CLOSED\n"
                             "1s web: cannot accept: EINVAL; the socket does not listen any more\n"
                             "1s web: web#1 ended: ECONNABORTED\n" },
  { "keep/fin",
    WEB "on-accept=keep\n" PHONE
        "message=hi\nlaunch\nwait web.accepted\nhome\nsystem.take style=fin\nafter 1s open\nexpect "
        "web.open-count == 1\nafter 1h\nset web connection-policy=close\nweb.close\nafter 1h\n",
    "web phone",
    WEB_LISTENS MEETS "1s phone: phone#1 ended: the other end closed first\n"
                      "2s web: cannot accept: EINVAL; the socket does not listen any more\n"
                      "3602s web: phone#1 ended: its listener closed\n"
                      "3602s web: closed (generation 1), at the script's word\n" },
  { "keep/defunct",
    WEB
    "on-accept=keep\n" PHONE
    "message=hi\nlaunch\nwait web.accepted\nhome\nsystem.take style=defunct\nafter 1s open\nexpect "
    "web.open-count == 1\nafter 1h\nset web connection-policy=close\nweb.close\nafter 1h\n",
    "web phone",
    WEB_LISTENS MEETS "1s phone: phone#1 ended: the other end closed first\n"
                      "2s web: cannot accept: EINVAL; the socket does not listen any more\n"
                      "3602s web: phone#1 ended: its listener closed\n"
                      "3602s web: closed (generation 1), at the script's word\n" },
  { "keep/destroy",
    WEB
    "on-accept=keep\n" PHONE
    "message=hi\nlaunch\nwait web.accepted\nhome\nsystem.take style=destroy\nafter 1s open\nexpect "
    "web.open-count == 1\nafter 1h\nset web connection-policy=close\nweb.close\nafter 1h\n",
    "web phone",
    WEB_LISTENS MEETS "1s phone: phone#1 failed: ECONNRESET\n"
                      "2s web: cannot accept: EINVAL; the socket does not listen any more\n"
                      "3602s web: phone#1 ended: its listener closed\n"
                      "3602s web: closed (generation 1), at the script's word\n" },
  { "backlog/fin",
    WEB "\nlaunch\nhome\n" PHONE
        "message=hi\nafter 1s\nsystem.take style=fin\nafter 500ms\nopen\nafter 1s\n",
    "web phone kernel",
    WEB_LISTENS LISTEN_STATE
    "0s phone: connected as phone#1\n"
    "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n"
    "1s kernel: web, web's end: taken away (fin)\n"
    "1s phone: phone#1 failed: ECONNRESET\n"
    "1s kernel: web, web's end: LISTEN -> CLOSED\n"
    "1s kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
    "1.5s web: cannot accept: EINVAL; the socket does not listen any more\n" },
  { "backlog/defunct",
    WEB "\nlaunch\nhome\n" PHONE
        "message=hi\nafter 1s\nsystem.take style=defunct\nafter 500ms\nopen\nafter 1s\n",
    "web phone kernel",
    WEB_LISTENS LISTEN_STATE
    "0s phone: connected as phone#1\n"
    "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n"
    "1s kernel: web, web's end: taken away (defunct)\n"
    "1s phone: phone#1 failed: ECONNRESET\n"
    "1s kernel: web, web's end: LISTEN -> CLOSED\n"
    "1s kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
    "1.5s web: cannot accept: EINVAL; the socket does not listen any more\n" },
  { "backlog/destroy",
    WEB "\nlaunch\nhome\n" PHONE
        "message=hi\nafter 1s\nsystem.take style=destroy\nafter 500ms\nopen\nafter 1s\n",
    "web phone kernel",
    WEB_LISTENS LISTEN_STATE
    "0s phone: connected as phone#1\n"
    "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n"
    "1s kernel: web, web's end: taken away (destroy)\n"
    "1s phone: phone#1 failed: ECONNRESET\n"
    "1s kernel: web, web's end: LISTEN -> CLOSED\n"
    "1s kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
    "1.5s web: cannot accept: EINVAL; the socket does not listen any more\n" },
  { "client/fin",
    "peer listener server port=30000 close-order=client-first\nin app client mine connect=server "
    "message=hi count=1\nlaunch\nwait mine.answered\nhome\nsystem.take style=fin\nexpect "
    "system.taken == 1\nafter 1s open\nafter 1h\n",
    "server mine kernel",
    "0s server: listens on port 30000 (generation 1)\n"
    "0s kernel: server, server's end: CLOSED -> LISTEN\n"
    "0s server: accepted mine#1\n"
    "0s mine: connected as mine#1\n"
    "0s mine: mine#1 was answered: hi\n"
    "0s kernel: mine#1, mine's end: CLOSED -> ESTABLISHED\n"
    "0s kernel: mine#1, server's end: CLOSED -> ESTABLISHED\n"
    "0s kernel: mine#1, mine's end: taken away (fin)\n"
    "0s server: mine#1 ended: the client closed first\n"
    "0s kernel: mine#1, mine's end: ESTABLISHED -> TIME_WAIT\n"
    "0s kernel: mine#1, server's end: ESTABLISHED -> CLOSED\n"
    "1s mine: mine#1 ended: its socket was taken away\n"
    "1min kernel: mine#1, mine's end: TIME_WAIT is over; nothing is left of it\n" },
  { "client/defunct",
    "peer listener server port=30000 close-order=client-first\nin app client mine connect=server "
    "message=hi count=1\nlaunch\nwait mine.answered\nhome\nsystem.take style=defunct\nexpect "
    "system.taken == 1\nafter 1s open\nafter 1h\n",
    "server mine kernel",
    "0s server: listens on port 30000 (generation 1)\n"
    "0s kernel: server, server's end: CLOSED -> LISTEN\n"
    "0s server: accepted mine#1\n"
    "0s mine: connected as mine#1\n"
    "0s mine: mine#1 was answered: hi\n"
    "0s kernel: mine#1, mine's end: CLOSED -> ESTABLISHED\n"
    "0s kernel: mine#1, server's end: CLOSED -> ESTABLISHED\n"
    "0s kernel: mine#1, mine's end: taken away (defunct)\n"
    "0s server: mine#1 ended: the client closed first\n"
    "0s kernel: mine#1, mine's end: ESTABLISHED -> CLOSED\n"
    "0s kernel: mine#1, server's end: ESTABLISHED -> CLOSED\n"
    "1s mine: mine#1 failed: ENOTCONN\n" },
  { "client/destroy",
    "peer listener server port=30000 close-order=client-first\nin app client mine connect=server "
    "message=hi count=1\nlaunch\nwait mine.answered\nhome\nsystem.take style=destroy\nexpect "
    "system.taken == 1\nafter 1s open\nafter 1h\n",
    "server mine kernel",
    "0s server: listens on port 30000 (generation 1)\n"
    "0s kernel: server, server's end: CLOSED -> LISTEN\n"
    "0s server: accepted mine#1\n"
    "0s mine: connected as mine#1\n"
    "0s mine: mine#1 was answered: hi\n"
    "0s kernel: mine#1, mine's end: CLOSED -> ESTABLISHED\n"
    "0s kernel: mine#1, server's end: CLOSED -> ESTABLISHED\n"
    "0s kernel: mine#1, mine's end: taken away (destroy)\n"
    "0s server: mine#1 ended: ECONNRESET\n"
    "0s kernel: mine#1, mine's end: ESTABLISHED -> CLOSED\n"
    "0s kernel: mine#1, server's end: ESTABLISHED -> CLOSED\n"
    "1s mine: mine#1 failed: ECONNABORTED\n" },
  { "while-it-runs", SERVED "system.take style=fin\nafter 1h\n", "web phone",
    WEB_LISTENS MEETS ANSWERED
    "1s phone: phone#1 ended: the other end closed first\n"
    "1s web: cannot accept: EINVAL; the socket does not listen any more\n"
    "1s web: phone#1 ended: its socket was taken away\n" },
  { "opened-anew/fin", SERVED "home\nsystem.take style=fin\nafter 1s open\nweb.close\nweb.open\n",
    "web",
    WEB_LISTENS "1s web: accepted phone#1\n"
                "2s web: cannot accept: EINVAL; the socket does not listen any more\n"
                "2s web: phone#1 ended: its socket was taken away\n"
                "2s web: closed (generation 1), at the script's word\n"
                "2s web: cannot bind port 30000 (generation 2): EADDRINUSE: generation 1 left 1 "
                "connection in TIME_WAIT, and neither it nor the new socket has SO_REUSEADDR\n" },
  { "opened-anew/defunct",
    SERVED "home\nsystem.take style=defunct\nafter 1s open\nweb.close\nweb.open\n", "web",
    WEB_LISTENS "1s web: accepted phone#1\n"
                "2s web: cannot accept: EINVAL; the socket does not listen any more\n"
                "2s web: phone#1 ended: ENOTCONN\n"
                "2s web: closed (generation 1), at the script's word\n"
                "2s web: listens on port 30000 (generation 2)\n" },
  { "opened-anew/destroy",
    SERVED "home\nsystem.take style=destroy\nafter 1s open\nweb.close\nweb.open\n", "web",
    WEB_LISTENS "1s web: accepted phone#1\n"
                "2s web: cannot accept: EINVAL; the socket does not listen any more\n"
                "2s web: phone#1 ended: ECONNABORTED\n"
                "2s web: closed (generation 1), at the script's word\n"
                "2s web: listens on port 30000 (generation 2)\n" },
  { "opened-anew-after-a-minute/fin",
    SERVED "home\nsystem.take style=fin\nafter 61s open\nweb.close\nweb.open\nexpect web.state == "
           "listening\nexpect kernel.time-wait-count == 0\n",
    "web",
    WEB_LISTENS "1s web: accepted phone#1\n"
                "62s web: cannot accept: EINVAL; the socket does not listen any more\n"
                "62s web: phone#1 ended: its socket was taken away\n"
                "62s web: closed (generation 1), at the script's word\n"
                "62s web: listens on port 30000 (generation 2)\n" },
  { "opened-anew-after-a-minute/defunct",
    SERVED "home\nsystem.take style=defunct\nafter 61s open\nweb.close\nweb.open\nexpect web.state "
           "== listening\nexpect kernel.time-wait-count == 0\n",
    "web",
    WEB_LISTENS "1s web: accepted phone#1\n"
                "62s web: cannot accept: EINVAL; the socket does not listen any more\n"
                "62s web: phone#1 ended: ENOTCONN\n"
                "62s web: closed (generation 1), at the script's word\n"
                "62s web: listens on port 30000 (generation 2)\n" },
  { "opened-anew-after-a-minute/destroy",
    SERVED "home\nsystem.take style=destroy\nafter 61s open\nweb.close\nweb.open\nexpect web.state "
           "== listening\nexpect kernel.time-wait-count == 0\n",
    "web",
    WEB_LISTENS "1s web: accepted phone#1\n"
                "62s web: cannot accept: EINVAL; the socket does not listen any more\n"
                "62s web: phone#1 ended: ECONNABORTED\n"
                "62s web: closed (generation 1), at the script's word\n"
                "62s web: listens on port 30000 (generation 2)\n" },
  { "left-before",
    WEB "\nlaunch\nsystem.dial\nwait web.accepted\nhome\nsystem.hang-up\n"
        "system.take style=fin\nopen\n",
    "web",
    WEB_LISTENS "0s web: accepted web#1\n"
                "0s web: cannot accept: EINVAL; the socket does not listen any more\n"
                "0s web: web#1 ended: the client closed first\n" },
  { "twice",
    SERVED "home\nsystem.take style=fin\nsystem.take style=destroy\nexpect system.taken == "
           "2\nexpect no kernel.socket-reclaimed for 1h\n",
    "kernel",
    LISTEN_STATE MET "1s kernel: web, web's end: taken away (fin)\n"
                     "1s kernel: phone#1, web's end: taken away (fin)\n"
                     "1s kernel: web, web's end: LISTEN -> CLOSED\n"
                     "1s kernel: phone#1, phone's end: ESTABLISHED -> CLOSED\n"
                     "1s kernel: phone#1, web's end: ESTABLISHED -> TIME_WAIT\n"
                     "61s kernel: phone#1, web's end: TIME_WAIT is over; nothing is left of it\n" },
  { "dialling/fin",
    "peer listener server port=30000 close-order=client-first\nin app client mine connect=server "
    "message=hi count=1 retry-every=1h\nsystem.plan style=fin\nlaunch\nafter 1s\nexpect "
    "mine.open-count == 0\n",
    "server mine",
    "0s server: listens on port 30000 (generation 1)\n"
    "0s server: accepted mine#1\n"
    "0s server: mine#1 ended: the client closed first\n"
    "0s mine: mine#1 failed: ENOTCONN\n" },
  { "dialling/defunct",
    "peer listener server port=30000 close-order=client-first\nin app client mine connect=server "
    "message=hi count=1 retry-every=1h\nsystem.plan style=defunct\nlaunch\nafter 1s\nexpect "
    "mine.open-count == 0\n",
    "server mine",
    "0s server: listens on port 30000 (generation 1)\n"
    "0s server: accepted server#1\n"
    "0s server: server#1 ended: the client closed first\n"
    "0s mine: mine#1 failed: ENOTCONN\n" },
  { "dialling/destroy",
    "peer listener server port=30000 close-order=client-first\nin app client mine connect=server "
    "message=hi count=1 retry-every=1h\nsystem.plan style=destroy\nlaunch\nafter 1s\nexpect "
    "mine.open-count == 0\n",
    "server mine",
    "0s server: listens on port 30000 (generation 1)\n"
    "0s server: accepted server#1\n"
    "0s server: server#1 ended: ECONNRESET\n"
    "0s mine: mine#1 failed: ECONNABORTED\n" },
  { "dialling-in-vain/fin",
    "in app client mine connect=127.0.0.1:30000 message=hi count=1 "
    "retry-every=1h\nsystem.clog\nsystem.plan style=fin\nlaunch\nafter 1s\n",
    "mine kernel",
    "0s kernel: mine#1, mine's end: taken away (fin)\n"
    "0s mine: mine#1 failed: ECONNRESET\n" },
  { "dialling-in-vain/defunct",
    "in app client mine connect=127.0.0.1:30000 message=hi count=1 "
    "retry-every=1h\nsystem.clog\nsystem.plan style=defunct\nlaunch\nafter 1s\n",
    "mine kernel",
    "0s kernel: mine#1, mine's end: taken away (defunct)\n"
    "0s mine: mine#1 failed: ENOTCONN\n" },
  { "dialling-in-vain/destroy",
    "in app client mine connect=127.0.0.1:30000 message=hi count=1 "
    "retry-every=1h\nsystem.clog\nsystem.plan style=destroy\nlaunch\nafter 1s\n",
    "mine kernel",
    "0s kernel: mine#1, mine's end: taken away (destroy)\n"
    "0s mine: mine#1 failed: ECONNABORTED\n" },
  { "world",
    "peer listener server port=30001 close-order=client-first\nclient friend connect=server "
    "message=hi count=1\n" WEB
    "\nlaunch\nhome\nsystem.take style=destroy\nexpect system.taken == 1\nexpect friend.open-count "
    "== 1\nexpect server.open-count == 1\nexpect server.state == listening\nafter 1h\n",
    "server friend kernel",
    "0s server: listens on port 30001 (generation 1)\n"
    "0s kernel: server, server's end: CLOSED -> LISTEN\n"
    "0s server: accepted friend#1\n"
    "0s friend: connected as friend#1\n"
    "0s friend: friend#1 was answered: hi\n"
    "0s kernel: friend#1, friend's end: CLOSED -> ESTABLISHED\n"
    "0s kernel: friend#1, server's end: CLOSED -> ESTABLISHED\n" LISTEN_STATE
    "0s kernel: web, web's end: taken away (destroy)\n"
    "0s kernel: web, web's end: LISTEN -> CLOSED\n" },
  { "not-running", WEB "\nsystem.take\nlaunch\nkill\nsystem.take\nexpect system.taken == 0\n",
    "web", WEB_LISTENS },
  { "forgotten",
    "listener web port=30000 on-accept=close reuse-address=no\n" PHONE
    "\nlaunch\nwait phone.closed\nkill\nsystem.forget\nlaunch\nafter 2min\n",
    "web kernel",
    WEB_LISTENS LISTEN_STATE
    "1s web: accepted phone#1\n"
    "1s web: phone#1 ended: the server closed first\n"
    "1s kernel: phone#1, web's end: CLOSED -> TIME_WAIT\n"
    "1s kernel: phone#1, web's end: TIME_WAIT is forgotten: the machine was started anew\n"
    "1s web: listens on port 30000 (generation 1)\n"
    "1s kernel: web, web's end: CLOSED -> LISTEN\n" },
  { "remembered",
    "listener web port=30000 on-accept=close reuse-address=no\n" PHONE
    "\nlaunch\nwait phone.closed\nkill\nlaunch\nafter 2min\n",
    "web kernel",
    WEB_LISTENS LISTEN_STATE
    "1s web: accepted phone#1\n"
    "1s web: phone#1 ended: the server closed first\n"
    "1s kernel: phone#1, web's end: CLOSED -> TIME_WAIT\n"
    "1s web: cannot bind port 30000 (generation 1): EADDRINUSE: the process before this one left 1 "
    "connection in "
    "TIME_WAIT, and neither it nor the new socket has SO_REUSEADDR\n"
    "61s kernel: phone#1, web's end: TIME_WAIT is over; nothing is left of it\n" },
};

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_autoptr (NetTest) test = net_test_new (story->script);
  g_autofree char *text = NULL;

  test_system_add (test);
  net_test_play (test);
  text = net_test_dup_story (test, story->actors);
  g_assert_cmpstr (text, ==, story->story);
}

/* -- a second application -- */

typedef struct
{
  ReboundSite *site;
  ReboundListener *listener;
} OtherApplication;

static void
launch_other (gpointer user_data)
{
  OtherApplication *self = user_data;

  rebound_actor_come_to_life (REBOUND_ACTOR (self->listener), self->site);
}

static void
kill_other (gpointer user_data)
{
  rebound_actor_abandon (REBOUND_ACTOR (((OtherApplication *) user_data)->listener));
}

static void
test_other_application (void)
{
  g_autoptr (NetTest) test
      = net_test_new (WEB "\nlaunch\nafter 1s\nhome\nsystem.take style=destroy\n"
                          "expect system.taken == 1\nclient friend connect=127.0.0.1:30001\n"
                          "wait friend.connected within 1us\nclient phone connect=web\n"
                          "expect phone.last-error == ECONNREFUSED\nafter 10s\n");
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundSite) site = rebound_site_new (rebound_run_get_clock (test->run), context);
  g_autoptr (ReboundListener) listener = g_object_new (REBOUND_TYPE_LISTENER, "port", 30001, NULL);
  OtherApplication other = { site, listener };
  g_autoptr (ReboundTimer) timer
      = rebound_site_new_timer (rebound_run_get_world (test->run), "launch", launch_other, &other);
  g_autoptr (ReboundTimer) end
      = rebound_site_new_timer (rebound_run_get_world (test->run), "kill", kill_other, &other);

  g_test_summary ("one application's sockets are taken away, another's go on");
  rebound_site_set_kernel (site, REBOUND_KERNEL (test->kernel));
  rebound_timer_arm (timer, G_USEC_PER_SEC);
  rebound_timer_arm (end, 10 * G_USEC_PER_SEC);
  test_system_add (test);
  net_test_play (test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/reclaim-run/%s", stories[i].name);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/reclaim-run/other-application", test_other_application);
  return g_test_run ();
}
