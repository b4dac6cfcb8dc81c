/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the lifecycle does to a client: to the connections that are idle, to the requests that are
 * on their way, and at the end of its life. Each story is the whole of the client's log. */

#include "http-test.h"
#include "kernel/kernel-test.h"

#define IOS_5  "set device profile=ios-5\n"
#define IOS_13 "set device profile=ios-13\n"

/* -- idle connections -- */

static const NetTestStory idle[] = {
  { "report",
    IOS_5 SERVER " delay=1s" ASI "max-per-host=4\nlaunch\n" GET
                 " count=4\nafter 2s\nlock\nafter 10s unlock\n" GET " count=2\nafter 2s\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) USES ("0s", 3, 3) USES ("0s", 4, 4) MADE ("0s", 1) MADE (
        "0s",
        2) MADE ("0s", 3) MADE ("0s", 4) GOT ("1s", 1, 1) GOT ("1s", 2, 2) GOT ("1s", 3, 3)
        GOT ("1s", 4, 4) USES ("12s", 5, 4) USES ("12s", 6, 3) RETRIES ("12s", 4) USES ("12s", 5, 2)
            RETRIES ("12s", 3) USES ("12s", 6, 1) GIVES_UP ("12s", 2) INVALIDATES ("12s", 5, 2)
                FAILED ("12s", 5, "A connection failure occurred: EPIPE (Broken pipe)")
                    GIVES_UP ("12s", 1) INVALIDATES ("12s", 6, 1)
                        FAILED ("12s", 6, "A connection failure occurred: EPIPE (Broken pipe)") },
  { "cure",
    IOS_5 SERVER " delay=1s" ASI "max-per-host=4 clear-on=background\nlaunch\n" GET
                 " count=4\nafter 2s\nlock\nafter 10s unlock\n" GET " count=2\nafter 2s\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) USES ("0s", 3, 3) USES ("0s", 4, 4) MADE ("0s", 1)
        MADE ("0s", 2) MADE ("0s", 3) MADE ("0s", 4) GOT ("1s", 1, 1) GOT ("1s", 2, 2)
            GOT ("1s", 3, 3) GOT ("1s", 4, 4) CLEARED ("2s", 1) CLEARED ("2s", 2) CLEARED ("2s", 3)
                CLEARED ("2s", 4) USES ("12s", 5, 5) USES ("12s", 6, 6) MADE ("12s", 5)
                    MADE ("12s", 6) GOT ("13s", 5, 5) GOT ("13s", 6, 6) },
  { "lock",
    IOS_5 SERVER
    " delay=1s" REBOUND "max-per-host=4\nlaunch\n" GET
    " count=2\nafter 2s\nlock\nafter 10s unlock\n" GET
    " count=2\nafter 2s\nexpect http.retried-count == 0\nexpect http.failed-count == 0\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) MADE ("0s", 1) MADE ("0s", 2) GOT ("1s", 1, 1)
        GOT ("1s", 2, 2) RETIRED ("2s", 1, "did-enter-background")
            RETIRED ("2s", 2, "did-enter-background") USES ("12s", 3, 3) USES ("12s", 4, 4)
                MADE ("12s", 3) MADE ("12s", 4) GOT ("13s", 3, 3) GOT ("13s", 4, 4) },
  { "lock-13",
    IOS_13 SERVER REBOUND "\nlaunch\n" GET "\nlock\nafter 10s unlock\n" GET
                          "\nexpect http.retried-count == 0\n",
    "http", FRESH ("0s", 1, 1) RETIRED ("0s", 1, "did-enter-background") FRESH ("10s", 2, 2) },
  { "asi-13", IOS_13 SERVER ASI "\nlaunch\n" GET "\nhome\nafter 10s open\n" GET "\n", "http",
    FRESH ("0s", 1, 1) USES ("10s", 2, 1) RETRIES ("10s", 1) FRESH ("10s", 2, 2) },
  { "asi-destroyed",
    IOS_13 "set device reclaim-style=destroy\n" SERVER ASI "\nlaunch\n" GET
           "\nhome\nafter 10s open\n" GET "\nafter 1s\nexpect http.last-error == ECONNABORTED\n",
    "http",
    FRESH ("0s", 1, 1) USES ("10s", 2, 1) INVALIDATES ("10s", 2, 1)
        FAILED ("10s",
                2,
                "A connection failure occurred: ECONNABORTED (Software caused connection abort)") },
  { "asi-fin",
    IOS_13 "set device reclaim-style=fin\n" SERVER ASI "\nlaunch\n" GET
           "\nhome\nafter 10s open\n" GET "\nexpect http.last-error == none\n",
    "http", FRESH ("0s", 1, 1) USES ("10s", 2, 1) RETRIES ("10s", 1) FRESH ("10s", 2, 2) },
  { "curl-13", IOS_13 SERVER CURL "\nlaunch\n" GET "\nhome\nafter 10s open\n" GET "\n", "http",
    FRESH ("0s", 1, 1) DEAD ("10s", 1) FRESH ("10s", 2, 2) },
  { "asi-home", SERVER ASI "\nlaunch\n" GET "\nhome\nafter 10s open\n" GET "\n", "http",
    FRESH ("0s", 1, 1) AGAIN ("10s", 2, 1) },
  { "cure-home", SERVER ASI "clear-on=background\nlaunch\n" GET "\nhome\nafter 10s open\n" GET "\n",
    "http", FRESH ("0s", 1, 1) CLEARED ("0s", 1) FRESH ("10s", 2, 2) },
  { "home",
    SERVER REBOUND
    "\nlaunch\n" GET
    "\nhome\nexpect http.retired-count == 1\nexpect server.open-count == 0\nafter 10s open\n" GET
    "\nexpect http.created-count == 2\n",
    "http", FRESH ("0s", 1, 1) RETIRED ("0s", 1, "did-enter-background") FRESH ("10s", 2, 2) },
  { "interruption",
    SERVER REBOUND "\nlaunch\n" GET "\ninterrupt\n" GET "\nend-interrupt\n" GET
                   "\nexpect http.created-count == 1\n",
    "http", FRESH ("0s", 1, 1) AGAIN ("0s", 2, 1) AGAIN ("0s", 3, 1) },
  { "network",
    SERVER REBOUND "\nlaunch\n" GET "\nnetwork-down\nexpect http.idle-count == 0\nnetwork-up\n" GET
                   "\n",
    "http", FRESH ("0s", 1, 1) RETIRED ("0s", 1, "the network has changed") FRESH ("0s", 2, 2) },
  { "network-asi", SERVER ASI "\nlaunch\n" GET "\nnetwork-down\nnetwork-up\n" GET "\n", "http",
    FRESH ("0s", 1, 1) AGAIN ("0s", 2, 1) },
  { "network-while-suspended",
    SERVER CURL "\nlaunch\n" GET "\nhome\nafter 10s network-down\nnetwork-up\nopen\n" GET "\n",
    "http", FRESH ("0s", 1, 1) AGAIN ("10s", 2, 1) },
  { "dial-without-network",
    SERVER REBOUND "connect-timeout=5s\nlaunch\nnetwork-down\n" GET "\nafter 6s\nnetwork-up\n" GET
                   "\nafter 2s\n",
    "http",
    USES ("0s", 1, 1)
        FAILED ("0s",
                1,
                "http://server/ could not be reached: ENETUNREACH (Network is unreachable)")
            FRESH ("6s", 2, 2) },
  { "clock-goes-on", SERVER ASI "\nlaunch\n" GET "\nhome\nafter 60s open\n" GET "\n", "http",
    FRESH ("0s", 1, 1) EXPIRED ("1min", 1) FRESH ("1min", 2, 2) },
};

