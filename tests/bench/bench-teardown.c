/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does Home cost an application that has many connections? A listener has accepted them, each
 * of a client of the same run; at home it ends them by its connection-policy, and the clients see
 * their ends. What runs against the clock is from the statement home to the one after it: both ends
 * are closed then, every event is written, and each socket's state was looked at.
 *
 * There are no system calls by hand to compare with. The question is whether the cost of a
 * connection is the same for a thousand and for nine thousand; so the ratio is that of one among
 * many to one among the fewest. */

#include <string.h>

#include "bench.h"
#include "net/rebound.h"

#define N_ROUNDS 5

/* A listener's backlog is 4096 at most (net.core.somaxconn), so they come in crowds. */
#define CROWD 1000

/* -- the time between two statements -- */

#define STOPWATCH_TYPE_SINK (stopwatch_sink_get_type ())
G_DECLARE_FINAL_TYPE (StopwatchSink, stopwatch_sink, STOPWATCH, SINK, GObject)

struct _StopwatchSink
{
  GObject parent_instance;

  gboolean is_running;
  BenchTime time;
};

static void stopwatch_sink_sink_init (ReboundEventSinkInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (StopwatchSink,
                               stopwatch_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      stopwatch_sink_sink_init))

static void
stopwatch_sink_class_init (StopwatchSinkClass *klass)
{
}

static void
stopwatch_sink_init (StopwatchSink *self)
{
}

static void
stopwatch_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  StopwatchSink *self = STOPWATCH_SINK (sink);

  if ((rebound_event_get_group (event) & (REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_CHECKS))
      == 0)
    return;
  if (self->is_running)
    bench_stop (&self->time);
  self->is_running = strcmp (rebound_event_get_text (event), "> home") == 0;
  if (self->is_running)
    bench_start (&self->time);
}

static void
stopwatch_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = stopwatch_sink_write;
}

/* -- a round -- */

static char *
write_script (const char *policy, guint n_connections)
{
  GString *script = g_string_new (NULL);

  g_string_append_printf (script,
                          "listener web port=30000 backlog=4096 close-order=client-first "
                          "connection-policy=%s\nlaunch\n",
                          policy);
  for (guint n = CROWD; n <= n_connections; n += CROWD)
    g_string_append_printf (script,
                            "client crowd-%u connect=web at-once=%u count=%u\n"
                            "expect web.open-count == %u\n",
                            n / CROWD, CROWD, CROWD, n);
  g_string_append (script, "home\nexpect web.open-count == 0\nexpect app.state == suspended\n");
  return g_string_free (script, FALSE);
}

static void
play (const char *policy, guint n_connections, BenchTime *time)
{
  g_autofree char *text = write_script (policy, n_connections);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run
      = rebound_run_new_from_bytes (bytes, "teardown.life", NULL, REBOUND_CLOCK_VIRTUAL, &error);
  g_autoptr (ReboundKernel) kernel = rebound_linux_kernel_new ();
  g_autoptr (StopwatchSink) sink = g_object_new (STOPWATCH_TYPE_SINK, NULL);

  if (run == NULL)
    g_error ("%s", error->message);
  rebound_run_set_kernel (run, kernel);
  rebound_run_add_sink (run, REBOUND_EVENT_SINK (sink));
  if (rebound_run_play (run, &error) != REBOUND_RUN_STATUS_AS_EXPECTED)
    g_error ("%s", error != NULL ? error->message : "not as expected");
  *time = sink->time;
}

#define DEFINE_WAY(n_connections)                                                                  \
  static void play_##n_connections (gconstpointer policy, BenchTime *time)                         \
  {                                                                                                \
    play (policy, n_connections, time);                                                            \
    time->wall_nsec /= n_connections;                                                              \
    time->cpu_nsec /= n_connections;                                                               \
  }

DEFINE_WAY (1000)
DEFINE_WAY (3000)
DEFINE_WAY (9000)

int
main (void)
{
  static const BenchWay ways[] = { { "one of 1000 connections", play_1000 },
                                   { "one of 3000 connections", play_3000 },
                                   { "one of 9000 connections", play_9000 } };
  static const char *const policies[] = { "close", "finish", "abort" };
  g_autoptr (GError) error = NULL;

  /* Two for each connection, and some for the run. */
  if (!bench_raise_descriptor_limit (2 * 9000 + 200))
    return 77;
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  for (guint i = 0; i < G_N_ELEMENTS (policies); i++)
    {
      g_autofree char *title = g_strdup_printf ("home, connection-policy=%s", policies[i]);

      bench_compare (title, ways, G_N_ELEMENTS (ways), policies[i], N_ROUNDS, 1);
    }
  return 0;
}
