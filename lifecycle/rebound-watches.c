/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An expectation looks once, where it stands. What has to hold all the time, or some time, is
 * looked at whenever an instant has settled: `always` is broken the first time that it does not
 * hold, and `eventually` kept the first time that it does. With `within` the former is a promise
 * that is given anew whenever it does not hold. Each is concluded once, as a check of its own
 * statement, whichever is being played by then; so all who read checks know them already.
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
  gint64 deadline_usec; /* of a promise that is open, or -1 */
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
is_open (const Watch *watch)
{
  return watch->deadline_usec >= 0;
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

static void
open_promise (ReboundWatches *self, Watch *watch)
{
  gint64 now_usec = rebound_clock_get_time_usec (self->clock);

  watch->deadline_usec
      = now_usec + MIN (watch->statement->duration_usec, REBOUND_CLOCK_LAST_USEC - now_usec);
}

void
rebound_watches_add (ReboundWatches *self, const ReboundStatement *statement)
{
  Watch *watch;

  if (statement->kind == REBOUND_STATEMENT_ALWAYS && is_watched (self, statement))
    return;
  watch = g_new0 (Watch, 1);
  watch->statement = rebound_statement_ref ((ReboundStatement *) statement);
  watch->deadline_usec = -1;
  if (statement->kind == REBOUND_STATEMENT_EVENTUALLY)
    open_promise (self, watch);
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

/* Whether the conditions of @statement hold; what was seen of them is added to @seen. */
static gboolean
conditions_hold (ReboundWatches *self, const ReboundStatement *statement, GString *seen)
{
  const char *joint = " while ";

  for (statement = statement->condition; statement != NULL; statement = statement->condition)
    {
      g_autofree char *value = NULL;

      if (!look (self, statement, &value))
        return FALSE;
      g_string_append_printf (seen, "%s%s", joint, value);
      joint = " and ";
    }
  return TRUE;
}

/* @seen: what was seen, conditions and all. (transfer full) */
static gboolean
is_kept (ReboundWatches *self, const ReboundStatement *statement, char **seen)
{
  GString *conditions = g_string_new (NULL);
  g_autofree char *value = NULL;
  gboolean kept = !conditions_hold (self, statement, conditions) || look (self, statement, &value);

  g_string_prepend (conditions, value != NULL ? value : "");
  *seen = g_string_free (conditions, FALSE);
  return kept;
}

/* Whether there is nothing more to be judged of it. What comes in the last instant comes in time.
 */
static gboolean
judge (ReboundWatches *self, Watch *watch)
{
  const ReboundStatement *statement = watch->statement;
  gboolean is_always = statement->kind == REBOUND_STATEMENT_ALWAYS;
  g_autofree char *seen = NULL;
  gboolean kept = is_kept (self, statement, &seen);

  if (kept && is_always)
    watch->deadline_usec = -1;
  else if (!kept && is_always && statement->duration_usec >= 0 && !is_open (watch))
    open_promise (self, watch);
  if (kept ? is_always
           : is_open (watch) && rebound_clock_get_time_usec (self->clock) < watch->deadline_usec)
    return FALSE;
  self->conclude (statement, kept, seen, self->user_data);
  return TRUE;
}

gint64
rebound_watches_judge (ReboundWatches *self)
{
  gint64 next_usec = -1;
  guint i = 0;

  while (i < self->watches->len)
    {
      Watch *watch = self->watches->pdata[i];

      if (judge (self, watch))
        {
          g_ptr_array_remove_index (self->watches, i);
          continue;
        }
      if (is_open (watch) && (next_usec < 0 || watch->deadline_usec < next_usec))
        next_usec = watch->deadline_usec;
      i++;
    }
  return next_usec;
}

const ReboundStatement *
rebound_watches_get_promise (ReboundWatches *self)
{
  for (guint i = 0; i < self->watches->len; i++)
    if (is_open (self->watches->pdata[i]))
      return ((Watch *) self->watches->pdata[i])->statement;
  return NULL;
}

void
rebound_watches_give_up (ReboundWatches *self, const char *waiting)
{
  guint i = 0;

  while (i < self->watches->len)
    {
      const Watch *watch = self->watches->pdata[i];
      g_autofree char *seen = NULL;
      g_autofree char *text = NULL;

      if (!is_open (watch))
        {
          i++;
          continue;
        }
      is_kept (self, watch->statement, &seen);
      text = g_strdup_printf ("%s, and nothing can happen any more%s%s", seen,
                              waiting != NULL ? ": " : "", waiting != NULL ? waiting : "");
      self->conclude (watch->statement, FALSE, text, self->user_data);
      g_ptr_array_remove_index (self->watches, i);
    }
}

void
rebound_watches_finish (ReboundWatches *self)
{
  for (guint i = 0; i < self->watches->len; i++)
    self->conclude (((Watch *) self->watches->pdata[i])->statement, TRUE, NULL, self->user_data);
  g_ptr_array_set_size (self->watches, 0);
}
