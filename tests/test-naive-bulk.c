/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The naive code with more than fits into the buffers: a send() that lasts, and reading to the end.
 * How much fits is the kernel's affair, so what is compared leaves it out. */

#include <errno.h>

#include "failing-story.h"
#include "kernel/kernel-test.h"
#include "net-test.h"

#define JOIN                                                                                       \
  "peer socket gate\ngate.socket\ngate.bind port=30000\ngate.listen\npeer socket far\n"            \
  "socket near\nlaunch\nnear.socket\nnear.connect to=gate\ngate.accept into=far\n"
#define JOINED                                                                                     \
  "0s near: socket(ipv4) = near#1\n"                                                               \
  "0s near: connect(gate) = 0\n"
#define SECOND "0s near: socket(ipv4) = near#2\n"
#define ALL    "0s near: send(16777216 bytes) = 16777216\n"
#define MIB    "0s near: send(1048576 bytes) = 1048576\n"
#define TO_FILL                                                                                    \
  "near.send bytes=16MiB\nexpect near.sent-bytes > 1MiB\nexpect near.sent-bytes < 8MiB\n"

static const NetTestStory stories[] = {
  { "fits",
    JOIN "near.send bytes=1MiB\nexpect near.sent-bytes == 1MiB\nexpect near.result == 1048576\n"
         "far.recv bytes=26B\nexpect far.data == abcdefghijklmnopqrstuvwxyz\n"
         "expect far.received-bytes == 26B\nfar.send text=ab\nexpect far.sent-bytes == 2B\n",
    "near", JOINED MIB },
  { "lasts-until-it-is-read",
    JOIN TO_FILL "after 1s far.drain\nexpect near.sent-bytes == 16MiB\nnear.shutdown\n"
                 "expect far.received-bytes == 16MiB\nexpect far.errno == none\n",
    "near far",
    JOINED "1s near: send(16777216 bytes) = 16777216\n"
           "1s near: shutdown(write) = 0\n"
           "1s far: recv(until the end) = 0 after 16777216 bytes\n" },
  { "goes-on-as-room-is-made",
    JOIN TO_FILL "repeat 16\nfar.recv bytes=128KiB\nend\nexpect near.sent-bytes > 3MiB\n"
                 "expect near.sent-bytes < 8MiB\nfar.drain\nwait near.returned\n",
    "near", JOINED ALL },
  { "the-fin-waits-behind-it",
    JOIN "near.send bytes=1MiB\nnear.shutdown\nexpect near.state == FIN_WAIT1\n"
         "after 10min\nexpect near.state == FIN_WAIT1\nfar.drain\n"
         "expect far.received-bytes == 1MiB\nexpect near.state == FIN_WAIT2\nfar.close\n"
         "near.recv\n",
    "near",
    JOINED MIB "0s near: shutdown(write) = 0\n"
               "10min near: recv() = 0\n" },
  { "the-fin-of-an-orphan-waits-behind-it",
    JOIN "near.send bytes=1MiB\nnear.close\nafter 10min\nfar.drain\n"
         "expect far.received-bytes == 1MiB\nexpect far.errno == none\nfar.close\n",
    "near", JOINED MIB "0s near: close() = 0\n" },
  { "the-peer-closes-meanwhile",
    JOIN TO_FILL
    "far.close\nexpect near.result > 0\nexpect near.errno == none\nnear.send text=one\n"
    "expect near.errno == ECONNRESET\nnear.send text=two\n"
    "expect near.errno == EPIPE\n",
    "far", "0s far: close() = 0\n" },
  { "taken-away-meanwhile",
    JOIN "set device reclaim-style=destroy\n" TO_FILL "home\nreclaim-sockets\nopen\n"
         "expect near.result > 0\nnear.recv\nexpect near.errno == ECONNABORTED\nfar.drain\n"
         "expect far.errno == ECONNRESET\nexpect far.received-bytes < 1MiB\n",
    "gate",
    "0s gate: socket(ipv4) = gate#1\n"
    "0s gate: bind(0.0.0.0:30000) = 0\n"
    "0s gate: listen(128) = 0\n"
    "0s gate: accept() = far (near#1)\n" },
  { "suspended-meanwhile",
    JOIN TO_FILL "home\nfar.drain\nafter 1min\nexpect near.sent-bytes < 8MiB\nopen\n"
                 "expect near.sent-bytes == 16MiB\n",
    "near", JOINED "1min near: send(16777216 bytes) = 16777216\n" },
  { "killed-meanwhile",
    JOIN TO_FILL "kill\nfar.drain\nexpect far.received-bytes > 1MiB\nexpect far.errno == none\n"
                 "far.close\nlaunch\nexpect near.sent-bytes == 0B\nnear.socket\n",
    "near",
    "0s near: socket(ipv4) = near#1\n0s near: connect(gate) = 0\n0s near: socket(ipv4) = "
    "near#1\n" },
  { "torn-down",
    JOIN "far.send text=unread\nnear.send bytes=1MiB\nnear.close\nfar.drain\n"
         "expect far.errno == ECONNRESET\n"
         "expect far.received-bytes > 64KiB\nexpect far.received-bytes < 1MiB\n",
    "near", JOINED MIB "0s near: close() = 0\n" },
  { "nobody-is-there",
    JOIN "near.close\nnear.send bytes=1MiB\nnear.drain\nnear.socket\nnear.send bytes=1MiB\n"
         "near.drain\n",
    "near",
    JOINED "0s near: close() = 0\n"
           "0s near: send(1048576 bytes) = -1 EBADF\n"
           "0s near: recv(until the end) = -1 EBADF after 0 bytes\n" SECOND
           "0s near: send(1048576 bytes) = -1 EPIPE\n"
           "0s near: recv(until the end) = -1 ENOTCONN after 0 bytes\n" },
  { "drains-until-the-end-comes",
    JOIN "far.drain\nafter 1s near.send text=one\nnear.send text=two\nafter 1s near.close\n"
         "far.recv\n",
    "far",
    "2s far: recv(until the end) = 0 after 6 bytes\n"
    "2s far: recv() = 0\n" },
  { "drains-slowly",
    JOIN "near.send bytes=1MiB\nnear.shutdown\nfar.drain bytes=128KiB every=1s\n"
         "expect far.received-bytes > 0B\nexpect far.received-bytes <= 128KiB\n"
         "after 6s\nexpect far.received-bytes > 128KiB\nexpect far.received-bytes <= 896KiB\n"
         "expect near.state == FIN_WAIT1\nwait far.returned within 1min\n"
         "expect far.received-bytes == 1MiB\nexpect near.state == FIN_WAIT2\n",
    "near", JOINED MIB "0s near: shutdown(write) = 0\n" },
  { "rests-after-what-was-read-only",
    JOIN "far.drain bytes=2B every=1s\nafter 5s near.send text=abc\n"
         "expect far.received-bytes == 2B\nafter 1s near.send text=d\n"
         "expect far.received-bytes == 3B\nafter 500ms near.close\nwait far.returned\n",
    "far", "8s far: recv(until the end) = 0 after 4 bytes\n" },
  { "drains-slowly-what-is-torn-down",
    JOIN "far.send text=unread\nnear.send bytes=1MiB\nfar.drain bytes=4KiB every=1s\n"
         "after 1500ms near.close\nwait far.returned\nexpect far.errno == ECONNRESET\n"
         "expect far.received-bytes > 8KiB\n",
    "near", JOINED MIB "1.5s near: close() = 0\n" },
  { "drains-slowly-and-is-suspended",
    JOIN "far.send bytes=8KiB\nnear.drain bytes=1KiB every=1s\nafter 2s\n"
         "expect near.received-bytes == 3KiB\nhome\nafter 1min\n"
         "expect near.received-bytes == 3KiB\nopen\nexpect near.received-bytes == 4KiB\n"
         "kill\nafter 1min launch\nexpect near.received-bytes == 0B\nnear.socket\n",
    "near", JOINED "122s near: socket(ipv4) = near#1\n" },
  { "drains-each-by-itself",
    JOIN "near.send text=one\nfar.recv\nnear.send text=more\nnear.shutdown\nfar.drain\n"
         "expect far.received-bytes == 7B\nexpect far.data == \"\"\n",
    "far",
    "0s far: recv() = 3 “one”\n"
    "0s far: recv(until the end) = 0 after 4 bytes\n" },
};

