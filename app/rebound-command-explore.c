/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound explore: plays random lives of a script, and makes the shortest script of each way in
 * which one fails. What is printed depends on the script, the seeds and the program alone; how long
 * it took is said on standard error. */

#include <stdio.h>
#include <string.h>

#include "rebound-command.h"
#include "rebound-find.h"
#include "rebound-life-grammar.h"
#include "rebound-life-script.h"
#include "rebound-play.h"
#include "rebound-shell-word.h"
#include "rebound-visible.h"
#include "rebound-way.h"

#define DEFAULT_SEEDS 200
#define DEFAULT_STEPS 20

/* A life takes some milliseconds; one that takes so long hangs. */
#define DEFAULT_TIMEOUT "1min"

#define MOST_SEEDS 10000000
#define MOST_STEPS 10000
#define MOST_JOBS  1024

/* One life of so many is played twice more, and the two plays compared to the last event. */
#define TWINS_EVERY 50

typedef struct
{
  ReboundPlayOptions play;
  int n_seeds;
  gint64 first_seed;
  gint64 seed;
  int n_steps;
  int n_jobs;
  char *words;
  char *timeout;
  char *folder;
  gboolean no_shrink;
  gboolean print;

  /* What comes of them. */
  ReboundExploreSettings explore;
  ReboundFindSettings find;
  char **word_list;
  char *life_options;
} ExploreOptions;

typedef struct
{
  ReboundExplorer *explorer;
  ReboundFinds *finds;
} Exploration;

/* -- options -- */

static gboolean
check_number (const char *option, gint64 value, gint64 least, gint64 most)
{
  if (value >= least && value <= most)
    return TRUE;
  rebound_command_complain ("%s: %" G_GINT64_FORMAT " is out of range; expected %" G_GINT64_FORMAT
                            " to %" G_GINT64_FORMAT,
                            option, value, least, most);
  return FALSE;
}

static gboolean
resolve_seeds (ExploreOptions *options)
{
  if (options->print && options->seed < 0)
    {
      rebound_command_complain ("--print prints one life; expected --seed=K with it");
      return FALSE;
    }
  if (options->seed >= 0)
    {
      options->first_seed = options->seed;
      options->n_seeds = 1;
    }
  return check_number ("--seeds", options->n_seeds, 1, MOST_SEEDS)
         && check_number ("--first-seed", options->first_seed, 0, G_MAXINT64 - MOST_SEEDS)
         && check_number ("--steps", options->n_steps, 1, MOST_STEPS)
         && check_number ("--jobs", options->n_jobs, 1, MOST_JOBS);
}

/* What a life depends on besides its script and seed. */
static char *
write_life_options (const ExploreOptions *options)
{
  GString *text = g_string_new (NULL);

  if (options->n_steps != DEFAULT_STEPS)
    g_string_append_printf (text, " --steps %d", options->n_steps);
  if (options->words != NULL)
    {
      g_autofree char *word = rebound_shell_word (options->words);

      g_string_append_printf (text, " --words %s", word);
    }
  for (guint i = 0; options->play.variables != NULL && options->play.variables[i] != NULL; i++)
    {
      g_autofree char *word = rebound_shell_word (options->play.variables[i]);

      g_string_append_printf (text, " --set %s", word);
    }
  return g_string_free (text, FALSE);
}

