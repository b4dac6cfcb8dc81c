/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lexer reads a script line by line and keeps, of each piece of a word, where it began and
 * whether it stood in quotes: a message can then point at the character, and "a=b" in quotes is a
 * text and no assignment. Variables stay names, since the lines in a repeat are read once and mean
 * something else each time.
 *
 * A file can be anything. Each line is made good UTF-8 before it is read, with what was wrong
 * reported and replaced by U+FFFD, so that all that follows deals with clean text, columns count
 * characters, and a mistake does not hide those behind it. */

#include "rebound-lexer-private.h"

#include <string.h>

/* Longer lines are data and no statements; a word of a message is bounded with it. */
#define LINE_BYTES_MAXIMUM 65536

typedef struct
{
  ReboundDiagnostics *diagnostics;
  const char *rest; /* of the bytes, behind the line that is being read */
  const char *end;
  char *text;     /* the line that is being read, good UTF-8 */
  const char *at; /* in text */
  ReboundPosition position;
  ReboundLine *line;
} ReboundLexer;

static void
piece_clear (gpointer data)
{
  ReboundPiece *piece = data;

  g_free (piece->text);
}

static void
word_free (gpointer data)
{
  ReboundWord *word = data;

  g_array_unref (word->pieces);
  g_free (word);
}

static void
line_free (gpointer data)
{
  ReboundLine *line = data;

  g_ptr_array_unref (line->words);
  g_free (line);
}

static void G_GNUC_PRINTF (3, 4)
    complain (ReboundLexer *self, const ReboundPosition *position, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  rebound_diagnostics_add (self->diagnostics, position, "%s", message);
  self->line->is_broken = TRUE;
}

/* Reports each byte of the line that is not UTF-8; columns count it as a character. */
static void
complain_of_bytes (ReboundLexer *self, const char *text, gsize length)
{
  ReboundPosition position = { self->position.file, self->position.line, 1 };
  const char *invalid;

  while (!g_utf8_validate_len (text, length, &invalid))
    {
      position.column += (guint) g_utf8_strlen (text, invalid - text);
      if (*invalid == '\0')
        complain (self, &position, "a NUL byte; expected text in UTF-8");
      else
        complain (self, &position, "the byte 0x%02X is not UTF-8; expected text in UTF-8",
                  (guchar) *invalid);
      position.column++;
      length -= (gsize) (invalid + 1 - text);
      text = invalid + 1;
    }
}

/* Goes on to the next line of the file, without its line end (a carriage return before it is part
 * of that). FALSE at the end of the file. */
static gboolean
load_line (ReboundLexer *self)
{
  const char *text = self->rest;
  const char *line_end;
  gsize length;

  if (text == self->end)
    return FALSE;
  line_end = memchr (text, '\n', (gsize) (self->end - text));
  self->rest = line_end == NULL ? self->end : line_end + 1;
  length = (gsize) ((line_end == NULL ? self->end : line_end) - text);
  if (length > 0 && text[length - 1] == '\r')
    length--;
  self->position.line++;
  self->position.column = 1;
  if (length > LINE_BYTES_MAXIMUM)
    {
      complain (self, &self->position,
                "the line is %" G_GSIZE_FORMAT " bytes long; expected at most %d", length,
                LINE_BYTES_MAXIMUM);
      length = 0;
    }
  complain_of_bytes (self, text, length);
  g_free (self->text);
  self->text = g_utf8_make_valid (text, (gssize) length);
  self->at = self->text;
  return TRUE;
}

