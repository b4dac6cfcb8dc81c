/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Delta debugging (A. Zeller and R. Hildebrandt, "Simplifying and Isolating Failure-Inducing
 * Input", 2002): leave out halves, then quarters, and in the end single statements, as long as what
 * is left fails in the same way. What stays is then made simpler, a statement at a time: arguments
 * are left out, times made round; then statements that need each other are left out together; and
 * since that may make others needless, it begins anew until nothing changes. Of the candidates of a
 * round the first that fails is taken, so that it does not matter how many are played side by side.
 *
 * A failure can slip into another: a script that does not launch its application breaks many a
 * promise. What a life has done shows only where the same script without that life keeps it, so a
 * candidate that fails by itself is none; and what the script's own statements say is not touched,
 * for its invariants were thought of with that in mind. */

#include "rebound-shrink.h"

#include <string.h>

#include "lifecycle/rebound-duration.h"
#include "rebound-life-script.h"

/* The words from an application in front to another life of it: three ways out, a way in. */
#define LONGEST_ROW 6

/* With more statements there are too many pairs of them; of so many there are some 270. */
#define MOST_FOR_PAIRS 24

typedef struct
{
  GPtrArray *statements;
  GPtrArray *whole; /* as they were */
  guint n_at_once;
  ReboundShrinkFunc func;
  gpointer user_data;
  GHashTable *dead; /* texts of candidates that do not fail, or not so */
  GHashTable *bare; /* texts without a life: whether they fail */
  gboolean is_bare; /* the script fails without a life, and so may a candidate */
} Shrink;

/* -- candidates -- */

/* What a statement of a life changes until another one mends it, or NULL: “set NAME PROPERTY”, the
 * limit of descriptors. (transfer full) */
static char *
find_change (const ReboundLifeStatement *statement)
{
  if (!statement->is_life)
    return NULL;
  if (g_str_has_prefix (statement->text, "kernel.limit-descriptors")
      || g_str_has_prefix (statement->text, "kernel.unlimit-descriptors"))
    return g_strdup ("kernel");
  return g_str_has_prefix (statement->text, "set ")
             ? g_strndup (statement->text, strcspn (statement->text, "="))
             : NULL;
}

static const char *
find_last_change (GPtrArray *statements, const char *change)
{
  for (guint i = statements->len; i > 0; i--)
    {
      g_autofree char *other = find_change (statements->pdata[i - 1]);

      if (g_strcmp0 (other, change) == 0)
        return rebound_life_script_get_text (statements, i - 1);
    }
  return NULL;
}

/* Whatever is changed in it is changed last as it was in the whole life: mended. */
static gboolean
is_mended (Shrink *self, GPtrArray *candidate)
{
  for (guint i = 0; i < candidate->len; i++)
    {
      g_autofree char *change = find_change (candidate->pdata[i]);

      if (change != NULL
          && g_strcmp0 (find_last_change (candidate, change),
                        find_last_change (self->whole, change))
                 != 0)
        return FALSE;
    }
  return TRUE;
}

/* Whether it fails so without a life. (transfer full: text) */
static gboolean
fails_bare (Shrink *self, char *text)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();
  gpointer known;
  gboolean fails;

  if (g_hash_table_lookup_extended (self->bare, text, NULL, &known))
    {
      g_free (text);
      return GPOINTER_TO_INT (known);
    }
  g_ptr_array_add (texts, text);
  fails = self->func (texts, TRUE, self->user_data) == 0;
  g_hash_table_insert (self->bare, text, GINT_TO_POINTER (fails));
  return fails;
}

static gboolean
is_good (Shrink *self, GPtrArray *candidate)
{
  return self->is_bare || !fails_bare (self, rebound_life_script_join_bare (candidate));
}

/* As many of @candidates from @from on as are asked about together, without those that are known to
 * be dead. Returns where to go on. */
static guint
gather (Shrink *self, GPtrArray *candidates, guint from, GPtrArray *texts, GPtrArray *asked)
{
  guint i = from;

  for (; i < candidates->len && texts->len < self->n_at_once; i++)
    {
      g_autofree char *text = rebound_life_script_join (candidates->pdata[i]);

      if (g_hash_table_contains (self->dead, text) || !is_mended (self, candidates->pdata[i]))
        continue;
      g_ptr_array_add (texts, g_steal_pointer (&text));
      g_ptr_array_add (asked, GUINT_TO_POINTER (i));
    }
  return i;
}

