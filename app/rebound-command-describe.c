/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound describe: what a script can do with a type, read off GObject, and what the words of the
 * lifecycle do, read off the tables that are played, so that neither can be out of date. */

#include <stdio.h>
#include <string.h>

#include "lifecycle/rebound-lifecycle.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-value.h"
#include "rebound-command.h"
#include "rebound-format.h"
#include "rebound-known-type.h"
#include "rebound-schema.h"

/* What is no type. */
static const struct
{
  const char *name;
  char *(*describe) (void);
  const char *blurb;
} topics[] = {
  { "lifecycle", rebound_lifecycle_describe,
    "What each word does in each state: a diagram and tables (Markdown)." },
  { "profiles", rebound_profiles_describe,
    "What differs from one system to the next, with sources (Markdown)." },
  { "formats", rebound_format_describe, "The formats of --output, a line each." },
  { "schema", rebound_schema_describe, "The form of the lines of JSON Lines (JSON Schema)." },
};

static void
print_types (GArray *types, gboolean is_given)
{
  for (guint i = 0; i < types->len; i++)
    {
      const ReboundKnownType *known = &g_array_index (types, ReboundKnownType, i);

      if (known->is_given == is_given)
        printf ("  %-10s %s\n", known->name, known->blurb);
    }
}

static void
print_overview (void)
{
  g_autoptr (GArray) types = rebound_known_type_list ();

  printf ("Types that a script can declare:\n");
  print_types (types, FALSE);
  printf ("\nNames that every script has:\n");
  print_types (types, TRUE);
  printf ("\nWhat all of them live by:\n");
  for (guint i = 0; i < G_N_ELEMENTS (topics); i++)
    printf ("  %-10s %s\n", topics[i].name, topics[i].blurb);
  printf ("\n“rebound describe NAME” says more of each.\n");
}

static char *
default_of (GParamSpec *pspec)
{
  return rebound_value_to_string (pspec, g_param_spec_get_default_value (pspec));
}

static void
print_property (GParamSpec *pspec)
{
  g_autofree char *takes = rebound_value_describe (pspec);
  g_autofree char *value = default_of (pspec);
  g_autofree char *shown = g_strescape (value, NULL);

  printf ("  %s\n      %s\n", pspec->name, g_param_spec_get_blurb (pspec));
  if ((pspec->flags & G_PARAM_WRITABLE) != 0)
    printf ("      %s; default %s%s\n", takes, *shown != '\0' ? shown : "empty",
            (pspec->flags & G_PARAM_CONSTRUCT_ONLY) != 0 ? "; in the declaration only" : "");
  else
    printf ("      %s\n", takes);
}

static void
print_properties (GType type, gboolean writable)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  guint n_specs;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n_specs);
  gboolean any = FALSE;

  for (guint i = 0; i < n_specs; i++)
    {
      if (!rebound_value_is_scriptable (specs[i])
          || ((specs[i]->flags & G_PARAM_WRITABLE) != 0) != writable)
        continue;
      if (!any)
        printf ("\n%s\n", writable ? "Properties (NAME=VALUE, set):"
                                   : "Readings (expect, wait until, always, eventually, print):");
      any = TRUE;
      print_property (specs[i]);
    }
}

static void
print_members (GType type, gboolean action)
{
  g_autoptr (GArray) ids = rebound_member_list (type, action);

  if (ids->len > 0)
    printf ("\n%s\n", action ? "Actions:" : "Signals (wait, expect):");
  for (guint i = 0; i < ids->len; i++)
    {
      guint id = g_array_index (ids, guint, i);
      const char *blurb = rebound_member_get_blurb (id);
      guint n_arguments;
      GParamSpec **arguments = rebound_member_list_arguments (id, &n_arguments);

      printf ("  %s\n      %s\n", g_signal_name (id), blurb != NULL ? blurb : "");
      for (guint j = 0; j < n_arguments; j++)
        printf ("      %s: %s\n", arguments[j]->name, g_param_spec_get_blurb (arguments[j]));
    }
}

static gboolean
print_topic (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (topics); i++)
    if (strcmp (topics[i].name, name) == 0)
      {
        g_autofree char *text = topics[i].describe ();

        fputs (text, stdout);
        return TRUE;
      }
  return FALSE;
}

static gboolean
print_type (const char *name)
{
  g_autoptr (GArray) types = rebound_known_type_list ();

  for (guint i = 0; i < types->len; i++)
    {
      const ReboundKnownType *known = &g_array_index (types, ReboundKnownType, i);

      if (strcmp (known->name, name) != 0)
        continue;
      printf ("%s: %s\n", name, known->blurb);
      print_properties (known->type, TRUE);
      print_properties (known->type, FALSE);
      print_members (known->type, TRUE);
      print_members (known->type, FALSE);
      return TRUE;
    }
  rebound_command_complain (
      "there is nothing called “%s” to describe; “rebound describe” lists what there is", name);
  return FALSE;
}

int
rebound_command_describe (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("[NAME]");

  g_option_context_set_summary (
      context, "Describes the types that a script can use, or one of them; the "
               "lifecycle (“lifecycle”); the profiles of the device (“profiles”); the formats of "
               "--output (“formats”); the form of JSON Lines (“schema”).");
  if (!rebound_command_parse (context, &argc, &argv, 0, 1))
    return REBOUND_EXIT_USAGE;
  if (argc == 1)
    print_overview ();
  else if (!print_topic (argv[1]) && !print_type (argv[1]))
    return REBOUND_EXIT_USAGE;
  return 0;
}
