/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The log that a newcomer reads: when, who, what. What repeats itself is folded into the first of
 * it, which then says how often and until when. What the run explains of itself comes last and has
 * no time of its own, so it stands before the verdict, as sentences; and so does what it has come
 * to, as a table. */

#include "rebound-text-sink.h"

#include <string.h>

#include "rebound-fold.h"
#include "rebound-statistics-table.h"
#include "rebound-text-page.h"

struct _ReboundTextSink
{
  GObject parent_instance;

  FILE *stream;
  ReboundTextPage *page;
  ReboundSinkOptions options;
  GPtrArray *explanations;
  ReboundStatisticsTable *statistics;

  /* Held back, to be folded: what happens now, instants, events. */
  GPtrArray *now; /* ReboundEvent */
  ReboundInstantFold instants;
  ReboundFold held;

  guint n_early; /* that were left out for their time, and have not been told of */
  guint n_late;
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

  g_ptr_array_unref (self->now);
  rebound_instant_fold_clear (&self->instants);
  rebound_fold_clear (&self->held);
  g_clear_pointer (&self->page, rebound_text_page_free);
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
  self->now = g_ptr_array_new_with_free_func ((GDestroyNotify) rebound_event_unref);
}

/* Its first sentence, or all of it. */
static void
put_label (ReboundTextSink *self, const char *label, const char *text)
{
  const char *end = strstr (text, ". ");
  g_autofree char *sentence = end != NULL ? g_strndup (text, (gsize) (end + 1 - text)) : NULL;

  if (*text != '\0')
    rebound_text_page_put (self->page, REBOUND_TEXT_STYLE_DIM, label,
                           sentence != NULL ? sentence : text);
}

static void
put_title (ReboundTextSink *self, const ReboundAbout *about)
{
  g_autofree char *title
      = g_strconcat (about->name, *about->title != '\0' ? ": " : "", about->title, NULL);

  if (self->options.filter.quiet)
    return;
  rebound_text_page_put (self->page, REBOUND_TEXT_STYLE_PLAIN, "", title);
  put_label (self, "Problem: ", about->problem);
  put_label (self, "Where it comes from: ", about->source);
  rebound_text_page_put_blank (self->page);
}

ReboundEventSink *
rebound_text_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream)
{
  ReboundTextSink *self = g_object_new (REBOUND_TYPE_TEXT_SINK, NULL);

  self->options = *options;
  self->stream = stream;
  self->page = rebound_text_page_new (stream, options->colour);
  put_title (self, about);
  return REBOUND_EVENT_SINK (self);
}

/* "12 events before 5.000 are left out" */
static void
put_left_out (ReboundTextSink *self, guint *n_events, const char *side, gint64 usec)
{
  g_autofree char *text = NULL;
  char time[REBOUND_REPEAT_TIME_BYTES];

  if (*n_events == 0)
    return;
  rebound_repeat_print_time (time, usec);
  text = g_strdup_printf ("%u event%s %s %s %s left out", *n_events, *n_events == 1 ? "" : "s",
                          side, time, *n_events == 1 ? "is" : "are");
  rebound_text_page_put_remark (self->page, text);
  *n_events = 0;
}

/* -- folds -- */

static void
release_event (ReboundTextSink *self)
{
  g_autoptr (GString) suffix = NULL;

  if (self->held.event == NULL)
    return;
  suffix = g_string_new (NULL);
  if (self->held.repeat.count > 1)
    {
      g_string_append (suffix, "  ");
      rebound_repeat_append (&self->held.repeat, suffix);
    }
  rebound_text_page_put_event (self->page, self->held.event, suffix->str);
  rebound_fold_clear (&self->held);
}

/* Returns how many lines begin with these events. */
static guint
fold_events (ReboundTextSink *self, GPtrArray *events)
{
  guint n_lines = 0;

  for (guint i = 0; i < events->len; i++)
    if (!rebound_fold_take (&self->held, events->pdata[i]))
      {
        release_event (self);
        rebound_fold_begin (&self->held, events->pdata[i]);
        n_lines++;
      }
  return n_lines;
}

