/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the search for held locks leans on: which locks /proc/locks and fdinfo have, with which pid,
 * in the namespaces of a run. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-test.h"

static int
new_file (void)
{
  int fd = memfd_create ("contacts.db", MFD_CLOEXEC);

  g_assert_no_errno (fd);
  return fd;
}

static void
lock_record (int fd, int command, short type)
{
  struct flock range = { .l_type = type, .l_start = 0x40000000, .l_len = 2 };

  g_assert_no_errno (fcntl (fd, command, &range));
}

/* The part of a line that tells a lock on the file of @fd from others:
 * "POSIX  ADVISORY  WRITE 4711 00:01:1046 ". (transfer full) */
static char *
write_lock_of (int fd, const char *kind, int pid)
{
  struct stat file;

  g_assert_no_errno (fstat (fd, &file));
  return g_strdup_printf ("%s ADVISORY  WRITE %d %02x:%02x:%lu ", kind, pid, major (file.st_dev),
                          minor (file.st_dev), (gulong) file.st_ino);
}

static char *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static gboolean
is_in_locks (int fd, const char *kind, int pid)
{
  g_autofree char *text = read_file ("/proc/locks");
  g_autofree char *line = write_lock_of (fd, kind, pid);

  return strstr (text, line) != NULL;
}

static gboolean
is_in_fdinfo (int fd, const char *kind, int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fdinfo/%d", fd);
  g_autofree char *text = read_file (path);
  g_autofree char *lock = write_lock_of (fd, kind, pid);
  g_autofree char *line = g_strdup_printf ("\nlock:\t1: %s", lock);

  return strstr (text, line) != NULL;
}

static void
test_flock (void)
{
  int fd = new_file ();

  g_test_summary ("flock on a memfd is in /proc/locks and fdinfo, with our pid and stat's inode");
  g_assert_no_errno (flock (fd, LOCK_EX | LOCK_NB));
  g_assert_true (is_in_locks (fd, "FLOCK ", getpid ()));
  g_assert_true (is_in_fdinfo (fd, "FLOCK ", getpid ()));
  close (fd);
}

static void
test_record (void)
{
  int fd = new_file ();

  g_test_summary ("so is a record lock");
  lock_record (fd, F_SETLK, F_WRLCK);
  g_assert_true (is_in_locks (fd, "POSIX ", getpid ()));
  g_assert_true (is_in_fdinfo (fd, "POSIX ", getpid ()));
  close (fd);
}

static void
test_ofd (void)
{
  int fd = new_file ();

  g_test_summary ("an open-file-description lock is nobody's: pid -1 in both");
  lock_record (fd, F_OFD_SETLK, F_WRLCK);
  g_assert_true (is_in_locks (fd, "OFDLCK", -1));
  g_assert_true (is_in_fdinfo (fd, "OFDLCK", -1));
  close (fd);
}

static void
test_no_conflict_within_process (void)
{
  int fd = new_file ();
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  int other = open (path, O_RDWR | O_CLOEXEC);

  g_test_summary ("record locks of one process do not conflict, and any close drops them all");
  g_assert_no_errno (other);
  lock_record (fd, F_SETLK, F_WRLCK);
  lock_record (other, F_SETLK, F_WRLCK);
  close (other);
  g_assert_false (is_in_locks (fd, "POSIX ", getpid ()));
  close (fd);
}

/* PROC_PID_INIT_INO of include/linux/proc_ns.h. */
static gboolean
is_first_pid_namespace (void)
{
  g_autofree char *name = g_file_read_link ("/proc/self/ns/pid", NULL);

  return g_strcmp0 (name, "pid:[4026531836]") == 0;
}

static void
test_parent_and_child (void)
{
  int shared = new_file (), own = new_file ();
  int status = 1;
  pid_t parent = getpid ();
  pid_t child;

  g_test_summary (
      "fdinfo has what a process really holds; the pid is of whoever asked, and in a pid "
      "namespace where that one is gone nothing is shown");
  g_assert_no_errno (flock (shared, LOCK_EX));
  lock_record (own, F_SETLK, F_WRLCK);
  child = fork ();
  g_assert_no_errno (child);
  if (child == 0)
    {
      g_assert_true (is_in_fdinfo (shared, "FLOCK ", parent));
      g_assert_true (is_in_locks (own, "POSIX ", parent));
      g_assert_false (is_in_fdinfo (own, "POSIX ", parent));
      g_assert_no_errno (flock (shared, LOCK_UN));
      g_assert_no_errno (flock (shared, LOCK_EX));
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmphex ((guint) status, ==, 0);
  g_assert_cmpint (is_in_locks (shared, "FLOCK ", child), ==, is_first_pid_namespace ());
  g_assert_cmpint (is_in_fdinfo (shared, "FLOCK ", child), ==, is_first_pid_namespace ());
  close (shared);
  close (own);
}

static void
assert_inode_is_stats (int fd)
{
  g_assert_no_errno (fd);
  g_assert_no_errno (flock (fd, LOCK_EX | LOCK_NB));
  g_assert_true (is_in_locks (fd, "FLOCK ", getpid ()));
  close (fd);
}

static void
test_inodes (void)
{
  struct stat file;
  int epoll = epoll_create1 (EPOLL_CLOEXEC);

  g_test_summary ("sockets and epolls can be locked, under the inode that stat has; an anonymous "
                  "inode has no type");
  g_assert_no_errno (fstat (epoll, &file));
  g_assert_cmphex (file.st_mode & S_IFMT, ==, 0);
  assert_inode_is_stats (socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  assert_inode_is_stats (epoll);
}

/* The uid of the run has no CAP_SYS_ADMIN any more, but may have another namespace below. */
static void
play_pid_namespace (void)
{
  int fd = new_file (), ours = new_file ();
  int status = 1;
  pid_t child;

  g_assert_no_errno (flock (fd, LOCK_EX));
  if (unshare (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) < 0)
    return;
  child = fork ();
  g_assert_no_errno (child);
  if (child == 0)
    {
      if (mount ("proc", "/proc", "proc", 0, NULL) < 0)
        _exit (0);
      g_assert_no_errno (flock (ours, LOCK_EX));
      g_assert_true (is_in_locks (ours, "FLOCK ", 1));
      /* Asked for outside: not in the list, and with pid 0 in fdinfo. */
      g_assert_false (is_in_locks (fd, "FLOCK ", 0));
      g_assert_true (is_in_fdinfo (fd, "FLOCK ", 0));
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmphex ((guint) status, ==, 0);
}

static void
test_pid_namespace (void)
{
  g_test_summary ("in a pid namespace /proc/locks has the pids of it alone, and leaves out a lock "
                  "that somebody outside asked for; fdinfo has it, with pid 0");
  kernel_test_in_child (play_pid_namespace);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add_func ("/kernel/file-locks/flock", test_flock);
  g_test_add_func ("/kernel/file-locks/record", test_record);
  g_test_add_func ("/kernel/file-locks/ofd", test_ofd);
  g_test_add_func ("/kernel/file-locks/no-conflict-within-process",
                   test_no_conflict_within_process);
  g_test_add_func ("/kernel/file-locks/parent-and-child", test_parent_and_child);
  g_test_add_func ("/kernel/file-locks/inodes", test_inodes);
  g_test_add_func ("/kernel/file-locks/pid-namespace", test_pid_namespace);
  return g_test_run ();
}
