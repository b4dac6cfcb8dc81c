/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `rebound describe` prints of the lifecycle is read in two places, on a terminal and as a
 * page of the documents. Markdown with padded columns does for both. */

#include "rebound-markdown-private.h"

struct _ReboundMarkdownTable
{
  guint n_columns;
  GPtrArray *cells; /* of the titles, then row by row */
};

ReboundMarkdownTable *
rebound_markdown_table_new (const char *const *titles)
{
  ReboundMarkdownTable *self = g_new0 (ReboundMarkdownTable, 1);

  self->n_columns = g_strv_length ((char **) titles);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->n_columns; i++)
    rebound_markdown_table_add (self, titles[i]);
  return self;
}

void
rebound_markdown_table_free (ReboundMarkdownTable *self)
{
  g_ptr_array_unref (self->cells);
  g_free (self);
}

void
rebound_markdown_table_add (ReboundMarkdownTable *self, const char *cell)
{
  g_ptr_array_add (self->cells, g_strdup (cell));
}

void
rebound_markdown_table_add_code (ReboundMarkdownTable *self, const char *word)
{
  g_ptr_array_add (self->cells, *word != '\0' ? g_strdup_printf ("`%s`", word) : g_strdup (word));
}

static glong
get_width (ReboundMarkdownTable *self, guint column)
{
  glong width = 3; /* of the rule under the title, which Markdown wants */

  for (guint i = column; i < self->cells->len; i += self->n_columns)
    width = MAX (width, g_utf8_strlen (self->cells->pdata[i], -1));
  return width;
}

static void
write_padded (GString *text, const char *cell, glong width)
{
  glong length = g_utf8_strlen (cell, -1);

  g_string_append_printf (text, "| %s%*s ", cell, (int) (width - length), "");
}

static void
write_rule (GString *text, glong width)
{
  g_string_append (text, "| ");
  for (glong i = 0; i < width; i++)
    g_string_append_c (text, '-');
  g_string_append_c (text, ' ');
}

static void
write_row (ReboundMarkdownTable *self, guint row, const glong *widths, GString *text)
{
  for (guint i = 0; i < self->n_columns; i++)
    write_padded (text, self->cells->pdata[row * self->n_columns + i], widths[i]);
  g_string_append (text, "|\n");
}

void
rebound_markdown_table_write (ReboundMarkdownTable *self, GString *text)
{
  g_autofree glong *widths = g_new0 (glong, self->n_columns);

  g_assert (self->cells->len % self->n_columns == 0);

  for (guint i = 0; i < self->n_columns; i++)
    widths[i] = get_width (self, i);
  write_row (self, 0, widths, text);
  for (guint i = 0; i < self->n_columns; i++)
    write_rule (text, widths[i]);
  g_string_append (text, "|\n");
  for (guint row = 1; row < self->cells->len / self->n_columns; row++)
    write_row (self, row, widths, text);
}
