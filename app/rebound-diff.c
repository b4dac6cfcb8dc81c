/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Myers' shortest edit script ("An O(ND) Difference Algorithm and Its Variations", 1986). It is
 * here because a report must not depend on what is installed: diff(1) is not everywhere, and says
 * the same in other words from one version to the next.
 *
 * The cost grows with what differs, and a log that differs in all of its lines is not read line by
 * line: past a limit the middle is shown as replaced. */

#include "rebound-diff.h"

#include <string.h>

/* Lines of context, as diff -u has them. */
#define CONTEXT 3

/* The search keeps 2 D + 1 numbers for each of D steps: 4 MB of them at most. */
#define MOST_EDITS 1000

typedef struct
{
  const char *text;
  gsize size_bytes; /* with its end of line: one without is another line */
  guint id;         /* the same for the same line */
} Line;

typedef struct
{
  GArray *before; /* Line */
  GArray *after;
  GString *edits; /* ' ', '-' and '+', a line each */
} Diff;

/* -- lines -- */

static GArray *
split (GBytes *bytes, GHashTable *ids)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));
  gsize left_bytes;
  const char *text = g_bytes_get_data (bytes, &left_bytes);

  while (left_bytes > 0)
    {
      const char *end = memchr (text, '\n', left_bytes);
      Line line = { text, end != NULL ? (gsize) (end - text) + 1 : left_bytes, 0 };
      g_autoptr (GBytes) key = g_bytes_new_static (text, line.size_bytes);

      line.id = GPOINTER_TO_UINT (g_hash_table_lookup (ids, key));
      if (line.id == 0)
        {
          line.id = g_hash_table_size (ids) + 1;
          g_hash_table_insert (ids, g_steal_pointer (&key), GUINT_TO_POINTER (line.id));
        }
      g_array_append_val (lines, line);
      text += line.size_bytes;
      left_bytes -= line.size_bytes;
    }
  return lines;
}

static guint
id_at (GArray *lines, int index)
{
  return g_array_index (lines, Line, index).id;
}

/* -- the search, in the part between what both begin and end with -- */

typedef struct
{
  GArray *before;
  GArray *after;
  int begin;    /* of both */
  int n_before; /* lines of the part */
  int n_after;
} Part;

static gboolean
is_same (const Part *part, int x, int y)
{
  return id_at (part->before, part->begin + x) == id_at (part->after, part->begin + y);
}

/* One more edit on diagonal @k: from the better of its neighbours, and on as long as both are the
 * same. */
static int
extend (const Part *part, const int *reach, int d, int k)
{
  gboolean goes_down = k == -d || (k != d && reach[k - 1] < reach[k + 1]);
  int x = goes_down ? reach[k + 1] : reach[k - 1] + 1;

  while (x < part->n_before && x - k < part->n_after && is_same (part, x, x - k))
    x++;
  return x;
}

/* How far each diagonal is reached with 0, 1, … edits, or NULL where there are too many.
 * (element-type int array of 2 MOST_EDITS + 3, the middle is diagonal 0) */
static GPtrArray *
search (const Part *part)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (g_free);
  g_autofree int *own = g_new0 (int, 2 * MOST_EDITS + 3);
  int *reach = own + MOST_EDITS + 1;

  for (int d = 0; d <= MOST_EDITS; d++)
    {
      g_ptr_array_add (steps, g_memdup2 (reach - d - 1, (gsize) (2 * d + 3) * sizeof *reach));
      for (int k = -d; k <= d; k += 2)
        {
          /* Diagonals outside lead nowhere, and are not walked on. */
          reach[k] = extend (part, reach, d, k);
          if (reach[k] >= part->n_before && reach[k] - k >= part->n_after)
            return g_steal_pointer (&steps);
        }
    }
  return NULL;
}

/* From the end to the beginning, by the steps that were kept. */
static void
walk_back (const Part *part, GPtrArray *steps, GString *backwards)
{
  int x = part->n_before;
  int y = part->n_after;

  for (int d = (int) steps->len - 1; d >= 0; d--)
    {
      const int *reach = (const int *) steps->pdata[d] + d + 1;
      int k = x - y;
      gboolean went_down = k == -d || (k != d && reach[k - 1] < reach[k + 1]);
      int from_x = went_down ? reach[k + 1] : reach[k - 1];
      int from_y = from_x - (went_down ? k + 1 : k - 1);

      if (d == 0)
        from_x = from_y = 0;
      for (; x > from_x && y > from_y; x--, y--)
        g_string_append_c (backwards, ' ');
      if (d > 0)
        g_string_append_c (backwards, went_down ? '+' : '-');
      x = from_x;
      y = from_y;
    }
}

