/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A pipe and a socketpair: both ends are of one machine, so the first write after the
 * reader is gone fails. */

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-naive-pair.h"

#define PIPE "pipe tube\nlaunch\ntube.open\n"
#define PAIR "socketpair pair\nlaunch\npair.open\n"
#define MADE "0s tube: pipe() = 0\n"

static const NetTestStory stories[] = {

  { "pipe",
    PIPE "tube.write text=one\ntube.read bytes=2B\nexpect tube.data == on\ntube.read\n"
         "tube.close-writer\ntube.read\nexpect tube.result == 0\ntube.close-reader\ntube.open\n",
    "tube",
    MADE "0s tube: write(“one”) = 3\n"
         "0s tube: read() = 2 “on”\n"
         "0s tube: read() = 1 “e”\n"
         "0s tube: close(writer) = 0\n"
         "0s tube: read() = 0\n"
         "0s tube: close(reader) = 0\n" MADE },
  { "pipe/reader-closed",
    PIPE "tube.write text=one\ntube.close-reader\ntube.write text=two\n"
         "expect tube.errno == EPIPE\nexpect tube.result == -1\ntube.read\n",
    "tube",
    MADE "0s tube: write(“one”) = 3\n"
         "0s tube: close(reader) = 0\n"
         "0s tube: write(“two”) = -1 EPIPE\n"
         "0s tube: read() = -1 EBADF\n" },
  { "socketpair",
    PAIR "pair.write text=one\npair.close-writer\npair.read\npair.read\npair.close-reader\n"
         "pair.close-reader\n",
    "pair",
    "0s pair: socketpair() = 0\n"
    "0s pair: write(“one”) = 3\n"
    "0s pair: close(writer) = 0\n"
    "0s pair: read() = 3 “one”\n"
    "0s pair: read() = 0\n"
    "0s pair: close(reader) = 0\n"
    "0s pair: close(reader) = -1 EBADF\n" },
  { "socketpair/reader-closed", PAIR "pair.close-reader\npair.write text=one\n", "pair",
    "0s pair: socketpair() = 0\n"
    "0s pair: close(reader) = 0\n"
    "0s pair: write(“one”) = -1 EPIPE\n" },
  { "socketpair/reader-closed-with-unread-input",
    PAIR "pair.write text=one\npair.close-reader\npair.write text=two\npair.write text=three\n",
    "pair",
    "0s pair: socketpair() = 0\n"
    "0s pair: write(“one”) = 3\n"
    "0s pair: close(reader) = 0\n"
    "0s pair: write(“two”) = -1 EPIPE\n"
    "0s pair: write(“three”) = -1 EPIPE\n" },
  { "no-descriptors", "pipe tube\nlaunch\ntube.write text=one\ntube.read\ntube.close-writer\n",
    "tube",
    "0s tube: write(“one”) = -1 EBADF\n"
    "0s tube: read() = -1 EBADF\n"
    "0s tube: close(writer) = -1 EBADF\n" },
  { "killed", PIPE "tube.write text=one\nkill\nlaunch\ntube.open\nexpect tube.data == \"\"\n",
    "tube", MADE "0s tube: write(“one”) = 3\n" MADE },
};

/* -- what ends a script -- */

static const NetTestRefusal refusals[] = {

  { "write-would-block", PIPE "repeat 2\ntube.write text=$long\nend\n",
    "write() would block (EAGAIN): nobody reads, and no more fits into the buffer; expected a read "
    "before it" },
  { "read-would-block", PAIR "pair.read\n",
    "read() would block (EAGAIN): nothing was written; expected a write before it" },
  { "two-pairs", PIPE "tube.close-reader\ntube.open\n",
    "pipe() is not possible: it has a descriptor already; expected both closed before" },
  { "suspended", PIPE "home\ntube.read\n",
    "read() is not possible: its application is suspended and does not run; expected an open "
    "before" },
  { "killed", PAIR "kill\npair.write text=one\n",
    "write() is not possible: its application does not run; expected a launch before" },
};

/* -- somebody else looks -- */

/* He has both ends for longer than it takes to close one. */
static void
start_looker (pid_t *looker)
{
  if (*looker > 0)
    return;
  *looker = fork ();
  g_assert_cmpint (*looker, >=, 0);
  if (*looker == 0)
    {
      usleep (20 * 1000);
      _exit (0);
    }
}

static void
test_looked_at (gconstpointer data)
{
  NetTest *test
      = net_test_new ("launch\npair.open\npair.close-writer\npair.read\nexpect pair.result == 0\n");
  gpointer pair = g_object_new (GPOINTER_TO_SIZE (data), NULL);
  pid_t looker = 0;

  g_test_summary ("a close is over when it returns, whoever else has the file for a moment");
  g_signal_connect_swapped (pair, "returned", G_CALLBACK (start_looker), &looker);
  net_test_add (test, "pair", pair);
  net_test_play (test);
  net_test_free (test);
  g_assert_cmpint (waitpid (looker, NULL, 0), ==, looker);
}

/* -- the signal -- */

static void
test_disposition (void)
{
  struct sigaction before = { .sa_handler = SIG_DFL };
  struct sigaction after;

  g_test_summary ("what the program does about SIGPIPE is as it was before");
  sigaction (SIGPIPE, &before, NULL);
  net_test_play_story (PIPE "tube.close-reader\ntube.write text=one\n", "", "");
  sigaction (SIGPIPE, NULL, &after);
  g_assert_true (after.sa_handler == SIG_DFL);
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

  net_test_add_stories ("/naive-pair", NULL, stories, G_N_ELEMENTS (stories));
  net_test_add_refusals ("/naive-pair/refused", preamble, refusals, G_N_ELEMENTS (refusals));
  g_test_add_func ("/naive-pair/disposition", test_disposition);
  g_test_add_data_func ("/naive-pair/looked-at/pipe", GSIZE_TO_POINTER (REBOUND_TYPE_NAIVE_PIPE),
                        test_looked_at);
  g_test_add_data_func ("/naive-pair/looked-at/socketpair",
                        GSIZE_TO_POINTER (REBOUND_TYPE_NAIVE_SOCKETPAIR), test_looked_at);
  return g_test_run ();
}
