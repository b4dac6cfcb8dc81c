/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What somebody asks who has a bug and a cure: from where on is it otherwise, what came of it, and
 * why. So the report has that order, and of what is the same only as much as says where one is. */

#include "rebound-comparison-text.h"

#include <string.h>

#include "rebound-colour.h"
#include "rebound-columns.h"
#include "rebound-repeat.h"
#include "rebound-visible.h"

/* Actors' names are short; a longer one pushes its own line. */
#define ACTOR_COLUMNS 8
#define TIME_COLUMNS  10

/* What sentences are wrapped to, as those of a run's log. */
#define DEFAULT_COLUMNS 100
#define MOST_COLUMNS    120

/* Of what came before: enough to know the place again in the log. */
#define LINES_BEFORE 5

static const char *const names[] = { "A", "B" };
static const char marks[] = { '-', '+' };

char *
rebound_comparison_format_time (gint64 usec)
{
  char time[REBOUND_REPEAT_TIME_BYTES];

  rebound_repeat_print_time (time, usec);
  return g_strdup (time);
}

/* "  ×295, every 200 ms, until 59.200", "" for a single one. (transfer full) */
static char *
describe_repeat (const ReboundStretch *stretch)
{
  const ReboundRepeat repeat = { stretch->n_events, stretch->event->time_usec, stretch->last_usec,
                                 stretch->distance_usec };
  GString *text = g_string_new (NULL);

  if (repeat.count > 1)
    {
      g_string_append (text, "  ");
      rebound_repeat_append (&repeat, text);
    }
  return g_string_free (text, FALSE);
}

char *
rebound_comparison_describe (const ReboundStretch *stretch,
                             const char *remark,
                             glong indent,
                             glong columns)
{
  const ReboundRecordEvent *event = stretch->event;
  g_autofree char *time = rebound_comparison_format_time (event->time_usec);
  g_autofree char *actor = rebound_visible_dup (event->actor);
  g_autofree char *text = rebound_visible_dup (event->text);
  g_autofree char *start = g_strdup_printf ("%*s%*s  %-*s  ", (int) indent, "", TIME_COLUMNS, time,
                                            ACTOR_COLUMNS, actor);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *times = describe_repeat (stretch);
  g_autofree char *last = g_strdup_printf ("%s%s%s%s", times, *remark != '\0' ? "  (" : "", remark,
                                           *remark != '\0' ? ")" : "");
  GString *out = g_string_new (start + indent);
  glong behind = indent + TIME_COLUMNS + 2 + ACTOR_COLUMNS + 2;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *line = g_strconcat (lines[i], i == 0 ? last : "", NULL);

      if (i > 0)
        g_string_append_printf (out, "\n%*s", (int) behind, "");
      rebound_columns_append (out, line, i == 0 ? rebound_columns_measure (start, -1) : behind,
                              behind, columns);
    }
  return g_string_free (out, FALSE);
}

const char *
rebound_comparison_colour_of (const ReboundComparisonStyle *style, char mark)
{
  if (!style->colour)
    return "";
  return mark == '-'   ? REBOUND_COLOUR_RED
         : mark == '+' ? REBOUND_COLOUR_GREEN
         : mark == '~' ? REBOUND_COLOUR_YELLOW
                       : "";
}

void
rebound_comparison_print_stretch (const ReboundComparisonStyle *style,
                                  char mark,
                                  const ReboundStretch *stretch,
                                  const char *remark)
{
  g_autofree char *line = rebound_comparison_describe (stretch, remark, 2, style->columns);
  const char *colour = rebound_comparison_colour_of (style, mark);

  fprintf (style->stream, "%s%c %s%s\n", colour, mark, line,
           *colour != '\0' ? REBOUND_COLOUR_RESET : "");
}

void
rebound_comparison_print_entry (const ReboundComparisonStyle *style, const char *text)
{
  g_autofree char *visible = rebound_visible_dup (text);
  g_autoptr (GString) out = g_string_new (NULL);

  g_strdelimit (visible, "\n", ' ');
  rebound_columns_append (out, visible, 4, 4,
                          style->columns == 0 ? DEFAULT_COLUMNS
                                              : MIN (style->columns, MOST_COLUMNS));
  fprintf (style->stream, "  - %s\n", out->str);
}

static const char *
describe_status (const ReboundSummary *summary)
{
  return summary->status == 0     ? "as expected"
         : summary->status == 1   ? "NOT as expected"
         : summary->status == 130 ? "interrupted"
                                  : "broken off";
}

/* "as expected: 21 expectations met" (transfer full) */
static char *
describe_verdict (const ReboundSummary *summary)
{
  if (summary->n_failed > 0)
    return g_strdup_printf ("%s: %u of %u expectations failed", describe_status (summary),
                            summary->n_failed, summary->n_expectations);
  return g_strdup_printf ("%s: %u expectation%s met", describe_status (summary),
                          summary->n_expectations, summary->n_expectations == 1 ? "" : "s");
}

/* "rebind-fix: its title" (transfer full) */
static char *
describe_script (const ReboundRecord *record)
{
  const char *title = rebound_record_get_title (record);
  g_autofree char *text = g_strconcat (record->name, *title != '\0' ? ": " : "", title, NULL);

  return rebound_visible_dup (text);
}

