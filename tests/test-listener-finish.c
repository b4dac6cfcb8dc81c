/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of a listener's connections: connection-policy=finish and abort, close-connections,
 * and what a run says that waits for one. */

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-listener.h"

typedef struct
{
  const char *name;
  const char *script;
  const char *story;
} Story;

#define WEB "listener web port=30000 on-accept=hello close-order=client-first "
/* As much as its TCP and ours take of it is the kernel's affair, but the same each time. */
#define LARGE            "greeting-size=1MiB send-buffer=16KiB "
#define PHONE            "\npeer socket phone\nlaunch\nphone.socket\nphone.connect to=web\n"
#define READ             "repeat 90\nphone.recv bytes=16KiB\nend\nexpect phone.result == 0\n"
#define LISTENS          "0s web: listens on port 30000 (generation 1)\n0s web: accepted phone#1\n"
#define GONE             "0s web: accept source destroyed (generation 1)\n"
#define CLOSED(at)       "0s web: closed (generation 1), at " at "\n"
#define ENDED(time, how) time " web: phone#1 ended: " how "\n"
#define HALF(time)       time " web: phone#1: our half is closed; the other end may go on\n"
#define IN_ORDER(bytes)                                                                            \
  "both ends in good order, " bytes " bytes sent: the peer has read all of it, if it has closed"

static const Story stories[] = {
  { "finish", WEB LARGE PHONE "web.close-connections\n" READ "phone.close\n",
    LISTENS HALF ("0s") ENDED ("0s", IN_ORDER ("1048576")) },
  { "finish-too-late", WEB LARGE "finish-within=2s\n" PHONE "web.close-connections\nafter 3s\n",
    LISTENS ENDED ("2s",
                   "aborted: the peer had not taken everything after 2s; "
                   "920960 of 1048576 bytes lost") },
  { "finish-talker", WEB "drain-limit=4B\n" PHONE "web.close-connections\nphone.send text=hello\n",
    LISTENS HALF ("0s") ENDED ("0s",
                               "aborted: the peer went on talking: more than 4 bytes drained; "
                               "nothing lost") },
  { "shutdown-send",
    WEB LARGE PHONE "web.close-connections way=shutdown-send\nafter 1h\n" READ "phone.close\n",
    LISTENS HALF ("1h") ENDED ("1h", IN_ORDER ("1048576")) },
  { "close",
    WEB PHONE "phone.send text=hi\nset web close-order=client-first\n"
              "web.close-connections way=close\n",
    LISTENS ENDED ("0s", "closed; nothing lost") },
  { "close-unread",
    "listener web port=30000 on-accept=keep\n" PHONE "phone.send text=hi\n"
    "web.close-connections way=close\nphone.recv\nexpect phone.errno == ECONNRESET\n",
    LISTENS ENDED ("0s", "closed, with 2 bytes unread: by RST; nothing lost") },
  { "abort",
    WEB PHONE "web.close-connections way=abort\nphone.recv\nphone.recv\n"
              "expect phone.errno == ECONNRESET\n",
    LISTENS ENDED ("0s", "aborted; nothing lost") },
  { "policy-abort", WEB "connection-policy=abort\n" PHONE "web.close\nexpect web.open-count == 0\n",
    LISTENS GONE ENDED ("0s", "aborted; nothing lost") CLOSED ("the script's word") },
  { "policy-finish",
    WEB "connection-policy=finish\n" PHONE
        "web.close\nexpect web.open-count == 1\nphone.recv\nphone.close\n",
    LISTENS GONE HALF ("0s") CLOSED ("the script's word") ENDED ("0s", IN_ORDER ("6")) },
  { "policy-finish-at-the-end",
    WEB LARGE "connection-policy=finish\n" PHONE "home\nterminate\nexpect web.open-count == 0\n",
    LISTENS GONE CLOSED ("did-enter-background")
        ENDED ("0s", "aborted: the application is about to end; 920960 of 1048576 bytes lost") },
  { "policy-finish-in-the-background",
    WEB LARGE "connection-policy=finish\n" PHONE "home\nexpect app.state == background\n" READ
              "phone.close\nexpect app.state == suspended\n",
    LISTENS GONE CLOSED ("did-enter-background") HALF ("0s") ENDED ("0s", IN_ORDER ("1048576")) },
  { "policy-finish-and-back",
    WEB LARGE "connection-policy=finish\n" PHONE "home\nopen\n" READ "phone.close\nhome\n"
              "expect app.state == suspended\n",
    LISTENS GONE CLOSED (
        "did-enter-background") "0s web: listens on port 30000 (generation 2)\n" HALF ("0s")
        ENDED ("0s",
               IN_ORDER ("1048576")) "0s web: accept source destroyed (generation 2)\n"
                                     "0s web: closed (generation 2), at did-enter-background\n" },

  /* one of several */
  { "named",
    WEB PHONE "peer socket tablet\ntablet.socket\ntablet.connect to=web\n"
              "web.close-connections way=abort connection=tablet#1\nexpect web.open-count == 1\n"
              "set web figures-of=tablet#1\nexpect web.last-end == \"aborted; nothing lost\"\n"
              "web.close-connections way=close connection=phone#1\nexpect web.open-count == 0\n",
    LISTENS
    "0s web: accepted tablet#1\n"
    "0s web: tablet#1 ended: aborted; nothing lost\n" ENDED ("0s", "closed; nothing lost") },
  /* a goodbye that it is asked */
  { "goodbye/answered",
    WEB "goodbye=BYE\n" PHONE "phone.send text=\"thanks, BYE\"\nphone.shutdown how=write\n"
        "phone.recv\nexpect phone.data == \"hello\\nBYE\"\n",
    LISTENS ENDED ("0s", "both ends in good order, the peer's first; 9 bytes sent") },
  { "goodbye/not-said",
    WEB "goodbye=BYE\n" PHONE "phone.send text=\"thanks\"\nphone.shutdown how=write\n",
    LISTENS ENDED ("0s", "the client closed first") },
  /* the client has said all, and we have not */
  { "peer-finished",
    WEB LARGE PHONE "web.close-connections way=shutdown-send\nphone.shutdown how=write\n" READ,
    LISTENS "0s web: phone#1: the other end has said all; we go on\n" ENDED (
        "0s",
        "both ends in good order, the peer's first; 1048576 bytes sent") },
  /* of a great many */
  { "untold",
    WEB "tell-connections=no\n" PHONE "web.close-connections way=abort\n"
        "expect web.accept-count == 1\nexpect web.last-end == \"aborted; nothing lost\"\n",
    "0s web: listens on port 30000 (generation 1)\n" },
};

