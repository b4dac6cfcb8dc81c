/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Values that are words: yes and no, nicks of enumerations and flags, texts, names. A word that is
 * not known is answered with all that are, since the list is short, and with the one that was
 * probably meant. */

#include "rebound-value-kind-private.h"

#include "rebound-units-private.h"

static gboolean
boolean_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem)
{
  if (!g_str_equal (text, "yes") && !g_str_equal (text, "no"))
    {
      *problem = g_strdup_printf ("“%s” is neither yes nor no; expected yes or no", text);
      return FALSE;
    }
  g_value_set_boolean (value, g_str_equal (text, "yes"));
  return TRUE;
}

static char *
boolean_to_string (GParamSpec *pspec, const GValue *value)
{
  return g_strdup (g_value_get_boolean (value) ? "yes" : "no");
}

static char *
boolean_describe (GParamSpec *pspec)
{
  return g_strdup ("yes or no");
}

const ReboundValueKind rebound_value_kind_boolean = {
  .parse = boolean_parse,
  .to_string = boolean_to_string,
  .describe = boolean_describe,
  .is_ordered = FALSE,
};

static const char **
list_enum_nicks (GEnumClass *klass)
{
  const char **nicks = g_new0 (const char *, klass->n_values + 1);

  for (guint i = 0; i < klass->n_values; i++)
    nicks[i] = klass->values[i].value_nick;
  return nicks;
}

static const char **
list_flags_nicks (GFlagsClass *klass)
{
  const char **nicks = g_new0 (const char *, klass->n_values + 1);

  for (guint i = 0; i < klass->n_values; i++)
    nicks[i] = klass->values[i].value_nick;
  return nicks;
}

static gboolean
refuse_nick (GParamSpec *pspec, const char *nick, const char *const *nicks, char **problem)
{
  g_autofree char *expected = rebound_value_describe (pspec);
  g_autofree char *hint = rebound_did_you_mean (nick, nicks);

  *problem = g_strdup_printf ("“%s” is not known; expected %s%s", nick, expected, hint);
  return FALSE;
}

static gboolean
enum_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem)
{
  GEnumClass *klass = G_PARAM_SPEC_ENUM (pspec)->enum_class;
  GEnumValue *found = g_enum_get_value_by_nick (klass, text);

  if (found == NULL)
    {
      g_autofree const char **nicks = list_enum_nicks (klass);

      return refuse_nick (pspec, text, nicks, problem);
    }
  g_value_set_enum (value, found->value);
  return TRUE;
}

static char *
enum_to_string (GParamSpec *pspec, const GValue *value)
{
  GEnumClass *klass = G_PARAM_SPEC_ENUM (pspec)->enum_class;
  GEnumValue *found = g_enum_get_value (klass, g_value_get_enum (value));

  return found == NULL ? g_strdup_printf ("%d", g_value_get_enum (value))
                       : g_strdup (found->value_nick);
}

static char *
enum_describe (GParamSpec *pspec)
{
  g_autofree const char **nicks = list_enum_nicks (G_PARAM_SPEC_ENUM (pspec)->enum_class);
  g_autofree char *joined = g_strjoinv (", ", (char **) nicks);

  return g_strdup_printf ("one of %s", joined);
}

const ReboundValueKind rebound_value_kind_enum = {
  .parse = enum_parse,
  .to_string = enum_to_string,
  .describe = enum_describe,
  .is_ordered = FALSE,
};

static gboolean
flags_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem)
{
  GFlagsClass *klass = G_PARAM_SPEC_FLAGS (pspec)->flags_class;
  g_auto (GStrv) parts = g_strsplit (text, "+", -1); /* of "" it makes no part: no flag */
  guint sum = 0;

  for (char **part = parts; *part != NULL; part++)
    {
      GFlagsValue *found = g_flags_get_value_by_nick (klass, *part);

      if (found == NULL)
        {
          g_autofree const char **nicks = list_flags_nicks (klass);

          return refuse_nick (pspec, *part, nicks, problem);
        }
      sum |= found->value;
    }
  g_value_set_flags (value, sum);
  return TRUE;
}

static char *
flags_to_string (GParamSpec *pspec, const GValue *value)
{
  GFlagsClass *klass = G_PARAM_SPEC_FLAGS (pspec)->flags_class;
  guint rest = g_value_get_flags (value);
  GFlagsValue *found = g_flags_get_first_value (klass, rest);
  GString *joined = g_string_new (found == NULL ? NULL : found->value_nick);

  while (found != NULL && (rest &= ~found->value) != 0)
    {
      found = g_flags_get_first_value (klass, rest);
      if (found != NULL)
        g_string_append_printf (joined, "+%s", found->value_nick);
    }
  return g_string_free (joined, FALSE);
}

static char *
flags_describe (GParamSpec *pspec)
{
  g_autofree const char **nicks = list_flags_nicks (G_PARAM_SPEC_FLAGS (pspec)->flags_class);
  g_autofree char *joined = g_strjoinv (", ", (char **) nicks);

  return g_strdup_printf ("any of %s, joined by +", joined);
}

const ReboundValueKind rebound_value_kind_flags = {
  .parse = flags_parse,
  .to_string = flags_to_string,
  .describe = flags_describe,
  .is_ordered = FALSE,
};

static gboolean
string_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem)
{
  ReboundReferenceValidator validator = rebound_param_spec_text_get_validator (pspec);
  g_autofree char *expected = NULL;

  if (validator != NULL && !validator (text, &expected))
    {
      *problem = g_strdup_printf ("“%s” is none; expected %s", text, expected);
      return FALSE;
    }
  g_value_set_string (value, text);
  return TRUE;
}

static char *
string_to_string (GParamSpec *pspec, const GValue *value)
{
  const char *text = g_value_get_string (value);

  return g_strdup (text == NULL ? "" : text);
}

static char *
string_describe (GParamSpec *pspec)
{
  return g_strdup ("a text");
}

const ReboundValueKind rebound_value_kind_string = {
  .parse = string_parse,
  .to_string = string_to_string,
  .describe = string_describe,
  .is_ordered = FALSE,
};

/* A validator has words for what it wants only when it refuses something; nothing is an address. */
static char *
reference_describe (GParamSpec *pspec)
{
  ReboundReferenceValidator validator = rebound_param_spec_reference_get_validator (pspec);
  g_autofree char *expected = NULL;

  if (validator == NULL)
    return g_strdup ("the name of an actor");
  if (validator ("", &expected) || expected == NULL)
    return g_strdup ("the name of an actor or a text");
  return g_strdup_printf ("the name of an actor or %s", expected);
}

const ReboundValueKind rebound_value_kind_reference = {
  .parse = string_parse,
  .to_string = string_to_string,
  .describe = reference_describe,
  .is_ordered = FALSE,
};
