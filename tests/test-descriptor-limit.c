/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A process that may open so many descriptors more: exactly so many, whatever holes there were, and
 * afterwards as before. */

#include "lifecycle/rebound-descriptor-limit-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-errno.h"

/* How many can be opened, up to @limit; they are closed again. */
static guint
count_openable (guint limit)
{
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (int));
  int fd = 0;

  while (taken->len < limit && (fd = open ("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
    g_array_append_val (taken, fd);
  if (fd < 0)
    assert_errno (-errno, EMFILE);
  for (guint i = 0; i < taken->len; i++)
    close (g_array_index (taken, int, i));
  return taken->len;
}

static void
test_spare (gconstpointer data)
{
  guint spare = GPOINTER_TO_UINT (data);
  int fds[5];
  struct rlimit before, after;

  g_test_summary ("so many can be opened, and then EMFILE; holes below do not count");
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  close (fds[0]);
  close (fds[2]);
  getrlimit (RLIMIT_NOFILE, &before);
  {
    g_autoptr (ReboundDescriptorLimit) limit = rebound_descriptor_limit_new (spare);
    struct pollfd still_polled[] = { { .fd = 1 }, { .fd = 2 }, { .fd = fds[4] } };

    g_assert_nonnull (limit);
    g_assert_cmpuint (count_openable (100), ==, spare);
    g_assert_cmpint (poll (still_polled, G_N_ELEMENTS (still_polled), 0), >=, 0);
  }
  getrlimit (RLIMIT_NOFILE, &after);
  g_assert_cmpuint (after.rlim_cur, ==, before.rlim_cur);
  g_assert_cmpuint (after.rlim_max, ==, before.rlim_max);
  g_assert_cmpuint (count_openable (10), ==, 10);
  g_assert_cmpint (fcntl (fds[0], F_GETFD), ==, -1); /* what filled the holes is closed again */
  g_assert_cmpint (fcntl (fds[2], F_GETFD), ==, -1);
  close (fds[1]);
  close (fds[3]);
  close (fds[4]);
}

/* -- as a script has it -- */

#define WEB                                                                                        \
  "listener web port=30000 on-accept=hello on-accept-error=%s\nlaunch\n"                           \
  "client first connect=web count=1\nexpect first.answered\n"                                      \
  "kernel.limit-descriptors spare=1\n"                                                             \
  "client second connect=web count=1 retry-every=1h\nexpect second.connected\n"
#define SEEN                                                                                       \
  "0s web: listens on port 30000 (generation 1)\n"                                                 \
  "0s web: accepted first#1\n"                                                                     \
  "0s web: first#1 ended: the server closed first\n"

typedef struct
{
  const char *policy;
  const char *script;
  const char *story;
} Story;

static const Story stories[] = {
  { "go-on",
    "expect second.closed\nexpect kernel.descriptors-limited == "
    "yes\nkernel.unlimit-descriptors\nexpect kernel.descriptors-limited == no\n",
    "0s web: cannot accept: EMFILE; rests for 50ms\n"
    "50ms web: accepted third#1\n"
    "50ms web: third#1 ended: the server closed first\n" },
  { "disarm", "kernel.unlimit-descriptors\nexpect no second.answered for 1h\n",
    "0s web: cannot accept: EMFILE; the source is disarmed for good, and the socket is “valid”\n" },
};

static void
test_script (gconstpointer data)
{
  const Story *story = data;
  g_autofree char *script = g_strdup_printf (
      WEB "%sclient third connect=web count=1\nafter 1s\nexpect web.state == listening\n",
      story->policy, story->script);
  g_autofree char *expected = g_strconcat (SEEN, story->story, NULL);
  struct rlimit before, after;

  g_test_summary ("the client's socket is the last, and accept() fails for real");
  getrlimit (RLIMIT_NOFILE, &before);
  net_test_play_story (script, "web", expected);
  getrlimit (RLIMIT_NOFILE, &after);
  g_assert_cmpuint (after.rlim_cur, ==, before.rlim_cur);
}

/* Whether the application holds a lock is looked at where anybody on the machine has one. */
static pid_t
begin_locking (const char *path)
{
  int ready[2];
  char byte;
  pid_t child;

  g_assert_cmpint (pipe2 (ready, O_CLOEXEC), ==, 0);
  child = fork ();
  if (child == 0)
    {
      int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

      prctl (PR_SET_PDEATHSIG, SIGKILL); /* a test that fails ends at once */
      if (fd < 0 || flock (fd, LOCK_EX) < 0 || write (ready[1], "", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  g_assert_cmpint (child, >, 0);
  close (ready[1]);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  close (ready[0]);
  return child;
}

/* Explore's find: where some other process held a lock, a run ended at the suspension. */
static void
test_locks (void)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "rebound-lock-XXXXXX", NULL);
  int fd = g_mkstemp (path);
  pid_t child;

  g_test_summary ("that an application is looked at for locks needs none of its descriptors");
  g_assert_cmpint (fd, >=, 0);
  close (fd);
  child = begin_locking (path);
  net_test_play_story ("listener web port=30000\nlaunch\nkernel.limit-descriptors\nhome\n"
                       "expect app.state == suspended\n",
                       "web",
                       "0s web: listens on port 30000 (generation 1)\n"
                       "0s web: accept source destroyed (generation 1)\n"
                       "0s web: closed (generation 1), at did-enter-background\n");
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  g_assert_cmpint (unlink (path), ==, 0);
}

/* Explore's find: a listener that had no descriptor when it came back stayed deaf for good. */
static void
test_retry (void)
{
  g_test_summary ("on-error=retry: without a descriptor for the socket it is tried again, too");
  net_test_play_story ("listener web port=30000 on-error=retry retry-every=2s\nlaunch\nhome\n"
                       "kernel.limit-descriptors\nopen\nexpect web.state == retrying\n"
                       "after 3s kernel.unlimit-descriptors\nafter 2s\n"
                       "expect web.state == listening\n",
                       "web",
                       "0s web: listens on port 30000 (generation 1)\n"
                       "0s web: accept source destroyed (generation 1)\n"
                       "0s web: closed (generation 1), at did-enter-background\n"
                       "0s web: cannot listen (generation 2): EMFILE\n"
                       "2s web: cannot listen (generation 2): EMFILE\n"
                       "4s web: listens on port 30000 (generation 2)\n");
}

static void
test_end_of_run (void)
{
  struct rlimit before, after;

  g_test_summary (
      "a limit that a script leaves ends with the run; a second one replaces the first");
  getrlimit (RLIMIT_NOFILE, &before);
  net_test_play_story ("client phone connect=127.0.0.1:30000 count=1\n"
                       "kernel.limit-descriptors spare=7\nkernel.limit-descriptors\n"
                       "after 1s\nexpect phone.last-error == EMFILE\n",
                       "web", "");
  getrlimit (RLIMIT_NOFILE, &after);
  g_assert_cmpuint (after.rlim_cur, ==, before.rlim_cur);
  g_assert_cmpuint (count_openable (10), ==, 10);
}

/* Explore's find: the link went down no more, and a run ended there. */
static void
test_machine (void)
{
  g_test_summary ("what the machine does needs none of the process's descriptors: its link goes "
                  "down and comes up, a connection that was closed meanwhile is ended, and a "
                  "listener is taken away silently");
  net_test_play_story ("set device reclaim=at-suspend reclaimed-listener=silent\n"
                       "listener web port=30000 background-policy=keep on-accept=keep\n"
                       "launch\nclient phone connect=web count=1\nexpect phone.connected\n"
                       "kernel.limit-descriptors\nnetwork-down\nphone.close\nhome\nnetwork-up\n"
                       "expect kernel.link == up\nkernel.unlimit-descriptors\n",
                       "kernel",
                       "0s kernel: web, web's end: CLOSED -> LISTEN\n"
                       "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n"
                       "0s kernel: phone#1, web's end: CLOSED -> ESTABLISHED\n"
                       "0s kernel: the network's link is down\n"
                       "0s kernel: phone#1, phone's end: ESTABLISHED -> FIN_WAIT1\n"
                       "0s kernel: web, web's end: taken away (silent)\n"
                       "0s kernel: phone#1, web's end: taken away (defunct)\n"
                       "0s kernel: phone#1, web's end: ESTABLISHED -> CLOSED\n"
                       "0s kernel: the network's link is up again\n"
                       "0s kernel: phone#1, phone's end: FIN_WAIT1 -> CLOSED\n");
}

int
main (int argc, char **argv)
{
  static const guint spares[] = { 0, 1, 2, 20 };

  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (spares); i++)
    {
      g_autofree char *path = g_strdup_printf ("/descriptor-limit/spare/%u", spares[i]);

      g_test_add_data_func (path, GUINT_TO_POINTER (spares[i]), test_spare);
    }
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/descriptor-limit/script/%s", stories[i].policy);

      g_test_add_data_func (path, &stories[i], test_script);
    }
  g_test_add_func ("/descriptor-limit/machine", test_machine);
  g_test_add_func ("/descriptor-limit/locks", test_locks);
  g_test_add_func ("/descriptor-limit/retry", test_retry);
  g_test_add_func ("/descriptor-limit/end-of-run", test_end_of_run);
  return g_test_run ();
}
