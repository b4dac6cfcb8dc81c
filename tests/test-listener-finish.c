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
#define IN_ORDER(bytes)                                                                            \
  "both ends in good order, " bytes " bytes sent: the peer has read all of it, if it has closed"

static const Story stories[] = {
  { "finish", WEB LARGE PHONE "web.close-connections\n" READ "phone.close\n",
    LISTENS ENDED ("0s", IN_ORDER ("1048576")) },
  { "finish-too-late", WEB LARGE "finish-within=2s\n" PHONE "web.close-connections\nafter 3s\n",
    LISTENS ENDED ("2s",
                   "aborted: the peer had not taken everything after 2s; "
                   "920960 of 1048576 bytes lost") },
  { "finish-talker", WEB "drain-limit=4B\n" PHONE "web.close-connections\nphone.send text=hello\n",
    LISTENS ENDED ("0s",
                   "aborted: the peer went on talking: more than 4 bytes drained; "
                   "nothing lost") },
  { "shutdown-send",
    WEB LARGE PHONE "web.close-connections way=shutdown-send\nafter 1h\n" READ "phone.close\n",
    LISTENS ENDED ("1h", IN_ORDER ("1048576")) },
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
    LISTENS GONE CLOSED ("the script's word") ENDED ("0s", IN_ORDER ("6")) },
  { "policy-finish-at-the-end",
    WEB LARGE "connection-policy=finish\n" PHONE "home\nterminate\nexpect web.open-count == 0\n",
    LISTENS GONE CLOSED ("did-enter-background")
        ENDED ("0s", "aborted: the application is about to end; 920960 of 1048576 bytes lost") },
  { "policy-finish-in-the-background",
    WEB LARGE "connection-policy=finish\n" PHONE "home\nexpect app.state == background\n" READ
              "phone.close\nexpect app.state == suspended\n",
    LISTENS GONE CLOSED ("did-enter-background") ENDED ("0s", IN_ORDER ("1048576")) },
  { "policy-finish-and-back",
    WEB LARGE "connection-policy=finish\n" PHONE "home\nopen\n" READ "phone.close\nhome\n"
              "expect app.state == suspended\n",
    LISTENS GONE
        CLOSED ("did-enter-background") "0s web: listens on port 30000 (generation 2)\n" ENDED (
            "0s",
            IN_ORDER ("1048576")) "0s web: accept source destroyed (generation 2)\n"
                                  "0s web: closed (generation 2), at did-enter-background\n" },
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
  return g_test_run ();
}
