/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is listed is held to what the kernel really does: every lock here is taken by the system
 * call, on files in memory. */

#include "lock-test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bell.h"
#include "lifecycle/rebound-database.h"
#include "lifecycle/rebound-error.h"
#include "net/rebound-isolation.h"

static void
test_kind (gconstpointer data)
{
  const LockTestKind *kind = data;
  int fd = lock_test_new_file ("contacts.db");
  int other = lock_test_new_file ("other.db");

  g_test_summary ("a lock is listed for as long as it is held, with the descriptor that has it");
  lock_test_assert_held ("");
  lock_test_take (kind, fd);
  {
    g_autoptr (GPtrArray) locks = rebound_file_locks_list (NULL);
    ReboundFileLock *lock = locks->pdata[0];
    struct stat file;

    g_assert_cmpuint (locks->len, ==, 1);
    g_assert_cmpint (lock->fd, ==, fd);
    g_assert_no_errno (fstat (fd, &file));
    g_assert_cmpuint (lock->inode, ==, file.st_ino);
    g_assert_cmpuint (lock->dev, ==, file.st_dev);
  }
  lock_test_assert_held (kind->held);
  lock_test_let_go (kind, fd);
  lock_test_assert_held ("");
  lock_test_take (kind, fd);
  close (fd);
  lock_test_assert_held ("");
  close (other);
}

/* -- whose it is -- */

static void
test_child_holds (gconstpointer data)
{
  const LockTestKind *kind = data;
  int ready[2], done[2];
  char byte = 0;
  pid_t child;

  g_test_summary ("what a child holds on a file of its own is not ours");
  g_assert_no_errno (pipe (ready));
  g_assert_no_errno (pipe (done));
  child = lock_test_start_child ();
  if (child == 0)
    {
      lock_test_take (kind, lock_test_new_file ("contacts.db"));
      lock_test_assert_held (kind->held);
      close (done[1]);
      g_assert_cmpint (write (ready[1], &byte, 1), ==, 1);
      g_assert_cmpint (read (done[0], &byte, 1), ==, 0);
      _exit (0);
    }
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  lock_test_assert_held ("");
  close (done[1]);
  g_assert_cmpint (lock_test_wait_for_child (child), ==, 0);
  close (done[0]);
  close (ready[0]);
  close (ready[1]);
}

static void
test_child_inherits (gconstpointer data)
{
  const LockTestKind *kind = data;
  int fd = lock_test_new_file ("contacts.db");
  pid_t child;

  g_test_summary ("a child inherits the locks of a description, and not those of a process");
  lock_test_take (kind, fd);
  child = lock_test_start_child ();
  if (child == 0)
    {
      lock_test_assert_held (kind->command == F_SETLK ? "" : kind->held);
      _exit (0);
    }
  g_assert_cmpint (lock_test_wait_for_child (child), ==, 0);
  lock_test_assert_held (kind->held);
  close (fd);
}

/* There a flock is shown with the pid of whoever asked for it, and not at all once that one is
 * gone. The number is PROC_PID_INIT_INO of include/linux/proc_ns.h. */
static gboolean
is_in_pid_namespace (void)
{
  g_autofree char *name = g_file_read_link ("/proc/self/ns/pid", NULL);

  return g_strcmp0 (name, "pid:[4026531836]") != 0;
}

static void
test_child_locked_for_us (gconstpointer data)
{
  const LockTestKind *kind = data;
  gboolean is_hidden = kind->command == F_SETLK || (kind->command == 0 && is_in_pid_namespace ());
  int fd = lock_test_new_file ("contacts.db");
  pid_t child;

  g_test_summary ("a lock that a child took on a description that we share outlives it, and is "
                  "ours; a record lock goes with the child");
  child = lock_test_start_child ();
  if (child == 0)
    {
      lock_test_take (kind, fd);
      _exit (0);
    }
  g_assert_cmpint (lock_test_wait_for_child (child), ==, 0);
  lock_test_assert_held (is_hidden ? "" : kind->held);
  close (fd);
}

