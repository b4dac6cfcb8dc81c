/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Scripts are read with plain system calls, because a name on the command line can be anything:
 * opening a FIFO hangs, opening a device can do things, GIO folds most errnos into one code.
 * Scripts that come with the program are resources; those have no errno, but the same few ways to
 * fail. */

#include "rebound-script-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS "/proc/self/fd/"

static char *
describe_errno (int error)
{
  return g_strdup_printf ("cannot be read: %s; expected a script's file", strerrorname_np (error));
}

static char *
describe_kind (mode_t mode)
{
  const char *kind = "of an unknown kind";

  if (S_ISDIR (mode))
    return describe_errno (EISDIR);
  if (S_ISFIFO (mode))
    kind = "a FIFO";
  else if (S_ISSOCK (mode))
    kind = "a socket";
  else if (S_ISCHR (mode) || S_ISBLK (mode))
    kind = "a device";
  return g_strdup_printf ("is %s; expected a regular file", kind);
}

static char *
describe_size (gsize bytes_maximum)
{
  if (bytes_maximum < REBOUND_SCRIPT_BYTES_MAXIMUM)
    return g_strdup ("makes the script longer than 4MiB; expected at most that, includes among it");
  return g_strdup ("is longer than 4MiB; expected at most that");
}

/* The kind is looked at before opening, since opening can be an act already, and again after it. */
static int
open_regular (const char *path, char **problem)
{
  struct stat status;
  int fd;

  if (stat (path, &status) != 0)
    {
      *problem = describe_errno (errno);
      return -1;
    }
  if (!S_ISREG (status.st_mode))
    {
      *problem = describe_kind (status.st_mode);
      return -1;
    }
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0)
    *problem = describe_errno (errno);
  else if (fstat (fd, &status) != 0)
    *problem = describe_errno (errno);
  else if (!S_ISREG (status.st_mode))
    *problem = describe_kind (status.st_mode);
  else
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

/* To the end of the file and not to the size that it claims: those of /proc claim 0. */
static GBytes *
read_all (int fd, gsize bytes_maximum, char **problem)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buffer[16384];
  gssize n_read;

  while ((n_read = TEMP_FAILURE_RETRY (read (fd, buffer, sizeof buffer))) > 0)
    {
      if (bytes->len + (gsize) n_read > bytes_maximum)
        {
          *problem = describe_size (bytes_maximum);
          return NULL;
        }
      g_byte_array_append (bytes, buffer, (guint) n_read);
    }
  if (n_read < 0)
    {
      *problem = describe_errno (errno);
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

char *
rebound_script_file_dup_real_path (int fd)
{
  g_autofree char *link = g_strdup_printf (DESCRIPTORS "%d", fd);
  char real[PATH_MAX];
  ssize_t length = readlink (link, real, sizeof real);

  if (length == sizeof real)
    errno = ENAMETOOLONG;
  return length >= 0 && length < (ssize_t) sizeof real ? g_strndup (real, (gsize) length) : NULL;
}

static gboolean
is_within (const char *real, GPtrArray *roots)
{
  for (guint i = 0; i < roots->len; i++)
    {
      const char *root = roots->pdata[i];
      gsize length = strlen (root);

      if (strncmp (real, root, length) == 0
          && (real[length] == '\0' || real[length] == '/' || root[length - 1] == '/'))
        return TRUE;
    }
  return FALSE;
}

/* The name is followed first, which opens nothing; then what was found is opened, whatever the name
 * leads to by then. */
static int
open_regular_within (const char *path, GPtrArray *roots, char **problem)
{
  int found = open (path, O_PATH | O_CLOEXEC);
  g_autofree char *real = found < 0 ? NULL : rebound_script_file_dup_real_path (found);
  g_autofree char *link = g_strdup_printf (DESCRIPTORS "%d", found);
  int fd = -1;

  if (real == NULL)
    *problem = describe_errno (errno);
  else if (!is_within (real, roots))
    *problem = g_strdup ("leads out of the script's folder, by a symbolic link; expected a file in "
                         "it, or in a folder that --include-dir names");
  else
    fd = open_regular (link, problem);
  if (found >= 0)
    close (found);
  return fd;
}

/* @roots is NULL where it may be anywhere. */
static GBytes *
load_path (const char *path, GPtrArray *roots, gsize bytes_maximum, char **problem)
{
  int fd
      = roots == NULL ? open_regular (path, problem) : open_regular_within (path, roots, problem);
  GBytes *bytes;

  if (fd < 0)
    return NULL;
  bytes = read_all (fd, bytes_maximum, problem);
  close (fd);
  return bytes;
}

static GBytes *
load_resource (GFile *file, gsize bytes_maximum, char **problem)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_file_load_bytes (file, NULL, NULL, &error);

  if (bytes == NULL)
    {
      gboolean is_missing = g_error_matches (error, G_RESOURCE_ERROR, G_RESOURCE_ERROR_NOT_FOUND)
                            || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

      *problem = describe_errno (is_missing ? ENOENT : EIO);
      return NULL;
    }
  if (g_bytes_get_size (bytes) > bytes_maximum)
    {
      *problem = describe_size (bytes_maximum);
      return NULL;
    }
  return g_steal_pointer (&bytes);
}

GBytes *
rebound_script_file_load (GFile *file, gsize bytes_maximum, char **problem)
{
  return rebound_script_file_load_within (file, NULL, bytes_maximum, problem);
}

GBytes *
rebound_script_file_load_within (GFile *file, GPtrArray *roots, gsize bytes_maximum, char **problem)
{
  const char *path = g_file_peek_path (file);

  if (path != NULL)
    return load_path (path, roots, bytes_maximum, problem);
  if (g_file_has_uri_scheme (file, "resource"))
    return load_resource (file, bytes_maximum, problem);
  *problem = g_strdup ("is on another machine; expected a file of this one");
  return NULL;
}
