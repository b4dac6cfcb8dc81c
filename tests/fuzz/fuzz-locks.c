/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What /proc says of locks on files. The input is three files, a NUL behind each: /proc/locks,
 * /proc/self/status, and the fdinfo of every descriptor there is. The calls by which the code opens
 * and reads them are this file's. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

static int fuzz_openat (int directory, const char *path, int flags);
static int fuzz_open (const char *path, int flags);
static ssize_t fuzz_read (int fd, void *buffer, size_t n_bytes);
static int fuzz_close (int fd);
static int fuzz_fstat (int fd, struct stat *file);

#define openat(directory, path, flags) fuzz_openat (directory, path, flags)
#define open(path, flags)              fuzz_open (path, flags)
#define read(fd, buffer, n_bytes)      fuzz_read (fd, buffer, n_bytes)
#define close(fd)                      fuzz_close (fd)
#define fstat(fd, file)                fuzz_fstat (fd, file)

#include "lifecycle/rebound-file-locks.c"

/* No more descriptors than this, whatever the status says. */
#define N_DESCRIPTORS 8

typedef struct
{
  const char *text;
  size_t n_bytes;
} Part;

static Part parts[3];
static size_t offset; /* in the part that is open */

static int
fuzz_openat (int directory, const char *path, int flags)
{
  offset = 0;
  if (strcmp (path, "/proc/locks") == 0)
    return 0;
  if (strcmp (path, "/proc/self/status") == 0)
    return 1;
  return 2;
}

static int
fuzz_open (const char *path, int flags)
{
  return 3;
}

static ssize_t
fuzz_read (int fd, void *buffer, size_t n_bytes)
{
  size_t taken_bytes = MIN (n_bytes, parts[fd].n_bytes - offset);

  memcpy (buffer, parts[fd].text + offset, taken_bytes);
  offset += taken_bytes;
  return (ssize_t) taken_bytes;
}

static int
fuzz_close (int fd)
{
  return 0;
}

static int
fuzz_fstat (int fd, struct stat *file)
{
  memset (file, 0, sizeof *file);
  file->st_mode = S_IFREG;
  errno = EBADF;
  return fd < N_DESCRIPTORS ? 0 : -1;
}

/* -- the input -- */

/* The kernel has room for so many descriptors; each number below is tried. */
static gboolean
has_room_for_too_many (const char *text, size_t n_bytes)
{
  g_autofree char *status = g_strndup (text, n_bytes);
  const char *field = strstr (status, "FDSize:");

  return field != NULL && ABS (atoi (field + strlen ("FDSize:"))) > 4096;
}

static void
split (const char *text, size_t n_bytes)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const char *end = memchr (text, '\0', n_bytes);
      size_t part_bytes = end != NULL ? (size_t) (end - text) : n_bytes;

      parts[i] = (Part){ text, part_bytes };
      text += part_bytes + (end != NULL ? 1 : 0);
      n_bytes -= part_bytes + (end != NULL ? 1 : 0);
    }
}

static void
check_lock (const ReboundFileLock *lock)
{
  g_assert_cmpint (lock->fd, <, N_DESCRIPTORS);
  g_assert_nonnull (lock->kind);
  g_assert_true (g_utf8_validate (lock->name, -1, NULL));
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) locks = NULL;
  g_autofree char *text = NULL;

  split ((const char *) data, size);
  if (has_room_for_too_many (parts[1].text, parts[1].n_bytes))
    return -1;
  locks = rebound_file_locks_list (&error);
  g_assert_true ((locks == NULL) == (error != NULL));
  if (locks == NULL)
    return 0;
  for (guint i = 0; i < locks->len; i++)
    check_lock (locks->pdata[i]);
  text = rebound_file_locks_describe (locks);
  g_assert_cmpint (locks->len > 0, ==, *text != '\0');
  return 0;
}
