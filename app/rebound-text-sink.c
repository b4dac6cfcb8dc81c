/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log that a newcomer reads: when, who, what. Lines that say the same of the same actor are
 * folded into the first of them, which then says how often and until when: a client that is refused
 * every 200 ms for a minute is one line. What the run explains of itself comes last and has no time
 * of its own, so it stands before the verdict, as sentences; and so does what it has come to, as a
 * table. */

#include "rebound-text-sink.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "rebound-statistics-table.h"

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
#define LEAST_COLUMNS   40
#define MOST_COLUMNS    120

/* Actors' names are short; a longer one pushes its own line. */
#define ACTOR_COLUMNS 8

struct _ReboundTextSink
{
  GObject parent_instance;

  FILE *stream;
  ReboundSinkOptions options;
  GPtrArray *explanations;
  ReboundStatisticsTable *statistics;

  /* The line that is held back to be folded. */
  ReboundEvent *held;
  guint n_same;
  gint64 last_usec;
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

  g_clear_pointer (&self->held, rebound_event_unref);
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
}

static void
print_title (ReboundTextSink *self, const ReboundAbout *about)
{
  if (!self->options.filter.quiet)
    fprintf (self->stream, "%s%s%s\n\n", about->name, *about->title != '\0' ? ": " : "",
             about->title);
}

ReboundEventSink *
rebound_text_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream)
{
  ReboundTextSink *self = g_object_new (REBOUND_TYPE_TEXT_SINK, NULL);

  self->options = *options;
  self->stream = stream;
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

/* "1.200s", "61s": enough digits for the microsecond, no more than three where those are zero. */
static char *
format_time (gint64 usec)
{
  if (usec % 1000 == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT ".%03" G_GINT64_FORMAT, usec / G_USEC_PER_SEC,
                            usec % G_USEC_PER_SEC / 1000);
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT, usec / G_USEC_PER_SEC,
                          usec % G_USEC_PER_SEC);
}

static void
print_event (ReboundTextSink *self, ReboundEvent *event, const char *suffix)
{
  const char *colour = colour_of (self, event);
  g_autofree char *time = format_time (rebound_event_get_time_usec (event));
  g_auto (GStrv) lines = g_strsplit (rebound_event_get_text (event), "\n", -1);

  fprintf (self->stream, "%s%10s%s  %-*s  %s%s%s%s\n", self->options.colour ? DIM : "", time,
           self->options.colour ? RESET : "", ACTOR_COLUMNS, rebound_event_get_actor (event),
           colour, lines[0], suffix, *colour != '\0' ? RESET : "");
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    fprintf (self->stream, "%10s  %-*s  %s\n", "", ACTOR_COLUMNS, "", lines[i]);
}

static void
release (ReboundTextSink *self)
{
  g_autoptr (ReboundEvent) event = g_steal_pointer (&self->held);
  g_autofree char *until = NULL;
  g_autofree char *suffix = NULL;

  if (event == NULL)
    return;
  until = format_time (self->last_usec);
  suffix = self->n_same > 1 ? g_strdup_printf ("  (%u times, until %s)", self->n_same, until)
                            : g_strdup ("");
  print_event (self, event, suffix);
}

/* What a script says is not folded, for whoever prints twice wants to read it twice; nor is a
 * segment, for two are not one. */
static gboolean
is_same (ReboundEvent *a, ReboundEvent *b)
{
  return (rebound_event_get_group (a) & (REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_PACKETS))
             == 0
         && rebound_event_get_actor (a) == rebound_event_get_actor (b)
         && rebound_event_get_kind (a) == rebound_event_get_kind (b)
         && strcmp (rebound_event_get_text (a), rebound_event_get_text (b)) == 0;
}

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

static void
rebound_text_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundTextSink *self = REBOUND_TEXT_SINK (sink);

  if (keep (self, event) || !rebound_filter_admits (&self->options.filter, event))
    return;
  if (self->held != NULL && is_same (self->held, event))
    {
      self->n_same++;
      self->last_usec = rebound_event_get_time_usec (event);
      return;
    }
  release (self);
  self->held = rebound_event_ref (event);
  self->n_same = 1;
  self->last_usec = rebound_event_get_time_usec (event);
  if (!self->options.fold)
    release (self);
}

static glong
count_columns (ReboundTextSink *self)
{
  struct winsize size;

  if (self->stream != stdout || ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
    return DEFAULT_COLUMNS;
  return CLAMP (size.ws_col, LEAST_COLUMNS, MOST_COLUMNS);
}

/* A list entry: its first line begins with a dash. */
static void
print_wrapped (ReboundTextSink *self, const char *text, glong columns)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  glong column = columns;

  for (guint i = 0; words[i] != NULL; i++)
    {
      glong length = g_utf8_strlen (words[i], -1);

      if (i > 0 && column + 1 + length <= columns)
        fprintf (self->stream, " %s", words[i]);
      else
        {
          fprintf (self->stream, "%s%s", i == 0 ? "  - " : "\n    ", words[i]);
          column = 3;
        }
      column += 1 + length;
    }
  fputc ('\n', self->stream);
}

static void
print_explanations (ReboundTextSink *self)
{
  glong columns = count_columns (self);

  if (self->explanations->len == 0)
    return;
  fprintf (self->stream, "\n%swhy:%s\n", self->options.colour ? BOLD : "",
           self->options.colour ? RESET : "");
  for (guint i = 0; i < self->explanations->len; i++)
    print_wrapped (self, self->explanations->pdata[i], columns);
}

static void
print_statistics (ReboundTextSink *self)
{
  g_autofree char *text = rebound_statistics_table_to_text (self->statistics);

  fputs (text, self->stream);
}

static void
print_numbers (ReboundTextSink *self, const ReboundSummary *summary)
{
  g_autofree char *virtual_time = format_time (summary->virtual_usec);

  fprintf (self->stream, "%s seconds of the run's time", virtual_time);
  if (self->options.wall_time)
    fprintf (self->stream, " in %.1f ms", (double) summary->wall_usec / 1000.0);
  fprintf (self->stream,
           ": %" G_GUINT64_FORMAT " event%s, %u connection%s, %u expectation%s, %u failed\n",
           summary->n_events, summary->n_events == 1 ? "" : "s", summary->n_connections,
           summary->n_connections == 1 ? "" : "s", summary->n_expectations,
           summary->n_expectations == 1 ? "" : "s", summary->n_failed);
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

  release (self);
  if (self->options.filter.quiet && good)
    return;
  print_explanations (self);
  print_statistics (self);
  fprintf (self->stream, "\n%s%s%s: ", self->options.colour ? (good ? GREEN BOLD : RED BOLD) : "",
           verdict, self->options.colour ? RESET : "");
  print_numbers (self, summary);
}

static void
rebound_text_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_text_sink_write;
  iface->finish = rebound_text_sink_finish;
}