static void
append_times (GString *text, char c, int times)
{
  for (int i = 0; i < times; i++)
    g_string_append_c (text, c);
}

static void
append_part (GString *edits, const Part *part)
{
  g_autoptr (GPtrArray) steps = search (part);
  g_autoptr (GString) backwards = g_string_new (NULL);

  if (steps == NULL)
    {
      append_times (edits, '-', part->n_before);
      append_times (edits, '+', part->n_after);
      return;
    }
  walk_back (part, steps, backwards);
  g_strreverse (backwards->str);
  g_string_append (edits, backwards->str);
}

static void
find_edits (Diff *self)
{
  Part part = { self->before, self->after, 0, (int) self->before->len, (int) self->after->len };
  int n_same_end = 0;

  while (part.n_before > 0 && part.n_after > 0 && is_same (&part, 0, 0))
    {
      part.begin++;
      part.n_before--;
      part.n_after--;
    }
  while (part.n_before > 0 && part.n_after > 0
         && is_same (&part, part.n_before - 1, part.n_after - 1))
    {
      n_same_end++;
      part.n_before--;
      part.n_after--;
    }
  append_times (self->edits, ' ', part.begin);
  append_part (self->edits, &part);
  append_times (self->edits, ' ', n_same_end);
}

/* -- as text -- */

static void
append_line (GString *text, char edit, const Line *line)
{
  g_string_append_c (text, edit);
  g_string_append_len (text, line->text, (gssize) line->size_bytes);
  if (line->text[line->size_bytes - 1] != '\n')
    g_string_append (text, "\n\\ No newline at end of file\n");
}

/* Where lines count from 1, and an empty range stands behind the line before it. */
static void
append_range (GString *text, char sign, guint begin, guint length)
{
  g_string_append_printf (text, "%c%u", sign, length > 0 ? begin + 1 : begin);
  if (length != 1)
    g_string_append_printf (text, ",%u", length);
}

/* The edits from @begin to before @end, of which @before and @after lines come first. */
static void
append_hunk (const Diff *self, GString *text, guint begin, guint end, guint before, guint after)
{
  guint n_before = 0;
  guint n_after = 0;

  for (guint i = begin; i < end; i++)
    {
      n_before += self->edits->str[i] != '+';
      n_after += self->edits->str[i] != '-';
    }
  g_string_append (text, "@@ ");
  append_range (text, '-', before, n_before);
  g_string_append_c (text, ' ');
  append_range (text, '+', after, n_after);
  g_string_append (text, " @@\n");
  for (guint i = begin; i < end; i++)
    {
      char edit = self->edits->str[i];

      append_line (text, edit,
                   edit == '+' ? &g_array_index (self->after, Line, after)
                               : &g_array_index (self->before, Line, before));
      before += edit != '+';
      after += edit != '-';
    }
}

/* The first edit from @at on that is a change, or the end. */
static guint
find_change (const Diff *self, guint at)
{
  while (at < self->edits->len && self->edits->str[at] == ' ')
    at++;
  return at;
}

static guint
find_end_of_hunk (const Diff *self, guint change)
{
  guint end = change;

  for (guint next = change; next < self->edits->len && next - end <= 2 * CONTEXT;
       next = find_change (self, next + 1))
    end = next + 1;
  return MIN (end + CONTEXT, (guint) self->edits->len);
}

static char *
to_text (const Diff *self)
{
  GString *text = g_string_new (NULL);
  guint before = 0;
  guint after = 0;
  guint at = 0;

  for (guint change = find_change (self, 0); change < self->edits->len;
       change = find_change (self, at))
    {
      guint begin = MAX (change, CONTEXT) - CONTEXT;
      guint end = find_end_of_hunk (self, change);

      /* What is passed over is the same in both. */
      before += MAX (begin, at) - at;
      after += MAX (begin, at) - at;
      begin = MAX (begin, at);
      append_hunk (self, text, begin, end, before, after);
      for (at = begin; at < end; at++)
        {
          before += self->edits->str[at] != '+';
          after += self->edits->str[at] != '-';
        }
    }
  return g_string_free (text, FALSE);
}

char *
rebound_diff_describe (GBytes *before, GBytes *after)
{
  g_autoptr (GHashTable) ids = NULL;
  Diff self;
  char *text;

  if (g_bytes_equal (before, after))
    return NULL;
  ids = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  self.before = split (before, ids);
  self.after = split (after, ids);
  self.edits = g_string_new (NULL);
  find_edits (&self);
  text = to_text (&self);
  g_string_free (self.edits, TRUE);
  g_array_unref (self.before);
  g_array_unref (self.after);
  return text;
}
