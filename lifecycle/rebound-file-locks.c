/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* iOS kills an application that is suspended while it holds a lock on a file: nobody else could
 * have the file until somebody looks at that application again. Whether it holds one, the kernel
 * knows, and it is asked: an application may have locked a file by any library, and what we noted
 * down ourselves would miss a record lock that went with the close of another descriptor.
 *
 * /proc/locks has every lock of the machine, with the pid of whoever asked for it: enough to know
 * that there is none, and no more. A flock is a description's, not a process's: it is ours as well
 * if a child of ours asked for it, and shows that child's pid even when the child is gone. So the
 * word is with /proc/self/fdinfo, which the kernel fills with the locks of a descriptor that are
 * really this process's: a child that inherits a descriptor inherits the flock and not the record
 * lock.
 *
 * Reading fdinfo costs some microseconds a descriptor. A process can have thousands of sockets, and
 * sockets and anonymous inodes have the same number in stat() and in /proc/locks (other files need
 * not, on overlayfs and btrfs), so those are passed over by their inode. */

#include "rebound-file-locks-private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "rebound-descriptor-limit-private.h"
#include "rebound-error.h"

#define DESCRIPTORS "/proc/self/fdinfo"

/* A page: the kernel hands out no more of /proc at a time. */
#define READ_BYTES 4096

/* What the kernel appends to the name of a file that has none any more. */
#define DELETED " (deleted)"

#define MEMFD "/memfd:"

/* How a line of fdinfo begins that is about a lock. */
#define LOCK "lock:\t"

/* A line of /proc/locks, or of fdinfo: "1: POSIX  ADVISORY  WRITE 4711 00:01:1046 5 5". */
typedef struct
{
  const char *kind;
  gboolean is_write;
  int pid;
  dev_t dev;
  guint64 inode;
} Line;

static void
file_lock_free (gpointer data)
{
  ReboundFileLock *lock = data;

  g_free (lock->name);
  g_free (lock);
}

/* Leases are no locks, and a line with an arrow is a lock that is waited for. */
static const char *
find_kind (const char *word)
{
  static const struct
  {
    const char *word;
    const char *kind;
  } kinds[] = { { "FLOCK", "flock" }, { "POSIX", "fcntl" }, { "OFDLCK", "ofd" } };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (word, kinds[i].word) == 0)
      return kinds[i].kind;
  return NULL;
}

static gboolean
parse_line (const char *text, Line *line)
{
  char word[8], access[8];
  unsigned int major_number, minor_number;

  if (sscanf (text, "%*u: %7s %*s %7s %d %x:%x:%" G_GUINT64_FORMAT, word, access, &line->pid,
              &major_number, &minor_number, &line->inode)
      != 6)
    return FALSE;
  line->kind = find_kind (word);
  line->is_write = strcmp (access, "WRITE") == 0;
  line->dev = makedev (major_number, minor_number);
  return line->kind != NULL;
}

/* Replaces @text by what is in the file. Returns 0 or the errno. */
static int
read_text (int directory, const char *path, GString *text)
{
  char bytes[READ_BYTES];
  int error_number = 0;
  ssize_t length;
  int fd = openat (directory, path, O_RDONLY | O_CLOEXEC);

  g_string_truncate (text, 0);
  if (fd < 0)
    return errno;
  while ((length = read (fd, bytes, sizeof bytes)) > 0)
    g_string_append_len (text, bytes, length);
  if (length < 0)
    error_number = errno;
  close (fd);
  return error_number;
}

static gboolean
cannot_tell (const char *what, int error_number, GError **error)
{
  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
               "cannot tell whether a lock is held on a file: %s: %s", what,
               strerrorname_np (error_number));
  return FALSE;
}

/* -- /proc/locks -- */

/* Our pid as /proc shows it, which can be of another pid namespace than ours. */
static int
read_own_pid (void)
{
  char target[16] = "";
  ssize_t length = readlink ("/proc/self", target, sizeof target - 1);

  return length > 0 ? atoi (target) : 0;
}

static gboolean
may_be_ours (const Line *line, int own_pid)
{
  return strcmp (line->kind, "fcntl") != 0 || line->pid == own_pid;
}

static GHashTable *
inodes_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

/* The inodes of the locks that may be ours. (transfer full) (nullable): NULL where the machine does
 * not say. */
