/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does ReboundConnection cost where there is much to say? The same bytes go over a TCP
 * connection of the loopback by system calls on a non-blocking socket, by GIO's connection in its
 * two manners, and by ours; a peer with plain blocking calls in a thread of its own is the same for
 * all. A round is one connection, from the first byte until both have seen the other's end.
 *
 * One write is begun when the one before has been taken by TCP as a whole. What is read is read
 * into 64 KiB at a time. The process has one CPU for itself, so that how much goes over in a second
 * is settled by the CPU's time of both ends together, and by nothing else: on a machine that does
 * other things as well that is told by the process's clock, not by the one on the wall. */

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "net/rebound.h"

#define N_ROUNDS 21

/* As ReboundConnection reads. */
#define BUFFER_BYTES 65536

typedef struct
{
  const char *size;
  gsize size_bytes;
  guint count;
} Load;

/* -- the peer -- */

typedef struct
{
  const Load *load; /* NULL: it reads */
  int fd;
} Peer;

static void
write_blocking (int fd, const Load *load)
{
  g_autofree char *bytes = g_malloc0 (load->size_bytes);

  for (guint i = 0; i < load->count; i++)
    for (gsize sent = 0; sent < load->size_bytes;)
      sent += (gsize) MAX (send (fd, bytes + sent, load->size_bytes - sent, MSG_NOSIGNAL), 0);
  shutdown (fd, SHUT_WR);
}

static gpointer
play_peer (gpointer data)
{
  g_autofree char *buffer = g_malloc (BUFFER_BYTES);
  Peer *peer = data;

  if (peer->load != NULL)
    write_blocking (peer->fd, peer->load);
  while (recv (peer->fd, buffer, BUFFER_BYTES, 0) > 0)
    ;
  close (peer->fd);
  return NULL;
}

/* -- by system calls -- */

static void
wait_for (int fd, short events)
{
  struct pollfd ready = { .fd = fd, .events = events };

  if (errno != EAGAIN)
    g_error ("a system call failed: %m");
  poll (&ready, 1, -1);
}

static void
read_raw (int fd)
{
  g_autofree char *buffer = g_malloc (BUFFER_BYTES);
  ssize_t received;

  while ((received = recv (fd, buffer, BUFFER_BYTES, 0)) != 0)
    if (received < 0)
      wait_for (fd, POLLIN);
}

static void
write_raw (int fd, const char *bytes, const Load *load)
{
  for (guint i = 0; i < load->count; i++)
    for (gsize sent = 0; sent < load->size_bytes;)
      {
        ssize_t result = send (fd, bytes + sent, load->size_bytes - sent, MSG_NOSIGNAL);

        if (result < 0)
          wait_for (fd, POLLOUT);
        else
          sent += (gsize) result;
      }
}

static void
talk_raw (int fd, const char *bytes, const Load *load)
{
  if (bytes != NULL)
    write_raw (fd, bytes, load);
  shutdown (fd, SHUT_WR);
  read_raw (fd);
  close (fd);
}

/* -- by GIO, waiting in each call -- */

static GSocketConnection *
new_gio (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);

  return g_socket_connection_factory_create_connection (socket);
}

static void
talk_gio (int fd, const char *bytes, const Load *load)
{
  g_autoptr (GSocketConnection) connection = new_gio (fd);
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autofree char *buffer = g_malloc (BUFFER_BYTES);

  for (guint i = 0; bytes != NULL && i < load->count; i++)
    g_output_stream_write_all (output, bytes, load->size_bytes, NULL, NULL, NULL);
  g_socket_shutdown (g_socket_connection_get_socket (connection), FALSE, TRUE, NULL);
  while (g_input_stream_read (input, buffer, BUFFER_BYTES, NULL, NULL) > 0)
    ;
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
}

/* -- by GIO, from the main loop -- */

typedef struct
{
  GSocketConnection *connection;
  const char *bytes;
  const Load *load;
  guint n_written;
  gboolean has_ended;
  char buffer[BUFFER_BYTES];
} GioTalk;

static void
on_gio_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GioTalk *talk = user_data;

  talk->has_ended = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL) <= 0;
  if (!talk->has_ended)
    g_input_stream_read_async (G_INPUT_STREAM (source), talk->buffer, BUFFER_BYTES,
                               G_PRIORITY_DEFAULT, NULL, on_gio_read, talk);
}

static void
on_gio_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GioTalk *talk = user_data;

  if (result != NULL)
    g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  if (talk->bytes != NULL && talk->n_written++ < talk->load->count)
    g_output_stream_write_all_async (G_OUTPUT_STREAM (source), talk->bytes, talk->load->size_bytes,
                                     G_PRIORITY_DEFAULT, NULL, on_gio_written, talk);
  else
    g_socket_shutdown (g_socket_connection_get_socket (talk->connection), FALSE, TRUE, NULL);
}

