/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound test: plays many scripts, side by side, and says which of them were not as expected. A
 * script's mistake, its crash or its time that is over is that script's failure and no reason to
 * end: the others are still to be played. */

#include <stdio.h>
#include <string.h>

#include "lifecycle/rebound-run.h"
#include "rebound-command.h"
#include "rebound-play.h"
#include "rebound-test-golden.h"
#include "rebound-test-pool.h"
#include "rebound-test-reports.h"
#include "rebound-visible.h"

/* As long as a wait without a limit waits: scripts take milliseconds, and one that hangs is not to
 * keep a machine until its own limit. */
#define DEFAULT_TIMEOUT "5min"

/* More processes than anybody has CPUs for are a slip of the pen. */
#define MOST_JOBS 1024

/* So are more plays: a thousand show what a hundred did not. */
#define MOST_PLAYS 1000000

typedef struct
{
  int n_jobs;
  int n_plays;
  char **globs;
  char *shard;
  char *timeout;
  char *golden;
  gboolean update;
  char **outputs;

  /* What comes of them. */
  ReboundTestChoice choice;
  ReboundTestJobSettings settings;
} TestOptions;

typedef struct
{
  ReboundTestReports *reports;
  ReboundTestGolden *golden; /* or NULL */
  ReboundTestProgress *progress;
  ReboundTestTotal total;
  gboolean is_broken; /* a golden log could not be written */
} Test;

/* -- options -- */

static gboolean
resolve_number (const char *option, int *value, int fallback, int most)
{
  if (*value == G_MININT)
    *value = fallback;
  if (*value >= 1 && *value <= most)
    return TRUE;
  rebound_command_complain ("%s: %d is out of range; expected 1 to %d", option, *value, most);
  return FALSE;
}

static gboolean
parse_part (const char *text, const char *end, guint *part)
{
  g_autofree char *digits = g_strndup (text, (gsize) (end - text));
  guint64 value;

  if (!g_ascii_string_to_unsigned (digits, 10, 1, G_MAXINT, &value, NULL))
    return FALSE;
  *part = (guint) value;
  return TRUE;
}

static gboolean
resolve_shard (TestOptions *options)
{
  const char *text = options->shard;
  const char *slash = text != NULL ? strchr (text, '/') : NULL;

  options->choice.shard = 1;
  options->choice.n_shards = 1;
  if (text == NULL)
    return TRUE;
  if (slash != NULL && parse_part (text, slash, &options->choice.shard)
      && parse_part (slash + 1, slash + strlen (slash), &options->choice.n_shards)
      && options->choice.shard <= options->choice.n_shards)
    return TRUE;
  rebound_command_complain ("--shard: “%s” is none; expected I/N, the first of three being 1/3",
                            text);
  return FALSE;
}

static gboolean
resolve (TestOptions *options)
{
  if (!resolve_number ("--jobs", &options->n_jobs, (int) rebound_test_pool_count_cpus (), MOST_JOBS)
      || !resolve_number ("--repeat", &options->n_plays, 1, MOST_PLAYS) || !resolve_shard (options)
      || !rebound_command_parse_timeout (options->timeout != NULL ? options->timeout
                                                                  : DEFAULT_TIMEOUT,
                                         &options->settings.limit_usec))
    return FALSE;
  if (options->update && options->golden == NULL)
    {
      rebound_command_complain ("--update writes golden logs; expected --golden=DIR with it");
      return FALSE;
    }
  options->choice.globs = options->globs;
  options->choice.include_dirs = options->settings.include_dirs;
  options->settings.wants_log = options->golden != NULL;
  options->settings.wants_events = options->n_plays > 1;
  return TRUE;
}

/* -- results -- */

static void
count (ReboundTestTotal *total, const ReboundTestResult *result)
{
  total->n_as_expected += result->verdict == REBOUND_TEST_AS_EXPECTED;
  total->n_played += result->verdict != REBOUND_TEST_INTERRUPTED;
  if (result->play == NULL)
    return;
  total->n_expectations += result->play->checks->len;
  total->n_failed += rebound_test_play_count_failed (result->play);
}

