/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The runs of a page, as app/report/model.js reads them. Events are columns, numbers and times as
 * the difference from the one before: a hundred thousand of them are some megabytes that a browser
 * reads in a moment, where objects would be ten times that.
 *
 * The data stands in a script element, of which HTML reads nothing but where it ends: at
 * "</script", or later where a "<!--" has come before. So no "<" is left in it. In JSON one can
 * stand within strings only, where its escape means the same. The two separators of lines that
 * JavaScript and JSON once disagreed on go the same way. */

#include "rebound-html-data.h"

#include <string.h>

#include "rebound-json.h"

/* What is gathered before it is written. */
#define CHUNK_BYTES (64 * 1024)

/* U+2028 and U+2029 in UTF-8 are this and a byte of 0xA8 or 0xA9. */
#define SEPARATOR_START "\xE2\x80"

typedef struct
{
  FILE *stream;
  GString *chunk;
} Writer;

/* How many bytes at @at are to be escaped, or 0. */
static gsize
get_escaped (const char *at, const char **escape)
{
  if (*at == '<')
    {
      *escape = "\\u003c";
      return 1;
    }
  if (strncmp (at, SEPARATOR_START, 2) != 0 || ((guchar) at[2] & 0xFE) != 0xA8)
    return 0;
  *escape = (guchar) at[2] == 0xA8 ? "\\u2028" : "\\u2029";
  return 3;
}

static void
flush (Writer *self)
{
  const char *at = self->chunk->str;

  while (*at != '\0')
    {
      gsize plain = strcspn (at, "<\xE2");
      const char *escape = "";
      gsize length;

      fwrite (at, 1, plain, self->stream);
      at += plain;
      if (*at == '\0')
        break;
      length = get_escaped (at, &escape);
      if (length > 0)
        fputs (escape, self->stream);
      else
        fputc (*at, self->stream);
      at += MAX (length, 1);
    }
  g_string_truncate (self->chunk, 0);
}

/* Between values; never within a character. */
static void
relieve (Writer *self)
{
  if (self->chunk->len > CHUNK_BYTES)
    flush (self);
}

static void
put (Writer *self, const char *json)
{
  g_string_append (self->chunk, json);
}

static void
put_string (Writer *self, const char *key, const char *text)
{
  put (self, key);
  if (text != NULL)
    rebound_json_append_string (self->chunk, text);
  else
    put (self, "null");
  relieve (self);
}

static void
put_number (Writer *self, const char *key, gint64 number)
{
  put (self, key);
  rebound_json_append_number (self->chunk, number);
}

static void
put_comma (Writer *self, guint i)
{
  if (i > 0)
    g_string_append_c (self->chunk, ',');
}

static void
put_strings (Writer *self, const char *key, char *const *strings, guint n)
{
  put (self, key);
  put (self, "[");
  for (guint i = 0; i < n; i++)
    {
      put_comma (self, i);
      put_string (self, "", strings[i]);
    }
  put (self, "]");
}

static void
put_words (Writer *self, const char *key, const ReboundWords *words)
{
  put_strings (self, key, (char *const *) words->words->pdata, words->words->len);
}

/* They are JSON already. */
static void
put_fields (Writer *self, const ReboundWords *words)
{
  put (self, ",\"fields\":[");
  for (guint i = 0; i < words->words->len; i++)
    {
      const char *fields = words->words->pdata[i];

      put_comma (self, i);
      put (self, *fields != '\0' ? fields : "{}");
      relieve (self);
    }
  put (self, "]");
}

/* -- events -- */

static const ReboundRecordedEvent *
get_event (const GArray *events, guint i)
{
  return &g_array_index (events, ReboundRecordedEvent, i);
}

static void
put_numbers_and_times (Writer *self, const GArray *events)
{
  guint64 number = 0;
  gint64 time_usec = 0;

  put (self, "\"n\":[");
  for (guint i = 0; i < events->len; i++)
    {
      put_comma (self, i);
      put_number (self, "", (gint64) (get_event (events, i)->number - number));
      number = get_event (events, i)->number;
    }
  put (self, "],\"time\":[");
  for (guint i = 0; i < events->len; i++)
    {
      put_comma (self, i);
      put_number (self, "", get_event (events, i)->time_usec - time_usec);
      time_usec = get_event (events, i)->time_usec;
    }
  put (self, "]");
}

/* A number in a table is a guint32 of the event. */
static void
put_column (Writer *self, const GArray *events, const char *key, gsize offset)
{
  put (self, key);
  for (guint i = 0; i < events->len; i++)
    {
      put_comma (self, i);
      put_number (self, "", G_STRUCT_MEMBER (guint32, get_event (events, i), offset));
      relieve (self);
    }
  put (self, "]");
}

