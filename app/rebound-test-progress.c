/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last line of a terminal, written over and over. It is cut to the terminal's width: one that
 * was broken in two could not be taken back. */

#include "rebound-test-progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "rebound-visible.h"

/* Of a terminal that does not say: DEC's, and of all that came after it. */
#define DEFAULT_COLUMNS 80

struct _ReboundTestProgress
{
  gboolean is_terminal;
  gboolean is_shown;
  guint n_plays;
  guint n_ended;
  guint n_failed;
  char *name; /* of what began last */
};

ReboundTestProgress *
rebound_test_progress_new (guint n_plays)
{
  ReboundTestProgress *self = g_new0 (ReboundTestProgress, 1);

  self->n_plays = n_plays;
  self->is_terminal = isatty (STDERR_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
  return self;
}

void
rebound_test_progress_free (ReboundTestProgress *self)
{
  rebound_test_progress_clear (self);
  g_free (self->name);
  g_free (self);
}

void
rebound_test_progress_begin (ReboundTestProgress *self, const ReboundTestScript *script)
{
  g_free (self->name);
  self->name = rebound_visible_text (script->word, REBOUND_LINES_SHOWN);
}

void
rebound_test_progress_end (ReboundTestProgress *self)
{
  self->n_ended++;
}

void
rebound_test_progress_fail (ReboundTestProgress *self)
{
  self->n_failed++;
}

static glong
count_columns (void)
{
  struct winsize size = { 0 };

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
    return DEFAULT_COLUMNS;
  return size.ws_col;
}

/* So much of @line as fits. */
static char *
cut (const char *line, glong columns)
{
  const char *end = line;

  while (*end != '\0')
    {
      gunichar c = g_utf8_get_char (end);

      columns -= g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
      if (columns < 0)
        break;
      end = g_utf8_next_char (end);
    }
  return g_strndup (line, (gsize) (end - line));
}

void
rebound_test_progress_show (ReboundTestProgress *self)
{
  g_autofree char *failed = NULL;
  g_autofree char *line = NULL;
  g_autofree char *shown = NULL;

  if (!self->is_terminal || self->n_ended == self->n_plays)
    return;
  failed = self->n_failed > 0 ? g_strdup_printf (", %u not as expected", self->n_failed)
                              : g_strdup ("");
  line = g_strdup_printf ("[%u of %u%s] %s", self->n_ended, self->n_plays, failed,
                          self->name != NULL ? self->name : "");
  /* In the last column a terminal may begin a new line. */
  shown = cut (line, count_columns () - 1);
  g_printerr ("\r\033[K%s", shown);
  self->is_shown = TRUE;
}

void
rebound_test_progress_clear (ReboundTestProgress *self)
{
  if (self->is_shown)
    g_printerr ("\r\033[K");
  self->is_shown = FALSE;
}