static void
take (ReboundTestResult *taken, gpointer user_data)
{
  g_autoptr (ReboundTestResult) result = taken;
  g_autoptr (GError) error = NULL;
  Test *self = user_data;

  if (self->golden != NULL && !rebound_test_golden_check (self->golden, result, &error))
    {
      rebound_command_complain ("%s", error->message);
      self->is_broken = TRUE;
    }
  if (result->verdict != REBOUND_TEST_AS_EXPECTED && result->play != NULL)
    rebound_test_progress_fail (self->progress);
  count (&self->total, result);
  rebound_test_reports_take (self->reports, result);
}

/* Logs of scripts that were left out this time are not stale. */
static gboolean
is_complete (const TestOptions *options, char **paths)
{
  for (; *paths != NULL; paths++)
    if (!g_file_test (*paths, G_FILE_TEST_IS_DIR))
      return FALSE;
  return options->globs == NULL && options->shard == NULL;
}

static char **
describe_stale (ReboundTestGolden *golden)
{
  g_autoptr (GPtrArray) stale = rebound_test_golden_list_stale (golden);
  g_autoptr (GStrvBuilder) remarks = g_strv_builder_new ();

  for (guint i = 0; i < stale->len; i++)
    {
      g_autofree char *path = rebound_visible_text (stale->pdata[i], REBOUND_LINES_SHOWN);
      g_autofree char *remark = g_strdup_printf ("stale golden log, of no script: %s", path);

      g_strv_builder_add (remarks, remark);
    }
  return g_strv_builder_end (remarks);
}

/* -- the whole -- */

static int
conclude (Test *self, int status)
{
  if (!rebound_test_reports_commit (self->reports) || self->is_broken)
    return REBOUND_EXIT_INTERNAL;
  if (status != 0)
    return status;
  return self->total.n_as_expected == self->total.n_scripts ? 0 : REBOUND_RUN_STATUS_FAILED;
}

static int
play_all (Test *self, const TestOptions *options, GPtrArray *scripts, ReboundTestPool *pool)
{
  g_autofree char *why = NULL;
  int status = rebound_test_pool_probe (pool, &why);

  if (status == REBOUND_EXIT_LACKING)
    rebound_test_reports_skip (self->reports, why);
  else if (status != 0)
    return status; /* an earlier report stays where nothing was played */
  if (status != 0)
    return conclude (self, status);
  rebound_test_reports_begin (self->reports);
  status = rebound_test_pool_run (pool, scripts, self->progress, take, self);
  rebound_test_progress_clear (self->progress);
  self->total.is_interrupted = status != 0;
  rebound_test_reports_end (self->reports, &self->total);
  return conclude (self, status);
}

static int
play_scripts (TestOptions *options, char **paths, GPtrArray *scripts, ReboundTestGolden *golden)
{
  Test self = { .golden = golden };
  g_autoptr (ReboundTestReports) reports = NULL;
  g_autoptr (ReboundTestProgress) progress = NULL;
  ReboundTestPool *pool;
  int status;

  reports = rebound_test_reports_new (options->outputs, &status);
  if (reports == NULL)
    return status;
  progress = rebound_test_progress_new (scripts->len * (guint) options->n_plays);
  self.reports = reports;
  self.progress = progress;
  self.total.n_scripts = scripts->len;
  self.total.n_plays = (guint) options->n_plays;
  if (golden != NULL && is_complete (options, paths))
    self.total.remarks = describe_stale (golden);
  pool = rebound_test_pool_new ((guint) options->n_jobs, (guint) options->n_plays,
                                &options->settings);
  status = play_all (&self, options, scripts, pool);
  rebound_test_pool_free (pool);
  g_strfreev (self.total.remarks);
  return status;
}

static int
test (TestOptions *options, char **paths)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) scripts = rebound_test_list_new (paths, &options->choice, &error);
  g_autoptr (ReboundTestGolden) golden = NULL;

  if (scripts != NULL && options->golden != NULL)
    golden = rebound_test_golden_new (options->golden, options->update);
  if (scripts == NULL || (golden != NULL && !rebound_test_golden_claim (golden, scripts, &error)))
    {
      rebound_command_complain ("%s", error->message);
      return REBOUND_EXIT_USAGE;
    }
  return play_scripts (options, paths, scripts, golden);
}

