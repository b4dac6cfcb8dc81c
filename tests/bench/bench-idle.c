/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does an event cost where one connection talks and many are idle? All are watched, as many as
 * the column says and one; that one gets a byte, time and again, and a callback reads it. To watch
 * them, and to send the byte, is not measured.
 *
 * ReboundPoll is what all connections of ours share; ReboundConnection is the whole of it, which
 * makes a GBytes of what was read and emits a signal. */

#include <fcntl.h>
#include <glib-unix.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAVE_LIBEVENT
#include <event2/event.h>
#endif
#ifdef HAVE_LIBUV
#include <uv.h>
#endif

#include "bench-servers.h"
#include "net/rebound.h"
#include "net/rebound-poll-private.h"

#define N_ROUNDS 11
#define N_EVENTS 200

/* The first of those that are open, of which the last is the active one. */
typedef struct
{
  guint n_connections;
  const int *fds;
  const int *peer_fds;
} Crowd;

static guint n_read;

static void
take_byte (int fd)
{
  char byte;

  if (recv (fd, &byte, 1, 0) == 1)
    n_read++;
}

static void
have_event (const Crowd *crowd, void (*iterate) (gpointer loop), gpointer loop, BenchTime *time)
{
  guint n_before = n_read;

  if (send (crowd->peer_fds[crowd->n_connections - 1], "", 1, MSG_NOSIGNAL) != 1)
    g_error ("send: %m");
  bench_start (time);
  while (n_read == n_before)
    iterate (loop);
  bench_stop (time);
}

/* Before the first event that is measured there is one: libuv tells the kernel of what it watches
 * when it is about to wait. */
static void
have_events (const Crowd *crowd, void (*iterate) (gpointer loop), gpointer loop, BenchTime *time)
{
  BenchTime ignored = { 0 };

  have_event (crowd, iterate, loop, &ignored);
  for (guint i = 0; i < N_EVENTS; i++)
    have_event (crowd, iterate, loop, time);
}

/* -- system calls -- */

static void
iterate_raw (gpointer loop)
{
  struct epoll_event events[64];
  int n_events = epoll_wait (GPOINTER_TO_INT (loop), events, G_N_ELEMENTS (events), -1);

  for (int i = 0; i < n_events; i++)
    take_byte (events[i].data.fd);
}

static void
measure_raw (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);

  for (guint i = 0; i < crowd->n_connections; i++)
    {
      struct epoll_event event = { .events = EPOLLIN, .data.fd = crowd->fds[i] };

      epoll_ctl (epoll_fd, EPOLL_CTL_ADD, crowd->fds[i], &event);
    }
  have_events (crowd, iterate_raw, GINT_TO_POINTER (epoll_fd), time);
  close (epoll_fd);
}

/* -- GLib's main loop -- */

static void
iterate_context (gpointer loop)
{
  g_main_context_iteration (loop, TRUE);
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  take_byte (fd);
  return G_SOURCE_CONTINUE;
}

static void
measure_context (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GPtrArray) sources = g_ptr_array_new ();

  for (guint i = 0; i < crowd->n_connections; i++)
    {
      GSource *source = g_unix_fd_source_new (crowd->fds[i], G_IO_IN);

      g_source_set_callback (source, G_SOURCE_FUNC (on_readable), NULL, NULL);
      g_source_attach (source, context);
      g_ptr_array_add (sources, source);
    }
  have_events (crowd, iterate_context, context, time);
  for (guint i = 0; i < sources->len; i++)
    {
      g_source_destroy (sources->pdata[i]);
      g_source_unref (sources->pdata[i]);
    }
}

/* -- ours -- */

static ReboundSite *
new_site (GMainContext *context)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);

  return rebound_site_new (clock, context);
}

static void
on_ready (guint32 events, gpointer user_data)
{
  take_byte (GPOINTER_TO_INT (user_data));
}

static void
measure_poll (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundSite) site = new_site (context);
  g_autoptr (GPtrArray) watches
      = g_ptr_array_new_with_free_func ((GDestroyNotify) rebound_watch_free);

  for (guint i = 0; i < crowd->n_connections; i++)
    g_ptr_array_add (watches,
                     rebound_poll_watch (rebound_poll_of_site (site), crowd->fds[i], EPOLLIN,
                                         on_ready, GINT_TO_POINTER (crowd->fds[i])));
  have_events (crowd, iterate_context, context, time);
}

static void
on_received (ReboundConnection *connection, GBytes *bytes, gpointer user_data)
{
  n_read += (guint) g_bytes_get_size (bytes);
}

