/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A server that means no good, or goes away: by plain system calls, at each stage of an answer,
 * with what is malformed, too much, too slow or not asked for; and system calls that fail. Each
 * story is the whole of the client's log: a request ends once, whatever comes. */

#include <errno.h>

#include "failing-story.h"
#include "http-test.h"
#include "kernel/kernel-test.h"

#undef GET
#undef POST
#define GATE   "peer socket gate\npeer socket far\ngate.socket\ngate.bind port=30000\ngate.listen\n"
#define GET    "http.get uri=\"http://127.0.0.1:30000/\"\n"
#define POST   "http.request uri=\"http://127.0.0.1:30000/\" method=POST body=x\n"
#define ACCEPT "gate.accept into=far\n"
#define ONE    GATE "http-client http\nlaunch\n" GET ACCEPT
#define READ   "far.recv bytes=4KiB\n"
#define RESET  "far.set-option option=linger\nfar.close\n"
#define HELLO  "HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhello\\n"

static const NetTestStory stories[] = {
  { "malformed/no-http", ONE "far.send text=\"SSH-2.0-OpenSSH_9.2\\x0d\\n\"\n", "http",
    DIALS ("0s", 1, 1) FAILED ("0s", 1, "the answer does not begin with “HTTP/1.”") },
  { "malformed/status", ONE "far.send text=\"HTTP/1.1 99 Low\\x0d\\n\\x0d\\n\"\n", "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "the answer is not HTTP as RFC 9112 has it: its first line is no "
                               "status line such as “HTTP/1.1 200 OK”") },
  { "malformed/bare-lf",
    ONE "far.send text=\"HTTP/1.1 200 OK\\nContent-Length: 0\\n\\n\"\nfar.send "
        "text=\"\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED (
        "0s",
        1,
        "the answer is not HTTP as RFC 9112 has it: a line of its head does not end with CR LF") },
  { "malformed/folded",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nA: b\\x0d\\n c\\x0d\\n\\x0d\\n\"\n", "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s",
                1,
                "the answer is not HTTP as RFC 9112 has it: a line of its header is folded") },
  { "malformed/no-colon", ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nnonsense\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "the answer is not HTTP as RFC 9112 has it: a line of its header "
                               "does not begin with a name and a colon") },
  { "malformed/space-before-colon",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length : 0\\x0d\\n\\x0d\\n\"\n", "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "the answer is not HTTP as RFC 9112 has it: a line of its header "
                               "does not begin with a name and a colon") },
  { "malformed/control", ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nA: \\x01\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "the answer is not HTTP as RFC 9112 has it: a line of its head has "
                               "the control character 0x01") },
  { "malformed/two-lengths",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 5\\x0d\\nContent-Length: "
        "6\\x0d\\n\\x0d\\nhello\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "the answer is not HTTP as RFC 9112 has it: its Content-Length is "
                               "“5, 6”, which is not one number") },
  { "malformed/length-and-chunked",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 5\\x0d\\nTransfer-Encoding: "
        "chunked\\x0d\\n\\x0d\\n0\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "the answer is not HTTP as RFC 9112 has it: it has a Content-Length "
                               "and a Transfer-Encoding") },
  { "malformed/length-sign",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: +5\\x0d\\n\\x0d\\nhello\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "the answer is not HTTP as RFC 9112 has it: its Content-Length is "
                               "“+5”, which is not one number") },
  { "malformed/length-huge",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: "
        "99999999999999999999\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s",
                1,
                "the answer is not HTTP as RFC 9112 has it: its Content-Length has 20 digits") },
  { "malformed/length-18",
    ONE
    "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 999999999999999999\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s",
                1,
                "the answer's body has 999999999999999999 bytes, and the limit is 67108864") },
  { "malformed/gzip",
    ONE
    "far.send text=\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: gzip, chunked\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "the answer is not HTTP as RFC 9112 has it: its Transfer-Encoding "
                               "is “gzip, chunked”, and not chunked") },
  { "malformed/switching",
    ONE "far.send text=\"HTTP/1.1 101 Switching Protocols\\x0d\\nUpgrade: x\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s", 1, "the answer switches to another protocol, which nobody has asked for") },
  { "malformed/chunk-overflow",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: "
        "chunked\\x0d\\n\\x0d\\nffffffffffffffff\\x0d\\nx\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED (
        "0s",
        1,
        "the answer's chunks are not as RFC 9112 has them: a chunk's size has too many digits") },
  { "malformed/chunk-size",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: "
        "chunked\\x0d\\n\\x0d\\n-1\\x0d\\nx\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "the answer's chunks are not as RFC 9112 has them: a chunk's size "
                               "is not a hexadecimal number") },
  { "malformed/chunk-end",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: "
        "chunked\\x0d\\n\\x0d\\n1\\x0d\\nxy\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "the answer's chunks are not as RFC 9112 has them: a chunk is "
                               "followed by something else than CR LF") },
  { "malformed/post",
    GATE "http-client http\nlaunch\n" POST ACCEPT "far.send text=\"nonsense\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) "0s http: POST #1 failed: the answer does not begin with “HTTP/1.”\n" },
  { "malformed/asi",
    GATE "http-client http policy=asi\nlaunch\n" GET ACCEPT
         "far.send text=\"nonsense\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) INVALIDATES ("0s", 1, 1)
        FAILED ("0s", 1, "the answer does not begin with “HTTP/1.”") },
  { "too-much/head",
    GATE "http-client http head-limit=256B\nlaunch\n" GET ACCEPT
         "far.send text=\"HTTP/1.1 200 OK\\x0d\\nA: "
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s", 1, "the answer's head is larger than the limit of 256 bytes") },
  { "too-much/head-without-end",
    GATE "http-client http head-limit=256B\nlaunch\n" GET ACCEPT
         "far.send text=\"HTTP/1.1 200 OK\\x0d\\nA: \"\nfar.send bytes=1KiB\n",
    "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s", 1, "the answer's head is larger than the limit of 256 bytes") },
  { "too-much/interim",
    GATE "http-client http head-limit=256B\nlaunch\n" GET ACCEPT
         "far.send text=\"HTTP/1.1 103 Early Hints\\x0d\\n\\x0d\\nHTTP/1.1 103 Early "
         "Hints\\x0d\\n\\x0d\\nHTTP/1.1 103 Early Hints\\x0d\\n\\x0d\\nHTTP/1.1 103 Early "
         "Hints\\x0d\\n\\x0d\\nHTTP/1.1 103 Early Hints\\x0d\\n\\x0d\\nHTTP/1.1 103 Early "
         "Hints\\x0d\\n\\x0d\\nHTTP/1.1 103 Early Hints\\x0d\\n\\x0d\\nHTTP/1.1 103 Early "
         "Hints\\x0d\\n\\x0d\\nHTTP/1.1 103 Early Hints\\x0d\\n\\x0d\\nHTTP/1.1 103 Early "
         "Hints\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s", 1, "the answer's head is larger than the limit of 256 bytes") },
  { "too-much/trailer",
    GATE
    "http-client http head-limit=256B\nlaunch\n" GET ACCEPT
    "far.send text=\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: chunked\\x0d\\n\\x0d\\n0\\x0d\\nA: "
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaa\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "what stands between the answer's chunks and behind them is larger "
                               "than the limit of 256 bytes") },
  { "too-much/extension",
    GATE "http-client http head-limit=256B\nlaunch\n" GET ACCEPT
         "far.send text=\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: "
         "chunked\\x0d\\n\\x0d\\n1;"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "what stands between the answer's chunks and behind them is larger "
                               "than the limit of 256 bytes") },
  { "too-much/body",
    GATE "http-client http body-limit=5B\nlaunch\n" GET ACCEPT
         "far.send text=\"HTTP/1.1 200 OK\\x0d\\n\\x0d\\nhello\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s", 1, "the answer's body is larger than the limit of 5 bytes") },
  { "slow/drip",
    ONE "after 1s\nfar.send text=\"HTTP/1.1 2\"\nafter 1s\nfar.send text=\"00 OK\\x0d\"\nafter "
        "1s\nfar.send text=\"\\nContent-\"\nafter 1s\nfar.send text=\"Length: 2\\x0d\\n\"\nafter "
        "1s\nfar.send text=\"\\x0d\"\nafter 1s\nfar.send text=\"\\n\"\nafter 1s\nfar.send "
        "text=\"h\"\nafter 1s\nfar.send text=\"i\"\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS ("8s", "60.000000")
        DONE ("8s", 1, 1) "8s http: GET #1 is answered: 200 OK, 2 bytes, over #1\n" },
  { "slow/for-ever",
    GATE "http-client http request-timeout=5s\nlaunch\n" GET ACCEPT
         "far.send text=\"HTTP/1.1 200 OK\\x0d\\n\"\nafter 1s\nfar.send text=\"A: "
         "b\\x0d\\n\"\nafter 1s\nfar.send text=\"A: b\\x0d\\n\"\nafter 1s\nfar.send text=\"A: "
         "b\\x0d\\n\"\nafter 1s\nfar.send text=\"A: b\\x0d\\n\"\nafter 2s\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("5s", 1, "http://127.0.0.1:30000/: no answer within its time") },
  { "slow/interim-for-ever",
    GATE "http-client http request-timeout=5s\nlaunch\n" GET ACCEPT
         "after 1s\nfar.send text=\"HTTP/1.1 103 Early Hints\\x0d\\n\\x0d\\n\"\nafter 1s\nfar.send "
         "text=\"HTTP/1.1 103 Early Hints\\x0d\\n\\x0d\\n\"\nafter 1s\nfar.send text=\"HTTP/1.1 "
         "103 Early Hints\\x0d\\n\\x0d\\n\"\nafter 1s\nfar.send text=\"HTTP/1.1 103 Early "
         "Hints\\x0d\\n\\x0d\\n\"\nafter 2s\n",
    "http",
    DIALS ("0s", 1, 1) FAILED ("5s", 1, "http://127.0.0.1:30000/: no answer within its time") },
  { "continue/never-the-rest",
    GATE "http-client http continue-from=1B request-timeout=5s\nlaunch\n" POST ACCEPT
         "far.send text=\"HTTP/1.1 100 Continue\\x0d\\n\\x0d\\n\"\n" READ
         "expect far.data ~ \"*x\"\nafter 6s\n",
    "http",
    DIALS ("0s", 1, 1) "5s http: POST #1 failed: http://127.0.0.1:30000/: no answer within its "
                       "time; the server may have acted on it\n" },
  { "continue/unasked", ONE "far.send text=\"HTTP/1.1 100 Continue\\x0d\\n\\x0d\\n" HELLO "\"\n",
    "http", FRESH ("0s", 1, 1) },
  { "continue/twice",
    ONE "far.send text=\"HTTP/1.1 100 Continue\\x0d\\n\\x0d\\nHTTP/1.1 100 "
        "Continue\\x0d\\n\\x0d\\n" HELLO "\"\n",
    "http", FRESH ("0s", 1, 1) },
  { "continue/and-close",
    GATE "http-client http continue-from=1B\nlaunch\n" POST ACCEPT
         "far.send text=\"HTTP/1.1 100 Continue\\x0d\\n\\x0d\\n\"\n" READ "far.close\n",
    "http",
    DIALS ("0s", 1, 1) "0s http: POST #1 may have been delivered: http://127.0.0.1:30000/: the "
                       "connection was closed; the server may have acted on it\n" },
  { "behind/bytes", ONE "far.send text=\"" HELLO "HTTP/1.1 200 OK\\x0d\\n\"\n", "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "what is on it belongs to no request any more")
        DONE ("0s", 1, 1) OK ("0s", 1, 1) },
  { "behind/later",
    ONE READ
    "far.send text=\"" HELLO
    "\"\nafter 1s\nfar.send text=\"HTTP/1.1 408 Request Timeout\\x0d\\n\\x0d\\n\"\nafter 1s\n",
    "http", FRESH ("0s", 1, 1) GONE ("1s", 1, "something came that nobody had asked for") },
  { "behind/later-and-used",
    GATE "http-client http policy=asi\nlaunch\n" GET ACCEPT READ "far.send text=\"" HELLO
         "\"\nfar.send text=\"HTTP/1.1 408 Request Timeout\\x0d\\nContent-Length: "
         "0\\x0d\\n\\x0d\\n\"\nafter 1s\n" GET,
    "http",
    FRESH ("0s", 1, 1) USES ("1s", 2, 1) KEEPS ("1s", "60.000000")
        DONE ("1s", 2, 1) "1s http: GET #2 is answered: 408 Request Timeout, 0 bytes, over #1\n" },
  { "behind/later-curl",
    GATE "http-client http policy=curl\nlaunch\n" GET ACCEPT READ "far.send text=\"" HELLO
         "\"\nfar.send text=\"HTTP/1.1 408 Request Timeout\\x0d\\nContent-Length: "
         "0\\x0d\\n\\x0d\\n\"\nafter 1s\n" GET,
    "http", FRESH ("0s", 1, 1) DEAD ("1s", 1) DIALS ("1s", 2, 2) },
  { "behind/fin", ONE READ "far.send text=\"" HELLO "\"\nfar.close\nafter 1s\n", "http",
    FRESH ("0s", 1, 1) GONE ("0s", 1, "the server has closed it") },
  { "behind/rst", ONE READ "far.send text=\"" HELLO "\"\n" RESET "after 1s\n", "http",
    FRESH ("0s", 1, 1) GONE ("0s", 1, "ECONNRESET") },
  { "behind/rst-asi",
    GATE "http-client http policy=asi\nlaunch\n" GET ACCEPT READ "far.send text=\"" HELLO
         "\"\n" RESET "after 1s\n" GET,
    "http",
    FRESH ("0s", 1, 1) USES ("1s", 2, 1) INVALIDATES ("1s", 2, 1)
        FAILED ("1s", 2, "A connection failure occurred: ECONNRESET (Connection reset by peer)") },
  { "keep/1.0", ONE "far.send text=\"HTTP/1.0 200 OK\\x0d\\nContent-Length: 0\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "the server closes it")
        DONE ("0s", 1, 1) "0s http: GET #1 is answered: 200 OK, 0 bytes, over #1\n" },
  { "keep/1.0-keep-alive",
    ONE "far.send text=\"HTTP/1.0 200 OK\\x0d\\nContent-Length: 0\\x0d\\nConnection: "
        "keep-alive\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS ("0s", "60.000000")
        DONE ("0s", 1, 1) "0s http: GET #1 is answered: 200 OK, 0 bytes, over #1\n" },
  { "keep/1.0-asi",
    GATE "http-client http policy=asi\nlaunch\n" GET ACCEPT
         "far.send text=\"HTTP/1.0 200 OK\\x0d\\nContent-Length: 0\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "the server closes it")
        DONE ("0s", 1, 1) "0s http: GET #1 is answered: 200 OK, 0 bytes, over #1\n" },
  { "keep/close-among-others",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 0\\x0d\\nConnection: foo, "
        "Close\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "the server closes it")
        DONE ("0s", 1, 1) "0s http: GET #1 is answered: 200 OK, 0 bytes, over #1\n" },
  { "keep/until-close",
    ONE READ "far.send text=\"HTTP/1.1 200 OK\\x0d\\n\\x0d\\nhello\"\nfar.close\n", "http",
    DIALS ("0s", 1, 1) DROPS ("0s", 1, "the answer ended with it")
        DONE ("0s", 1, 1) "0s http: GET #1 is answered: 200 OK, 5 bytes, over #1\n" },
  { "keep/constant-max",
    ONE READ "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 0\\x0d\\nKeep-Alive: "
             "max=2\\x0d\\n\\x0d\\n\"\n" GET READ
             "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 0\\x0d\\nKeep-Alive: "
             "max=2\\x0d\\n\\x0d\\n\"\n" GET READ
             "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 0\\x0d\\nKeep-Alive: "
             "max=2\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS ("0s", "60.000000") DONE (
        "0s",
        1,
        1) "0s http: GET #1 is answered: 200 OK, 0 bytes, over #1\n" USES ("0s", 2, 1)
        KEEPS ("0s", "60.000000")
            DONE ("0s", 2, 1) "0s http: GET #2 is answered: 200 OK, 0 bytes, over #1\n" USES ("0s",
                                                                                              3,
                                                                                              1)
                DROPS ("0s", 1, "the server answers no more requests on it")
                    DONE ("0s", 3, 1) "0s http: GET #3 is answered: 200 OK, 0 bytes, over #1\n" },
  { "keep/nonsense",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 0\\x0d\\nKeep-Alive: timeout=x, "
        "max=-1\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS ("0s", "60.000000")
        DONE ("0s", 1, 1) "0s http: GET #1 is answered: 200 OK, 0 bytes, over #1\n" },
  { "keep/timeout-of-years",
    ONE "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 0\\x0d\\nKeep-Alive: "
        "timeout=4294967295\\x0d\\n\\x0d\\n\"\n",
    "http",
    DIALS ("0s", 1, 1) KEEPS_TOLD ("0s", "86399.000000")
        DONE ("0s", 1, 1) "0s http: GET #1 is answered: 200 OK, 0 bytes, over #1\n" },
  { "stage/fin-before-anything", ONE READ "far.close\n", "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s",
                1,
                "http://127.0.0.1:30000/: the connection was closed; the connection was fresh") },
  { "stage/rst-unread", ONE "far.close\n", "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "http://127.0.0.1:30000/: ECONNRESET (Connection reset by peer); "
                               "the connection was fresh") },
  { "stage/rst-before-anything", ONE RESET, "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "http://127.0.0.1:30000/: ECONNRESET (Connection reset by peer); "
                               "the connection was fresh") },
  { "stage/fin-in-head", ONE READ "far.send text=\"HTTP/1.1 20\"\nfar.close\n", "http",
    DIALS ("0s", 1, 1) FAILED (
        "0s",
        1,
        "http://127.0.0.1:30000/: the connection was closed; a part of the answer had come") },
  { "stage/rst-in-head", ONE READ "far.send text=\"HTTP/1.1 20\"\n" RESET, "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "http://127.0.0.1:30000/: ECONNRESET (Connection reset by peer); a "
                               "part of the answer had come") },
  { "stage/fin-after-interim",
    ONE READ "far.send text=\"HTTP/1.1 100 Continue\\x0d\\n\\x0d\\n\"\nfar.close\n", "http",
    DIALS ("0s", 1, 1) FAILED (
        "0s",
        1,
        "http://127.0.0.1:30000/: the connection was closed; a part of the answer had come") },
  { "stage/fin-in-body",
    ONE READ
    "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhel\"\nfar.close\n",
    "http",
    DIALS ("0s", 1, 1) FAILED (
        "0s",
        1,
        "http://127.0.0.1:30000/: the connection was closed; a part of the answer had come") },
  { "stage/rst-in-body",
    ONE READ
    "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhel\"\n" RESET,
    "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "http://127.0.0.1:30000/: ECONNRESET (Connection reset by peer); a "
                               "part of the answer had come") },
  { "stage/fin-in-chunks",
    ONE READ "far.send text=\"HTTP/1.1 200 OK\\x0d\\nTransfer-Encoding: "
             "chunked\\x0d\\n\\x0d\\n3\\x0d\\nabc\\x0d\\n\"\nfar.close\n",
    "http",
    DIALS ("0s", 1, 1) FAILED (
        "0s",
        1,
        "http://127.0.0.1:30000/: the connection was closed; a part of the answer had come") },
  { "stage/rst-until-close",
    ONE READ "far.send text=\"HTTP/1.1 200 OK\\x0d\\n\\x0d\\nhello\"\n" RESET, "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "http://127.0.0.1:30000/: ECONNRESET (Connection reset by peer); a "
                               "part of the answer had come") },
  { "stage/post-rst", GATE "http-client http\nlaunch\n" POST ACCEPT READ RESET, "http",
    DIALS ("0s", 1, 1) "0s http: POST #1 may have been delivered: http://127.0.0.1:30000/: "
                       "ECONNRESET (Connection reset by peer); the server may have acted on it\n" },
  { "stage/post-fin-in-body",
    GATE
    "http-client http\nlaunch\n" POST ACCEPT READ
    "far.send text=\"HTTP/1.1 200 OK\\x0d\\nContent-Length: 6\\x0d\\n\\x0d\\nhel\"\nfar.close\n",
    "http",
    DIALS ("0s", 1, 1) "0s http: POST #1 may have been delivered: http://127.0.0.1:30000/: the "
                       "connection was closed; the server may have acted on it\n" },
  { "stage/never-accepted", GATE "http-client http\nlaunch\n" GET "gate.close\n", "http",
    DIALS ("0s", 1, 1) FAILED ("0s",
                               1,
                               "http://127.0.0.1:30000/: ECONNRESET (Connection reset by peer); "
                               "the connection was fresh") },
  { "stage/half-closed", ONE READ "far.shutdown\nafter 1s\n", "http",
    DIALS ("0s", 1, 1)
        FAILED ("0s",
                1,
                "http://127.0.0.1:30000/: the connection was closed; the connection was fresh") },
};

