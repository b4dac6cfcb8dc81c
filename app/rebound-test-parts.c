/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which files of a folder are only there to be included: lines that open with the word `include`
 * are looked at, and nothing else. A script with mistakes says what it includes all the same, which
 * the reader of scripts, who wants it to be right, could not tell. `include` takes a file of the
 * script's own folder, so names are enough. */

#include "rebound-test-parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define WORD "include"

/* As much as the reader of files takes; more is no script. */
#define LIMIT_BYTES (4 * 1024 * 1024)

GHashTable *
rebound_test_parts_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* What cannot be read includes nothing; the play says what is the matter. */
static char *
read_text (const char *path)
{
  GString *text = g_string_new (NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  char buffer[16384];
  ssize_t got = 0;

  while (fd >= 0 && text->len < LIMIT_BYTES
         && ((got = read (fd, buffer, sizeof buffer)) > 0 || (got < 0 && errno == EINTR)))
    if (got > 0)
      g_string_append_len (text, buffer, got);
  if (fd >= 0)
    close (fd);
  return g_string_free (text, FALSE);
}

static const char *
skip_blank (const char *text)
{
  return text + strspn (text, " \t\r");
}

/* Who includes itself is wrong, and to be told so. */
static void
add_line (GHashTable *self, const char *line, const char *own_name)
{
  const char *begin = skip_blank (line);
  gsize length_bytes;

  if (!g_str_has_prefix (begin, WORD))
    return;
  begin += strlen (WORD);
  if (skip_blank (begin) == begin)
    return;
  begin = skip_blank (begin);
  if (*begin == '"' || *begin == '\'')
    {
      length_bytes = strcspn (begin + 1, *begin == '"' ? "\"" : "'");
      begin++;
    }
  else
    length_bytes = strcspn (begin, " \t\r");
  while (g_str_has_prefix (begin, "./") && length_bytes > 2)
    {
      begin += 2;
      length_bytes -= 2;
    }
  if (length_bytes != strlen (own_name) || strncmp (begin, own_name, length_bytes) != 0)
    g_hash_table_add (self, g_strndup (begin, length_bytes));
}

void
rebound_test_parts_add (GHashTable *self, const char *path)
{
  g_autofree char *text = read_text (path);
  g_autofree char *name = g_path_get_basename (path);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    add_line (self, lines[i], name);
}
