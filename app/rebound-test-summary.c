/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For people: a line a script, what was wrong with it below, and the verdict last. How long it took
 * is not said: it is another time in each run, and this is compared as any report is. */

#include <string.h>

#include "rebound-visible.h"
#include "rebound-test-reporter.h"

/* As wide as the longer of the two verdicts. */
#define VERDICT_FORMAT "%-15s  "

static gpointer
begin (FILE *stream)
{
  return stream;
}

static void
print_lines (FILE *stream, const char *bytes)
{
  g_autofree char *text = rebound_visible_text (bytes, REBOUND_LINES_KEPT);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0')
      fprintf (stream, "    %s\n", lines[i]);
}

static void
print_checks (FILE *stream, const ReboundTestPlay *play)
{
  for (guint i = 0; i < play->checks->len; i++)
    {
      const ReboundTestCheck *check = play->checks->pdata[i];
      g_autofree char *text = rebound_test_check_describe (check);

      if (!check->is_met)
        print_lines (stream, text);
    }
}

/* An internal error is on standard error, too. */
static void
print_problem (FILE *stream, const ReboundTestPlay *play)
{
  g_autofree char *text = NULL;

  if (play->problem == NULL || play->verdict != REBOUND_TEST_FAILED)
    return;
  text = g_strconcat ("it ended there: ", play->problem, NULL);
  print_lines (stream, text);
}

static void
print_failure (FILE *stream, const ReboundTestResult *result)
{
  g_autofree char *command = rebound_test_result_describe_command (result);
  const ReboundTestPlay *play = result->play;

  if (play != NULL)
    {
      print_checks (stream, play);
      print_problem (stream, play);
      print_lines (stream, play->messages);
    }
  if (result->details != NULL)
    print_lines (stream, result->details);
  for (guint i = 0; play != NULL && i < play->why->len; i++)
    {
      g_autofree char *why = rebound_visible_text (play->why->pdata[i], REBOUND_LINES_SHOWN);

      fprintf (stream, "    why: %s\n", why);
    }
  fprintf (stream, "    play it again: %s\n", command);
}

static void
take (gpointer self, const ReboundTestResult *result)
{
  FILE *stream = self;
  g_autofree char *name = rebound_visible_text (result->script->word, REBOUND_LINES_SHOWN);
  const char *verdict = result->verdict == REBOUND_TEST_AS_EXPECTED   ? "as expected"
                        : result->verdict == REBOUND_TEST_INTERRUPTED ? "interrupted"
                                                                      : "NOT as expected";
  const char *more = result->headline != NULL ? result->headline : result->note;

  fprintf (stream, VERDICT_FORMAT "%s%s%s\n", verdict, name, more != NULL ? ": " : "",
           more != NULL ? more : "");
  if (result->verdict != REBOUND_TEST_AS_EXPECTED
      && (result->verdict != REBOUND_TEST_INTERRUPTED || result->play != NULL))
    print_failure (stream, result);
}

static void
print_verdict (FILE *stream, const ReboundTestTotal *total)
{
  guint n_bad = total->n_played - total->n_as_expected;

  if (total->is_interrupted)
    fprintf (stream, "interrupted: %u of %u scripts played, %u not as expected", total->n_played,
             total->n_scripts, n_bad);
  else if (total->n_as_expected == total->n_scripts)
    fprintf (stream, "as expected: %u script%s", total->n_scripts,
             total->n_scripts == 1 ? "" : "s");
  else
    fprintf (stream, "NOT as expected: %u of %u script%s", total->n_scripts - total->n_as_expected,
             total->n_scripts, total->n_scripts == 1 ? "" : "s");
  if (total->n_plays > 1)
    fprintf (stream, ", %u plays of each", total->n_plays);
}

static void
end (gpointer self, const ReboundTestTotal *total)
{
  FILE *stream = self;

  for (guint i = 0; total->remarks != NULL && total->remarks[i] != NULL; i++)
    fprintf (stream, "%s\n", total->remarks[i]);
  fputc ('\n', stream);
  print_verdict (stream, total);
  fprintf (stream, "; %u expectation%s, %u failed\n", total->n_expectations,
           total->n_expectations == 1 ? "" : "s", total->n_failed);
}

/* Why it was not played has been said, as an error is. */
static void
skip (FILE *stream, const char *why)
{
}

const ReboundTestReporter rebound_test_summary = { "summary", begin, take, end, skip };
