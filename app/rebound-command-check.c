/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound check: are the scripts without mistakes? And with --twice: does the same script give the
 * same events?
 *
 * Each of the two plays has a process and a namespace of its own, as two runs have, and hands its
 * events over a pipe. */

#include <string.h>

#include "rebound-command.h"
#include "rebound-play-apart.h"

static gboolean
check (const ReboundPlayOptions *options, const char *word)
{
  g_autoptr (ReboundRun) run = rebound_play_load (options, word);

  return run != NULL;
}

/* An event as JSON, which has every field of it; the last line is no event. (transfer full) */
static char *
describe_line (const char *line)
{
  const char *last = line != NULL ? strrchr (line, '\t') : NULL;

  if (line == NULL)
    return g_strdup ("(nothing)");
  return g_strdup (last != NULL && last[1] == '{' ? last + 1 : line);
}

/* The statement that was being played, "" where there is none. (transfer full) */
static char *
find_place (const char *line)
{
  return line != NULL ? g_strndup (line, strcspn (line, "\t")) : g_strdup ("");
}

static void
report_difference (const char *word, const char *first, const char *second)
{
  g_autofree char *one = describe_line (first);
  g_autofree char *other = describe_line (second);
  g_autofree char *place = find_place (first);
  g_autofree char *other_place = find_place (second);

  rebound_command_complain ("%s: two plays differ, at %s\n  the first:  %s\n  the second: %s", word,
                            *place != '\0' ? place : other_place, one, other);
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
  int status = rebound_play_apart (options, word, &first);

  if (status == REBOUND_EXIT_USAGE || status == REBOUND_EXIT_LACKING
      || status == REBOUND_EXIT_INTERNAL)
    return status;
  if (rebound_play_apart (options, word, &second) == REBOUND_EXIT_INTERNAL || second == NULL)
    return REBOUND_EXIT_INTERNAL;
  return compare (word, first, second) ? 0 : REBOUND_EXIT_INTERNAL;
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
