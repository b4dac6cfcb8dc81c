/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What looks and what waits: each comes to a check, met or not. One that is not met is told and the
 * script goes on, but a wait that nothing comes of is the end of it: whatever stands behind it was
 * written for what was waited for. */

#include "rebound-player-parts-private.h"

#include "rebound-clock-private.h"
#include "rebound-error.h"
#include "rebound-expression-private.h"
#include "rebound-units-private.h"

/* docs/language.md, rule 4: a wait without `within` gives up after five virtual minutes. */
#define WAIT_DEFAULT_USEC (5 * 60 * G_USEC_PER_SEC)

static void
conclude (ReboundPlayer *self, const ReboundStatement *statement, gboolean met, const char *seen)
{
  g_autofree char *line = rebound_player_describe_place (self, &statement->position);

  self->n_expectations++;
  self->n_failed += met ? 0 : 1;
  if (met)
    rebound_journal_note (self->journal, "script", &rebound_note_met, statement->source, line);
  else
    rebound_journal_note (self->journal, "script", &rebound_note_failed, statement->source, line,
                          seen);
}

void
rebound_player_play_expect (ReboundPlayer *self, const ReboundStatement *statement)
{
  g_autofree char *seen = NULL;
  gboolean met = rebound_expression_evaluate (self->cast, statement, &seen);
  g_autofree char *text = g_strdup_printf ("%s.%s was “%s”", statement->name.text,
                                           statement->member.text, seen != NULL ? seen : "");

  conclude (self, statement, met, text);
}

static char *
describe_count (ReboundPlayer *self, const ReboundStatement *statement, guint count)
{
  const char *name = statement->name.text;
  const char *signal = statement->member.text;
  gint64 last_usec = rebound_journal_get_last_usec (self->journal, name, signal);
  g_autofree char *when = last_usec < 0 ? NULL : rebound_duration_to_string (last_usec);

  if (count == 0)
    return g_strdup_printf ("%s.%s did not come", name, signal);
  return g_strdup_printf ("%s.%s came %u time%s, last at %s", name, signal, count,
                          count == 1 ? "" : "s", when);
}

gboolean
rebound_player_let_time_pass (ReboundPlayer *self, gint64 duration_usec, GError **error)
{
  gint64 now_usec = rebound_clock_get_time_usec (self->clock);

  if (duration_usec > REBOUND_CLOCK_LAST_USEC - now_usec)
    {
      g_set_error_literal (error, REBOUND_ERROR, REBOUND_ERROR_ACTION,
                           "a run's time ends after 104249 days; expected to be over by then");
      return FALSE;
    }
  return rebound_stage_advance (self->stage, now_usec + duration_usec, NULL, NULL, error)
         != REBOUND_ADVANCE_FAILED;
}

gboolean
rebound_player_play_expect_signal (ReboundPlayer *self,
                                   const ReboundStatement *statement,
                                   GError **error)
{
  g_autofree char *seen = NULL;
  guint count;

  if (statement->duration_usec > 0
      && !rebound_player_let_time_pass (self, statement->duration_usec, error))
    return FALSE;
  count = rebound_journal_count (self->journal, statement->name.text, statement->member.text);
  seen = describe_count (self, statement, count);
  conclude (self, statement, (count == 0) == statement->negated, seen);
  return TRUE;
}

/* -- wait -- */

typedef struct
{
  ReboundPlayer *player;
  const ReboundStatement *statement;
} Wait;

static gboolean
signal_has_come (gpointer user_data)
{
  Wait *wait = user_data;
  const ReboundStatement *statement = wait->statement;

  return rebound_journal_count (wait->player->journal, statement->name.text, statement->member.text)
         >= statement->count;
}

static gboolean
expression_holds (gpointer user_data)
{
  Wait *wait = user_data;
  g_autofree char *seen = NULL;

  return rebound_expression_evaluate (wait->player->cast, wait->statement, &seen);
}

/* What was seen instead, for a wait that failed. */
static char *
describe_wait (ReboundPlayer *self, const ReboundStatement *statement)
{
  g_autofree char *seen = NULL;

  if (statement->kind == REBOUND_STATEMENT_WAIT_SIGNAL)
    return describe_count (self, statement,
                           rebound_journal_count (self->journal, statement->name.text,
                                                  statement->member.text));
  rebound_expression_evaluate (self->cast, statement, &seen);
  return g_strdup_printf ("%s.%s is “%s”", statement->name.text, statement->member.text,
                          seen != NULL ? seen : "");
}

