/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound run: plays one script and shows it. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rebound-colour.h"
#include "rebound-command.h"
#include "rebound-outputs.h"
#include "rebound-play.h"
#include "rebound-progress.h"

typedef struct
{
  ReboundPlayOptions play;
  ReboundSinkOptions sink;
  ReboundOutputs *outputs;
  char *show;
  char *since;
  char *until;
  char *actor;
  char *format;
  char *color;
  char *pcap;
  char **output;
  gboolean quiet;
} RunOptions;

/* Somebody who asks for no report on standard output has the text there, too. */
static gboolean
resolve_outputs (RunOptions *options)
{
  for (guint i = 0; options->output != NULL && options->output[i] != NULL; i++)
    if (!rebound_outputs_parse (options->outputs, "--output", options->output[i]))
      return FALSE;
  if (options->pcap != NULL
      && !rebound_outputs_add (options->outputs, "--pcap", "pcapng", options->pcap))
    return FALSE;
  if (options->format != NULL)
    return rebound_outputs_add (options->outputs, "--format", options->format, "-");
  return rebound_outputs_has_standard (options->outputs)
         || rebound_outputs_add (options->outputs, "--format", "text", "-");
}

static gboolean
resolve_captures (RunOptions *options)
{
  ReboundCapture capture = rebound_outputs_get_capture (options->outputs);

  options->play.captures = (options->sink.filter.groups & REBOUND_EVENT_GROUP_PACKETS) != 0
                           || capture == REBOUND_CAPTURE_NEEDED
                           || (capture == REBOUND_CAPTURE_WANTED && !options->play.no_isolation);
  return TRUE;
}

static gboolean
resolve (RunOptions *options)
{
  if (!rebound_colour_parse (options->color, &options->sink.colour)
      || (options->show != NULL
          && !rebound_filter_parse_groups (&options->sink.filter, options->show,
                                           &options->play.watches))
      || !rebound_filter_parse_times (&options->sink.filter, options->since, options->until)
      || !resolve_outputs (options) || !resolve_captures (options)
      || !rebound_play_options_resolve (&options->play))
    return FALSE;
  options->sink.filter.quiet = options->quiet;
  options->sink.filter.actors
      = options->actor != NULL ? g_strsplit (options->actor, ",", -1) : NULL;
  options->sink.fold = options->play.mode == REBOUND_CLOCK_VIRTUAL;
  options->sink.wall_time = isatty (STDOUT_FILENO);
  return TRUE;
}

static int
play_run (const RunOptions *options, ReboundRun *run, const char *word)
{
  g_autoptr (ReboundAbout) about = rebound_about_new (run, word, options->play.variables);
  g_autoptr (ReboundProgress) progress = rebound_progress_new (run);
  g_autoptr (GError) error = NULL;
  int status;

  rebound_outputs_attach (options->outputs, about, &options->sink);
  status = rebound_play (run, &error);
  if (error != NULL)
    rebound_command_complain ("%s", error->message);
  return rebound_outputs_commit (options->outputs) ? status : REBOUND_EXIT_INTERNAL;
}

static int
play (const RunOptions *options, const char *word)
{
  g_autoptr (ReboundRun) run = rebound_play_load (&options->play, word);
  int status;

  if (run == NULL || !rebound_filter_check_actors (&options->sink.filter, run))
    return REBOUND_EXIT_USAGE;
  if (options->play.mode == REBOUND_CLOCK_REAL)
    setvbuf (stdout, NULL, _IOLBF, 0);
  if (!rebound_outputs_open (options->outputs))
    return REBOUND_EXIT_INTERNAL;
  status = rebound_play_enter (&options->play, run);
  return status != 0 ? status : play_run (options, run, word);
}

static void
run_options_clear (RunOptions *options)
{
  rebound_play_options_clear (&options->play);
  rebound_outputs_free (options->outputs);
  g_strfreev (options->sink.filter.actors);
  g_free (options->show);
  g_free (options->since);
  g_free (options->until);
  g_free (options->actor);
  g_free (options->format);
  g_free (options->color);
  g_free (options->pcap);
  g_strfreev (options->output);
}

int
rebound_command_run (int argc, char **argv)
{
  RunOptions options = { .outputs = rebound_outputs_new () };
  const GOptionEntry entries[] = {
    { "show", 0, 0, G_OPTION_ARG_STRING, &options.show,
      "What to show: life, actors, sockets, script, checks, explanations, pool, statistics, "
      "packets; or all, which leaves out packets, and the table that sockets has when it is named "
      "(default: all but packets, pool and sockets)",
      "GROUP[,GROUP…]" },
    { "actor", 0, 0, G_OPTION_ARG_STRING, &options.actor,
      "Show only what happened to these, of what is shown", "NAME[,NAME…]" },
    { "since", 0, 0, G_OPTION_ARG_STRING, &options.since,
      "Leave out what was before that time of the run, such as 59.2s", "TIME" },
    { "until", 0, 0, G_OPTION_ARG_STRING, &options.until, "Leave out what came after that time",
      "TIME" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.output,
      "Report the run in a format, to a file (default: -, standard output); any number of times",
      "FORMAT[:FILE]" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &options.format,
      "The format on standard output (default: text)", "FORMAT" },
    { "pcap", 0, 0, G_OPTION_ARG_FILENAME, &options.pcap,
      "Write the packets to a file for Wireshark, as --output pcapng:FILE does", "FILE" },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "Show only what was not as expected",
      NULL },
    { "color", 0, 0, G_OPTION_ARG_STRING, &options.color,
      "Colours in the text (default: auto, on a terminal)", "auto|always|never" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("SCRIPT");
  int status = REBOUND_EXIT_USAGE;

  g_option_context_set_summary (
      context, "Plays a script: one of “rebound list”, a path, or - for standard input.");
  g_option_context_set_description (
      context, "Exit status: 0 all as expected, 1 an expectation failed, 2 usage or script error,\n"
               "77 the machine lacks something, 99 an internal error, 130 interrupted.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  rebound_play_options_add (&options.play, context);
  if (rebound_command_parse (context, &argc, &argv, 1, 1) && resolve (&options))
    status = play (&options, argv[1]);
  run_options_clear (&options);
  return status;
}
