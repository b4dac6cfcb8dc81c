/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The program: which subcommand is meant, and nothing else. The commands that play a script enter
 * their namespace themselves, after they have read the files that a person names and before
 * anything could start a thread. */

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/rebound-version.h"
#include "lifecycle/rebound-error.h"
#include "net/rebound-linux-kernel.h"
#include "rebound-command.h"
#include "rebound-standard-output.h"

static const ReboundCommand commands[] = {
  { "run", "play a script and show what happens", rebound_command_run },
  { "test", "play many scripts side by side and report which were not as expected",
    rebound_command_test },
  { "explore", "play random lives of a script, and shrink those that fail",
    rebound_command_explore },
  { "check", "look for mistakes in scripts without playing them", rebound_command_check },
  { "compare", "say where two runs part, and what followed", rebound_command_compare },
  { "list", "list the scripts that come with Rebound", rebound_command_list },
  { "describe", "describe what a script can use, the lifecycle and the profiles",
    rebound_command_describe },
  { "why", "say why a port of this machine can be bound, or who has it", rebound_command_why },
  { "table", "measure what each way out of a connection does and costs", rebound_command_table },
};

static void
print_help (FILE *stream)
{
  fprintf (stream,
           "Usage: rebound COMMAND [WORD…]\n\n"
           "Plays the life of a mobile application (launch, home, lock, open …) to socket code,\n"
           "against the real TCP stack of a private network namespace.\n\nCommands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (stream, "  %-10s %s\n", commands[i].name, commands[i].summary);
  fprintf (stream, "\nOptions:\n"
                   "  --help     this\n"
                   "  --version  the version\n\n"
                   "“rebound COMMAND --help” says more. Begin with: rebound run rebind-bug\n");
}

static const ReboundCommand *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (commands[i].name, name) == 0)
      return &commands[i];
  return NULL;
}

static void
complain_of_command (const char *name)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", commands[i].name);
  rebound_command_complain ("there is no command “%s”; expected one of %s", name, list->str);
}

/* Where one of them is missing the run's first socket would get its number, and the log would be
 * sent to a peer. This one can be neither read nor written: EBADF, as it should be. */
static void
occupy_standard_descriptors (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0)
      open ("/", O_PATH);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  const ReboundCommand *command;

  occupy_standard_descriptors ();
  rebound_standard_output_watch ();
  /* The terminal's characters, and nothing else: a report is in one language, and a number has one
   * form, whoever asks for it. */
  setlocale (LC_CTYPE, "");
  if (argc < 2)
    {
      print_help (stderr);
      return REBOUND_EXIT_USAGE;
    }
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0
      || strcmp (argv[1], "help") == 0)
    {
      print_help (stdout);
      return 0;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      printf ("rebound %s\n", REBOUND_VERSION);
      return 0;
    }
  command = find_command (argv[1]);
  if (command == NULL)
    {
      complain_of_command (argv[1]);
      return REBOUND_EXIT_USAGE;
    }
  name = g_strconcat ("rebound ", command->name, NULL);
  g_set_prgname (name); /* as the help and the messages show it */
  if (!rebound_net_init (&error))
    {
      rebound_command_complain ("%s", error->message);
      return REBOUND_EXIT_INTERNAL;
    }
  return command->run (argc - 1, argv + 1);
}
