/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A script knows its actors only through GObject: what a property is called, what it takes, which
 * signals are actions. */

#include "rebound-lookup-private.h"

#include <string.h>

#include "rebound-member-private.h"
#include "rebound-units-private.h"
#include "rebound-value-private.h"

static void
add_unknown (ReboundDiagnostics *diagnostics,
             const ReboundText *name,
             const char *what,
             const char *const *known)
{
  g_autofree char *guess = rebound_did_you_mean (name->text, known);
  g_autofree char *list = g_strjoinv (", ", (char **) known);

  rebound_diagnostics_add (diagnostics, &name->position, "there is no %s “%s”; expected %s%s%s",
                           what, name->text, known[0] != NULL ? "one of " : "none", list, guess);
}

static gboolean
can_be_used (GParamSpec *pspec, GParamFlags flags)
{
  return (pspec->flags & flags) == flags && rebound_value_is_scriptable (pspec);
}

static const char **
list_properties (GObjectClass *klass, GParamFlags flags)
{
  guint n_specs;
  g_autofree GParamSpec **specs = g_object_class_list_properties (klass, &n_specs);
  const char **names = g_new0 (const char *, n_specs + 1);
  guint n_names = 0;

  for (guint i = 0; i < n_specs; i++)
    if (can_be_used (specs[i], flags))
      names[n_names++] = specs[i]->name;
  return names;
}

GParamSpec *
rebound_look_up_property (GType type,
                          const ReboundText *name,
                          GParamFlags flags,
                          ReboundDiagnostics *diagnostics)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_CLASS (klass), name->text);

  if (pspec != NULL && can_be_used (pspec, flags))
    return pspec;
  if (pspec != NULL)
    rebound_diagnostics_add (diagnostics, &name->position,
                             "the property “%s” cannot be %s; expected %s", name->text,
                             (flags & G_PARAM_WRITABLE) != 0 ? "set" : "read",
                             (flags & G_PARAM_WRITABLE) != 0 ? "one that a script can set"
                                                             : "one that a script can read");
  else
    {
      g_autofree const char **known = list_properties (G_OBJECT_CLASS (klass), flags);

      add_unknown (diagnostics, name, "property", known);
    }
  return NULL;
}

guint
rebound_look_up_member (GType type,
                        const ReboundText *name,
                        gboolean action,
                        ReboundDiagnostics *diagnostics)
{
  guint id = rebound_member_find (type, name->text, action);

  if (id == 0)
    {
      g_autofree const char **known = rebound_member_list_names (type, action);

      add_unknown (diagnostics, name, action ? "action" : "signal", known);
    }
  return id;
}

gboolean
rebound_look_up_value (GParamSpec *pspec,
                       const ReboundText *text,
                       GValue *value,
                       ReboundDiagnostics *diagnostics)
{
  g_autofree char *problem = NULL;

  if (rebound_value_parse (pspec, text->text, value, &problem))
    return TRUE;
  rebound_diagnostics_add (diagnostics, &text->position, "%s: %s", pspec->name, problem);
  return FALSE;
}

static GParamSpec *
find_argument (GParamSpec **arguments, guint n_arguments, const char *name)
{
  for (guint i = 0; i < n_arguments; i++)
    if (strcmp (arguments[i]->name, name) == 0)
      return arguments[i];
  return NULL;
}

static const ReboundAssignment *
find_assignment (GArray *assignments, const char *name)
{
  for (guint i = 0; i < assignments->len; i++)
    if (strcmp (g_array_index (assignments, ReboundAssignment, i).name.text, name) == 0)
      return &g_array_index (assignments, ReboundAssignment, i);
  return NULL;
}

/* Whether the script names an argument that the action does not have. */
static gboolean
check_names (GParamSpec **arguments,
             guint n_arguments,
             GArray *assignments,
             ReboundDiagnostics *diagnostics)
{
  g_autofree const char **known = g_new0 (const char *, n_arguments + 1);
  gboolean good = TRUE;

  for (guint i = 0; i < n_arguments; i++)
    known[i] = arguments[i]->name;
  for (guint i = 0; i < assignments->len; i++)
    {
      const ReboundText *name = &g_array_index (assignments, ReboundAssignment, i).name;

      if (find_argument (arguments, n_arguments, name->text) != NULL)
        continue;
      add_unknown (diagnostics, name, "argument", known);
      good = FALSE;
    }
  return good;
}