/* -- requests on their way -- */

static const NetTestStory in_use[] = {
  { "finish",
    SERVER
    " delay=3s" REBOUND "\nlaunch\n" GET
    "\nhome\nexpect app.state == background\nafter 3s\nexpect app.state == suspended\nopen\n" GET
    "\nafter 5s\n",
    "http",
    DIALS ("0s", 1, 1) DROPS ("3s", 1, "it is from before") DONE ("3s", 1, 1) OK ("3s", 1, 1)
        DIALS ("3s", 2, 2) GOT ("6s", 2, 2) },
  { "finish-queue",
    SERVER " delay=2s" REBOUND "max-per-host=1\nlaunch\n" GET
           " count=2\nhome\nafter 3.9s\nexpect app.state == background\nafter 1s\nexpect app.state "
           "== suspended\n",
    "http",
    USES ("0s", 1, 1) WAITS ("0s", 2) MADE ("0s", 1) DROPS ("2s", 1, "it is from before")
        DONE ("2s", 1, 1) OK ("2s", 1, 1) DIALS ("2s", 2, 2) GOT ("4s", 2, 2)
            RETIRED ("4s", 2, "the application is in the background") },
  { "finish-too-late",
    "set device background-budget=2s\n" SERVER " delay=10s" REBOUND "\nlaunch\n" GET
    "\nhome\nafter 3s\nexpect app.state == suspended\n",
    "http", DIALS ("0s", 1, 1) FAILED ("1s", 1, "the time in the background is over") },
  { "finish-too-late-queue",
    "set device background-budget=2s\n" SERVER " delay=10s" REBOUND "max-per-host=1\nlaunch\n" GET
    " count=3\nhome\nafter 3s\nexpect app.state == suspended\nexpect http.failed-count == 3\n",
    "http",
    USES ("0s", 1, 1) WAITS ("0s", 2) WAITS ("0s", 3) MADE ("0s", 1)
        FAILED ("1s", 1, "the time in the background is over")
            FAILED ("1s", 2, "the time in the background is over")
                FAILED ("1s", 3, "the time in the background is over") },
  { "finish-and-back",
    SERVER " delay=3s" REBOUND "\nlaunch\n" GET "\nhome\nafter 1s open\nafter 3s\n" GET
           "\nafter 4s\n",
    "http",
    DIALS ("0s", 1, 1) DROPS ("3s", 1, "it is from before") DONE ("3s", 1, 1) OK ("3s", 1, 1)
        DIALS ("4s", 2, 2) GOT ("7s", 2, 2) },
  { "fail",
    SERVER " delay=3s" REBOUND "in-background=fail max-per-host=1\nlaunch\n" GET
           " count=3\nhome\nexpect http.failed-count == 3\nexpect http.open-count == 0\nexpect "
           "server.open-count == 0\nexpect http.created-count == 1\n",
    "http",
    USES ("0s", 1, 1) WAITS ("0s", 2) WAITS ("0s", 3) MADE ("0s", 1)
        FAILED ("0s", 1, "the application went to the background")
            FAILED ("0s", 2, "the application went to the background")
                FAILED ("0s", 3, "the application went to the background") },
  { "keep",
    SERVER " delay=3s" REBOUND "in-background=keep\nlaunch\n" GET
           "\nhome\nafter 10s\nexpect app.state == suspended\nopen\nafter 1s\n" GET "\nafter 4s\n",
    "http",
    DIALS ("0s", 1, 1) DROPS ("10s", 1, "it is from before") DONE ("10s", 1, 1) OK ("10s", 1, 1)
        DIALS ("11s", 2, 2) GOT ("14s", 2, 2) },
  { "keep-timeout",
    SERVER " answer=none" REBOUND "in-background=keep\nlaunch\n" GET
           "\nhome\nafter 100s\nexpect app.state == suspended\nexpect http.failed-count == "
           "0\nopen\nafter 1s\nexpect http.failed-count == 1\n",
    "http", DIALS ("0s", 1, 1) FAILED ("100s", 1, "http://server/: no answer within its time") },
  { "asi-finish",
    SERVER " delay=3s" ASI "\nlaunch\n" GET "\nhome\nafter 4s open\n" GET "\nafter 4s\n", "http",
    DIALS ("0s", 1, 1) GOT ("3s", 1, 1) USES ("4s", 2, 1) GOT ("7s", 2, 1) },
  { "lock-in-use-ios-5",
    IOS_5 SERVER " delay=8s" ASI "in-background=keep\nlaunch\n" GET
                 "\nlock\nafter 10s unlock\nafter 1s\n",
    "http", DIALS ("0s", 1, 1) RETRIES ("10s", 1) DIALS ("10s", 1, 2) },
  { "lock-in-use-rebound",
    IOS_5 SERVER " delay=8s" REBOUND "in-background=keep\nlaunch\n" GET
                 "\nlock\nafter 10s unlock\nafter 10s\n",
    "http",
    DIALS ("0s", 1, 1)
        FAILED ("10s", 1, "http://server/: the connection was closed; the connection was fresh") },
  { "post-in-use",
    IOS_13 SERVER " delay=8s" REBOUND "in-background=keep\nlaunch\n" POST
                  "\nhome\nafter 10s open\nafter 10s\nexpect server.duplicate-count == 0\n",
    "http",
    DIALS ("0s", 1, 1) "10s http: POST #1 may have been delivered: http://server/: ENOTCONN "
                       "(Transport endpoint is not connected); the server may have acted on it\n" },
  { "dialling",
    "peer socket gate\npeer socket far\ngate.socket\ngate.bind port=30000\ngate.listen "
    "backlog=0" REBOUND "connect-timeout=20s\nsocket near\nlaunch\nnear.socket\nnear.connect "
    "to=gate\nhttp.get uri=\"http://127.0.0.1:30000/\"\nhome\nexpect app.state "
    "== background\nafter 25s\nexpect app.state == suspended\n",
    "http",
    USES ("0s", 1, 1)
        FAILED ("20s",
                1,
                "http://127.0.0.1:30000/ could not be reached: ETIMEDOUT (Connection timed out)") },
  { "started-in-background",
    SERVER " delay=1s" REBOUND "\nlaunch\napp.begin-task name=work\nhome\n" GET "\nafter 2s\n" GET
           "\nafter 2s\nopen\n" GET "\nafter 2s\n",
    "http",
    DIALS ("0s", 1, 1) GOT ("1s", 1, 1) RETIRED ("1s", 1, "the application is in the background")
        DIALS ("2s", 2, 2) GOT ("3s", 2, 2)
            RETIRED ("3s", 2, "the application is in the background") DIALS ("4s", 3, 3)
                GOT ("5s", 3, 3) },
};

