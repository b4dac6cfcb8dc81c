/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Version 13 is the latest that Debian 12's prove reads: it refuses a file that says 14. What 14
 * has besides is taken from it where a reader of 13 passes over it: a backslash before # and \ in
 * a description, and subtests indented by four.
 *
 * TAP is lines, so nothing that ends one may come through; and YAML has more ways to write a text
 * than most readers of TAP know, so each is in double quotes, with escapes that all of them know:
 * \" \\ \n \t \x3a. */

#include "rebound-tap.h"

#include <string.h>

#include "rebound-visible.h"

#define SUBTEST_COLUMNS 4
#define BLOCK_COLUMNS   2

/* prove matches a text by a regular expression with a group for each character, or each that is
 * escaped, and Perl 5.36 repeats a group 65,534 times. */
#define MOST_CHARACTERS 60000

struct _ReboundTap
{
  FILE *stream;
  GArray *counts; /* guint: points so far, of the whole and of each subtest that is open */
};

ReboundTap *
rebound_tap_new (FILE *stream)
{
  ReboundTap *self = g_new0 (ReboundTap, 1);

  self->stream = stream;
  self->counts = g_array_new (FALSE, TRUE, sizeof (guint));
  g_array_set_size (self->counts, 1);
  fputs ("TAP version 13\n", stream);
  return self;
}

void
rebound_tap_free (ReboundTap *self)
{
  g_array_unref (self->counts);
  g_free (self);
}

static guint *
get_count (ReboundTap *self)
{
  return &g_array_index (self->counts, guint, self->counts->len - 1);
}

/* @columns more than the subtest has. */
static void
indent (ReboundTap *self, guint columns)
{
  fprintf (self->stream, "%*s", (int) ((self->counts->len - 1) * SUBTEST_COLUMNS + columns), "");
}

/* @text as it can be shown, and no longer than it can be read. */
static char *
make_readable (const char *text, ReboundLines lines)
{
  g_autofree char *visible = rebound_visible_text (text, lines);
  glong more = g_utf8_strlen (visible, -1) - MOST_CHARACTERS;

  if (more <= 0)
    return g_steal_pointer (&visible);
  *g_utf8_offset_to_pointer (visible, MOST_CHARACTERS) = '\0';
  return g_strdup_printf ("%s… (%ld characters more)", visible, more);
}

/* @text on one line, with a backslash before each of @special. */
static void
put_escaped (ReboundTap *self, const char *text, const char *special)
{
  g_autofree char *visible = make_readable (text, REBOUND_LINES_SHOWN);

  for (const char *at = visible; *at != '\0'; at++)
    {
      if (strchr (special, *at) != NULL)
        fputc ('\\', self->stream);
      fputc (*at, self->stream);
    }
}

void
rebound_tap_comment (ReboundTap *self, const char *text)
{
  g_autofree char *visible = rebound_visible_text (text, REBOUND_LINES_KEPT);
  g_auto (GStrv) lines = g_strsplit (visible, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      indent (self, 0);
      fprintf (self->stream, "#%s%s\n", *lines[i] != '\0' ? " " : "", lines[i]);
    }
}

/* @directive is NULL, or what stands behind the #. */
static void
put_point (ReboundTap *self,
           gboolean ok,
           const char *description,
           const char *directive,
           const char *why)
{
  indent (self, 0);
  fprintf (self->stream, "%s %u", ok ? "ok" : "not ok", ++*get_count (self));
  if (*description != '\0')
    fputs (" - ", self->stream);
  put_escaped (self, description, "\\#");
  if (directive != NULL)
    {
      fprintf (self->stream, " # %s ", directive);
      put_escaped (self, why, "\\#");
    }
  fputc ('\n', self->stream);
}

void
rebound_tap_point (ReboundTap *self, gboolean ok, const char *description)
{
  put_point (self, ok, description, NULL, NULL);
}

void
rebound_tap_skip (ReboundTap *self, const char *description, const char *why)
{
  put_point (self, TRUE, description, "SKIP", why);
}

void
rebound_tap_todo (ReboundTap *self, gboolean ok, const char *description, const char *why)
{
  put_point (self, ok, description, "TODO", why);
}

void
rebound_tap_begin_block (ReboundTap *self)
{
  indent (self, BLOCK_COLUMNS);
  fputs ("---\n", self->stream);
}

void
rebound_tap_end_block (ReboundTap *self)
{
  indent (self, BLOCK_COLUMNS);
  fputs ("...\n", self->stream);
}

/* In a list prove takes what begins like “key: ” for a key, quotes or not. */
static gboolean
is_like_key (const char *text)
{
  const char *end = text + strcspn (text, " \t\n");

  end += strspn (end, " \t\n");
  return memchr (text, ':', (gsize) (end - text) + (*end == ':')) != NULL;
}

static void
put_quoted (ReboundTap *self, const char *text, gboolean in_list)
{
  static const char special[] = "\"\\\n\t";
  static const char *const escapes[] = { "\\\"", "\\\\", "\\n", "\\t" };
  g_autofree char *visible = make_readable (text, REBOUND_LINES_KEPT);
  gboolean hide_colon = in_list && is_like_key (visible);

  fputc ('"', self->stream);
  for (const char *at = visible; *at != '\0'; at++)
    {
      const char *found = strchr (special, *at);

      if (found != NULL)
        fputs (escapes[found - special], self->stream);
      else if (*at == ':' && hide_colon)
        fputs ("\\x3a", self->stream);
      else
        fputc (*at, self->stream);
    }
  fputs ("\"\n", self->stream);
}

void
rebound_tap_block_text (ReboundTap *self, const char *key, const char *text)
{
  indent (self, BLOCK_COLUMNS);
  fprintf (self->stream, "%s: ", key);
  put_quoted (self, text, FALSE);
}

void
rebound_tap_block_number (ReboundTap *self, const char *key, gint64 number)
{
  indent (self, BLOCK_COLUMNS);
  fprintf (self->stream, "%s: %" G_GINT64_FORMAT "\n", key, number);
}

void
rebound_tap_block_list (ReboundTap *self, const char *key, const char *const *texts)
{
  indent (self, BLOCK_COLUMNS);
  fprintf (self->stream, "%s:%s\n", key, texts[0] == NULL ? " []" : "");
  for (guint i = 0; texts[i] != NULL; i++)
    {
      indent (self, 2 * BLOCK_COLUMNS);
      fputs ("- ", self->stream);
      put_quoted (self, texts[i], TRUE);
    }
}

void
rebound_tap_begin_subtest (ReboundTap *self, const char *name)
{
  const guint none = 0;
  g_autofree char *visible = rebound_visible_text (name, REBOUND_LINES_SHOWN);

  g_array_append_val (self->counts, none);
  indent (self, 0);
  fprintf (self->stream, "# Subtest: %s\n", visible);
}

void
rebound_tap_end_subtest (ReboundTap *self)
{
  g_return_if_fail (self->counts->len > 1);

  rebound_tap_plan (self, "nothing is tested");
  g_array_set_size (self->counts, self->counts->len - 1);
}

void
rebound_tap_bail_out (ReboundTap *self, const char *why)
{
  fputs ("Bail out! ", self->stream);
  put_escaped (self, why, "\\#");
  fputc ('\n', self->stream);
}

void
rebound_tap_plan (ReboundTap *self, const char *why_none)
{
  guint count = *get_count (self);

  indent (self, 0);
  fprintf (self->stream, "1..%u", count);
  if (count == 0 && why_none != NULL)
    {
      fputs (" # SKIP ", self->stream);
      put_escaped (self, why_none, "\\#");
    }
  fputc ('\n', self->stream);
}
