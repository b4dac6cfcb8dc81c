/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does Home cost an application that has many connections? A listener has accepted them, each
 * of a client of the same run; at home it ends them by its connection-policy, and the clients see
 * their ends. What runs against the clock is from the statement home to the one after it: both ends
 * are closed then, every event is written, and each socket's state was looked at.
 *
 * By hand it is the same system calls on as many connections, end for end, and nothing more. A
 * thousand by hand are what more by hand are compared with: with many sockets each costs the kernel
 * a little more, for they do not fit into its caches. What is played is compared with as many by
 * hand: where that ratio does not grow, nothing here is worse than linear. */

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* -- by hand -- */

static void
expect_end (int fd, int error_number)
{
  char byte;
  ssize_t received = recv (fd, &byte, 1, 0);

  if (received > 0 || (received < 0 && errno != error_number))
    g_error ("another end than expected: %m");
}

static void
begin_to_end (int fd, const char *policy)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  if (strcmp (policy, "finish") == 0)
    shutdown (fd, SHUT_WR);
  else
    {
      if (strcmp (policy, "abort") == 0)
        setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
      close (fd);
    }
}

static void
end_by_hand (const char *policy, guint n_connections, BenchTime *time)
{
  g_autofree int *fds = g_new (int, n_connections);
  g_autofree int *peer_fds = g_new (int, n_connections);

  bench_open_pairs (fds, peer_fds, n_connections);
  bench_start (time);
  for (guint i = 0; i < n_connections; i++)
    begin_to_end (fds[i], policy);
  for (guint i = 0; i < n_connections; i++)
    {
      expect_end (peer_fds[i], ECONNRESET);
      close (peer_fds[i]);
    }
  for (guint i = 0; i < n_connections && strcmp (policy, "finish") == 0; i++)
    {
      expect_end (fds[i], 0);
      close (fds[i]);
    }
  bench_stop (time);
}

#define DEFINE_WAYS(n_connections)                                                                 \
  static void by_hand_##n_connections (gconstpointer policy, BenchTime *time)                      \
  {                                                                                                \
    end_by_hand (policy, n_connections, time);                                                     \
    time->wall_nsec /= n_connections;                                                              \
    time->cpu_nsec /= n_connections;                                                               \
  }                                                                                                \
  static void play_##n_connections (gconstpointer policy, BenchTime *time)                         \
  {                                                                                                \
    play (policy, n_connections, time);                                                            \
    time->wall_nsec /= n_connections;                                                              \
    time->cpu_nsec /= n_connections;                                                               \
  }

DEFINE_WAYS (1000)
DEFINE_WAYS (3000)
DEFINE_WAYS (9000)

int
main (int argc, char **argv)
{
  static const BenchWay ways[] = {
    { "one of 1000, by hand", by_hand_1000 },
    { "one of 3000, by hand", by_hand_3000 },
    { "one of 9000, by hand", by_hand_9000 },
    { "one of 1000, played / by hand", play_1000, 0 },
    { "one of 3000, played / by hand", play_3000, 1 },
    { "one of 9000, played / by hand", play_9000, 2 },
  };
  static const char *const policies[] = { "close", "finish", "abort" };
  g_autoptr (GError) error = NULL;

  bench_begin (argc, argv, NULL);
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

      bench_compare (title, BENCH_TIME_OF_ONE, ways, G_N_ELEMENTS (ways), policies[i], N_ROUNDS, 1);
    }
  return 0;
}
