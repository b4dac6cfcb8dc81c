/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Version 13 is the latest that Debian 12's prove reads: it refuses a file that says 14. What 14
 * has besides is taken from it where a reader of 13 passes over it: a backslash before # and \ in
 * a description, and subtests indented by four.
 *
 * TAP is lines, so nothing that ends one may come through; and YAML has more ways to write a text
 * than most readers of TAP know, so each is in double quotes, with escapes that all of them know:
 * \" \\ \n \t. */

#include "rebound-tap.h"

#include <string.h>

#include "rebound-visible-text.h"

#define SUBTEST_COLUMNS 4
#define BLOCK_COLUMNS   2

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

/* @text on one line, with a backslash before each of @special. */
static void
put_escaped (ReboundTap *self, const char *text, const char *special)
{
  g_autofree char *visible = rebound_visible_text (text, REBOUND_LINES_SHOWN);

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

static void
put_quoted (ReboundTap *self, const char *text)
{
  g_autofree char *visible = rebound_visible_text (text, REBOUND_LINES_KEPT);

  fputc ('"', self->stream);
  for (const char *at = visible; *at != '\0'; at++)
    {
      if (strchr ("\"\\\n\t", *at) != NULL)
        fputc ('\\', self->stream);
      fputc (*at == '\n' ? 'n' : *at == '\t' ? 't' : *at, self->stream);
    }
  fputs ("\"\n", self->stream);
}

void
rebound_tap_block_text (ReboundTap *self, const char *key, const char *text)
{
  indent (self, BLOCK_COLUMNS);
  fprintf (self->stream, "%s: ", key);
  put_quoted (self, text);
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
      put_quoted (self, texts[i]);
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
