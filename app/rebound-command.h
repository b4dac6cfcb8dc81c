/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A subcommand: its name, one line for the overview, and what it does with the words behind it. */
typedef struct
{
  const char *name;
  const char *summary;
  int (*run) (int argc, char **argv);
} ReboundCommand;

/* Exit status of a wrong call, as of a wrong script; lifecycle/rebound-run.h has the others. */
#define REBOUND_EXIT_USAGE 2

/* The environment lacks something: Meson and Automake count it as skipped. */
#define REBOUND_EXIT_LACKING 77

/* Standard output could not be written. */
#define REBOUND_EXIT_INTERNAL 99

int rebound_command_run (int argc, char **argv);
int rebound_command_test (int argc, char **argv);
int rebound_command_explore (int argc, char **argv);
int rebound_command_check (int argc, char **argv);
int rebound_command_compare (int argc, char **argv);
int rebound_command_list (int argc, char **argv);
int rebound_command_describe (int argc, char **argv);
int rebound_command_why (int argc, char **argv);
int rebound_command_table (int argc, char **argv);

/* "rebound: what is wrong", every line of it. */
void rebound_command_complain (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* The --timeout @text as a duration; FALSE, complained of, where it is none. */
gboolean rebound_command_parse_timeout (const char *text, gint64 *timeout_usec);

/* What is not an option any more must come to @minimum to @maximum words. */
gboolean
rebound_command_parse (GOptionContext *context, int *argc, char ***argv, int minimum, int maximum);

G_END_DECLS
