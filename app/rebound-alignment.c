/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986), in the
 * variation that takes linear space: the shortest way from one sequence to the other is looked for
 * from both of its ends at once, and where the two meet the problem falls into two.
 *
 * D is how many steps the way has, and the time goes with its square: two runs of 100,000 events
 * that have nothing in common would take minutes. So a search that has gone LIMIT steps from each
 * end takes the farthest point that it has come to, and goes on from there: what comes of it is
 * right, and may say that something was taken out and put in again. */

#include "rebound-alignment.h"

#include <string.h>

/* The time of the worst case is the length times this: a second for 100,000 events a side, on a
 * machine of 2020. */
#define LIMIT 512

/* A part of both sequences. */
typedef struct
{
  gint a_from;
  gint a_to;
  gint b_from;
  gint b_to;
} Box;

typedef struct
{
  const guint *a;
  const guint *b;
  const guint *a_index; /* where each was, before what the other has not was left out */
  const guint *b_index;

  /* By diagonal (a's place less b's), how far along a the ways of so many steps come: from the
   * beginning, and from the end, counted from there. -1: none comes there. */
  gint *forward;
  gint *backward;

  GArray *common;
  gboolean is_rough;
} Search;

static void
emit (Search *self, gint a, gint b)
{
  ReboundCommon one = { self->a_index[a], self->b_index[b], 1 };
  ReboundCommon *last = self->common->len > 0
                            ? &g_array_index (self->common, ReboundCommon, self->common->len - 1)
                            : NULL;

  if (last != NULL && last->a + last->length == one.a && last->b + last->length == one.b)
    last->length++;
  else
    g_array_append_val (self->common, one);
}

/* One step more on the diagonal @k of ways in a box of @n by @m: the better one of its neighbours,
 * if it does not lead out of the box. */
static gint
step (const gint *ways, gint k, gint n, gint m)
{
  gint x = -1;

  if (ways[k + 1] >= 0 && ways[k + 1] - k <= m)
    x = ways[k + 1];
  if (ways[k - 1] >= 0 && ways[k - 1] + 1 <= n && ways[k - 1] + 1 > x)
    x = ways[k - 1] + 1;
  return x;
}

static gint
run_forward (const Search *self, const Box *box, gint x, gint k)
{
  gint a = box->a_from + x;
  gint b = box->b_from + x - k;

  while (a < box->a_to && b < box->b_to && self->a[a] == self->b[b])
    {
      a++;
      b++;
    }
  return a - box->a_from;
}

static gint
run_backward (const Search *self, const Box *box, gint x, gint k)
{
  gint a = box->a_to - x;
  gint b = box->b_to - (x - k);

  while (a > box->a_from && b > box->b_from && self->a[a - 1] == self->b[b - 1])
    {
      a--;
      b--;
    }
  return box->a_to - a;
}

/* The first diagonal of @steps steps that is in the box: they have the parity of the steps. */
static gint
first_diagonal (gint steps, gint m)
{
  return steps <= m ? -steps : -m + ((steps - m) & 1);
}

/* Ways of @steps steps from one end. TRUE where one of them meets one from the other end, which had
 * @other_steps; @x and @k is where. */
static gboolean
search_side (Search *self,
             const Box *box,
             gboolean is_forward,
             gint steps,
             gint other_steps,
             gint *x,
             gint *k)
{
  const gint n = box->a_to - box->a_from;
  const gint m = box->b_to - box->b_from;
  gint *ways = is_forward ? self->forward : self->backward;
  const gint *others = is_forward ? self->backward : self->forward;

  if (steps <= m)
    ways[-steps - 1] = -1;
  if (steps <= n)
    ways[steps + 1] = -1;
  for (*k = first_diagonal (steps, m); *k <= MIN (steps, n); *k += 2)
    {
      gint there = n - m - *k;

      *x = steps == 0 ? 0 : step (ways, *k, n, m);
      if (*x >= 0)
        *x = is_forward ? run_forward (self, box, *x, *k) : run_backward (self, box, *x, *k);
      ways[*k] = *x;
      if (*x >= 0 && ((there - other_steps) & 1) == 0 && ABS (there) <= other_steps
          && others[there] >= 0 && *x + others[there] >= n)
        return TRUE;
    }
  return FALSE;
}