/* -- descriptors -- */

static void
test_dup (gconstpointer data)
{
  const LockTestKind *kind = data;
  int fd = lock_test_new_file ("contacts.db");
  int copy = fcntl (fd, F_DUPFD_CLOEXEC, 0);

  g_test_summary ("a dup() has the same lock; a record lock goes with the first of them to be "
                  "closed, the others with the last");
  lock_test_take (kind, fd);
  g_assert_cmpuint (lock_test_count_locks (), ==, 2);
  lock_test_assert_held (kind->held);
  close (copy);
  lock_test_assert_held (kind->command == F_SETLK ? "" : kind->held);
  close (fd);
  lock_test_assert_held ("");
}

static void
test_opened_again (gconstpointer data)
{
  const LockTestKind *kind = data;
  int fd = lock_test_new_file ("contacts.db");
  int other = lock_test_open_again (fd, O_RDONLY);

  g_test_summary ("another description of the file has not the lock; its close drops record locks");
  lock_test_take (kind, fd);
  g_assert_cmpuint (lock_test_count_locks (), ==, 1);
  close (other);
  lock_test_assert_held (kind->command == F_SETLK ? "" : kind->held);
  close (fd);
}

static void
test_several (void)
{
  int contacts = lock_test_new_file ("contacts.db");
  int notes = lock_test_new_file ("notes.db");
  int reader = lock_test_open_again (notes, O_RDWR);

  g_test_summary (
      "several locks: one for each descriptor and kind, one word for each file and kind");
  for (guint i = 0; i < 200; i++)
    lock_test_lock_record (contacts, F_SETLK, F_RDLCK, i * 10, 1);
  lock_test_assert_held ("contacts.db (fcntl, read)");
  lock_test_lock_record (contacts, F_SETLK, F_WRLCK, 100000, 1);
  g_assert_cmpuint (lock_test_count_locks (), ==, 1);
  g_assert_no_errno (flock (contacts, LOCK_SH));
  lock_test_lock_record (notes, F_OFD_SETLK, F_RDLCK, 0, 1);
  lock_test_lock_record (reader, F_OFD_SETLK, F_WRLCK, 5, 1);
  g_assert_cmpuint (lock_test_count_locks (), ==, 4);
  lock_test_assert_held (
      "contacts.db (fcntl, write), contacts.db (flock, read), notes.db (ofd, write)");
  close (reader);
  lock_test_assert_held (
      "contacts.db (fcntl, write), contacts.db (flock, read), notes.db (ofd, read)");
  close (notes);
  close (contacts);
}

static void
test_many (void)
{
  enum
  {
    N_SOCKETS = 400
  };
  int sockets[N_SOCKETS];
  int fd;

  g_test_summary ("a lock is found among many descriptors, on a socket and an epoll too");
  for (guint i = 0; i < N_SOCKETS; i++)
    g_assert_no_errno (sockets[i] = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  fd = lock_test_new_file ("contacts.db");
  lock_test_assert_held ("");
  g_assert_no_errno (flock (fd, LOCK_EX));
  lock_test_assert_held ("contacts.db (flock, write)");
  g_assert_no_errno (flock (sockets[200], LOCK_SH));
  lock_test_assert_held ("socket (flock, read), contacts.db (flock, write)");
  for (guint i = 0; i < N_SOCKETS; i++)
    close (sockets[i]);
  close (fd);
}

/* -- names -- */

static void
test_names (void)
{
  static const struct
  {
    const char *name;
    const char *said;
  } names[] = {
    { "", " (flock, write)" },
    { "a/b", "a/b (flock, write)" },
    { "x (deleted)", "x (deleted) (flock, write)" },
    { "two\nlines\x1b[1m", "two?lines?[1m (flock, write)" },
    { "\xff", "\xef\xbf\xbd (flock, write)" },
    { "caf\xc3\xa9", "caf\xc3\xa9 (flock, write)" },
  };

  g_test_summary ("a memfd is called as it was named, in one line of UTF-8");
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      int fd = lock_test_new_file (names[i].name);

      g_assert_no_errno (flock (fd, LOCK_EX));
      lock_test_assert_held (names[i].said);
      close (fd);
    }
}

