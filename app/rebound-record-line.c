/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An event is flat: its fields are texts, numbers and truths. The parser goes into as many levels
 * as a line has, by recursion, so that a line of brackets would end the program: what is deeper
 * than an event is refused before.
 *
 * What is the same in two runs has the same key: actor, kind and fields, without the number, which
 * counts what came before, without the time, which is looked at by itself, and without the line of
 * the script, for two scripts that do the same do it on other lines. */

#include "rebound-record-line.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "rebound-json.h"

G_DEFINE_QUARK (rebound - record - error - quark, rebound_record_error)

/* Between the parts of a key; JSON has it escaped. */
#define SEPARATOR "\x1f"

/* As JSON's readers agree on: 2^53. */
#define MOST_INTEGER (G_GINT64_CONSTANT (1) << 53)

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list list;
  g_autofree char *text = NULL;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  g_set_error_literal (error, REBOUND_RECORD_ERROR, REBOUND_RECORD_ERROR_LINE, text);
  return FALSE;
}

/* Whether it is one level deep, a bracket in a text being none. */
static gboolean
is_flat (const char *line)
{
  gboolean in_text = FALSE;
  guint depth = 0;

  for (; *line != '\0'; line++)
    {
      if (in_text && *line == '\\' && line[1] != '\0')
        line++;
      else if (*line == '"')
        in_text = !in_text;
      else if (!in_text && (*line == '{' || *line == '[') && ++depth > 1)
        return FALSE;
      else if (!in_text && (*line == '}' || *line == ']') && depth > 0)
        depth--;
    }
  return TRUE;
}

static gboolean
read_integer (JsonObject *object, const char *name, gint64 least, gint64 *value, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    return refuse (error, "there is no %s; expected an event as --output jsonl writes it", name);
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64
      || json_node_get_int (node) < least || json_node_get_int (node) > MOST_INTEGER)
    return refuse (error, "%s is none; expected an integer from %" G_GINT64_FORMAT " to 2^53", name,
                   least);
  *value = json_node_get_int (node);
  return TRUE;
}

/* JSON's \u can put bytes together that are no character: half of a pair. */
static gboolean
is_text (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
         && g_utf8_validate (json_node_get_string (node), -1, NULL);
}

static gboolean
read_text (JsonObject *object,
           const char *name,
           GStringChunk *strings,
           const char **text,
           GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    return refuse (error, "there is no %s; expected an event as --output jsonl writes it", name);
  if (!is_text (node) || *json_node_get_string (node) == '\0')
    return refuse (error, "%s is no text; expected a name", name);
  *text = g_string_chunk_insert_const (strings, json_node_get_string (node));
  return TRUE;
}

static gboolean
is_common (const char *name)
{
  static const char *const common[] = { "n", "time_usec", "actor", "kind", NULL };

  return g_strv_contains (common, name);
}

/* A value as JSON has it, and as people read it. */
static gboolean
append_value (GString *json, GString *text, JsonNode *node)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (is_text (node))
    {
      rebound_json_append_string (json, json_node_get_string (node));
      g_string_append (text, json_node_get_string (node));
      return TRUE;
    }
  if (type == G_TYPE_INT64)
    g_snprintf (number, sizeof number, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else if (type == G_TYPE_DOUBLE && isfinite (json_node_get_double (node)))
    g_ascii_dtostr (number, sizeof number, json_node_get_double (node) + 0.0); /* -0 is 0 */
  else if (type == G_TYPE_BOOLEAN)
    g_strlcpy (number, json_node_get_boolean (node) ? "true" : "false", sizeof number);
  else
    return FALSE;
  g_string_append (json, number);
  g_string_append (text, number);
  return TRUE;
}

/* What comes of the fields. */
typedef struct
{
  GString *all;  /* as JSON */
  GString *same; /* without the line */
  GString *text; /* for people */
} Fields;

static void
append_member (GString *object, const char *name, const char *value)
{
  g_string_append_c (object, object->len == 0 ? '{' : ',');
  rebound_json_append_string (object, name);
  g_string_append_printf (object, ":%s", value);
}

/* Where in the script something is from, which is another line in another script. */
static gboolean
is_place (const char *name)
{
  return strcmp (name, "line") == 0 || strcmp (name, "ended_line") == 0;
}

static gboolean
add_field (Fields *self, const char *name, JsonNode *node, GError **error)
{
  g_autoptr (GString) json = g_string_new (NULL);

  if (!g_utf8_validate (name, -1, NULL))
    return refuse (error, "the name of a field is no text; expected one that an event has");
  g_string_append_printf (self->text, "%s%s=", self->all->len == 0 ? ": " : " ", name);
  if (!append_value (json, self->text, node))
    return refuse (error,
                   "%s is a value that no event has; expected a text, a number, true or false",
                   name);
  append_member (self->all, name, json->str);
  if (!is_place (name))
    append_member (self->same, name, json->str);
  return TRUE;
}

