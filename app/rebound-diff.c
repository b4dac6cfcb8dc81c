/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What diff -u says, without diff: a report must not depend on what is installed, and diff(1),
 * which is not everywhere, says the same in other words from one to the next. */

#include "rebound-diff.h"

#include <string.h>

#include "rebound-alignment.h"

/* Lines of context, as diff -u has them. */
#define CONTEXT 3

typedef struct
{
  const char *text;
  gsize size_bytes; /* with its end of line: one without is another line */
} Line;

typedef struct
{
  GArray *before; /* Line */
  GArray *after;
  GString *edits; /* ' ', '-' and '+', a line each */
} Diff;

/* The lines of @bytes, and in @ids a number for each that is the same for the same line. */
static GArray *
split (GBytes *bytes, GHashTable *known, GArray *ids)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));
  gsize left_bytes;
  const char *text = g_bytes_get_data (bytes, &left_bytes);

  while (left_bytes > 0)
    {
      const char *end = memchr (text, '\n', left_bytes);
      Line line = { text, end != NULL ? (gsize) (end - text) + 1 : left_bytes };
      g_autoptr (GBytes) key = g_bytes_new_static (text, line.size_bytes);
      guint id = GPOINTER_TO_UINT (g_hash_table_lookup (known, key));

      if (id == 0)
        {
          id = g_hash_table_size (known) + 1;
          g_hash_table_insert (known, g_steal_pointer (&key), GUINT_TO_POINTER (id));
        }
      g_array_append_val (lines, line);
      g_array_append_val (ids, id);
      text += line.size_bytes;
      left_bytes -= line.size_bytes;
    }
  return lines;
}

static void
append_times (GString *text, char c, guint times)
{
  for (guint i = 0; i < times; i++)
    g_string_append_c (text, c);
}

static void
find_edits (Diff *self, GArray *before, GArray *after)
{
  g_autoptr (GArray) common = rebound_align ((const guint *) before->data, before->len,
                                             (const guint *) after->data, after->len, NULL);
  guint a = 0;
  guint b = 0;

  for (guint i = 0; i < common->len; i++)
    {
      const ReboundCommon *one = &g_array_index (common, ReboundCommon, i);

      append_times (self->edits, '-', one->a - a);
      append_times (self->edits, '+', one->b - b);
      append_times (self->edits, ' ', one->length);
      a = one->a + one->length;
      b = one->b + one->length;
    }
  append_times (self->edits, '-', before->len - a);
  append_times (self->edits, '+', after->len - b);
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
  g_autoptr (GHashTable) known = NULL;
  g_autoptr (GArray) before_ids = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) after_ids = g_array_new (FALSE, FALSE, sizeof (guint));
  Diff self;
  char *text;

  if (g_bytes_equal (before, after))
    return NULL;
  known = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  self.before = split (before, known, before_ids);
  self.after = split (after, known, after_ids);
  self.edits = g_string_new (NULL);
  find_edits (&self, before_ids, after_ids);
  text = to_text (&self);
  g_string_free (self.edits, TRUE);
  g_array_unref (self.before);
  g_array_unref (self.after);
  return text;
}
