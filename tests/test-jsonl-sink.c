/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line of JSON is put together by hand where nothing is to be escaped: so it is held against what
 * json-glib makes of the same, to the byte. */

#include "app/rebound-jsonl-sink.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "lifecycle/rebound-event-private.h"
#include "lifecycle/rebound-lifecycle-enums.h"
#include "lifecycle/rebound-param-specs.h"

static ReboundEvent *
new_event (void)
{
  return rebound_event_new (7, 1500, g_intern_static_string ("web"),
                            g_intern_static_string ("opened"), REBOUND_EVENT_GROUP_ACTORS, "t:1");
}

/* Takes @pspec. */
static void
add_field (ReboundEvent *event, GParamSpec *pspec, const char *text, gint64 number)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_param_spec_ref_sink (pspec);
  g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (pspec));
  if (G_VALUE_HOLDS_STRING (&value))
    g_value_set_string (&value, text);
  else if (G_VALUE_HOLDS_INT64 (&value))
    g_value_set_int64 (&value, number);
  else if (G_VALUE_HOLDS_UINT (&value))
    g_value_set_uint (&value, (guint) number);
  else if (G_VALUE_HOLDS_ENUM (&value))
    g_value_set_enum (&value, (int) number);
  else if (G_VALUE_HOLDS_BOOLEAN (&value))
    g_value_set_boolean (&value, number != 0);
  else
    g_value_set_double (&value, (double) number / 8);
  rebound_event_add_field (event, pspec, &value);
  g_param_spec_unref (pspec);
}

static void
test_types (void)
{
  g_autoptr (ReboundEvent) event = new_event ();
  g_autofree char *line = NULL;

  g_test_summary ("Each type of field is what JSON has for it");

  add_field (event, g_param_spec_string ("a-text", NULL, NULL, NULL, G_PARAM_READABLE), "é“”", 0);
  add_field (event,
             rebound_param_spec_duration ("the-delay", NULL, NULL, 0, G_MAXINT64, 0,
                                          G_PARAM_READABLE),
             NULL, 1500000);
  add_field (event,
             g_param_spec_int64 ("least", NULL, NULL, G_MININT64, G_MAXINT64, 0, G_PARAM_READABLE),
             NULL, G_MININT64);
  add_field (event, g_param_spec_uint ("most", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE), NULL,
             G_MAXUINT);
  add_field (event,
             g_param_spec_enum ("mode", NULL, NULL, REBOUND_TYPE_CLOCK_MODE, REBOUND_CLOCK_REAL,
                                G_PARAM_READABLE),
             NULL, REBOUND_CLOCK_REAL);
  add_field (event, g_param_spec_boolean ("yes", NULL, NULL, FALSE, G_PARAM_READABLE), NULL, 1);
  add_field (event, g_param_spec_double ("part", NULL, NULL, 0, 1, 0, G_PARAM_READABLE), NULL, 2);
  line = rebound_jsonl_sink_to_line (event);
  g_assert_cmpstr (
      line, ==,
      "{\"n\":7,\"time_usec\":1500,\"actor\":\"web\",\"kind\":\"opened\",\"a_text\":\"é“”\","
      "\"the_delay_usec\":1500000,\"least\":-9223372036854775808,\"most\":4294967295,"
      "\"mode\":\"real\",\"yes\":true,\"part\":0.25}");
}

static char *
line_of_text (const char *text)
{
  g_autoptr (ReboundEvent) event = new_event ();

  add_field (event, g_param_spec_string ("text", NULL, NULL, NULL, G_PARAM_READABLE), text, 0);
  return rebound_jsonl_sink_to_line (event);
}

static char *
line_of_library (const char *text)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  json_object_set_int_member (object, "n", 7);
  json_object_set_int_member (object, "time_usec", 1500);
  json_object_set_string_member (object, "actor", "web");
  json_object_set_string_member (object, "kind", "opened");
  json_object_set_string_member (object, "text", text);
  json_node_set_object (root, object);
  return json_to_string (root, FALSE);
}

/* The text comes back from a line that no JSON forbids. */
static void
check_text (const char *text)
{
  g_autofree char *line = line_of_text (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = json_from_string (line, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (root), "text"), ==, text);
  for (const char *at = line; *at != '\0'; at++)
    g_assert_cmpuint ((guchar) *at, >=, 0x20);
  if (strchr (text, 0x1f) == NULL) /* json-glib 1.6 leaves it as it is */
    {
      g_autofree char *expected = line_of_library (text);

      g_assert_cmpstr (line, ==, expected);
    }
}

static void
test_text (void)
{
  g_test_summary ("Whatever character is in a text, the line is json-glib's, and good JSON");

  check_text ("");
  check_text ("\"");
  check_text ("\\n </script> {\"n\":1}");
  check_text ("one\x1ftwo\x1f\"three\"");
  for (gunichar c = 1; c < 0x11000; c++)
    {
      char text[16] = "a";
      int length;

      if (!g_unichar_validate (c))
        continue;
      length = g_unichar_to_utf8 (c, text + 1);
      text[1 + length] = 'z';
      text[2 + length] = '\0';
      check_text (text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/jsonl-sink/types", test_types);
  g_test_add_func ("/jsonl-sink/text", test_text);
  return g_test_run ();
}
