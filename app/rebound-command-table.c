/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound table: what the kernel of this machine does, measured when it is asked for, in a
 * namespace of its own. */

#include <stdio.h>
#include <string.h>

#include "net/rebound-isolation.h"
#include "rebound-close-json.h"
#include "rebound-command.h"

/* FALSE after a complaint; there is one topic so far, and it is no option, for a table is what it
 * is about. */
static gboolean
is_known (const char *topic)
{
  if (strcmp (topic, "close") == 0)
    return TRUE;
  rebound_command_complain ("there is no table of “%s”; expected close", topic);
  return FALSE;
}

static int
print_close (gboolean as_json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundCloseTable) table = NULL;
  g_autofree char *text = NULL;

  if (rebound_isolation_enter (&error))
    table = rebound_close_table_measure (&error);
  if (table == NULL)
    {
      rebound_command_complain ("%s", error->message);
      return g_error_matches (error, REBOUND_ISOLATION_ERROR, REBOUND_ISOLATION_ERROR_REFUSED)
                 ? REBOUND_EXIT_LACKING
                 : REBOUND_EXIT_INTERNAL;
    }
  if (as_json)
    {
      rebound_close_print_json (table, stdout);
      return 0;
    }
  text = rebound_close_table_describe (table);
  fputs (text, stdout);
  return 0;
}

int
rebound_command_table (int argc, char **argv)
{
  gboolean as_json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json,
      "Print one JSON object, with the bytes (docs/closing.md)", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("close");

  g_option_context_set_summary (
      context, "How should I close this socket? Plays every way out of a TCP connection on this "
               "machine's kernel,\nin a namespace of its own, and prints what each costs: what the "
               "peer reads, what is lost, whose\nTIME_WAIT it is; and what recv() and send() say, "
               "by what the peer has done.");
  g_option_context_set_description (
      context, "Exit status: 0 printed, 2 wrong usage, 77 the machine lacks something, 99 an "
               "internal error.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!rebound_command_parse (context, &argc, &argv, 1, 1) || !is_known (argv[1]))
    return REBOUND_EXIT_USAGE;
  return print_close (as_json);
}
