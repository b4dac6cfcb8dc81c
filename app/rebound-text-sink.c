/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log that a newcomer reads: when, who, what. Lines that say the same of the same actor are
 * folded into the first of them, which then says how often and until when: a client that is refused
 * every 200 ms for a minute is one line. What the run explains of itself comes last and has no time
 * of its own, so it stands before the verdict, as sentences; and so does what it has come to, as a
 * table. */

#include "rebound-text-sink.h"

#include <string.h>
#include <unistd.h>

#include "rebound-columns.h"
#include "rebound-fold.h"
#include "rebound-statistics-table.h"
#include "rebound-visible.h"

#define RESET  "\033[0m"
#define DIM    "\033[2m"
#define BOLD   "\033[1m"
#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define BLUE   "\033[34m"

/* What sentences are wrapped to: the terminal's width, within what can be read; where there is no
 * terminal, what a source line here may have. */
#define DEFAULT_COLUMNS 100
#define MOST_COLUMNS    120

/* Three hours of a run, to the millisecond. Actors' names are short; a longer one pushes its own
 * line. */
#define TIME_COLUMNS  10
#define ACTOR_COLUMNS 8
#define TEXT_COLUMN   (TIME_COLUMNS + 2 + ACTOR_COLUMNS + 2)

struct _ReboundTextSink
{
  GObject parent_instance;

  FILE *stream;
  gboolean is_terminal;
  ReboundSinkOptions options;
  GPtrArray *explanations;
  ReboundStatisticsTable *statistics;

  ReboundFold held; /* back, to be folded */
  guint n_early;    /* that were left out for their time, and have not been told of */
  guint n_late;

  GString *line; /* the one that is being made */
  GString *text; /* of an event, as it may be seen */
  glong columns; /* of the terminal; 0: there is none */
};

static void rebound_text_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundTextSink,
                               rebound_text_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_text_sink_sink_init))

static void
rebound_text_sink_finalize (GObject *object)
{
  ReboundTextSink *self = REBOUND_TEXT_SINK (object);

  rebound_fold_clear (&self->held);
  g_string_free (self->line, TRUE);
  g_string_free (self->text, TRUE);
  g_ptr_array_unref (self->explanations);
  rebound_statistics_table_free (self->statistics);
  G_OBJECT_CLASS (rebound_text_sink_parent_class)->finalize (object);
}

static void
rebound_text_sink_class_init (ReboundTextSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_text_sink_finalize;
}

static void
rebound_text_sink_init (ReboundTextSink *self)
{
  self->explanations = g_ptr_array_new_with_free_func (g_free);
  self->statistics = rebound_statistics_table_new ();
  self->line = g_string_new (NULL);
  self->text = g_string_new (NULL);
}

static const char *
in_colour (ReboundTextSink *self, const char *colour)
{
  return self->options.colour ? colour : "";
}

/* 0 where there is no terminal: then an event is one line, however long. */
static glong
count_columns (ReboundTextSink *self)
{
  return self->is_terminal ? rebound_columns_of_terminal (STDOUT_FILENO) : 0;
}

static void
put_line (ReboundTextSink *self)
{
  g_string_append_c (self->line, '\n');
  fwrite (self->line->str, self->line->len, 1, self->stream);
  g_string_truncate (self->line, 0);
}

/* Its first sentence, or all of it. */
static void
print_label (ReboundTextSink *self, const char *label, const char *text)
{
  g_autofree char *visible = rebound_visible_dup (text);
  char *end = strstr (visible, ". ");

  if (end != NULL)
    end[1] = '\0';
  if (*visible == '\0')
    return;
  g_string_append_printf (self->line, "%s%s: ", in_colour (self, DIM), label);
  rebound_columns_append (self->line, visible, (glong) strlen (label) + 2, 2, count_columns (self));
  g_string_append (self->line, in_colour (self, RESET));
  put_line (self);
}

static void
print_title (ReboundTextSink *self, const ReboundAbout *about)
{
  g_autofree char *whole
      = g_strconcat (about->name, *about->title != '\0' ? ": " : "", about->title, NULL);
  g_autofree char *visible = rebound_visible_dup (whole);

  if (self->options.filter.quiet)
    return;
  g_strdelimit (visible, "\n", ' '); /* a file can be called so */
  rebound_columns_append (self->line, visible, 0, 2, count_columns (self));
  put_line (self);
  print_label (self, "Problem", about->problem);
  print_label (self, "Where it comes from", about->source);
  fputc ('\n', self->stream);
}

