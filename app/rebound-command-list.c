/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound list: the shipped scripts with the first line of what they say of themselves. */

#include <stdio.h>
#include <string.h>

#include "rebound-command.h"
#include "rebound-script-source.h"

int
rebound_command_list (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_auto (GStrv) names = rebound_script_source_list ();
  size_t width = 0;

  g_option_context_set_summary (context, "Lists the scripts that come with Rebound.");
  if (!rebound_command_parse (context, &argc, &argv, 0, 0))
    return REBOUND_EXIT_USAGE;
  for (guint i = 0; names[i] != NULL; i++)
    width = MAX (width, strlen (names[i]));
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (ReboundRun) run
          = rebound_script_source_load (names[i], REBOUND_CLOCK_VIRTUAL, NULL);
      g_autofree char *title = run != NULL ? rebound_run_get_title (run) : g_strdup ("");

      printf ("%-*s  %s\n", (int) width, names[i], title);
    }
  return 0;
}
