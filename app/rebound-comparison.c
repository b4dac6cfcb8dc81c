/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where do two runs part? Not at the line of the script that was changed, which whoever changed it
 * knows, but at the first thing that happens otherwise. So what a script says, its statements and
 * the expectations that were met, is looked at by itself up to there.
 *
 * What followed is aligned by what happened, not by when: a run in which the same comes later is
 * the same run, later. Repetitions are folded before, or three hundred refusals of the one would be
 * dealt out to the five times fifty of the other, one by one. What a run says at its end (why, and
 * what it came to) has no place in the order. */

#include "rebound-comparison.h"

#include <string.h>

#include "rebound-alignment.h"

#define AT_THE_END (REBOUND_EVENT_GROUP_EXPLANATIONS | REBOUND_EVENT_GROUP_STATISTICS)

static GPtrArray *
choose (const ReboundRecord *record, ReboundEventGroup groups)
{
  GPtrArray *events = g_ptr_array_new ();

  for (guint i = 0; i < record->events->len; i++)
    {
      const ReboundRecordEvent *event = rebound_record_get (record, i);

      if ((event->group & groups) != 0 && (event->group & AT_THE_END) == 0)
        g_ptr_array_add (events, (gpointer) event);
    }
  return events;
}

/* What the script says and is no news of what happened. What it prints is. */
static gboolean
is_said (const ReboundRecordEvent *event)
{
  return strcmp (event->actor, "script") == 0
         && (strcmp (event->kind, "met") == 0 || strcmp (event->kind, "statement") == 0);
}

static guint
skip_said (const GPtrArray *events, guint i)
{
  while (i < events->len && is_said (events->pdata[i]))
    i++;
  return i;
}

static gboolean
happen_alike (const ReboundRecordEvent *a, const ReboundRecordEvent *b)
{
  return a->time_usec == b->time_usec && strcmp (a->key, b->key) == 0;
}

/* As in the log: what a script says twice is read twice, and two segments are not one. */
static gboolean
folds (const ReboundRecordEvent *a, const ReboundRecordEvent *b)
{
  return (a->group & (REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_PACKETS)) == 0
         && strcmp (a->key, b->key) == 0;
}

/* FALSE where the stretch says something else. */
static gboolean
take (ReboundStretch *stretch, const ReboundRecordEvent *event)
{
  gint64 distance_usec = event->time_usec - stretch->last_usec;

  if (!folds (stretch->event, event))
    return FALSE;
  if (stretch->n_events == 1)
    stretch->distance_usec = distance_usec;
  else if (stretch->distance_usec != distance_usec)
    stretch->distance_usec = -1;
  stretch->n_events++;
  stretch->last_usec = event->time_usec;
  return TRUE;
}

static GArray *
fold (const GPtrArray *events, guint from, guint to)
{
  GArray *folded = g_array_new (FALSE, FALSE, sizeof (ReboundStretch));

  for (guint i = from; i < to; i++)
    {
      const ReboundRecordEvent *event = events->pdata[i];
      ReboundStretch one = { event, 1, event->time_usec, -1 };

      if (folded->len == 0
          || !take (&g_array_index (folded, ReboundStretch, folded->len - 1), event))
        g_array_append_val (folded, one);
    }
  return folded;
}

/* A number for each key, from 1. */
static guint *
number_keys (GHashTable *numbers, const GArray *folded)
{
  guint *keys = g_new (guint, MAX (folded->len, 1));

  for (guint i = 0; i < folded->len; i++)
    {
      const char *key = g_array_index (folded, ReboundStretch, i).event->key;
      guint number = GPOINTER_TO_UINT (g_hash_table_lookup (numbers, key));

      if (number == 0)
        {
          number = g_hash_table_size (numbers) + 1;
          g_hash_table_insert (numbers, (gpointer) key, GUINT_TO_POINTER (number));
        }
      keys[i] = number;
    }
  return keys;
}

