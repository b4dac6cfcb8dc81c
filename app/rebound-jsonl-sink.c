/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON Lines for machines. Numbers are numbers, durations are microseconds with _usec in their
 * key's name, enumerations are nicks. */

#include "rebound-jsonl-sink.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "lifecycle/rebound-param-specs.h"

struct _ReboundJsonlSink
{
  GObject parent_instance;

  ReboundFilter filter;
  FILE *stream;
};

static void rebound_jsonl_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundJsonlSink,
                               rebound_jsonl_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_jsonl_sink_sink_init))

static void
rebound_jsonl_sink_class_init (ReboundJsonlSinkClass *klass)
{
}

static void
rebound_jsonl_sink_init (ReboundJsonlSink *self)
{
}

ReboundEventSink *
rebound_jsonl_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream)
{
  ReboundJsonlSink *self = g_object_new (REBOUND_TYPE_JSONL_SINK, NULL);

  self->filter = options->filter;
  self->stream = stream;
  return REBOUND_EVENT_SINK (self);
}

static void
add_value (JsonBuilder *builder, const GValue *value)
{
  if (G_VALUE_HOLDS_ENUM (value))
    {
      g_autoptr (GEnumClass) klass = g_type_class_ref (G_VALUE_TYPE (value));

      json_builder_add_string_value (
          builder, g_enum_get_value (klass, g_value_get_enum (value))->value_nick);
    }
  else if (G_VALUE_HOLDS_STRING (value))
    json_builder_add_string_value (builder, g_value_get_string (value));
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    json_builder_add_boolean_value (builder, g_value_get_boolean (value));
  else if (G_VALUE_HOLDS_DOUBLE (value))
    json_builder_add_double_value (builder, g_value_get_double (value));
  else
    {
      g_auto (GValue) number = G_VALUE_INIT;

      g_value_init (&number, G_TYPE_INT64);
      g_value_transform (value, &number);
      json_builder_add_int_value (builder, g_value_get_int64 (&number));
    }
}

static void
add_field (JsonBuilder *builder, ReboundEvent *event, guint index)
{
  const char *name = rebound_event_get_field_name (event, index);
  g_autofree char *key
      = REBOUND_IS_PARAM_SPEC_DURATION (rebound_event_get_field_spec (event, index))
            ? g_strconcat (name, "_usec", NULL)
            : g_strdup (name);

  g_strdelimit (key, "-", '_');
  json_builder_set_member_name (builder, key);
  add_value (builder, rebound_event_get_field_value (event, index));
}

char *
rebound_jsonl_sink_to_line (ReboundEvent *event)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "n");
  json_builder_add_int_value (builder, (gint64) rebound_event_get_number (event));
  json_builder_set_member_name (builder, "time_usec");
  json_builder_add_int_value (builder, rebound_event_get_time_usec (event));
  json_builder_set_member_name (builder, "actor");
  json_builder_add_string_value (builder, rebound_event_get_actor (event));
  json_builder_set_member_name (builder, "kind");
  json_builder_add_string_value (builder, rebound_event_get_kind (event));
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    add_field (builder, event, i);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}

static void
rebound_jsonl_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundJsonlSink *self = REBOUND_JSONL_SINK (sink);
  g_autofree char *line = NULL;

  if (!rebound_filter_admits (&self->filter, event))
    return;
  line = rebound_jsonl_sink_to_line (event);
  fputs (line, self->stream);
  fputc ('\n', self->stream);
}

static void
rebound_jsonl_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_jsonl_sink_write;
}
