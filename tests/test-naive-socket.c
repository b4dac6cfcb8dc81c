/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The naive code: each story is what it would see in an strace, with the kernel's own errnos; each
 * refusal is a script that ends there. */

#include "net/rebound-naive-socket-private.h"

#include <errno.h>
#include <unistd.h>

#include "failing-story.h"
#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-bytes-private.h"
#include "net/rebound-errno.h"
#include "net/rebound-reclaim-private.h"

/* A server of the world, gate, that accepts into far; near is the application's. */
#define GATE        "peer socket gate\ngate.socket\ngate.bind port=30000\ngate.listen\n"
#define NEAR        "socket near\nlaunch\nnear.socket\n"
#define JOIN        GATE "peer socket far\n" NEAR "near.connect to=gate\ngate.accept into=far\n"
#define TAKE(style) "set device reclaim-style=" style "\nhome\nreclaim-sockets\nopen\n"
#define WEB                                                                                        \
  "peer socket phone\nsocket web\nsocket conn\nlaunch\nweb.socket\nweb.bind port=30000\n"          \
  "web.listen\n"

#define OPENED "0s near: socket(ipv4) = near#1\n"
#define JOINED OPENED "0s near: connect(gate) = 0\n"

/* What the kernel tells of the connection. */
#define MET                                                                                        \
  "0s kernel: near#1, near's end: CLOSED -> ESTABLISHED\n"                                         \
  "0s kernel: near#1, far's end: CLOSED -> ESTABLISHED\n"
#define TAKEN                                                                                      \
  "0s kernel: near#1, near's end: taken away (defunct)\n"                                          \
  "0s kernel: near#1, near's end: ESTABLISHED -> CLOSED\n"                                         \
  "0s kernel: near#1, far's end: ESTABLISHED -> CLOSED\n"
#define LEFT                                                                                       \
  "0s kernel: near#1, near's end: ESTABLISHED -> FIN_WAIT2\n"                                      \
  "0s kernel: near#1, far's end: ESTABLISHED -> CLOSE_WAIT\n"                                      \
  "0s kernel: near#1, near's end: FIN_WAIT2 -> TIME_WAIT\n"                                        \
  "0s kernel: near#1, far's end: CLOSE_WAIT -> CLOSED\n"

