/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An expectation looks once, where it stands. What has to hold all the time, or some time, is
 * looked at whenever an instant has settled: `always` is broken the first time that it does not
 * hold, and `eventually` kept the first time that it does. Each is concluded once, as a check of
 * its own statement, whichever is being played by then; so all who read checks know them already.
 *
 * Half an instant means nothing: between an accept and the answer to it every invariant may be
 * broken. */

#include "rebound-watches-private.h"

#include <string.h>

#include "rebound-clock-private.h"
#include "rebound-expression-private.h"

typedef struct
{
  ReboundStatement *statement;
  gint64 deadline_usec; /* of a promise */
} Watch;

struct _ReboundWatches
{
  ReboundCast *cast;
  ReboundClock *clock;
  GPtrArray *watches; /* Watch, in the order in which they were played */
  ReboundWatchesConclude conclude;
  gpointer user_data;
};

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  rebound_statement_unref (watch->statement);
  g_free (watch);
}

ReboundWatches *
rebound_watches_new (ReboundCast *cast,
                     ReboundClock *clock,
                     ReboundWatchesConclude conclude,
                     gpointer user_data)
{
  ReboundWatches *self = g_new0 (ReboundWatches, 1);

  self->cast = cast;
  self->clock = g_object_ref (clock);
  self->watches = g_ptr_array_new_with_free_func (watch_free);
  self->conclude = conclude;
  self->user_data = user_data;
  return self;
}

void
rebound_watches_free (ReboundWatches *self)
{
  g_ptr_array_unref (self->watches);
  g_object_unref (self->clock);
  g_free (self);
}

static gboolean
is_promise (const Watch *watch)
{
  return watch->statement->kind == REBOUND_STATEMENT_EVENTUALLY;
}

/* In a repeat a variable can make of one line several that have nothing to do with each other. */
static gboolean
is_watched (ReboundWatches *self, const ReboundStatement *statement)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      const ReboundStatement *other = ((Watch *) self->watches->pdata[i])->statement;

      if (other->kind == statement->kind && other->position.file == statement->position.file
          && other->position.line == statement->position.line
          && strcmp (other->source, statement->source) == 0)
        return TRUE;
    }
  return FALSE;
}

void
rebound_watches_add (ReboundWatches *self, const ReboundStatement *statement)
{
  gint64 now_usec = rebound_clock_get_time_usec (self->clock);
  Watch *watch;

  if (statement->kind == REBOUND_STATEMENT_ALWAYS && is_watched (self, statement))
    return;
  watch = g_new0 (Watch, 1);
  watch->statement = rebound_statement_ref ((ReboundStatement *) statement);
  if (is_promise (watch))
    watch->deadline_usec
        = now_usec + MIN (statement->duration_usec, REBOUND_CLOCK_LAST_USEC - now_usec);
  g_ptr_array_add (self->watches, watch);
}

/* "web.state was “listening”" */
static gboolean
look (ReboundWatches *self, const ReboundStatement *statement, char **seen)
{
  g_autofree char *value = NULL;
  gboolean holds = rebound_expression_evaluate (self->cast, statement, &value);

  *seen = g_strdup_printf ("%s.%s was “%s”", statement->name.text, statement->member.text,
                           value != NULL ? value : "");
  return holds;
}

/* Whether there is nothing more to be judged of it. */
static gboolean
judge_always (ReboundWatches *self, const Watch *watch)
{
  const ReboundStatement *condition = watch->statement->condition;
  g_autofree char *meanwhile = NULL;
  g_autofree char *seen = NULL;
  g_autofree char *text = NULL;

  if ((condition != NULL && !look (self, condition, &meanwhile))
      || look (self, watch->statement, &seen))
    return FALSE;
  text = g_strdup_printf ("%s%s%s", seen, meanwhile != NULL ? " while " : "",
                          meanwhile != NULL ? meanwhile : "");
  self->conclude (watch->statement, FALSE, text, self->user_data);
  return TRUE;
}

/* What comes in the last instant comes in time. */
static gboolean
judge_promise (ReboundWatches *self, const Watch *watch)
{
  g_autofree char *seen = NULL;
  gboolean kept = look (self, watch->statement, &seen);

  if (!kept && rebound_clock_get_time_usec (self->clock) < watch->deadline_usec)
    return FALSE;
  self->conclude (watch->statement, kept, seen, self->user_data);
  return TRUE;
}

gint64
rebound_watches_judge (ReboundWatches *self)
{
  gint64 next_usec = -1;
  guint i = 0;

  while (i < self->watches->len)
    {
      const Watch *watch = self->watches->pdata[i];

      if (is_promise (watch) ? judge_promise (self, watch) : judge_always (self, watch))
        {
          g_ptr_array_remove_index (self->watches, i);
          continue;
        }
      if (is_promise (watch) && (next_usec < 0 || watch->deadline_usec < next_usec))
        next_usec = watch->deadline_usec;
      i++;
    }
  return next_usec;
}

const ReboundStatement *
rebound_watches_get_promise (ReboundWatches *self)
{
  for (guint i = 0; i < self->watches->len; i++)
    if (is_promise (self->watches->pdata[i]))
      return ((Watch *) self->watches->pdata[i])->statement;
  return NULL;
}

void
rebound_watches_give_up (ReboundWatches *self, const char *waiting)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      const Watch *watch = self->watches->pdata[i];
      g_autofree char *seen = NULL;
      g_autofree char *text = NULL;

      if (!is_promise (watch))
        continue;
      look (self, watch->statement, &seen);
      text = g_strdup_printf ("%s, and nothing can happen any more%s%s", seen,
                              waiting != NULL ? ": " : "", waiting != NULL ? waiting : "");
      self->conclude (watch->statement, FALSE, text, self->user_data);
    }
}

void
rebound_watches_finish (ReboundWatches *self)
{
  for (guint i = 0; i < self->watches->len; i++)
    {
      const Watch *watch = self->watches->pdata[i];

      if (!is_promise (watch))
        self->conclude (watch->statement, TRUE, NULL, self->user_data);
    }
  g_ptr_array_set_size (self->watches, 0);
}