/* "these 5 lines ×19, every 1 s, until 19.000, each time #N is 1 higher" */
static void
put_repeated (ReboundTextSink *self, guint n_lines)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "these %u lines ", n_lines);
  rebound_repeat_append (&self->instants.repeat, text);
  if (self->instants.step > 0)
    g_string_append_printf (text, ", each time #N is %" G_GINT64_FORMAT " higher",
                            self->instants.step);
  rebound_text_page_put_remark (self->page, text->str);
}

static void
release_instants (ReboundTextSink *self)
{
  if (self->instants.events == NULL)
    return;
  if (self->instants.repeat.count == 1)
    fold_events (self, self->instants.events);
  else
    {
      guint n_lines;

      release_event (self);
      n_lines = fold_events (self, self->instants.events);
      release_event (self);
      put_repeated (self, n_lines);
    }
  rebound_instant_fold_clear (&self->instants);
}

static void
end_instant (ReboundTextSink *self)
{
  if (!rebound_instant_fold_take (&self->instants, self->now))
    {
      release_instants (self);
      if (!rebound_instant_fold_begin (&self->instants, self->now))
        fold_events (self, self->now);
    }
  g_ptr_array_unref (self->now);
  self->now = g_ptr_array_new_with_free_func ((GDestroyNotify) rebound_event_unref);
}

static void
release_all (ReboundTextSink *self)
{
  end_instant (self);
  release_instants (self);
  release_event (self);
}

static void
fold (ReboundTextSink *self, ReboundEvent *event)
{
  if (!self->options.fold)
    {
      rebound_text_page_put_event (self->page, event, "");
      return;
    }
  if (self->now->len > 0
      && rebound_event_get_time_usec (self->now->pdata[0]) != rebound_event_get_time_usec (event))
    end_instant (self);
  g_ptr_array_add (self->now, rebound_event_ref (event));
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

  if (keep (self, event) || !admits (self, event))
    return;
  put_left_out (self, &self->n_early, "before", self->options.filter.since_usec);
  fold (self, event);
}

/* -- the end -- */

static void
put_explanations (ReboundTextSink *self)
{
  if (self->explanations->len == 0)
    return;
  rebound_text_page_put_blank (self->page);
  rebound_text_page_put (self->page, REBOUND_TEXT_STYLE_BOLD, "why:", "");
  for (guint i = 0; i < self->explanations->len; i++)
    rebound_text_page_put_entry (self->page, self->explanations->pdata[i]);
}

static void
put_statistics (ReboundTextSink *self)
{
  g_autofree char *text = rebound_statistics_table_to_text (self->statistics);

  fputs (text, self->stream);
}

/* (transfer full) */
static char *
dup_numbers (ReboundTextSink *self, const ReboundSummary *summary)
{
  GString *text = g_string_new (NULL);
  char virtual_time[REBOUND_REPEAT_TIME_BYTES];

  rebound_repeat_print_time (virtual_time, summary->virtual_usec);
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
  const char *verdict = good                     ? "as expected: "
                        : summary->status == 130 ? "interrupted: "
                        : summary->status == 1   ? "NOT as expected: "
                                                 : "broken off: ";
  g_autofree char *numbers = dup_numbers (self, summary);

  release_all (self);
  put_left_out (self, &self->n_early, "before", self->options.filter.since_usec);
  put_left_out (self, &self->n_late, "after", self->options.filter.end_usec - 1);
  if (self->options.filter.quiet && good)
    return;
  put_explanations (self);
  put_statistics (self);
  rebound_text_page_put_blank (self->page);
  rebound_text_page_put (self->page, good ? REBOUND_TEXT_STYLE_GOOD : REBOUND_TEXT_STYLE_BAD,
                         verdict, numbers);
}

static void
rebound_text_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_text_sink_write;
  iface->finish = rebound_text_sink_finish;
}