gboolean
rebound_player_play_wait (ReboundPlayer *self, const ReboundStatement *statement, GError **error)
{
  gboolean is_signal = statement->kind == REBOUND_STATEMENT_WAIT_SIGNAL;
  gint64 limit_usec = statement->duration_usec >= 0 ? statement->duration_usec : WAIT_DEFAULT_USEC;
  gint64 start_usec = rebound_clock_get_time_usec (self->clock);
  gint64 until_usec = start_usec + MIN (limit_usec, REBOUND_CLOCK_LAST_USEC - start_usec);
  Wait wait = { self, statement };
  ReboundAdvance advance
      = rebound_stage_advance (self->stage, until_usec,
                               is_signal ? signal_has_come : expression_holds, &wait, error);
  g_autofree char *seen = NULL;
  g_autofree char *waiting = NULL;
  g_autofree char *limit = rebound_duration_to_string (limit_usec);

  if (advance == REBOUND_ADVANCE_FAILED)
    return FALSE;
  if (advance == REBOUND_ADVANCE_SATISFIED)
    {
      if (is_signal)
        rebound_journal_use (self->journal, statement->name.text, statement->member.text,
                             statement->count);
      conclude (self, statement, TRUE, NULL);
      return TRUE;
    }
  seen = describe_wait (self, statement);
  waiting = rebound_cast_dup_waiting (self->cast);
  conclude (self, statement, FALSE, seen);
  if (advance == REBOUND_ADVANCE_NOTHING_LEFT)
    g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_ACTION,
                 "nothing can happen any more%s%s; expected “%s”, but %s",
                 waiting != NULL ? ": " : "", waiting != NULL ? waiting : "", statement->source,
                 seen);
  else
    g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_ACTION,
                 "waited %s; expected “%s”, but %s%s%s%s", limit, statement->source, seen,
                 waiting != NULL ? " (" : "", waiting != NULL ? waiting : "",
                 waiting != NULL ? ")" : "");
  return FALSE;
}

/* -- always and eventually -- */

/* Whichever statement is being played: the check is its own. */
static void
conclude_watch (const ReboundStatement *statement,
                gboolean met,
                const char *seen,
                gpointer user_data)
{
  ReboundPlayer *self = user_data;
  const char *played = rebound_journal_get_source (self->journal);

  rebound_player_set_source (self, statement);
  conclude (self, statement, met, seen);
  rebound_journal_set_source (self->journal, played);
}

static gint64
judge (gpointer user_data)
{
  return rebound_watches_judge (user_data);
}

void
rebound_player_begin_watching (ReboundPlayer *self)
{
  self->watches = rebound_watches_new (self->cast, self->clock, conclude_watch, self);
  rebound_stage_set_watcher (self->stage, judge, self->watches);
}

static gboolean
no_promise_is_open (gpointer user_data)
{
  return rebound_watches_get_promise (user_data) == NULL;
}

static gboolean
wait_for_promises (ReboundPlayer *self, GError **error)
{
  const ReboundStatement *promise = rebound_watches_get_promise (self->watches);
  ReboundAdvance advance;

  if (promise == NULL)
    return TRUE;
  advance = rebound_stage_advance (self->stage, REBOUND_CLOCK_LAST_USEC, no_promise_is_open,
                                   self->watches, error);
  if (advance == REBOUND_ADVANCE_FAILED)
    {
      promise = rebound_watches_get_promise (self->watches);
      return promise != NULL ? rebound_player_fail_at (promise, error) : FALSE;
    }
  if (advance == REBOUND_ADVANCE_NOTHING_LEFT)
    {
      g_autofree char *waiting = rebound_cast_dup_waiting (self->cast);

      rebound_watches_give_up (self->watches, waiting);
    }
  return TRUE;
}

gboolean
rebound_player_end_watching (ReboundPlayer *self, gboolean played, GError **error)
{
  gboolean is_whole = played && wait_for_promises (self, error);

  if (is_whole)
    rebound_watches_finish (self->watches);
  rebound_stage_set_watcher (self->stage, NULL, NULL);
  g_clear_pointer (&self->watches, rebound_watches_free);
  return is_whole;
}
