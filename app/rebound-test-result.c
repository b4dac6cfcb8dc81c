/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Of several plays of a script each must be as expected, and all must be the same to the last
 * event: a script that is not is flaky, which is a failure however well each of its plays ended. */

#include "rebound-test-result.h"

#include <string.h>

#include "lifecycle/rebound-duration.h"
#include "rebound-shell-word.h"

ReboundTestResult *
rebound_test_result_new (const ReboundTestScript *script, guint n_plays)
{
  ReboundTestResult *self = g_new0 (ReboundTestResult, 1);

  self->script = script;
  self->n_plays = n_plays;
  return self;
}

void
rebound_test_result_free (ReboundTestResult *self)
{
  g_clear_pointer (&self->play, rebound_test_play_free);
  g_clear_pointer (&self->events, g_bytes_unref);
  g_free (self->headline);
  g_free (self->details);
  g_free (self->note);
  g_free (self);
}

/* -- two plays of one script -- */

static const char *
find_line (GBytes *bytes, gsize offset, gsize *size_bytes)
{
  gsize whole_bytes;
  const char *text = g_bytes_get_data (bytes, &whole_bytes);
  const char *begin = text + offset;
  const char *end;

  if (offset >= whole_bytes)
    {
      *size_bytes = 0;
      return "";
    }
  end = memchr (begin, '\n', whole_bytes - offset);
  *size_bytes = end != NULL ? (gsize) (end - begin) : whole_bytes - offset;
  return begin;
}

/* Where the first line that differs begins. */
static gsize
find_difference (GBytes *one, GBytes *other)
{
  const char *a = g_bytes_get_data (one, NULL);
  const char *b = g_bytes_get_data (other, NULL);
  gsize size_bytes = MIN (g_bytes_get_size (one), g_bytes_get_size (other));
  gsize begin = 0;

  for (gsize i = 0; i < size_bytes && a[i] == b[i]; i++)
    if (a[i] == '\n')
      begin = i + 1;
  return begin;
}

/* Of a line of the twin sink: where in the script it happened, if it was there, and the event. */
static void
append_line (GString *text, guint number, GBytes *events, gsize offset)
{
  gsize size_bytes;
  const char *line = find_line (events, offset, &size_bytes);
  const char *first = memchr (line, '\t', size_bytes);
  const char *last = memrchr (line, '\t', size_bytes);
  int place_bytes = first != NULL ? (int) (first - line) : 0;
  const char *event = last != NULL ? last + 1 : line;

  if (size_bytes == 0)
    g_string_append_printf (text, "play %u: (nothing more)\n", number);
  else
    g_string_append_printf (text, "play %u: %.*s%s%.*s\n", number, place_bytes, line,
                            place_bytes > 0 ? ": " : "", (int) (line + size_bytes - event), event);
}

/* The details name the first difference that was found, the one with the lowest number first. */
static void
compare (ReboundTestResult *self, guint number, GBytes *events)
{
  GString *text;
  gsize offset;

  if (self->events == NULL)
    {
      self->events = g_bytes_ref (events);
      self->events_number = number;
      return;
    }
  if (self->verdict == REBOUND_TEST_FLAKY || g_bytes_equal (self->events, events))
    return;
  self->verdict = REBOUND_TEST_FLAKY;
  offset = find_difference (self->events, events);
  text = g_string_new (NULL);
  append_line (text, self->events_number, self->events, offset);
  append_line (text, number, events, offset);
  self->details = g_string_free (text, FALSE);
}

/* -- all of them -- */

static gboolean
was_played (const ReboundTestPlay *play)
{
  return play->verdict == REBOUND_TEST_AS_EXPECTED || play->verdict == REBOUND_TEST_FAILED;
}

/* Whether @play, of that number, tells more of the script than the one that is kept. */
static gboolean
tells_more (const ReboundTestResult *self, guint number, const ReboundTestPlay *play)
{
  gboolean is_good = play->verdict == REBOUND_TEST_AS_EXPECTED;
  gboolean was_good;

  if (self->play == NULL)
    return TRUE;
  was_good = self->play->verdict == REBOUND_TEST_AS_EXPECTED;
  return is_good == was_good ? number < self->play_number : was_good;
}