static void
add_options (TestOptions *options, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &options->n_jobs,
      "How many to play side by side (default: the CPUs that this process may use)", "N" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->outputs,
      "A report: summary for people, tap (13), junit; to a file or standard output; can be given "
      "several times (default: summary)",
      "FORMAT[:FILE]" },
    { "filter", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->globs,
      "Only scripts whose name, without folder and .life, matches a glob such as 'pool-*'; with a "
      "/ in it, whose whole path does",
      "GLOB" },
    { "shard", 0, 0, G_OPTION_ARG_STRING, &options->shard,
      "Only the Ith of N parts of the scripts, so that N machines play all of them", "I/N" },
    { "repeat", 0, 0, G_OPTION_ARG_INT, &options->n_plays,
      "Play each script so often; a script whose plays differ in an event has failed", "N" },
    { "timeout", 0, 0, G_OPTION_ARG_STRING, &options->timeout,
      "How long each play may take by the clock on the wall (default: " DEFAULT_TIMEOUT ")",
      "DURATION" },
    { "include-dir", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->settings.include_dirs,
      REBOUND_INCLUDE_DIR_BLURB, "DIR" },
    { "golden", 0, 0, G_OPTION_ARG_FILENAME, &options->golden,
      "Hold each script's log against the one in this folder; one that is not there is written",
      "DIR" },
    { "update", 0, 0, G_OPTION_ARG_NONE, &options->update,
      "With --golden: write the logs that have changed", NULL },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_set_summary (
      context, "Plays every script under the paths, in processes side by side: files, folders "
               "(all *.life in them,\nbut those that another one includes) or names of “rebound "
               "list”; all of these without a path.");
  g_option_context_set_description (
      context,
      "Exit status: 0 all as expected, 1 a script was not, 2 wrong usage or nothing to play, 77 "
      "the\nmachine lacks something, 99 an internal error, 130 interrupted.\n");
  g_option_context_add_main_entries (context, entries, NULL);
}

/* Behind "--" is no option, and it is itself no path; GOption leaves it there where a path that
 * begins with a dash comes after it. */
static void
remove_separator (char **words)
{
  while (*words != NULL && strcmp (*words, "--") != 0)
    words++;
  for (; *words != NULL; words++)
    *words = words[1];
}

/* GOption takes "-j 4" and "--jobs=4", and "-j4" for options that are called j and 4; whoever has
 * used make writes it so. (transfer full) */
static char **
spell_out_jobs (int argc, char **argv)
{
  char **words = g_new0 (char *, argc + 1);
  gboolean has_options = TRUE;

  for (int i = 0; i < argc; i++)
    {
      has_options = has_options && strcmp (argv[i], "--") != 0;
      if (has_options && g_str_has_prefix (argv[i], "-j") && g_ascii_isdigit (argv[i][2]))
        words[i] = g_strconcat ("--jobs=", argv[i] + 2, NULL);
      else
        words[i] = g_strdup (argv[i]);
    }
  return words;
}

static void
clear (TestOptions *options)
{
  g_strfreev (options->globs);
  g_strfreev (options->settings.include_dirs);
  g_strfreev (options->outputs);
  g_free (options->shard);
  g_free (options->timeout);
  g_free (options->golden);
}

int
rebound_command_test (int argc, char **argv)
{
  TestOptions options = { .n_jobs = G_MININT, .n_plays = G_MININT };
  g_autoptr (GOptionContext) context = g_option_context_new ("[PATH…]");
  g_auto (GStrv) words = spell_out_jobs (argc, argv);
  g_autofree char **left = g_memdup2 (words, (gsize) (argc + 1) * sizeof *words);
  char **parsed = left;
  int status = REBOUND_EXIT_USAGE;

  options.settings.first_fd = STDERR_FILENO + 1;
  add_options (&options, context);
  if (rebound_command_parse (context, &argc, &parsed, 0, G_MAXINT - 1) && resolve (&options))
    {
      remove_separator (left + 1);
      status = test (&options, left + 1);
    }
  clear (&options);
  return status;
}
