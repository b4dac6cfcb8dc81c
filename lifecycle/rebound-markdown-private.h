/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A Markdown table whose columns are padded, so that it can be read on a terminal as well. */
typedef struct _ReboundMarkdownTable ReboundMarkdownTable;

/* @titles is NULL-terminated; there is a column for each. */
ReboundMarkdownTable *rebound_markdown_table_new (const char *const *titles);
void rebound_markdown_table_free (ReboundMarkdownTable *self);

/* The next cell, row by row. Cells have no line ends and no “|” in them. */
void rebound_markdown_table_add (ReboundMarkdownTable *self, const char *cell);

/* The same for a word of a script: `word`. An empty one stays empty. */
void rebound_markdown_table_add_code (ReboundMarkdownTable *self, const char *word);

void rebound_markdown_table_write (ReboundMarkdownTable *self, GString *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundMarkdownTable, rebound_markdown_table_free)

G_END_DECLS
