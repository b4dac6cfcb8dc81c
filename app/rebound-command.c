/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every subcommand says in the same way: what is wrong, line by line with the program's name
 * before it, and that a command line has too few words or too many. */

#include "rebound-command.h"

#include <stdarg.h>

#include "lifecycle/rebound-duration.h"
#include "rebound-visible.h"

void
rebound_command_complain (const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *text = g_strdup_vprintf (format, list);
  va_end (list);
  g_autofree char *visible = rebound_visible_dup (text);
  g_auto (GStrv) lines = g_strsplit (visible, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_printerr ("rebound: %s\n", lines[i]);
}

gboolean
rebound_command_parse (GOptionContext *context, int *argc, char ***argv, int minimum, int maximum)
{
  g_autoptr (GError) error = NULL;

  if (!g_option_context_parse (context, argc, argv, &error))
    rebound_command_complain ("%s; “%s --help” says what there is", error->message,
                              g_get_prgname ());
  else if (*argc - 1 < minimum)
    rebound_command_complain ("something is missing; “%s --help” says what", g_get_prgname ());
  else if (*argc - 1 > maximum)
    rebound_command_complain ("“%s” is one word too many; “%s --help” says what is expected",
                              (*argv)[maximum + 1], g_get_prgname ());
  else
    return TRUE;
  return FALSE;
}

gboolean
rebound_command_parse_timeout (const char *text, gint64 *timeout_usec)
{
  g_autofree char *problem = NULL;

  if (rebound_duration_parse (text, timeout_usec, &problem))
    return TRUE;
  rebound_command_complain ("--timeout: %s", problem);
  return FALSE;
}
