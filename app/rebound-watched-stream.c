/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stdio keeps a flag of a write that failed, and not why it did; where the text is longer than a
 * buffer, or goes out line by line, the errno is long gone when somebody asks. So what is under the
 * stream is ours, and keeps it. */

#include "rebound-watched-stream.h"

#include <errno.h>
#include <unistd.h>

static ssize_t
on_write (void *cookie, const char *text, size_t size_bytes)
{
  ReboundWatchedStream *self = cookie;
  size_t done_bytes = 0;

  while (done_bytes < size_bytes)
    {
      ssize_t written = write (self->fd, text + done_bytes, size_bytes - done_bytes);

      if (written >= 0)
        done_bytes += (size_t) written;
      else if (errno != EINTR)
        {
          if (self->first_error == 0)
            self->first_error = errno;
          return 0; /* fopencookie(3): never negative */
        }
    }
  return (ssize_t) size_bytes;
}

gboolean
rebound_watched_stream_open (ReboundWatchedStream *self, int fd)
{
  const cookie_io_functions_t functions = { .write = on_write };

  self->fd = fd;
  self->first_error = 0;
  self->stream = fopencookie (self, "w", functions);
  return self->stream != NULL;
}

int
rebound_watched_stream_flush (ReboundWatchedStream *self)
{
  if (fflush (self->stream) != 0 && self->first_error == 0)
    self->first_error = errno;
  return self->first_error;
}

void
rebound_watched_stream_close (ReboundWatchedStream *self)
{
  if (self->stream != NULL)
    fclose (self->stream);
  self->stream = NULL;
}
