/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound list: the shipped scripts with the first line of what they say of themselves, those that
 * belong to one report from the field together; all that a script says of itself; and the same for
 * machines. */

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rebound-about.h"
#include "rebound-columns.h"
#include "rebound-command.h"
#include "rebound-play.h"
#include "rebound-script-source.h"
#include "rebound-visible.h"

/* Of those that belong to none; by far the last. */
#define NO_PROBLEM G_MAXULONG

typedef struct
{
  ReboundAbout *about;
  gulong problem;           /* its number */
  const char *problem_name; /* "" where it has none */
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  rebound_about_free (entry->about);
  g_free (entry);
}

/* NULL after a complaint. */
static Entry *
entry_new (const char *word, const char *const *include_dirs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run
      = rebound_script_source_load (word, include_dirs, REBOUND_CLOCK_VIRTUAL, &error);
  Entry *entry;
  char *end;

  if (run == NULL)
    {
      rebound_command_complain ("%s", error->message);
      return NULL;
    }
  entry = g_new0 (Entry, 1);
  entry->about = rebound_about_new (run, word, NULL);
  entry->problem = strtoul (entry->about->problem, &end, 10);
  entry->problem_name = end + strspn (end, ", ");
  if (end == entry->about->problem)
    entry->problem = NO_PROBLEM;
  return entry;
}

/* By their problems, and within one in the order of @words. NULL after a complaint. */
static GPtrArray *
list_entries (char *const *words, const char *const *include_dirs)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (entry_free);

  for (guint i = 0; words[i] != NULL; i++)
    {
      Entry *entry = entry_new (words[i], include_dirs);
      guint place = 0;

      if (entry == NULL)
        return NULL;
      while (place < entries->len && ((Entry *) entries->pdata[place])->problem <= entry->problem)
        place++;
      g_ptr_array_insert (entries, (int) place, entry);
    }
  return g_steal_pointer (&entries);
}

static void
print_heading (GPtrArray *entries, guint first)
{
  const Entry *entry = entries->pdata[first];
  guint n_scripts = 0;

  for (guint i = first; i < entries->len; i++)
    n_scripts += ((Entry *) entries->pdata[i])->problem == entry->problem;
  if (entry->problem == NO_PROBLEM)
    printf ("Besides (%u script%s)\n", n_scripts, n_scripts == 1 ? "" : "s");
  else
    printf ("Problem %lu, %s (%u script%s)\n", entry->problem, entry->problem_name, n_scripts,
            n_scripts == 1 ? "" : "s");
}

static void
print_entry (const Entry *entry, int width)
{
  g_autoptr (GString) line = g_string_new (NULL);
  glong column = 2 + width + 2;

  g_string_append_printf (line, "  %-*s  ", width, entry->about->name);
  rebound_columns_append (line, entry->about->title, column, column,
                          rebound_columns_of_terminal (STDOUT_FILENO));
  printf ("%s\n", line->str);
}

static void
print_sections (GPtrArray *entries)
{
  size_t width = 0;

  for (guint i = 0; i < entries->len; i++)
    width = MAX (width, strlen (((Entry *) entries->pdata[i])->about->name));
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];

      if (i == 0 || ((Entry *) entries->pdata[i - 1])->problem != entry->problem)
        {
          printf ("%s", i > 0 ? "\n" : "");
          print_heading (entries, i);
        }
      print_entry (entry, (int) width);
    }
}

/* What a script says of itself, whole. */
static void
print_headers (GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      g_autofree char *header = rebound_visible_dup (rebound_run_get_header (entry->about->run));
      g_autofree char *name = rebound_visible_dup (entry->about->name);

      printf ("%s%s: %s\n", i > 0 ? "\n" : "", name, g_strchomp (header));
    }
}

static void
add_text (JsonObject *object, const char *name, const char *text)
{
  if (*text != '\0')
    json_object_set_string_member (object, name, text);
}

static void
print_json (GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      g_autoptr (JsonObject) object = json_object_new ();
      g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
      g_autofree char *line = NULL;

      json_object_set_string_member (object, "name", entry->about->name);
      add_text (object, "title", entry->about->title);
      if (entry->problem != NO_PROBLEM)
        json_object_set_int_member (object, "problem", (gint64) entry->problem);
      add_text (object, "problem_name", entry->problem_name);
      add_text (object, "source", entry->about->source);
      json_node_set_object (root, object);
      line = json_to_string (root, FALSE);
      printf ("%s\n", line);
    }
}

static int
list (char *const *words, const char *const *include_dirs, const char *format)
{
  g_auto (GStrv) shipped = words[0] == NULL ? rebound_script_source_list () : NULL;
  g_autoptr (GPtrArray) entries = NULL;

  if (format != NULL && strcmp (format, "text") != 0 && strcmp (format, "jsonl") != 0)
    {
      rebound_command_complain ("--format: “%s” is none; expected text or jsonl", format);
      return REBOUND_EXIT_USAGE;
    }
  entries = list_entries (shipped != NULL ? shipped : words, include_dirs);
  if (entries == NULL)
    return REBOUND_EXIT_USAGE;
  if (g_strcmp0 (format, "jsonl") == 0)
    print_json (entries);
  else if (shipped != NULL)
    print_sections (entries);
  else
    print_headers (entries);
  return 0;
}

int
rebound_command_list (int argc, char **argv)
{
  g_autofree char *format = NULL;
  g_auto (GStrv) include_dirs = NULL;
  const GOptionEntry options[] = {
    { "format", 0, 0, G_OPTION_ARG_STRING, &format,
      "jsonl: an object a script, with name, title, problem, problem_name, source (default: text)",
      "text|jsonl" },
    { "include-dir", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &include_dirs, REBOUND_INCLUDE_DIR_BLURB,
      "DIR" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("[SCRIPT…]");

  g_option_context_set_summary (
      context, "Lists the scripts that come with Rebound, by the problem from the field that each\n"
               "belongs to; of a script that is named, all that it says of itself.");
  g_option_context_add_main_entries (context, options, NULL);
  if (!rebound_command_parse (context, &argc, &argv, 0, G_MAXINT - 1))
    return REBOUND_EXIT_USAGE;
  return list (argv + 1, (const char *const *) include_dirs, format);
}