static void
put_events (Writer *self, const GArray *events)
{
  static const struct
  {
    const char *key;
    gsize offset;
  } columns[] = {
    { ",\"actor\":[", G_STRUCT_OFFSET (ReboundRecordedEvent, actor) },
    { ",\"kind\":[", G_STRUCT_OFFSET (ReboundRecordedEvent, kind) },
    { ",\"group\":[", G_STRUCT_OFFSET (ReboundRecordedEvent, group) },
    { ",\"text\":[", G_STRUCT_OFFSET (ReboundRecordedEvent, text) },
    { ",\"place\":[", G_STRUCT_OFFSET (ReboundRecordedEvent, place) },
    { ",\"fields\":[", G_STRUCT_OFFSET (ReboundRecordedEvent, fields) },
  };

  put (self, ",\"events\":{");
  put_numbers_and_times (self, events);
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    put_column (self, events, columns[i].key, columns[i].offset);
  put (self, "}");
}

/* -- what is said of a run -- */

static void
put_file (Writer *self, const ReboundRecordedFile *file)
{
  gsize size;
  const char *data = g_bytes_get_data (file->text, &size);
  g_autofree char *text = g_utf8_make_valid (data != NULL ? data : "", (gssize) size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = g_strv_length (lines);

  /* What is behind the last line's end is no line. */
  if (n > 0 && *lines[n - 1] == '\0')
    n--;
  put_string (self, "{\"name\":", file->name);
  put_strings (self, ",\"lines\":", lines, n);
  put (self, "}");
}

static void
put_files (Writer *self, const GArray *files)
{
  put (self, ",\"files\":[");
  for (guint i = 0; i < files->len; i++)
    {
      put_comma (self, i);
      put_file (self, &g_array_index (files, ReboundRecordedFile, i));
    }
  put (self, "]");
}

static void
put_actors (Writer *self, const ReboundRecording *run)
{
  put (self, ",\"actors\":[");
  for (guint i = 0; i < run->actors.words->len; i++)
    {
      const ReboundRecordedActor *actor = &g_array_index (run->cast, ReboundRecordedActor, i);

      put_comma (self, i);
      put_string (self, "{\"name\":", run->actors.words->pdata[i]);
      put_string (self, ",\"place\":", i < run->cast->len ? actor->party : "");
      put_string (self, ",\"owner\":", i < run->cast->len ? actor->owner : "");
      put (self, "}");
    }
  put (self, "]");
}

static void
put_summary (Writer *self, const ReboundSummary *summary)
{
  put_number (self, ",\"status\":", summary->status);
  put_number (self, ",\"summary\":{\"virtual_usec\":", summary->virtual_usec);
  put_number (self, ",\"events\":", (gint64) summary->n_events);
  put_number (self, ",\"connections\":", summary->n_connections);
  put_number (self, ",\"expectations\":", summary->n_expectations);
  put_number (self, ",\"failed\":", summary->n_failed);
  put (self, "}");
}

static void
put_run (Writer *self, const ReboundRecording *run)
{
  put_string (self, "{\"name\":", run->name);
  put_string (self, ",\"title\":", run->title);
  put_string (self, ",\"source\":", run->source);
  put_string (self, ",\"problem\":", run->problem);
  put_strings (self, ",\"settings\":", run->settings, g_strv_length (run->settings));
  put_string (self, ",\"ended\":", run->ended);
  put_summary (self, &run->summary);
  put_files (self, run->files);
  put_actors (self, run);
  put_words (self, ",\"kinds\":", &run->kinds);
  put_words (self, ",\"groups\":", &run->groups);
  put_words (self, ",\"texts\":", &run->texts);
  put_words (self, ",\"places\":", &run->places);
  put_fields (self, &run->fields);
  put_events (self, run->events);
  put (self, "}");
}

void
rebound_html_data_write (FILE *stream,
                         ReboundRecording *const *recordings,
                         guint n_recordings,
                         const guint64 *parting)
{
  Writer writer = { stream, g_string_new ("{\"runs\":[") };

  for (guint i = 0; i < n_recordings; i++)
    {
      put_comma (&writer, i);
      put_run (&writer, recordings[i]);
    }
  put (&writer, "],\"parting\":");
  if (parting != NULL && n_recordings == REBOUND_HTML_PAGE_RUNS)
    {
      put_number (&writer, "[", (gint64) parting[0]);
      put_number (&writer, ",", (gint64) parting[1]);
      put (&writer, "]}");
    }
  else
    put (&writer, "null}");
  flush (&writer);
  g_string_free (writer.chunk, TRUE);
}