static void
test_story (gconstpointer data)
{
  const Story *story = data;

  net_test_play_story (story->script, "web", story->story);
}

/* Nobody will ever end it: the run says what it waits for. */
static void
test_waits (void)
{
  g_autoptr (NetTest) test
      = net_test_new (WEB PHONE "web.close-connections way=shutdown-send\nwait phone.returned\n");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (rebound_run_play (test->run, &error), ==, REBOUND_RUN_STATUS_FAILED);
  g_assert_nonnull (g_strstr_len (error->message, -1, "web waits for the peer's end (phone#1)"));
}

/* A connection that is not there ends the script, and those that are there are named. */
static void
test_unknown (void)
{
  g_autoptr (NetTest) test
      = net_test_new (WEB PHONE "web.close-connections way=abort connection=phone#7\n");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (rebound_run_play (test->run, &error), ==, REBOUND_RUN_STATUS_FAILED);
  g_assert_nonnull (
      g_strstr_len (error->message, -1, "no connection “phone#7” is open here; open now: phone#1"));
}

/* Each figure, while it is open and when it has ended. */
static void
test_figures (void)
{
  net_test_play_story (WEB LARGE PHONE
                       "expect web.given-bytes == 1MiB\nexpect web.handed-bytes < 512KiB\n"
                       "expect web.acknowledged-bytes > 16KiB\nexpect web.lost-bytes == 0B\n"
                       "expect web.last-end == \"\"\n"
                       "phone.send text=hello\nset web figures-of=phone#2\n"
                       "expect web.given-bytes == 0B\nset web figures-of=phone#1\n"
                       "web.close-connections way=abort\nexpect web.given-bytes == 1MiB\n"
                       "expect web.lost-bytes > 512KiB\nexpect web.left-bytes == 0B\n"
                       "kill\nexpect web.given-bytes == 1MiB\nlaunch\n"
                       "expect web.given-bytes == 0B\n",
                       "nobody", "");
}

/* The process is gone in the midst of it: what was queued is lost. */
static void
test_figures_at_kill (void)
{
  net_test_play_story (WEB LARGE PHONE "kill\nexpect web.given-bytes == 1MiB\n"
                                       "expect web.lost-bytes > 512KiB\n",
                       "nobody", "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strconcat ("/listener-finish/", stories[i].name, NULL);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/listener-finish/waits", test_waits);
  g_test_add_func ("/listener-finish/unknown", test_unknown);
  g_test_add_func ("/listener-finish/figures", test_figures);
  g_test_add_func ("/listener-finish/figures-at-kill", test_figures_at_kill);
  return g_test_run ();
}