/* TRUE: the first of @candidates (lists of statements) that fails is what there is from now on. */
static gboolean
take_first (Shrink *self, GPtrArray *candidates)
{
  for (guint i = 0; i < candidates->len;)
    {
      g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GPtrArray) asked = g_ptr_array_new ();
      guint next = gather (self, candidates, i, texts, asked);
      int found = texts->len > 0 ? self->func (texts, FALSE, self->user_data) : -1;
      guint at = found >= 0 ? GPOINTER_TO_UINT (asked->pdata[found]) : next;

      for (guint j = 0; j < texts->len && (found < 0 || j < (guint) found); j++)
        g_hash_table_add (self->dead, g_strdup (texts->pdata[j]));
      i = next;
      if (found < 0)
        continue;
      if (is_good (self, candidates->pdata[at]))
        {
          g_ptr_array_unref (self->statements);
          self->statements = g_ptr_array_ref (candidates->pdata[at]);
          return TRUE;
        }
      g_hash_table_add (self->dead, g_strdup (texts->pdata[found]));
      i = at + 1;
    }
  return FALSE;
}

static GPtrArray *
new_candidates (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
}

/* -- fewer statements -- */

static GPtrArray *
leave_out (GPtrArray *statements, guint from, guint to)
{
  GPtrArray *left = rebound_life_script_copy (statements);

  g_ptr_array_remove_range (left, from, to - from);
  return left;
}

static gboolean
leave_out_a_part (Shrink *self, guint n_parts)
{
  g_autoptr (GPtrArray) candidates = new_candidates ();
  guint n = self->statements->len;

  for (guint i = 0; i < n_parts; i++)
    g_ptr_array_add (candidates,
                     leave_out (self->statements, n * i / n_parts, n * (i + 1) / n_parts));
  return take_first (self, candidates);
}

static gboolean
leave_out_statements (Shrink *self)
{
  guint n_parts = 2;
  gboolean has_changed = FALSE;

  while (self->statements->len > 1)
    {
      n_parts = MIN (n_parts, self->statements->len);
      if (leave_out_a_part (self, n_parts))
        {
          has_changed = TRUE;
          n_parts = MAX (n_parts - 1, 2);
        }
      else if (n_parts == self->statements->len)
        break;
      else
        n_parts *= 2;
    }
  return has_changed;
}

/* A way there and back: "lock" and "unlock", or all of the words in a row that end a life and begin
 * another. None of them can be missed without the others. */
static void
add_rows (Shrink *self, GPtrArray *candidates)
{
  guint n = self->statements->len;

  for (guint length = 2; length <= MIN (n, LONGEST_ROW); length++)
    for (guint i = 0; i + length <= n; i++)
      g_ptr_array_add (candidates, leave_out (self->statements, i, i + length));
}

static void
add_pairs (Shrink *self, GPtrArray *candidates)
{
  guint n = self->statements->len;

  for (guint i = 0; i < n; i++)
    for (guint j = i + 2; j < n && n <= MOST_FOR_PAIRS; j++)
      {
        GPtrArray *candidate = leave_out (self->statements, j, j + 1);

        g_ptr_array_remove_index (candidate, i);
        g_ptr_array_add (candidates, candidate);
      }
}

static gboolean
leave_out_ways_back (Shrink *self)
{
  g_autoptr (GPtrArray) candidates = new_candidates ();

  add_rows (self, candidates);
  add_pairs (self, candidates);
  return take_first (self, candidates);
}

/* -- simpler ones -- */

/* Round times, the simplest first. */
static const char *const round_times[]
    = { "1s", "10s", "1min", "2min", "5min", "10min", "100ms", "2s", "5s", "20s", "30s" };

/* The first digit alone. (transfer full) */
static char *
round_down (gint64 usec)
{
  gint64 unit_usec = 1;

  while (usec / unit_usec >= 10)
    unit_usec *= 10;
  return rebound_duration_to_string (usec / unit_usec * unit_usec);
}

static void
add_with_word (GPtrArray *simpler, char **words, guint index, const char *word)
{
  char *kept = words[index];

  words[index] = (char *) word;
  g_ptr_array_add (simpler, g_strjoinv (" ", words));
  words[index] = kept;
}

/* “after D”: the rounder times, up to the one that it has. */
static void
add_times (GPtrArray *simpler, char **words)
{
  g_autofree char *problem = NULL;
  g_autofree char *rounded = NULL;
  gint64 usec;

  if (strcmp (words[0], "after") != 0 || words[1] == NULL
      || !rebound_duration_parse (words[1], &usec, &problem))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (round_times); i++)
    {
      if (strcmp (round_times[i], words[1]) == 0)
        return;
      add_with_word (simpler, words, 1, round_times[i]);
    }
  rounded = round_down (usec);
  if (strcmp (rounded, words[1]) != 0)
    add_with_word (simpler, words, 1, rounded);
}

