/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A terminal breaks a long line wherever it ends, in the middle of a word and into the column of
 * the times, where nobody finds anything any more. Columns are counted as a terminal does: a
 * Chinese character takes two of them, a combining mark none. wcwidth() would say so only in the
 * locale of the text; GLib says so always. */

#include "rebound-columns.h"

#include <string.h>
#include <sys/ioctl.h>

/* Below that there is no room for the text beside the time and the actor. */
#define LEAST_COLUMNS 40

glong
rebound_columns_of_terminal (int fd)
{
  struct winsize size;

  if (ioctl (fd, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
    return 0;
  return MAX (size.ws_col, LEAST_COLUMNS);
}

static glong
columns_of (gunichar c)
{
  if (c < 0x80)
    return 1;
  return g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
}

glong
rebound_columns_measure (const char *text, gssize length)
{
  const char *end = text + (length < 0 ? strlen (text) : (gsize) length);
  glong columns = 0;

  for (const char *at = text; at < end; at = g_utf8_next_char (at))
    columns += columns_of (g_utf8_get_char (at));
  return columns;
}

static void
begin_line (GString *out, glong indent)
{
  g_string_append_printf (out, "\n%*s", (int) indent, "");
}

/* A word that is longer than a line. Returns the column behind it. */
static glong
append_broken (GString *out, const char *word, gsize length, glong at, glong indent, glong columns)
{
  for (const char *c = word; c < word + length; c = g_utf8_next_char (c))
    {
      glong width = columns_of (g_utf8_get_char (c));

      if (at + width > columns)
        {
          begin_line (out, indent);
          at = indent;
        }
      g_string_append_len (out, c, g_utf8_next_char (c) - c);
      at += width;
    }
  return at;
}

void
rebound_columns_append (GString *out, const char *text, glong at, glong indent, glong columns)
{
  if (columns == 0 || at + rebound_columns_measure (text, -1) <= columns)
    {
      g_string_append (out, text);
      return;
    }
  for (gboolean is_first = TRUE; *text != '\0'; is_first = FALSE)
    {
      gsize gap = strspn (text, " ");
      gsize length = strcspn (text + gap, " ");
      glong width = rebound_columns_measure (text + gap, (gssize) length);

      if (length == 0) /* blanks at the end need no line of their own */
        break;
      if (!is_first && at + (glong) gap + width > columns)
        {
          begin_line (out, indent);
          at = indent;
        }
      else
        {
          g_string_append_len (out, text, (gssize) gap);
          at += (glong) gap;
        }
      at = append_broken (out, text + gap, length, at, indent, columns);
      text += gap + length;
    }
}