static const NetTestStory stories[] = {
  /* writing to a peer that has gone */
  { "peer-closes",
    JOIN "far.close\nexpect near.state == CLOSE_WAIT\nnear.poll\nnear.recv\nnear.send text=one\n"
         "expect near.state == CLOSED\nnear.poll\nnear.send text=two\nnear.recv\n",
    "near",
    JOINED "0s near: poll() = IN|OUT|RDHUP\n"
           "0s near: recv() = 0\n"
           "0s near: send(“one”) = 3\n"
           "0s near: poll() = IN|OUT|ERR|HUP|RDHUP\n"
           "0s near: send(“two”) = -1 EPIPE\n"
           "0s near: recv() = 0\n" },
  { "peer-half-closes",
    JOIN "far.shutdown\nnear.send text=one\nnear.send text=two\nfar.recv bytes=4B\nfar.recv\n"
         "expect far.data == wo\n",
    "near far",
    JOINED "0s far: shutdown(write) = 0\n"
           "0s near: send(“one”) = 3\n"
           "0s near: send(“two”) = 3\n"
           "0s far: recv() = 4 “onet”\n"
           "0s far: recv() = 2 “wo”\n" },
  { "peer-aborts",
    JOIN "far.send text=unread\nfar.set-option option=linger\nfar.close\n"
         "near.send text=one\nnear.send text=two\nnear.recv\nnear.recv\n",
    "near",
    JOINED "0s near: send(“one”) = -1 ECONNRESET\n"
           "0s near: send(“two”) = -1 EPIPE\n"
           "0s near: recv() = 6 “unread”\n"
           "0s near: recv() = 0\n" },
  { "peer-closes-with-unread-input",
    JOIN "near.send text=unread\nfar.close\nnear.send text=one\nnear.send text=two\n", "near",
    JOINED "0s near: send(“unread”) = 6\n"
           "0s near: send(“one”) = -1 ECONNRESET\n"
           "0s near: send(“two”) = -1 EPIPE\n" },
  { "own-shutdown", JOIN "near.shutdown\nnear.send text=one\nfar.recv\n", "near far",
    JOINED "0s near: shutdown(write) = 0\n"
           "0s near: send(“one”) = -1 EPIPE\n"
           "0s far: recv() = 0\n" },
  { "own-shutdown/read", JOIN "near.shutdown how=read\nnear.recv\nnear.send text=one\n", "near",
    JOINED "0s near: shutdown(read) = 0\n"
           "0s near: recv() = 0\n"
           "0s near: send(“one”) = 3\n" },

  /* taken away */
  { "taken/fin",
    JOIN "far.send text=unread\n" TAKE ("fin") "near.recv\nnear.recv\nnear.send text=one\n"
                                               "near.poll\nfar.recv\nfar.send text=one\n"
                                               "far.send text=two\n",
    "near far",
    JOINED "0s far: send(“unread”) = 6\n"
           "0s near: recv() = 6 “unread”\n"
           "0s near: recv() = 0\n"
           "0s near: send(“one”) = -1 EPIPE\n"
           "0s near: poll() = IN|OUT|HUP|RDHUP\n"
           "0s far: recv() = 0\n"
           "0s far: send(“one”) = 3\n"
           "0s far: send(“two”) = -1 EPIPE\n" },
  { "taken/defunct",
    JOIN "far.send text=unread\n" TAKE (
        "defunct") "near.recv\nnear.recv\nnear.send text=one\nnear.poll\n"
                   "far.recv\nfar.send text=one\n",
    "near far",
    JOINED "0s far: send(“unread”) = 6\n"
           "0s near: recv() = -1 ENOTCONN\n"
           "0s near: recv() = -1 ENOTCONN\n"
           "0s near: send(“one”) = -1 EPIPE\n"
           "0s near: poll() = OUT|HUP\n"
           "0s far: recv() = 0\n"
           "0s far: send(“one”) = -1 EPIPE\n" },
  { "taken/destroy",
    JOIN TAKE ("destroy") "near.poll\nnear.recv\nnear.recv\nnear.send text=one\nfar.recv\n"
                          "far.recv\n",
    "near far",
    JOINED "0s near: poll() = IN|OUT|ERR|HUP|RDHUP\n"
           "0s near: recv() = -1 ECONNABORTED\n"
           "0s near: recv() = 0\n"
           "0s near: send(“one”) = -1 EPIPE\n"
           "0s far: recv() = -1 ECONNRESET\n"
           "0s far: recv() = 0\n" },
  { "taken/listener",
    WEB "phone.socket\nphone.connect to=web\n" TAKE (
        "defunct") "expect web.state == CLOSED\nweb.accept into=conn\nweb.poll\nphone.recv\n"
                   "peer socket late\nlate.socket\nlate.connect to=web\n",
    "web phone late",
    "0s web: socket(ipv4) = web#1\n"
    "0s web: bind(0.0.0.0:30000) = 0\n"
    "0s web: listen(128) = 0\n"
    "0s phone: socket(ipv4) = phone#1\n"
    "0s phone: connect(web) = 0\n"
    "0s web: accept() = -1 EINVAL\n"
    "0s web: poll() = OUT|HUP\n"
    "0s phone: recv() = -1 ECONNRESET\n"
    "0s late: socket(ipv4) = late#1\n"
    "0s late: connect(web) = -1 ECONNREFUSED\n" },
  { "taken/connected-again",
    JOIN TAKE ("defunct") "far.close\nnear.connect to=gate\ngate.accept into=far\n"
                          "far.send text=again\nnear.recv\n" TAKE ("defunct") "near.recv\n",
    "near kernel",
    "0s kernel: gate, gate's end: CLOSED -> LISTEN\n" JOINED MET TAKEN
    "0s near: connect(gate) = 0\n" MET "0s near: recv() = 5 “again”\n" TAKEN
    "0s near: recv() = -1 ENOTCONN\n" },

  /* every call without what it needs */
  { "no-descriptor",
    "socket near\nsocket conn\nlaunch\nnear.bind port=30000\nnear.listen\n"
    "near.connect to=127.0.0.1:30000\nnear.accept into=conn\nnear.send text=one\nnear.recv\n"
    "near.shutdown how=both\nnear.set-option option=nodelay on=no\nnear.poll\nnear.close\n"
    "expect near.state == none\nexpect near.descriptor-open == no\n",
    "near",
    "0s near: bind(0.0.0.0:30000) = -1 EBADF\n"
    "0s near: listen(128) = -1 EBADF\n"
    "0s near: connect(127.0.0.1:30000) = -1 EBADF\n"
    "0s near: accept() = -1 EBADF\n"
    "0s near: send(“one”) = -1 EBADF\n"
    "0s near: recv() = -1 EBADF\n"
    "0s near: shutdown(both) = -1 EBADF\n"
    "0s near: setsockopt(nodelay, off) = -1 EBADF\n"
    "0s near: poll() = NVAL\n"
    "0s near: close() = -1 EBADF\n" },
  { "no-connection",
    "socket conn\n" NEAR "near.recv\nnear.send text=one\nnear.shutdown\nnear.accept into=conn\n"
    "near.poll\nexpect near.state == CLOSED\nexpect near.descriptor-open == yes\n",
    "near",
    OPENED "0s near: recv() = -1 ENOTCONN\n"
           "0s near: send(“one”) = -1 EPIPE\n"
           "0s near: shutdown(write) = -1 ENOTCONN\n"
           "0s near: accept() = -1 EINVAL\n"
           "0s near: poll() = OUT|HUP\n" },

  /* addresses and ports */
  { "bind",
    GATE NEAR "near.bind port=30000\nexpect near.result == -1\nexpect near.errno == EADDRINUSE\n"
              "near.bind port=1 address=10.1.2.3\nnear.bind port=30001 address=::\n"
              "near.bind port=0\nexpect near.errno == none\nnear.bind port=30002\n",
    "near",
    OPENED "0s near: bind(0.0.0.0:30000) = -1 EADDRINUSE\n"
           "0s near: bind(10.1.2.3:1) = -1 EADDRNOTAVAIL\n"
           "0s near: bind([::]:30001) = -1 EAFNOSUPPORT\n"
           "0s near: bind(0.0.0.0:0) = 0\n"
           "0s near: bind(0.0.0.0:30002) = -1 EINVAL\n" },
  { "connect",
    GATE NEAR "near.connect to=127.0.0.1:1\nnear.connect to=10.1.2.3:1\n"
              "near.connect to=[::1]:30000\nnear.connect to=gate\nnear.connect to=gate\n",
    "near",
    OPENED "0s near: connect(127.0.0.1:1) = -1 ECONNREFUSED\n"
           "0s near: connect(10.1.2.3:1) = -1 ENETUNREACH\n"
           "0s near: connect([::1]:30000) = -1 EAFNOSUPPORT\n"
           "0s near: connect(gate) = 0\n"
           "0s near: connect(gate) = -1 EISCONN\n" },
  { "connect/bound",
    GATE NEAR "near.bind port=30001\nnear.connect to=gate\npeer socket far\n"
              "gate.accept into=far\nnear.close\nfar.recv\nfar.close\nafter 2min\n",
    "near kernel",
    "0s kernel: gate, gate's end: CLOSED -> LISTEN\n" OPENED "0s near: bind(0.0.0.0:30001) = 0\n"
    "0s near: connect(gate) = 0\n" MET "0s near: close() = 0\n" LEFT
    "1min kernel: near#1, near's end: TIME_WAIT is over; nothing is left of it\n" },
  { "listen/unbound", NEAR "near.listen backlog=0\nexpect near.state == LISTEN\n", "near",
    OPENED "0s near: listen(0) = 0\n" },
  { "ipv6",
    "peer socket gate\npeer socket far\ngate.socket family=ipv6\n"
    "gate.bind port=30000 address=::\ngate.listen\n"
    "socket near\nlaunch\nnear.socket family=ipv6\nnear.connect to=gate\ngate.accept into=far\n"
    "far.send text=hi\nnear.recv\nnear.close\nnear.socket\nnear.connect to=127.0.0.1:30000\n",
    "near gate",
    "0s gate: socket(ipv6) = gate#1\n"
    "0s gate: bind([::]:30000) = 0\n"
    "0s gate: listen(128) = 0\n"
    "0s near: socket(ipv6) = near#1\n"
    "0s near: connect(gate) = 0\n"
    "0s gate: accept() = far (near#1)\n"
    "0s near: recv() = 2 “hi”\n"
    "0s near: close() = 0\n"
    "0s near: socket(ipv4) = near#2\n"
    "0s near: connect(127.0.0.1:30000) = 0\n" },

  /* options */
  { "reuse-address/neither",
    WEB "phone.socket\nphone.connect to=web\nweb.accept into=conn\nweb.close\nconn.close\n"
        "phone.recv\nphone.close\nweb.socket\nweb.bind port=30000\nexpect web.errno == EADDRINUSE\n"
        "after 61s web.bind port=30000\nexpect web.errno == none\n",
    "conn", "0s conn: close() = 0\n" },
  { "reuse-address/both",
    "peer socket phone\nsocket web\nsocket conn\nlaunch\nweb.socket\nweb.set-option\n"
    "web.bind port=30000\nweb.listen\nphone.socket\nphone.connect to=web\nweb.accept into=conn\n"
    "web.close\nconn.close\nphone.recv\nphone.close\nexpect kernel.time-wait-count == 1\n"
    "web.socket\nweb.set-option option=reuse-address\nweb.bind port=30000\n"
    "expect web.errno == none\n",
    "conn", "0s conn: close() = 0\n" },
  { "reuse-address/late",
    WEB "phone.socket\nphone.connect to=web\nweb.accept into=conn\nweb.close\nconn.set-option\n"
        "conn.close\nphone.recv\nphone.close\nexpect kernel.time-wait-count == 1\nweb.socket\n"
        "web.set-option\nweb.bind port=30000\nexpect web.errno == none\n",
    "conn",
    "0s conn: setsockopt(reuse-address, on) = 0\n"
    "0s conn: close() = 0\n" },
  { "reuse-address/told-of",
    WEB "phone.socket\nphone.connect to=web\nweb.accept into=conn\nconn.set-option\nconn.close\n"
        "phone.close\npeer listener first port=30000\nweb.close\n"
        "peer listener then port=30000 reuse-address=no\n",
    "first then",
    "0s first: cannot bind port 30000 (generation 1): EADDRINUSE: web has the port: its descriptor "
    "is open\n"
    "0s then: cannot bind port 30000 (generation 1): EADDRINUSE: conn left 1 connection in "
    "TIME_WAIT, and the new socket has no SO_REUSEADDR\n" },
  { "linger",
    JOIN "near.set-option option=linger time=2s\nnear.send text=one\nnear.close\nfar.recv\n"
         "far.recv\nfar.close\nnear.socket\nnear.connect to=gate\ngate.accept into=far\n"
         "near.set-option option=linger time=0s\nnear.close\nfar.recv\nfar.close\nnear.socket\n"
         "near.connect to=gate\ngate.accept into=far\nnear.set-option option=linger time=0s\n"
         "near.set-option option=linger on=no\nnear.set-option option=nodelay\nnear.close\n"
         "far.recv\n",
    "near far",
    JOINED "0s near: setsockopt(linger, 2s) = 0\n"
           "0s near: send(“one”) = 3\n"
           "0s near: close() = 0\n"
           "0s far: recv() = 3 “one”\n"
           "0s far: recv() = 0\n"
           "0s far: close() = 0\n"
           "0s near: socket(ipv4) = near#2\n"
           "0s near: connect(gate) = 0\n"
           "0s near: setsockopt(linger, 0s) = 0\n"
           "0s near: close() = 0\n"
           "0s far: recv() = -1 ECONNRESET\n"
           "0s far: close() = 0\n"
           "0s near: socket(ipv4) = near#3\n"
           "0s near: connect(gate) = 0\n"
           "0s near: setsockopt(linger, 0s) = 0\n"
           "0s near: setsockopt(linger, off) = 0\n"
           "0s near: setsockopt(nodelay, on) = 0\n"
           "0s near: close() = 0\n"
           "0s far: recv() = 0\n" },

  /* what is in the log, and what is read */
  { "text",
    JOIN "far.send text=\"a\\nä“\"\nnear.recv\nexpect near.data == \"a\\nä“\"\n"
         "far.send text=0123456789012345678901234567890123456789\nnear.recv\n"
         "expect near.data == 0123456789012345678901234567890123456789\nexpect near.result == 40\n"
         "far.send\nnear.poll\n",
    "near",
    JOINED "0s near: recv() = 7 “a\\nä“”\n"
           "0s near: recv() = 40 “01234567890123456789012345678901…”\n"
           "0s near: poll() = OUT\n" },
  { "listener-of-another-type",
    "listener web port=30000 on-accept=hello\npeer socket phone\nlaunch\nphone.socket\n"
    "phone.connect to=web\nphone.recv\nphone.recv\nphone.close\nafter 2min\n",
    "web phone kernel",
    "0s web: listens on port 30000 (generation 1)\n"
    "0s kernel: web, web's end: CLOSED -> LISTEN\n"
    "0s phone: socket(ipv4) = phone#1\n"
    "0s phone: connect(web) = 0\n"
    "0s web: accepted phone#1\n"
    "0s web: phone#1 ended: the server closed first\n"
    "0s kernel: phone#1, phone's end: CLOSED -> CLOSE_WAIT\n"
    "0s kernel: phone#1, web's end: CLOSED -> FIN_WAIT2\n"
    "0s phone: recv() = 6 “hello\\n”\n"
    "0s phone: recv() = 0\n"
    "0s phone: close() = 0\n"
    "0s kernel: phone#1, phone's end: CLOSE_WAIT -> CLOSED\n"
    "0s kernel: phone#1, web's end: FIN_WAIT2 -> TIME_WAIT\n"
    "1min kernel: phone#1, web's end: TIME_WAIT is over; nothing is left of it\n" },
  { "client-of-another-type",
    WEB "client crowd connect=web message=hi count=1\nweb.accept into=conn\nconn.recv\n"
        "conn.send text=ho\nwait crowd.answered\nconn.close\nwait crowd.closed\n",
    "web conn crowd",
    "0s web: socket(ipv4) = web#1\n"
    "0s web: bind(0.0.0.0:30000) = 0\n"
    "0s web: listen(128) = 0\n"
    "0s crowd: connected as crowd#1\n"
    "0s web: accept() = conn (crowd#1)\n"
    "0s conn: recv() = 2 “hi”\n"
    "0s conn: send(“ho”) = 2\n"
    "0s crowd: crowd#1 was answered: ho\n"
    "0s conn: close() = 0\n"
    "0s crowd: crowd#1 ended: the other end closed first\n" },

  /* the application's life */
  { "killed",
    JOIN "far.send text=unread\nnear.send text=one\nkill\nexpect near.descriptor-open == no\n"
         "expect near.state == ESTABLISHED\nfar.recv\nfar.recv\nfar.close\nlaunch\nnear.recv\n"
         "expect near.state == none\nnear.socket\nnear.connect to=gate\ngate.accept into=far\n"
         "kill\nfar.recv\n",
    "near far",
    JOINED "0s far: send(“unread”) = 6\n"
           "0s near: send(“one”) = 3\n"
           "0s far: recv() = 3 “one”\n"
           "0s far: recv() = -1 ECONNRESET\n"
           "0s far: close() = 0\n"
           "0s near: recv() = -1 EBADF\n" JOINED "0s far: recv() = 0\n" },
  { "killed/lingering", JOIN "near.set-option option=linger time=3s\nkill\nfar.recv\n", "near far",
    JOINED "0s near: setsockopt(linger, 3s) = 0\n"
           "0s far: recv() = 0\n" },
  { "rebooted",
    JOIN "near.close\nfar.close\nexpect kernel.time-wait-count == 1\nreboot\n"
         "expect kernel.time-wait-count == 0\n",
    "near", JOINED "0s near: close() = 0\n" },
  { "callbacks-do-nothing",
    JOIN "home\nopen\nlock\nunlock\ninterrupt\nend-interrupt\nnear.send text=one\nfar.recv\n",
    "near far",
    JOINED "0s near: send(“one”) = 3\n"
           "0s far: recv() = 3 “one”\n" },
};

