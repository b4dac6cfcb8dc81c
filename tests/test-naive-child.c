/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A child process on descriptors that it has inherited: what SIGPIPE does to it, and what its
 * parent is told. */

#include <errno.h>
#include <signal.h>

#include "failing-story.h"
#include "kernel/kernel-test.h"
#include "net-test.h"

#define JOIN                                                                                       \
  "peer socket gate\ngate.socket\ngate.bind port=30000\ngate.listen\npeer socket far\n"            \
  "socket near\nchild server\nlaunch\nnear.socket\nnear.connect to=gate\ngate.accept into=far\n"
#define KILLED "0s server: wait() = 13 (SIGPIPE)\n"
#define ENDED  "0s server: wait() = 0\n"

static const NetTestStory stories[] = {

  { "socket/peer-closed",
    JOIN "far.close\nserver.run with=near steps=\"write write write\"\n"
         "expect server.wait-status == 13\nexpect server.term-signal == SIGPIPE\n"
         "expect server.result == 6\nexpect near.state == CLOSED\nnear.send text=one\n"
         "expect near.errno == EPIPE\n",
    "server", "0s server: write() = 6\n" KILLED },
  { "socket/ignored",
    JOIN "far.close\nserver.run with=near steps=\"write write\" sigpipe=ignore\n"
         "expect server.wait-status == 0\nexpect server.term-signal == none\n"
         "expect server.errno == EPIPE\n",
    "server",
    "0s server: write() = 6\n"
    "0s server: write() = -1 EPIPE\n" ENDED },
  { "socket/peer-aborted",
    JOIN "far.set-option option=linger\nfar.close\nserver.run with=near steps=\"write write\"\n",
    "server", "0s server: write() = -1 ECONNRESET\n" KILLED },
  { "socket/peer-reads",
    JOIN "far.send text=hi\nserver.run with=near steps=\"read write shutdown\"\nfar.recv\n"
         "far.recv\n",
    "server far",
    "0s far: send(“hi”) = 2\n"
    "0s server: read() = 2\n"
    "0s server: write() = 6\n"
    "0s server: shutdown() = 0\n" ENDED "0s far: recv() = 6 “hello\\n”\n"
    "0s far: recv() = 0\n" },
  { "socket/its-close-is-not-the-last",
    JOIN
    "server.run with=near steps=\"close write\" sigpipe=ignore\nnear.send text=one\nfar.recv\n",
    "server far",
    "0s server: close() = 0\n"
    "0s server: write() = -1 EBADF\n" ENDED "0s far: recv() = 3 “one”\n" },
  { "pipe",
    "pipe tube\nchild server\nlaunch\ntube.open\nserver.run with=tube\ntube.read\n"
    "expect tube.data == \"hello\\n\"\ntube.close-reader\nserver.run with=tube\n"
    "tube.write text=one\nexpect tube.errno == EPIPE\n",
    "server", "0s server: write() = 6\n" ENDED KILLED },
  { "socketpair",
    "socketpair pair\nchild server\nlaunch\npair.open\npair.close-reader\nserver.run with=pair\n",
    "server", KILLED },
  { "no-descriptor",
    "socket near\nchild server\nlaunch\nserver.run with=near steps=\"write read\"\n", "server",
    "0s server: write() = -1 EBADF\n"
    "0s server: read() = -1 EBADF\n" ENDED },
  { "killed",
    JOIN "far.close\nserver.run with=near steps=\"write write\"\nkill\n"
         "expect server.wait-status == 13\nlaunch\nexpect server.wait-status == 0\n",
    "server", "0s server: write() = 6\n" KILLED },
};

/* -- what ends a script -- */

static const NetTestRefusal refusals[] = {

  { "would-block", JOIN "server.run with=near steps=\"write read\"\n",
    "read() would block (EAGAIN): the child waits for the other end, and its parent for the "
    "child" },
  { "no-descriptors-at-all", "child server\nlaunch\nserver.run with=server\n",
    "fork() is not possible: with= has no descriptor that it could inherit; expected a socket, "
    "pipe or socketpair of the same application" },
  { "anothers", JOIN "server.run with=far\n",
    "fork() is not possible: with= has no descriptor that it could inherit; expected a socket, "
    "pipe or socketpair of the same application" },
  { "suspended", JOIN "home\nserver.run with=near\n",
    "fork() is not possible: its application is suspended and does not run; expected an open "
    "before" },
};

/* -- system calls that fail -- */

static const FailingStory failures[] = {
  { FAILING_FORK, EAGAIN,
    JOIN "server.run with=near\nexpect server.errno == EAGAIN\nserver.run with=near\n", "server",
    "0s server: fork() = -1 EAGAIN\n"
    "0s server: write() = 6\n" ENDED },
};

static void
test_wait_fails (void)
{
  struct sigaction ignore = { .sa_handler = SIG_IGN };
  struct sigaction before;

  g_test_summary ("whoever ignores SIGCHLD is told nothing of his children");
  sigaction (SIGCHLD, &ignore, &before);
  net_test_play_story (JOIN "server.run with=near\n", "server", "0s server: wait() = -1 ECHILD\n");
  sigaction (SIGCHLD, &before, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  net_test_add_stories ("/naive-child", NULL, stories, G_N_ELEMENTS (stories));
  net_test_add_refusals ("/naive-child/refused", NULL, refusals, G_N_ELEMENTS (refusals));
  failing_story_add ("/naive-child", failures, G_N_ELEMENTS (failures));
  g_test_add_func ("/naive-child/wait-fails", test_wait_fails);
  return g_test_run ();
}
