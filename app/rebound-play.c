/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a command line to a run. The order matters: files are read before the namespace is entered,
 * because afterwards even root has no more rights over them than their owner's neighbour; and
 * nothing before may start a thread. */

#include "rebound-play.h"

#include <string.h>

#include "net/rebound-isolation.h"
#include "net/rebound-linux-kernel.h"
#include "rebound-command.h"
#include "rebound-interrupt.h"
#include "rebound-script-source.h"

void
rebound_play_options_add (ReboundPlayOptions *options, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "clock", 0, 0, G_OPTION_ARG_STRING, &options->clock,
      "How time passes: virtual jumps from one event to the next, real waits (default: virtual)",
      "virtual|real" },
    { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options->variables,
      "Give a variable of the script another value than its “let” does", "NAME=VALUE" },
    { "include-dir", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->include_dirs,
      REBOUND_INCLUDE_DIR_BLURB, "DIR" },
    { "fill", 0, 0, G_OPTION_ARG_NONE, &options->fill,
      "Play the steps of the lifecycle that the script leaves out", NULL },
    { "timeout", 0, 0, G_OPTION_ARG_STRING, &options->timeout,
      "How long the whole run may take by the clock on the wall, such as 30s", "DURATION" },
    { "no-isolation", 0, 0, G_OPTION_ARG_NONE, &options->no_isolation,
      "Run on this machine's own network, on 127.0.0.1, in real time", NULL },
    { "expose", 0, 0, G_OPTION_ARG_NONE, &options->expose,
      "With --no-isolation: let listeners bind the addresses that the script gives them", NULL },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

void
rebound_play_options_clear (ReboundPlayOptions *options)
{
  g_clear_pointer (&options->clock, g_free);
  g_clear_pointer (&options->variables, g_strfreev);
  g_clear_pointer (&options->include_dirs, g_strfreev);
  g_clear_pointer (&options->timeout, g_free);
}

static gboolean
resolve_clock (ReboundPlayOptions *options)
{
  if (options->clock == NULL)
    options->mode = options->no_isolation ? REBOUND_CLOCK_REAL : REBOUND_CLOCK_VIRTUAL;
  else if (strcmp (options->clock, "virtual") == 0)
    options->mode = REBOUND_CLOCK_VIRTUAL;
  else if (strcmp (options->clock, "real") == 0)
    options->mode = REBOUND_CLOCK_REAL;
  else
    {
      rebound_command_complain ("--clock: “%s” is none; expected virtual or real", options->clock);
      return FALSE;
    }
  if (options->no_isolation && options->mode == REBOUND_CLOCK_VIRTUAL)
    {
      rebound_command_complain (
          "--clock=virtual needs a network namespace of the run's own, whose timers can "
          "be brought along; with --no-isolation expected --clock=real");
      return FALSE;
    }
  return TRUE;
}

gboolean
rebound_play_options_resolve (ReboundPlayOptions *options)
{
  options->timeout_usec = -1;
  if (options->timeout != NULL
      && !rebound_command_parse_timeout (options->timeout, &options->timeout_usec))
    return FALSE;
  if (options->expose && !options->no_isolation)
    {
      rebound_command_complain (
          "--expose makes no sense in a namespace that nothing outside reaches; expected "
          "--no-isolation with it");
      return FALSE;
    }
  if (options->captures && options->no_isolation)
    {
      rebound_command_complain ("packets are captured in a namespace of the run's own, where there "
                                "are no others; with --no-isolation expected none to be asked for");
      return FALSE;
    }
  return resolve_clock (options);
}

static gboolean
set_variables (const ReboundPlayOptions *options, ReboundRun *run, GError **error)
{
  for (guint i = 0; options->variables != NULL && options->variables[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (options->variables[i], "=", 2);

      if (parts[0] == NULL || parts[1] == NULL)
        {
          g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT,
                       "--set: “%s” has no value; expected NAME=VALUE", options->variables[i]);
          return FALSE;
        }
      if (!rebound_run_set_variable (run, parts[0], parts[1], error))
        return FALSE;
    }
  return TRUE;
}

/* Everything about the script that can be known before it is played. */
static gboolean
make_ready (const ReboundPlayOptions *options, ReboundRun *run, GError **error)
{
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();

  rebound_linux_kernel_set_exposed (REBOUND_LINUX_KERNEL (kernel), options->expose);
  rebound_linux_kernel_set_captures (REBOUND_LINUX_KERNEL (kernel), options->captures);
  rebound_linux_kernel_set_watches (REBOUND_LINUX_KERNEL (kernel), options->watches);
  rebound_run_set_kernel (run, kernel);
  rebound_run_set_fill (run, options->fill);
  rebound_run_set_wall_limit (run, options->timeout_usec);
  return set_variables (options, run, error) && rebound_run_check (run, error);
}

ReboundRun *
rebound_play_load (const ReboundPlayOptions *options, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run
      = rebound_script_source_load (word, (const char *const *) options->include_dirs,
                                    options->mode, &error);

  if (run != NULL && make_ready (options, run, &error))
    return g_steal_pointer (&run);
  rebound_command_complain ("%s", error->message);
  return NULL;
}

ReboundRun *
rebound_play_load_bytes (const ReboundPlayOptions *options, GBytes *bytes, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run
      = rebound_run_new_from_bytes (bytes, name, NULL, options->mode, &error);

  if (run != NULL && make_ready (options, run, &error))
    return g_steal_pointer (&run);
  rebound_command_complain ("%s", error->message);
  return NULL;
}

void
rebound_play_take_packets (ReboundRun *run, ReboundPacketFunc func, gpointer user_data)
{
  ReboundKernel *kernel = rebound_site_get_kernel (rebound_run_get_world (run));

  rebound_linux_kernel_set_packet_func (REBOUND_LINUX_KERNEL (kernel), func, user_data);
}

int
rebound_play_enter (const ReboundPlayOptions *options, ReboundRun *run)
{
  g_autoptr (GError) error = NULL;

  if (run != NULL && !rebound_run_prepare (run, &error))
    {
      rebound_command_complain ("%s", error->message);
      return g_error_matches (error, REBOUND_ERROR, REBOUND_ERROR_LACKING) ? REBOUND_EXIT_LACKING
                                                                           : REBOUND_EXIT_INTERNAL;
    }
  if (options->captures)
    rebound_isolation_allow_capture ();
  if (options->no_isolation || rebound_isolation_enter (&error))
    return 0;
  rebound_command_complain (
      "%s; to play on the host's network instead: --no-isolation --clock=real", error->message);
  return g_error_matches (error, REBOUND_ISOLATION_ERROR, REBOUND_ISOLATION_ERROR_REFUSED)
             ? REBOUND_EXIT_LACKING
             : REBOUND_EXIT_INTERNAL;
}

int
rebound_play (ReboundRun *run, GError **error)
{
  ReboundInterrupt *interrupt = rebound_interrupt_new (run);
  int status = (int) rebound_run_play (run, error);

  rebound_interrupt_free (interrupt);
  return status;
}
