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
#include <string.h>

G_DEFINE_QUARK (rebound - record - error - quark, rebound_record_error)

/* Between the parts of a key; a text has it escaped. */
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
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING
      || *json_node_get_string (node) == '\0')
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

static gboolean
append_field (GString *key, const char *name, JsonNode *node, GError **error)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (key, SEPARATOR "%s=", name);
  if (type == G_TYPE_STRING)
    {
      g_autofree char *text = g_strescape (json_node_get_string (node), "\"\\\t\n");

      g_string_append (key,
                       json_node_get_string (node)[strcspn (json_node_get_string (node), SEPARATOR)]
                               == '\0'
                           ? json_node_get_string (node)
                           : text);
    }
  else if (type == G_TYPE_INT64)
    g_string_append_printf (key, "%" G_GINT64_FORMAT, json_node_get_int (node));
  else if (type == G_TYPE_DOUBLE)
    g_string_append (key, g_ascii_dtostr (number, sizeof number, json_node_get_double (node)));
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (key, json_node_get_boolean (node) ? "yes" : "no");
  else
    return refuse (error,
                   "%s is a value that no event has; expected a text, a number, true or "
                   "false",
                   name);
  return TRUE;
}

static gboolean
read_fields (JsonObject *object, GStringChunk *strings, ReboundRecordEvent *event, GError **error)
{
  g_autoptr (GString) key = g_string_new (event->actor);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  g_string_append_printf (key, SEPARATOR "%s", event->kind);
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      if (strcmp (name, "line") == 0 && event->place == NULL)
        {
          if (!read_text (object, name, strings, &event->place, error))
            return FALSE;
        }
      else if (!is_common (name) && !append_field (key, name, node, error))
        return FALSE;
    }
  event->key = g_string_chunk_insert_const (strings, key->str);
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

/* Where the key's fields begin: behind actor and kind. */
static const char *
find_fields (const ReboundRecordEvent *event)
{
  return event->key + strlen (event->actor) + strlen (SEPARATOR) + strlen (event->kind);
}

char *
rebound_record_event_get_field (const ReboundRecordEvent *event, const char *name)
{
  g_auto (GStrv) fields = g_strsplit (find_fields (event), SEPARATOR, -1);
  g_autofree char *start = g_strconcat (name, "=", NULL);

  for (guint i = 0; fields[i] != NULL; i++)
    if (g_str_has_prefix (fields[i], start))
      return g_strdup (fields[i] + strlen (start));
  return NULL;
}

char **
rebound_record_event_list_fields (const ReboundRecordEvent *event)
{
  g_auto (GStrv) fields = g_strsplit (find_fields (event), SEPARATOR, -1);
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = fields[0] != NULL ? 1 : 0; fields[i] != NULL; i++)
    g_ptr_array_add (names, g_strndup (fields[i], strcspn (fields[i], "=")));
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

/* The statement and the check read as in the log; of another event, its kind and its fields. */
const char *
rebound_record_line_describe (const ReboundRecordEvent *event, GStringChunk *strings)
{
  g_autofree char *statement = rebound_record_event_get_field (event, "statement");
  g_autofree char *seen = rebound_record_event_get_field (event, "seen");
  g_autofree char *text = rebound_record_event_get_field (event, "text");
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (GStrv) fields = NULL;

  if (statement != NULL && event->group == REBOUND_EVENT_GROUP_CHECKS)
    g_string_append_printf (out, "%s: %s%s%s", seen != NULL ? "NOT AS EXPECTED" : "as expected",
                            statement, seen != NULL ? "; " : "", seen != NULL ? seen : "");
  else if (statement != NULL)
    g_string_append_printf (out, "> %s", statement);
  else if (text != NULL)
    g_string_append (out, text);
  else
    {
      fields = g_strsplit (find_fields (event), SEPARATOR, -1);
      g_string_append (out, event->kind);
      for (guint i = fields[0] != NULL ? 1 : 0; fields[i] != NULL; i++)
        g_string_append_printf (out, "%s%s", i == 1 ? ": " : " ", fields[i]);
    }
  return g_string_chunk_insert_const (strings, out->str);
}
