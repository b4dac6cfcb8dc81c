/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each kind of lock by its own system call, and children that may hold one. */

#include "lock-test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int
lock_test_new_file (const char *name)
{
  int fd = memfd_create (name, MFD_CLOEXEC);

  g_assert_no_errno (fd);
  return fd;
}

/* Another description of the same file. */
int
lock_test_open_again (int fd, int flags)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  int other = open (path, flags | O_CLOEXEC);

  g_assert_no_errno (other);
  return other;
}

void
lock_test_lock_record (int fd, int command, short type, off_t start, off_t length)
{
  struct flock range = { .l_type = type, .l_start = start, .l_len = length };

  g_assert_no_errno (fcntl (fd, command, &range));
}

void
lock_test_assert_held (const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) locks = rebound_file_locks_list (&error);
  g_autofree char *seen = NULL;

  g_assert_no_error (error);
  seen = rebound_file_locks_describe (locks);
  g_assert_cmpstr (seen, ==, expected);
}

guint
lock_test_count_locks (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) locks = rebound_file_locks_list (&error);

  g_assert_no_error (error);
  return locks->len;
}

pid_t
lock_test_start_child (void)
{
  pid_t child = fork ();

  g_assert_no_errno (child);
  return child;
}

/* The status that it exited with; it did exit. */
int
lock_test_wait_for_child (pid_t child)
{
  int status = 0;

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

const LockTestKind lock_test_kinds[LOCK_TEST_N_KINDS] = {
  { "flock/write", 0, LOCK_EX, "contacts.db (flock, write)" },
  { "flock/read", 0, LOCK_SH, "contacts.db (flock, read)" },
  { "fcntl/write", F_SETLK, F_WRLCK, "contacts.db (fcntl, write)" },
  { "fcntl/read", F_SETLK, F_RDLCK, "contacts.db (fcntl, read)" },
  { "ofd/write", F_OFD_SETLK, F_WRLCK, "contacts.db (ofd, write)" },
  { "ofd/read", F_OFD_SETLK, F_RDLCK, "contacts.db (ofd, read)" },
};

void
lock_test_take (const LockTestKind *kind, int fd)
{
  if (kind->command == 0)
    g_assert_no_errno (flock (fd, kind->type));
  else
    lock_test_lock_record (fd, kind->command, kind->type, 0x40000000, 2);
}

void
lock_test_let_go (const LockTestKind *kind, int fd)
{
  if (kind->command == 0)
    g_assert_no_errno (flock (fd, LOCK_UN));
  else
    lock_test_lock_record (fd, kind->command, F_UNLCK, 0, 0);
}
