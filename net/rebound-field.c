/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Most properties of an actor are settings that are kept as they are. A class lists where they are
 * (G_STRUCT_OFFSET) instead of writing a case for each twice. */

#include "rebound-field-private.h"

void
rebound_field_get (gconstpointer field, GValue *value)
{
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_BOOLEAN:
      g_value_set_boolean (value, *(const gboolean *) field);
      break;
    case G_TYPE_INT:
      g_value_set_int (value, *(const gint *) field);
      break;
    case G_TYPE_UINT:
      g_value_set_uint (value, *(const guint *) field);
      break;
    case G_TYPE_INT64:
      g_value_set_int64 (value, *(const gint64 *) field);
      break;
    case G_TYPE_ENUM:
      g_value_set_enum (value, *(const gint *) field);
      break;
    case G_TYPE_STRING:
      g_value_set_string (value, *(char *const *) field);
      break;
    default:
      g_return_if_reached ();
    }
}

static void
set_string (char **field, const char *text)
{
  char *copy = g_strdup (text != NULL ? text : "");

  g_free (*field);
  *field = copy;
}

void
rebound_field_set (gpointer field, const GValue *value)
{
  switch (G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value)))
    {
    case G_TYPE_BOOLEAN:
      *(gboolean *) field = g_value_get_boolean (value);
      break;
    case G_TYPE_INT:
      *(gint *) field = g_value_get_int (value);
      break;
    case G_TYPE_UINT:
      *(guint *) field = g_value_get_uint (value);
      break;
    case G_TYPE_INT64:
      *(gint64 *) field = g_value_get_int64 (value);
      break;
    case G_TYPE_ENUM:
      *(gint *) field = g_value_get_enum (value);
      break;
    case G_TYPE_STRING:
      set_string (field, g_value_get_string (value));
      break;
    default:
      g_return_if_reached ();
    }
}

GParamSpec *
rebound_field_string_spec (const char *name, const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

GParamSpec *
rebound_field_optional_spec (const char *name, const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

GParamSpec *
rebound_field_count_spec (const char *name, const char *blurb)
{
  return g_param_spec_uint (name, NULL, blurb, 0, G_MAXUINT, 0,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}
