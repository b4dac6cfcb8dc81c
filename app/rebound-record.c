/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run has one process, and a comparison has two runs; so it is made of what they leave behind. A
 * play hands over all of it. A file of JSON Lines has no sentences and no groups, for machines do
 * not need them: what people are shown of it is made of its fields, and the group of those kinds
 * that every run has is known by the kind.
 *
 * A file comes from anywhere. Each line is looked at for what would trouble the parser before it is
 * given to it, and whatever is no event has its place named. */

#include "rebound-record.h"

#include <stdlib.h>
#include <string.h>

#include "rebound-record-line.h"

void
rebound_record_free (ReboundRecord *self)
{
  g_array_unref (self->events);
  g_string_chunk_free (self->strings);
  g_strfreev (self->settings);
  g_free (self->name);
  g_free (self->title);
  g_free (self);
}

/* What one string takes of memory at a time: a few hundred events' worth. */
#define CHUNK_BYTES 65536

static ReboundRecord *
record_new (const char *name)
{
  ReboundRecord *self = g_new0 (ReboundRecord, 1);

  self->events = g_array_new (FALSE, FALSE, sizeof (ReboundRecordEvent));
  self->strings = g_string_chunk_new (CHUNK_BYTES);
  self->name = g_strdup (name);
  self->title = g_strdup ("");
  self->settings = g_new0 (char *, 1);
  return self;
}

const ReboundRecordEvent *
rebound_record_get (const ReboundRecord *self, guint index)
{
  return &g_array_index (self->events, ReboundRecordEvent, index);
}

static const char *
keep_compressed (ReboundRecord *self, const char *escaped)
{
  g_autofree char *text = g_strcompress (escaped);

  return g_string_chunk_insert_const (self->strings, text);
}

/* "the end", and the numbers that the twin sink has written, in its order. */
static void
take_summary (ReboundRecord *self, char **parts)
{
  self->summary.status = atoi (parts[1]);
  self->summary.virtual_usec = g_ascii_strtoll (parts[2], NULL, 10);
  self->summary.n_events = g_ascii_strtoull (parts[3], NULL, 10);
  self->summary.n_connections = (guint) g_ascii_strtoull (parts[4], NULL, 10);
  self->summary.n_expectations = (guint) g_ascii_strtoull (parts[5], NULL, 10);
  self->summary.n_failed = (guint) g_ascii_strtoull (parts[6], NULL, 10);
  self->summary.problem = *parts[7] != '\0' ? keep_compressed (self, parts[7]) : NULL;
}

/* "NAME:LINE:COLUMN", or without the column: "LINE" where it is the script itself. */
static const char *
shorten_place (ReboundRecord *self, const char *source)
{
  gsize length = strlen (self->name);

  if (*source == '\0')
    return NULL;
  if (strncmp (source, self->name, length) == 0 && source[length] == ':')
    source += length + 1;
  return g_string_chunk_insert_const (self->strings, source);
}

/* TRUE at the end. */
static gboolean
take_play_line (ReboundRecord *self, const char *line)
{
  g_auto (GStrv) parts = g_strsplit (line, "\t", -1);
  guint n_parts = g_strv_length (parts);
  ReboundRecordEvent event = { 0 };

  if (n_parts == 8 && strcmp (parts[0], "the end") == 0)
    {
      take_summary (self, parts);
      return TRUE;
    }
  if (n_parts != 4 || !rebound_record_line_parse (parts[3], self->strings, &event, NULL))
    return FALSE;
  event.group = (ReboundEventGroup) g_ascii_strtoull (parts[1], NULL, 10);
  event.text = keep_compressed (self, parts[2]);
  event.place = event.place != NULL ? event.place : shorten_place (self, parts[0]);
  g_array_append_val (self->events, event);
  return FALSE;
}

ReboundRecord *
rebound_record_new_from_play (const char *name, const char *lines)
{
  g_autoptr (ReboundRecord) self = record_new (name);
  gboolean whole = FALSE;

  for (const char *end; *lines != '\0' && (end = strchr (lines, '\n')) != NULL; lines = end + 1)
    {
      g_autofree char *line = g_strndup (lines, (gsize) (end - lines));

      whole = take_play_line (self, line);
    }
  return whole ? g_steal_pointer (&self) : NULL;
}

