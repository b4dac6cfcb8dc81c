/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What it came to: how often each thing happened where that differs, what only one has failed at,
 * and what the runs say of why. The numbers are those of everything that is looked at, from the
 * beginning, as the reasons are. */

#include <string.h>

#include "rebound-columns.h"
#include "rebound-comparison-text.h"
#include "rebound-record-line.h"
#include "rebound-visible.h"

/* What is read at a glance; the lines that say most come first. */
#define MOST_LINES 12

typedef struct
{
  char *label;
  char *values[2];
} Line;

static void
line_clear (gpointer data)
{
  Line *line = data;

  g_free (line->label);
  g_free (line->values[0]);
  g_free (line->values[1]);
}

/* Where they differ. */
static void
add_line (GArray *lines, const char *label, const char *first, const char *second)
{
  Line line = { rebound_visible_dup (label), { g_strdup (first), g_strdup (second) } };

  if (strcmp (first, second) != 0)
    g_array_append_val (lines, line);
  else
    line_clear (&line);
}

/* What the script says is its own affair; the checks have lines of their own. */
static gboolean
is_counted (const ReboundRecordEvent *event)
{
  return (event->group & (REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_CHECKS)) == 0;
}

typedef struct
{
  char *label;
  guint n[2];
  guint place; /* in the order in which they came first */
} Count;

static void
count_free (gpointer data)
{
  Count *count = data;

  g_free (count->label);
  g_free (count);
}

/* By actor and kind. */
static void
count_events (const GPtrArray *events, guint side, GHashTable *counts, GPtrArray *order)
{
  for (guint i = 0; i < events->len; i++)
    {
      const ReboundRecordEvent *event = events->pdata[i];
      g_autofree char *label = NULL;
      Count *count;

      if (!is_counted (event))
        continue;
      label = g_strdup_printf ("%s %s", event->actor, event->kind);
      count = g_hash_table_lookup (counts, label);
      if (count == NULL)
        {
          count = g_new0 (Count, 1);
          count->label = g_steal_pointer (&label);
          count->place = order->len;
          g_hash_table_insert (counts, count->label, count);
          g_ptr_array_add (order, count);
        }
      count->n[side]++;
    }
}

/* What only one has comes first, then what differs most. */
static int
compare_counts (const void *a, const void *b)
{
  const Count *one = *(const Count *const *) a;
  const Count *other = *(const Count *const *) b;
  gboolean one_is_own = one->n[0] == 0 || one->n[1] == 0;
  gboolean other_is_own = other->n[0] == 0 || other->n[1] == 0;
  gint64 one_by = ABS ((gint64) one->n[0] - one->n[1]);
  gint64 other_by = ABS ((gint64) other->n[0] - other->n[1]);

  if (one_is_own != other_is_own)
    return one_is_own ? -1 : 1;
  if (one_by != other_by)
    return one_by > other_by ? -1 : 1;
  return one->place < other->place ? -1 : 1;
}

static void
add_counts (const ReboundComparison *self, GArray *lines)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) order = g_ptr_array_new_with_free_func (count_free);

  for (guint side = 0; side < G_N_ELEMENTS (self->events); side++)
    count_events (self->events[side], side, counts, order);
  g_ptr_array_sort (order, compare_counts);
  for (guint i = 0; i < order->len; i++)
    {
      const Count *count = order->pdata[i];
      g_autofree char *first = g_strdup_printf ("%u", count->n[0]);
      g_autofree char *second = g_strdup_printf ("%u", count->n[1]);

      add_line (lines, count->label, first, second);
    }
}

/* Rows of tables, by whose they are and of which table. */
static GHashTable *
find_statistics (const ReboundRecord *record)
{
  GHashTable *rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < record->events->len; i++)
    {
      const ReboundRecordEvent *event = rebound_record_get (record, i);

      if (event->group == REBOUND_EVENT_GROUP_STATISTICS)
        g_hash_table_replace (rows, g_strdup_printf ("%s %s", event->actor, event->kind),
                              (gpointer) event);
    }
  return rows;
}