/* -- the end of a life -- */

static const NetTestStory ends[] = {
  { "terminate",
    SERVER
    " delay=3s" REBOUND "in-background=finish\nlaunch\n" GET "\nafter 3s\n" GET
    " count=2\nhome\nterminate\nexpect app.state == not-running\nexpect server.open-count == 0\n",
    "http",
    DIALS ("0s", 1, 1) GOT ("3s", 1, 1) USES ("3s", 2, 1) DIALS ("3s", 3, 2)
        FAILED ("3s", 2, "the application is about to end")
            FAILED ("3s", 3, "the application is about to end") },
  { "swiped",
    SERVER " delay=3s" REBOUND "max-per-host=1\nlaunch\n" GET
           " count=2\napp-switcher\nswipe-kill\nexpect server.open-count == 0\n",
    "http",
    USES ("0s", 1, 1) WAITS ("0s", 2) MADE ("0s", 1)
        FAILED ("0s", 1, "the application is about to end")
            FAILED ("0s", 2, "the application is about to end") },
  { "kill",
    SERVER " delay=3s" REBOUND "\nlaunch\n" GET "\nafter 3s\n" GET
           " count=3\nkill\nexpect server.open-count == 0\nlaunch\n" GET
           "\nafter 4s\nexpect http.sent-count == 1\n",
    "http",
    DIALS ("0s", 1, 1) GOT ("3s", 1, 1) USES ("3s", 2, 1) USES ("3s", 3, 2) USES ("3s", 4, 3)
        MADE ("3s", 2) MADE ("3s", 3) DIALS ("3s", 1, 1) GOT ("6s", 1, 1) },
  { "kill-while-waiting",
    SERVER " delay=3s" REBOUND "max-per-host=1\nlaunch\n" GET " count=3\nkill\nlaunch\n" GET
           "\nafter 4s\n",
    "http",
    USES ("0s", 1, 1) WAITS ("0s", 2) WAITS ("0s", 3) MADE ("0s", 1) DIALS ("0s", 1, 1)
        GOT ("3s", 1, 1) },
  { "kill-while-dialling",
    SERVER REBOUND "\nlaunch\nnetwork-down\n" GET "\nkill\nnetwork-up\nlaunch\n" GET "\nafter 4s\n",
    "http",
    USES ("0s", 1, 1)
        FAILED ("0s",
                1,
                "http://server/ could not be reached: ENETUNREACH (Network is unreachable)")
            FRESH ("0s", 1, 1) },
  { "kill-while-suspended",
    SERVER REBOUND "\nlaunch\n" GET "\nhome\nafter 10s kill\nlaunch\n" GET "\n", "http",
    FRESH ("0s", 1, 1) RETIRED ("0s", 1, "did-enter-background") FRESH ("10s", 1, 1) },
  { "policy-changes",
    SERVER REBOUND "\nlaunch\n" GET "\nset http policy=asi\nserver.close-connections idle=yes\n" GET
                   "\nkill\nlaunch\n" GET "\nserver.close-connections idle=yes\n" GET "\n",
    "http",
    FRESH ("0s", 1, 1) GONE ("0s", 1, "the server has closed it") FRESH ("0s", 2, 2)
        FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("0s", 1) FRESH ("0s", 2, 2) },
};

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  net_test_add_stories_of ("/http-lifecycle/idle", NULL, HTTP_TEST_GROUPS, idle,
                           G_N_ELEMENTS (idle));
  net_test_add_stories_of ("/http-lifecycle/in-use", NULL, HTTP_TEST_GROUPS, in_use,
                           G_N_ELEMENTS (in_use));
  net_test_add_stories_of ("/http-lifecycle/end", NULL, HTTP_TEST_GROUPS, ends,
                           G_N_ELEMENTS (ends));
  return g_test_run ();
}
