/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of a script is taken apart by the little of the language's form that it takes: quotes,
 * comments, continued lines, repeats and includes. What a statement means is nothing to us, and
 * that the form is good was found out when the script was loaded. */

#include "rebound-life-script.h"

#include <string.h>

/* What a value has that needs no quotes. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:/"

typedef struct
{
  ReboundRun *run;
  char **variables;
  GPtrArray *statements;
  GString *block; /* of a repeat that is open, or NULL */
  int depth;      /* of repeats */
} Splitter;

static void split_text (Splitter *self, const char *name, GBytes *bytes);

/* -- lines -- */

/* Behind the quoted part that begins at @text. */
static const char *
skip_quotes (const char *text)
{
  char quote = *text++;

  for (; *text != '\0' && *text != quote; text++)
    if (quote == '"' && *text == '\\' && text[1] != '\0')
      text++;
  return *text != '\0' ? text + 1 : text;
}

/* Where the statement ends: at a comment, a backslash that continues it, or the end of the line. */
static const char *
find_end (const char *line, gboolean *is_continued)
{
  const char *at = line;

  *is_continued = FALSE;
  while (*at != '\0')
    {
      gboolean is_first = at == line || at[-1] == ' ' || at[-1] == '\t';

      if (*at == '#' && is_first)
        return at;
      if (*at == '\\' && at[1] == '\0')
        {
          *is_continued = TRUE;
          return at;
        }
      at = *at == '"' || *at == '\'' ? skip_quotes (at) : at + 1;
    }
  return at;
}

GStrv
rebound_life_script_split_words (const char *statement)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  const char *at = statement;

  while (*(at += strspn (at, " \t\n")) != '\0')
    {
      const char *begin = at;
      g_autofree char *word = NULL;

      while (*at != '\0' && strchr (" \t\n", *at) == NULL)
        at = *at == '"' || *at == '\'' ? skip_quotes (at) : at + 1;
      word = g_strndup (begin, (gsize) (at - begin));
      g_strv_builder_add (words, word);
    }
  return g_strv_builder_end (words);
}

/* -- statements -- */

/* As the run's texts are called: beside the file that includes it. */
static void
include (Splitter *self, const char *from, const char *word)
{
  const char *slash = strrchr (from, '/');
  g_autofree char *bare
      = strchr ("\"'", *word) != NULL ? g_strndup (word + 1, strlen (word) - 2) : g_strdup (word);
  g_autofree char *path = *word == '"' ? g_strcompress (bare) : g_strdup (bare);
  g_autofree char *name
      = g_strdup_printf ("%.*s%s", slash == NULL ? 0 : (int) (slash + 1 - from), from, path);

  for (guint i = 0; i < rebound_run_get_n_texts (self->run); i++)
    {
      const char *text_name;
      GBytes *bytes = rebound_run_get_text (self->run, i, &text_name);

      if (strcmp (text_name, name) == 0)
        split_text (self, text_name, bytes);
    }
}

/* In quotes, as the language has them. (transfer full) */
static char *
quote (const char *value)
{
  GString *text = g_string_new ("\"");

  if (*value != '\0' && strspn (value, PLAIN) == strlen (value))
    return g_string_free (g_string_assign (text, value), FALSE);
  for (; *value != '\0'; value++)
    if (strchr ("\"\\$", *value) != NULL)
      g_string_append_printf (text, "\\%c", *value);
    else if ((guchar) *value < ' ')
      g_string_append_printf (text, "\\x%02X", (guchar) *value);
    else
      g_string_append_c (text, *value);
  return g_string_free (g_string_append_c (text, '"'), FALSE);
}

/* The statement, a “let” with the value that was given from outside. (transfer full) */
static char *
fix (Splitter *self, char **words)
{
  for (guint i = 0; self->variables != NULL && self->variables[i] != NULL; i++)
    {
      const char *value = strchr (self->variables[i], '=') + 1;
      g_autofree char *begin = g_strndup (self->variables[i], (gsize) (value - self->variables[i]));
      g_autofree char *quoted = quote (value);

      if (strcmp (words[0], "let") == 0 && g_str_has_prefix (words[1], begin))
        return g_strconcat ("let ", begin, quoted, NULL);
    }
  return g_strjoinv (" ", words);
}

