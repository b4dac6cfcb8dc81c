/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A script as a whole: its text read, or everything that is wrong with it. Where the words or the
 * structure are wrong, the grammar of the other lines is looked at as well, though nobody is going
 * to play them: whoever has to mend one line wants to know of the others. */

#include "rebound-script-private.h"

#include "rebound-lexer-private.h"
#include "rebound-script-file-private.h"
#include "rebound-script-reader-private.h"
#include "rebound-statement-private.h"

#include <string.h>

struct _ReboundScript
{
  char *name;
  char *header;
  GPtrArray *nodes;     /* ReboundNode */
  GPtrArray *variables; /* names, sorted, once each */
  GPtrArray *texts;     /* ReboundScriptText */
  ReboundDiagnostics *mistakes;
};

gboolean
rebound_node_has_variable (ReboundNode *node)
{
  for (guint i = 0; i < node->words->len; i++)
    {
      g_autofree char *literal = rebound_word_dup_literal (g_ptr_array_index (node->words, i));

      if (literal == NULL)
        return TRUE;
    }
  return FALSE;
}

/* NAME of each `let NAME=…` whose name is written out. */
static void
collect_variables (GPtrArray *nodes, GHashTable *names)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      ReboundNode *node = g_ptr_array_index (nodes, i);
      ReboundWord *second = node->words->len < 2 ? NULL : g_ptr_array_index (node->words, 1);

      if (node->body != NULL)
        collect_variables (node->body, names);
      if (second != NULL && second->pieces->len > 0
          && rebound_word_is_bare (g_ptr_array_index (node->words, 0), "let"))
        {
          ReboundPiece *piece = &g_array_index (second->pieces, ReboundPiece, 0);
          const char *equals = piece->is_variable ? NULL : strchr (piece->text, '=');

          if (equals != NULL && !piece->is_quoted)
            g_hash_table_add (names, g_strndup (piece->text, (gsize) (equals - piece->text)));
        }
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_variables (GPtrArray *nodes)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer name;

  collect_variables (nodes, names);
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (list, g_strdup (name));
  g_ptr_array_sort (list, compare_names);
  return list;
}

/* Comments for the machine and for lawyers, above the one for readers. */
static gboolean
is_preamble (const char *line)
{
  return *line == '\0' || g_str_has_prefix (line, "#!") || g_str_has_prefix (line, "# SPDX-");
}

/* The bytes are good UTF-8: the lexer has been through them. They do not end with a NUL. */
static char *
read_header (GBytes *bytes)
{
  gsize length;
  const char *at = g_bytes_get_data (bytes, &length);
  const char *end = at + length;
  GString *header = g_string_new (NULL);

  if (length >= strlen (REBOUND_BYTE_ORDER_MARK)
      && memcmp (at, REBOUND_BYTE_ORDER_MARK, strlen (REBOUND_BYTE_ORDER_MARK)) == 0)
    at += strlen (REBOUND_BYTE_ORDER_MARK);
  while (at < end)
    {
      const char *line_end = memchr (at, '\n', (gsize) (end - at));
      gsize line_length = (gsize) ((line_end == NULL ? end : line_end) - at);
      g_autofree char *line = g_strchomp (g_strndup (at, line_length));
      const char *comment = line + strspn (line, "#");

      at = line_end == NULL ? end : line_end + 1;
      if (header->len == 0 && is_preamble (line))
        continue;
      if (comment == line)
        break;
      g_string_append_printf (header, "%s\n", *comment == ' ' ? comment + 1 : comment);
    }
  return g_string_free (header, FALSE);
}

static void
text_free (gpointer data)
{
  g_bytes_unref (((ReboundScriptText *) data)->bytes);
  g_free (data);
}

static ReboundScript *
script_new (const char *name)
{
  ReboundScript *self = g_new0 (ReboundScript, 1);

  self->name = g_strdup (name);
  self->mistakes = rebound_diagnostics_new ();
  self->nodes = g_ptr_array_new ();
  self->variables = g_ptr_array_new ();
  self->texts = g_ptr_array_new_with_free_func (text_free);
  self->header = g_strdup ("");
  return self;
}

static void
read_script (ReboundScript *self,
             GBytes *bytes,
             GFile *file,
             GFile *folder,
             const char *const *include_dirs)
{
  ReboundPosition whole = { g_intern_string (self->name), 0, 0 };

  if (g_bytes_get_size (bytes) > REBOUND_SCRIPT_BYTES_MAXIMUM)
    {
      rebound_diagnostics_add (self->mistakes, &whole,
                               "is longer than 4MiB; expected at most that");
      return;
    }
  g_ptr_array_unref (self->nodes);
  self->nodes = rebound_script_read_nodes (bytes, whole.file, file, folder, include_dirs,
                                           self->texts, self->mistakes);
  if (rebound_diagnostics_is_empty (self->mistakes) && self->nodes->len == 0)
    rebound_diagnostics_add (self->mistakes, &whole,
                             "the script is empty; expected at least one statement");
  if (!rebound_diagnostics_is_empty (self->mistakes))
    return;
  g_free (self->header);
  self->header = read_header (bytes);
  g_ptr_array_unref (self->variables);
  self->variables = list_variables (self->nodes);
}

/* A text with a folder was a file of it, which an include can lead back to. */
ReboundScript *
rebound_script_new (GBytes *bytes, const char *name, GFile *folder, const char *const *include_dirs)
{
  g_autofree char *base = g_path_get_basename (name);
  g_autoptr (GFile) file = folder == NULL ? NULL : g_file_get_child (folder, base);
  ReboundScript *self = script_new (name);

  read_script (self, bytes, file, folder, include_dirs);
  return self;
}

ReboundScript *
rebound_script_new_from_file (GFile *file, const char *name, const char *const *include_dirs)
{
  g_autofree char *problem = NULL;
  g_autoptr (GBytes) bytes
      = rebound_script_file_load (file, REBOUND_SCRIPT_BYTES_MAXIMUM, &problem);
  g_autoptr (GFile) folder = g_file_get_parent (file);
  ReboundScript *self = script_new (name);
  ReboundPosition whole = { g_intern_string (name), 0, 0 };

  if (bytes != NULL)
    read_script (self, bytes, file, folder, include_dirs);
  else
    rebound_diagnostics_add (self->mistakes, &whole, "%s", problem);
  return self;
}

void
rebound_script_free (ReboundScript *self)
{
  g_clear_pointer (&self->nodes, g_ptr_array_unref);
  g_clear_pointer (&self->variables, g_ptr_array_unref);
  g_ptr_array_unref (self->texts);
  rebound_diagnostics_free (self->mistakes);
  g_free (self->header);
  g_free (self->name);
  g_free (self);
}

ReboundDiagnostics *
rebound_script_get_mistakes (ReboundScript *self)
{
  return self->mistakes;
}

const char *
rebound_script_get_name (ReboundScript *self)
{
  return self->name;
}

const char *
rebound_script_get_header (ReboundScript *self)
{
  return self->header;
}

GPtrArray *
rebound_script_get_nodes (ReboundScript *self)
{
  return self->nodes;
}

GPtrArray *
rebound_script_list_variables (ReboundScript *self)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < self->variables->len; i++)
    g_ptr_array_add (names, g_ptr_array_index (self->variables, i));
  return names;
}

GPtrArray *
rebound_script_get_texts (ReboundScript *self)
{
  return self->texts;
}
