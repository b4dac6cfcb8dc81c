/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rebound run: plays one script and shows it. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-command.h"
#include "rebound-jsonl-sink.h"
#include "rebound-pcap-sink.h"
#include "rebound-play.h"
#include "rebound-text-sink.h"

typedef struct
{
  ReboundPlayOptions play;
  char *show;
  char *format;
  char *color;
  char *pcap;
  gboolean quiet;
  ReboundEventGroup groups;
} RunOptions;

/* Without packets, which are captured only where they are asked for by name. */
#define ALL_GROUPS                                                                                 \
  (REBOUND_EVENT_GROUP_LIFE | REBOUND_EVENT_GROUP_ACTORS | REBOUND_EVENT_GROUP_SOCKETS             \
   | REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_CHECKS | REBOUND_EVENT_GROUP_EXPLANATIONS    \
   | REBOUND_EVENT_GROUP_POOL | REBOUND_EVENT_GROUP_STATISTICS)

/* What is too much for a person who has not asked for it. */
#define DETAIL_GROUPS (REBOUND_EVENT_GROUP_SOCKETS | REBOUND_EVENT_GROUP_POOL)

static gboolean
is_jsonl (const RunOptions *options)
{
  return g_strcmp0 (options->format, "jsonl") == 0;
}

static gboolean
add_group (RunOptions *options, const char *name)
{
  g_autoptr (GFlagsClass) klass = g_type_class_ref (REBOUND_TYPE_EVENT_GROUP);
  GFlagsValue *value = g_flags_get_value_by_nick (klass, name);

  if (strcmp (name, "all") == 0)
    options->groups |= ALL_GROUPS;
  else if (value != NULL)
    options->groups |= value->value;
  else
    {
      rebound_command_complain (
          "--show: there is no group “%s”; expected some of life, actors, sockets, script, "
          "checks, explanations, pool, statistics, packets, or all (but packets)",
          name);
      return FALSE;
    }
  /* The table is long: only who names it has it. */
  if (strcmp (name, "sockets") == 0)
    options->play.watches = TRUE;
  return TRUE;
}

static gboolean
resolve_groups (RunOptions *options)
{
  g_auto (GStrv) names = options->show != NULL ? g_strsplit_set (options->show, ",+", -1) : NULL;

  if (names == NULL)
    {
      options->groups = is_jsonl (options) ? ALL_GROUPS : ALL_GROUPS & ~DETAIL_GROUPS;
      return TRUE;
    }
  for (guint i = 0; names[i] != NULL; i++)
    if (!add_group (options, names[i]))
      return FALSE;
  return names[0] != NULL || add_group (options, "");
}

static gboolean
is_one_of (const char *option, const char *value, const char *const *known)
{
  g_autofree char *list = NULL;

  if (value == NULL || g_strv_contains (known, value))
    return TRUE;
  list = g_strjoinv (", ", (char **) known);
  rebound_command_complain ("%s: “%s” is none; expected one of %s", option, value, list);
  return FALSE;
}

static gboolean
resolve_captures (RunOptions *options)
{
  options->play.captures
      = (options->groups & REBOUND_EVENT_GROUP_PACKETS) != 0 || options->pcap != NULL;
  return TRUE;
}

static gboolean
resolve (RunOptions *options)
{
  static const char *const formats[] = { "text", "jsonl", NULL };
  static const char *const colors[] = { "auto", "always", "never", NULL };

  return is_one_of ("--format", options->format, formats)
         && is_one_of ("--color", options->color, colors) && resolve_groups (options)
         && resolve_captures (options) && rebound_play_options_resolve (&options->play);
}

