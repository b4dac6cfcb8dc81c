/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nobody reads half of a report, and an earlier one is not lost to a run that could not begin. It
 * is synced before it is renamed, or a machine that fails at the wrong moment has an empty file
 * under the name.
 *
 * Until then it has no name at all where the file system can do that (O_TMPFILE), so that not even
 * SIGKILL leaves anything behind; an earlier file is replaced by way of a name beside it, for a
 * moment, because linkat() replaces nothing. Elsewhere it has that name from the beginning.
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

/* How linkat() is told of a file that has no name, without the capability that AT_EMPTY_PATH wants:
 * open(2) has it so. */
#define DESCRIPTOR_LINK "/proc/self/fd/%d"

/* Names that are tried for a moment's one: of the 2^24 that there are, so many are not taken in a
 * row by chance. */
#define MOST_NAMES 100

struct _ReboundWholeFile
{
  char *path;
  const char *option; /* static */
  char *beside;       /* NULL: not to be removed */
  gboolean is_unnamed;
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

/* A name beside it, for mkostemp() or its like. */
static char *
make_template (const ReboundWholeFile *self)
{
  return g_strconcat (self->path, ".XXXXXX", NULL);
}

/* Whether it can still be put there when the run is over: by then root has no rights over a folder
 * of somebody else's, and what has no name would be lost. A name that is too long is known now. */
static gboolean
can_be_named_later (const ReboundWholeFile *self, const char *folder)
{
  g_autofree char *beside = make_template (self);
  struct stat about;

  if (lstat (beside, &about) < 0 && errno != ENOENT)
    return FALSE;
  return stat (folder, &about) == 0
         && (geteuid () != 0 || (about.st_uid == 0 && (about.st_mode & S_IWUSR) != 0));
}

static gboolean
open_unnamed (ReboundWholeFile *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *link = NULL;

  if (!can_be_named_later (self, folder))
    return FALSE;
  self->fd = open (folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (self->fd < 0)
    return FALSE;
  link = g_strdup_printf (DESCRIPTOR_LINK, self->fd);
  self->is_unnamed = access (link, F_OK) == 0;
  if (!self->is_unnamed)
    {
      close (self->fd);
      self->fd = -1;
    }
  return self->is_unnamed;
}

/* A name of its own, with the rights that a new file has. */
static gboolean
open_named (ReboundWholeFile *self, GError **error)
{
  mode_t mask = umask (0);

  umask (mask);
  self->beside = make_template (self);
  self->fd = mkostemp (self->beside, O_CLOEXEC);
  if (self->fd < 0)
    {
      int error_number = errno;

      g_clear_pointer (&self->beside, g_free);
      return fail (self, error_number, error);
    }
  return fchmod (self->fd, 0666 & ~mask) == 0 || fail (self, errno, error);
}

static gboolean
open_beside (ReboundWholeFile *self, GError **error)
{
  if (!open_unnamed (self) && !open_named (self, error))
    return FALSE;
  return rebound_watched_stream_open (&self->stream, self->fd) || fail (self, errno, error);
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

static gboolean
give_name (const char *descriptor, const char *path)
{
  return linkat (AT_FDCWD, descriptor, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
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

/* Gives it a name: its own, or where there is an earlier file one beside it that nobody has. */
static gboolean
name_it (ReboundWholeFile *self)
{
  g_autofree char *descriptor = g_strdup_printf (DESCRIPTOR_LINK, self->fd);
  gboolean is_named = give_name (descriptor, self->path);

  for (guint i = 0; !is_named && errno == EEXIST && i < MOST_NAMES; i++)
    {
      g_autofree char *beside = g_strdup_printf ("%s.%06x", self->path, g_random_int () >> 8);

      is_named = give_name (descriptor, beside);
      if (is_named)
        self->beside = g_steal_pointer (&beside);
    }
  return is_named;
}

static gboolean
fail_to_place (const ReboundWholeFile *self, int error_number, const char *beside, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
               "%s: %s cannot be put into its place: %s (%s)%s%s", self->option, self->path,
               strerrorname_np (error_number), g_strerror (error_number),
               beside != NULL ? "; it is whole in " : "", beside != NULL ? beside : "");
  return FALSE;
}

/* Root's run has no rights any more over a folder of somebody else's, in which it could make the
 * file before. */
static gboolean
put_into_place (ReboundWholeFile *self, GError **error)
{
  g_autofree char *beside = NULL;

  if (self->is_unnamed && !name_it (self))
    return fail_to_place (self, errno, NULL, error);
  beside = g_steal_pointer (&self->beside);
  if (beside == NULL || rename (beside, self->path) == 0)
    return TRUE;
  return fail_to_place (self, errno, beside, error);
}

gboolean
rebound_whole_file_commit (ReboundWholeFile *self, GError **error)
{
  int error_number = sync_all (self);
  gboolean is_done
      = error_number != 0 ? fail (self, error_number, error) : put_into_place (self, error);

  close_all (self);
  return is_done;
}
