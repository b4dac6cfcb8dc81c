/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound compare: where two runs part, and what followed. Either is a script, which is played, or
 * what a run has left behind as JSON Lines; one script by itself is played twice, with two
 * settings.
 *
 * What --set says holds for both, and --with says what is otherwise in the second: whoever changes
 * one thing names one thing. */

#include <string.h>

#include "rebound-about.h"
#include "rebound-colour.h"
#include "rebound-command.h"
#include "rebound-comparison-outputs.h"
#include "rebound-filter.h"
#include "rebound-play-apart.h"
#include "rebound-record-file.h"

/* As of diff: the status of two that are not the same. */
#define EXIT_DIFFER 1

/* What a line is wrapped to where there is no terminal; the text of a run is wrapped to the same.
 */
#define DEFAULT_COLUMNS 100

typedef struct
{
  ReboundPlayOptions play; /* of the first */
  char **with;
  char *show;
  char **output;
  char *color;
  gboolean all;

  /* What comes of them. */
  ReboundFilter filter;
  gboolean colour;
  char **second_variables;
  const char *words[2];
  gboolean are_files[2];
  ReboundRecord *records[2];
  ReboundComparisonOutputs *outputs;
} CompareOptions;

static gsize
measure_name (const char *setting)
{
  return strcspn (setting, "=");
}

static gboolean
is_set_by (char **settings, const char *setting)
{
  gsize length = measure_name (setting);

  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    if (measure_name (settings[i]) == length && strncmp (settings[i], setting, length) == 0)
      return TRUE;
  return FALSE;
}

/* What both have, without what the second has otherwise; then that. (transfer full) */
static char **
merge_variables (char **both, char **second)
{
  GPtrArray *merged = g_ptr_array_new ();

  for (guint i = 0; both != NULL && both[i] != NULL; i++)
    if (!is_set_by (second, both[i]))
      g_ptr_array_add (merged, g_strdup (both[i]));
  for (guint i = 0; second != NULL && second[i] != NULL; i++)
    g_ptr_array_add (merged, g_strdup (second[i]));
  g_ptr_array_add (merged, NULL);
  return (char **) g_ptr_array_free (merged, FALSE);
}

static gboolean
check_settings (char **settings, const char *option)
{
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    if (strchr (settings[i], '=') == NULL)
      {
        rebound_command_complain ("%s: “%s” has no value; expected NAME=VALUE", option,
                                  settings[i]);
        return FALSE;
      }
  return TRUE;
}

/* What is played can be set, what was played cannot. */
static gboolean
check_words (const CompareOptions *options, int n_words)
{
  const char *option = options->with != NULL             ? "--with"
                       : options->play.variables != NULL ? "--set"
                                                         : NULL;

  if (n_words == 1 && options->are_files[0])
    rebound_command_complain ("%s is a file of events; expected another one to compare it with",
                              options->words[0]);
  else if (n_words == 1 && options->with == NULL)
    rebound_command_complain ("there is nothing to compare %s with; expected another script, or "
                              "--with NAME=VALUE",
                              options->words[0]);
  else if (options->are_files[1] && options->with != NULL)
    rebound_command_complain ("--with: %s is a file of events; expected a script to be played",
                              options->words[1]);
  else if (options->are_files[0] && options->are_files[1] && option != NULL)
    rebound_command_complain ("%s: both are files of events; expected a script to be played",
                              option);
  else
    return TRUE;
  return FALSE;
}

static gboolean
resolve_words (CompareOptions *options, int argc, char **argv)
{
  for (guint i = 0; i < G_N_ELEMENTS (options->words); i++)
    {
      options->words[i] = argv[MIN ((int) i + 1, argc - 1)];
      options->are_files[i] = rebound_record_file_is_one (options->words[i]);
    }
  return check_words (options, argc - 1);
}

static gboolean
resolve (CompareOptions *options, int argc, char **argv)
{
  options->filter.groups = REBOUND_FILTER_READABLE;
  options->outputs = rebound_comparison_outputs_new (options->output);
  if (options->outputs == NULL || !rebound_colour_parse (options->color, &options->colour)
      || !resolve_words (options, argc, argv) || !check_settings (options->play.variables, "--set")
      || !check_settings (options->with, "--with")
      || (options->show != NULL
          && !rebound_filter_parse_groups (&options->filter, options->show,
                                           &options->play.watches)))
    return FALSE;
  options->play.captures = (options->filter.groups & REBOUND_EVENT_GROUP_PACKETS) != 0
                           || (rebound_comparison_outputs_want_packets (options->outputs)
                               && !options->play.no_isolation);
  options->second_variables = merge_variables (options->play.variables, options->with);
  return rebound_play_options_resolve (&options->play);
}

