/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client's own policy and curl's, rule by rule. Each story is the whole of the client's log, so
 * it says which connection was used for what. */

#include "http-test.h"
#include "kernel/kernel-test.h"

static const NetTestStory rebound[] = {
  { "newest-first",
    SERVER REBOUND "\nlaunch\nset server delay=3s\n" GET "\nset server delay=2s\n" GET
                   "\nset server delay=1s\n" GET "\nafter 4s\n" GET "\nafter 2s\n",
    "http",
    DIALS ("0s", 1, 1) DIALS ("0s", 2, 2) DIALS ("0s", 3, 3) GOT ("1s", 3, 3) GOT ("2s", 2, 2)
        GOT ("3s", 1, 1) USES ("4s", 4, 1) GOT ("5s", 4, 1) },
  { "expires-by-itself",
    SERVER REBOUND
    "\nlaunch\n" GET
    "\nafter 59.999s\nexpect http.idle-count == 1\nafter 1ms\nexpect http.idle-count == 0\n" GET
    "\n",
    "http", FRESH ("0s", 1, 1) EXPIRED ("1min", 1) FRESH ("1min", 2, 2) },
  { "expires-each",
    SERVER REBOUND "\nlaunch\nset server delay=3s\n" GET "\nset server delay=2s\n" GET
                   "\nset server delay=1s\n" GET "\nafter 70s\n",
    "http",
    DIALS ("0s", 1, 1) DIALS ("0s", 2, 2) DIALS ("0s", 3, 3) GOT ("1s", 3, 3) GOT ("2s", 2, 2)
        GOT ("3s", 1, 1) EXPIRED ("61s", 3) EXPIRED ("62s", 2) EXPIRED ("63s", 1) },
  { "server's-timeout",
    SERVER " keep-alive-header=yes keep-alive-timeout=5s" REBOUND "\nlaunch\n" GET
           "\nafter 3.999s " GET
           "\nafter 10s\nexpect http.expired-count == 1\nexpect http.server-closed-count == 0\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS_TOLD ("0s", "4.000000") DONE ("0s", 1, 1) OK ("0s", 1, 1)
        USES ("3.999s", 2, 1) KEEPS_TOLD ("3.999s", "4.000000") DONE ("3.999s", 2, 1)
            OK ("3.999s", 2, 1) EXPIRED ("7.999s", 1) },
  { "margin",
    SERVER " keep-alive-header=yes keep-alive-timeout=5s" REBOUND
           "keep-alive-margin=4999ms\nlaunch\n" GET "\nafter 1s\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS_TOLD ("0s", "0.001000") DONE ("0s", 1, 1) OK ("0s", 1, 1)
        EXPIRED ("1ms", 1) },
  { "margin-is-all",
    SERVER " keep-alive-header=yes keep-alive-timeout=1s" REBOUND "\nlaunch\n" GET "\n", "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "the server keeps it no longer than an answer takes")
        DONE ("0s", 1, 1) OK ("0s", 1, 1) },
  { "longer-than-own",
    SERVER " keep-alive-header=yes keep-alive-timeout=100s" REBOUND "\nlaunch\n" GET
           "\nafter 98s " GET "\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS_TOLD ("0s", "99.000000") DONE ("0s", 1, 1) OK ("0s", 1, 1)
        USES ("98s", 2, 1) KEEPS_TOLD ("98s", "99.000000") DONE ("98s", 2, 1) OK ("98s", 2, 1) },
  { "silent-server",
    SERVER " keep-alive-timeout=5s" REBOUND "\nlaunch\n" GET "\nafter 6s " GET "\n", "http",
    FRESH ("0s", 1, 1) GONE ("5s", 1, "the server has closed it") FRESH ("6s", 2, 2) },
  { "max",
    SERVER " keep-alive-header=yes keep-alive-max=2" REBOUND "\nlaunch\n" GET "\n" GET "\n" GET
           "\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) DROPS ("0s", 1, "the server closes it") DONE ("0s", 2, 1)
        OK ("0s", 2, 1) FRESH ("0s", 3, 2) },
  { "watched",
    SERVER REBOUND "\nlaunch\n" GET
                   "\nserver.close-connections idle=yes\nexpect http.idle-count == 0\n" GET
                   "\nexpect http.retried-count == 0\n",
    "http", FRESH ("0s", 1, 1) GONE ("0s", 1, "the server has closed it") FRESH ("0s", 2, 2) },
  { "close-after", SERVER " close-after=1" REBOUND "\nlaunch\n" GET "\n" GET "\n", "http",
    FRESH ("0s", 1, 1) GONE ("0s", 1, "the server has closed it") FRESH ("0s", 2, 2)
        GONE ("0s", 2, "the server has closed it") },
  { "body-reuses", SERVER REBOUND "\nlaunch\n" GET "\n" POST "\n", "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) KEEPS ("0s", "60.000000")
        DONE ("0s", 2, 1) "0s http: POST #2 is answered: 200 OK, 6 bytes, over #1\n" },
  { "retry",
    SERVER REBOUND "\nlaunch\n" GET "\nset server answer=close delay=1s\n" GET
                   "\nafter 500ms set server answer=length\nafter 2s\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("1s", 1) DIALS ("1s", 2, 2) GOT ("2s", 2, 2) },
  { "retry-fresh",
    SERVER " delay=1s" REBOUND "\nlaunch\n" GET " count=2\nafter 2s\nset server answer=close\n" GET
           "\nafter 500ms set server answer=length\nafter 2s\nexpect http.idle-count == 2\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) MADE ("0s", 1) MADE ("0s", 2) GOT ("1s", 1, 1)
        GOT ("1s", 2, 2) USES ("2s", 3, 2) RETRIES ("3s", 2) DIALS ("3s", 3, 3) GOT ("4s", 3, 3) },
  { "retry-once", SERVER REBOUND "\nlaunch\n" GET "\nset server answer=close\n" GET "\n", "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("0s", 1) DIALS ("0s", 2, 2)
        FAILED ("0s", 2, "http://server/: the connection was closed; it was retried already") },
  { "reset",
    SERVER REBOUND "\nlaunch\n" GET "\nset server answer=reset delay=1s\n" GET
                   "\nafter 500ms set server answer=length\nafter 2s\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("1s", 1) DIALS ("1s", 2, 2) GOT ("2s", 2, 2) },
  { "fresh", SERVER REBOUND "\nlaunch\nset server answer=close\n" GET "\n", "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s", 1, "http://server/: the connection was closed; the connection was fresh") },
  { "half", SERVER REBOUND "\nlaunch\n" GET "\nset server answer=half-then-close\n" GET "\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1)
        FAILED ("0s",
                2,
                "http://server/: the connection was closed; a part of the answer had come") },
  { "half-fresh", SERVER REBOUND "\nlaunch\nset server answer=half-then-reset\n" GET "\n", "http",
    DIALS ("0s", 1, 1) FAILED (
        "0s",
        1,
        "http://server/: ECONNRESET (Connection reset by peer); a part of the answer had come") },
  { "until-close", SERVER " answer=until-close" REBOUND "\nlaunch\n" GET "\n", "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "the server closes it") DONE ("0s", 1, 1) OK ("0s", 1, 1) },
  { "clear",
    SERVER " delay=1s" REBOUND "\nlaunch\n" GET " count=2\nafter 1s\n" GET
           "\nhttp.clear\nafter 2s\n" GET "\nafter 2s\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) MADE ("0s", 1) MADE ("0s", 2) GOT ("1s", 1, 1)
        GOT ("1s", 2, 2) USES ("1s", 3, 2) CLEARED ("1s", 1) GOT ("2s", 3, 2) USES ("3s", 4, 2)
            GOT ("4s", 4, 2) },
  { "network-changed",
    SERVER " delay=1s" REBOUND "\nlaunch\n" GET " count=2\nafter 1s\n" GET
           "\nhttp.network-changed\nafter 2s\n" GET "\nafter 2s\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) MADE ("0s", 1) MADE ("0s", 2) GOT ("1s", 1, 1)
        GOT ("1s", 2, 2) USES ("1s", 3, 2) RETIRED ("1s", 1, "the network has changed")
            DROPS ("2s", 2, "it is from before") DONE ("2s", 3, 2) OK ("2s", 3, 2)
                DIALS ("3s", 4, 3) GOT ("4s", 4, 3) },
  { "waits", SERVER " delay=1s" REBOUND "max-per-host=2\nlaunch\n" GET " count=5\nafter 4s\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) WAITS ("0s", 3) WAITS ("0s", 4) WAITS ("0s", 5)
        MADE ("0s", 1) MADE ("0s", 2) GOT ("1s", 1, 1) USES ("1s", 3, 1) GOT ("1s", 2, 2)
            USES ("1s", 4, 2) GOT ("2s", 3, 1) USES ("2s", 5, 1) GOT ("2s", 4, 2)
                GOT ("3s", 5, 1) },
  { "method/GET",
    SERVER REBOUND "\nlaunch\n" GET
                   "\nset server answer=close delay=1s\nhttp.request uri=\"http://server/\" "
                   "method=GET\nafter 500ms set server answer=length\nafter 2s\nexpect "
                   "server.duplicate-count == 1\nexpect http.maybe-delivered-count == 0\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("1s", 1) DIALS ("1s", 2, 2) GOT ("2s", 2, 2) },
  { "method/HEAD",
    SERVER REBOUND "\nlaunch\n" GET
                   "\nset server answer=close delay=1s\nhttp.request uri=\"http://server/\" "
                   "method=HEAD\nafter 500ms set server answer=length\nafter 2s\nexpect "
                   "server.duplicate-count == 1\nexpect http.maybe-delivered-count == 0\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("1s", 1) DIALS ("1s", 2, 2)
        KEEPS ("2s", "60.000000")
            DONE ("2s", 2, 2) "2s http: HEAD #2 is answered: 200 OK, 0 bytes, over #2\n" },
  { "method/PUT",
    SERVER REBOUND "\nlaunch\n" GET
                   "\nset server answer=close delay=1s\nhttp.request uri=\"http://server/\" "
                   "method=PUT body=x\nafter 500ms set server answer=length\nafter 2s\nexpect "
                   "server.duplicate-count == 1\nexpect http.maybe-delivered-count == 0\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("1s", 1) DIALS ("1s", 2, 2)
        KEEPS ("2s", "60.000000")
            DONE ("2s", 2, 2) "2s http: PUT #2 is answered: 200 OK, 6 bytes, over #2\n" },
  { "method/DELETE",
    SERVER REBOUND "\nlaunch\n" GET
                   "\nset server answer=close delay=1s\nhttp.request uri=\"http://server/\" "
                   "method=DELETE\nafter 500ms set server answer=length\nafter 2s\nexpect "
                   "server.duplicate-count == 1\nexpect http.maybe-delivered-count == 0\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("1s", 1) DIALS ("1s", 2, 2)
        KEEPS ("2s", "60.000000")
            DONE ("2s", 2, 2) "2s http: DELETE #2 is answered: 200 OK, 6 bytes, over #2\n" },
  { "method/POST",
    SERVER REBOUND "\nlaunch\n" GET "\nset server answer=close delay=1s\n" POST
                   "\nafter 500ms set server answer=length\nafter 2s\nexpect "
                   "server.duplicate-count == 0\nexpect http.maybe-delivered-count == 1\n",
    "http",
    FRESH ("0s", 1, 1)
        USES ("0s", 2, 1) "1s http: POST #2 may have been delivered: http://server/: the "
                          "connection was closed; the server may have acted on it\n" },
};

static const NetTestStory curl[] = {
  { "probe",
    SERVER CURL "\nlaunch\n" GET
                "\nserver.close-connections idle=yes\nexpect http.idle-count == 1\n" GET "\n",
    "http", FRESH ("0s", 1, 1) DEAD ("0s", 1) FRESH ("0s", 2, 2) },
  { "not-as-told",
    SERVER " keep-alive-header=yes keep-alive-timeout=5s" CURL "\nlaunch\n" GET "\nafter 6s " GET
           "\n",
    "http", FRESH ("0s", 1, 1) DEAD ("6s", 1) FRESH ("6s", 2, 2) },
  { "posts-twice",
    SERVER CURL
    "\nlaunch\n" GET "\nset server answer=close delay=1s\n" POST
    "\nafter 500ms set server answer=length\nafter 2s\nexpect server.duplicate-count == 1\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("1s", 1) DIALS ("1s", 2, 2)
        KEEPS ("2s", "60.000000")
            DONE ("2s", 2, 2) "2s http: POST #2 is answered: 200 OK, 6 bytes, over #2\n" },
  { "fresh", SERVER CURL "\nlaunch\nset server answer=close\n" GET "\n", "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s", 1, "http://server/: the connection was closed; the connection was fresh") },
};

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  net_test_add_stories_of ("/http-client/rebound", NULL, HTTP_TEST_GROUPS, rebound,
                           G_N_ELEMENTS (rebound));
  net_test_add_stories_of ("/http-client/curl", NULL, HTTP_TEST_GROUPS, curl, G_N_ELEMENTS (curl));
  return g_test_run ();
}
