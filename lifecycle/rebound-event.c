/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An event keeps its fields as typed values, so that each sink writes them in its own way: JSON
 * numbers as numbers, durations for people with a unit. */

#include "rebound-event-private.h"

#include <stdlib.h>
#include <string.h>

#include "rebound-param-specs.h"
#include "rebound-value-private.h"

typedef struct
{
  GParamSpec *pspec;
  GValue value;
} Field;

struct _ReboundEvent
{
  gatomicrefcount references;
  guint64 number;
  gint64 time_usec;
  const char *actor;
  const char *kind;
  const char *source;
  ReboundEventGroup group;
  char *text;
  GArray *fields;
};

G_DEFINE_BOXED_TYPE (ReboundEvent, rebound_event, rebound_event_ref, rebound_event_unref)

static void
field_clear (gpointer data)
{
  Field *field = data;

  g_param_spec_unref (field->pspec);
  g_value_unset (&field->value);
}

ReboundEvent *
rebound_event_new (guint64 number,
                   gint64 time_usec,
                   const char *actor,
                   const char *kind,
                   ReboundEventGroup group,
                   const char *source)
{
  ReboundEvent *self = g_new0 (ReboundEvent, 1);

  g_atomic_ref_count_init (&self->references);
  self->number = number;
  self->time_usec = time_usec;
  self->actor = actor;
  self->kind = kind;
  self->group = group;
  self->source = source;
  self->fields = g_array_new (FALSE, TRUE, sizeof (Field));
  g_array_set_clear_func (self->fields, field_clear);
  return self;
}

ReboundEvent *
rebound_event_ref (ReboundEvent *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rebound_event_unref (ReboundEvent *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_array_unref (self->fields);
  g_free (self->text);
  g_free (self);
}

gboolean
rebound_event_may_lack (GParamSpec *pspec)
{
  if (REBOUND_IS_PARAM_SPEC_DURATION (pspec))
    return G_PARAM_SPEC_INT64 (pspec)->minimum < 0;
  return G_IS_PARAM_SPEC_STRING (pspec) && G_PARAM_SPEC_STRING (pspec)->default_value == NULL;
}

static gboolean
is_none (const GValue *value, GParamSpec *pspec)
{
  return (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) == NULL)
         || (REBOUND_IS_PARAM_SPEC_DURATION (pspec) && g_value_get_int64 (value) < 0);
}

void
rebound_event_add_field (ReboundEvent *self, GParamSpec *pspec, const GValue *value)
{
  Field field = { NULL, G_VALUE_INIT };

  if (is_none (value, pspec) && rebound_event_may_lack (pspec))
    return;
  field.pspec = g_param_spec_ref (pspec);
  g_value_init (&field.value, G_VALUE_TYPE (value));
  if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) == NULL)
    g_value_set_static_string (&field.value, "");
  else
    g_value_copy (value, &field.value);
  g_array_append_val (self->fields, field);
}

static Field *
find_field (ReboundEvent *self, const char *name, gsize length)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      Field *field = &g_array_index (self->fields, Field, i);
      const char *own = g_param_spec_get_name (field->pspec);

      if (strlen (own) == length && strncmp (own, name, length) == 0)
        return field;
    }
  return NULL;
}

/* No field, an empty text, or a count of nothing. */
static gboolean
says_nothing (const Field *field)
{
  if (field == NULL)
    return TRUE;
  if (G_VALUE_HOLDS_STRING (&field->value))
    return *g_value_get_string (&field->value) == '\0';
  return G_VALUE_HOLDS_UINT (&field->value) && g_value_get_uint (&field->value) == 0;
}

/* The field's value in @columns at least. */
static void
append_value (const Field *field, guint columns, GString *out)
{
  g_autofree char *value = rebound_value_to_string (field->pspec, &field->value);
  glong length = g_utf8_strlen (value, -1);
  int padding = (int) MAX ((glong) columns - length, 0);

  if (G_VALUE_HOLDS_STRING (&field->value))
    g_string_append_printf (out, "%s%*s", value, padding, "");
  else
    g_string_append_printf (out, "%*s%s", padding, "", value);
}

/* Fills one stretch in, without brackets. FALSE if a field in it says nothing. */
static gboolean
fill_in (ReboundEvent *self, const char *from, const char *end, GString *out)
{
  gboolean complete = TRUE;

  while (from < end)
    {
      const char *close = *from == '{' ? memchr (from, '}', (gsize) (end - from)) : NULL;
      const char *colon;
      Field *field;

      if (close == NULL)
        {
          g_string_append_c (out, *from++);
          continue;
        }
      colon = memchr (from, ':', (gsize) (close - from));
      field = find_field (self, from + 1, (gsize) ((colon != NULL ? colon : close) - from - 1));
      if (field != NULL)
        append_value (field, colon != NULL ? (guint) strtoul (colon + 1, NULL, 10) : 0, out);
      complete = complete && !says_nothing (field);
      from = close + 1;
    }
  return complete;
}

void
rebound_event_set_text (ReboundEvent *self, const char *template)
{
  GString *out = g_string_new (NULL);

  while (*template != '\0')
    {
      const char *open = strchr (template, '[');
      const char *close = open != NULL ? strchr (open, ']') : NULL;

      if (close == NULL)
        {
          fill_in (self, template, template + strlen (template), out);
          break;
        }
      fill_in (self, template, open, out);
      gsize before = out->len;

      if (!fill_in (self, open + 1, close, out))
        g_string_truncate (out, before);
      template = close + 1;
    }
  g_free (self->text);
  self->text = g_string_free (out, FALSE);
}

guint64
rebound_event_get_number (ReboundEvent *self)
{
  return self->number;
}

gint64
rebound_event_get_time_usec (ReboundEvent *self)
{
  return self->time_usec;
}

const char *
rebound_event_get_actor (ReboundEvent *self)
{
  return self->actor;
}

const char *
rebound_event_get_kind (ReboundEvent *self)
{
  return self->kind;
}

ReboundEventGroup
rebound_event_get_group (ReboundEvent *self)
{
  return self->group;
}

const char *
rebound_event_get_text (ReboundEvent *self)
{
  return self->text != NULL ? self->text : "";
}

const char *
rebound_event_get_source (ReboundEvent *self)
{
  return self->source;
}

guint
rebound_event_get_n_fields (ReboundEvent *self)
{
  return self->fields->len;
}

const char *
rebound_event_get_field_name (ReboundEvent *self, guint index)
{
  return g_param_spec_get_name (rebound_event_get_field_spec (self, index));
}

const GValue *
rebound_event_get_field_value (ReboundEvent *self, guint index)
{
  g_return_val_if_fail (index < self->fields->len, NULL);

  return &g_array_index (self->fields, Field, index).value;
}

GParamSpec *
rebound_event_get_field_spec (ReboundEvent *self, guint index)
{
  g_return_val_if_fail (index < self->fields->len, NULL);

  return g_array_index (self->fields, Field, index).pspec;
}
