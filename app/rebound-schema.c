/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The form of a line of JSON Lines, for whoever reads them by program. It is made of what the
 * events are made of, the specifications of the types' signals and of what a run says itself, and
 * so it is never another one than that of the events.
 *
 * Types can have signals of the same name and other fields: an event is then one of several. It
 * says everything that is in it: another field, or one too few, is a mistake. */

#include "rebound-schema.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "lifecycle/rebound-run.h"
#include "rebound-json.h"
#include "rebound-known-type.h"

#define DIALECT "https://json-schema.org/draft/2020-12/schema"

/* RFC 7493, 2.2: beyond it a number is not the same to every reader. */
#define MOST_INTEGER ((G_GINT64_CONSTANT (1) << 53) - 1)

/* One of the forms that an event of a kind can have. */
typedef struct
{
  char *title; /* whose event it is */
  const char *blurb;
  JsonObject *properties; /* its own */
  JsonArray *required;
} Form;

static void
form_free (gpointer data)
{
  Form *form = data;

  g_free (form->title);
  json_object_unref (form->properties);
  json_array_unref (form->required);
  g_free (form);
}

static JsonObject *
new_typed (const char *type)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type", type);
  return object;
}

static JsonObject *
new_integer (gint64 minimum, gint64 maximum)
{
  JsonObject *object = new_typed ("integer");

  json_object_set_int_member (object, "minimum", MAX (minimum, -MOST_INTEGER));
  json_object_set_int_member (object, "maximum", MIN (maximum, MOST_INTEGER));
  return object;
}

static JsonObject *
new_enumeration (GType type)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  JsonObject *object = json_object_new ();
  JsonArray *nicks = json_array_new ();

  for (guint i = 0; i < klass->n_values; i++)
    json_array_add_string_element (nicks, klass->values[i].value_nick);
  json_object_set_array_member (object, "enum", nicks);
  return object;
}

/* As rebound-jsonl-sink.c writes a value of it. */
static JsonObject *
new_value (GParamSpec *pspec)
{
  GType type = G_PARAM_SPEC_VALUE_TYPE (pspec);

  if (G_TYPE_IS_ENUM (type))
    return new_enumeration (type);
  if (type == G_TYPE_STRING)
    return new_typed ("string");
  if (type == G_TYPE_BOOLEAN)
    return new_typed ("boolean");
  if (type == G_TYPE_DOUBLE)
    return new_typed ("number");
  if (G_TYPE_CHECK_INSTANCE_TYPE (pspec, G_TYPE_PARAM_INT64))
    return new_integer (rebound_event_may_lack (pspec) ? 0 : G_PARAM_SPEC_INT64 (pspec)->minimum,
                        G_PARAM_SPEC_INT64 (pspec)->maximum);
  if (G_IS_PARAM_SPEC_INT (pspec))
    return new_integer (G_PARAM_SPEC_INT (pspec)->minimum, G_PARAM_SPEC_INT (pspec)->maximum);
  if (G_IS_PARAM_SPEC_UINT (pspec))
    return new_integer (G_PARAM_SPEC_UINT (pspec)->minimum, G_PARAM_SPEC_UINT (pspec)->maximum);
  return new_integer (-MOST_INTEGER, MOST_INTEGER);
}

static void
describe (JsonObject *object, const char *blurb)
{
  if (blurb != NULL)
    json_object_set_string_member (object, "description", blurb);
}

static Form *
form_new (const char *title, const char *blurb, GParamSpec *const *fields, guint n_fields)
{
  Form *form = g_new0 (Form, 1);

  form->title = g_strdup (title);
  form->blurb = blurb;
  form->properties = json_object_new ();
  form->required = json_array_new ();
  for (guint i = 0; i < n_fields; i++)
    {
      g_autofree char *key = rebound_json_make_key (fields[i]);
      JsonObject *value = new_value (fields[i]);

      describe (value, g_param_spec_get_blurb (fields[i]));
      json_object_set_object_member (form->properties, key, value);
      if (!rebound_event_may_lack (fields[i]))
        json_array_add_string_element (form->required, key);
    }
  return form;
}

static gboolean
is_same_form (const Form *a, const Form *b)
{
  g_autoptr (JsonNode) first = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonNode) second = json_node_new (JSON_NODE_OBJECT);

  json_node_set_object (first, a->properties);
  json_node_set_object (second, b->properties);
  return json_node_equal (first, second);
}

/* Takes @form, for events of @kind; types that have one in common share it. */
static void
add_form (GHashTable *kinds, const char *kind, Form *form)
{
  GPtrArray *forms = g_hash_table_lookup (kinds, kind);

  if (forms == NULL)
    {
      forms = g_ptr_array_new_with_free_func (form_free);
      g_hash_table_insert (kinds, g_strdup (kind), forms);
    }
  for (guint i = 0; i < forms->len; i++)
    if (is_same_form (forms->pdata[i], form))
      {
        Form *known = forms->pdata[i];
        g_autofree char *title = g_steal_pointer (&known->title);

        known->title = g_strdup_printf ("%s, %s", title, form->title);
        form_free (form);
        return;
      }
  g_ptr_array_add (forms, form);
}

static void
add_signals (GHashTable *kinds, const ReboundKnownType *known)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (known->type);
  g_autoptr (GArray) ids = rebound_member_list (known->type, FALSE);

  for (guint i = 0; i < ids->len; i++)
    {
      guint id = g_array_index (ids, guint, i);
      guint n_fields;
      GParamSpec **fields = rebound_member_list_arguments (id, &n_fields);

      add_form (kinds, g_signal_name (id),
                form_new (known->name, rebound_member_get_blurb (id), fields, n_fields));
    }
}