/* Of the ways of @steps steps the one that has come farthest. */
static void
find_farthest (const Search *self, const Box *box, gint steps, gint *x, gint *k)
{
  const gint n = box->a_to - box->a_from;
  const gint m = box->b_to - box->b_from;
  gint most = -1;

  *x = *k = 0;
  for (gint i = first_diagonal (steps, m); i <= MIN (steps, n); i += 2)
    if (self->forward[i] >= 0 && 2 * self->forward[i] - i > most)
      {
        most = 2 * self->forward[i] - i;
        *x = self->forward[i];
        *k = i;
      }
}

/* Where a way from the beginning and one from the end meet, on the beginning's way; FALSE where
 * they have not in LIMIT steps each. */
static gboolean
find_meeting (Search *self, const Box *box, gint *a, gint *b)
{
  gint x;
  gint k;

  for (gint steps = 0; steps < LIMIT; steps++)
    {
      if (search_side (self, box, TRUE, steps, steps - 1, &x, &k))
        {
          *a = box->a_from + x;
          *b = box->b_from + x - k;
          return TRUE;
        }
      if (search_side (self, box, FALSE, steps, steps, &x, &k))
        {
          *a = box->a_to - x;
          *b = box->b_to - (x - k);
          return TRUE;
        }
    }
  return FALSE;
}

/* A point on the way, neither its beginning nor its end; of a box whose sides begin and end with
 * something else. */
static void
find_middle (Search *self, const Box *box, gint *a, gint *b)
{
  gint x;
  gint k;

  if (find_meeting (self, box, a, b))
    return;
  self->is_rough = TRUE;
  find_farthest (self, box, LIMIT - 1, &x, &k);
  *a = box->a_from + x;
  *b = box->b_from + x - k;
}

static void
solve (Search *self, Box box)
{
  gint n_after = 0;
  gint a;
  gint b;

  for (;
       box.a_from < box.a_to && box.b_from < box.b_to && self->a[box.a_from] == self->b[box.b_from];
       box.a_from++, box.b_from++)
    emit (self, box.a_from, box.b_from);
  for (; box.a_from < box.a_to && box.b_from < box.b_to
         && self->a[box.a_to - 1] == self->b[box.b_to - 1];
       box.a_to--, box.b_to--)
    n_after++;
  if (box.a_from < box.a_to && box.b_from < box.b_to)
    {
      find_middle (self, &box, &a, &b);
      solve (self, (Box){ box.a_from, a, box.b_from, b });
      solve (self, (Box){ a, box.a_to, b, box.b_to });
    }
  for (gint i = 0; i < n_after; i++)
    emit (self, box.a_to + i, box.b_to + i);
}

/* What the other has not at all is on no way, and only makes the search longer. Returns how many
 * are left in @kept, and where they were in @index. */
static guint
leave_out (const guint *from, guint n, const guint *other, guint n_other, guint *kept, guint *index)
{
  g_autoptr (GHashTable) there = g_hash_table_new (NULL, NULL);
  guint n_kept = 0;

  for (guint i = 0; i < n_other; i++)
    g_hash_table_add (there, GUINT_TO_POINTER (other[i]));
  for (guint i = 0; i < n; i++)
    if (g_hash_table_contains (there, GUINT_TO_POINTER (from[i])))
      {
        kept[n_kept] = from[i];
        index[n_kept++] = i;
      }
  return n_kept;
}

GArray *
rebound_align (const guint *a, guint n_a, const guint *b, guint n_b, gboolean *is_rough)
{
  g_autofree guint *a_kept = g_new (guint, MAX (n_a, 1));
  g_autofree guint *b_kept = g_new (guint, MAX (n_b, 1));
  g_autofree guint *a_index = g_new (guint, MAX (n_a, 1));
  g_autofree guint *b_index = g_new (guint, MAX (n_b, 1));
  guint n = leave_out (a, n_a, b, n_b, a_kept, a_index);
  guint m = leave_out (b, n_b, a, n_a, b_kept, b_index);
  /* Diagonals from -m to n, with a neighbour on each side. */
  g_autofree gint *forward = g_new (gint, (gsize) n + m + 3);
  g_autofree gint *backward = g_new (gint, (gsize) n + m + 3);
  Search search = { a_kept,
                    b_kept,
                    a_index,
                    b_index,
                    forward + m + 1,
                    backward + m + 1,
                    g_array_new (FALSE, FALSE, sizeof (ReboundCommon)),
                    FALSE };

  solve (&search, (Box){ 0, (gint) n, 0, (gint) m });
  if (is_rough != NULL)
    *is_rough = search.is_rough;
  return search.common;
}
