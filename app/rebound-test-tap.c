/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A test point is a script; what was not as expected stands in the block below. The plan comes
 * last, for whoever is interrupted has no plan to keep. */

#include "rebound-tap.h"
#include "rebound-test-reporter.h"

static gpointer
begin (FILE *stream)
{
  return rebound_tap_new (stream);
}

static void
put_checks (ReboundTap *tap, const ReboundTestPlay *play)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < play->checks->len; i++)
    {
      const ReboundTestCheck *check = play->checks->pdata[i];

      if (!check->is_met)
        g_ptr_array_add (texts, rebound_test_check_describe (check));
    }
  g_ptr_array_add (texts, NULL);
  if (texts->len > 1)
    rebound_tap_block_list (tap, "failed", (const char *const *) texts->pdata);
}

static void
put_why (ReboundTap *tap, const ReboundTestPlay *play)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();

  for (guint i = 0; i < play->why->len; i++)
    g_ptr_array_add (texts, play->why->pdata[i]);
  g_ptr_array_add (texts, NULL);
  if (texts->len > 1)
    rebound_tap_block_list (tap, "why", (const char *const *) texts->pdata);
}

static void
put_block (ReboundTap *tap, const ReboundTestResult *result)
{
  g_autofree char *command = rebound_test_result_describe_command (result);
  const ReboundTestPlay *play = result->play;

  rebound_tap_begin_block (tap);
  rebound_tap_block_text (tap, "message", result->headline);
  rebound_tap_block_text (tap, "status", rebound_test_verdict_to_nick (result->verdict));
  if (play != NULL)
    put_checks (tap, play);
  if (play != NULL && play->problem != NULL)
    rebound_tap_block_text (tap, "ended", play->problem);
  if (play != NULL && *play->messages != '\0')
    rebound_tap_block_text (tap, "messages", play->messages);
  if (result->details != NULL)
    rebound_tap_block_text (tap, "difference", result->details);
  if (play != NULL)
    put_why (tap, play);
  rebound_tap_block_text (tap, "again", command);
  rebound_tap_end_block (tap);
}

/* A script that was not begun has no point: there will be a line that says so of all of them. */
static void
take (gpointer self, const ReboundTestResult *result)
{
  if (result->play == NULL)
    return;
  rebound_tap_point (self, result->verdict == REBOUND_TEST_AS_EXPECTED, result->script->word);
  if (result->verdict != REBOUND_TEST_AS_EXPECTED)
    put_block (self, result);
  if (result->note != NULL)
    rebound_tap_comment (self, result->note);
}

static void
end (gpointer self, const ReboundTestTotal *total)
{
  for (guint i = 0; total->remarks != NULL && total->remarks[i] != NULL; i++)
    rebound_tap_comment (self, total->remarks[i]);
  if (total->is_interrupted)
    {
      g_autofree char *why = g_strdup_printf ("interrupted: %u of %u scripts played",
                                              total->n_played, total->n_scripts);

      rebound_tap_bail_out (self, why);
    }
  else
    rebound_tap_plan (self, "no script is in this shard");
  rebound_tap_free (self);
}

static void
skip (FILE *stream, const char *why)
{
  g_autoptr (ReboundTap) tap = rebound_tap_new (stream);

  rebound_tap_plan (tap, why);
}

const ReboundTestReporter rebound_test_tap = { "tap", begin, take, end, skip };