static void
add_row (GArray *rows, const GArray *first, guint i, const GArray *second, guint j)
{
  ReboundRow row = { 0 };

  if (first != NULL)
    row.sides[0] = g_array_index (first, ReboundStretch, i);
  if (second != NULL)
    row.sides[1] = g_array_index (second, ReboundStretch, j);
  g_array_append_val (rows, row);
}

/* Whether the first's next own row comes before the second's: by time, and at the same time the
 * first's. */
static gboolean
is_first_next (const GArray *first,
               guint i,
               guint i_end,
               const GArray *second,
               guint j,
               guint j_end)
{
  if (i == i_end || j == j_end)
    return i < i_end;
  return g_array_index (first, ReboundStretch, i).event->time_usec
         <= g_array_index (second, ReboundStretch, j).event->time_usec;
}

static void
add_rows (GArray *rows, const GArray *first, const GArray *second, const GArray *common)
{
  guint i = 0;
  guint j = 0;

  for (guint k = 0; k <= common->len; k++)
    {
      ReboundCommon next = { first->len, second->len, 0 };

      if (k < common->len)
        next = g_array_index (common, ReboundCommon, k);
      while (i < next.a || j < next.b)
        if (is_first_next (first, i, next.a, second, j, next.b))
          add_row (rows, first, i++, NULL, 0);
        else
          add_row (rows, NULL, 0, second, j++);
      for (guint l = 0; l < next.length; l++)
        add_row (rows, first, i++, second, j++);
    }
}

static void
align (GArray *rows, const GArray *first, const GArray *second, gboolean *is_rough)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree guint *first_keys = number_keys (numbers, first);
  g_autofree guint *second_keys = number_keys (numbers, second);
  g_autoptr (GArray) common
      = rebound_align (first_keys, first->len, second_keys, second->len, is_rough);

  add_rows (rows, first, second, common);
}

gboolean
rebound_row_is_common (const ReboundRow *row)
{
  return row->sides[0].n_events > 0 && row->sides[1].n_events > 0;
}

gboolean
rebound_row_is_same (const ReboundRow *row)
{
  return rebound_row_is_common (row) && row->sides[0].n_events == row->sides[1].n_events
         && row->sides[0].event->time_usec == row->sides[1].event->time_usec
         && row->sides[0].last_usec == row->sides[1].last_usec;
}

/* What the scripts say from @from to before @to, where nothing happens between. */
static void
add_said (ReboundComparison *self, const guint *from, const guint *to)
{
  g_autoptr (GArray) first = NULL;
  g_autoptr (GArray) second = NULL;

  if (from[0] == to[0] && from[1] == to[1])
    return;
  first = fold (self->events[0], from[0], to[0]);
  second = fold (self->events[1], from[1], to[1]);
  align (self->before, first, second, NULL);
}

/* The same of both, at the same time. */
static void
add_happened (ReboundComparison *self, const ReboundRecordEvent *a, const ReboundRecordEvent *b)
{
  ReboundRow one = { { { a, 1, a->time_usec, -1 }, { b, 1, b->time_usec, -1 } } };
  ReboundRow *last = self->before->len > 0
                         ? &g_array_index (self->before, ReboundRow, self->before->len - 1)
                         : NULL;

  if (last != NULL && rebound_row_is_common (last) && take (&last->sides[0], a))
    take (&last->sides[1], b);
  else
    g_array_append_val (self->before, one);
}

/* Up to where something happens otherwise. */
static void
find_parting (ReboundComparison *self)
{
  guint to[2] = { 0, 0 };
  gboolean is_over;

  g_array_set_size (self->before, 0);
  for (;;)
    {
      const guint from[2] = { to[0], to[1] };

      for (guint i = 0; i < G_N_ELEMENTS (to); i++)
        to[i] = skip_said (self->events[i], from[i]);
      add_said (self, from, to);
      is_over = to[0] == self->events[0]->len || to[1] == self->events[1]->len;
      if (is_over || !happen_alike (self->events[0]->pdata[to[0]], self->events[1]->pdata[to[1]]))
        break;
      add_happened (self, self->events[0]->pdata[to[0]++], self->events[1]->pdata[to[1]++]);
    }
  memcpy (self->partings, to, sizeof to);
  self->part = to[0] < self->events[0]->len || to[1] < self->events[1]->len;
}

