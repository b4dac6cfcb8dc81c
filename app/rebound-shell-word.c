/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A command that is shown is to be copied, and a name of a file is any bytes. */

#include "rebound-shell-word.h"

#include <string.h>

#include "rebound-visible.h"

/* What no shell takes for itself, wherever in a word it stands. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:=@%+"

/* $'…' is bash's, zsh's and ksh's, and POSIX' since 2024; there is no other way to say a control
 * character on one line. */
static char *
quote_odd (const char *bytes)
{
  GString *text = g_string_new ("$'");

  for (; *bytes != '\0'; bytes++)
    if (*bytes == '\'' || *bytes == '\\')
      g_string_append_printf (text, "\\%c", *bytes);
    else if (g_ascii_isprint (*bytes))
      g_string_append_c (text, *bytes);
    else
      g_string_append_printf (text, "\\x%02X", (guchar) *bytes);
  g_string_append_c (text, '\'');
  return g_string_free (text, FALSE);
}

char *
rebound_shell_word (const char *bytes)
{
  g_autofree char *visible = rebound_visible_text (bytes, REBOUND_LINES_SHOWN);

  if (strcmp (visible, bytes) != 0)
    return quote_odd (bytes);
  if (*bytes != '\0' && strspn (bytes, PLAIN) == strlen (bytes))
    return g_strdup (bytes);
  return g_shell_quote (bytes);
}
