/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does each way out cost beside its system calls? A round opens connections, and ends them
 * all: by system calls on their descriptors, by GIO, and by ReboundConnection. What runs against
 * the clock is from the first call to the last descriptor closed; to open them, to begin to read,
 * and to free the objects does not.
 *
 * shutdown-send and finish wait for the other end. That one closes in between, by plain calls that
 * are the same for all. By system calls each descriptor is then read to its end and closed, without
 * a look at which is ready: the least that it can cost. Every one of them is told of by a signal
 * here, and knows what was lost: that is what the ratio shows.
 *
 * GIO has close alone: with SO_LINGER and g_socket_shutdown() it is the system calls again. */

#include <gio/gio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "net/rebound.h"

#define N_ROUNDS      31
#define N_CONNECTIONS 400

typedef struct
{
  int fds[N_CONNECTIONS];
  int peer_fds[N_CONNECTIONS];
} Pairs;

static void
close_peers (Pairs *pairs)
{
  char byte;

  for (guint i = 0; i < N_CONNECTIONS; i++)
    {
      while (recv (pairs->peer_fds[i], &byte, 1, 0) > 0)
        ;
      close (pairs->peer_fds[i]);
    }
}

/* -- by system calls -- */

static void
set_linger_zero (int fd)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static void
read_to_end (int fd)
{
  char bytes[16];

  if (recv (fd, bytes, sizeof bytes, 0) != 0)
    g_error ("there is no end: %m");
}

static void
end_raw (gconstpointer data, BenchTime *time)
{
  ReboundWayOut way = GPOINTER_TO_INT (data);
  gboolean is_proper = way == REBOUND_WAY_OUT_FINISH || way == REBOUND_WAY_OUT_SHUTDOWN_SEND;
  Pairs pairs;

  bench_open_pairs (pairs.fds, pairs.peer_fds, N_CONNECTIONS);
  bench_start (time);
  for (guint i = 0; i < N_CONNECTIONS; i++)
    if (is_proper)
      shutdown (pairs.fds[i], SHUT_WR);
    else if (way == REBOUND_WAY_OUT_ABORT)
      set_linger_zero (pairs.fds[i]);
  if (is_proper)
    {
      bench_stop (time);
      close_peers (&pairs);
      bench_start (time);
      for (guint i = 0; i < N_CONNECTIONS; i++)
        read_to_end (pairs.fds[i]);
    }
  for (guint i = 0; i < N_CONNECTIONS; i++)
    close (pairs.fds[i]);
  bench_stop (time);
  if (!is_proper)
    close_peers (&pairs);
}

/* -- by GIO -- */

static void
close_gio (gconstpointer data, BenchTime *time)
{
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  Pairs pairs;

  bench_open_pairs (pairs.fds, pairs.peer_fds, N_CONNECTIONS);
  for (guint i = 0; i < N_CONNECTIONS; i++)
    {
      g_autoptr (GSocket) socket = g_socket_new_from_fd (pairs.fds[i], NULL);

      g_ptr_array_add (connections, g_socket_connection_factory_create_connection (socket));
    }
  bench_start (time);
  for (guint i = 0; i < N_CONNECTIONS; i++)
    g_io_stream_close (connections->pdata[i], NULL, NULL);
  bench_stop (time);
  close_peers (&pairs);
}

/* -- by ours -- */

static void
begin_to_end (ReboundConnection *connection, ReboundWayOut way)
{
  switch (way)
    {
    case REBOUND_WAY_OUT_FINISH:
      rebound_connection_finish (connection, REBOUND_CONNECTION_FINISH_USEC,
                                 REBOUND_CONNECTION_DRAIN_BYTES);
      break;
    case REBOUND_WAY_OUT_SHUTDOWN_SEND:
      rebound_connection_shutdown_send (connection);
      break;
    case REBOUND_WAY_OUT_CLOSE:
      rebound_connection_close (connection);
      break;
    case REBOUND_WAY_OUT_ABORT:
      rebound_connection_abort (connection);
      break;
    }
}

static void
count_ended (guint *n_ended)
{
  (*n_ended)++;
}

static GPtrArray *
new_connections (const Pairs *pairs, ReboundSite *site, guint *n_ended)
{
  GPtrArray *connections = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < N_CONNECTIONS; i++)
    {
      ReboundConnection *connection = rebound_connection_new (site, pairs->fds[i]);

      rebound_connection_start_reading (connection);
      g_signal_connect_swapped (connection, "ended", G_CALLBACK (count_ended), n_ended);
      g_ptr_array_add (connections, connection);
    }
  return connections;
}

static void
end_rebound (gconstpointer data, BenchTime *time)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, NULL);
  g_autoptr (GPtrArray) connections = NULL;
  Pairs pairs;
  guint n_ended = 0;

  bench_open_pairs (pairs.fds, pairs.peer_fds, N_CONNECTIONS);
  connections = new_connections (&pairs, site, &n_ended);
  bench_start (time);
  for (guint i = 0; i < N_CONNECTIONS; i++)
    begin_to_end (connections->pdata[i], GPOINTER_TO_INT (data));
  bench_stop (time);
  close_peers (&pairs);
  bench_start (time);
  while (n_ended < N_CONNECTIONS)
    g_main_context_iteration (NULL, TRUE);
  bench_stop (time);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    ReboundWayOut way;
    const char *title;
    const char *calls;
  } ways_out[] = {
    { REBOUND_WAY_OUT_CLOSE, "close", "close()" },
    { REBOUND_WAY_OUT_ABORT, "abort", "setsockopt(), close()" },
    { REBOUND_WAY_OUT_SHUTDOWN_SEND, "shutdown-send", "shutdown(), recv(), close()" },
    { REBOUND_WAY_OUT_FINISH, "finish", "shutdown(), recv(), close()" },
  };
  g_autoptr (GError) error = NULL;

  bench_begin (argc, argv, NULL);
  if (!bench_raise_descriptor_limit (2 * N_CONNECTIONS + 100))
    return 77;
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  for (guint i = 0; i < G_N_ELEMENTS (ways_out); i++)
    {
      const BenchWay ways[] = { { ways_out[i].calls, end_raw },
                                { "ReboundConnection", end_rebound },
                                { "GSocketConnection", close_gio } };
      gboolean is_close = ways_out[i].way == REBOUND_WAY_OUT_CLOSE;

      bench_compare (ways_out[i].title, BENCH_TIME_OF_ONE, ways, is_close ? 3 : 2,
                     GINT_TO_POINTER (ways_out[i].way), N_ROUNDS, N_CONNECTIONS);
    }
  return 0;
}
