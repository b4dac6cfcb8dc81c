/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Replacing variables is where text becomes a statement, and where it could get out of hand: a
 * variable that holds itself twice doubles with each round of a repeat. So a line has a greatest
 * length after replacement too. What is replaced is not read again: a value is a value, whatever
 * characters are in it, and no dollar in it is looked at. */

#include "rebound-phrase-private.h"

#include "rebound-units-private.h"

#include <string.h>

/* Sixteen lines of the greatest length that the lexer takes. */
#define PHRASE_BYTES_MAXIMUM (1 << 20)

typedef struct
{
  ReboundPhrase *phrase;
  ReboundScope *scope;
  gsize n_bytes;
  gboolean is_good;
} Expansion;

static void
phrase_word_free (gpointer data)
{
  ReboundPhraseWord *word = data;

  g_free (word->text);
  g_free (word->source);
  g_free (word);
}

/* An unquoted value that would not read as one word without quotes. */
static gboolean
needs_quotes (const char *text)
{
  if (*text == '\0' || *text == '#')
    return TRUE;
  for (; *text != '\0'; text++)
    {
      if (g_ascii_iscntrl (*text) || strchr (" \"'$\\", *text) != NULL)
        return TRUE;
    }
  return FALSE;
}

static void
append_escaped (GString *source, const char *text)
{
  for (; *text != '\0'; text++)
    {
      if (*text == '\n')
        g_string_append (source, "\\n");
      else if (*text == '\t')
        g_string_append (source, "\\t");
      else if (*text == '"' || *text == '\\' || *text == '$')
        g_string_append_printf (source, "\\%c", *text);
      else if (g_ascii_iscntrl (*text))
        g_string_append_printf (source, "\\x%02X", (guchar) *text);
      else
        g_string_append_c (source, *text);
    }
}

/* Neighbours in quotes share one pair of them. */
static void
set_open (GString *source, gboolean is_quoted, gboolean *is_open)
{
  if (is_quoted != *is_open)
    g_string_append_c (source, '"');
  *is_open = is_quoted;
}

/* A control character may stand without quotes where it was, but not everywhere: a carriage return
 * at the end of a line is no part of it. */
static void
append_source (GString *source, const char *text, gboolean is_quoted, gboolean *is_open)
{
  if (is_quoted)
    {
      set_open (source, TRUE, is_open);
      append_escaped (source, text);
      return;
    }
  for (; *text != '\0'; text++)
    {
      const char character[] = { *text, '\0' };

      set_open (source, g_ascii_iscntrl (*text), is_open);
      if (*is_open)
        append_escaped (source, character);
      else
        g_string_append_c (source, *text);
    }
}

/* The first @mark in a literal unquoted piece splits the word; such a piece is on one line and has
 * no escapes, so that its characters are its columns. */
static void
find_mark (const ReboundPiece *piece,
           gsize offset,
           char mark,
           const char *file,
           gssize *found,
           ReboundPosition *after)
{
  const char *at;

  if (*found >= 0 || piece->is_variable || piece->is_quoted)
    return;
  at = strchr (piece->text, mark);
  if (at == NULL)
    return;
  *found = (gssize) offset + (at - piece->text);
  after->file = file;
  after->line = piece->line;
  after->column = piece->column + (guint) g_utf8_strlen (piece->text, at - piece->text) + 1;
}

static const char *
look_up (Expansion *self, const ReboundPiece *piece, const char *file)
{
  const char *value = rebound_scope_get (self->scope, piece->text);
  ReboundPosition position = { file, piece->line, piece->column };
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *hint = NULL;

  if (value != NULL)
    return value;
  names = rebound_scope_list_names (self->scope);
  g_ptr_array_add (names, NULL);
  hint = rebound_did_you_mean (piece->text, (const char *const *) names->pdata);
  rebound_diagnostics_add (self->phrase->diagnostics, &position,
                           "the variable “%s” is not set; expected a let or a repeat before, or "
                           "--set%s",
                           piece->text, hint);
  self->is_good = FALSE;
  return "";
}

static void
expand_piece (Expansion *self,
              ReboundPhraseWord *word,
              const ReboundPiece *piece,
              GString *text,
              GString *source,
              gboolean *is_open)
{
  const char *file = word->position.file;
  const char *value = piece->is_variable ? look_up (self, piece, file) : piece->text;

  self->n_bytes += strlen (value);
  if (self->n_bytes > PHRASE_BYTES_MAXIMUM)
    return;
  find_mark (piece, text->len, '=', file, &word->equals, &word->after_equals);
  find_mark (piece, text->len, '.', file, &word->dot, &word->after_dot);
  word->is_quoted |= piece->is_quoted;
  append_source (source, value, piece->is_quoted || (piece->is_variable && needs_quotes (value)),
                 is_open);
  g_string_append (text, value);
}

static ReboundPhraseWord *
expand_word (Expansion *self, const ReboundWord *from)
{
  ReboundPhraseWord *word = g_new0 (ReboundPhraseWord, 1);
  GString *text = g_string_new (NULL);
  GString *source = g_string_new (NULL);
  gboolean is_open = FALSE;

  word->position = from->position;
  word->equals = word->dot = -1;
  for (guint i = 0; i < from->pieces->len; i++)
    expand_piece (self, word, &g_array_index (from->pieces, ReboundPiece, i), text, source,
                  &is_open);
  if (is_open)
    g_string_append_c (source, '"');
  word->text = g_string_free (text, FALSE);
  word->source = g_string_free (source, FALSE);
  return word;
}

ReboundPhrase *
rebound_phrase_new (GPtrArray *words, ReboundScope *scope, ReboundDiagnostics *diagnostics)
{
  g_autoptr (ReboundPhrase) self = g_new0 (ReboundPhrase, 1);
  Expansion expansion = { .phrase = self, .scope = scope, .is_good = TRUE };

  self->diagnostics = diagnostics;
  self->words = g_ptr_array_new_with_free_func (phrase_word_free);
  for (guint i = 0; i < words->len; i++)
    {
      ReboundWord *word = g_ptr_array_index (words, i);

      g_ptr_array_add (self->words, expand_word (&expansion, word));
      if (expansion.n_bytes > PHRASE_BYTES_MAXIMUM)
        {
          rebound_diagnostics_add (diagnostics, &word->position,
                                   "with its variables replaced the line is too long; expected "
                                   "at most %d bytes",
                                   PHRASE_BYTES_MAXIMUM);
          return NULL;
        }
    }
  return expansion.is_good ? g_steal_pointer (&self) : NULL;
}

void
rebound_phrase_free (ReboundPhrase *self)
{
  g_ptr_array_unref (self->words);
  g_free (self);
}
