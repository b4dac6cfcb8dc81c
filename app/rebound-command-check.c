/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound check: are the scripts without mistakes? And with --twice: does the same script give the
 * same events?
 *
 * Each of the two plays has a process and a namespace of its own, as two runs have, and hands its
 * events over a pipe. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rebound-command.h"
#include "rebound-play.h"
#include "rebound-twin-sink.h"

static gboolean
check (const ReboundPlayOptions *options, const char *word)
{
  g_autoptr (ReboundRun) run = rebound_play_load (options, word);

  return run != NULL;
}

/* The child's side: plays, writes, and never returns. What is not as expected is no matter here,
 * only whether it is the same. */
static void
play_into (const ReboundPlayOptions *options, const char *word, int fd)
{
  g_autoptr (ReboundRun) run = rebound_play_load (options, word);
  FILE *stream = fdopen (fd, "w");
  int status;

  if (run == NULL || stream == NULL)
    _exit (REBOUND_EXIT_USAGE);
  status = rebound_play_enter (options);
  if (status == 0)
    {
      g_autoptr (ReboundEventSink) sink = rebound_twin_sink_new (stream);
      g_autoptr (GError) error = NULL;

      rebound_run_add_sink (run, sink);
      status = rebound_play (run, &error);
      fprintf (stream, "the end\tstatus %d%s%s\n", status, error != NULL ? ": " : "",
               error != NULL ? error->message : "");
    }
  if (fclose (stream) != 0)
    status = REBOUND_EXIT_INTERNAL;
  _exit (status);
}

static char *
read_all (int fd)
{
  GString *text = g_string_new (NULL);
  char buffer[65536];
  ssize_t got;

  while ((got = read (fd, buffer, sizeof buffer)) > 0 || (got < 0 && errno == EINTR))
    if (got > 0)
      g_string_append_len (text, buffer, got);
  return g_string_free (text, FALSE);
}

/* One play in a process of its own. Returns its exit status, 99 where it has none. */
static int
play_apart (const ReboundPlayOptions *options, const char *word, char **events)
{
  int ends[2];
  int status = 0;
  pid_t child;

  *events = NULL;
  if (pipe2 (ends, O_CLOEXEC) < 0 || (child = fork ()) < 0)
    {
      rebound_command_complain ("cannot begin another process: %s", strerrorname_np (errno));
      return REBOUND_EXIT_INTERNAL;
    }
  if (child == 0)
    {
      close (ends[0]);
      play_into (options, word, ends[1]);
    }
  close (ends[1]);
  *events = read_all (ends[0]);
  close (ends[0]);
  while (waitpid (child, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED (status))
    return WEXITSTATUS (status);
  rebound_command_complain ("%s: the process was ended by signal %d", word, WTERMSIG (status));
  return REBOUND_EXIT_INTERNAL;
}

static void
report_difference (const char *word, const char *first, const char *second)
{
  g_auto (GStrv) one = g_strsplit (first != NULL ? first : "\t(nothing)", "\t", 2);
  g_auto (GStrv) other = g_strsplit (second != NULL ? second : "\t(nothing)", "\t", 2);

  rebound_command_complain ("%s: two plays differ, at %s\n  the first:  %s\n  the second: %s", word,
                            *one[0] != '\0' ? one[0] : other[0], one[1], other[1]);
}

/* TRUE where both say the same; else the first line that differs is reported. */
static gboolean
compare (const char *word, const char *first, const char *second)
{
  g_auto (GStrv) one = g_strsplit (first, "\n", -1);
  g_auto (GStrv) other = g_strsplit (second, "\n", -1);

  for (guint i = 0; one[i] != NULL || other[i] != NULL; i++)
    {
      if (g_strcmp0 (one[i], other[i]) != 0)
        {
          report_difference (word, one[i], other[i]);
          return FALSE;
        }
    }
  return TRUE;
}

static int
check_twice (const ReboundPlayOptions *options, const char *word)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  int status = play_apart (options, word, &first);

  if (status == REBOUND_EXIT_USAGE || status == REBOUND_EXIT_LACKING
      || status == REBOUND_EXIT_INTERNAL)
    return status;
  play_apart (options, word, &second);
  return compare (word, first, second != NULL ? second : "") ? 0 : REBOUND_EXIT_INTERNAL;
}

int
rebound_command_check (int argc, char **argv)
{
  ReboundPlayOptions options = { 0 };
  gboolean twice = FALSE;
  const GOptionEntry entries[] = {
    { "twice", 0, 0, G_OPTION_ARG_NONE, &twice,
      "Play each script twice and compare every event; exit status 99 if one differs", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("SCRIPT…");
  int status = REBOUND_EXIT_USAGE;

  g_option_context_set_summary (context,
                                "Looks for mistakes in scripts; all of them are reported.");
  g_option_context_add_main_entries (context, entries, NULL);
  rebound_play_options_add (&options, context);
  if (rebound_command_parse (context, &argc, &argv, 1, G_MAXINT - 1)
      && rebound_play_options_resolve (&options))
    {
      status = 0;
      for (int i = 1; i < argc; i++)
        {
          int one = !check (&options, argv[i]) ? REBOUND_EXIT_USAGE
                    : twice                    ? check_twice (&options, argv[i])
                                               : 0;

          status = MAX (status, one);
        }
    }
  rebound_play_options_clear (&options);
  return status;
}
