/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client's own policy and curl's, rule by rule, and what is the same with all. Each story is
 * the whole of the client's log, so it says which connection was used for what. */

#include "http-test.h"
#include "kernel/kernel-test.h"

#define GATE "peer socket gate\npeer socket far\ngate.socket\ngate.bind port=30000\ngate.listen"

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

/* Limits, times, ways to connect, 100 Continue, and the figures. */
static const NetTestStory any[] = {
  { "limit/body", SERVER " body-size=100KiB" REBOUND "body-limit=99KiB\nlaunch\n" GET "\n", "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s", 1, "the answer's body has 102400 bytes, and the limit is 101376") },
  { "limit/body-fits", SERVER " body-size=100KiB" REBOUND "body-limit=100KiB\nlaunch\n" GET "\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS ("0s", "60.000000")
        DONE ("0s", 1, 1) "0s http: GET #1 is answered: 200 OK, 102400 bytes, over #1\n" },
  { "limit/chunked",
    SERVER " body-size=100KiB answer=chunked" REBOUND "body-limit=99KiB\nlaunch\n" GET "\n", "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s", 1, "the answer's body is larger than the limit of 101376 bytes") },
  { "limit/until-close",
    SERVER " body-size=100KiB answer=until-close" REBOUND "body-limit=99KiB\nlaunch\n" GET "\n",
    "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s", 1, "the answer's body is larger than the limit of 101376 bytes") },
  { "time/answer", SERVER " delay=10s" REBOUND "request-timeout=5s\nlaunch\n" GET "\nafter 6s\n",
    "http", DIALS ("0s", 1, 1) FAILED ("5s", 1, "http://server/: no answer within its time") },
  { "time/post", SERVER " answer=none" REBOUND "request-timeout=5s\nlaunch\n" POST "\nafter 6s\n",
    "http",
    DIALS ("0s", 1, 1) "5s http: POST #1 failed: http://server/: no answer within its time; the "
                       "server may have acted on it\n" },
  { "time/waiting",
    SERVER " delay=4s" REBOUND "request-timeout=5s max-per-host=1\nlaunch\n" GET
           " count=3\nafter 9s\n",
    "http",
    USES ("0s", 1, 1) WAITS ("0s", 2) WAITS ("0s", 3) MADE ("0s", 1) GOT ("4s", 1, 1)
        USES ("4s", 2, 1) FAILED ("5s", 2, "http://server/: no answer within its time")
            FAILED ("5s", 3, "http://server/: no answer within its time") },
  { "time/of-the-whole",
    SERVER REBOUND "request-timeout=5s\nlaunch\n" GET "\nset server answer=close delay=3s\n" GET
                   "\nafter 2s set server answer=length\nafter 9s\n",
    "http",
    FRESH ("0s", 1, 1) USES ("0s", 2, 1) RETRIES ("3s", 1) DIALS ("3s", 2, 2)
        FAILED ("5s", 2, "http://server/: no answer within its time") },
  { "time/dial",
    GATE " backlog=0\npeer socket near\nnear.socket\nnear.connect to=gate" REBOUND
         "request-timeout=5s connect-timeout=50s\nlaunch\nhttp.get "
         "uri=\"http://127.0.0.1:30000/\"\nafter 25s\n",
    "http",
    USES ("0s", 1, 1) FAILED ("5s", 1, "http://127.0.0.1:30000/: no answer within its time") },
  { "dial/full-backlog",
    GATE " backlog=0\npeer socket near\nnear.socket\nnear.connect to=gate" REBOUND
         "request-timeout=50s connect-timeout=50s\nlaunch\nhttp.get "
         "uri=\"http://127.0.0.1:30000/\"\nafter 2s gate.accept into=far\nafter 10s expect "
         "http.created-count == 1\n",
    "http", USES ("0s", 1, 1) MADE ("3s", 1) },
  { "dial/refused",
    "http-client http\nlaunch\nhttp.get uri=\"http://127.0.0.1:30000/\"\nexpect http.last-error == "
    "ECONNREFUSED\n",
    "http",
    USES ("0s", 1, 1) FAILED (
        "0s",
        1,
        "http://127.0.0.1:30000/ could not be reached: ECONNREFUSED (Connection refused)") },
  { "dial/refused-asi",
    "http-client http policy=asi\nlaunch\nhttp.get uri=\"http://127.0.0.1:30000/\"\nafter "
    "1s\nhttp.get uri=\"http://127.0.0.1:30000/\"\n",
    "http",
    USES ("0s", 1, 1) INVALIDATES ("0s", 1, 1) FAILED (
        "0s",
        1,
        "http://127.0.0.1:30000/ could not be reached: ECONNREFUSED (Connection refused)")
        USES ("1s", 2, 2) INVALIDATES ("1s", 2, 2) FAILED (
            "1s",
            2,
            "http://127.0.0.1:30000/ could not be reached: ECONNREFUSED (Connection refused)") },
  { "dial/refused-queue",
    "http-client http max-per-host=1\nlaunch\nhttp.get uri=\"http://127.0.0.1:30000/\" count=3\n",
    "http",
    USES (
        "0s",
        1,
        1) "0s http: Request #2 waits: max-per-host of http://127.0.0.1:30000 are in use\n"
           "0s http: Request #3 waits: max-per-host of http://127.0.0.1:30000 are in use\n" FAILED (
               "0s",
               1,
               "http://127.0.0.1:30000/ could not be reached: ECONNREFUSED (Connection refused)")
               USES ("0s", 2, 2) FAILED ("0s",
                                         2,
                                         "http://127.0.0.1:30000/ could not be reached: "
                                         "ECONNREFUSED (Connection refused)") USES ("0s", 3, 3)
                   FAILED ("0s",
                           3,
                           "http://127.0.0.1:30000/ could not be reached: ECONNREFUSED (Connection "
                           "refused)") },
  { "dial/name", "http-client http\nlaunch\nhttp.get uri=\"http://example.invalid/\"\n", "http",
    USES ("0s", 1, 1)
        FAILED ("0s",
                1,
                "http://example.invalid/ could not be reached: no actor has that name, and in a "
                "network of its own a run looks none up; expected an actor that has lived, an "
                "address, or localhost") },
  { "dial/ipv6",
    SERVER " address=::" REBOUND "\nlaunch\nhttp.get uri=\"http://[::1]:30000/\"\nhttp.get "
           "uri=\"http://127.0.0.1:30000/\"\nhttp.get uri=\"http://[::1]:30000/\"\n",
    "http", FRESH ("0s", 1, 1) FRESH ("0s", 2, 2) AGAIN ("0s", 3, 1) },
  { "dial/in-app",
    "in app http-server own port=30000" REBOUND
    "\nlaunch\nhttp.get uri=\"http://own/\"\nkill\nlaunch\nhttp.get uri=\"http://own/\"\n",
    "http", FRESH ("0s", 1, 1) FRESH ("0s", 1, 1) },
  { "continue/said", SERVER REBOUND "continue-from=1B\nlaunch\n" POST "\n" POST "\n" GET "\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS ("0s", "60.000000")
        DONE ("0s", 1, 1) "0s http: POST #1 is answered: 200 OK, 6 bytes, over #1\n" USES ("0s",
                                                                                           2,
                                                                                           1)
            KEEPS ("0s", "60.000000") DONE (
                "0s",
                2,
                1) "0s http: POST #2 is answered: 200 OK, 6 bytes, over #1\n" AGAIN ("0s", 3, 1) },
  { "continue/not-said",
    GATE REBOUND
    "continue-from=3B\nlaunch\nhttp.request uri=\"http://127.0.0.1:30000/\" method=POST "
    "body=abc\ngate.accept into=far\nfar.recv\nexpect far.data ~ \"*Expect: "
    "100-continue*\"\nexpect http.answered-count == 0\nafter 1s\nfar.recv\nexpect far.data == "
    "abc\nfar.send text=\"HTTP/1.1 204 No Content\\x0d\\n\\x0d\\n\"\nafter 1s\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS ("1s", "60.000000")
        DONE ("1s", 1, 1) "1s http: POST #1 is answered: 204 No Content, 0 bytes, over #1\n" },
  { "continue/refused",
    GATE REBOUND
    "continue-from=3B\nlaunch\nhttp.request uri=\"http://127.0.0.1:30000/\" method=POST "
    "body=abc\ngate.accept into=far\nfar.send text=\"HTTP/1.1 417 Expectation "
    "Failed\\x0d\\nContent-Length: 0\\x0d\\n\\x0d\\n\"\nafter 1s\nexpect http.idle-count == 0\n",
    "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "what is on it belongs to no request any more")
        DONE ("0s",
              1,
              1) "0s http: POST #1 is answered: 417 Expectation Failed, 0 bytes, over #1\n" },
  { "figures",
    SERVER
    " delay=100ms" REBOUND "max-per-host=2\nlaunch\n" GET " count=4\nafter 1s\n" GET
    "\nafter 1s\nserver.close-connections idle=yes\nset server answer=reset\n" POST
    "\nset server answer=length\nafter 1s\n" GET "\nafter 61s\n" GET
    "\nafter 1s\nhttp.clear\nexpect http.sent-count == 8\nexpect http.answered-count == 7\nexpect "
    "http.failed-count == 1\nexpect http.maybe-delivered-count == 1\nexpect http.retried-count == "
    "0\nexpect http.created-count == 5\nexpect http.reused-count == 3\nexpect "
    "http.server-closed-count == 2\nexpect http.expired-count == 1\nexpect http.cleared-count == "
    "1\nexpect http.idle-count == 0\nexpect http.open-count == 0\nexpect http.first-byte == "
    "128571us\nexpect http.last-status == 200\nexpect http.last-error == ECONNRESET\n",
    "http",
    USES ("0s", 1, 1) USES ("0s", 2, 2) WAITS ("0s", 3) WAITS ("0s", 4) MADE ("0s", 1)
        MADE ("0s", 2) GOT ("100ms", 1, 1) USES ("100ms", 3, 1) GOT ("100ms", 2, 2)
            USES ("100ms", 4, 2) GOT ("200ms", 3, 1) GOT ("200ms", 4, 2) USES ("1s", 5, 2)
                GOT ("1.1s", 5, 2) GONE ("2s", 1, "the server has closed it")
                    GONE ("2s", 2, "the server has closed it") DIALS (
                        "2s",
                        6,
                        3) "2.1s http: POST #6 may have been delivered: http://server/: ECONNRESET "
                           "(Connection reset by peer); the server may have acted on it\n" DIALS (
                               "3s",
                               7,
                               4) GOT ("3.1s", 7, 4) EXPIRED ("63.1s", 4) DIALS ("64s", 8, 5)
                               GOT ("64.1s", 8, 5) CLEARED ("65s", 5) },
  { "status",
    SERVER " status=404" REBOUND "\nlaunch\n" GET
           "\nexpect http.last-status == 404\nset server status=503\n" GET
           "\nset server status=204\n" GET "\n" GET "\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS ("0s", "60.000000") DONE (
        "0s",
        1,
        1) "0s http: GET #1 is answered: 404 Not Found, 6 bytes, over #1\n" USES ("0s", 2, 1)
        KEEPS ("0s", "60.000000") DONE (
            "0s",
            2,
            1) "0s http: GET #2 is answered: 503 Service Unavailable, 6 bytes, over #1\n" USES ("0"
                                                                                                "s",
                                                                                                3,
                                                                                                1)
            KEEPS ("0s", "60.000000") DONE (
                "0s",
                3,
                1) "0s http: GET #3 is answered: 204 No Content, 0 bytes, over #1\n" USES ("0s",
                                                                                           4,
                                                                                           1)
                KEEPS ("0s", "60.000000")
                    DONE ("0s",
                          4,
                          1) "0s http: GET #4 is answered: 204 No Content, 0 bytes, over #1\n" },
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
  net_test_add_stories_of ("/http-client/any", NULL, HTTP_TEST_GROUPS, any, G_N_ELEMENTS (any));
  return g_test_run ();
}
