/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statements that are thought of while the run is played: only then is it known what is possible,
 * that a watchdog has ended the application, say, or that a task keeps it running. They go the way
 * of every statement, from the lexer on, so that what was improvised is a script when it is written
 * down. What differs is one thing: an actor's action that is refused, a send where nothing is
 * connected, has done nothing, and whoever improvises goes on without it. */

#include "rebound-improvisation-private.h"

#include "rebound-checker-private.h"
#include "rebound-error.h"
#include "rebound-lexer-private.h"
#include <string.h>

#include "rebound-verb-private.h"

#define PLACE "improvised"

guint
rebound_improvisation_find_place (GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      ReboundNode *node = nodes->pdata[i];

      if (node->words->len > 0 && rebound_word_is_bare (node->words->pdata[0], "eventually"))
        return i;
    }
  return nodes->len;
}

/* A word of the lifecycle that is refused is none of these: whoever has asked what is possible has
 * been told wrong. */
static gboolean
may_be_refused (ReboundPlayer *self, const ReboundStatement *statement)
{
  GType type = rebound_cast_get_type_of (self->cast, statement->name.text);

  return statement->kind == REBOUND_STATEMENT_ACTION
         && !((type == REBOUND_TYPE_APPLICATION || type == REBOUND_TYPE_DEVICE)
              && rebound_life_is_word (statement->member.text));
}

static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (error, REBOUND_ERROR, REBOUND_ERROR_STATE)
         || g_error_matches (error, REBOUND_ERROR, REBOUND_ERROR_ACTION);
}

/* @refused is set, and the result TRUE, where there was a refusal and nothing else. */
static gboolean
play_improvised (ReboundPlayer *self,
                 const ReboundStatement *statement,
                 GError **refused,
                 GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (rebound_player_play_statement (self, statement, &problem))
    return TRUE;
  /* A stage that has failed stays so, and says it here. */
  if (may_be_refused (self, statement) && is_refusal (problem)
      && rebound_stage_settle (self->stage, NULL))
    g_propagate_error (refused, g_steal_pointer (&problem));
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return *refused != NULL;
}

/* Each was read as the first line of a script of its own. */
static void
put_at (ReboundNode *node, guint number)
{
  node->position.line = number;
  for (guint i = 0; i < node->words->len; i++)
    ((ReboundWord *) node->words->pdata[i])->position.line = number;
}

static gboolean
play_line (ReboundPlayer *self, const char *line, guint number, GError **refused, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (line, strlen (line));
  g_autoptr (ReboundScript) script = rebound_script_new (bytes, PLACE, NULL, NULL);
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autoptr (ReboundStatement) statement = NULL;
  ReboundNode *node;

  if (!rebound_diagnostics_check (rebound_script_get_mistakes (script), error)
      || !rebound_checker_check (script, self->cast, self->scope, NULL, FALSE, NULL, NULL, error))
    return FALSE;
  node = rebound_script_get_nodes (script)->pdata[0];
  put_at (node, number);
  statement = rebound_statement_new (node, self->scope, diagnostics);
  return statement != NULL ? play_improvised (self, statement, refused, error)
                           : rebound_diagnostics_check (diagnostics, error);
}

gboolean
rebound_improvisation_play (ReboundPlayer *self, GError **error)
{
  g_autoptr (GError) refused = NULL;

  for (guint number = 1;; number++)
    {
      g_autofree char *line = self->improvise (refused, self->improvise_data);

      if (line == NULL)
        return TRUE;
      g_clear_error (&refused);
      if (!play_line (self, line, number, &refused, error))
        return FALSE;
    }
}