/* -- what ends a script -- */

static const NetTestRefusal refusals[] = {
  { "recv-would-block", JOIN "near.recv\n",
    "recv() would block (EAGAIN): nothing has come from the other end; expected a send there, or "
    "an "
    "after or a wait, before it" },
  { "accept-would-block", WEB "web.accept into=conn\n",
    "accept() would block (EAGAIN): nobody has connected; expected a client, or a wait for one, "
    "before it" },
  { "connect-would-block",
    GATE "gate.listen backlog=0\nclient first connect=gate\n" NEAR "near.connect to=gate\n",
    "connect() would block (EAGAIN): nobody answers the SYN, for the backlog there is full or the "
    "network is down; expected an accept there before it" },
  { "send-would-block", JOIN "repeat 300\nnear.send text=$long\nend\n",
    "send() would block (EAGAIN): the other end does not read, and no more fits into the buffers; "
    "expected a recv there before it" },
  { "suspended", JOIN "home\nnear.recv\n",
    "recv() is not possible: its application is suspended and does not run; expected an open "
    "before" },
  { "killed", JOIN "kill\nnear.send text=one\n",
    "send() is not possible: its application does not run; expected a launch before" },
  { "two-descriptors", NEAR "near.socket\n",
    "socket() is not possible: it has a descriptor already; expected a close before" },
  { "accept/into-itself", WEB "web.accept into=web\n",
    "accept() is not possible: into= has a descriptor already; expected a close before" },
  { "accept/into-elsewhere", WEB "web.accept into=phone\n",
    "accept() is not possible: into= does not live here; expected a socket of the same "
    "application" },
  { "connect/nowhere", "socket web\n" NEAR "near.connect to=web\n",
    "connect() is not possible: who it is to connect to has no address yet; expected it to be "
    "bound "
    "before" },
  { "linger/part-of-a-second", NEAR "near.set-option option=linger time=1500ms\n",
    "setsockopt() is not possible: SO_LINGER knows no parts of a second; expected time=0s, 1s, 2s "
    "…" },
};

