/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layout of the log. On a terminal lines are as wide as it is now, for a window can change
 * while a run in real time goes on; elsewhere an event is a line, however long, for grep. */

#include "rebound-text-page.h"

#include <string.h>
#include <unistd.h>

#include "rebound-colour.h"
#include "rebound-columns.h"
#include "rebound-repeat.h"
#include "rebound-visible.h"

/* Three hours of a run, to the millisecond. Actors' names are short; a longer one pushes its own
 * line. */
#define TIME_COLUMNS  10
#define ACTOR_COLUMNS 8
#define TEXT_COLUMN   (TIME_COLUMNS + 2 + ACTOR_COLUMNS + 2)

/* What sentences are wrapped to: the terminal's width, within what can be read; where there is no
 * terminal, what a source line here may have. */
#define DEFAULT_COLUMNS 100
#define MOST_COLUMNS    120

/* Under a paragraph's first line, and under an entry's. */
#define PARAGRAPH_INDENT 2
#define ENTRY_INDENT     4

struct _ReboundTextPage
{
  FILE *stream;
  gboolean colour;
  gboolean is_terminal;
  GString *line; /* the one that is being made */
  GString *text; /* as it may be seen */
};

ReboundTextPage *
rebound_text_page_new (FILE *stream, gboolean colour)
{
  ReboundTextPage *self = g_new0 (ReboundTextPage, 1);

  self->stream = stream;
  self->colour = colour;
  self->is_terminal = stream == stdout && isatty (STDOUT_FILENO);
  self->line = g_string_new (NULL);
  self->text = g_string_new (NULL);
  return self;
}

void
rebound_text_page_free (ReboundTextPage *self)
{
  g_string_free (self->line, TRUE);
  g_string_free (self->text, TRUE);
  g_free (self);
}

static const char *
in_colour (ReboundTextPage *self, const char *colour)
{
  return self->colour ? colour : "";
}

/* 0 where there is no terminal. */
static glong
count_columns (ReboundTextPage *self)
{
  return self->is_terminal ? rebound_columns_of_terminal (STDOUT_FILENO) : 0;
}

static void
put_line (ReboundTextPage *self)
{
  g_string_append_c (self->line, '\n');
  fwrite (self->line->str, self->line->len, 1, self->stream);
  g_string_truncate (self->line, 0);
}

/* @length is -1, or as much as there is. */
static const char *
make_visible (ReboundTextPage *self, const char *text, gssize length)
{
  g_string_truncate (self->text, 0);
  rebound_visible_append (self->text, text, length);
  return self->text->str;
}

/* -- events -- */

static const char *
colour_of (ReboundTextPage *self, ReboundEvent *event)
{
  const char *kind = rebound_event_get_kind (event);

  if (!self->colour)
    return "";
  switch (rebound_event_get_group (event))
    {
    case REBOUND_EVENT_GROUP_LIFE:
      return REBOUND_COLOUR_BLUE;
    case REBOUND_EVENT_GROUP_SCRIPT:
      return REBOUND_COLOUR_BOLD;
    case REBOUND_EVENT_GROUP_CHECKS:
      return strcmp (kind, "met") == 0 ? REBOUND_COLOUR_GREEN : REBOUND_COLOUR_RED;
    case REBOUND_EVENT_GROUP_SOCKETS:
    case REBOUND_EVENT_GROUP_PACKETS:
    case REBOUND_EVENT_GROUP_EXPLANATIONS:
    case REBOUND_EVENT_GROUP_POOL:
    case REBOUND_EVENT_GROUP_STATISTICS:
      return REBOUND_COLOUR_DIM;
    case REBOUND_EVENT_GROUP_ACTORS:
      return strstr (kind, "fail") != NULL || strstr (kind, "refused") != NULL
                 ? REBOUND_COLOUR_YELLOW
                 : "";
    }
  return "";
}

/* Lines of one event behind its first. */
static void
put_more (ReboundTextPage *self, const char *text, glong columns)
{
  g_auto (GStrv) lines = g_strsplit (make_visible (self, text, -1), "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_string_append_printf (self->line, "%*s", TEXT_COLUMN, "");
      rebound_columns_append (self->line, lines[i], TEXT_COLUMN, TEXT_COLUMN, columns);
      put_line (self);
    }
}

void
rebound_text_page_put_event (ReboundTextPage *self, ReboundEvent *event, const char *suffix)
{
  const char *colour = colour_of (self, event);
  const char *actor = rebound_event_get_actor (event);
  const char *text = rebound_event_get_text (event);
  const char *end = strchrnul (text, '\n');
  glong at = TEXT_COLUMN + MAX ((glong) strlen (actor) - ACTOR_COLUMNS, 0);
  glong columns = count_columns (self);
  char time[REBOUND_REPEAT_TIME_BYTES];

  rebound_repeat_print_time (time, rebound_event_get_time_usec (event));
  g_string_append_printf (self->line, "%s%*s%s  %-*s  %s", in_colour (self, REBOUND_COLOUR_DIM),
                          TIME_COLUMNS, time, in_colour (self, REBOUND_COLOUR_RESET), ACTOR_COLUMNS,
                          actor, colour);
  make_visible (self, text, end - text);
  g_string_append (self->text, suffix);
  rebound_columns_append (self->line, self->text->str, at, TEXT_COLUMN, columns);
  g_string_append (self->line, *colour != '\0' ? REBOUND_COLOUR_RESET : "");
  put_line (self);
  if (*end != '\0')
    put_more (self, end + 1, columns);
}

void
rebound_text_page_put_remark (ReboundTextPage *self, const char *text)
{
  const int bytes = TIME_COLUMNS + (int) strlen ("…") - 1; /* printf pads by bytes */

  g_string_append_printf (self->line, "%s%*s  ", in_colour (self, REBOUND_COLOUR_DIM), bytes, "…");
  rebound_columns_append (self->line, text, TIME_COLUMNS + 2, TIME_COLUMNS + 2,
                          count_columns (self));
  g_string_append (self->line, in_colour (self, REBOUND_COLOUR_RESET));
  put_line (self);
}

/* -- before and after them -- */

void
rebound_text_page_put (ReboundTextPage *self,
                       ReboundTextStyle style,
                       const char *label,
                       const char *text)
{
  static const char *const styles[]
      = { "", REBOUND_COLOUR_DIM, REBOUND_COLOUR_BOLD, REBOUND_COLOUR_GREEN REBOUND_COLOUR_BOLD,
          REBOUND_COLOUR_RED REBOUND_COLOUR_BOLD };
  const char *colour = in_colour (self, styles[style]);

  g_string_append_printf (self->line, "%s%s%s", colour, label,
                          *colour != '\0' ? REBOUND_COLOUR_RESET : "");
  make_visible (self, text, -1);
  g_strdelimit (self->text->str, "\n", ' '); /* a file can be called so */
  rebound_columns_append (self->line, self->text->str, rebound_columns_measure (label, -1),
                          PARAGRAPH_INDENT, count_columns (self));
  put_line (self);
}

void
rebound_text_page_put_entry (ReboundTextPage *self, const char *text)
{
  glong columns = count_columns (self);

  g_string_append_printf (self->line, "%*s", ENTRY_INDENT, "- ");
  rebound_columns_append (self->line, make_visible (self, text, -1), ENTRY_INDENT, ENTRY_INDENT,
                          columns == 0 ? DEFAULT_COLUMNS : MIN (columns, MOST_COLUMNS));
  put_line (self);
}

void
rebound_text_page_put_blank (ReboundTextPage *self)
{
  put_line (self);
}
