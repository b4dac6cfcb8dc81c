/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is listed is held to what the kernel really does: every lock here is taken by the system
 * call, on files in memory. Cases that a process cannot take back (namespaces, another user) run in
 * a child, which fails the test by dying. */

#include "lifecycle/rebound-file-locks-private.h"

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

/* The exit status of a child that the machine did not let do its part; as meson's. */
#define SKIPPED 77

/* Debian's nobody. */
#define NOBODY 65534

static int
new_file (const char *name)
{
  int fd = memfd_create (name, MFD_CLOEXEC);

  g_assert_no_errno (fd);
  return fd;
}

/* Another description of the same file. */
static int
open_again (int fd, int flags)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  int other = open (path, flags | O_CLOEXEC);

  g_assert_no_errno (other);
  return other;
}

static void
lock_record (int fd, int command, short type, off_t start, off_t length)
{
  struct flock range = { .l_type = type, .l_start = start, .l_len = length };

  g_assert_no_errno (fcntl (fd, command, &range));
}

static void
assert_held (const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) locks = rebound_file_locks_list (&error);
  g_autofree char *seen = NULL;

  g_assert_no_error (error);
  seen = rebound_file_locks_describe (locks);
  g_assert_cmpstr (seen, ==, expected);
}

static guint
count_locks (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) locks = rebound_file_locks_list (&error);

  g_assert_no_error (error);
  return locks->len;
}

/* -- children -- */

static pid_t
start_child (void)
{
  pid_t child = fork ();

  g_assert_no_errno (child);
  return child;
}

