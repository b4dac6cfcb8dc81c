/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Mistakes are gathered and told together, since whoever writes a script wants to mend all of them
 * in one go. What is told may hold anything that a script may hold, a line end or a terminal's
 * escape sequence among it; so a message is cleaned here, once, and stays one line of bounded
 * length whatever was quoted in it. The list is bounded too: a wrong file, a binary one say, has a
 * mistake in each of its bytes. */

#include "rebound-diagnostics-private.h"

/* Nobody reads more, and a file of 4 MiB could hold millions of them. */
#define SHOWN_MAXIMUM 1000

/* Characters kept at either end of a message: enough for a long list of what was expected. */
#define MESSAGE_HALF_MAXIMUM 500

typedef struct
{
  guint file; /* index into files */
  ReboundPosition position;
  char *text;
} Mistake;

struct _ReboundDiagnostics
{
  GPtrArray *mistakes; /* Mistake */
  GPtrArray *files;    /* interned names in the order in which they were first seen */
  GHashTable *seen;    /* the texts of the mistakes, which own them */
  guint64 n_left_out;
};

static void
mistake_free (gpointer data)
{
  Mistake *mistake = data;

  g_free (mistake->text);
  g_free (mistake);
}

ReboundDiagnostics *
rebound_diagnostics_new (void)
{
  ReboundDiagnostics *self = g_new0 (ReboundDiagnostics, 1);

  self->mistakes = g_ptr_array_new_with_free_func (mistake_free);
  self->files = g_ptr_array_new ();
  self->seen = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
rebound_diagnostics_free (ReboundDiagnostics *self)
{
  g_hash_table_unref (self->seen);
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->mistakes);
  g_free (self);
}

/* What is long in a message is what it quotes, and that stands in the middle. */
static char *
shorten (const char *text)
{
  glong length = g_utf8_strlen (text, -1);
  const char *head_end, *tail;

  if (length <= 2 * MESSAGE_HALF_MAXIMUM)
    return g_strdup (text);
  head_end = g_utf8_offset_to_pointer (text, MESSAGE_HALF_MAXIMUM);
  tail = g_utf8_offset_to_pointer (text, length - MESSAGE_HALF_MAXIMUM);
  return g_strdup_printf ("%.*s…%s", (int) (head_end - text), text, tail);
}

/* Control characters become escapes: one line stays one line, and nothing reaches the terminal.
 * @text is UTF-8. */
static char *
escape_controls (const char *text)
{
  GString *clean = g_string_new (NULL);

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == '\n')
        g_string_append (clean, "\\n");
      else if (c == '\t')
        g_string_append (clean, "\\t");
      else if (g_unichar_iscntrl (c))
        g_string_append_printf (clean, "\\x%02X", c);
      else
        g_string_append_unichar (clean, c);
    }
  return g_string_free (clean, FALSE);
}

static guint
index_of_file (ReboundDiagnostics *self, const char *file)
{
  guint index;

  if (g_ptr_array_find (self->files, file, &index))
    return index;
  g_ptr_array_add (self->files, (gpointer) file);
  return self->files->len - 1;
}

static char *
compose (const ReboundPosition *position, const char *message)
{
  g_autofree char *valid = g_utf8_make_valid (message, -1);
  g_autofree char *brief = shorten (valid);
  g_autofree char *clean = escape_controls (brief);
  g_autofree char *valid_file = g_utf8_make_valid (position->file, -1);
  g_autofree char *file = escape_controls (valid_file);

  if (position->line == 0)
    return g_strdup_printf ("%s: %s", file, clean);
  return g_strdup_printf ("%s:%u:%u: %s", file, position->line, position->column, clean);
}

void
rebound_diagnostics_add (ReboundDiagnostics *self,
                         const ReboundPosition *position,
                         const char *format,
                         ...)
{
  g_autofree char *message = NULL, *text = NULL;
  Mistake *mistake;
  va_list arguments;

  if (self->mistakes->len >= SHOWN_MAXIMUM)
    {
      self->n_left_out++;
      return;
    }
  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  text = compose (position, message);
  if (g_hash_table_contains (self->seen, text))
    return;
  mistake = g_new0 (Mistake, 1);
  mistake->file = index_of_file (self, position->file);
  mistake->position = *position;
  mistake->text = g_steal_pointer (&text);
  g_hash_table_add (self->seen, mistake->text);
  g_ptr_array_add (self->mistakes, mistake);
}

gboolean
rebound_diagnostics_is_empty (ReboundDiagnostics *self)
{
  return self->mistakes->len == 0;
}

static int
compare_mistakes (gconstpointer a, gconstpointer b)
{
  const Mistake *first = *(Mistake *const *) a, *second = *(Mistake *const *) b;

  if (first->file != second->file)
    return first->file < second->file ? -1 : 1;
  if (first->position.line != second->position.line)
    return first->position.line < second->position.line ? -1 : 1;
  if (first->position.column != second->position.column)
    return first->position.column < second->position.column ? -1 : 1;
  return 0;
}

gboolean
rebound_diagnostics_check (ReboundDiagnostics *self, GError **error)
{
  g_autoptr (GString) all = NULL;

  if (rebound_diagnostics_is_empty (self))
    return TRUE;
  all = g_string_new (NULL);
  g_ptr_array_sort (self->mistakes, compare_mistakes);
  for (guint i = 0; i < self->mistakes->len; i++)
    {
      Mistake *mistake = g_ptr_array_index (self->mistakes, i);

      g_string_append_printf (all, "%s%s", i == 0 ? "" : "\n", mistake->text);
    }
  if (self->n_left_out > 0)
    g_string_append_printf (all, "\nand %" G_GUINT64_FORMAT " more mistakes", self->n_left_out);
  g_set_error_literal (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT, all->str);
  return FALSE;
}