/* The first of these calls is the client's: nobody else has made one before. */
static const FailingStory failures[] = {
  { FAILING_SOCKET, EMFILE, "http-client http\nlaunch\n" GET, "http",
    FAILED ("0s",
            1,
            "http://127.0.0.1:30000/ could not be reached: EMFILE (Too many open files)") },
  { FAILING_BIND, EADDRINUSE, "http-client http\nlaunch\n" GET, "http",
    FAILED ("0s",
            1,
            "http://127.0.0.1:30000/ could not be reached: EADDRINUSE (Address already in use)") },
  { FAILING_CONNECT, EADDRNOTAVAIL, "http-client http\nlaunch\n" GET, "http",
    FAILED ("0s",
            1,
            "http://127.0.0.1:30000/ could not be reached: EADDRNOTAVAIL (Cannot assign requested "
            "address)") },
  { FAILING_CONNECT, ENETUNREACH, "http-client http policy=asi\nlaunch\n" GET, "http",
    FAILED ("0s",
            1,
            "http://127.0.0.1:30000/ could not be reached: ENETUNREACH (Network is unreachable)") },
  { FAILING_EPOLL_ADD, ENOSPC, GATE "http-client http\nlaunch\n" GET, "http",
    FAILED ("0s",
            1,
            "http://127.0.0.1:30000/ could not be reached: ENOSPC (No space left on device)") },
  { FAILING_SEND, ENOBUFS, ONE "after 100ms\nfar.send text=\"" HELLO "\"\n", "http",
    OK ("100ms", 1, 1) },
  { FAILING_SEND, EPIPE, ONE, "http",
    "0s http: GET #1 failed: http://127.0.0.1:30000/: EPIPE (Broken pipe); the connection was "
    "fresh\n" },
  { FAILING_SEND, EPIPE, GATE "http-client http\nlaunch\n" POST ACCEPT, "http",
    "0s http: POST #1 failed: http://127.0.0.1:30000/: EPIPE (Broken pipe); the connection was "
    "fresh\n" },
  { FAILING_RECV, ENOMEM, ONE "far.send text=\"" HELLO "\"\nafter 100ms\n", "http",
    OK ("100ms", 1, 1) },
  { FAILING_RECV, ENOTCONN,
    GATE "http-client http policy=asi\nlaunch\n" GET ACCEPT "far.send text=\"" HELLO
         "\"\nfar.close\n"
         "expect http.retried-count == 1\n",
    "http", "" },
  { FAILING_RECV, EPIPE,
    GATE "http-client http policy=asi\nlaunch\n" GET ACCEPT "far.send text=\"" HELLO
         "\"\nfar.close\n"
         "expect http.retried-count == 1\n",
    "http", "" },
  { FAILING_RECV, ECONNRESET,
    GATE "http-client http policy=asi\nlaunch\n" GET ACCEPT "far.send text=\"" HELLO
         "\"\nfar.close\n"
         "expect http.retried-count == 0\n",
    "http",
    FAILED ("0s", 1, "A connection failure occurred: ECONNRESET (Connection reset by peer)") },
  { FAILING_RECV, ETIMEDOUT,
    GATE "http-client http policy=asi\nlaunch\n" GET ACCEPT "far.send text=\"" HELLO
         "\"\nfar.close\n"
         "expect http.retried-count == 0\n",
    "http", FAILED ("0s", 1, "A connection failure occurred: ETIMEDOUT (Connection timed out)") },
  { FAILING_RECV, ECONNABORTED,
    GATE "http-client http policy=asi\nlaunch\n" GET ACCEPT "far.send text=\"" HELLO
         "\"\nfar.close\n"
         "expect http.retried-count == 0\n",
    "http",
    FAILED ("0s",
            1,
            "A connection failure occurred: ECONNABORTED (Software caused connection abort)") },
};

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  net_test_add_stories_of ("/http-hostile", NULL, HTTP_TEST_GROUPS, stories,
                           G_N_ELEMENTS (stories));
  failing_story_add ("/http-hostile", failures, G_N_ELEMENTS (failures));
  return g_test_run ();
}