/* -- system calls that fail -- */

static const FailingStory failures[] = {
  { FAILING_SOCKET, EMFILE, "socket near\nlaunch\nnear.socket\nnear.socket\n", "near",
    "0s near: socket(ipv4) = -1 EMFILE\n"
    "0s near: socket(ipv4) = near#1\n" },
  { FAILING_SETSOCKOPT, ENOMEM, NEAR "near.set-option\nnear.set-option\n", "near",
    OPENED "0s near: setsockopt(reuse-address, on) = -1 ENOMEM\n"
           "0s near: setsockopt(reuse-address, on) = 0\n" },
  { FAILING_BIND, EACCES, NEAR "near.bind port=30001\nnear.bind port=30002\n", "near",
    OPENED "0s near: bind(0.0.0.0:30001) = -1 EACCES\n"
           "0s near: bind(0.0.0.0:30002) = 0\n" },
  { FAILING_LISTEN, EADDRINUSE, NEAR "near.bind port=30002\nnear.listen\nnear.listen\n", "near",
    OPENED "0s near: bind(0.0.0.0:30002) = 0\n"
           "0s near: listen(128) = -1 EADDRINUSE\n"
           "0s near: listen(128) = 0\n" },
  { FAILING_CONNECT, EACCES, GATE NEAR "near.connect to=gate\nnear.connect to=gate\n", "near",
    OPENED "0s near: connect(gate) = -1 EACCES\n"
           "0s near: connect(gate) = 0\n" },
  { FAILING_ACCEPT, EMFILE,
    WEB "phone.socket\nphone.connect to=web\nweb.accept into=conn\n"
        "expect conn.descriptor-open == no\nweb.accept into=conn\nconn.send text=one\n",
    "conn", "0s conn: send(“one”) = 3\n" },
  { FAILING_SEND, ENOBUFS, JOIN "near.send text=one\nnear.send text=two\n", "near",
    JOINED "0s near: send(“one”) = -1 ENOBUFS\n"
           "0s near: send(“two”) = 3\n" },
  { FAILING_RECV, EINTR, JOIN "far.send text=one\nnear.recv\nnear.recv\n", "near",
    JOINED "0s near: recv() = -1 EINTR\n"
           "0s near: recv() = 3 “one”\n" },
};

