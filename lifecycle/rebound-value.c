/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one place where the words of a script become the values of properties, and back. GLib's own
 * transformations do not do: they take "0x10" and " 5 " for numbers, any word but TRUE for FALSE,
 * and never say what they had expected. */

#include "rebound-value-private.h"

#include "rebound-value-kind-private.h"

/* A property that overrides an interface's is described by what it overrides. */
static GParamSpec *
resolve (GParamSpec *pspec)
{
  GParamSpec *target = g_param_spec_get_redirect_target (pspec);

  return target == NULL ? pspec : target;
}

/* By the specification's type and not the value's: a duration is a gint64 as well. Subtypes come
 * before the type that they derive from. NULL: no kind for scripts. */
static const ReboundValueKind *
find_kind (GParamSpec *pspec)
{
  if (REBOUND_IS_PARAM_SPEC_DURATION (pspec))
    return &rebound_value_kind_duration;
  if (REBOUND_IS_PARAM_SPEC_SIZE (pspec))
    return &rebound_value_kind_size;
  if (REBOUND_IS_PARAM_SPEC_REFERENCE (pspec))
    return &rebound_value_kind_reference;
  if (G_IS_PARAM_SPEC_INT (pspec) || G_IS_PARAM_SPEC_INT64 (pspec))
    return &rebound_value_kind_signed;
  if (G_IS_PARAM_SPEC_UINT (pspec) || G_IS_PARAM_SPEC_UINT64 (pspec))
    return &rebound_value_kind_unsigned;
  if (G_IS_PARAM_SPEC_DOUBLE (pspec))
    return &rebound_value_kind_double;
  if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    return &rebound_value_kind_boolean;
  if (G_IS_PARAM_SPEC_ENUM (pspec))
    return &rebound_value_kind_enum;
  if (G_IS_PARAM_SPEC_FLAGS (pspec))
    return &rebound_value_kind_flags;
  if (G_IS_PARAM_SPEC_STRING (pspec))
    return &rebound_value_kind_string;
  return NULL;
}

gboolean
rebound_value_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem)
{
  GParamSpec *target = resolve (pspec);
  const ReboundValueKind *kind = find_kind (target);

  if (kind == NULL)
    {
      *problem = g_strdup_printf ("“%s” cannot be given to a %s; expected a property that scripts "
                                  "can write",
                                  text, g_type_name (G_PARAM_SPEC_VALUE_TYPE (target)));
      return FALSE;
    }
  *problem = NULL;
  g_value_init (value, G_PARAM_SPEC_VALUE_TYPE (target));
  if (kind->parse (target, text, value, problem))
    return TRUE;
  g_value_unset (value);
  return FALSE;
}

char *
rebound_value_to_string (GParamSpec *pspec, const GValue *value)
{
  GParamSpec *target = resolve (pspec);
  const ReboundValueKind *kind = find_kind (target);

  return kind == NULL ? g_strdup_value_contents (value) : kind->to_string (target, value);
}

char *
rebound_value_describe (GParamSpec *pspec)
{
  GParamSpec *target = resolve (pspec);
  const ReboundValueKind *kind = find_kind (target);

  return kind == NULL ? g_strdup_printf ("a %s", g_type_name (G_PARAM_SPEC_VALUE_TYPE (target)))
                      : kind->describe (target);
}

gboolean
rebound_value_is_scriptable (GParamSpec *pspec)
{
  return find_kind (resolve (pspec)) != NULL;
}

gboolean
rebound_value_is_ordered (GParamSpec *pspec)
{
  const ReboundValueKind *kind = find_kind (resolve (pspec));

  return kind != NULL && kind->is_ordered;
}

int
rebound_value_compare (GParamSpec *pspec, const GValue *a, const GValue *b)
{
  return g_param_values_cmp (resolve (pspec), a, b);
}