static gboolean
follows (const ReboundRecord *self, const ReboundRecordEvent *event, GError **error)
{
  const ReboundRecordEvent *last;

  if (self->events->len == 0)
    return TRUE;
  last = rebound_record_get (self, self->events->len - 1);
  if (event->number <= last->number)
    g_set_error (error, REBOUND_RECORD_ERROR, REBOUND_RECORD_ERROR_LINE,
                 "n is %" G_GUINT64_FORMAT " after %" G_GUINT64_FORMAT
                 "; expected the events of one run, in their order",
                 event->number, last->number);
  else if (event->time_usec < last->time_usec)
    g_set_error (error, REBOUND_RECORD_ERROR, REBOUND_RECORD_ERROR_LINE,
                 "time_usec is %" G_GINT64_FORMAT " after %" G_GINT64_FORMAT
                 "; expected a time that does not go back",
                 event->time_usec, last->time_usec);
  else
    return TRUE;
  return FALSE;
}

/* A line that is cut off is told from one that was never right. */
static gboolean
take_jsonl_line (ReboundRecord *self,
                 const char *text,
                 gsize n_bytes,
                 gboolean is_ended,
                 GError **error)
{
  g_autofree char *line = NULL;
  ReboundRecordEvent event = { 0 };

  if (!is_ended)
    {
      g_set_error (error, REBOUND_RECORD_ERROR, REBOUND_RECORD_ERROR_LINE,
                   "the file ends within this line; expected a line's end after the last event");
      return FALSE;
    }
  if (!g_utf8_validate_len (text, n_bytes, NULL))
    {
      g_set_error (error, REBOUND_RECORD_ERROR, REBOUND_RECORD_ERROR_LINE,
                   "it is not UTF-8; expected an event as --output jsonl writes it");
      return FALSE;
    }
  line = g_strndup (text, n_bytes);
  if (!rebound_record_line_parse (line, self->strings, &event, error)
      || !follows (self, &event, error))
    return FALSE;
  event.group = rebound_record_line_guess_group (&event);
  event.text = rebound_record_line_describe (&event, self->strings);
  g_array_append_val (self->events, event);
  return TRUE;
}

/* What a file does not say of its run is not said; its events tell whether it went as expected. */
static void
sum_up (ReboundRecord *self)
{
  for (guint i = 0; i < self->events->len; i++)
    {
      const ReboundRecordEvent *event = rebound_record_get (self, i);
      gboolean failed = strcmp (event->kind, "failed") == 0;

      if (event->group != REBOUND_EVENT_GROUP_CHECKS)
        continue;
      self->summary.n_expectations++;
      self->summary.n_failed += failed ? 1 : 0;
    }
  self->summary.n_events = self->events->len;
  self->summary.virtual_usec = rebound_record_get (self, self->events->len - 1)->time_usec;
  self->summary.status = self->summary.n_failed > 0 ? 1 : 0;
}

ReboundRecord *
rebound_record_new_from_jsonl (const char *name, const char *text, gsize n_bytes, GError **error)
{
  g_autoptr (ReboundRecord) self = record_new (name);
  const char *end = text + n_bytes;
  guint64 number = 1;

  for (const char *line = text; line < end; number++)
    {
      const char *stop = memchr (line, '\n', (gsize) (end - line));
      gboolean is_ended = stop != NULL;

      stop = is_ended ? stop : end;
      if (!take_jsonl_line (self, line, (gsize) (stop - line), is_ended, error))
        {
          g_prefix_error (error, "%s:%" G_GUINT64_FORMAT ": ", name, number);
          return NULL;
        }
      line = stop + 1;
    }
  if (self->events->len == 0)
    {
      g_set_error (error, REBOUND_RECORD_ERROR, REBOUND_RECORD_ERROR_LINE,
                   "%s:1: there is no event; expected what --output jsonl writes", name);
      return NULL;
    }
  sum_up (self);
  return g_steal_pointer (&self);
}