/* The socket is for the next round, too. */
static void
close_keeping (ReboundConnection *connection, int fd)
{
  int kept_fd = fcntl (fd, F_DUPFD_CLOEXEC, 0);

  rebound_connection_close (connection);
  if (dup3 (kept_fd, fd, O_CLOEXEC) < 0)
    g_error ("dup3: %m");
  close (kept_fd);
}

static void
measure_connection (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundSite) site = new_site (context);
  g_autoptr (GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < crowd->n_connections; i++)
    {
      ReboundConnection *connection = rebound_connection_new (site, crowd->fds[i]);

      g_signal_connect (connection, "received", G_CALLBACK (on_received), NULL);
      rebound_connection_start_reading (connection);
      g_ptr_array_add (connections, connection);
    }
  have_events (crowd, iterate_context, context, time);
  for (guint i = 0; i < connections->len; i++)
    close_keeping (connections->pdata[i], crowd->fds[i]);
}

/* -- libevent -- */

#ifdef HAVE_LIBEVENT

static void
on_event (evutil_socket_t fd, short what, void *user_data)
{
  take_byte (fd);
}

static void
iterate_libevent (gpointer loop)
{
  event_base_loop (loop, EVLOOP_ONCE);
}

static void
measure_libevent (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_free);
  struct event_base *base = event_base_new ();

  for (guint i = 0; i < crowd->n_connections; i++)
    {
      struct event *event = event_new (base, crowd->fds[i], EV_READ | EV_PERSIST, on_event, NULL);

      event_add (event, NULL);
      g_ptr_array_add (events, event);
    }
  have_events (crowd, iterate_libevent, base, time);
  g_ptr_array_set_size (events, 0);
  event_base_free (base);
}

#endif

/* -- libuv -- */

#ifdef HAVE_LIBUV

static void
on_uv_readable (uv_poll_t *handle, int status, int events)
{
  take_byte (GPOINTER_TO_INT (handle->data));
}

static void
iterate_libuv (gpointer loop)
{
  uv_run (loop, UV_RUN_ONCE);
}

static void
measure_libuv (gconstpointer data, BenchTime *time)
{
  const Crowd *crowd = data;
  g_autofree uv_poll_t *handles = g_new0 (uv_poll_t, crowd->n_connections);
  uv_loop_t loop;

  uv_loop_init (&loop);
  for (guint i = 0; i < crowd->n_connections; i++)
    {
      uv_poll_init (&loop, &handles[i], crowd->fds[i]);
      handles[i].data = GINT_TO_POINTER (crowd->fds[i]);
      uv_poll_start (&handles[i], UV_READABLE, on_uv_readable);
    }
  have_events (crowd, iterate_libuv, &loop, time);
  for (guint i = 0; i < crowd->n_connections; i++)
    uv_close ((uv_handle_t *) &handles[i], NULL);
  uv_run (&loop, UV_RUN_DEFAULT);
  uv_loop_close (&loop);
}

#endif

/* As flat as epoll: what the kernel's tables cost it with thousands of sockets is in it, too. */
#define FLAT                                                                                       \
  {                                                                                                \
    BENCH_GROWTH_AT_MOST, 1.5                                                                      \
  }

static const BenchWay ways[] = {
  { "epoll", measure_raw },
  { "ReboundPoll", measure_poll, .target = FLAT },
  { "ReboundConnection", measure_connection, .target = FLAT },
#ifdef HAVE_LIBUV
  { "libuv, uv_poll", measure_libuv },
#endif
#ifdef HAVE_LIBEVENT
  { "libevent, event", measure_libevent },
#endif
  { "GMainContext, a GSource each", measure_context },
};

int
main (int argc, char **argv)
{
  static const guint counts[] = { 1, 100, 1000, 9000 };
  const guint n_pairs = counts[G_N_ELEMENTS (counts) - 1] + 1;
  g_autofree int *fds = g_new (int, n_pairs);
  g_autofree int *peer_fds = g_new (int, n_pairs);
  Crowd crowds[G_N_ELEMENTS (counts)];
  BenchSize sizes[G_N_ELEMENTS (counts)];
  g_autofree char *peers = bench_server_peers ();
  g_autoptr (GError) error = NULL;

  bench_begin (argc, argv, peers);
  if (!bench_raise_descriptor_limit (2 * n_pairs + 100))
    return 77;
  if (!rebound_isolation_enter (&error) || !rebound_net_init (&error))
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  bench_open_pairs (fds, peer_fds, n_pairs);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      crowds[i] = (Crowd){ counts[i] + 1, fds, peer_fds };
      sizes[i] = (BenchSize){ g_strdup_printf ("%u idle", counts[i]), &crowds[i], N_EVENTS };
    }
  bench_grow ("One event where others are idle", ways, G_N_ELEMENTS (ways), sizes,
              G_N_ELEMENTS (sizes), N_ROUNDS);
  return 0;
}