/* -- without a run -- */

static void
count_returned (guint *n_returned)
{
  (*n_returned)++;
}

/* A backlog that is full, so that a SYN is dropped. */
static guint16
new_crowded_port (void)
{
  guint16 port = kernel_test_new_port ();

  raw_listen (AF_INET, port, TRUE, 0);
  raw_connect (AF_INET, port, 0);
  return port;
}

static void
test_answer_takes_time (void)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundSite) site = rebound_site_new (clock, context);
  g_autoptr (ReboundNaiveSocket) self = g_object_new (REBOUND_TYPE_NAIVE_SOCKET, NULL);
  g_autoptr (GError) refused = NULL;
  g_autofree char *crowd = g_strdup_printf ("127.0.0.1:%u", new_crowded_port ());
  g_autofree char *waiting = NULL;
  guint n_returned = 0;

  g_test_summary ("in real time a connect() that is not answered returns when something comes");
  rebound_actor_come_to_life (REBOUND_ACTOR (self), site);
  g_assert_null (rebound_naive_socket_open (self, REBOUND_SOCKET_FAMILY_IPV4, NULL));
  g_signal_connect_swapped (self, "returned", G_CALLBACK (count_returned), &n_returned);
  g_assert_null (rebound_naive_socket_connect (self, crowd, NULL));
  g_assert_cmpuint (n_returned, ==, 0);
  waiting = rebound_actor_dup_waiting_for (REBOUND_ACTOR (self));
  g_assert_cmpstr (waiting, ==, "waits for its connection");
  refused = rebound_naive_socket_poll (self, NULL);
  g_assert_cmpstr (refused->message, ==,
                   "poll() is not possible: connect() has not returned yet; expected a wait "
                   "before");

  g_assert_cmpint (rebound_reclaim_descriptor (kernel_test_diag (), self->fd,
                                               REBOUND_RECLAIM_STYLE_DESTROY),
                   ==, 0);
  while (n_returned == 0)
    g_main_context_iteration (context, TRUE);
  assert_errno (-self->error_number, ECONNABORTED);
  g_assert_null (rebound_actor_dup_waiting_for (REBOUND_ACTOR (self)));

  g_assert_null (rebound_naive_socket_connect (self, crowd, NULL));
  rebound_actor_abandon (REBOUND_ACTOR (self)); /* while it waits once more */
  g_assert_cmpint (self->fd, ==, -1);
}

