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

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-record-line.h"

void
rebound_record_free (ReboundRecord *self)
{
  g_array_unref (self->events);
  g_string_chunk_free (self->strings);
  g_hash_table_unref (self->cast);
  g_clear_pointer (&self->about, rebound_about_free);
  g_free (self->name);
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
  self->cast = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->name = g_strdup (name);
  return self;
}

const ReboundRecordEvent *
rebound_record_get (const ReboundRecord *self, guint index)
{
  return &g_array_index (self->events, ReboundRecordEvent, index);
}

const char *
rebound_record_get_title (const ReboundRecord *self)
{
  return self->about != NULL ? self->about->title : "";
}

char *
rebound_record_describe_settings (const ReboundRecord *self)
{
  return self->about != NULL ? g_strjoinv (" ", self->about->settings) : g_strdup ("");
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
shorten_place (ReboundRecord *self, const char *escaped)
{
  g_autofree char *source = g_strcompress (escaped);
  gsize length = strlen (self->name);
  const char *place = source;

  if (*source == '\0')
    return NULL;
  if (strncmp (source, self->name, length) == 0 && source[length] == ':')
    place += length + 1;
  return g_string_chunk_insert_const (self->strings, place);
}

/* "the cast", an actor, whose it is, and of which application. */
static void
take_actor (ReboundRecord *self, char **parts)
{
  ReboundRecordedActor *actor = g_new (ReboundRecordedActor, 1);

  actor->party = g_intern_string (parts[2]);
  actor->owner = g_intern_string (parts[3]);
  g_hash_table_insert (self->cast, (gpointer) keep_compressed (self, parts[1]), actor);
}

static gboolean
take_event (ReboundRecord *self, char **parts)
{
  ReboundRecordEvent event = { 0 };

  if (!rebound_record_line_parse (parts[3], self->strings, &event, NULL))
    return FALSE;
  event.group = (ReboundEventGroup) g_ascii_strtoull (parts[1], NULL, 10);
  event.text = keep_compressed (self, parts[2]);
  event.place = event.place != NULL ? event.place : shorten_place (self, parts[0]);
  g_array_append_val (self->events, event);
  return TRUE;
}

/* FALSE where it is none of those that the twin sink writes. */
static gboolean
take_play_line (ReboundRecord *self, const char *line, gboolean *is_end)
{
  g_auto (GStrv) parts = g_strsplit (line, "\t", -1);
  guint n_parts = g_strv_length (parts);

  *is_end = n_parts == 8 && strcmp (parts[0], "the end") == 0;
  if (*is_end)
    take_summary (self, parts);
  else if (n_parts == 4 && strcmp (parts[0], "the cast") == 0)
    take_actor (self, parts);
  else
    return n_parts == 4 && take_event (self, parts);
  return TRUE;
}

ReboundRecord *
rebound_record_new_from_play (ReboundAbout *about, const char *lines)
{
  g_autoptr (ReboundRecord) self = record_new (about->name);
  gboolean is_end = FALSE;

  self->about = about;
  for (const char *end; (end = strchr (lines, '\n')) != NULL; lines = end + 1)
    {
      g_autofree char *line = g_strndup (lines, (gsize) (end - lines));

      if (is_end || !take_play_line (self, line, &is_end))
        return NULL;
    }
  return is_end ? g_steal_pointer (&self) : NULL;
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

/* -- as a report has it -- */

static const char *
name_group (ReboundEventGroup group)
{
  g_autoptr (GFlagsClass) klass = g_type_class_ref (REBOUND_TYPE_EVENT_GROUP);
  GFlagsValue *value = g_flags_get_first_value (klass, group);

  return value != NULL ? value->value_nick : "";
}

static void
add_rows (const ReboundRecord *self, ReboundRecording *recording)
{
  for (guint i = 0; i < self->events->len; i++)
    {
      const ReboundRecordEvent *event = rebound_record_get (self, i);
      const char *place = event->place != NULL ? event->place : "";
      ReboundRecordedEvent row = {
        .number = event->number,
        .time_usec = event->time_usec,
        .actor = rebound_words_get (&recording->actors, event->actor),
        .kind = rebound_words_get (&recording->kinds, event->kind),
        .group = rebound_words_get (&recording->groups, name_group (event->group)),
        .text = rebound_words_get (&recording->texts, event->text),
        .place = rebound_words_get (&recording->places, place),
        .fields = rebound_words_get (&recording->fields, event->fields),
      };

      rebound_recording_add_row (recording, &row);
    }
}

/* Of a file nobody knows whose an actor is, but for those that every run has. */
static ReboundRecordedActor
guess_actor (const char *name)
{
  ReboundRecordedActor actor = { rebound_party_to_string (REBOUND_PARTY_PEERS), "" };

  if (strcmp (name, "app") == 0)
    {
      actor.party = rebound_party_to_string (REBOUND_PARTY_APPLICATION);
      actor.owner = "app";
    }
  else if (strcmp (name, "device") == 0)
    actor.party = rebound_party_to_string (REBOUND_PARTY_DEVICE);
  else if (strcmp (name, "kernel") == 0)
    actor.party = rebound_party_to_string (REBOUND_PARTY_KERNEL);
  else if (strcmp (name, "script") == 0 || strcmp (name, "run") == 0)
    actor.party = rebound_party_to_string (REBOUND_PARTY_SCRIPT);
  return actor;
}

static void
fill_cast (const ReboundRecord *self, ReboundRecording *recording)
{
  g_array_set_size (recording->cast, 0);
  for (guint i = 0; i < recording->actors.words->len; i++)
    {
      const char *name = recording->actors.words->pdata[i];
      const ReboundRecordedActor *known = g_hash_table_lookup (self->cast, name);
      ReboundRecordedActor actor = known != NULL ? *known : guess_actor (name);

      g_array_append_val (recording->cast, actor);
    }
}

ReboundRecording *
rebound_record_to_recording (const ReboundRecord *self)
{
  ReboundRecording *recording = rebound_recording_new ();

  add_rows (self, recording);
  if (self->about != NULL)
    rebound_recording_finish (recording, self->about, &self->summary);
  else
    {
      g_free (recording->name);
      recording->name = g_utf8_make_valid (self->name, -1);
      recording->summary = self->summary;
    }
  fill_cast (self, recording);
  return recording;
}
