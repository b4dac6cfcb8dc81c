/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file of events, which `rebound compare` is given by anybody. What is wrong with it is said of a
 * line that it has. What is accepted keeps its order, and an event that is written down once more
 * is read as the same one. */

#include <string.h>

#include "app/rebound-json.h"
#include "app/rebound-record-line.h"
#include "app/rebound-recording.h"
#include "fuzz.h"

#define NAME "t.jsonl"

static void
check_error (const GError *error, const char *text, gsize n_bytes)
{
  guint64 line, n_lines = 1;

  for (gsize i = 0; i < n_bytes; i++)
    n_lines += text[i] == '\n';
  g_assert_true (error->domain == REBOUND_RECORD_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_true (g_str_has_prefix (error->message, NAME ":"));
  line = g_ascii_strtoull (error->message + strlen (NAME ":"), NULL, 10);
  g_assert_cmpuint (line, >=, 1);
  g_assert_cmpuint (line, <=, n_lines);
}

/* The event as a line of JSON, from what was read of it. (transfer full) */
static char *
write_event (const ReboundRecordEvent *event)
{
  GString *line = g_string_new (NULL);

  g_string_append_printf (line,
                          "{\"n\":%" G_GUINT64_FORMAT ",\"time_usec\":%" G_GINT64_FORMAT
                          ",\"actor\":",
                          event->number, event->time_usec);
  rebound_json_append_string (line, event->actor);
  g_string_append (line, ",\"kind\":");
  rebound_json_append_string (line, event->kind);
  if (*event->fields != '\0')
    g_string_append_printf (line, ",%s", event->fields + 1); /* without its brace */
  else
    g_string_append_c (line, '}');
  return g_string_free (line, FALSE);
}

static void
check_event (const ReboundRecordEvent *event, GStringChunk *strings)
{
  g_auto (GStrv) fields = rebound_record_event_list_fields (event);
  g_autofree char *line = write_event (event);
  ReboundRecordEvent again = { 0 };

  for (guint i = 0; fields[i] != NULL; i++)
    {
      g_autofree char *value = rebound_record_event_get_field (event, fields[i]);

      g_assert_nonnull (value);
    }
  g_assert_true (rebound_record_line_parse (line, strings, &again, NULL));
  g_assert_cmpuint (again.number, ==, event->number);
  g_assert_cmpint (again.time_usec, ==, event->time_usec);
  g_assert_cmpstr (again.key, ==, event->key);
  g_assert_cmpstr (again.text, ==, event->text);
  g_assert_cmpstr (again.fields, ==, event->fields);
  g_assert_cmpstr (again.place, ==, event->place);
}

static void
check_record (const ReboundRecord *record)
{
  ReboundRecording *recording = rebound_record_to_recording (record);
  GStringChunk *strings = g_string_chunk_new (256);

  g_assert_cmpuint (recording->events->len, ==, record->events->len);
  g_assert_cmpuint (recording->cast->len, ==, recording->actors.words->len);
  for (guint i = 0; i < record->events->len; i++)
    {
      const ReboundRecordEvent *event = rebound_record_get (record, i);

      if (i > 0)
        {
          g_assert_cmpuint (event->number, >, event[-1].number);
          g_assert_cmpint (event->time_usec, >=, event[-1].time_usec);
        }
      check_event (event, strings);
    }
  rebound_recording_free (recording);
  g_string_chunk_free (strings);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRecord) record
      = rebound_record_new_from_jsonl (NAME, (const char *) data, size, &error);

  g_assert_true ((record == NULL) == (error != NULL));
  if (record == NULL)
    check_error (error, (const char *) data, size);
  else
    check_record (record);
  return 0;
}