static void
test_bytes (void)
{
  g_autofree char *text = rebound_bytes_dup_text ("a\0b\xff\xc3\xa4\xc3", 7);
  g_autofree char *line = rebound_bytes_dup_line ("a\nä\x01");
  g_autofree char *excerpt = rebound_bytes_dup_excerpt ("äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü");

  g_assert_cmpstr (text, ==, "a\\x00b\\xffä\\xc3");
  g_assert_cmpstr (line, ==, "a\\nä\\001");
  g_assert_cmpstr (excerpt, ==, "“äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäö…”");
}

int
main (int argc, char **argv)
{
  /* A line of a script has 64 KiB at most. */
  g_autofree char *much = g_strnfill (60000, 'x');
  g_autofree char *preamble = g_strdup_printf ("let long=%s\n", much);

  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  net_test_add_stories ("/naive-socket", NULL, stories, G_N_ELEMENTS (stories));
  net_test_add_refusals ("/naive-socket/refused", preamble, refusals, G_N_ELEMENTS (refusals));
  failing_story_add ("/naive-socket", failures, G_N_ELEMENTS (failures));
  g_test_add_func ("/naive-socket/answer-takes-time", test_answer_takes_time);
  g_test_add_func ("/naive-socket/text-of-bytes", test_bytes);
  return g_test_run ();
}
