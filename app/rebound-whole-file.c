/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nobody reads half of a report, and an earlier one is not lost to a run that could not begin. It
 * is synced before it is renamed, or a machine that fails at the wrong moment has an empty file
 * under the name.
 *
 * What is there and is no ordinary file, a device or a pipe, is written to as it is: nobody who
 * names /dev/null wants another file in its place. */

#include "rebound-whole-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rebound-watched-stream.h"

struct _ReboundWholeFile
{
  char *path;
  const char *option; /* static */
  char *beside;       /* NULL: not to be removed */
  int fd;
  ReboundWatchedStream stream;
};

static gboolean
fail (const ReboundWholeFile *self, int error_number, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
               "%s: %s cannot be written: %s (%s)", self->option, self->path,
               strerrorname_np (error_number), g_strerror (error_number));
  return FALSE;
}

/* A name of its own, with the rights that a new file has. */
static gboolean
open_beside (ReboundWholeFile *self, GError **error)
{
  mode_t mask = umask (0);

  umask (mask);
  self->beside = g_strconcat (self->path, ".XXXXXX", NULL);
  self->fd = mkostemp (self->beside, O_CLOEXEC);
  if (self->fd < 0)
    {
      int error_number = errno;

      g_clear_pointer (&self->beside, g_free);
      return fail (self, error_number, error);
    }
  if (fchmod (self->fd, 0666 & ~mask) < 0 || !rebound_watched_stream_open (&self->stream, self->fd))
    return fail (self, errno, error);
  return TRUE;
}

static gboolean
is_special (const char *path)
{
  struct stat about;

  return stat (path, &about) == 0 && !S_ISREG (about.st_mode);
}

static gboolean
open_special (ReboundWholeFile *self, GError **error)
{
  self->fd = open (self->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (self->fd < 0 || !rebound_watched_stream_open (&self->stream, self->fd))
    return fail (self, errno, error);
  return TRUE;
}

ReboundWholeFile *
rebound_whole_file_new (const char *path, const char *option, GError **error)
{
  g_autoptr (ReboundWholeFile) self = g_new0 (ReboundWholeFile, 1);

  self->path = g_strdup (path);
  self->option = option;
  self->fd = -1;
  if (!(is_special (path) ? open_special (self, error) : open_beside (self, error)))
    return NULL;
  return g_steal_pointer (&self);
}

static void
close_all (ReboundWholeFile *self)
{
  rebound_watched_stream_close (&self->stream);
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

void
rebound_whole_file_free (ReboundWholeFile *self)
{
  close_all (self);
  if (self->beside != NULL)
    unlink (self->beside);
  g_free (self->beside);
  g_free (self->path);
  g_free (self);
}

FILE *
rebound_whole_file_get_stream (ReboundWholeFile *self)
{
  return self->stream.stream;
}

/* What cannot be synced, a pipe say, needs no syncing. */
static int
sync_all (ReboundWholeFile *self)
{
  int error_number = rebound_watched_stream_flush (&self->stream);

  if (error_number == 0 && fsync (self->fd) < 0 && errno != EINVAL && errno != EROFS)
    error_number = errno;
  return error_number;
}

/* Root's run has no rights any more over a folder of somebody else's, in which it could make the
 * file before. */
static gboolean
put_into_place (ReboundWholeFile *self, GError **error)
{
  g_autofree char *beside = g_steal_pointer (&self->beside);
  int error_number;

  if (rename (beside, self->path) == 0)
    return TRUE;
  error_number = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
               "%s: %s cannot be put into its place: %s (%s); it is whole in %s", self->option,
               self->path, strerrorname_np (error_number), g_strerror (error_number), beside);
  return FALSE;
}

gboolean
rebound_whole_file_commit (ReboundWholeFile *self, GError **error)
{
  int error_number = sync_all (self);

  close_all (self);
  if (error_number != 0)
    return fail (self, error_number, error);
  return self->beside == NULL || put_into_place (self, error);
}
