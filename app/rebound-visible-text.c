/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a peer sends, and what a script is called, ends up in reports. A control character in it
 * moves a terminal's cursor or ends a line of TAP, XML 1.0 cannot have it at all, not even as a
 * reference, and a change of direction makes a line read otherwise than it is. Leaving them out
 * would tell of a text that was never there; so each has a sign: a control picture (U+2400 and
 * up), or its number where Unicode draws none. */

#include "rebound-visible-text.h"

#include <string.h>

#define CONTROL_PICTURES 0x2400 /* Unicode's block of signs for U+0000 to U+001F */
#define DELETE           0x7f
#define DELETE_PICTURE   0x2421

/* Unicode 15, 23.7: U+FDD0 to U+FDEF, and the last two of each plane. */
static gboolean
is_no_character (gunichar c)
{
  return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

/* Unicode Standard Annex 9, 2.1 to 2.4: embeddings, overrides and isolates. */
static gboolean
is_direction (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static gboolean
is_line_end (gunichar c)
{
  return c == 0x2028 || c == 0x2029;
}

static void
append_visible (GString *out, gunichar c, ReboundLines lines)
{
  if (lines == REBOUND_LINES_KEPT && (c == '\n' || c == '\t'))
    g_string_append_unichar (out, c);
  else if (c < 0x20)
    g_string_append_unichar (out, CONTROL_PICTURES + c);
  else if (c == DELETE)
    g_string_append_unichar (out, DELETE_PICTURE);
  else if (g_unichar_iscntrl (c) || is_no_character (c) || is_direction (c) || is_line_end (c))
    g_string_append_printf (out, "<U+%04X>", c);
  else
    g_string_append_unichar (out, c);
}

char *
rebound_visible_text (const char *text, ReboundLines lines)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_sized_new (strlen (valid) + 1);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    append_visible (out, g_utf8_get_char (at), lines);
  return g_string_free (out, FALSE);
}
