/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, durations and sizes are compared by their values, everything else by the text that a
 * script would write. */

#include "rebound-expression-private.h"

#include <string.h>

#include "rebound-lookup-private.h"
#include "rebound-value-private.h"

static GParamSpec *
find_property (ReboundCast *cast, const ReboundText *name, const ReboundText *property)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  GType type = rebound_cast_get_type_of (cast, name->text);

  return type == G_TYPE_INVALID
             ? NULL
             : rebound_look_up_property (type, property, G_PARAM_READABLE, diagnostics);
}

char *
rebound_expression_read (ReboundCast *cast, const ReboundText *name, const ReboundText *property)
{
  GParamSpec *pspec = find_property (cast, name, property);
  g_auto (GValue) value = G_VALUE_INIT;

  if (pspec == NULL)
    return NULL;
  rebound_cast_read (cast, name->text, pspec, &value);
  return rebound_value_to_string (pspec, &value);
}

static gboolean
compare (GParamSpec *pspec, const GValue *seen, ReboundOperator operation, const GValue *wanted)
{
  g_autofree char *seen_text = NULL;
  g_autofree char *wanted_text = NULL;
  int order;

  if (rebound_value_is_ordered (pspec))
    order = rebound_value_compare (pspec, seen, wanted);
  else
    {
      seen_text = rebound_value_to_string (pspec, seen);
      wanted_text = rebound_value_to_string (pspec, wanted);
      order = strcmp (seen_text, wanted_text);
    }
  switch (operation)
    {
    case REBOUND_OPERATOR_EQUAL:
      return order == 0;
    case REBOUND_OPERATOR_NOT_EQUAL:
      return order != 0;
    case REBOUND_OPERATOR_LESS:
      return order < 0;
    case REBOUND_OPERATOR_LESS_OR_EQUAL:
      return order <= 0;
    case REBOUND_OPERATOR_GREATER:
      return order > 0;
    case REBOUND_OPERATOR_GREATER_OR_EQUAL:
      return order >= 0;
    case REBOUND_OPERATOR_GLOB:
      break;
    }
  return FALSE;
}

gboolean
rebound_expression_evaluate (ReboundCast *cast, const ReboundStatement *statement, char **seen)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  GParamSpec *pspec = find_property (cast, &statement->name, &statement->member);
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) wanted = G_VALUE_INIT;

  *seen = NULL;
  if (pspec == NULL)
    return FALSE;
  rebound_cast_read (cast, statement->name.text, pspec, &value);
  *seen = rebound_value_to_string (pspec, &value);
  if (statement->operation == REBOUND_OPERATOR_GLOB)
    return g_pattern_match_simple (statement->value.text, *seen);
  return rebound_look_up_value (pspec, &statement->value, &wanted, diagnostics)
         && compare (pspec, &value, statement->operation, &wanted);
}