static GHashTable *
collect_inodes (GString *text)
{
  GHashTable *inodes;
  int own_pid;

  if (read_text (AT_FDCWD, "/proc/locks", text) != 0)
    return NULL;
  inodes = inodes_new ();
  if (text->len == 0)
    return inodes;
  own_pid = read_own_pid ();
  if (own_pid == 0)
    {
      g_hash_table_unref (inodes);
      return NULL;
    }
  for (char *rest = text->str, *start = strsep (&rest, "\n"); start != NULL;
       start = strsep (&rest, "\n"))
    {
      Line line;

      if (parse_line (start, &line) && may_be_ours (&line, own_pid))
        g_hash_table_add (inodes, g_memdup2 (&line.inode, sizeof line.inode));
    }
  return inodes;
}

/* -- names -- */

/* A file may be called so by somebody; then it is there. */
static gboolean
is_there (const char *path, const struct stat *file)
{
  struct stat found;

  return lstat (path, &found) == 0 && found.st_dev == file->st_dev && found.st_ino == file->st_ino;
}

/* A log's line is one line of UTF-8, whatever a file is called. (transfer full) */
static char *
make_printable (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  GString *printable = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    g_string_append_unichar (printable,
                             g_unichar_iscntrl (g_utf8_get_char (p)) ? '?' : g_utf8_get_char (p));
  return g_string_free (printable, FALSE);
}

/* What has no path has a name with its inode in it, as "socket:[4711]"; that stays out of a log. */
static char *
name_file (int fd, const struct stat *file)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  char target[PATH_MAX] = ""; /* as long as the kernel makes it */
  g_autofree char *base = NULL;
  gboolean is_deleted;

  if (readlink (link, target, sizeof target - 1) < 0)
    return g_strdup_printf ("a file whose name cannot be read: %s", strerrorname_np (errno));
  is_deleted = g_str_has_suffix (target, DELETED) && !is_there (target, file);
  if (is_deleted)
    target[strlen (target) - strlen (DELETED)] = '\0';
  if (is_deleted && g_str_has_prefix (target, MEMFD))
    base = g_strdup (target + strlen (MEMFD));
  else if (strchr (target, '/') != NULL)
    base = g_path_get_basename (target);
  else
    base = g_strndup (target, strcspn (target, ":"));
  return make_printable (base);
}

/* -- descriptors -- */

/* A descriptor that is closed meanwhile, by another thread, holds nothing. */
static gboolean
is_worth_reading (int fd, GHashTable *inodes, struct stat *file)
{
  guint64 inode;

  if (fstat (fd, file) < 0)
    return FALSE;
  inode = file->st_ino;
  /* Anonymous inodes (epoll, timerfd, …) have no type at all. */
  return inodes == NULL || (!S_ISSOCK (file->st_mode) && (file->st_mode & S_IFMT) != 0)
         || g_hash_table_contains (inodes, &inode);
}

static ReboundFileLock *
find_lock (GPtrArray *locks, guint first, const char *kind)
{
  for (guint i = first; i < locks->len; i++)
    if (((ReboundFileLock *) locks->pdata[i])->kind == kind)
      return locks->pdata[i];
  return NULL;
}

/* Takes @text apart. */
static void
add_locks (GPtrArray *locks, int fd, const struct stat *file, char *text)
{
  const guint first = locks->len;

  for (char *start = strsep (&text, "\n"); start != NULL; start = strsep (&text, "\n"))
    {
      ReboundFileLock *lock;
      Line line;

      if (!g_str_has_prefix (start, LOCK) || !parse_line (start + strlen (LOCK), &line))
        continue;
      lock = find_lock (locks, first, line.kind);
      if (lock == NULL)
        {
          lock = g_new0 (ReboundFileLock, 1);
          lock->fd = fd;
          lock->kind = line.kind;
          lock->name = name_file (fd, file);
          lock->dev = line.dev;
          lock->inode = line.inode;
          g_ptr_array_add (locks, lock);
        }
      lock->is_write |= line.is_write;
    }
}

/* How many descriptors there is room for now: all that are open are below. Or a negative errno. To
 * try each number is cheaper than to list the directory, for which the kernel makes an inode an
 * entry. */
static int
count_room (GString *text)
{
  static const char field[] = "\nFDSize:";
  int error_number = read_text (AT_FDCWD, "/proc/self/status", text);
  const char *value;

  if (error_number != 0)
    return -error_number;
  value = strstr (text->str, field);
  return value != NULL ? atoi (value + strlen (field)) : -ENODATA;
}