/* Without one of its settings or arguments. */
static void
add_without_a_word (GPtrArray *simpler, char **words)
{
  guint n_words = g_strv_length (words);

  for (guint i = 1; i < n_words; i++)
    {
      g_autoptr (GStrvBuilder) left = g_strv_builder_new ();
      g_auto (GStrv) list = NULL;

      if (strchr (words[i], '=') == NULL || words[i][0] == '=')
        continue;
      for (guint j = 0; j < n_words; j++)
        if (j != i)
          g_strv_builder_add (left, words[j]);
      list = g_strv_builder_end (left);
      g_ptr_array_add (simpler, g_strjoinv (" ", list));
    }
}

/* “after D STATEMENT”: the statement alone. */
static void
add_inner (GPtrArray *simpler, char **words)
{
  if (strcmp (words[0], "after") == 0 && words[1] != NULL && words[2] != NULL)
    g_ptr_array_add (simpler, g_strjoinv (" ", words + 2));
}

/* A repeat is taken as it is. (transfer full) */
static GPtrArray *
list_simpler (const char *statement)
{
  GPtrArray *simpler = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = rebound_life_script_split_words (statement);

  if (strchr (statement, '\n') != NULL)
    return simpler;
  add_inner (simpler, words);
  add_without_a_word (simpler, words);
  add_times (simpler, words);
  return simpler;
}

static gboolean
simplify_at (Shrink *self, guint i)
{
  const ReboundLifeStatement *statement = self->statements->pdata[i];
  g_autoptr (GPtrArray) simpler = list_simpler (statement->text);
  g_autoptr (GPtrArray) candidates = new_candidates ();

  if (!statement->is_life)
    return FALSE;
  for (guint j = 0; j < simpler->len; j++)
    {
      GPtrArray *candidate = leave_out (self->statements, i, i + 1);

      rebound_life_script_insert (candidate, (int) i, g_strdup (simpler->pdata[j]), TRUE);
      g_ptr_array_add (candidates, candidate);
    }
  return take_first (self, candidates);
}

static gboolean
simplify_statements (Shrink *self)
{
  gboolean has_changed = FALSE;

  for (guint i = 0; i < self->statements->len; i++)
    while (simplify_at (self, i))
      has_changed = TRUE;
  return has_changed;
}

/* “after D” and what comes behind it on one line, as people write it. */
static gboolean
can_join (Shrink *self, guint i)
{
  const ReboundLifeStatement *time = self->statements->pdata[i];
  const ReboundLifeStatement *next = self->statements->pdata[i + 1];
  g_auto (GStrv) words = rebound_life_script_split_words (time->text);

  return time->is_life && next->is_life && strcmp (words[0], "after") == 0 && words[1] != NULL
         && words[2] == NULL;
}

static void
join_times (Shrink *self)
{
  for (guint i = 0; i + 1 < self->statements->len; i++)
    {
      g_autoptr (GPtrArray) candidates = new_candidates ();
      GPtrArray *joined;

      if (!can_join (self, i))
        continue;
      joined = leave_out (self->statements, i, i + 2);
      rebound_life_script_insert (
          joined, (int) i,
          g_strdup_printf ("%s %s", rebound_life_script_get_text (self->statements, i),
                           rebound_life_script_get_text (self->statements, i + 1)),
          TRUE);
      g_ptr_array_add (candidates, joined);
      take_first (self, candidates);
    }
}

GPtrArray *
rebound_shrink (GPtrArray *statements, guint n_at_once, ReboundShrinkFunc func, gpointer user_data)
{
  Shrink self = { .statements = g_ptr_array_ref (statements),
                  .whole = statements,
                  .n_at_once = n_at_once,
                  .func = func,
                  .user_data = user_data,
                  .dead = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                  .bare = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  gboolean has_changed;

  self.is_bare = fails_bare (&self, rebound_life_script_join_bare (statements));
  do
    {
      has_changed = leave_out_statements (&self);
      has_changed = simplify_statements (&self) || has_changed;
      has_changed = has_changed || leave_out_ways_back (&self);
    }
  while (has_changed);
  join_times (&self);
  g_hash_table_unref (self.dead);
  g_hash_table_unref (self.bare);
  return self.statements;
}