/* A script with two settings is named once, and the settings are what the two are called. */
static void
print_head (const ReboundComparison *self, const ReboundComparisonStyle *style)
{
  gboolean is_one = strcmp (self->records[0]->name, self->records[1]->name) == 0;
  g_autofree char *script = describe_script (self->records[0]);
  glong width = 0;
  char *called[G_N_ELEMENTS (names)];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *settings = rebound_record_describe_settings (self->records[i]);
      g_autofree char *visible = rebound_visible_dup (settings);
      g_autofree char *own = describe_script (self->records[i]);

      called[i] = is_one ? g_steal_pointer (&visible)
                         : g_strconcat (own, *visible != '\0' ? "; " : "", visible, NULL);
      width = MAX (width, rebound_columns_measure (called[i], -1));
    }
  if (is_one)
    fprintf (style->stream, "%s\n", script);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *verdict = describe_verdict (&self->records[i]->summary);
      glong padding = width - rebound_columns_measure (called[i], -1);

      fprintf (style->stream, "%s  %s%*s%s\n", names[i], called[i],
               (int) (is_one && width > 0 ? padding + 2 : 0), is_one ? "" : "\n   ", verdict);
      g_free (called[i]);
    }
  fputc ('\n', style->stream);
}

static void
print_told_otherwise (const ReboundComparison *self, const ReboundComparisonStyle *style)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->before->len; i++)
    {
      const ReboundRow *row = &g_array_index (self->before, ReboundRow, i);
      guint side = row->sides[0].n_events > 0 ? 0 : 1;
      g_autofree char *line = NULL;

      if (rebound_row_is_common (row))
        continue;
      if (!any)
        fprintf (style->stream, "What they are told otherwise%s:\n",
                 self->part ? " before they part" : "");
      any = TRUE;
      if (row->sides[side].event->place != NULL)
        line = g_strconcat ("line ", row->sides[side].event->place, NULL);
      rebound_comparison_print_stretch (style, marks[side], &row->sides[side],
                                        line != NULL ? line : "");
    }
  if (any)
    fputc ('\n', style->stream);
}

static guint
count_common (const ReboundComparison *self)
{
  guint n = 0;

  for (guint i = 0; i < self->before->len; i++)
    {
      const ReboundRow *row = &g_array_index (self->before, ReboundRow, i);

      n += rebound_row_is_common (row) ? row->sides[0].n_events : 0;
    }
  return n;
}

/* The last lines of what is the same. */
static void
print_before (const ReboundComparison *self, const ReboundComparisonStyle *style)
{
  guint n = count_common (self);
  guint n_left = LINES_BEFORE;
  guint from = self->before->len;

  for (; from > 0 && n_left > 0; from--)
    n_left -= rebound_row_is_common (&g_array_index (self->before, ReboundRow, from - 1)) ? 1 : 0;
  if (n == 0)
    fprintf (style->stream, "Nothing is the same from the beginning on.\n\n");
  else
    fprintf (style->stream, "The same in both: %u event%s%s\n", n, n == 1 ? "" : "s",
             from > 0 ? ", the last of them:" : ":");
  for (guint i = from; i < self->before->len; i++)
    {
      const ReboundRow *row = &g_array_index (self->before, ReboundRow, i);

      if (rebound_row_is_common (row))
        rebound_comparison_print_stretch (style, ' ', &row->sides[0], "");
    }
  if (n > 0)
    fputc ('\n', style->stream);
}

/* The statement that was being played at the parting; of a file, the last that it tells of. */
static const char *
find_place (const ReboundComparison *self, guint side)
{
  const GPtrArray *events = self->events[side];

  for (guint i = MIN (self->partings[side] + 1, events->len); i > 0; i--)
    {
      const ReboundRecordEvent *event = events->pdata[i - 1];

      if (event->place != NULL)
        return event->place;
    }
  return NULL;
}

/* "10.200, event 77, line 21" (transfer full) */
static char *
describe_parting (const ReboundComparison *self, guint side)
{
  const char *place = find_place (self, side);
  const ReboundRecordEvent *event;
  g_autofree char *time = NULL;
  g_autofree char *text = NULL;

  if (self->partings[side] == self->events[side]->len)
    return g_strdup ("its end");
  event = self->events[side]->pdata[self->partings[side]];
  time = rebound_comparison_format_time (event->time_usec);
  text = g_strdup_printf ("%s, event %" G_GUINT64_FORMAT "%s%s", time, event->number,
                          place != NULL ? ", line " : "", place != NULL ? place : "");
  return rebound_visible_dup (text);
}

static void
print_parting (const ReboundComparison *self, const ReboundComparisonStyle *style)
{
  g_autofree char *first = describe_parting (self, 0);
  g_autofree char *second = describe_parting (self, 1);

  if (strcmp (first, second) == 0)
    fprintf (style->stream, "They part at %s:\n", first);
  else
    fprintf (style->stream, "They part, A at %s, and B at %s:\n", first, second);
}

void
rebound_comparison_print (const ReboundComparison *self, const ReboundComparisonStyle *style)
{
  const ReboundSummary *summary = &self->records[0]->summary;
  g_autofree char *time = rebound_comparison_format_time (summary->virtual_usec);

  print_head (self, style);
  if (self->is_same)
    {
      fprintf (style->stream, "The same: %u event%s in %s seconds of the run's time\n",
               self->records[0]->events->len, self->records[0]->events->len == 1 ? "" : "s", time);
      return;
    }
  print_told_otherwise (self, style);
  print_before (self, style);
  if (self->part)
    {
      print_parting (self, style);
      rebound_comparison_print_rows (self, style);
    }
  else
    fprintf (style->stream, "Nothing happens otherwise.\n");
  rebound_comparison_print_ends (self, style);
}
