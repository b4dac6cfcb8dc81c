/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GIO's: a GSocketService, and streams that are read and written from the main loop. */

#include <gio/gio.h>

#include "bench-servers.h"

typedef struct
{
  guint *n_served;
  gboolean client_closes_first;
  GSocketService *service;
} Server;

typedef struct
{
  Server *server;
  GSocketConnection *connection;
  char message[BENCH_MESSAGE_BYTES];
} Visit;

static gpointer
new_server (guint *n_served, gboolean client_closes_first)
{
  Server *self = g_new0 (Server, 1);

  self->n_served = n_served;
  self->client_closes_first = client_closes_first;
  return self;
}

static void on_read (GObject *source, GAsyncResult *result, gpointer user_data);

static void
begin_to_read (Visit *visit)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (visit->connection)),
                             visit->message, sizeof visit->message, G_PRIORITY_DEFAULT, NULL,
                             on_read, visit);
}

static void
finish (Visit *visit)
{
  g_io_stream_close (G_IO_STREAM (visit->connection), NULL, NULL);
  g_object_unref (visit->connection);
  (*visit->server->n_served)++;
  g_free (visit);
}

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;

  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  if (visit->server->client_closes_first)
    begin_to_read (visit);
  else
    finish (visit);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Visit *visit = user_data;
  gssize received = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (received < 0)
    g_error ("a connection failed");
  if (received == 0)
    finish (visit);
  else
    g_output_stream_write_all_async (g_io_stream_get_output_stream (
                                         G_IO_STREAM (visit->connection)),
                                     visit->message, (gsize) received, G_PRIORITY_DEFAULT, NULL,
                                     on_written, visit);
}

static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  Visit *visit = g_new (Visit, 1);

  visit->server = user_data;
  visit->connection = g_object_ref (connection);
  begin_to_read (visit);
  return TRUE;
}

static void
open_server (gpointer server)
{
  Server *self = server;
  struct sockaddr_in native = bench_server_address ();
  g_autoptr (GSocketAddress) address = g_socket_address_new_from_native (&native, sizeof native);
  g_autoptr (GError) error = NULL;

  self->service = g_socket_service_new ();
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (self->service), BENCH_SERVER_BACKLOG);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address,
                                      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, NULL,
                                      &error))
    g_error ("no listener: %s", error->message);
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
}

static void
iterate (gpointer server)
{
  g_main_context_iteration (NULL, TRUE);
}

/* What it had asked for is called off, and that is told from the main loop. */
static void
close_server (gpointer server)
{
  Server *self = server;

  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

const BenchServerClass bench_server_gio
    = { "GSocketService", new_server, open_server, iterate, close_server, g_free };