ReboundEventSink *
rebound_text_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream)
{
  ReboundTextSink *self = g_object_new (REBOUND_TYPE_TEXT_SINK, NULL);

  self->options = *options;
  self->stream = stream;
  self->is_terminal = stream == stdout && isatty (STDOUT_FILENO);
  print_title (self, about);
  return REBOUND_EVENT_SINK (self);
}

static const char *
colour_of (ReboundTextSink *self, ReboundEvent *event)
{
  const char *kind = rebound_event_get_kind (event);

  if (!self->options.colour)
    return "";
  switch (rebound_event_get_group (event))
    {
    case REBOUND_EVENT_GROUP_LIFE:
      return BLUE;
    case REBOUND_EVENT_GROUP_SCRIPT:
      return BOLD;
    case REBOUND_EVENT_GROUP_CHECKS:
      return strcmp (kind, "met") == 0 ? GREEN : RED;
    case REBOUND_EVENT_GROUP_SOCKETS:
    case REBOUND_EVENT_GROUP_PACKETS:
    case REBOUND_EVENT_GROUP_EXPLANATIONS:
    case REBOUND_EVENT_GROUP_POOL:
    case REBOUND_EVENT_GROUP_STATISTICS:
      return DIM;
    case REBOUND_EVENT_GROUP_ACTORS:
      return strstr (kind, "fail") != NULL || strstr (kind, "refused") != NULL ? YELLOW : "";
    }
  return "";
}

/* -- a line -- */

static void
append_wrapped (ReboundTextSink *self, const char *text, glong at)
{
  rebound_columns_append (self->line, text, at, TEXT_COLUMN, self->columns);
}

/* Lines of one event behind its first. */
static void
put_more (ReboundTextSink *self, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_string_append_printf (self->line, "%*s", TEXT_COLUMN, "");
      append_wrapped (self, lines[i], TEXT_COLUMN);
      put_line (self);
    }
}

/* Time, actor, and what stands behind them: in colour is the first line of that. */
static void
put_event (ReboundTextSink *self, ReboundEvent *event, const char *suffix)
{
  const char *colour = colour_of (self, event);
  const char *actor = rebound_event_get_actor (event);
  const char *text = rebound_event_get_text (event);
  const char *end = strchrnul (text, '\n');
  char time[REBOUND_FOLD_TIME_BYTES];

  rebound_fold_print_time (time, rebound_event_get_time_usec (event));
  g_string_append_printf (self->line, "%s%*s%s  %-*s  %s", in_colour (self, DIM), TIME_COLUMNS,
                          time, in_colour (self, RESET), ACTOR_COLUMNS, actor, colour);
  g_string_truncate (self->text, 0);
  rebound_visible_append (self->text, text, end - text);
  g_string_append (self->text, suffix);
  append_wrapped (self, self->text->str,
                  TEXT_COLUMN + MAX ((glong) strlen (actor) - ACTOR_COLUMNS, 0));
  g_string_append (self->line, *colour != '\0' ? RESET : "");
  put_line (self);
  if (*end != '\0')
    {
      g_string_truncate (self->text, 0);
      rebound_visible_append (self->text, end + 1, -1);
      put_more (self, self->text->str);
    }
}

static void
release (ReboundTextSink *self)
{
  g_autofree char *suffix = NULL;

  if (self->held.event == NULL)
    return;
  self->columns = count_columns (self);
  suffix = self->held.count > 1 ? rebound_fold_to_text (&self->held) : NULL;
  put_event (self, self->held.event, suffix != NULL ? suffix : "");
  rebound_fold_clear (&self->held);
}

/* "12 events before 5.000 are left out" */
static void
put_left_out (ReboundTextSink *self, guint *n_events, const char *side, gint64 usec)
{
  char time[REBOUND_FOLD_TIME_BYTES];

  if (*n_events == 0)
    return;
  rebound_fold_print_time (time, usec);
  g_string_append_printf (self->line, "%s%*s  %u event%s %s %s %s left out%s",
                          in_colour (self, DIM), TIME_COLUMNS + (int) strlen ("…") - 1, "…",
                          *n_events, *n_events == 1 ? "" : "s", side, time,
                          *n_events == 1 ? "is" : "are", in_colour (self, RESET));
  put_line (self);
  *n_events = 0;
}

/* -- what comes -- */

/* Whether it is for the end; it is kept where it is wanted. Whoever wants to see only what was not
 * as expected wants to know why, too. */