static void
add_statistics_of (GArray *lines, const ReboundRecordEvent *first, const ReboundRecordEvent *second)
{
  g_auto (GStrv) fields = rebound_record_event_list_fields (first);

  for (guint i = 0; fields[i] != NULL; i++)
    {
      g_autofree char *label = g_strdup_printf ("%s %s", first->actor, fields[i]);
      g_autofree char *one = rebound_record_event_get_field (first, fields[i]);
      g_autofree char *other
          = second != NULL ? rebound_record_event_get_field (second, fields[i]) : NULL;

      add_line (lines, label, one != NULL ? one : "-", other != NULL ? other : "-");
    }
}

static void
add_statistics (const ReboundComparison *self, GArray *lines)
{
  const ReboundRecord *first = self->records[0];
  g_autoptr (GHashTable) others = find_statistics (self->records[1]);

  for (guint i = 0; i < first->events->len; i++)
    {
      const ReboundRecordEvent *event = rebound_record_get (first, i);
      g_autofree char *name = NULL;

      if (event->group != REBOUND_EVENT_GROUP_STATISTICS)
        continue;
      name = g_strdup_printf ("%s %s", event->actor, event->kind);
      add_statistics_of (lines, event, g_hash_table_lookup (others, name));
    }
}

static void
add_time (const ReboundComparison *self, GArray *lines)
{
  g_autofree char *first = rebound_comparison_format_time (self->records[0]->summary.virtual_usec);
  g_autofree char *second = rebound_comparison_format_time (self->records[1]->summary.virtual_usec);

  add_line (lines, "seconds of the run's time", first, second);
}

static void
print_table (const GArray *lines, const ReboundComparisonStyle *style)
{
  static const char heading[] = "What they came to:";
  glong widths[3] = { (glong) strlen (heading) - 2, 1, 1 };

  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);

      widths[0] = MAX (widths[0], rebound_columns_measure (line->label, -1));
      widths[1] = MAX (widths[1], (glong) strlen (line->values[0]));
      widths[2] = MAX (widths[2], (glong) strlen (line->values[1]));
    }
  fprintf (style->stream, "\n%-*s  %*s  %*s\n", (int) widths[0] + 2,
           "What they came to:", (int) widths[1], "A", (int) widths[2], "B");
  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);
      glong padding = widths[0] - rebound_columns_measure (line->label, -1);

      if (i == MOST_LINES && !style->all)
        {
          fprintf (style->stream, "  … %u lines more; --all shows them\n", lines->len - i);
          break;
        }
      fprintf (style->stream, "  %s%*s  %*s  %*s\n", line->label, (int) padding, "",
               (int) widths[1], line->values[0], (int) widths[2], line->values[1]);
    }
}

static void
print_numbers (const ReboundComparison *self, const ReboundComparisonStyle *style)
{
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (Line));

  g_array_set_clear_func (lines, line_clear);
  add_time (self, lines);
  add_counts (self, lines);
  add_statistics (self, lines);
  if (lines->len > 0)
    print_table (lines, style);
}

/* What was checked, by what became of it. */
static GHashTable *
find_checked (const ReboundRecord *record, const char *kind)
{
  GHashTable *statements = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < record->events->len; i++)
    {
      const ReboundRecordEvent *event = rebound_record_get (record, i);

      if (event->group == REBOUND_EVENT_GROUP_CHECKS && event->statement != NULL
          && strcmp (event->kind, kind) == 0)
        g_hash_table_add (statements, (gpointer) event->statement);
    }
  return statements;
}

/* A list with its heading before the first entry. */
typedef struct
{
  const ReboundComparisonStyle *style;
  char *heading;
  guint n_entries;
} List;

static void
print_entry (List *list, const char *text)
{
  if (list->n_entries++ == 0)
    fprintf (list->style->stream, "\n%s\n", list->heading);
  if (list->n_entries <= MOST_LINES || list->style->all)
    rebound_comparison_print_entry (list->style, text);
}

static void
finish_list (List *list)
{
  if (list->n_entries > MOST_LINES && !list->style->all)
    fprintf (list->style->stream, "  … %u more; --all shows them\n", list->n_entries - MOST_LINES);
  g_free (list->heading);
}

