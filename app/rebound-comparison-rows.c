/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What followed, as diff shows it: in two columns where a line has room for them, else one below
 * the other. What both have done at another time is no difference to be read as two lines, but one
 * line with the distance; and much of the same is folded. */

#include <string.h>

#include "rebound-colour.h"
#include "rebound-columns.h"
#include "rebound-comparison-text.h"

/* Two columns of a time, an actor and a text that is not broken after each word. */
#define TWO_COLUMNS_FROM 120
#define GAP_COLUMNS      3

/* As many lines of the same as diff shows around a difference. */
#define CONTEXT 3

/* More than a screen is read by nobody who has not asked for it. */
#define MOST_ROWS 40

/* In the column of the times. */
#define ELLIPSIS "           … "

typedef struct
{
  const GArray *rows;
  const ReboundComparisonStyle *style;
  guint n_printed;
} Printer;

static const ReboundRow *
get_row (const Printer *self, guint i)
{
  return &g_array_index (self->rows, ReboundRow, i);
}

/* How much later the second has it. */
static gint64
get_shift (const ReboundRow *row)
{
  return row->sides[1].event->time_usec - row->sides[0].event->time_usec;
}

static gboolean
is_as_often (const ReboundRow *row)
{
  return row->sides[0].n_events == row->sides[1].n_events
         && row->sides[0].last_usec - row->sides[0].event->time_usec
                == row->sides[1].last_usec - row->sides[1].event->time_usec;
}

/* "0.200 s later in B", "" for the same time. (transfer full) */
static char *
describe_shift (gint64 shift_usec)
{
  g_autofree char *time = rebound_comparison_format_time (ABS (shift_usec));

  if (shift_usec == 0)
    return g_strdup ("");
  return g_strdup_printf ("%s s %s in B", time, shift_usec > 0 ? "later" : "earlier");
}

/* How B's differs from A's, which is shown. (transfer full) */
static char *
describe_move (const ReboundRow *row)
{
  g_autofree char *shift = describe_shift (get_shift (row));
  g_autofree char *until = rebound_comparison_format_time (row->sides[1].last_usec);

  if (is_as_often (row))
    return g_steal_pointer (&shift);
  return g_strdup_printf ("%s%sB: ×%u, until %s", shift, *shift != '\0' ? "; " : "",
                          row->sides[1].n_events, until);
}

static void
print_one_column (const Printer *self, const ReboundRow *row)
{
  g_autofree char *move = NULL;

  if (rebound_row_is_common (row))
    {
      move = describe_move (row);
      rebound_comparison_print_stretch (self->style, rebound_row_is_same (row) ? ' ' : '~',
                                        &row->sides[0], move);
      return;
    }
  if (row->sides[0].n_events > 0)
    rebound_comparison_print_stretch (self->style, '-', &row->sides[0], "");
  else
    rebound_comparison_print_stretch (self->style, '+', &row->sides[1], "");
}

static char **
make_cell (const ReboundStretch *stretch, glong columns)
{
  g_autofree char *text = NULL;

  if (stretch->n_events == 0)
    return g_new0 (char *, 1);
  text = rebound_comparison_describe (stretch, "", 0, columns);
  return g_strsplit (text, "\n", -1);
}

static void
append_cell (GString *line, const char *text, const char *colour)
{
  g_string_append_printf (line, "%s%s%s", colour, text,
                          *colour != '\0' ? REBOUND_COLOUR_RESET : "");
}

/* What only one has is in its colour. */
static void
print_two_columns (const Printer *self,
                   char mark,
                   const ReboundStretch *first,
                   const ReboundStretch *second)
{
  glong columns = (self->style->columns - GAP_COLUMNS) / 2;
  gboolean differ = strchr ("<|>", mark) != NULL;
  const char *first_colour = rebound_comparison_colour_of (self->style, differ ? '-' : ' ');
  const char *second_colour = rebound_comparison_colour_of (self->style, differ ? '+' : ' ');
  g_auto (GStrv) left = make_cell (first, columns);
  g_auto (GStrv) right = make_cell (second, columns);
  guint n_left = g_strv_length (left);
  guint n_right = g_strv_length (right);

  for (guint i = 0; i < MAX (n_left, n_right); i++)
    {
      const char *text = i < n_left ? left[i] : "";
      const char *other = i < n_right ? right[i] : "";
      glong padding = MAX (columns - rebound_columns_measure (text, -1), 0);
      g_autoptr (GString) line = g_string_new (NULL);

      append_cell (line, text, i < n_left ? first_colour : "");
      g_string_append_printf (line, "%*s %c ", (int) padding, "", i == 0 ? mark : ' ');
      append_cell (line, other, i < n_right ? second_colour : "");
      fprintf (self->style->stream, "%s\n", g_strchomp (line->str));
    }
}

