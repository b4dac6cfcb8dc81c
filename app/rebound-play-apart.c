/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A process enters a namespace once, and what a play has left there, a TIME_WAIT or a port, would
 * be there for the next one. So two plays that are to be compared have a process each, and hand
 * what happened over a pipe.
 *
 * Ctrl-C is for the play, which knows how to end: the process that waits for it lets it pass, and
 * learns of it from the status. Any other end of that process is the play's, too. */

#include "rebound-play-apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rebound-command.h"
#include "rebound-die-with.h"
#include "rebound-twin-sink.h"

static int
play_onto (const ReboundPlayOptions *options,
           ReboundRun *run,
           const char *word,
           pid_t parent,
           FILE *stream)
{
  g_autoptr (ReboundAbout) about = rebound_about_new (run, word, options->variables);
  g_autoptr (ReboundEventSink) sink = rebound_twin_sink_new (about, stream);
  g_autoptr (GError) error = NULL;
  int status = rebound_play_enter (options, run);

  if (status != 0)
    return status;
  rebound_die_with (parent, STDERR_FILENO);
  rebound_run_add_sink (run, sink);
  status = rebound_play (run, &error);
  if (status > 1 && error != NULL)
    rebound_command_complain ("%s", error->message);
  return status;
}

static int
cannot_tell (void)
{
  rebound_command_complain ("what the play has to tell cannot be handed over: %s",
                            strerrorname_np (errno));
  return REBOUND_EXIT_INTERNAL;
}

/* The child's side: plays, writes, and never returns. */
static void
play_into (const ReboundPlayOptions *options, const char *word, pid_t parent, int fd)
{
  g_autoptr (ReboundRun) run = NULL;
  FILE *stream = fdopen (fd, "w");
  int status;

  if (stream == NULL)
    _exit (cannot_tell ());
  rebound_die_with (parent, STDERR_FILENO);
  run = rebound_play_load (options, word);
  if (run == NULL)
    _exit (REBOUND_EXIT_USAGE);
  status = play_onto (options, run, word, parent, stream);
  if (fclose (stream) != 0)
    status = cannot_tell ();
  _exit (status);
}

/* NULL with errno. (transfer full) */
static char *
read_all (int fd)
{
  GString *text = g_string_new (NULL);
  char buffer[65536];
  ssize_t got;

  while ((got = read (fd, buffer, sizeof buffer)) > 0 || (got < 0 && errno == EINTR))
    if (got > 0)
      g_string_append_len (text, buffer, got);
  return g_string_free (text, got < 0);
}

/* Nobody would read what it has to tell, and it would wait for that. */
static void
give_up (pid_t child, const char *word)
{
  rebound_command_complain ("%s: what the play has to tell cannot be read: %s", word,
                            strerrorname_np (errno));
  kill (child, SIGKILL);
  while (waitpid (child, NULL, 0) < 0 && errno == EINTR)
    ;
}

static int
wait_for (pid_t child, const char *word)
{
  int status = 0;

  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED (status))
    return WEXITSTATUS (status);
  if (WTERMSIG (status) == SIGINT) /* before it could look after it by itself */
    return (int) REBOUND_RUN_STATUS_INTERRUPTED;
  rebound_command_complain ("%s: the process was ended by signal %d", word, WTERMSIG (status));
  return REBOUND_EXIT_INTERNAL;
}

/* -1 with errno. */
static pid_t
begin (const ReboundPlayOptions *options, const char *word, int *fd)
{
  const pid_t parent = getpid ();
  int ends[2];
  pid_t child;

  if (pipe2 (ends, O_CLOEXEC) < 0)
    return -1;
  child = fork ();
  if (child == 0)
    {
      close (ends[0]);
      play_into (options, word, parent, ends[1]);
    }
  close (ends[1]);
  if (child < 0)
    close (ends[0]);
  *fd = ends[0];
  return child;
}

/* Nothing is let pass before there is a play: Ctrl-C ends both then, as everywhere. */
static char *
read_unharmed (int fd, pid_t child, const char *word, int *status)
{
  const struct sigaction ignore = { .sa_handler = SIG_IGN };
  struct sigaction before;
  char *lines;

  sigaction (SIGINT, &ignore, &before);
  lines = read_all (fd);
  *status = REBOUND_EXIT_INTERNAL;
  if (lines == NULL)
    give_up (child, word);
  else
    *status = wait_for (child, word);
  sigaction (SIGINT, &before, NULL);
  return lines;
}

int
rebound_play_apart (const ReboundPlayOptions *options, const char *word, char **lines)
{
  int fd = -1;
  pid_t child = begin (options, word, &fd);
  int status;

  *lines = NULL;
  if (child < 0)
    {
      rebound_command_complain ("cannot begin another process: %s", strerrorname_np (errno));
      return REBOUND_EXIT_INTERNAL;
    }
  *lines = read_unharmed (fd, child, word, &status);
  close (fd);
  return status;
}