static void
add_to_block (Splitter *self, const char *statement, int n_deeper)
{
  self->depth += n_deeper < 0 ? n_deeper : 0;
  g_string_append_printf (self->block, "%s%*s%s", self->block->len > 0 ? "\n" : "", 2 * self->depth,
                          "", statement);
  self->depth += n_deeper > 0 ? n_deeper : 0;
  if (self->depth > 0)
    return;
  rebound_life_script_insert (self->statements, -1, g_string_free (self->block, FALSE), FALSE);
  self->block = NULL;
}

static void
add_statement (Splitter *self, const char *from, const char *statement)
{
  g_auto (GStrv) words = rebound_life_script_split_words (statement);
  g_autofree char *fixed = words[0] != NULL ? fix (self, words) : NULL;
  gboolean is_repeat = g_strcmp0 (words[0], "repeat") == 0;
  gboolean is_end = g_strcmp0 (words[0], "end") == 0;

  if (fixed == NULL)
    return;
  if (is_repeat && self->block == NULL)
    self->block = g_string_new (NULL);
  if (strcmp (words[0], "include") == 0)
    include (self, from, words[1]);
  else if (self->block != NULL)
    add_to_block (self, fixed, is_repeat ? 1 : is_end ? -1 : 0);
  else
    rebound_life_script_insert (self->statements, -1, g_steal_pointer (&fixed), FALSE);
}

static void
split_text (Splitter *self, const char *name, GBytes *bytes)
{
  gsize size_bytes;
  const char *text = g_bytes_get_data (bytes, &size_bytes);
  g_autofree char *copy = g_strndup (text, size_bytes);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  g_autoptr (GString) statement = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean is_continued;
      const char *line
          = g_str_has_prefix (lines[i], "\xEF\xBB\xBF") && i == 0 ? lines[i] + 3 : lines[i];
      gsize length = strlen (line);
      g_autofree char *whole = g_strndup (line, length - (g_str_has_suffix (line, "\r") ? 1 : 0));
      const char *end = find_end (whole, &is_continued);

      g_string_append_len (statement, whole, end - whole);
      g_string_append_c (statement, ' ');
      if (is_continued && lines[i + 1] != NULL)
        continue;
      add_statement (self, name, statement->str);
      g_string_truncate (statement, 0);
    }
}

GPtrArray *
rebound_life_script_split (ReboundRun *run, char **variables)
{
  Splitter self = { .run = run, .variables = variables, .statements = rebound_life_script_new () };
  const char *name;
  GBytes *bytes = rebound_run_get_text (run, 0, &name);

  split_text (&self, name, bytes);
  return self.statements;
}

/* -- lists -- */

static void
statement_free (gpointer data)
{
  g_free (((ReboundLifeStatement *) data)->text);
  g_free (data);
}

GPtrArray *
rebound_life_script_new (void)
{
  return g_ptr_array_new_with_free_func (statement_free);
}

void
rebound_life_script_insert (GPtrArray *statements, int index, char *text, gboolean is_life)
{
  ReboundLifeStatement *statement = g_new0 (ReboundLifeStatement, 1);

  statement->text = text;
  statement->is_life = is_life;
  g_ptr_array_insert (statements, index, statement);
}

const char *
rebound_life_script_get_text (GPtrArray *statements, guint index)
{
  return ((ReboundLifeStatement *) statements->pdata[index])->text;
}

guint
rebound_life_script_find_place (GPtrArray *statements)
{
  for (guint i = 0; i < statements->len; i++)
    if (g_str_has_prefix (rebound_life_script_get_text (statements, i), "eventually "))
      return i;
  return statements->len;
}

static char *
join (GPtrArray *statements, gboolean is_bare)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < statements->len; i++)
    {
      const ReboundLifeStatement *statement = statements->pdata[i];

      if (!is_bare || !statement->is_life)
        g_string_append_printf (text, "%s\n", statement->text);
    }
  return g_string_free (text, FALSE);
}

char *
rebound_life_script_join (GPtrArray *statements)
{
  return join (statements, FALSE);
}

char *
rebound_life_script_join_bare (GPtrArray *statements)
{
  return join (statements, TRUE);
}

GPtrArray *
rebound_life_script_copy (GPtrArray *statements)
{
  GPtrArray *copy = rebound_life_script_new ();

  for (guint i = 0; i < statements->len; i++)
    {
      const ReboundLifeStatement *statement = statements->pdata[i];

      rebound_life_script_insert (copy, -1, g_strdup (statement->text), statement->is_life);
    }
  return copy;
}
