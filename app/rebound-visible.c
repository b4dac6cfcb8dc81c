/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script prints, what a peer sends, what a file is called: any of it can have bytes that a
 * terminal obeys. An ESC hides a line or renames the window, a bidirectional override turns what
 * comes after it round, so that a log says something else than it has. None of that is taken out,
 * for it is what was seen; it is shown as it is written in a program, or, in a report in which a
 * backslash means something, by a sign: a control picture, or its number where there is none. */

#include "rebound-visible.h"

#include <string.h>

/* In the Unicode Standard, 15: U+2400 and up are signs for U+0000 and up. */
#define CONTROL_PICTURES 0x2400
#define DELETE           0x7f
#define DELETE_PICTURE   0x2421

/* Unicode 15, 23.7: U+FDD0 to U+FDEF, and the last two of each plane. XML has none of them. */
static gboolean
is_no_character (gunichar c)
{
  return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

/* What turns text round is no control character to Unicode but a format; other formats, as the
 * joiners, are needed to write some languages and do no harm. */
static gboolean
is_harmful (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return TRUE;
    case G_UNICODE_FORMAT: /* UAX #9: ALM, LRM and RLM, embeddings and overrides, isolates */
      return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e)
             || (c >= 0x2066 && c <= 0x2069);
    default:
      return is_no_character (c);
    }
}

static void
append_escape (GString *out, gunichar c)
{
  if (c == '\t')
    g_string_append (out, "\\t");
  else if (c == '\r')
    g_string_append (out, "\\r");
  else if (c < 0x80)
    g_string_append_printf (out, "\\x%02X", c);
  else
    g_string_append_printf (out, "\\u%04X", c);
}

/* Whether there is nothing to look at: the usual case, and a cheap one. */
static gboolean
is_plain (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((guchar) text[i] < 0x20 ? text[i] != '\n' : (guchar) text[i] >= 0x7f)
      return FALSE;
  return TRUE;
}

void
rebound_visible_append (GString *out, const char *text, gssize length)
{
  gsize length_bytes = length < 0 ? strlen (text) : (gsize) length;
  g_autofree char *valid = NULL;

  if (is_plain (text, length_bytes))
    {
      g_string_append_len (out, text, (gssize) length_bytes);
      return;
    }
  valid = g_utf8_make_valid (text, (gssize) length_bytes);
  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c != '\n' && is_harmful (c))
        append_escape (out, c);
      else
        g_string_append_unichar (out, c);
    }
}

char *
rebound_visible_dup (const char *text)
{
  GString *out = g_string_new (NULL);

  rebound_visible_append (out, text, -1);
  return g_string_free (out, FALSE);
}

static void
append_sign (GString *out, gunichar c)
{
  if (c < 0x20)
    g_string_append_unichar (out, CONTROL_PICTURES + c);
  else if (c == DELETE)
    g_string_append_unichar (out, DELETE_PICTURE);
  else
    g_string_append_printf (out, "<U+%04X>", c);
}

char *
rebound_visible_text (const char *text, ReboundLines lines)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_sized_new (strlen (valid) + 1);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gboolean is_kept = lines == REBOUND_LINES_KEPT && (c == '\n' || c == '\t');

      if (!is_kept && is_harmful (c))
        append_sign (out, c);
      else
        g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}
