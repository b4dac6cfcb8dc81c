/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A peer can send anything, and a log is lines of UTF-8. */

#include "rebound-bytes-private.h"

#include <string.h>

/* As many characters as strace shows of a string. */
#define EXCERPT_CHARACTERS 32

char *
rebound_bytes_dup_text (const char *bytes, gsize length_bytes)
{
  GString *text = g_string_new (NULL);
  const char *end = bytes + length_bytes;
  const char *odd;

  while (!g_utf8_validate_len (bytes, (gsize) (end - bytes), &odd))
    {
      g_string_append_len (text, bytes, odd - bytes);
      g_string_append_printf (text, "\\x%02x", (guint8) *odd);
      bytes = odd + 1;
    }
  g_string_append_len (text, bytes, end - bytes);
  return g_string_free (text, FALSE);
}

char *
rebound_bytes_dup_line (const char *text)
{
  char high_bytes[129] = "";

  for (guint i = 0; i < 128; i++)
    high_bytes[i] = (char) (128 + i);
  return g_strescape (text, high_bytes);
}

char *
rebound_bytes_dup_excerpt (const char *text)
{
  glong length = g_utf8_strlen (text, -1);
  g_autofree char *start = g_utf8_substring (text, 0, MIN (length, EXCERPT_CHARACTERS));
  g_autofree char *line = rebound_bytes_dup_line (start);

  return g_strdup_printf ("“%s%s”", line, length > EXCERPT_CHARACTERS ? "…" : "");
}