static gboolean
resolve (ExploreOptions *options)
{
  options->play.mode = REBOUND_CLOCK_VIRTUAL;
  options->play.timeout_usec = -1;
  if (!resolve_seeds (options)
      || !rebound_command_parse_timeout (options->timeout != NULL ? options->timeout
                                                                  : DEFAULT_TIMEOUT,
                                         &options->explore.limit_usec))
    return FALSE;
  options->word_list = options->words != NULL ? g_strsplit (options->words, ",", -1) : NULL;
  options->life_options = write_life_options (options);
  options->explore.n_steps = (guint) options->n_steps;
  options->explore.words = options->word_list;
  options->explore.n_jobs = (guint) options->n_jobs;
  options->find.options = options->life_options;
  options->find.folder = options->folder != NULL ? options->folder : ".";
  options->find.shrinks = !options->no_shrink;
  options->find.n_at_once = (guint) options->n_jobs;
  if (g_file_test (options->find.folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  rebound_command_complain ("--output: %s is no folder; expected one", options->find.folder);
  return FALSE;
}

/* -- exploring -- */

static void
take (guint64 seed, const ReboundTestResult *result, gpointer user_data)
{
  Exploration *self = user_data;

  rebound_finds_take (self->finds, self->explorer, seed, result);
}

static void
take_twins (guint64 seed, const ReboundTestResult *result, gpointer user_data)
{
  Exploration *self = user_data;

  rebound_finds_take_twins (self->finds, self->explorer, seed, result);
}

static void
tell_speed (guint n_lives, gint64 wall_usec, guint n_jobs)
{
  double seconds = (double) MAX (wall_usec, 1) / G_USEC_PER_SEC;
  guint n_cores = MIN (n_jobs, rebound_test_pool_count_cpus ());

  g_printerr ("%u lives in %.1f s by the clock on the wall: %.1f a second, %.1f a core\n", n_lives,
              seconds, n_lives / seconds, n_lives / seconds / n_cores);
}

static int
play_lives (Exploration *self, const ExploreOptions *options)
{
  guint64 first = (guint64) options->first_seed;
  guint n_seeds = (guint) options->n_seeds;
  gint64 start_usec = g_get_monotonic_time ();
  int status = rebound_explorer_play (self->explorer, first, 1, n_seeds, 1, take, self);

  tell_speed (rebound_finds_count_played (self->finds), g_get_monotonic_time () - start_usec,
              options->explore.n_jobs);
  if (status != 0)
    return status;
  return rebound_explorer_play (self->explorer, first, TWINS_EVERY,
                                (n_seeds + TWINS_EVERY - 1) / TWINS_EVERY, 2, take_twins, self);
}

static void
print_summary (Exploration *self, const ExploreOptions *options)
{
  guint n_lives = rebound_finds_count_lives (self->finds);
  guint n_played = rebound_finds_count_played (self->finds);
  g_autofree char *word = rebound_visible_text (options->find.word, REBOUND_LINES_SHOWN);

  if (n_lives == 0)
    printf ("as expected      ");
  printf ("%u li%s of %s, seeds %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, n_played,
          n_played == 1 ? "fe" : "ves", word, options->first_seed,
          options->first_seed + options->n_seeds - 1);
  if (n_lives > 0)
    printf (": %u not as expected, in %u way%s", n_lives, rebound_finds_count_ways (self->finds),
            rebound_finds_count_ways (self->finds) == 1 ? "" : "s");
  printf ("%s\n", rebound_explorer_is_interrupted (self->explorer) ? " (interrupted)" : "");
}

static int
explore (Exploration *self, const ExploreOptions *options)
{
  int status = rebound_explorer_probe (self->explorer);

  if (status != 0)
    return status;
  status = play_lives (self, options);
  if (status != 0 && status != REBOUND_RUN_STATUS_INTERRUPTED)
    return status;
  if (status == 0 && !rebound_finds_report (self->finds, self->explorer, &options->find))
    return REBOUND_EXIT_INTERNAL;
  print_summary (self, options);
  if (fflush (stdout) != 0)
    return REBOUND_EXIT_INTERNAL;
  if (status != 0 || rebound_explorer_is_interrupted (self->explorer))
    return REBOUND_RUN_STATUS_INTERRUPTED;
  return rebound_finds_count_lives (self->finds) > 0 ? REBOUND_RUN_STATUS_FAILED : 0;
}

static void
print_life (guint64 seed, const ReboundTestResult *result, gpointer user_data)
{
  Exploration *self = user_data;
  g_autoptr (GPtrArray) statements = NULL;
  g_autofree char *text = NULL;

  if (result->play == NULL)
    return;
  statements = rebound_explorer_compose (self->explorer, result->play);
  text = rebound_life_script_join (statements);
  fputs (text, stdout);
}

static int
print (Exploration *self, const ExploreOptions *options)
{
  int status = rebound_explorer_probe (self->explorer);

  if (status == 0)
    status = rebound_explorer_play (self->explorer, (guint64) options->first_seed, 1, 1, 1,
                                    print_life, self);
  return status == 0 && fflush (stdout) != 0 ? REBOUND_EXIT_INTERNAL : status;
}

/* What an actor can do is known once it lives. */
static gboolean
check_words (ReboundRun *run, char **words)
{
  for (; words != NULL && *words != NULL; words++)
    {
      g_auto (GStrv) parts = g_strsplit (*words, ".", 2);
      g_autoptr (GError) error = NULL;

      if (parts[0] != NULL && parts[1] != NULL)
        {
          if (rebound_run_check_name (run, parts[0], &error))
            continue;
          rebound_command_complain ("--words: %s: %s", *words, error->message);
          return FALSE;
        }
      if (rebound_life_grammar_weigh_word (*words) > 0)
        continue;
      rebound_command_complain ("--words: nothing is called “%s”; expected words of the lifecycle, "
                                "NAME.ACTION or NAME.PROPERTY, with commas between them",
                                *words);
      return FALSE;
    }
  return TRUE;
}

static int
explore_script (ExploreOptions *options, const char *word)
{
  g_autoptr (ReboundRun) run = rebound_play_load (&options->play, word);
  g_autoptr (GPtrArray) statements = NULL;
  g_autoptr (ReboundExplorer) explorer = NULL;
  g_autoptr (ReboundFinds) finds = rebound_finds_new ();
  Exploration self = { .finds = finds };

  if (run == NULL || !check_words (run, options->word_list))
    return REBOUND_EXIT_USAGE;
  statements = rebound_life_script_split (run, options->play.variables);
  g_clear_object (&run);
  options->find.word = word;
  options->explore.name = word;
  options->explore.statements = statements;
  explorer = rebound_explorer_new (&options->explore);
  self.explorer = explorer;
  return options->print ? print (&self, options) : explore (&self, options);
}

static void
clear (ExploreOptions *options)
{
  rebound_play_options_clear (&options->play);
  g_free (options->words);
  g_free (options->timeout);
  g_free (options->folder);
  g_strfreev (options->word_list);
  g_free (options->life_options);
}

static void
add_options (ExploreOptions *options, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "seeds", 0, 0, G_OPTION_ARG_INT, &options->n_seeds, "How many lives to play (default: 200)",
      "N" },
    { "first-seed", 0, 0, G_OPTION_ARG_INT64, &options->first_seed,
      "The seed of the first life (default: 1)", "K" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options->seed, "Play the life of this seed alone", "K" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &options->n_steps,
      "How many steps a life has, its recovery not counted (default: 20)", "N" },
    { "words", 0, 0, G_OPTION_ARG_STRING, &options->words,
      "Do these things alone: words of the lifecycle, NAME.ACTION, NAME.PROPERTY", "WORD[,WORD…]" },
    { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options->play.variables,
      "Give a variable of the script another value than its “let” does", "NAME=VALUE" },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &options->n_jobs,
      "How many to play side by side (default: the CPUs that this process may use)", "N" },
    { "no-shrink", 0, 0, G_OPTION_ARG_NONE, &options->no_shrink,
      "Write lives that fail as they are", NULL },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->folder,
      "Where to write them (default: the current folder)", "FOLDER" },
    { "print", 0, 0, G_OPTION_ARG_NONE, &options->print,
      "With --seed: print its life as a script, whatever comes of it", NULL },
    { "timeout", 0, 0, G_OPTION_ARG_STRING, &options->timeout,
      "How long each life may take by the clock on the wall (default: " DEFAULT_TIMEOUT ")",
      "DURATION" },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_set_summary (
      context,
      "Plays random lives of a script: what it declares and does, then some steps of what "
      "is possible\n(a person's and the system's words, peers' whims, faults, any time "
      "between them), then what\nbrings the application back, then its “eventually”. A life "
      "fails where a plain run would; of\neach way in which one does the first is shrunk and "
      "written as SCRIPT-SEED.life.");
  g_option_context_set_description (
      context, "Exit status: 0 all lives as expected, 1 one was not, 2 usage or script error, 77 "
               "the machine\nlacks something, 99 an internal error, 130 interrupted.\n");
  g_option_context_add_main_entries (context, entries, NULL);
}

int
rebound_command_explore (int argc, char **argv)
{
  ExploreOptions options = { .n_seeds = DEFAULT_SEEDS,
                             .first_seed = 1,
                             .seed = -1,
                             .n_steps = DEFAULT_STEPS,
                             .n_jobs = (int) rebound_test_pool_count_cpus () };
  g_autoptr (GOptionContext) context = g_option_context_new ("SCRIPT");
  int status = REBOUND_EXIT_USAGE;

  add_options (&options, context);
  if (rebound_command_parse (context, &argc, &argv, 1, 1) && resolve (&options))
    status = explore_script (&options, argv[1]);
  clear (&options);
  return status;
}