static void
find_what_followed (ReboundComparison *self)
{
  g_autoptr (GArray) first = fold (self->events[0], self->partings[0], self->events[0]->len);
  g_autoptr (GArray) second = fold (self->events[1], self->partings[1], self->events[1]->len);

  align (self->rows, first, second, &self->is_rough);
}

/* Whether a check that failed says what ended the run, which has the script's name in it besides.
 */
static gboolean
ends_with_check (const ReboundRecord *record)
{
  for (guint i = record->events->len; i > 0; i--)
    {
      const ReboundRecordEvent *event = rebound_record_get (record, i - 1);

      if ((event->group & AT_THE_END) == 0)
        return event->group == REBOUND_EVENT_GROUP_CHECKS && strcmp (event->kind, "failed") == 0;
    }
  return FALSE;
}

/* Beyond its events a file says nothing. */
static gboolean
end_alike (const ReboundRecord *a, const ReboundRecord *b)
{
  if (a->about == NULL || b->about == NULL)
    return TRUE;
  return a->summary.status == b->summary.status
         && (g_strcmp0 (a->summary.problem, b->summary.problem) == 0
             || (ends_with_check (a) && ends_with_check (b)));
}

static gboolean
are_same (const ReboundRecord *a, const ReboundRecord *b)
{
  if (a->events->len != b->events->len || !end_alike (a, b))
    return FALSE;
  for (guint i = 0; i < a->events->len; i++)
    if (!happen_alike (rebound_record_get (a, i), rebound_record_get (b, i)))
      return FALSE;
  return TRUE;
}

static void
look_at (ReboundComparison *self, ReboundEventGroup groups)
{
  self->groups = groups;
  for (guint i = 0; i < G_N_ELEMENTS (self->events); i++)
    {
      g_clear_pointer (&self->events[i], g_ptr_array_unref);
      self->events[i] = choose (self->records[i], groups);
    }
  find_parting (self);
}

ReboundComparison *
rebound_comparison_new (const ReboundRecord *first,
                        const ReboundRecord *second,
                        ReboundEventGroup groups)
{
  ReboundComparison *self = g_new0 (ReboundComparison, 1);

  self->records[0] = first;
  self->records[1] = second;
  self->before = g_array_new (FALSE, FALSE, sizeof (ReboundRow));
  self->rows = g_array_new (FALSE, FALSE, sizeof (ReboundRow));
  self->is_same = are_same (first, second);
  look_at (self, groups);
  if (!self->part && !self->is_same)
    look_at (self, (ReboundEventGroup) ~0);
  find_what_followed (self);
  return self;
}

void
rebound_comparison_free (ReboundComparison *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->events); i++)
    g_ptr_array_unref (self->events[i]);
  g_array_unref (self->before);
  g_array_unref (self->rows);
  g_free (self);
}

/* Of what the scripts say, where nothing else is otherwise. */
static const ReboundRecordEvent *
find_told (const ReboundComparison *self, guint side)
{
  for (guint i = 0; i < self->before->len; i++)
    {
      const ReboundRow *row = &g_array_index (self->before, ReboundRow, i);

      if (!rebound_row_is_common (row) && row->sides[side].n_events > 0)
        return row->sides[side].event;
    }
  return NULL;
}

guint64
rebound_comparison_get_parting (const ReboundComparison *self, guint side)
{
  const GPtrArray *events = self->events[side];
  guint i = self->partings[side];
  const ReboundRecordEvent *event = i < events->len ? events->pdata[i] : NULL;

  if (!self->part)
    event = find_told (self, side);
  return event != NULL ? event->number : 0;
}