static void
talk_gio_async (int fd, const char *bytes, const Load *load)
{
  g_autoptr (GSocketConnection) connection = new_gio (fd);
  g_autofree GioTalk *talk = g_new0 (GioTalk, 1);
  GIOStream *stream = G_IO_STREAM (connection);

  talk->connection = connection;
  talk->bytes = bytes;
  talk->load = load;
  g_input_stream_read_async (g_io_stream_get_input_stream (stream), talk->buffer, BUFFER_BYTES,
                             G_PRIORITY_DEFAULT, NULL, on_gio_read, talk);
  on_gio_written (G_OBJECT (g_io_stream_get_output_stream (stream)), NULL, talk);
  while (!talk->has_ended)
    g_main_context_iteration (NULL, TRUE);
  g_io_stream_close (stream, NULL, NULL);
}

/* -- by ours -- */

static void
talk_rebound (int fd, const char *bytes, const Load *load)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, NULL);
  g_autoptr (ReboundConnection) connection = rebound_connection_new (site, fd);

  rebound_connection_start_reading (connection);
  for (guint i = 0; bytes != NULL && i < load->count; i++)
    {
      rebound_connection_send (connection, bytes, load->size_bytes);
      while (rebound_connection_get_queued_bytes (connection) > 0)
        g_main_context_iteration (NULL, TRUE);
    }
  rebound_connection_shutdown_send (connection);
  while (rebound_connection_get_state (connection) != REBOUND_CONNECTION_STATE_CLOSED)
    g_main_context_iteration (NULL, TRUE);
}

/* -- a round -- */

typedef void (*Talk) (int fd, const char *bytes, const Load *load);

static void
measure (Talk talk, const Load *load, gboolean is_writing, BenchTime *time)
{
  g_autofree char *bytes = is_writing ? g_malloc0 (load->size_bytes) : NULL;
  Peer peer = { .load = is_writing ? NULL : load };
  GThread *thread;
  int fd;

  bench_open_pairs (&fd, &peer.fd, 1);
  bench_start_threads (time);
  thread = g_thread_new ("peer", play_peer, &peer);
  talk (fd, bytes, load);
  g_thread_join (thread);
  bench_stop_threads (time);
}

#define DEFINE_WAY(talk)                                                                           \
  static void write_by_##talk (gconstpointer data, BenchTime *time)                                \
  {                                                                                                \
    measure (talk, data, TRUE, time);                                                              \
  }                                                                                                \
  static void read_by_##talk (gconstpointer data, BenchTime *time)                                 \
  {                                                                                                \
    measure (talk, data, FALSE, time);                                                             \
  }

DEFINE_WAY (talk_raw)
DEFINE_WAY (talk_gio)
DEFINE_WAY (talk_gio_async)
DEFINE_WAY (talk_rebound)

/* Of what goes over by system calls. */
#define AS_MUCH                                                                                    \
  {                                                                                                \
    BENCH_CPU_RATE_AT_LEAST, 0.9                                                                   \
  }

int
main (int argc, char **argv)
{
  static const BenchWay writing[]
      = { { "send() and poll()", write_by_talk_raw },
          { "ReboundConnection", write_by_talk_rebound, .target = AS_MUCH },
          { "GSocketConnection", write_by_talk_gio },
          { "GSocketConnection, async", write_by_talk_gio_async } };
  static const BenchWay reading[]
      = { { "recv() and poll()", read_by_talk_raw },
          { "ReboundConnection", read_by_talk_rebound, .target = AS_MUCH },
          { "GSocketConnection", read_by_talk_gio },
          { "GSocketConnection, async", read_by_talk_gio_async } };
  /* A few hundredths of a second each. */
  static const Load loads[]
      = { { "256 B", 256, 20000 }, { "16 KiB", 16 * 1024, 4000 }, { "1 MiB", 1024 * 1024, 64 } };

  g_autoptr (GError) error = NULL;

  bench_begin (argc, argv, NULL);
  if (!rebound_isolation_enter (&error))
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  for (guint i = 0; i < G_N_ELEMENTS (loads); i++)
    {
      g_autofree char *write_title
          = g_strdup_printf ("Writing %s, one of %u times", loads[i].size, loads[i].count);
      g_autofree char *read_title
          = g_strdup_printf ("Reading %s, one of %u times", loads[i].size, loads[i].count);

      bench_compare (write_title, BENCH_TIME_OF_ONE, writing, G_N_ELEMENTS (writing), &loads[i],
                     N_ROUNDS, loads[i].count);
      bench_compare (read_title, BENCH_TIME_OF_ONE, reading, G_N_ELEMENTS (reading), &loads[i],
                     N_ROUNDS, loads[i].count);
    }
  return 0;
}