static void
add_own (GHashTable *kinds)
{
  g_autofree const char **own = rebound_run_list_kinds ();

  for (guint i = 0; own[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) fields = rebound_run_list_fields (own[i]);

      add_form (kinds, own[i],
                form_new ("the run", rebound_run_get_kind_blurb (own[i]),
                          (GParamSpec **) fields->pdata, fields->len));
    }
}

static GHashTable *
collect_kinds (void)
{
  GHashTable *kinds
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GArray) types = rebound_known_type_list ();

  add_own (kinds);
  for (guint i = 0; i < types->len; i++)
    add_signals (kinds, &g_array_index (types, ReboundKnownType, i));
  return kinds;
}

/* What every event has of itself, in its order. */
static void
add_common (JsonObject *properties, JsonArray *required, JsonObject *kind)
{
  JsonObject *number = new_integer (1, MOST_INTEGER);
  JsonObject *time = new_integer (0, MOST_INTEGER);
  JsonObject *actor = new_typed ("string");

  describe (number, "its number in the run");
  describe (time, "when it happened, in microseconds of the run's clock");
  describe (actor, "whom it happened to, or who tells of it");
  json_object_set_object_member (properties, "n", number);
  json_object_set_object_member (properties, "time_usec", time);
  json_object_set_object_member (properties, "actor", actor);
  json_object_set_object_member (properties, "kind", kind);
  json_array_add_string_element (required, "n");
  json_array_add_string_element (required, "time_usec");
  json_array_add_string_element (required, "actor");
  json_array_add_string_element (required, "kind");
}

static JsonObject *
new_constant (const char *text)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "const", text);
  return object;
}

static JsonObject *
form_to_schema (const Form *form, const char *kind)
{
  JsonObject *schema = json_object_new ();
  JsonObject *properties = json_object_new ();
  JsonArray *required = json_array_new ();
  g_autoptr (GList) names = json_object_get_members (form->properties);

  json_object_set_string_member (schema, "title", form->title);
  describe (schema, form->blurb);
  add_common (properties, required, new_constant (kind));
  for (GList *name = names; name != NULL; name = name->next)
    json_object_set_member (properties, name->data,
                            json_object_dup_member (form->properties, name->data));
  for (guint i = 0; i < json_array_get_length (form->required); i++)
    json_array_add_string_element (required, json_array_get_string_element (form->required, i));
  json_object_set_object_member (schema, "properties", properties);
  json_object_set_array_member (schema, "required", required);
  json_object_set_boolean_member (schema, "additionalProperties", FALSE);
  return schema;
}

static JsonObject *
kind_to_schema (const GPtrArray *forms, const char *kind)
{
  JsonObject *schema;
  JsonArray *any;

  if (forms->len == 1)
    return form_to_schema (forms->pdata[0], kind);
  schema = json_object_new ();
  any = json_array_new ();
  for (guint i = 0; i < forms->len; i++)
    json_array_add_object_element (any, form_to_schema (forms->pdata[i], kind));
  json_object_set_array_member (schema, "anyOf", any);
  return schema;
}

/* {"if": the event is of @kind, "then": it is as @kind's part says} */
static JsonObject *
new_choice (const char *kind)
{
  JsonObject *choice = json_object_new ();
  JsonObject *condition = json_object_new ();
  JsonObject *properties = json_object_new ();
  JsonObject *consequence = json_object_new ();
  g_autofree char *reference = g_strconcat ("#/$defs/", kind, NULL);

  json_object_set_object_member (properties, "kind", new_constant (kind));
  json_object_set_object_member (condition, "properties", properties);
  json_object_set_string_member (consequence, "$ref", reference);
  json_object_set_object_member (choice, "if", condition);
  json_object_set_object_member (choice, "then", consequence);
  return choice;
}

static JsonObject *
new_schema (GHashTable *kinds)
{
  JsonObject *schema = new_typed ("object");
  JsonObject *properties = json_object_new ();
  JsonObject *parts = json_object_new ();
  JsonObject *kind = json_object_new ();
  JsonArray *required = json_array_new ();
  JsonArray *known = json_array_new ();
  JsonArray *choices = json_array_new ();
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (kinds), (GCompareFunc) strcmp);

  for (GList *name = names; name != NULL; name = name->next)
    {
      json_array_add_string_element (known, name->data);
      json_array_add_object_element (choices, new_choice (name->data));
      json_object_set_object_member (parts, name->data,
                                     kind_to_schema (g_hash_table_lookup (kinds, name->data),
                                                     name->data));
    }
  json_object_set_array_member (kind, "enum", known);
  add_common (properties, required, kind);
  json_object_set_string_member (schema, "$schema", DIALECT);
  json_object_set_string_member (schema, "title", "A line of rebound run --format=jsonl");
  json_object_set_object_member (schema, "properties", properties);
  json_object_set_array_member (schema, "required", required);
  json_object_set_array_member (schema, "allOf", choices);
  json_object_set_object_member (schema, "$defs", parts);
  return schema;
}

char *
rebound_schema_describe (void)
{
  g_autoptr (GHashTable) kinds = collect_kinds ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_take_object (root, new_schema (kinds));
  text = json_to_string (root, TRUE);
  return g_strconcat (text, "\n", NULL);
}