/* The same options, with the variables of that side; nothing of it is to be freed. */
static ReboundPlayOptions
get_play (const CompareOptions *options, guint side)
{
  ReboundPlayOptions play = options->play;

  if (side == 1)
    play.variables = options->second_variables;
  return play;
}

static gboolean
load_file (CompareOptions *options, guint side)
{
  g_autoptr (GError) error = NULL;

  options->records[side] = rebound_record_file_load (options->words[side], &error);
  if (options->records[side] == NULL)
    rebound_command_complain ("%s", error->message);
  return options->records[side] != NULL;
}

static gboolean
check_script (const CompareOptions *options, guint side)
{
  ReboundPlayOptions play = get_play (options, side);
  g_autoptr (ReboundRun) run = rebound_play_load (&play, options->words[side]);

  return run != NULL;
}

/* Whatever is wrong with either is said before anything is played. */
static gboolean
prepare (CompareOptions *options)
{
  gboolean good = TRUE;

  for (guint side = 0; side < G_N_ELEMENTS (options->words); side++)
    if (options->are_files[side] ? !load_file (options, side) : !check_script (options, side))
      good = FALSE;
  return good;
}

/* 0, or an exit status after a complaint. */
static int
play_side (CompareOptions *options, guint side)
{
  ReboundPlayOptions play = get_play (options, side);
  g_autoptr (ReboundRun) run = NULL;
  g_autofree char *lines = NULL;
  int status = rebound_play_apart (&play, options->words[side], &lines);

  if (status > 1)
    return status;
  run = rebound_play_load (&play, options->words[side]);
  options->records[side]
      = rebound_record_new_from_play (rebound_about_new (run, options->words[side], play.variables),
                                      lines);
  if (options->records[side] == NULL)
    {
      rebound_command_complain ("%s: the play has not told of all of it", options->words[side]);
      return REBOUND_EXIT_INTERNAL;
    }
  return 0;
}

static int
compare (CompareOptions *options)
{
  g_autoptr (ReboundComparison) comparison = NULL;

  if (!prepare (options))
    return REBOUND_EXIT_USAGE;
  if (!rebound_comparison_outputs_open (options->outputs))
    return REBOUND_EXIT_INTERNAL;
  for (guint side = 0; side < G_N_ELEMENTS (options->words); side++)
    {
      int status = options->are_files[side] ? 0 : play_side (options, side);

      if (status != 0)
        return status;
    }
  comparison
      = rebound_comparison_new (options->records[0], options->records[1], options->filter.groups);
  if (!rebound_comparison_outputs_write (options->outputs, comparison, options->all,
                                         options->colour))
    return REBOUND_EXIT_INTERNAL;
  return comparison->is_same ? 0 : EXIT_DIFFER;
}

static void
compare_options_clear (CompareOptions *options)
{
  rebound_play_options_clear (&options->play);
  g_strfreev (options->with);
  g_strfreev (options->second_variables);
  g_strfreev (options->output);
  g_clear_pointer (&options->outputs, rebound_comparison_outputs_free);
  g_free (options->show);
  g_free (options->color);
  for (guint side = 0; side < G_N_ELEMENTS (options->records); side++)
    g_clear_pointer (&options->records[side], rebound_record_free);
}

int
rebound_command_compare (int argc, char **argv)
{
  CompareOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "with", 'w', 0, G_OPTION_ARG_STRING_ARRAY, &options.with,
      "Give a variable another value in the second than --set and the script's “let” do",
      "NAME=VALUE" },
    { "show", 0, 0, G_OPTION_ARG_STRING, &options.show,
      "What to look at, as of “rebound run” (default: what that shows, or everything where nothing "
      "in it differs)",
      "GROUP[,GROUP…]" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.output,
      "Say it as text, or show both runs on one page as html, in a file (default: -, standard "
      "output); any number of times",
      "text|html[:FILE]" },
    { "color", 0, 0, G_OPTION_ARG_STRING, &options.color,
      "Colours in the text (default: auto, on a terminal)", "auto|always|never" },
    { "all", 0, 0, G_OPTION_ARG_NONE, &options.all,
      "Show every line, however many there are and however much is the same", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("A [B]");
  int status = REBOUND_EXIT_USAGE;

  g_option_context_set_summary (
      context, "Says where two runs part, and what followed. Each is a script, as “rebound run” "
               "takes it, or a\nfile that --output jsonl has written; or both are one script, with "
               "--set for both and --with for\nthe second:\n\n"
               "  rebound compare rebind-fix --set reuse-address=no --with reuse-address=yes");
  g_option_context_set_description (
      context, "Exit status: 0 the same, 1 they differ, 2 usage, script or file error, 77 the "
               "machine lacks\nsomething, 99 an internal error, 130 interrupted.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  rebound_play_options_add (&options.play, context);
  if (rebound_command_parse (context, &argc, &argv, 1, 2) && resolve (&options, argc, argv))
    status = compare (&options);
  compare_options_clear (&options);
  return status;
}