/* An explanation names lines in its sentences: "it had closed phone#1 first (line 22)". */
static void
forget_lines (GString *text)
{
  g_auto (GStrv) parts = g_strsplit (text->str, "line ", -1);

  g_string_truncate (text, 0);
  for (guint i = 0; parts[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "line " : "",
                            parts[i] + (i > 0 ? strspn (parts[i], "0123456789") : 0));
}

static const char *
find_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

/* The statement and the check read as in the log; of another event, its kind and its fields. */
static char *
describe (JsonObject *object, const ReboundRecordEvent *event, const char *fields)
{
  const char *seen = find_text (object, "seen");
  const char *text = find_text (object, "text");

  if (event->statement != NULL && strcmp (event->kind, "statement") == 0)
    return g_strdup_printf ("> %s", event->statement);
  if (event->statement != NULL && strcmp (event->kind, "met") == 0)
    return g_strdup_printf ("as expected: %s", event->statement);
  if (event->statement != NULL && strcmp (event->kind, "failed") == 0)
    return g_strdup_printf ("NOT AS EXPECTED%s%s%s: %s%s%s", event->place != NULL ? " (line " : "",
                            event->place != NULL ? event->place : "",
                            event->place != NULL ? ")" : "", event->statement,
                            seen != NULL ? "; " : "", seen != NULL ? seen : "");
  return text != NULL ? g_strdup (text) : g_strconcat (event->kind, fields, NULL);
}

static const char *
keep (GStringChunk *strings, const char *text)
{
  return text != NULL ? g_string_chunk_insert_const (strings, text) : NULL;
}

static const char *
close_object (GStringChunk *strings, GString *object)
{
  if (object->len > 0)
    g_string_append_c (object, '}');
  return keep (strings, object->str);
}

static void
finish_event (JsonObject *object,
              const Fields *fields,
              GStringChunk *strings,
              ReboundRecordEvent *event)
{
  g_autofree char *key = NULL;
  g_autofree char *text = NULL;

  if (strcmp (event->kind, "explanation") == 0)
    forget_lines (fields->same);
  key = g_strconcat (event->actor, SEPARATOR, event->kind, SEPARATOR, fields->same->str, NULL);
  event->fields = close_object (strings, fields->all);
  event->statement = keep (strings, find_text (object, "statement"));
  if (event->statement != NULL)
    event->place = keep (strings, find_text (object, "line"));
  event->key = keep (strings, key);
  text = describe (object, event, fields->text->str);
  event->text = keep (strings, text);
}

static gboolean
read_fields (JsonObject *object, GStringChunk *strings, ReboundRecordEvent *event, GError **error)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (GString) same = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  Fields fields = { all, same, text };
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (!is_common (name) && !add_field (&fields, name, node, error))
      return FALSE;
  finish_event (object, &fields, strings, event);
  return TRUE;
}

static gboolean
read_event (JsonObject *object, GStringChunk *strings, ReboundRecordEvent *event, GError **error)
{
  gint64 number;

  if (!read_integer (object, "n", 1, &number, error)
      || !read_integer (object, "time_usec", 0, &event->time_usec, error)
      || !read_text (object, "actor", strings, &event->actor, error)
      || !read_text (object, "kind", strings, &event->kind, error))
    return FALSE;
  event->number = (guint64) number;
  return read_fields (object, strings, event, error);
}

gboolean
rebound_record_line_parse (const char *line,
                           GStringChunk *strings,
                           ReboundRecordEvent *event,
                           GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (*line != '{' || !is_flat (line))
    return refuse (error, "%s; expected an object of JSON with nothing in brackets in it",
                   *line != '{' ? "it is no event" : "it is too deep for an event");
  if (!json_parser_load_from_data (parser, line, -1, NULL))
    return refuse (error, "it is not JSON; expected an event as --output jsonl writes it");
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return refuse (error, "it is no event; expected an object of JSON");
  return read_event (json_node_get_object (root), strings, event, error);
}

ReboundEventGroup
rebound_record_line_guess_group (const ReboundRecordEvent *event)
{
  static const struct
  {
    const char *actor;
    const char *kind;
    ReboundEventGroup group;
  } known[] = {
    { "script", "met", REBOUND_EVENT_GROUP_CHECKS },
    { "script", "failed", REBOUND_EVENT_GROUP_CHECKS },
    { "script", NULL, REBOUND_EVENT_GROUP_SCRIPT },
    { "kernel", "explanation", REBOUND_EVENT_GROUP_EXPLANATIONS },
    { "kernel", "packet", REBOUND_EVENT_GROUP_PACKETS },
    { "kernel", "state-changed", REBOUND_EVENT_GROUP_SOCKETS },
    { "kernel", "remainder-expired", REBOUND_EVENT_GROUP_SOCKETS },
    { NULL, "source-destroyed", REBOUND_EVENT_GROUP_SOCKETS },
    { NULL, "statistics", REBOUND_EVENT_GROUP_STATISTICS },
    { "app", NULL, REBOUND_EVENT_GROUP_LIFE },
    { "device", NULL, REBOUND_EVENT_GROUP_LIFE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if ((known[i].actor == NULL || strcmp (known[i].actor, event->actor) == 0)
        && (known[i].kind == NULL || strcmp (known[i].kind, event->kind) == 0))
      return known[i].group;
  return REBOUND_EVENT_GROUP_ACTORS;
}

/* Of what was written here. (transfer full) */
static JsonNode *
parse_fields (const ReboundRecordEvent *event)
{
  return json_from_string (*event->fields != '\0' ? event->fields : "{}", NULL);
}

char *
rebound_record_event_get_field (const ReboundRecordEvent *event, const char *name)
{
  g_autoptr (JsonNode) fields = parse_fields (event);
  JsonNode *node
      = fields != NULL ? json_object_get_member (json_node_get_object (fields), name) : NULL;
  g_autoptr (GString) json = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  if (node == NULL || !append_value (json, text, node))
    return NULL;
  return g_strdup (text->str);
}

char **
rebound_record_event_list_fields (const ReboundRecordEvent *event)
{
  g_autoptr (JsonNode) fields = parse_fields (event);
  GPtrArray *names = g_ptr_array_new ();
  JsonObjectIter iter;
  const char *name;

  if (fields != NULL)
    {
      json_object_iter_init_ordered (&iter, json_node_get_object (fields));
      while (json_object_iter_next_ordered (&iter, &name, NULL))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}