static gboolean
look_at_descriptors (int directory,
                     GHashTable *inodes,
                     GString *text,
                     GPtrArray *locks,
                     GError **error)
{
  const int room = count_room (text);

  if (room < 0)
    return cannot_tell ("/proc/self/status", -room, error);
  for (int fd = 0; fd < room; fd++)
    {
      char name[16];
      struct stat file;
      int error_number;

      if (fd == directory || !is_worth_reading (fd, inodes, &file))
        continue;
      g_snprintf (name, sizeof name, "%d", fd);
      error_number = read_text (directory, name, text);
      if (error_number == 0)
        add_locks (locks, fd, &file, text->str);
      else if (error_number != ENOENT)
        return cannot_tell (DESCRIPTORS, error_number, error);
    }
  return TRUE;
}

/* The kernel's order of a descriptor's locks is by how it keeps them. */
static int
compare_locks (gconstpointer a, gconstpointer b)
{
  const ReboundFileLock *const *one = a;
  const ReboundFileLock *const *other = b;
  int difference = (*one)->fd - (*other)->fd;

  return difference != 0 ? difference : strcmp ((*one)->kind, (*other)->kind);
}

static GPtrArray *
list_locks (GError **error)
{
  g_autoptr (GPtrArray) locks = g_ptr_array_new_with_free_func (file_lock_free);
  g_autoptr (GString) text = g_string_sized_new (READ_BYTES);
  g_autoptr (GHashTable) inodes = collect_inodes (text);
  gboolean can_tell;
  int directory;

  if (inodes != NULL && g_hash_table_size (inodes) == 0)
    return g_steal_pointer (&locks);
  directory = open (DESCRIPTORS, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0)
    {
      cannot_tell (DESCRIPTORS, errno, error);
      return NULL;
    }
  can_tell = look_at_descriptors (directory, inodes, text, locks, error);
  close (directory);
  g_ptr_array_sort (locks, compare_locks);
  return can_tell ? g_steal_pointer (&locks) : NULL;
}

/* It is the system that looks, and it needs none of the application's descriptors. */
GPtrArray *
rebound_file_locks_list (GError **error)
{
  GPtrArray *locks;

  rebound_descriptor_limit_pause ();
  locks = list_locks (error);
  rebound_descriptor_limit_resume ();
  return locks;
}

/* -- what is done with them -- */

static gboolean
is_same_file (const ReboundFileLock *one, const ReboundFileLock *other)
{
  return one->dev == other->dev && one->inode == other->inode;
}

static const ReboundFileLock *
find_owned (GPtrArray *locks, ReboundActor *actor)
{
  for (guint i = 0; i < locks->len; i++)
    if (rebound_actor_owns_descriptor (actor, ((ReboundFileLock *) locks->pdata[i])->fd))
      return locks->pdata[i];
  return NULL;
}

void
rebound_file_locks_leave_out (GPtrArray *locks, ReboundActor *actor)
{
  for (const ReboundFileLock *owned = find_owned (locks, actor); owned != NULL;
       owned = find_owned (locks, actor))
    {
      const ReboundFileLock file = *owned;

      for (guint i = locks->len; i > 0; i--)
        if (is_same_file (locks->pdata[i - 1], &file))
          g_ptr_array_remove_index (locks, i - 1);
    }
}

static guint
hash_lock (gconstpointer data)
{
  const ReboundFileLock *lock = data;

  return g_int64_hash (&lock->inode);
}

static gboolean
equal_locks (gconstpointer a, gconstpointer b)
{
  return is_same_file (a, b) && ((ReboundFileLock *) a)->kind == ((ReboundFileLock *) b)->kind;
}

/* Of several locks on a file of one kind, the one that writes. */
static GHashTable *
choose_by_file (GPtrArray *locks)
{
  GHashTable *chosen = g_hash_table_new (hash_lock, equal_locks);

  for (guint i = 0; i < locks->len; i++)
    {
      ReboundFileLock *lock = locks->pdata[i];

      if (lock->is_write || !g_hash_table_contains (chosen, lock))
        g_hash_table_replace (chosen, lock, lock);
    }
  return chosen;
}

char *
rebound_file_locks_describe (GPtrArray *locks)
{
  g_autoptr (GHashTable) chosen = choose_by_file (locks);
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < locks->len; i++)
    {
      ReboundFileLock *lock = locks->pdata[i];
      ReboundFileLock *writes = g_hash_table_lookup (chosen, lock);

      if (writes == NULL)
        continue;
      g_string_append_printf (list, "%s%s (%s, %s)", list->len > 0 ? ", " : "", lock->name,
                              lock->kind, writes->is_write ? "write" : "read");
      g_hash_table_remove (chosen, lock);
    }
  return g_string_free (list, FALSE);
}