void
rebound_test_result_take (ReboundTestResult *self, guint number, ReboundTestPlay *play)
{
  self->n_done++;
  if (self->n_plays > 1 && was_played (play))
    compare (self, number, play->events);
  g_clear_pointer (&play->events, g_bytes_unref);
  if (!tells_more (self, number, play))
    {
      rebound_test_play_free (play);
      return;
    }
  g_clear_pointer (&self->play, rebound_test_play_free);
  self->play = play;
  self->play_number = number;
}

static char *
describe_failed (const ReboundTestPlay *play)
{
  guint n_failed = rebound_test_play_count_failed (play);

  if (n_failed == 0)
    return g_strdup ("it did not come to its end");
  return g_strdup_printf ("%u of %u expectation%s failed", n_failed, play->checks->len,
                          play->checks->len == 1 ? "" : "s");
}

static char *
describe (const ReboundTestResult *self, gint64 limit_usec)
{
  g_autofree char *limit = limit_usec >= 0 ? rebound_duration_to_string (limit_usec) : NULL;
  const char *abbreviation;

  switch (self->verdict)
    {
    case REBOUND_TEST_AS_EXPECTED:
    case REBOUND_TEST_CHANGED:
      return NULL;
    case REBOUND_TEST_FAILED:
      return describe_failed (self->play);
    case REBOUND_TEST_MISTAKEN:
      return g_strdup ("the script is not without mistakes; nothing was played");
    case REBOUND_TEST_LACKING:
      return g_strdup ("the machine lacks something");
    case REBOUND_TEST_BROKEN:
      return g_strdup ("an internal error");
    case REBOUND_TEST_CRASHED:
      abbreviation = sigabbrev_np (self->play->signal_number);
      return g_strdup_printf ("its process was ended by SIG%s",
                              abbreviation != NULL ? abbreviation : "?");
    case REBOUND_TEST_TOO_LONG:
      return g_strdup_printf ("killed: it took longer than %s by the clock on the wall", limit);
    case REBOUND_TEST_INTERRUPTED:
      return g_strdup (self->play == NULL ? "not played: interrupted" : "interrupted");
    case REBOUND_TEST_FLAKY:
      return g_strdup ("two plays of it differ");
    }
  return NULL;
}

void
rebound_test_result_conclude (ReboundTestResult *self, gint64 limit_usec)
{
  g_autofree char *what = NULL;

  g_clear_pointer (&self->events, g_bytes_unref);
  if (self->play == NULL)
    self->verdict = REBOUND_TEST_INTERRUPTED;
  else if (self->verdict != REBOUND_TEST_FLAKY || !was_played (self->play))
    self->verdict = self->play->verdict;
  if (self->verdict == REBOUND_TEST_AS_EXPECTED && self->n_done < self->n_plays)
    self->verdict = REBOUND_TEST_INTERRUPTED;
  what = describe (self, limit_usec);
  if (what != NULL && self->n_plays > 1 && self->play != NULL
      && self->play->verdict != REBOUND_TEST_AS_EXPECTED)
    self->headline
        = g_strdup_printf ("%s, in play %u of %u", what, self->play_number, self->n_plays);
  else
    self->headline = g_steal_pointer (&what);
}

char *
rebound_test_result_describe_command (const ReboundTestResult *self)
{
  g_autofree char *word = rebound_shell_word (self->script->word);

  if (self->verdict == REBOUND_TEST_FLAKY)
    return g_strdup_printf ("rebound test --repeat=%u %s", self->n_plays, word);
  return g_strdup_printf ("rebound run %s", word);
}

const char *
rebound_test_verdict_to_nick (ReboundTestVerdict verdict)
{
  static const char *const nicks[] = {
    [REBOUND_TEST_AS_EXPECTED] = "as-expected",
    [REBOUND_TEST_FAILED] = "failed",
    [REBOUND_TEST_MISTAKEN] = "mistaken",
    [REBOUND_TEST_LACKING] = "lacking",
    [REBOUND_TEST_BROKEN] = "broken",
    [REBOUND_TEST_CRASHED] = "crashed",
    [REBOUND_TEST_TOO_LONG] = "too-long",
    [REBOUND_TEST_INTERRUPTED] = "interrupted",
    [REBOUND_TEST_FLAKY] = "flaky",
    [REBOUND_TEST_CHANGED] = "changed",
  };

  return nicks[verdict];
}