static void
advance (ReboundLexer *self)
{
  self->at = g_utf8_next_char (self->at);
  self->position.column++;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* A backslash at the end of a line, outside quotes: as good as a blank. */
static gboolean
is_at_continuation (ReboundLexer *self)
{
  return self->at[0] == '\\' && self->at[1] == '\0';
}

static void
add_piece (ReboundWord *word,
           const char *text,
           gsize length,
           gboolean is_variable,
           gboolean is_quoted,
           const ReboundPosition *position)
{
  ReboundPiece piece = {
    .text = g_strndup (text, length),
    .is_variable = is_variable,
    .is_quoted = is_quoted,
    .line = position->line,
    .column = position->column,
  };

  g_array_append_val (word->pieces, piece);
}

/* The bytes of @text that are a name, 0 where it does not start with one. */
static gsize
measure_name (const char *text)
{
  gsize length = 0;

  if (!g_ascii_islower (text[0]))
    return 0;
  while (g_ascii_islower (text[length]) || g_ascii_isdigit (text[length]) || text[length] == '-')
    length++;
  return length;
}

/* $NAME or ${NAME}, at the dollar. */
static void
read_variable (ReboundLexer *self, ReboundWord *word, gboolean is_quoted)
{
  ReboundPosition start = self->position;
  gboolean is_braced = self->at[1] == '{';
  const char *name = self->at + (is_braced ? 2 : 1);
  gsize length = measure_name (name);
  const char *end = name + length;

  if (is_braced && (length == 0 || *end != '}'))
    {
      gsize n_wrong = strcspn (name, "} \t\"'");

      if (name[n_wrong] == '}')
        complain (self, &start,
                  "“%.*s” is no variable; expected a name of a-z, 0-9 and - in the braces",
                  (int) (n_wrong + 3), self->at);
      else
        complain (self, &start, "“${” is not closed; expected ${NAME}");
      end = name + n_wrong - (name[n_wrong] == '}' ? 0 : 1);
    }
  else if (length == 0)
    complain (self, &start,
              "“$” is followed by no name; expected $NAME or ${NAME}, or \"\\$\" for a dollar");
  else
    add_piece (word, name, length, TRUE, is_quoted, &start);
  if (is_braced)
    end++;
  while (self->at < end)
    advance (self);
}

/* '…': nothing in it means anything. At the opening quote. */
static void
read_single_quoted (ReboundLexer *self, ReboundWord *word)
{
  ReboundPosition start = self->position;
  const char *text = self->at + 1;

  do
    advance (self);
  while (*self->at != '\'' && *self->at != '\0');
  add_piece (word, text, (gsize) (self->at - text), FALSE, TRUE, &start);
  if (*self->at == '\0')
    complain (self, &start, "the quote is not closed; expected ' before the end of the line");
  else
    advance (self);
}

/* \xHH, at the backslash. */
static void
read_hex_escape (ReboundLexer *self, GString *text)
{
  int high = g_ascii_xdigit_value (self->at[2]);
  int low = high < 0 ? -1 : g_ascii_xdigit_value (self->at[3]);

  if (low < 0)
    complain (self, &self->position,
              "“\\x” is not followed by two hexadecimal digits; expected \\x01 to \\xFF");
  else if (high == 0 && low == 0)
    complain (self, &self->position, "“\\x00” is no character; expected \\x01 to \\xFF");
  else
    g_string_append_c (text, (char) (high << 4 | low));
  for (int i = 0; i < (low < 0 ? 2 : 4); i++)
    advance (self);
}

/* At the backslash, which is not the last character of its line. */
static void
read_escape (ReboundLexer *self, GString *text)
{
  static const char letters[] = "nt\"\\$", meanings[] = "\n\t\"\\$";
  const char *letter = strchr (letters, self->at[1]);

  if (self->at[1] == 'x')
    {
      read_hex_escape (self, text);
      return;
    }
  if (letter == NULL)
    complain (self, &self->position,
              "“%.*s” is no escape; expected \\n, \\t, \\\", \\\\, \\$ or \\xHH",
              (int) (g_utf8_next_char (self->at + 1) - self->at), self->at);
  else
    g_string_append_c (text, meanings[letter - letters]);
  advance (self);
  advance (self);
}

/* Ends a piece of a quoted text. Escapes can put bytes together that are no character. */
static void
flush_quoted (ReboundLexer *self, ReboundWord *word, GString *text, const ReboundPosition *start)
{
  if (g_utf8_validate (text->str, (gssize) text->len, NULL))
    add_piece (word, text->str, text->len, FALSE, TRUE, start);
  else
    complain (self, start, "the escaped bytes are not UTF-8; expected whole characters");
  g_string_truncate (text, 0);
}

/* The inside of "…" up to the closing quote, or the end of the line where there is none. */
static gboolean
read_quoted_text (ReboundLexer *self, ReboundWord *word, const ReboundPosition *start)
{
  g_autoptr (GString) text = g_string_new (NULL);
  ReboundPosition piece_start = *start;
  guint n_pieces = word->pieces->len;

  while (*self->at != '"' && *self->at != '\0')
    {
      if (is_at_continuation (self))
        {
          if (!load_line (self))
            return FALSE;
        }
      else if (*self->at == '\\')
        read_escape (self, text);
      else if (*self->at == '$')
        {
          if (text->len > 0)
            flush_quoted (self, word, text, &piece_start);
          read_variable (self, word, TRUE);
          piece_start = self->position;
        }
      else
        {
          const char *character = self->at;

          advance (self);
          g_string_append_len (text, character, self->at - character);
        }
    }
  if (text->len > 0 || word->pieces->len == n_pieces)
    flush_quoted (self, word, text, &piece_start);
  return *self->at == '"';
}

static void
read_double_quoted (ReboundLexer *self, ReboundWord *word)
{
  ReboundPosition start = self->position;

  advance (self);
  if (read_quoted_text (self, word, &start))
    advance (self);
  else
    {
      complain (self, &start, "the quote is not closed; expected \" before the end of the line");
      self->at += strlen (self->at);
    }
}

static void
read_bare (ReboundLexer *self, ReboundWord *word)
{
  ReboundPosition start = self->position;
  const char *text = self->at;

  while (*self->at != '\0' && strchr (" \t\"'$\\", *self->at) == NULL)
    advance (self);
  add_piece (word, text, (gsize) (self->at - text), FALSE, FALSE, &start);
}

static void
read_word (ReboundLexer *self)
{
  ReboundWord *word = g_new0 (ReboundWord, 1);

  word->position = self->position;
  word->pieces = g_array_sized_new (FALSE, FALSE, sizeof (ReboundPiece), 1);
  g_array_set_clear_func (word->pieces, piece_clear);
  g_ptr_array_add (self->line->words, word);
  while (*self->at != '\0' && !is_blank (*self->at) && !is_at_continuation (self))
    {
      if (*self->at == '"')
        read_double_quoted (self, word);
      else if (*self->at == '\'')
        read_single_quoted (self, word);
      else if (*self->at == '$')
        read_variable (self, word, FALSE);
      else if (*self->at != '\\')
        read_bare (self, word);
      else
        {
          complain (self, &self->position,
                    "a backslash outside quotes; expected it at the end of a line or in \"…\"");
          advance (self);
        }
    }
}

/* The words of the line that was loaded, and of those that continue it. */
static void
read_words (ReboundLexer *self)
{
  while (*self->at != '\0' && *self->at != '#')
    {
      if (is_blank (*self->at))
        advance (self);
      else if (!is_at_continuation (self))
        read_word (self);
      else if (!load_line (self))
        {
          complain (self, &self->position, "nothing follows the backslash; expected another line");
          return;
        }
    }
}

static ReboundLine *
line_new (void)
{
  ReboundLine *line = g_new0 (ReboundLine, 1);

  line->words = g_ptr_array_new_with_free_func (word_free);
  return line;
}

GPtrArray *
rebound_lexer_read (GBytes *bytes, const char *file, ReboundDiagnostics *diagnostics)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  GPtrArray *lines = g_ptr_array_new_with_free_func (line_free);
  ReboundLexer self = { .diagnostics = diagnostics, .position = { .file = file } };

  self.rest = length == 0 ? "" : text;
  self.end = self.rest + length;
  if (length >= strlen (REBOUND_BYTE_ORDER_MARK)
      && memcmp (text, REBOUND_BYTE_ORDER_MARK, strlen (REBOUND_BYTE_ORDER_MARK)) == 0)
    self.rest += strlen (REBOUND_BYTE_ORDER_MARK);
  self.line = line_new ();
  while (load_line (&self))
    {
      read_words (&self);
      if (self.line->words->len > 0)
        {
          g_ptr_array_add (lines, self.line);
          self.line = line_new ();
        }
      self.line->is_broken = FALSE;
    }
  line_free (self.line);
  g_free (self.text);
  return lines;
}

char *
rebound_word_dup_literal (ReboundWord *word)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < word->pieces->len; i++)
    {
      ReboundPiece *piece = &g_array_index (word->pieces, ReboundPiece, i);

      if (piece->is_variable)
        {
          g_string_free (text, TRUE);
          return NULL;
        }
      g_string_append (text, piece->text);
    }
  return g_string_free (text, FALSE);
}

gboolean
rebound_word_is_bare (ReboundWord *word, const char *text)
{
  ReboundPiece *piece;

  if (word->pieces->len != 1)
    return FALSE;
  piece = &g_array_index (word->pieces, ReboundPiece, 0);
  return !piece->is_variable && !piece->is_quoted && g_str_equal (piece->text, text);
}

gboolean
rebound_name_is_valid (const char *text)
{
  gsize length = measure_name (text);

  return length > 0 && text[length] == '\0';
}
