/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Policy asi, rule by rule: the numbers of connections and requests, which one is taken, when one
 * expires, what is kept, and what is sent again. Each story is the whole of the client's log, whose
 * words are ASIHTTPRequest's. */

#include "http-test.h"
#include "kernel/kernel-test.h"

static const NetTestStory stories[] = {
  { "ids-in-order", SERVER " delay=1s" ASI "\nlaunch\n" GET " count=3\nafter 2s\n", "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) USES ("0s", 3, 3) MADE ("0s", 1) MADE ("0s", 2)
        MADE ("0s", 3) GOT ("1s", 1, 1) GOT ("1s", 2, 2) GOT ("1s", 3, 3) },
  { "newest-created",
    SERVER ASI "\nlaunch\nset server delay=3s\n" GET "\nset server delay=2s\n" GET
               "\nset server delay=1s\n" GET "\nafter 4s\n" GET "\nafter 2s\n",
    "http",
    DIALS ("0s", 1, 1) DIALS ("0s", 2, 2) DIALS ("0s", 3, 3) GOT ("1s", 3, 3) GOT ("2s", 2, 2)
        GOT ("3s", 1, 1) USES ("4s", 4, 3) GOT ("5s", 4, 3) },
  { "append", SERVER " delay=1s" ASI "\nlaunch\n" GET "\nafter 61s\n" GET " count=2\nafter 2s\n",
    "http",
    DIALS ("0s", 1, 1) GOT ("1s", 1, 1) EXPIRED ("61s", 1) USES ("61s", 2, 2) USES ("61s", 3, 3)
        MADE ("61s", 2) MADE ("61s", 3) GOT ("62s", 2, 2) GOT ("62s", 3, 3) },
  { "expires-at-once", SERVER ASI "\nlaunch\n" GET "\nafter 59.999s " GET "\nafter 60s " GET "\n",
    "http",
    FRESH ("0s", 1, 1) AGAIN ("59.999s", 2, 1) EXPIRED ("119.999s", 1) FRESH ("119.999s", 3, 2) },
  { "expires-first-all",
    SERVER " delay=1s" ASI "\nlaunch\n" GET
           " count=3\nafter 1s\nset server delay=0s\nafter 61s\nexpect http.idle-count == 3\n" GET
           "\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) USES ("0s", 3, 3) MADE ("0s", 1) MADE ("0s", 2)
        MADE ("0s", 3) GOT ("1s", 1, 1) GOT ("1s", 2, 2) GOT ("1s", 3, 3) EXPIRED ("62s", 1)
            EXPIRED ("62s", 2) EXPIRED ("62s", 3) FRESH ("62s", 4, 4) },
  { "expires-from-the-end",
    SERVER " delay=10s" ASI "\nlaunch\n" GET "\nafter 69.999s " GET "\nafter 11s\n", "http",
    DIALS ("0s", 1, 1) GOT ("10s", 1, 1) USES ("69.999s", 2, 1) GOT ("79.999s", 2, 1) },
  { "idle-timeout", SERVER ASI "idle-timeout=5s\nlaunch\n" GET "\nafter 5s " GET "\n", "http",
    DIALS ("0s", 1, 1) KEEPS ("0s", "5.000000") DONE ("0s", 1, 1) OK ("0s", 1, 1) EXPIRED ("5s", 1)
        DIALS ("5s", 2, 2) KEEPS ("5s", "5.000000") DONE ("5s", 2, 2) OK ("5s", 2, 2) },
  { "keep-alive",
    SERVER " keep-alive-header=yes keep-alive-timeout=5s keep-alive-max=8" ASI "\nlaunch\n" GET
           "\n" GET "\n" GET "\n" GET "\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS_TOLD ("0s", "5.000000") DONE ("0s", 1, 1) OK ("0s", 1, 1)
        USES ("0s", 2, 1) KEEPS_TOLD ("0s", "5.000000") DONE ("0s", 2, 1) OK ("0s", 2, 1)
            USES ("0s", 3, 1)
                DROPS ("0s", 1, "its Keep-Alive header has a max of five or less, or none")
                    DONE ("0s", 3, 1) OK ("0s", 3, 1) DIALS ("0s", 4, 1)
                        KEEPS_TOLD ("0s", "5.000000") DONE ("0s", 4, 1) OK ("0s", 4, 1) },
  { "keep-alive-expires",
    SERVER " keep-alive-header=yes keep-alive-timeout=7s keep-alive-max=100" ASI "\nlaunch\n" GET
           "\nafter 6.999s " GET "\nafter 7s " GET "\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS_TOLD ("0s", "7.000000") DONE ("0s", 1, 1) OK ("0s", 1, 1)
        USES ("6.999s", 2, 1) KEEPS_TOLD ("6.999s", "7.000000") DONE ("6.999s", 2, 1)
            OK ("6.999s", 2, 1) EXPIRED ("13.999s", 1) DIALS ("13.999s", 3, 2)
                KEEPS_TOLD ("13.999s", "7.000000") DONE ("13.999s", 3, 2) OK ("13.999s", 3, 2) },
  { "max-five",
    SERVER " keep-alive-header=yes keep-alive-max=6" ASI "\nlaunch\n" GET "\n" GET
           "\nafter 60s " GET "\n",
    "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "its Keep-Alive header has a max of five or less, or none")
        DONE ("0s", 1, 1) OK ("0s", 1, 1) DIALS ("0s", 2, 1)
            DROPS ("0s", 1, "its Keep-Alive header has a max of five or less, or none")
                DONE ("0s", 2, 1) OK ("0s", 2, 1) EXPIRED ("1min", 1) DIALS ("1min", 3, 2)
                    DROPS ("1min", 2, "its Keep-Alive header has a max of five or less, or none")
                        DONE ("1min", 3, 2) OK ("1min", 3, 2) },
  { "no-max",
    SERVER " keep-alive-header=yes keep-alive-timeout=100s" ASI "\nlaunch\n" GET "\n" GET "\n",
    "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "its Keep-Alive header has a max of five or less, or none")
        DONE ("0s", 1, 1) OK ("0s", 1, 1) DIALS ("0s", 2, 1)
            DROPS ("0s", 1, "its Keep-Alive header has a max of five or less, or none")
                DONE ("0s", 2, 1) OK ("0s", 2, 1) },
  { "connection-close", SERVER " keep-alive-max=1" ASI "\nlaunch\n" GET "\n" GET "\n", "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "the server closes it") DONE ("0s", 1, 1) OK ("0s", 1, 1)
        DIALS ("0s", 2, 1) DROPS ("0s", 1, "the server closes it") DONE ("0s", 2, 1)
            OK ("0s", 2, 1) },
  { "until-close", SERVER " answer=until-close" ASI "\nlaunch\n" GET "\n" GET "\n", "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "the server closes it") DONE ("0s", 1, 1) OK ("0s", 1, 1)
        DIALS ("0s", 2, 1) DROPS ("0s", 1, "the server closes it") DONE ("0s", 2, 1)
            OK ("0s", 2, 1) },
  { "body-alone",
    SERVER ASI "\nlaunch\n" GET "\n" POST "\n" POST "\n" GET
               "\nexpect http.created-count == 3\nexpect kernel.time-wait-count == 2\n",
    "http",
    FRESH ("0s", 1, 1) "0s http: Request #2 will not use a persistent connection\n"
                       "0s http: POST #2 is answered: 200 OK, 6 bytes, over #0\n"
                       "0s http: Request #3 will not use a persistent connection\n"
                       "0s http: POST #3 is answered: 200 OK, 6 bytes, over #0\n" AGAIN ("0s",
                                                                                         4,
                                                                                         1) },
  { "body-reuses", SERVER ASI "reuse-for-bodies=yes\nlaunch\n" GET "\n" POST "\n", "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) KEEPS ("0s", "60.000000")
        DONE ("0s", 2, 1) "0s http: POST #2 is answered: 200 OK, 6 bytes, over #1\n" },
  { "body-retry",
    SERVER ASI
    "reuse-for-bodies=yes\nlaunch\n" GET "\nset server answer=close delay=1s\n" POST
    "\nafter 500ms set server answer=length\nafter 2s\nexpect server.duplicate-count == 1\n"
    "expect server.duplicate-post-count == 1\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("1s", 1) DIALS ("1s", 2, 2)
        KEEPS ("2s", "60.000000")
            DONE ("2s", 2, 2) "2s http: POST #2 is answered: 200 OK, 6 bytes, over #2\n" },
  { "not-watched",
    SERVER ASI "\nlaunch\n" GET
               "\nserver.close-connections idle=yes\nafter 1s\nexpect http.idle-count == 1\n" GET
               "\n",
    "http", FRESH ("0s", 1, 1) USES ("1s", 2, 1) RETRIES ("1s", 1) FRESH ("1s", 2, 2) },
  { "retry-same-pool",
    SERVER " delay=1s" ASI "\nlaunch\n" GET
           " count=3\nafter 1s\nserver.close-connections idle=yes\nafter 1s " GET
           "\nafter 1s\nexpect http.last-error == none\n" GET "\nafter 2s\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) USES ("0s", 3, 3) MADE ("0s", 1) MADE ("0s", 2)
        MADE ("0s", 3) GOT ("1s", 1, 1) GOT ("1s", 2, 2) GOT ("1s", 3, 3) USES ("2s", 4, 3)
            RETRIES ("2s", 3) USES ("2s", 4, 2) GIVES_UP ("2s", 2) INVALIDATES ("2s", 4, 2)
                FAILED ("2s", 4, "A connection failure occurred: the connection was closed")
                    USES ("3s", 5, 1) RETRIES ("3s", 1) DIALS ("3s", 5, 4) GOT ("4s", 5, 4) },
  { "retry-fresh-fails", SERVER ASI "\nlaunch\nset server answer=close\n" GET "\n", "http",
    DIALS ("0s", 1, 1) RETRIES ("0s", 1) DIALS ("0s", 1, 2) GIVES_UP ("0s", 2)
        INVALIDATES ("0s", 1, 2)
            FAILED ("0s", 1, "A connection failure occurred: the connection was closed") },
  { "reset",
    SERVER ASI "\nlaunch\n" GET "\nset server answer=reset\n" GET "\nset server answer=length\n" GET
               "\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) INVALIDATES ("0s", 2, 1)
        FAILED ("0s", 2, "A connection failure occurred: ECONNRESET (Connection reset by peer)")
            FRESH ("0s", 3, 2) },
  { "half",
    SERVER ASI "\nlaunch\n" GET "\nset server answer=half-then-close\n" GET
               "\nset server answer=half-then-reset\n" GET "\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) INVALIDATES ("0s", 2, 1)
        FAILED ("0s", 2, "A connection failure occurred: the connection was closed")
            DIALS ("0s", 3, 2) INVALIDATES ("0s", 3, 2)
                FAILED ("0s",
                        3,
                        "A connection failure occurred: ECONNRESET (Connection reset by peer)") },
  { "failed-alone", SERVER " answer=close" ASI "\nlaunch\n" POST "\n", "http",
    "0s http: Request #1 will not use a persistent connection\n" RETRIES (
        "0s",
        0) "0s http: Request #1 will not use a persistent connection\n" GIVES_UP ("0s",
                                                                                  0) "0s http: "
                                                                                     "POST #1 "
                                                                                     "failed: A "
                                                                                     "connection "
                                                                                     "failure "
                                                                                     "occurred: "
                                                                                     "the "
                                                                                     "connection "
                                                                                     "was "
                                                                                     "closed\n" },
  { "clear",
    SERVER " delay=1s" ASI "\nlaunch\n" GET " count=2\nafter 1s\n" GET
           "\nhttp.clear\nexpect http.cleared-count == 1\nafter 2s\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) MADE ("0s", 1) MADE ("0s", 2) GOT ("1s", 1, 1)
        GOT ("1s", 2, 2) USES ("1s", 3, 2) CLEARED ("1s", 1) GOT ("2s", 3, 2) },
  { "network-changed", SERVER ASI "\nlaunch\n" GET "\nhttp.network-changed\n" GET "\n", "http",
    FRESH ("0s", 1, 1) AGAIN ("0s", 2, 1) },
  { "waits", SERVER " delay=1s" ASI "max-per-host=1\nlaunch\n" GET " count=3\nafter 4s\n", "http",
    USES ("0s", 1, 1) WAITS ("0s", 2) WAITS ("0s", 3) MADE ("0s", 1) GOT ("1s", 1, 1)
        USES ("1s", 2, 1) GOT ("2s", 2, 1) USES ("2s", 3, 1) GOT ("3s", 3, 1) },
  { "hosts",
    "peer http-server one port=30001 delay=1s\npeer http-server two port=30002 delay=1s" ASI
    "max-per-host=1\nlaunch\nhttp.get uri=\"http://one/\"\nhttp.get uri=\"http://two/\"\nafter "
    "2s\nhttp.get uri=\"http://one/\"\nhttp.get uri=\"http://two/\"\nafter 2s\n",
    "http",
    DIALS ("0s", 1, 1) DIALS ("0s", 2, 2) GOT ("1s", 1, 1) GOT ("1s", 2, 2) USES ("2s", 3, 1)
        USES ("2s", 4, 2) GOT ("3s", 3, 1) GOT ("3s", 4, 2) },
};

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  net_test_add_stories_of ("/http-asi", NULL, HTTP_TEST_GROUPS, stories, G_N_ELEMENTS (stories));
  return g_test_run ();
}