/* "line 22: expect …; … was … (B has met it)" (transfer full) */
static char *
describe_failed (const ReboundRecordEvent *event, const char *other, gboolean other_met)
{
  g_autofree char *seen = rebound_record_event_get_field (event, "seen");
  GString *text = g_string_new (NULL);

  if (event->place != NULL)
    g_string_append_printf (text, "line %s: ", event->place);
  g_string_append_printf (text, "%s%s%s (%s %s)", event->statement, seen != NULL ? "; " : "",
                          seen != NULL ? seen : "", other,
                          other_met ? "has met it" : "has not come to it");
  return g_string_free (text, FALSE);
}

static void
print_failed_of (const ReboundComparison *self, const ReboundComparisonStyle *style, guint side)
{
  const ReboundRecord *record = self->records[side];
  g_autoptr (GHashTable) failed = find_checked (self->records[1 - side], "failed");
  g_autoptr (GHashTable) met = find_checked (self->records[1 - side], "met");
  List list = { style, g_strdup_printf ("Failed in %s only:", side == 0 ? "A" : "B"), 0 };

  for (guint i = 0; i < record->events->len; i++)
    {
      const ReboundRecordEvent *event = rebound_record_get (record, i);
      g_autofree char *text = NULL;

      if (event->group != REBOUND_EVENT_GROUP_CHECKS || event->statement == NULL
          || strcmp (event->kind, "failed") != 0
          || g_hash_table_contains (failed, event->statement))
        continue;
      text = describe_failed (event, side == 0 ? "B" : "A",
                              g_hash_table_contains (met, event->statement));
      print_entry (&list, text);
    }
  finish_list (&list);
}

/* By what they say, on whichever lines. */
static GHashTable *
find_explained (const ReboundRecord *record)
{
  GHashTable *texts = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < record->events->len; i++)
    {
      const ReboundRecordEvent *event = rebound_record_get (record, i);

      if (event->group == REBOUND_EVENT_GROUP_EXPLANATIONS)
        g_hash_table_add (texts, (gpointer) event->key);
    }
  return texts;
}

static void
print_why_of (const ReboundComparison *self, const ReboundComparisonStyle *style, guint side)
{
  const ReboundRecord *record = self->records[side];
  g_autoptr (GHashTable) others = find_explained (self->records[1 - side]);
  List list = { style, g_strdup_printf ("Why, of %s only:", side == 0 ? "A" : "B"), 0 };

  for (guint i = 0; i < record->events->len; i++)
    {
      const ReboundRecordEvent *event = rebound_record_get (record, i);

      if (event->group == REBOUND_EVENT_GROUP_EXPLANATIONS
          && !g_hash_table_contains (others, event->key))
        print_entry (&list, event->text);
    }
  finish_list (&list);
}

/* Whether a failed expectation has said it. */
static gboolean
is_said_by_check (const ReboundRecord *record)
{
  for (guint i = record->events->len; i > 0; i--)
    {
      const ReboundRecordEvent *event = rebound_record_get (record, i - 1);

      if (strcmp (event->kind, "failed") == 0 && event->statement != NULL)
        return strstr (record->summary.problem, event->statement) != NULL;
    }
  return FALSE;
}

static void
print_problem_of (const ReboundComparison *self, const ReboundComparisonStyle *style, guint side)
{
  const char *problem = self->records[side]->summary.problem;
  List list = { style, g_strdup_printf ("What ended %s:", side == 0 ? "A" : "B"), 0 };

  if (problem != NULL && g_strcmp0 (problem, self->records[1 - side]->summary.problem) != 0
      && !is_said_by_check (self->records[side]))
    print_entry (&list, problem);
  finish_list (&list);
}

void
rebound_comparison_print_ends (const ReboundComparison *self, const ReboundComparisonStyle *style)
{
  print_numbers (self, style);
  for (guint side = 0; side < G_N_ELEMENTS (self->records); side++)
    print_problem_of (self, style, side);
  for (guint side = 0; side < G_N_ELEMENTS (self->records); side++)
    print_failed_of (self, style, side);
  for (guint side = 0; side < G_N_ELEMENTS (self->records); side++)
    print_why_of (self, style, side);
}
