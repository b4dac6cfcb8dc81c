/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "lifecycle/rebound-run.h"
#include "net/rebound-linux-kernel.h"

G_BEGIN_DECLS

/* What --include-dir says of itself, wherever scripts are read. */
#define REBOUND_INCLUDE_DIR_BLURB                                                                  \
  "Let scripts include files of this folder as well as of their own; any number of times"

/* How a script is to be played: the options that `run` and `check` share. */
typedef struct
{
  char *clock;      /* "virtual", "real", or NULL: virtual in isolation, real without */
  char **variables; /* "NAME=VALUE" */
  char **include_dirs;
  gboolean fill;
  char *timeout; /* a duration, or NULL */
  gboolean no_isolation;
  gboolean expose;
  gboolean captures; /* packets are wanted */
  gboolean watches;  /* the table of sockets is, whenever it has changed */

  /* What comes of them. */
  ReboundClockMode mode;
  gint64 timeout_usec;
} ReboundPlayOptions;

/* Adds the options to a context, which @options must outlive. */
void rebound_play_options_add (ReboundPlayOptions *options, GOptionContext *context);
void rebound_play_options_clear (ReboundPlayOptions *options);

/* Understands the options' values; FALSE after a complaint. */
gboolean rebound_play_options_resolve (ReboundPlayOptions *options);

/* Loads a script, with its variables set and a kernel, and checks it; NULL after a complaint. */
ReboundRun *rebound_play_load (const ReboundPlayOptions *options, const char *word);

/* The same for a script that is in memory, called @name; it has no includes and its variables stay
 * as they are. */
ReboundRun *
rebound_play_load_bytes (const ReboundPlayOptions *options, GBytes *bytes, const char *name);

/* Who is handed the packets of a run that captures them; before it is played. */
void rebound_play_take_packets (ReboundRun *run, ReboundPacketFunc func, gpointer user_data);

/* Has what @run needs (NULL: nothing) loaded, and enters the namespace, if the options do not
 * forbid it. 0, or an exit status after a complaint. */
int rebound_play_enter (const ReboundPlayOptions *options, ReboundRun *run);

/* Plays. Returns the exit status; @error says why it is not 0. */
int rebound_play (ReboundRun *run, GError **error);

G_END_DECLS
