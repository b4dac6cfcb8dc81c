/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What could not be written was not shown: a log that is cut off must not look whole. stdio keeps a
 * flag of a write that failed, and not why it did; where the text is longer than a buffer, or goes
 * out line by line, the errno is long gone at the end. So the stream under stdout is one of our
 * own, which keeps it. It is asked at exit, because GOption ends the program itself after its
 * help. */

#include "rebound-standard-output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rebound-command.h"

static int first_error; /* an errno, or 0 */

static ssize_t
on_write (void *cookie, const char *text, size_t size_bytes)
{
  size_t done_bytes = 0;

  while (done_bytes < size_bytes)
    {
      ssize_t written = write (STDOUT_FILENO, text + done_bytes, size_bytes - done_bytes);

      if (written >= 0)
        done_bytes += (size_t) written;
      else if (errno != EINTR)
        {
          if (first_error == 0)
            first_error = errno;
          return 0; /* fopencookie(3): never negative */
        }
    }
  return (ssize_t) size_bytes;
}

static void
check_at_exit (void)
{
  if (fflush (stdout) == 0 && first_error == 0)
    return;
  rebound_command_complain ("standard output could not be written: %s (%s)",
                            strerrorname_np (first_error), g_strerror (first_error));
  _exit (REBOUND_EXIT_INTERNAL);
}

void
rebound_standard_output_watch (void)
{
  const cookie_io_functions_t functions = { .write = on_write };
  FILE *stream = fopencookie (NULL, "w", functions);

  if (stream == NULL)
    g_error ("fopencookie: %s", strerrorname_np (errno)); /* no memory: as GLib does */
  if (isatty (STDOUT_FILENO))
    setvbuf (stream, NULL, _IOLBF, 0);
  stdout = stream;
  atexit (check_at_exit);
}