/* -- what ends a script -- */

static const NetTestRefusal refusals[] = {
  { "nobody-reads", JOIN TO_FILL "wait near.returned\n",
    "nothing can happen any more: near waits for the other end to read what it sends; expected "
    "“wait near.returned”, but near.returned did not come" },
  { "nobody-ends", JOIN "near.drain\nwait near.returned\n",
    "nothing can happen any more: near waits for the other end to end the connection; expected "
    "“wait near.returned”, but near.returned did not come" },
  { "still-sending", JOIN TO_FILL "near.close\n",
    "close() is not possible: send() has not returned yet; expected a wait before" },
  { "still-draining", JOIN "near.drain\nnear.send text=one\n",
    "send() is not possible: recv() has not returned yet; expected a wait before" },
  { "still-resting", JOIN "near.send text=one\nfar.drain every=1s\nfar.close\n",
    "close() is not possible: recv() has not returned yet; expected a wait before" },
  { "text-and-bytes", JOIN "near.send text=one bytes=1MiB\n",
    "send() is not possible: text= and bytes= both say what; expected one of them" },
  { "suspended", JOIN "home\nnear.drain\n",
    "recv() is not possible: its application is suspended and does not run; expected an open "
    "before" },
};

/* -- system calls that fail -- */

static const FailingStory failures[] = {
  { FAILING_SEND, ENOBUFS, JOIN "near.send bytes=1MiB\nnear.send bytes=1MiB\n", "near",
    JOINED "0s near: send(1048576 bytes) = -1 ENOBUFS\n" MIB },
  { FAILING_SEND, EAGAIN, JOIN "near.send bytes=1MiB\n", "near", JOINED MIB },
  { FAILING_RECV, ENOMEM, JOIN "far.close\nnear.drain\nnear.drain\n", "near",
    JOINED "0s near: recv(until the end) = -1 ENOMEM after 0 bytes\n"
           "0s near: recv(until the end) = 0 after 0 bytes\n" },
  { FAILING_EPOLL_ADD, ENOSPC, JOIN "near.drain\nnear.send text=one\n", "near",
    JOINED "0s near: recv(until the end) = -1 ENOSPC after 0 bytes\n"
           "0s near: send(“one”) = 3\n" },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  net_test_add_stories ("/naive-bulk", NULL, stories, G_N_ELEMENTS (stories));
  net_test_add_refusals ("/naive-bulk/refused", NULL, refusals, G_N_ELEMENTS (refusals));
  failing_story_add ("/naive-bulk", failures, G_N_ELEMENTS (failures));
  return g_test_run ();
}
