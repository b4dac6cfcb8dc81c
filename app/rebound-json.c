/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events' fields as JSON. Numbers are numbers, durations are microseconds with _usec in their key's
 * name, enumerations are nicks.
 *
 * An object of json-glib for each event, filled and generated, costs 2.4 us, most of it memory
 * (bench-sinks). What needs no library is put together here: names, integers, and strings in which
 * JSON has nothing to escape. What does, escapes and floating point, is the library's. */

#include "rebound-json.h"

#include <json-glib/json-glib.h>

#include "lifecycle/rebound-param-specs.h"

/* What json-glib makes of a value, escapes and all. It takes a byte of 0x1F for one that may stand
 * as it is, which RFC 8259 7 denies. */
static void
append_by_library (GString *out, const GValue *value)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_VALUE);
  gsize begin = out->len;

  json_node_set_value (node, value);
  json_generator_set_root (generator, node);
  json_generator_to_gstring (generator, out);
  for (gsize i = begin; i < out->len; i++)
    if (out->str[i] == '\x1f')
      {
        g_string_erase (out, (gssize) i, 1);
        g_string_insert (out, (gssize) i, "\\u001f");
      }
}

/* Whether JSON has it as it is, between quotation marks. */
static gboolean
is_plain (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    if ((guchar) *at < 0x20 || *at == '"' || *at == '\\' || *at == 0x7f)
      return FALSE;
  return TRUE;
}

static void
append_plain (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  g_string_append (out, text);
  g_string_append_c (out, '"');
}

void
rebound_json_append_string (GString *out, const char *text)
{
  g_auto (GValue) value = G_VALUE_INIT;

  if (is_plain (text))
    {
      append_plain (out, text);
      return;
    }
  g_value_init (&value, G_TYPE_STRING);
  g_value_set_static_string (&value, text);
  append_by_library (out, &value);
}

/* g_snprintf() takes 70 ns for it, and a long run has millions. */
void
rebound_json_append_number (GString *out, gint64 number)
{
  char digits[20]; /* "-9223372036854775808" has so many */
  char *first = digits + sizeof digits;
  guint64 rest = number < 0 ? -(guint64) number : (guint64) number;

  do
    *--first = (char) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0)
    *--first = '-';
  g_string_append_len (out, first, digits + sizeof digits - first);
}

static void
append_value (GString *out, const GValue *value)
{
  if (G_VALUE_HOLDS_ENUM (value))
    {
      g_autoptr (GEnumClass) klass = g_type_class_ref (G_VALUE_TYPE (value));

      rebound_json_append_string (out,
                                  g_enum_get_value (klass, g_value_get_enum (value))->value_nick);
    }
  else if (G_VALUE_HOLDS_STRING (value))
    rebound_json_append_string (out, g_value_get_string (value));
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    g_string_append (out, g_value_get_boolean (value) ? "true" : "false");
  else if (G_VALUE_HOLDS_DOUBLE (value))
    append_by_library (out, value);
  else
    {
      g_auto (GValue) number = G_VALUE_INIT;

      g_value_init (&number, G_TYPE_INT64);
      g_value_transform (value, &number);
      rebound_json_append_number (out, g_value_get_int64 (&number));
    }
}

/* A parameter's name is letters, digits and dashes. */
static void
append_key (GString *out, GParamSpec *pspec)
{
  for (const char *at = g_param_spec_get_name (pspec); *at != '\0'; at++)
    g_string_append_c (out, *at == '-' ? '_' : *at);
  if (REBOUND_IS_PARAM_SPEC_DURATION (pspec))
    g_string_append (out, "_usec");
}

char *
rebound_json_make_key (GParamSpec *pspec)
{
  GString *key = g_string_new (NULL);

  append_key (key, pspec);
  return g_string_free (key, FALSE);
}

void
rebound_json_append_fields (GString *out, ReboundEvent *event)
{
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      g_string_append_c (out, '"');
      append_key (out, rebound_event_get_field_spec (event, i));
      g_string_append (out, "\":");
      append_value (out, rebound_event_get_field_value (event, i));
    }
}
