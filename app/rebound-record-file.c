/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A script never begins with a brace, and a file of JSON Lines always does; one that has the suffix
 * is one even when it does not, so that what is wrong with it is said of its lines. A pipe cannot
 * be looked into without taking something out of it: it is what `rebound run --format=jsonl` writes
 * into one. */

#include "rebound-record-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rebound-record-line.h"
#include "rebound-script-source.h"

#define SUFFIX ".jsonl"

/* Some six million events; a file that is larger, or does not end, is not read to the last byte
 * that the machine has room for. */
#define LIMIT_BYTES (1024 * 1024 * 1024)

static gboolean
begins_with_brace (int fd)
{
  char first;

  return read (fd, &first, 1) == 1 && first == '{';
}

gboolean
rebound_record_file_is_one (const char *word)
{
  g_autoptr (GBytes) shipped = NULL;
  struct stat about;
  gboolean is_one;
  int fd;

  if (g_str_has_suffix (word, SUFFIX))
    return TRUE;
  if (strchr (word, '/') == NULL)
    shipped = rebound_script_source_get_shipped (word);
  if (shipped != NULL || strcmp (word, "-") == 0 || stat (word, &about) < 0
      || S_ISDIR (about.st_mode))
    return FALSE;
  if (!S_ISREG (about.st_mode))
    return TRUE;
  fd = open (word, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return FALSE;
  is_one = begins_with_brace (fd);
  close (fd);
  return is_one;
}

static gboolean
fail (const char *path, int error_number, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
               "%s: cannot be read: %s (%s)", path, strerrorname_np (error_number),
               g_strerror (error_number));
  return FALSE;
}

static gboolean
read_to_end (int fd, const char *path, GByteArray *bytes, GError **error)
{
  guint8 buffer[65536];
  ssize_t got;

  while ((got = read (fd, buffer, sizeof buffer)) != 0)
    {
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return fail (path, errno, error);
      g_byte_array_append (bytes, buffer, (guint) got);
      if (bytes->len > LIMIT_BYTES)
        {
          g_set_error (error, REBOUND_RECORD_ERROR, REBOUND_RECORD_ERROR_LINE,
                       "%s: is larger than 1 GiB; expected the events of a run", path);
          return FALSE;
        }
    }
  return TRUE;
}

ReboundRecord *
rebound_record_file_load (const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  gboolean is_read;

  if (fd < 0)
    {
      fail (path, errno, error);
      return NULL;
    }
  is_read = read_to_end (fd, path, bytes, error);
  close (fd);
  if (!is_read)
    return NULL;
  return rebound_record_new_from_jsonl (path, (const char *) bytes->data, bytes->len, error);
}
