/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound describe: what a script can do with a type, read off GObject, and what the words of the
 * lifecycle do, read off the tables that are played, so that neither can be out of date. */

#include <stdio.h>
#include <string.h>

#include "lifecycle/rebound-application.h"
#include "lifecycle/rebound-device.h"
#include "lifecycle/rebound-lifecycle.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-scriptable.h"
#include "lifecycle/rebound-value.h"
#include "net/rebound-linux-kernel.h"
#include "rebound-command.h"
#include "rebound-format.h"

/* What exists from the start, without a declaration. */
static const struct
{
  const char *name;
  GType (*get_type) (void);
  const char *blurb;
} given[] = {
  { "app", rebound_application_get_type, "The application; it exists from the start." },
  { "device", rebound_device_get_type,
    "The phone and what a person does with it; it exists from the start." },
  { "kernel", rebound_linux_kernel_get_type,
    "The kernel, which tells what becomes of the sockets; it exists from the start." },
};

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
};

static void
print_overview (void)
{
  g_autofree const char **names = rebound_scriptable_list ();

  printf ("Types that a script can declare:\n");
  for (guint i = 0; names[i] != NULL; i++)
    printf ("  %-10s %s\n", names[i], rebound_scriptable_get_blurb (names[i]));
  printf ("\nNames that every script has:\n");
  for (guint i = 0; i < G_N_ELEMENTS (given); i++)
    printf ("  %-10s %s\n", given[i].name, given[i].blurb);
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
                                   : "Readings (expect, wait until, print):");
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
  GType type = rebound_scriptable_look_up (name, NULL);
  const char *blurb = rebound_scriptable_get_blurb (name);

  for (guint i = 0; i < G_N_ELEMENTS (given) && type == G_TYPE_INVALID; i++)
    if (strcmp (given[i].name, name) == 0)
      {
        type = given[i].get_type ();
        blurb = given[i].blurb;
      }
  if (type == G_TYPE_INVALID)
    {
      rebound_command_complain (
          "there is nothing called “%s” to describe; “rebound describe” lists what there is", name);
      return FALSE;
    }
  printf ("%s: %s\n", name, blurb);
  print_properties (type, TRUE);
  print_properties (type, FALSE);
  print_members (type, TRUE);
  print_members (type, FALSE);
  return TRUE;
}

int
rebound_command_describe (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("[NAME]");

  g_option_context_set_summary (
      context, "Describes the types that a script can use, or one of them; the "
               "lifecycle (“lifecycle”); the profiles of the device (“profiles”); the formats of "
               "--output (“formats”).");
  if (!rebound_command_parse (context, &argc, &argv, 0, 1))
    return REBOUND_EXIT_USAGE;
  if (argc == 1)
    print_overview ();
  else if (!print_topic (argv[1]) && !print_type (argv[1]))
    return REBOUND_EXIT_USAGE;
  return 0;
}