/* The status that it exited with; it did exit. */
static int
wait_for_child (pid_t child)
{
  int status = 0;

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
play_in_child (gconstpointer data)
{
  int (*play) (void) = data;
  pid_t child = start_child ();
  int status;

  if (child == 0)
    _exit (play ());
  status = wait_for_child (child);
  if (status == SKIPPED)
    g_test_skip ("this machine does not allow the namespaces");
  else
    g_assert_cmpint (status, ==, 0);
}

/* -- each kind -- */

typedef struct
{
  const char *name;
  int command; /* of fcntl (); 0: flock () */
  short type;
  const char *held;
} Kind;

static const Kind kinds[] = {
  { "flock/write", 0, LOCK_EX, "contacts.db (flock, write)" },
  { "flock/read", 0, LOCK_SH, "contacts.db (flock, read)" },
  { "fcntl/write", F_SETLK, F_WRLCK, "contacts.db (fcntl, write)" },
  { "fcntl/read", F_SETLK, F_RDLCK, "contacts.db (fcntl, read)" },
  { "ofd/write", F_OFD_SETLK, F_WRLCK, "contacts.db (ofd, write)" },
  { "ofd/read", F_OFD_SETLK, F_RDLCK, "contacts.db (ofd, read)" },
};

static void
take (const Kind *kind, int fd)
{
  if (kind->command == 0)
    g_assert_no_errno (flock (fd, kind->type));
  else
    lock_record (fd, kind->command, kind->type, 0x40000000, 2);
}

static void
let_go (const Kind *kind, int fd)
{
  if (kind->command == 0)
    g_assert_no_errno (flock (fd, LOCK_UN));
  else
    lock_record (fd, kind->command, F_UNLCK, 0, 0);
}

static void
test_kind (gconstpointer data)
{
  const Kind *kind = data;
  int fd = new_file ("contacts.db");
  int other = new_file ("other.db");

  g_test_summary ("a lock is listed for as long as it is held, with the descriptor that has it");
  assert_held ("");
  take (kind, fd);
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
  assert_held (kind->held);
  let_go (kind, fd);
  assert_held ("");
  take (kind, fd);
  close (fd);
  assert_held ("");
  close (other);
}

/* -- whose it is -- */

static void
test_child_holds (gconstpointer data)
{
  const Kind *kind = data;
  int ready[2], done[2];
  char byte = 0;
  pid_t child;

  g_test_summary ("what a child holds on a file of its own is not ours");
  g_assert_no_errno (pipe (ready));
  g_assert_no_errno (pipe (done));
  child = start_child ();
  if (child == 0)
    {
      take (kind, new_file ("contacts.db"));
      assert_held (kind->held);
      close (done[1]);
      g_assert_cmpint (write (ready[1], &byte, 1), ==, 1);
      g_assert_cmpint (read (done[0], &byte, 1), ==, 0);
      _exit (0);
    }
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  assert_held ("");
  close (done[1]);
  g_assert_cmpint (wait_for_child (child), ==, 0);
  close (done[0]);
  close (ready[0]);
  close (ready[1]);
}

static void
test_child_inherits (gconstpointer data)
{
  const Kind *kind = data;
  int fd = new_file ("contacts.db");
  pid_t child;

  g_test_summary ("a child inherits the locks of a description, and not those of a process");
  take (kind, fd);
  child = start_child ();
  if (child == 0)
    {
      assert_held (kind->command == F_SETLK ? "" : kind->held);
      _exit (0);
    }
  g_assert_cmpint (wait_for_child (child), ==, 0);
  assert_held (kind->held);
  close (fd);
}

static void
test_child_locked_for_us (gconstpointer data)
{
  const Kind *kind = data;
  int fd = new_file ("contacts.db");
  pid_t child;

  g_test_summary ("a lock that a child took on a description that we share outlives it, and is "
                  "ours; a record lock goes with the child");
  child = start_child ();
  if (child == 0)
    {
      take (kind, fd);
      _exit (0);
    }
  g_assert_cmpint (wait_for_child (child), ==, 0);
  assert_held (kind->command == F_SETLK ? "" : kind->held);
  close (fd);
}

/* -- descriptors -- */

static void
test_dup (gconstpointer data)
{
  const Kind *kind = data;
  int fd = new_file ("contacts.db");
  int copy = fcntl (fd, F_DUPFD_CLOEXEC, 0);

  g_test_summary ("a dup() has the same lock; a record lock goes with the first of them to be "
                  "closed, the others with the last");
  take (kind, fd);
  g_assert_cmpuint (count_locks (), ==, 2);
  assert_held (kind->held);
  close (copy);
  assert_held (kind->command == F_SETLK ? "" : kind->held);
  close (fd);
  assert_held ("");
}

static void
test_opened_again (gconstpointer data)
{
  const Kind *kind = data;
  int fd = new_file ("contacts.db");
  int other = open_again (fd, O_RDONLY);

  g_test_summary ("another description of the file has not the lock; its close drops record locks");
  take (kind, fd);
  g_assert_cmpuint (count_locks (), ==, 1);
  close (other);
  assert_held (kind->command == F_SETLK ? "" : kind->held);
  close (fd);
}

static void
test_several (void)
{
  int contacts = new_file ("contacts.db");
  int notes = new_file ("notes.db");
  int reader = open_again (notes, O_RDWR);

  g_test_summary (
      "several locks: one for each descriptor and kind, one word for each file and kind");
  for (guint i = 0; i < 200; i++)
    lock_record (contacts, F_SETLK, F_RDLCK, i * 10, 1);
  assert_held ("contacts.db (fcntl, read)");
  lock_record (contacts, F_SETLK, F_WRLCK, 100000, 1);
  g_assert_cmpuint (count_locks (), ==, 1);
  g_assert_no_errno (flock (contacts, LOCK_SH));
  lock_record (notes, F_OFD_SETLK, F_RDLCK, 0, 1);
  lock_record (reader, F_OFD_SETLK, F_WRLCK, 5, 1);
  g_assert_cmpuint (count_locks (), ==, 4);
  assert_held ("contacts.db (fcntl, write), contacts.db (flock, read), notes.db (ofd, write)");
  close (reader);
  assert_held ("contacts.db (fcntl, write), contacts.db (flock, read), notes.db (ofd, read)");
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
  fd = new_file ("contacts.db");
  assert_held ("");
  g_assert_no_errno (flock (fd, LOCK_EX));
  assert_held ("contacts.db (flock, write)");
  g_assert_no_errno (flock (sockets[200], LOCK_SH));
  assert_held ("socket (flock, read), contacts.db (flock, write)");
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
      int fd = new_file (names[i].name);

      g_assert_no_errno (flock (fd, LOCK_EX));
      assert_held (names[i].said);
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
  assert_held ("x (deleted) (flock, read)");
  g_assert_no_errno (unlink (path));
  assert_held ("x (deleted) (flock, read)");
  close (fd);
  fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_assert_no_errno (fd);
  g_assert_no_errno (rmdir (folder));
  g_assert_no_errno (flock (fd, LOCK_SH));
  {
    g_autofree char *base = g_path_get_basename (folder);
    g_autofree char *expected = g_strdup_printf ("%s (flock, read)", base);

    assert_held (expected);
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
  int fd = new_file ("contacts.db");
  int copy;

  g_test_summary ("an actor's locks can be left out, with those of a dup() of its descriptor");
  g_assert_no_errno (flock (fd, LOCK_EX));
  rebound_actor_set_name (REBOUND_ACTOR (database), "notes");
  rebound_actor_come_to_life (REBOUND_ACTOR (database), site);
  g_signal_emit_by_name (database, "lock", &error);
  g_assert_no_error (error);
  assert_held ("contacts.db (flock, write), notes.db (fcntl, write)");
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

/* -- where a run happens -- */

/* One lock of each kind, and all gone; 0. */
static int
play_all_kinds (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      int fd = new_file ("contacts.db");

      assert_held ("");
      take (&kinds[i], fd);
      assert_held (kinds[i].held);
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
  child = start_child ();
  if (child == 0)
    {
      g_assert_cmpint (getpid (), ==, 1);
      _exit (play_all_kinds ());
    }
  return wait_for_child (child);
}

static int
play_in_pid_namespace_with_its_own_proc (void)
{
  pid_t child;

  if (unshare (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) < 0)
    return SKIPPED;
  child = start_child ();
  if (child == 0)
    {
      if (mount ("proc", "/proc", "proc", 0, NULL) < 0)
        _exit (SKIPPED);
      _exit (play_all_kinds ());
    }
  return wait_for_child (child);
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

static void
add_for_kinds (const char *what, GTestDataFunc test)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/file-locks/%s/%s", what, kinds[i].name);

      g_test_add_data_func (path, &kinds[i], test);
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
