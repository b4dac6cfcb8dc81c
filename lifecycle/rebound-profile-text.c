/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The profiles for those who choose one. The figures are read off a device that is given each
 * profile in turn: what is printed is what a script would find, in the words that it would use. */

#include "rebound-lifecycle.h"

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-device.h"
#include "rebound-markdown-private.h"
#include "rebound-profile-private.h"
#include "rebound-value.h"
#include "rebound-watchdog-private.h"

/* As a script writes it. (transfer full) */
static char *
dup_value (GObject *device, const char *property)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (device), property);
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (device, property, &value);
  return rebound_value_to_string (pspec, &value);
}

static ReboundMarkdownTable *
make_table (GEnumClass *profiles)
{
  g_autofree const char **titles = g_new0 (const char *, profiles->n_values + 2);

  titles[0] = "property";
  for (guint i = 0; i < profiles->n_values; i++)
    titles[i + 1] = profiles->values[i].value_nick;
  return rebound_markdown_table_new (titles);
}

static void
add_property (ReboundMarkdownTable *table,
              GEnumClass *profiles,
              GObject *device,
              const char *property)
{
  rebound_markdown_table_add_code (table, property);
  for (guint i = 0; i < profiles->n_values; i++)
    {
      g_autofree char *value = NULL;

      g_object_set (device, "profile", profiles->values[i].value, NULL);
      value = dup_value (device, property);
      rebound_markdown_table_add (table, value);
    }
}

static void
write_sources (const ReboundFigure *figures, guint n_figures, GString *text)
{
  g_string_append (text, "\nWhere the figures come from:\n\n");
  for (guint i = 0; i < n_figures; i++)
    g_string_append_printf (text, "- `%s`: %s\n", figures[i].property, figures[i].source);
}

static void
write_profiles (GObject *device, GString *text)
{
  g_autoptr (GEnumClass) profiles = g_type_class_ref (REBOUND_TYPE_PROFILE);
  g_autoptr (ReboundMarkdownTable) table = make_table (profiles);
  guint n_figures;
  const ReboundFigure *figures = rebound_profile_get_figures (&n_figures);

  for (guint i = 0; i < n_figures; i++)
    add_property (table, profiles, device, figures[i].property);
  g_string_append (text, "## The profiles\n\n"
                         "`set device profile=NAME` sets all of a column; each property can also "
                         "be set by itself. `linux` is what a script has that sets none.\n\n");
  rebound_markdown_table_write (table, text);
  write_sources (figures, n_figures, text);
}

static void
write_limits (GObject *device, GString *text)
{
  static const char *const titles[] = { "property", "limit", "for", NULL };
  g_autoptr (ReboundMarkdownTable) table = rebound_markdown_table_new (titles);
  guint n_figures;
  const ReboundFigure *figures = rebound_watchdog_get_figures (&n_figures);

  for (guint i = 0; i < n_figures; i++)
    {
      GParamSpec *pspec
          = g_object_class_find_property (G_OBJECT_GET_CLASS (device), figures[i].property);
      g_autofree char *value = dup_value (device, figures[i].property);

      rebound_markdown_table_add_code (table, figures[i].property);
      rebound_markdown_table_add (table, value);
      rebound_markdown_table_add (table, g_param_spec_get_blurb (pspec));
    }
  g_string_append (text, "\n## The limits\n\n"
                         "They are the same with every profile, and off with "
                         "`set device debugger=yes`.\n\n");
  rebound_markdown_table_write (table, text);
  write_sources (figures, n_figures, text);
}

char *
rebound_profiles_describe (void)
{
  g_autoptr (GObject) device = g_object_new (REBOUND_TYPE_DEVICE, NULL);
  GString *text = g_string_new (NULL);

  write_profiles (device, text);
  write_limits (device, text);
  return g_string_free (text, FALSE);
}