static gboolean
wants_colour (const RunOptions *options)
{
  const char *no_color = g_getenv ("NO_COLOR");

  if (options->color != NULL && strcmp (options->color, "auto") != 0)
    return strcmp (options->color, "always") == 0;
  return isatty (STDOUT_FILENO) && (no_color == NULL || *no_color == '\0')
         && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

static ReboundEventSink *
new_sink (const RunOptions *options)
{
  if (is_jsonl (options))
    return rebound_jsonl_sink_new (options->groups, options->quiet, stdout);
  return rebound_text_sink_new (options->groups, wants_colour (options), options->quiet,
                                options->play.mode == REBOUND_CLOCK_VIRTUAL);
}

static void
print_title (const RunOptions *options, ReboundRun *run, const char *word)
{
  g_autofree char *title = rebound_run_get_title (run);

  if (is_jsonl (options) || options->quiet)
    return;
  printf ("%s%s%s\n\n", word, *title != '\0' ? ": " : "", title);
}

static int
play_run (const RunOptions *options, ReboundRun *run, const char *word)
{
  g_autoptr (ReboundEventSink) sink = new_sink (options);
  g_autoptr (GError) error = NULL;
  int status;

  rebound_run_add_sink (run, sink);
  print_title (options, run, word);
  status = rebound_play (run, &error);
  if (error != NULL)
    rebound_command_complain ("%s", error->message);
  return status;
}

/* FALSE after a complaint; @pcap is NULL where none is wanted. */
static gboolean
open_pcap (const RunOptions *options, ReboundRun *run, const char *word, ReboundPcapSink **pcap)
{
  g_autofree char *title = rebound_run_get_title (run);
  g_autofree char *about
      = g_strdup_printf ("%s: %s\nThe times are those of the run's clock, from 0.", word, title);
  g_autoptr (GError) error = NULL;

  if (options->pcap == NULL)
    return TRUE;
  *pcap = rebound_pcap_sink_new (options->pcap, about, &error);
  if (*pcap == NULL)
    {
      rebound_command_complain ("%s", error->message);
      return FALSE;
    }
  rebound_run_add_sink (run, REBOUND_EVENT_SINK (*pcap));
  rebound_play_take_packets (run, rebound_pcap_sink_take, *pcap);
  return TRUE;
}

static int
close_pcap (ReboundPcapSink *pcap, int status)
{
  g_autoptr (GError) error = NULL;

  if (pcap == NULL || rebound_pcap_sink_close (pcap, &error))
    return status;
  rebound_command_complain ("%s", error->message);
  return REBOUND_EXIT_INTERNAL;
}

static int
play (const RunOptions *options, const char *word)
{
  g_autoptr (ReboundRun) run = rebound_play_load (&options->play, word);
  g_autoptr (ReboundPcapSink) pcap = NULL;
  int status;

  if (run == NULL)
    return REBOUND_EXIT_USAGE;
  if (options->play.mode == REBOUND_CLOCK_REAL)
    setvbuf (stdout, NULL, _IOLBF, 0);
  if (!open_pcap (options, run, word, &pcap))
    return REBOUND_EXIT_INTERNAL;
  status = rebound_play_enter (&options->play);
  if (status != 0)
    return status;
  status = play_run (options, run, word);
  return close_pcap (pcap, status);
}

int
rebound_command_run (int argc, char **argv)
{
  RunOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "show", 0, 0, G_OPTION_ARG_STRING, &options.show,
      "What to show: life, actors, sockets, script, checks, explanations, pool, statistics, "
      "packets; or all, which leaves out packets, and the table that sockets has when it is named "
      "(default: all but packets, pool and sockets)",
      "GROUP[,GROUP…]" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &options.format,
      "text for people, jsonl for machines (default: text)", "text|jsonl" },
    { "pcap", 0, 0, G_OPTION_ARG_FILENAME, &options.pcap,
      "Write the packets to a file for Wireshark (pcapng), in the run's time", "FILE" },
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
  rebound_play_options_clear (&options.play);
  g_free (options.show);
  g_free (options.format);
  g_free (options.color);
  g_free (options.pcap);
  return status;
}
