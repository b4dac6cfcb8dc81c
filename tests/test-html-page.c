/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A page of two runs, and of strings that no run of today would bring: what is in it is taken out
 * again and read by a library. What a run has is test-html.py's matter. */

#include "app/rebound-html-page.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define DATA_BEGIN "id=\"data\">"
#define DATA_END   "</script>"

/* A run of one event, which says @text. */
static ReboundRecording *
new_recording (const char *text)
{
  ReboundRecording *self = rebound_recording_new ();
  ReboundRecordedEvent row = {
    .number = 3,
    .time_usec = 1500,
    .actor = rebound_words_get (&self->actors, "web"),
    .kind = rebound_words_get (&self->kinds, "opened"),
    .group = rebound_words_get (&self->groups, "actors"),
    .text = rebound_words_get (&self->texts, text),
    .fields = rebound_words_get (&self->fields, "{\"port\":30000,\"what\":\"<a>\"}"),
  };

  rebound_recording_add_row (self, &row);
  row.number = 5;
  row.time_usec = 2000;
  rebound_recording_add_row (self, &row);
  return self;
}

/* The page's data, and in @text as it stands there. (transfer full) */
static JsonNode *
write_page (ReboundRecording *const *recordings, guint n, const guint64 *parting, char **text)
{
  g_autofree char *page = NULL;
  size_t size;
  FILE *stream = open_memstream (&page, &size);
  g_autoptr (GError) error = NULL;
  const char *begin, *end;
  JsonNode *node;

  g_assert_nonnull (stream);
  rebound_html_page_write (stream, recordings, n, parting);
  fclose (stream);
  begin = strstr (page, DATA_BEGIN);
  g_assert_nonnull (begin);
  begin += strlen (DATA_BEGIN);
  end = strstr (begin, DATA_END);
  g_assert_nonnull (end);
  *text = g_strndup (begin, (gsize) (end - begin));
  node = json_from_string (*text, &error);
  g_assert_no_error (error);
  return node;
}

static JsonObject *
get_run (JsonNode *data, guint i)
{
  JsonArray *runs = json_object_get_array_member (json_node_get_object (data), "runs");

  return json_array_get_object_element (runs, i);
}

static void
test_two (void)
{
  g_autoptr (ReboundRecording) first = new_recording ("one");
  g_autoptr (ReboundRecording) second = new_recording ("other");
  ReboundRecording *const both[] = { first, second };
  const guint64 parting[] = { 5, 0 };
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) data = write_page (both, 2, parting, &text);
  JsonArray *numbers;
  JsonObject *events;

  g_test_summary ("Two runs stand in a page, with the events at which they part");

  numbers = json_object_get_array_member (json_node_get_object (data), "parting");
  g_assert_cmpint (json_array_get_int_element (numbers, 0), ==, 5);
  g_assert_cmpint (json_array_get_int_element (numbers, 1), ==, 0);
  g_assert_cmpstr (
      json_array_get_string_element (json_object_get_array_member (get_run (data, 1), "texts"), 1),
      ==, "other");
  events = json_object_get_object_member (get_run (data, 0), "events");
  numbers = json_object_get_array_member (events, "n");
  g_assert_cmpint (json_array_get_int_element (numbers, 0), ==, 3);
  g_assert_cmpint (json_array_get_int_element (numbers, 1), ==, 2);
  numbers = json_object_get_array_member (events, "time");
  g_assert_cmpint (json_array_get_int_element (numbers, 1), ==, 500);
}

static void
test_one (void)
{
  g_autoptr (ReboundRecording) recording = new_recording ("one");
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) data = write_page (&recording, 1, NULL, &text);

  g_test_summary ("One run parts from none");

  g_assert_true (json_object_get_null_member (json_node_get_object (data), "parting"));
}

static const struct
{
  const char *text;
  const char *expected; /* NULL: the same */
} strings[] = {
  { "</script>" },
  { "<!--<script>" },
  { "\342\200\250 and \342\200\251 and \342\200\246" }, /* two separators, and an ellipsis */
  { "\342"
    "end",
    "\357\277\275"
    "end" }, /* a byte alone is no UTF-8 */
  { "a \001\037\177 b \"\\ c" },
  { "\342\200", "\357\277\275\357\277\275" },
  { "" },
};

static void
test_strings (void)
{
  g_test_summary ("A string comes out as it went in, with nothing in between that HTML reads");

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    {
      g_autoptr (ReboundRecording) recording = new_recording (strings[i].text);
      g_autofree char *text = NULL;
      g_autoptr (JsonNode) data = write_page (&recording, 1, NULL, &text);
      JsonArray *texts = json_object_get_array_member (get_run (data, 0), "texts");
      guint last = json_array_get_length (texts) - 1;

      g_assert_null (strpbrk (text, "<"));
      g_assert_null (strstr (text, "\342\200\250"));
      g_assert_null (strstr (text, "\342\200\251"));
      g_assert_cmpstr (json_array_get_string_element (texts, last), ==,
                       strings[i].expected != NULL ? strings[i].expected : strings[i].text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/html-page/one", test_one);
  g_test_add_func ("/html-page/two", test_two);
  g_test_add_func ("/html-page/strings", test_strings);
  return g_test_run ();
}
