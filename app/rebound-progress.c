/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run in real time can be silent for a minute, and whoever looks at it wants to know whether it
 * hangs. How long it will take nobody knows, for it waits for what may come; so the line says how
 * long it has taken, and what it is at.
 *
 * It is a sink only to be out of the way: the line is wiped off before an event is written, and
 * comes back with the next tick. The timer is in the world's context, which is iterated whatever
 * the application does. */

#include "rebound-progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rebound-columns.h"
#include "rebound-visible.h"

/* Nobody wonders before that. */
#define FIRST_MSEC 2000

/* As often as a tenth of a second can be read. */
#define NEXT_MSEC 250

#define WIPE "\r\033[K"

struct _ReboundProgress
{
  GObject parent_instance;

  ReboundRun *run; /* which has this as a sink */
  GSource *source;
  gboolean is_shown;
};

static void rebound_progress_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundProgress,
                               rebound_progress,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_progress_sink_init))

static void
wipe (ReboundProgress *self)
{
  if (self->is_shown)
    fputs (WIPE, stderr);
  self->is_shown = FALSE;
}

static void
stop (ReboundProgress *self)
{
  wipe (self);
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static void
rebound_progress_dispose (GObject *object)
{
  stop (REBOUND_PROGRESS (object));
  G_OBJECT_CLASS (rebound_progress_parent_class)->dispose (object);
}

static void
rebound_progress_class_init (ReboundProgressClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rebound_progress_dispose;
}

static void
rebound_progress_init (ReboundProgress *self)
{
}

/* -- the line -- */

/* A line of a script, from 1. (transfer full) */
static char *
dup_line (GBytes *text, guint64 number)
{
  gsize length;
  const char *at = g_bytes_get_data (text, &length);
  const char *end = at + length;
  const char *stop_at;

  for (guint64 i = 1; i < number && at != NULL && at < end; i++)
    {
      at = memchr (at, '\n', (gsize) (end - at));
      at = at != NULL ? at + 1 : NULL;
    }
  if (at == NULL || at >= end)
    return g_strdup ("");
  stop_at = memchr (at, '\n', (gsize) (end - at));
  return g_strstrip (g_strndup (at, (gsize) ((stop_at != NULL ? stop_at : end) - at)));
}

/* Appends where the run is, "FILE:LINE", and the statement there as it is written. */
static void
append_place (GString *out, ReboundRun *run, const char *place)
{
  const char *colon = strrchr (place, ':');
  g_autofree char *file = g_strndup (place, colon != NULL ? (gsize) (colon - place) : 0);

  for (guint i = 0; i < rebound_run_get_n_texts (run); i++)
    {
      const char *name;
      GBytes *text = rebound_run_get_text (run, i, &name);
      g_autofree char *statement = NULL;

      if (strcmp (name, file) != 0)
        continue;
      statement = dup_line (text, strtoull (colon + 1, NULL, 10));
      g_string_append (out, ", line ");
      rebound_visible_append (out, i == 0 ? colon + 1 : place, -1);
      g_string_append (out, ": ");
      rebound_visible_append (out, statement, -1);
      return;
    }
}

/* What fits in, so that it stays one line: a terminal goes on in the next behind the last column.
 */
static void
put_fitting (const char *text, glong columns)
{
  const char *end = text;
  glong used = 0;

  while (*end != '\0')
    {
      used += rebound_columns_measure (end, g_utf8_next_char (end) - end);
      if (used >= columns)
        break;
      end = g_utf8_next_char (end);
    }
  fprintf (stderr, WIPE "%.*s", (int) (end - text), text);
}

static gboolean
on_tick (gpointer user_data)
{
  ReboundProgress *self = user_data;
  ReboundClock *clock = rebound_run_get_clock (self->run);
  const char *place = rebound_run_get_place (self->run);
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_append_printf (line, "%.1f s",
                          (double) rebound_clock_get_time_usec (clock) / G_USEC_PER_SEC);
  if (place != NULL)
    append_place (line, self->run, place);
  put_fitting (line->str, rebound_columns_of_terminal (STDERR_FILENO));
  self->is_shown = TRUE;
  g_source_set_ready_time (self->source, g_get_monotonic_time () + NEXT_MSEC * 1000);
  return G_SOURCE_CONTINUE;
}

/* -- a sink -- */

static void
rebound_progress_write (ReboundEventSink *sink, ReboundEvent *event)
{
  wipe (REBOUND_PROGRESS (sink));
}

static void
rebound_progress_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  stop (REBOUND_PROGRESS (sink));
}

static void
rebound_progress_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_progress_write;
  iface->finish = rebound_progress_finish;
}

ReboundProgress *
rebound_progress_new (ReboundRun *run)
{
  ReboundProgress *self;

  if (rebound_clock_get_mode (rebound_run_get_clock (run)) != REBOUND_CLOCK_REAL
      || rebound_columns_of_terminal (STDERR_FILENO) == 0
      || g_strcmp0 (g_getenv ("TERM"), "dumb") == 0)
    return NULL;
  self = g_object_new (REBOUND_TYPE_PROGRESS, NULL);
  self->run = run;
  self->source = g_timeout_source_new (FIRST_MSEC);
  g_source_set_static_name (self->source, "progress");
  g_source_set_callback (self->source, on_tick, self, NULL);
  g_source_attach (self->source, rebound_site_get_context (rebound_run_get_world (run)));
  rebound_run_add_sink (run, REBOUND_EVENT_SINK (self));
  return self;
}
