/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A property's specification is where a script learns what a number means: a time, a number of
 * bytes, the name of another actor. The three kinds are subtypes of GLib's own gint64 and string
 * specifications, so the property itself stays an ordinary one for C, bindings and notify, and the
 * range is checked where GObject checks it. */

#include "rebound-param-specs.h"

typedef struct
{
  GParamSpecString parent_instance;
  ReboundReferenceValidator validator;
  GType target; /* 0: any actor */
} ReboundParamSpecReference;

/* The class is inherited as it is: the parent's checks and comparisons are the right ones. */
static GType
register_param_type (GType parent, const char *name, guint16 instance_size)
{
  GTypeQuery query;
  GTypeInfo info = { 0 };

  g_type_query (parent, &query);
  info.class_size = (guint16) query.class_size;
  info.instance_size = instance_size;
  return g_type_register_static (parent, name, &info, 0);
}

GType
rebound_param_duration_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, register_param_type (G_TYPE_PARAM_INT64, "ReboundParamDuration",
                                                   sizeof (GParamSpecInt64)));
  return type;
}

GType
rebound_param_size_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, register_param_type (G_TYPE_PARAM_INT64, "ReboundParamSize",
                                                   sizeof (GParamSpecInt64)));
  return type;
}

GType
rebound_param_reference_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, register_param_type (G_TYPE_PARAM_STRING, "ReboundParamReference",
                                                   sizeof (ReboundParamSpecReference)));
  return type;
}

static GParamSpec *
new_ranged (GType type,
            const char *name,
            const char *nick,
            const char *blurb,
            gint64 minimum,
            gint64 maximum,
            gint64 default_value,
            GParamFlags flags)
{
  GParamSpecInt64 *self;

  g_return_val_if_fail (minimum <= default_value && default_value <= maximum, NULL);
  self = g_param_spec_internal (type, name, nick, blurb, flags);
  if (self == NULL)
    return NULL;
  self->minimum = minimum;
  self->maximum = maximum;
  self->default_value = default_value;
  return G_PARAM_SPEC (self);
}

GParamSpec *
rebound_param_spec_duration (const char *name,
                             const char *nick,
                             const char *blurb,
                             gint64 minimum_usec,
                             gint64 maximum_usec,
                             gint64 default_usec,
                             GParamFlags flags)
{
  return new_ranged (REBOUND_TYPE_PARAM_DURATION, name, nick, blurb, minimum_usec, maximum_usec,
                     default_usec, flags);
}

GParamSpec *
rebound_param_spec_size (const char *name,
                         const char *nick,
                         const char *blurb,
                         gint64 minimum_bytes,
                         gint64 maximum_bytes,
                         gint64 default_bytes,
                         GParamFlags flags)
{
  return new_ranged (REBOUND_TYPE_PARAM_SIZE, name, nick, blurb, minimum_bytes, maximum_bytes,
                     default_bytes, flags);
}

GParamSpec *
rebound_param_spec_reference (const char *name,
                              const char *nick,
                              const char *blurb,
                              ReboundReferenceValidator validator,
                              GParamFlags flags)
{
  GParamSpec *pspec
      = g_param_spec_internal (REBOUND_TYPE_PARAM_REFERENCE, name, nick, blurb, flags);

  if (pspec != NULL)
    ((ReboundParamSpecReference *) pspec)->validator = validator;
  return pspec;
}

ReboundReferenceValidator
rebound_param_spec_reference_get_validator (GParamSpec *pspec)
{
  g_return_val_if_fail (REBOUND_IS_PARAM_SPEC_REFERENCE (pspec), NULL);
  return ((ReboundParamSpecReference *) pspec)->validator;
}

void
rebound_param_spec_reference_set_target (GParamSpec *pspec, GType target)
{
  g_return_if_fail (REBOUND_IS_PARAM_SPEC_REFERENCE (pspec));
  ((ReboundParamSpecReference *) pspec)->target = target;
}

GType
rebound_param_spec_reference_get_target (GParamSpec *pspec)
{
  GType target;

  g_return_val_if_fail (REBOUND_IS_PARAM_SPEC_REFERENCE (pspec), G_TYPE_OBJECT);
  target = ((ReboundParamSpecReference *) pspec)->target;
  return target != 0 ? target : G_TYPE_OBJECT;
}

static GQuark
validator_quark (void)
{
  static GQuark quark;

  if (quark == 0)
    quark = g_quark_from_static_string ("rebound-validator");
  return quark;
}

GParamSpec *
rebound_param_spec_text (const char *name,
                         const char *nick,
                         const char *blurb,
                         const char *default_text,
                         ReboundReferenceValidator validator,
                         GParamFlags flags)
{
  GParamSpec *pspec = g_param_spec_string (name, nick, blurb, default_text, flags);

  if (pspec != NULL)
    g_param_spec_set_qdata (pspec, validator_quark (), (gpointer) validator);
  return pspec;
}

ReboundReferenceValidator
rebound_param_spec_text_get_validator (GParamSpec *pspec)
{
  return (ReboundReferenceValidator) g_param_spec_get_qdata (pspec, validator_quark ());
}

static GQuark
holding_quark (void)
{
  static GQuark quark;

  if (quark == 0)
    quark = g_quark_from_static_string ("rebound-holding");
  return quark;
}

void
rebound_param_spec_set_holding (GParamSpec *pspec, gint value)
{
  g_return_if_fail (G_IS_PARAM_SPEC_ENUM (pspec));
  g_param_spec_set_qdata_full (pspec, holding_quark (), g_memdup2 (&value, sizeof value), g_free);
}

gboolean
rebound_param_spec_is_holding (GParamSpec *pspec, const GValue *value)
{
  const gint *holding = g_param_spec_get_qdata (pspec, holding_quark ());

  return holding != NULL && g_value_get_enum (value) == *holding;
}
