/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How fast bytes go through a ReboundConnection, beside send() and a GSocketConnection, to a peer
 * that reads in a thread of its own. A line a size and a way: MiB/s, the best of three. */

#include <gio/gio.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/rebound.h"

#define N_ROUNDS 3

/* What is queued before the writer waits: as much as GIO's callers have in flight. */
#define QUEUE_LIMIT_BYTES (1024 * 1024)

static gpointer
read_all (gpointer data)
{
  static char buffer[256 * 1024];
  int fd = GPOINTER_TO_INT (data);

  while (recv (fd, buffer, sizeof buffer, 0) > 0)
    ;
  close (fd);
  return NULL;
}

static int
open_pair (int *peer_fd)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  if (listener < 0 || fd < 0 || bind (listener, (struct sockaddr *) &address, length) < 0
      || listen (listener, 1) < 0
      || getsockname (listener, (struct sockaddr *) &address, &length) < 0
      || connect (fd, (struct sockaddr *) &address, length) < 0)
    g_error ("no pair of sockets: %m");
  *peer_fd = accept (listener, NULL, NULL);
  close (listener);
  return fd;
}

static void
write_raw (int fd, const char *bytes, gsize size_bytes, guint count)
{
  for (guint i = 0; i < count; i++)
    for (gsize sent = 0; sent < size_bytes;)
      sent += (gsize) MAX (send (fd, bytes + sent, size_bytes - sent, MSG_NOSIGNAL), 0);
  close (fd);
}

static void
write_gio (int fd, const char *bytes, gsize size_bytes, guint count)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);
  GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  for (guint i = 0; i < count; i++)
    g_output_stream_write_all (stream, bytes, size_bytes, NULL, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
}

static void
write_rebound (int fd, const char *bytes, gsize size_bytes, guint count)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, NULL);
  g_autoptr (ReboundConnection) connection = rebound_connection_new (site, fd);

  for (guint i = 0; i < count; i++)
    {
      rebound_connection_send (connection, bytes, size_bytes);
      while (rebound_connection_get_queued_bytes (connection) > QUEUE_LIMIT_BYTES)
        g_main_context_iteration (NULL, TRUE);
    }
  rebound_connection_finish (connection, REBOUND_CONNECTION_FINISH_USEC,
                             REBOUND_CONNECTION_DRAIN_BYTES);
  while (rebound_connection_get_state (connection) != REBOUND_CONNECTION_STATE_CLOSED)
    g_main_context_iteration (NULL, TRUE);
}

typedef void (*Write) (int fd, const char *bytes, gsize size_bytes, guint count);

static double
measure (Write write, gsize size_bytes, guint count)
{
  g_autofree char *bytes = g_malloc0 (size_bytes);
  int peer_fd;
  int fd = open_pair (&peer_fd);
  GThread *reader = g_thread_new ("peer", read_all, GINT_TO_POINTER (peer_fd));
  gint64 start_usec = g_get_monotonic_time ();

  write (fd, bytes, size_bytes, count);
  g_thread_join (reader);
  return (double) size_bytes * count / (1024 * 1024)
         / ((double) (g_get_monotonic_time () - start_usec) / G_USEC_PER_SEC);
}

int
main (void)
{
  static const struct
  {
    const char *name;
    Write write;
  } ways[] = { { "send()", write_raw },
               { "GSocketConnection", write_gio },
               { "ReboundConnection", write_rebound } };
  static const struct
  {
    gsize size_bytes;
    guint count;
  } sizes[] = { { 256, 200000 }, { 16 * 1024, 40000 }, { 1024 * 1024, 1000 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (ways); j++)
      {
        double best = 0;

        for (guint round = 0; round < N_ROUNDS; round++)
          best = MAX (best, measure (ways[j].write, sizes[i].size_bytes, sizes[i].count));
        g_print ("%8" G_GSIZE_FORMAT " B  %-18s %7.0f MiB/s\n", sizes[i].size_bytes, ways[j].name,
                 best);
      }
  return 0;
}