gboolean
rebound_look_up_arguments (guint action,
                           GArray *assignments,
                           const ReboundPosition *position,
                           GValue *values,
                           ReboundDiagnostics *diagnostics)
{
  GSignalQuery query;
  guint n_arguments;
  GParamSpec **arguments = rebound_member_list_arguments (action, &n_arguments);
  gboolean good;

  g_signal_query (action, &query);
  if (n_arguments != query.n_params)
    {
      rebound_diagnostics_add (
          diagnostics, position,
          "the arguments of the action “%s” have no names; expected one that was made "
          "by rebound_class_install_action() or takes none",
          query.signal_name);
      return FALSE;
    }
  good = check_names (arguments, n_arguments, assignments, diagnostics);
  for (guint i = 0; i < n_arguments; i++)
    {
      const ReboundAssignment *assignment = find_assignment (assignments, arguments[i]->name);
      g_auto (GValue) value = G_VALUE_INIT;

      if (assignment == NULL && (arguments[i]->flags & REBOUND_PARAM_REQUIRED) != 0)
        {
          rebound_diagnostics_add (diagnostics, position, "“%s” is missing, %s; expected %s=VALUE",
                                   arguments[i]->name, g_param_spec_get_blurb (arguments[i]),
                                   arguments[i]->name);
          good = FALSE;
          continue;
        }
      if (assignment == NULL)
        {
          g_value_init (&value, G_PARAM_SPEC_VALUE_TYPE (arguments[i]));
          g_param_value_set_default (arguments[i], &value);
        }
      else if (!rebound_look_up_value (arguments[i], &assignment->value, &value, diagnostics))
        {
          good = FALSE;
          continue;
        }
      if (values != NULL)
        {
          g_value_init (&values[i], G_VALUE_TYPE (&value));
          g_value_copy (&value, &values[i]);
        }
    }
  return good;
}

GError *
rebound_perform_action (GObject *object,
                        guint action,
                        GArray *assignments,
                        const ReboundPosition *position)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autofree GValue *values = NULL;
  g_auto (GValue) result = G_VALUE_INIT;
  GSignalQuery query;
  GError *error = NULL;

  g_signal_query (action, &query);
  values = g_new0 (GValue, query.n_params + 1);
  g_value_init (&values[0], G_OBJECT_TYPE (object));
  g_value_set_object (&values[0], object);
  if (rebound_look_up_arguments (action, assignments, position, values + 1, diagnostics))
    {
      if (query.return_type != G_TYPE_NONE)
        g_value_init (&result, query.return_type);
      g_signal_emitv (values, action, 0, query.return_type != G_TYPE_NONE ? &result : NULL);
      if (query.return_type == G_TYPE_ERROR)
        error = g_value_dup_boxed (&result);
    }
  else
    rebound_diagnostics_check (diagnostics, &error);
  for (guint i = 0; i <= query.n_params; i++)
    if (G_IS_VALUE (&values[i]))
      g_value_unset (&values[i]);
  return error;
}

char *
rebound_fill_in (const ReboundText *text, ReboundReadFunc read, gpointer user_data)
{
  GString *out = g_string_new (NULL);
  const char *from = text->text;

  while (*from != '\0')
    {
      const char *close = from[0] == '{' && from[1] != '{' ? strchr (from, '}') : NULL;
      const char *dot = close != NULL ? memchr (from, '.', (gsize) (close - from)) : NULL;

      if (dot == NULL)
        {
          from += (from[0] == '{' && from[1] == '{') || (from[0] == '}' && from[1] == '}') ? 1 : 0;
          g_string_append_c (out, *from++);
          continue;
        }
      ReboundText name = { g_strndup (from + 1, (gsize) (dot - from - 1)), text->position };
      ReboundText property = { g_strndup (dot + 1, (gsize) (close - dot - 1)), text->position };
      g_autofree char *value = read (&name, &property, user_data);

      g_string_append (out, value != NULL ? value : "");
      g_free (name.text);
      g_free (property.text);
      from = close + 1;
    }
  return g_string_free (out, FALSE);
}
