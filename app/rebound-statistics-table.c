/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies are compared by looking from one line to the next, so what actors have come to is a
 * table: a row an actor, a column a field, under the field's own name, as JSON has it. Events of
 * different fields are different tables. A count that is 0 in every row says nothing, and what did
 * not happen to anybody would fill most of the width; such columns are left out. */

#include "rebound-statistics-table.h"

#include <string.h>

#include "lifecycle/rebound-value.h"

#define GAP "  "

struct _ReboundStatisticsTable
{
  GPtrArray *events; /* ReboundEvent */
};

ReboundStatisticsTable *
rebound_statistics_table_new (void)
{
  ReboundStatisticsTable *self = g_new0 (ReboundStatisticsTable, 1);

  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) rebound_event_unref);
  return self;
}

void
rebound_statistics_table_free (ReboundStatisticsTable *self)
{
  g_ptr_array_unref (self->events);
  g_free (self);
}

void
rebound_statistics_table_add (ReboundStatisticsTable *self, ReboundEvent *event)
{
  if (rebound_event_get_n_fields (event) > 0)
    g_ptr_array_add (self->events, rebound_event_ref (event));
}

/* -- a table -- */

/* Whether two events are of one class, which has its specifications once. */
static gboolean
is_alike (ReboundEvent *a, ReboundEvent *b)
{
  return rebound_event_get_field_spec (a, 0) == rebound_event_get_field_spec (b, 0);
}

/* NULL where the event does not have it: a duration of nothing is left out. */
static const GValue *
find_value (ReboundEvent *event, GParamSpec *pspec)
{
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    if (rebound_event_get_field_spec (event, i) == pspec)
      return rebound_event_get_field_value (event, i);
  return NULL;
}

static char *
dup_cell (ReboundEvent *event, GParamSpec *pspec)
{
  const GValue *value = find_value (event, pspec);

  return value != NULL ? rebound_value_to_string (pspec, value) : g_strdup ("-");
}

static gboolean
says_something (GPtrArray *rows, GParamSpec *pspec)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const GValue *value = find_value (rows->pdata[i], pspec);

      if (value != NULL && !(G_VALUE_HOLDS_UINT (value) && g_value_get_uint (value) == 0))
        return TRUE;
    }
  return FALSE;
}

static GPtrArray *
list_columns (GPtrArray *rows)
{
  GPtrArray *columns = g_ptr_array_new ();

  for (guint i = 0; i < rows->len; i++)
    for (guint j = 0; j < rebound_event_get_n_fields (rows->pdata[i]); j++)
      {
        GParamSpec *pspec = rebound_event_get_field_spec (rows->pdata[i], j);

        if (!g_ptr_array_find (columns, pspec, NULL) && says_something (rows, pspec))
          g_ptr_array_add (columns, pspec);
      }
  return columns;
}

/* A heading stands in two lines: the last word of a name in the lower one. */
static char *
dup_heading (GParamSpec *pspec, gboolean is_lower)
{
  const char *name = g_param_spec_get_name (pspec);
  const char *dash = strrchr (name, '-');
  char *heading;

  if (dash == NULL)
    return g_strdup (is_lower ? name : "");
  heading = is_lower ? g_strdup (dash + 1) : g_strndup (name, (gsize) (dash - name));
  return g_strdelimit (heading, "-", ' ');
}

static void
add_cell (GPtrArray *lines, guint line, char *cell)
{
  g_ptr_array_add (lines->pdata[line], cell);
}

/* Cells by line and column: two lines of headings, then the rows. */
static GPtrArray *
list_lines (GPtrArray *rows, GPtrArray *columns)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < rows->len + 2; i++)
    g_ptr_array_add (lines, g_ptr_array_new_with_free_func (g_free));
  add_cell (lines, 0, g_strdup (""));
  add_cell (lines, 1, g_strdup (""));
  for (guint i = 0; i < rows->len; i++)
    add_cell (lines, i + 2, g_strdup (rebound_event_get_actor (rows->pdata[i])));
  for (guint i = 0; i < columns->len; i++)
    {
      add_cell (lines, 0, dup_heading (columns->pdata[i], FALSE));
      add_cell (lines, 1, dup_heading (columns->pdata[i], TRUE));
      for (guint j = 0; j < rows->len; j++)
        add_cell (lines, j + 2, dup_cell (rows->pdata[j], columns->pdata[i]));
    }
  return lines;
}

static glong
measure (GPtrArray *lines, guint column)
{
  glong width = 0;

  for (guint i = 0; i < lines->len; i++)
    width = MAX (width, g_utf8_strlen (((GPtrArray *) lines->pdata[i])->pdata[column], -1));
  return width;
}

/* The first one is the actor's name. */
static gboolean
is_words (GPtrArray *columns, guint column)
{
  return column == 0 || G_IS_PARAM_SPEC_ENUM (columns->pdata[column - 1])
         || G_IS_PARAM_SPEC_STRING (columns->pdata[column - 1]);
}

/* Words to the left, numbers to the right; nothing behind the last character. */
static void
write_line (GPtrArray *columns, GPtrArray *lines, GPtrArray *cells, GString *out)
{
  gsize begin = out->len;

  for (guint i = 0; i < cells->len; i++)
    {
      const char *cell = cells->pdata[i];
      int padding = (int) (measure (lines, i) - g_utf8_strlen (cell, -1));

      if (is_words (columns, i))
        g_string_append_printf (out, GAP "%s%*s", cell, padding, "");
      else
        g_string_append_printf (out, GAP "%*s%s", padding, "", cell);
    }
  while (out->len > begin && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
  if (out->len > begin)
    g_string_append_c (out, '\n');
}

static void
write_table (GPtrArray *rows, GString *out)
{
  g_autoptr (GPtrArray) columns = list_columns (rows);
  g_autoptr (GPtrArray) lines = list_lines (rows, columns);

  g_string_append_c (out, '\n');
  for (guint i = 0; i < lines->len; i++)
    write_line (columns, lines, lines->pdata[i], out);
}

char *
rebound_statistics_table_to_text (ReboundStatisticsTable *self)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GPtrArray) left = g_ptr_array_new ();

  for (guint i = 0; i < self->events->len; i++)
    g_ptr_array_add (left, self->events->pdata[i]);
  while (left->len > 0)
    {
      g_autoptr (GPtrArray) rows = g_ptr_array_new ();
      g_autoptr (GPtrArray) others = g_ptr_array_new ();

      for (guint i = 0; i < left->len; i++)
        g_ptr_array_add (is_alike (left->pdata[i], left->pdata[0]) ? rows : others, left->pdata[i]);
      write_table (rows, out);
      g_ptr_array_unref (g_steal_pointer (&left));
      left = g_steal_pointer (&others);
    }
  return g_string_free (out, FALSE);
}
