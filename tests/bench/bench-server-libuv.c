/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libuv's: a uv_tcp_t that listens, and one for each connection. */

#include <uv.h>

#include "bench-servers.h"

typedef struct
{
  guint *n_served;
  gboolean client_closes_first;
  uv_loop_t loop;
  uv_tcp_t *listener;
} Server;

typedef struct
{
  uv_tcp_t handle; /* first: the visit is its address */
  uv_write_t write;
  Server *server;
  char message[BENCH_MESSAGE_BYTES];
} Visit;

static gpointer
new_server (guint *n_served, gboolean client_closes_first)
{
  Server *self = g_new0 (Server, 1);

  self->n_served = n_served;
  self->client_closes_first = client_closes_first;
  uv_loop_init (&self->loop);
  return self;
}

static void
on_closed (uv_handle_t *handle)
{
  g_free (handle);
}

static void
finish (Visit *visit)
{
  uv_close ((uv_handle_t *) &visit->handle, on_closed);
  (*visit->server->n_served)++;
}

static void
on_written (uv_write_t *write, int status)
{
  Visit *visit = write->data;

  if (!visit->server->client_closes_first)
    finish (visit);
}

static void
on_allocate (uv_handle_t *handle, gsize suggested_bytes, uv_buf_t *buffer)
{
  Visit *visit = (Visit *) handle;

  *buffer = uv_buf_init (visit->message, sizeof visit->message);
}

static void
on_read (uv_stream_t *stream, ssize_t received, const uv_buf_t *buffer)
{
  Visit *visit = (Visit *) stream;
  uv_buf_t answer = uv_buf_init (visit->message, (guint) received);

  if (received == 0) /* nothing was there after all */
    return;
  if (received == UV_EOF)
    {
      finish (visit);
      return;
    }
  if (received < 0)
    g_error ("a connection failed: %s", uv_strerror ((int) received));
  if (!visit->server->client_closes_first)
    uv_read_stop (stream);
  visit->write.data = visit;
  uv_write (&visit->write, stream, &answer, 1, on_written);
}

static void
on_connection (uv_stream_t *listener, int status)
{
  Server *self = listener->data;
  Visit *visit = g_new (Visit, 1);

  visit->server = self;
  uv_tcp_init (&self->loop, &visit->handle);
  if (uv_accept (listener, (uv_stream_t *) &visit->handle) < 0)
    g_error ("nobody to be accepted");
  uv_read_start ((uv_stream_t *) &visit->handle, on_allocate, on_read);
}

static void
open_server (gpointer server)
{
  Server *self = server;
  const struct sockaddr_in address = bench_server_address ();

  self->listener = g_new (uv_tcp_t, 1);
  uv_tcp_init (&self->loop, self->listener);
  self->listener->data = self;
  if (uv_tcp_bind (self->listener, (const struct sockaddr *) &address, 0) < 0
      || uv_listen ((uv_stream_t *) self->listener, BENCH_SERVER_BACKLOG, on_connection) < 0)
    g_error ("no listener");
}

static void
iterate (gpointer server)
{
  uv_run (&((Server *) server)->loop, UV_RUN_ONCE);
}

static void
close_server (gpointer server)
{
  Server *self = server;

  uv_close ((uv_handle_t *) self->listener, on_closed);
  uv_run (&self->loop, UV_RUN_DEFAULT);
}

static void
free_server (gpointer server)
{
  Server *self = server;

  uv_loop_close (&self->loop);
  g_free (self);
}

const BenchServerClass bench_server_libuv
    = { "libuv", new_server, open_server, iterate, close_server, free_server };