static gint64
get_own_time (const ReboundRow *row)
{
  return row->sides[row->sides[0].n_events > 0 ? 0 : 1].event->time_usec;
}

/* What each has alone, from @from to before @to, side by side where it is of the same instant. */
static void
print_instant (const Printer *self, guint from, guint to)
{
  static const ReboundStretch none;
  guint second = from;

  while (second < to && get_row (self, second)->sides[0].n_events > 0)
    second++;
  for (guint i = from, j = second; i < second || j < to; i++, j++)
    print_two_columns (self,
                       i >= second ? '>'
                       : j >= to   ? '<'
                                   : '|',
                       i < second ? &get_row (self, i)->sides[0] : &none,
                       j < to ? &get_row (self, j)->sides[1] : &none);
}

static void
print_beside (const Printer *self, guint from, guint to)
{
  while (from < to)
    {
      guint end = from;

      while (end < to && get_own_time (get_row (self, end)) == get_own_time (get_row (self, from)))
        end++;
      print_instant (self, from, end);
      from = end;
    }
}

static gboolean
has_two_columns (const Printer *self)
{
  return self->style->columns >= TWO_COLUMNS_FROM;
}

static guint
find_end_of_own (const Printer *self, guint from)
{
  guint to = from;

  while (to < self->rows->len && !rebound_row_is_common (get_row (self, to)))
    to++;
  return to;
}

/* Of rows that both have, those that come after each other as late as each other. */
static guint
find_end_of_common (const Printer *self, guint from)
{
  guint to = from;

  while (to < self->rows->len && rebound_row_is_common (get_row (self, to))
         && is_as_often (get_row (self, to))
         && get_shift (get_row (self, to)) == get_shift (get_row (self, from)))
    to++;
  return MAX (to, from + 1);
}

static gboolean
has_room (const Printer *self)
{
  return self->style->all || self->n_printed < MOST_ROWS;
}

static guint
print_own (Printer *self, guint from)
{
  guint end = find_end_of_own (self, from);
  guint to = self->style->all ? end : MIN (end, from + MOST_ROWS - self->n_printed);

  self->n_printed += to - from;
  if (has_two_columns (self))
    print_beside (self, from, to);
  else
    for (guint i = from; i < to; i++)
      print_one_column (self, get_row (self, i));
  return to;
}

static void
print_common (Printer *self, guint i)
{
  const ReboundRow *row = get_row (self, i);

  self->n_printed++;
  if (has_two_columns (self))
    print_two_columns (self, rebound_row_is_same (row) ? ' ' : '~', &row->sides[0], &row->sides[1]);
  else
    print_one_column (self, row);
}

static void
print_folded (const Printer *self, guint from, guint to)
{
  g_autofree char *shift = describe_shift (get_shift (get_row (self, from)));
  guint n = 0;

  for (guint i = from; i < to; i++)
    n += get_row (self, i)->sides[0].n_events;
  fprintf (self->style->stream, ELLIPSIS "%u events the same%s%s\n", n, *shift != '\0' ? ", " : "",
           shift);
}

/* The same, with its middle folded. */
static guint
print_stretch_of_common (Printer *self, guint from)
{
  guint to = find_end_of_common (self, from);
  gboolean folds = !self->style->all && to - from > 2 * CONTEXT + 1;

  for (guint i = from; i < to && has_room (self); i++)
    {
      if (folds && i == from + CONTEXT)
        {
          print_folded (self, i, to - CONTEXT);
          i = to - CONTEXT;
        }
      print_common (self, i);
    }
  return to;
}

void
rebound_comparison_print_rows (const ReboundComparison *self, const ReboundComparisonStyle *style)
{
  Printer printer = { self->rows, style, 0 };
  guint i = 0;

  while (i < self->rows->len && has_room (&printer))
    i = rebound_row_is_common (get_row (&printer, i)) ? print_stretch_of_common (&printer, i)
                                                      : print_own (&printer, i);
  if (i < self->rows->len)
    fprintf (style->stream, ELLIPSIS "%u lines more; --all shows them\n", self->rows->len - i);
  if (self->is_rough)
    fprintf (style->stream, "(They differ too much for the shortest account of it.)\n");
}
