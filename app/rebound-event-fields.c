/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of one kind are not all alike: “closed” is a client's word, with a connection, and a
 * listener's, with a generation. What a field is called and what type it has is what tells. */

#include "rebound-event-fields.h"

#include <string.h>

static const GValue *
find (ReboundEvent *event, const char *name)
{
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    if (strcmp (rebound_event_get_field_name (event, i), name) == 0)
      return rebound_event_get_field_value (event, i);
  return NULL;
}

const char *
rebound_event_fields_get_string (ReboundEvent *event, const char *name)
{
  const GValue *value = find (event, name);

  return value != NULL && G_VALUE_HOLDS_STRING (value) ? g_value_get_string (value) : NULL;
}

gint64
rebound_event_fields_get_number (ReboundEvent *event, const char *name)
{
  const GValue *value = find (event, name);

  if (value == NULL)
    return -1;
  if (G_VALUE_HOLDS_UINT (value))
    return g_value_get_uint (value);
  if (G_VALUE_HOLDS_INT64 (value))
    return g_value_get_int64 (value);
  return -1;
}

gboolean
rebound_event_fields_has (ReboundEvent *event, const char *name, const char *value)
{
  return g_strcmp0 (rebound_event_fields_get_string (event, name), value) == 0;
}
