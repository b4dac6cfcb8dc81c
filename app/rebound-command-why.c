/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound why: why can this port not be bound? On the machine's own network, in no namespace and
 * without root, for that is where the question comes up. */

#include <errno.h>
#include <stdlib.h>

#include "rebound-command.h"
#include "rebound-why.h"

/* "a bind would not succeed", as of an expectation that failed. */
#define EXIT_TAKEN 1

static int
answer (guint16 port, const char *address, ReboundPortOption option, gboolean as_json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundPortReport) report = rebound_port_report_new (port, address, option, &error);

  if (report == NULL)
    {
      rebound_command_complain ("%s", error->message);
      return REBOUND_EXIT_USAGE;
    }
  if (as_json)
    rebound_why_print_json (report, stdout);
  else
    rebound_why_print_text (report, stdout);
  return report->is_free ? 0 : EXIT_TAKEN;
}

int
rebound_command_why (int argc, char **argv)
{
  gboolean reuse = FALSE;
  gboolean as_json = FALSE;
  g_autofree char *address = NULL;
  guint16 port;
  const GOptionEntry entries[] = {
    { "reuse", 0, 0, G_OPTION_ARG_NONE, &reuse,
      "Ask for a socket that has SO_REUSEADDR; otherwise for one that has not", NULL },
    { "address", 0, 0, G_OPTION_ARG_STRING, &address,
      "Ask for this address; otherwise for 0.0.0.0 and for [::]", "A" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print one JSON object (docs/why.md)", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("PORT");

  g_option_context_set_summary (
      context, "Says whether a bind to a TCP port would succeed now; and if not, who has it, by "
               "which rule, and the cheapest cure.");
  g_option_context_set_description (context, "Exit status: 0 free, 1 taken, 2 wrong usage.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!rebound_command_parse (context, &argc, &argv, 1, 1))
    return REBOUND_EXIT_USAGE;
  if (!rebound_port_parse (argv[1], &port))
    {
      rebound_command_complain ("“%s” is no port; expected a number from 1 to 65535", argv[1]);
      return REBOUND_EXIT_USAGE;
    }
  return answer (port, address, reuse ? REBOUND_PORT_REUSE_ADDRESS : REBOUND_PORT_PLAIN, as_json);
}