static gboolean
keep (ReboundTextSink *self, ReboundEvent *event)
{
  ReboundEventGroup group = rebound_event_get_group (event);

  if (group != REBOUND_EVENT_GROUP_EXPLANATIONS && group != REBOUND_EVENT_GROUP_STATISTICS)
    return FALSE;
  if ((self->options.filter.groups & group) == 0)
    return TRUE;
  if (group == REBOUND_EVENT_GROUP_EXPLANATIONS)
    g_ptr_array_add (self->explanations, g_strdup (rebound_event_get_text (event)));
  else if (!self->options.filter.quiet)
    rebound_statistics_table_add (self->statistics, event);
  return TRUE;
}

static gboolean
admits (ReboundTextSink *self, ReboundEvent *event)
{
  ReboundAdmission admission = rebound_filter_judge (&self->options.filter, event);

  self->n_early += admission == REBOUND_ADMISSION_EARLY;
  self->n_late += admission == REBOUND_ADMISSION_LATE;
  return admission == REBOUND_ADMISSION_YES;
}

static void
rebound_text_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundTextSink *self = REBOUND_TEXT_SINK (sink);

  if (keep (self, event) || !admits (self, event) || rebound_fold_take (&self->held, event))
    return;
  put_left_out (self, &self->n_early, "before", self->options.filter.since_usec);
  release (self);
  rebound_fold_begin (&self->held, event);
  if (!self->options.fold)
    release (self);
}

/* -- the end -- */

/* A list entry: its first line begins with a dash. */
static void
put_entry (ReboundTextSink *self, const char *text, glong columns)
{
  g_autofree char *visible = rebound_visible_dup (text);

  g_string_append (self->line, "  - ");
  rebound_columns_append (self->line, visible, 4, 4, columns);
  put_line (self);
}

static void
print_explanations (ReboundTextSink *self)
{
  glong columns = count_columns (self);

  if (self->explanations->len == 0)
    return;
  fprintf (self->stream, "\n%swhy:%s\n", in_colour (self, BOLD), in_colour (self, RESET));
  for (guint i = 0; i < self->explanations->len; i++)
    put_entry (self, self->explanations->pdata[i],
               columns == 0 ? DEFAULT_COLUMNS : MIN (columns, MOST_COLUMNS));
}

static void
print_statistics (ReboundTextSink *self)
{
  g_autofree char *text = rebound_statistics_table_to_text (self->statistics);

  fputs (text, self->stream);
}

/* (transfer full) */
static char *
dup_numbers (ReboundTextSink *self, const ReboundSummary *summary)
{
  GString *text = g_string_new (NULL);
  char virtual_time[REBOUND_FOLD_TIME_BYTES];

  rebound_fold_print_time (virtual_time, summary->virtual_usec);
  g_string_append_printf (text, "%s seconds of the run's time", virtual_time);
  if (self->options.wall_time)
    g_string_append_printf (text, " in %.1f ms", (double) summary->wall_usec / 1000.0);
  g_string_append_printf (text,
                          ": %" G_GUINT64_FORMAT
                          " event%s, %u connection%s, %u expectation%s, %u failed",
                          summary->n_events, summary->n_events == 1 ? "" : "s",
                          summary->n_connections, summary->n_connections == 1 ? "" : "s",
                          summary->n_expectations, summary->n_expectations == 1 ? "" : "s",
                          summary->n_failed);
  return g_string_free (text, FALSE);
}

static void
rebound_text_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  ReboundTextSink *self = REBOUND_TEXT_SINK (sink);
  gboolean good = summary->status == 0;
  const char *verdict = good                     ? "as expected"
                        : summary->status == 130 ? "interrupted"
                        : summary->status == 1   ? "NOT as expected"
                                                 : "broken off";
  g_autofree char *numbers = dup_numbers (self, summary);

  release (self);
  put_left_out (self, &self->n_early, "before", self->options.filter.since_usec);
  put_left_out (self, &self->n_late, "after", self->options.filter.end_usec - 1);
  if (self->options.filter.quiet && good)
    return;
  print_explanations (self);
  print_statistics (self);
  g_string_append_printf (self->line, "\n%s%s%s: ", in_colour (self, good ? GREEN BOLD : RED BOLD),
                          verdict, in_colour (self, RESET));
  rebound_columns_append (self->line, numbers, (glong) strlen (verdict) + 2, 2,
                          count_columns (self));
  put_line (self);
}

static void
rebound_text_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_text_sink_write;
  iface->finish = rebound_text_sink_finish;
}
