/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a run happens: namespaces, another user, no /proc, no descriptor left. A process cannot
 * take those back, so each case is a child, which fails the test by dying. */

#include "lock-test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lifecycle/rebound-error.h"
#include "net/rebound-isolation.h"

/* The exit status of a child that the machine did not let do its part; as meson's. */
#define SKIPPED 77

/* Debian's nobody. */
#define NOBODY 65534

static void
play_in_child (gconstpointer data)
{
  int (*play) (void) = data;
  pid_t child = lock_test_start_child ();
  int status;

  if (child == 0)
    _exit (play ());
  status = lock_test_wait_for_child (child);
  if (status == SKIPPED)
    g_test_skip ("this machine does not allow the namespaces");
  else
    g_assert_cmpint (status, ==, 0);
}

/* One lock of each kind, and all gone; 0. */
static int
play_all_kinds (void)
{
  for (gsize i = 0; i < LOCK_TEST_N_KINDS; i++)
    {
      int fd = lock_test_new_file ("contacts.db");

      lock_test_assert_held ("");
      lock_test_take (&lock_test_kinds[i], fd);
      lock_test_assert_held (lock_test_kinds[i].held);
      close (fd);
    }
  return 0;
}

static int
play_isolated (void)
{
  g_autoptr (GError) error = NULL;

  if (rebound_isolation_enter (&error))
    return play_all_kinds ();
  return g_error_matches (error, REBOUND_ISOLATION_ERROR, REBOUND_ISOLATION_ERROR_REFUSED) ? SKIPPED
                                                                                           : 1;
}

static int
play_isolated_as_nobody (void)
{
  if (geteuid () == 0)
    {
      g_assert_no_errno (setresgid (NOBODY, NOBODY, NOBODY));
      g_assert_no_errno (setresuid (NOBODY, NOBODY, NOBODY));
      /* It was not born as that user, and so its /proc belongs to root until it says this. */
      g_assert_no_errno (prctl (PR_SET_DUMPABLE, 1, 0, 0, 0));
    }
  return play_isolated ();
}

/* The first child of the new namespace is its pid 1; /proc is still the old one's. */
static int
play_in_pid_namespace (void)
{
  pid_t child;

  if (unshare (CLONE_NEWUSER | CLONE_NEWPID) < 0)
    return SKIPPED;
  child = lock_test_start_child ();
  if (child == 0)
    {
      g_assert_cmpint (getpid (), ==, 1);
      _exit (play_all_kinds ());
    }
  return lock_test_wait_for_child (child);
}

static int
play_in_pid_namespace_with_its_own_proc (void)
{
  pid_t child;

  if (unshare (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) < 0)
    return SKIPPED;
  child = lock_test_start_child ();
  if (child == 0)
    {
      if (mount ("proc", "/proc", "proc", 0, NULL) < 0)
        _exit (SKIPPED);
      _exit (play_all_kinds ());
    }
  return lock_test_wait_for_child (child);
}

/* A socket's file cannot be opened by anybody: ENXIO. */
static int
play_unreadable (void)
{
  g_autofree char *folder = g_dir_make_tmp ("rebound-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  int result;

  g_assert_no_errno (mknod (path, S_IFSOCK | 0600, 0));
  result = unshare (CLONE_NEWUSER | CLONE_NEWNS);
  if (result == 0)
    result = mount (path, "/proc/locks", NULL, MS_BIND, NULL);
  unlink (path);
  rmdir (folder);
  if (result < 0)
    return SKIPPED;
  g_assert_cmpint (open ("/proc/locks", O_RDONLY), ==, -1);
  g_assert_cmpint (errno, ==, ENXIO);
  return play_all_kinds ();
}

/* An end that has no /proc, and one that has no descriptor left. */
static int
play_no_proc (void)
{
  g_autoptr (GError) error = NULL;

  if (unshare (CLONE_NEWUSER | CLONE_NEWNS) < 0 || mount ("none", "/proc", "tmpfs", 0, NULL) < 0)
    return SKIPPED;
  g_assert_null (rebound_file_locks_list (&error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL);
  g_assert_nonnull (strstr (error->message, ": ENOENT"));
  return 0;
}

static int
play_no_descriptor (void)
{
  const struct rlimit few = { 64, 64 };
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &few));
  while (dup (0) >= 0)
    ;
  g_assert_cmpint (errno, ==, EMFILE);
  g_assert_null (rebound_file_locks_list (&error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL);
  g_assert_nonnull (strstr (error->message, ": EMFILE"));
  return 0;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/file-locks/isolated", play_isolated, play_in_child);
  g_test_add_data_func ("/file-locks/isolated-as-nobody", play_isolated_as_nobody, play_in_child);
  g_test_add_data_func ("/file-locks/pid-namespace", play_in_pid_namespace, play_in_child);
  g_test_add_data_func ("/file-locks/pid-namespace-with-proc",
                        play_in_pid_namespace_with_its_own_proc, play_in_child);
  g_test_add_data_func ("/file-locks/unreadable", play_unreadable, play_in_child);
  g_test_add_data_func ("/file-locks/no-proc", play_no_proc, play_in_child);
  g_test_add_data_func ("/file-locks/no-descriptor", play_no_descriptor, play_in_child);
  return g_test_run ();
}