static void
test_path_names (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("rebound-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "x (deleted)", NULL);
  int fd;

  g_test_summary ("a file on a disk goes by its base name, deleted or not; no path is shown");
  g_assert_no_error (error);
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  g_assert_no_errno (fd);
  g_assert_no_errno (flock (fd, LOCK_SH));
  lock_test_assert_held ("x (deleted) (flock, read)");
  g_assert_no_errno (unlink (path));
  lock_test_assert_held ("x (deleted) (flock, read)");
  close (fd);
  fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_no_errno (fd);
  g_assert_no_errno (rmdir (folder));
  g_assert_no_errno (flock (fd, LOCK_SH));
  {
    g_autofree char *base = g_path_get_basename (folder);
    g_autofree char *expected = g_strdup_printf ("%s (flock, read)", base);

    lock_test_assert_held (expected);
  }
  close (fd);
}

/* -- whose, among several applications -- */

static void
test_leave_out (void)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, NULL);
  g_autoptr (ReboundDatabase) database = g_object_new (REBOUND_TYPE_DATABASE, NULL);
  g_autoptr (TestBell) bell = test_bell_new ();
  g_autoptr (GPtrArray) locks = NULL;
  g_autofree char *rest = NULL;
  g_autoptr (GError) error = NULL;
  int fd = lock_test_new_file ("contacts.db");
  int copy;

  g_test_summary ("an actor's locks can be left out, with those of a dup() of its descriptor");
  g_assert_no_errno (flock (fd, LOCK_EX));
  rebound_actor_set_name (REBOUND_ACTOR (database), "notes");
  rebound_actor_come_to_life (REBOUND_ACTOR (database), site);
  g_signal_emit_by_name (database, "lock", &error);
  g_assert_no_error (error);
  lock_test_assert_held ("contacts.db (flock, write), notes.db (fcntl, write)");
  locks = rebound_file_locks_list (NULL);
  g_assert_cmpuint (locks->len, ==, 2);
  copy = dup (((ReboundFileLock *) locks->pdata[1])->fd);
  g_ptr_array_unref (locks);
  locks = rebound_file_locks_list (NULL);
  g_assert_cmpuint (locks->len, ==, 3);

  rebound_file_locks_leave_out (locks, REBOUND_ACTOR (bell));
  g_assert_cmpuint (locks->len, ==, 3);
  rebound_file_locks_leave_out (locks, REBOUND_ACTOR (database));
  rest = rebound_file_locks_describe (locks);
  g_assert_cmpstr (rest, ==, "contacts.db (flock, write)");
  rebound_actor_abandon (REBOUND_ACTOR (database));
  close (copy);
  close (fd);
}

static void
add_for_kinds (const char *what, GTestDataFunc test)
{
  for (gsize i = 0; i < LOCK_TEST_N_KINDS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/file-locks/%s/%s", what, lock_test_kinds[i].name);

      g_test_add_data_func (path, &lock_test_kinds[i], test);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_for_kinds ("held", test_kind);
  add_for_kinds ("child-holds", test_child_holds);
  add_for_kinds ("child-inherits", test_child_inherits);
  add_for_kinds ("child-locked-for-us", test_child_locked_for_us);
  add_for_kinds ("dup", test_dup);
  add_for_kinds ("opened-again", test_opened_again);
  g_test_add_func ("/file-locks/several", test_several);
  g_test_add_func ("/file-locks/many-descriptors", test_many);
  g_test_add_func ("/file-locks/names", test_names);
  g_test_add_func ("/file-locks/path-names", test_path_names);
  g_test_add_func ("/file-locks/leave-out", test_leave_out);
  return g_test_run ();
}
