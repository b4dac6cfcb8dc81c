/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What could not be written was not shown: a log that is cut off must not look whole. It is asked
 * at exit, because GOption ends the program itself after its help. */

#include "rebound-standard-output.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rebound-command.h"
#include "rebound-watched-stream.h"

static ReboundWatchedStream output;

static void
check_at_exit (void)
{
  int error_number = rebound_watched_stream_flush (&output);

  if (error_number == 0)
    return;
  rebound_command_complain ("standard output could not be written: %s (%s)",
                            strerrorname_np (error_number), g_strerror (error_number));
  _exit (REBOUND_EXIT_INTERNAL);
}

/* By default a write to a pipe that nobody reads, or beyond the limit of a file's size, ends the
 * program without a word; ignored, it fails with EPIPE or EFBIG, which can be said. */
static void
ignore_signals_of_writing (void)
{
  const struct sigaction ignore = { .sa_handler = SIG_IGN };

  sigaction (SIGPIPE, &ignore, NULL);
  sigaction (SIGXFSZ, &ignore, NULL);
}

void
rebound_standard_output_watch (void)
{
  ignore_signals_of_writing ();
  if (!rebound_watched_stream_open (&output, STDOUT_FILENO))
    g_error ("fopencookie: %s", strerrorname_np (errno)); /* no memory: as GLib does */
  if (isatty (STDOUT_FILENO))
    setvbuf (output.stream, NULL, _IOLBF, 0);
  stdout = output.stream;
  atexit (check_at_exit);
}
