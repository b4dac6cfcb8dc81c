/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An ordinary GLib program with the HTTP client: a main loop, the machine's clock, a server of
 * GIO's, no script and no isolation. What docs/embedding.md shows of it stands here, line for line.
 */

#include <rebound.h>
#include <string.h>

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

/* Longer than any request here. */
#define REQUEST_BYTES 1024

/* -- the program -- */

typedef struct
{
  ReboundApplication *application;
  ReboundHttpClient *client;
  GMainLoop *loop;
  GString *log;
} MyApp;

static void
my_app_begin (MyApp *self)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, NULL);

  self->application = rebound_application_new (site);
  self->client = g_object_new (REBOUND_TYPE_HTTP_CLIENT, "max-per-host", 4, NULL);
  rebound_application_add_actor (self->application, REBOUND_ACTOR (self->client));
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed",
                           G_CALLBACK (rebound_http_client_note_network_change), self->client,
                           G_CONNECT_SWAPPED);
  rebound_application_perform (self->application, "launch", NULL);
}

static void
my_app_end (MyApp *self)
{
  rebound_application_perform (self->application, "terminate", NULL);
  g_clear_object (&self->client);
  g_clear_object (&self->application);
}

static void
my_app_show (MyApp *self, const char *text)
{
  g_string_append_printf (self->log, "%s\n", text);
  g_main_loop_quit (self->loop);
}

static void
on_answered (GObject *client, GAsyncResult *result, gpointer user_data)
{
  MyApp *self = user_data;
  g_autoptr (GError) error = NULL;

  if (rebound_http_client_send_finish (REBOUND_HTTP_CLIENT (client), result, &error))
    my_app_show (self, "done");
  else if (g_error_matches (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_MAYBE_DELIVERED))
    my_app_show (self, "It may have been done already. Send it once more?");
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    my_app_show (self, error->message);
}

static gboolean
my_app_post (MyApp *self, const char *uri, GBytes *order, GCancellable *cancellable, GError **error)
{
  g_autoptr (ReboundHttpRequest) request = rebound_http_request_new ("POST", uri, error);

  if (request == NULL)
    return FALSE;
  rebound_http_request_set_body (request, order, "application/json");
  rebound_http_client_send_async (self->client, request, cancellable, on_answered, self);
  return TRUE;
}

static void
my_app_hide (MyApp *self)
{
  rebound_application_perform (self->application, "resign-active", NULL);
  rebound_application_perform (self->application, "enter-background", NULL);
}

static void
my_app_present (MyApp *self)
{
  rebound_application_perform (self->application, "enter-foreground", NULL);
  rebound_application_perform (self->application, "become-active", NULL);
}

/* -- a server -- */

typedef struct
{
  GSocketService *service;
  guint16 port;
  int n_posts;
} Server;

/* One request; FALSE at the end of the connection. The requests here come in one piece or more, and
 * end with the body's last byte, which is a brace. */
static gboolean
read_request (GInputStream *input, char *buffer)
{
  gsize length = 0;

  while (length == 0 || buffer[length - 1] != '}')
    {
      gssize n_read
          = g_input_stream_read (input, buffer + length, REQUEST_BYTES - length - 1, NULL, NULL);

      if (n_read <= 0)
        return FALSE;
      length += (gsize) n_read;
      buffer[length] = '\0';
    }
  return TRUE;
}

/* In a thread of the connection's own. What is posted to /lost is done, and not answered; what is
 * posted to /never is not even that. */
static gboolean
serve (GThreadedSocketService *service,
       GSocketConnection *connection,
       GObject *source,
       gpointer user_data)
{
  Server *server = user_data;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  char buffer[REQUEST_BYTES];

  while (read_request (input, buffer))
    {
      g_atomic_int_inc (&server->n_posts);
      if (g_str_has_prefix (buffer, "POST /lost "))
        break;
      if (!g_str_has_prefix (buffer, "POST /never "))
        g_output_stream_write_all (output, ANSWER, strlen (ANSWER), NULL, NULL, NULL);
    }
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

static void
server_open (Server *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  self->service = g_threaded_socket_service_new (-1);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (self->service, "run", G_CALLBACK (serve), self);
}

static void
server_close (Server *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
}

/* -- what it does -- */

typedef struct
{
  MyApp app;
  Server server;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->app.loop = g_main_loop_new (NULL, FALSE);
  self->app.log = g_string_new (NULL);
  server_open (&self->server);
  my_app_begin (&self->app);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  my_app_end (&self->app);
  server_close (&self->server);
  g_string_free (self->app.log, TRUE);
  g_main_loop_unref (self->app.loop);
}

static void
post (Fixture *self, const char *path, GCancellable *cancellable)
{
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u%s", self->server.port, path);
  g_autoptr (GBytes) order = g_bytes_new_static ("{}", 2);
  g_autoptr (GError) error = NULL;

  my_app_post (&self->app, uri, order, cancellable, &error);
  g_assert_no_error (error);
}

static void
post_and_wait (Fixture *self, const char *path)
{
  post (self, path, NULL);
  g_main_loop_run (self->app.loop);
}

static guint
count (Fixture *self, const char *property)
{
  guint value = 0;

  g_object_get (self->app.client, property, &value, NULL);
  return value;
}

static void
test_posts (Fixture *self, gconstpointer data)
{
  post_and_wait (self, "/order");
  post_and_wait (self, "/order");
  g_assert_cmpstr (self->app.log->str, ==, "done\ndone\n");
  g_assert_cmpuint (count (self, "created-count"), ==, 1);
  g_assert_cmpuint (count (self, "saved-count"), ==, 1);
}

static void
test_maybe_delivered (Fixture *self, gconstpointer data)
{
  post_and_wait (self, "/lost");
  g_assert_cmpstr (self->app.log->str, ==, "It may have been done already. Send it once more?\n");
  g_assert_cmpint (g_atomic_int_get (&self->server.n_posts), ==, 1);
}

/* Nobody answers; the program gives up, and goes on with the next. */
static void
test_cancelled (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  post (self, "/never", cancellable);
  g_cancellable_cancel (cancellable);
  post_and_wait (self, "/order");
  g_assert_cmpstr (self->app.log->str, ==, "done\n");
  g_assert_cmpuint (count (self, "answered-count"), ==, 1);
}

/* What was open before is not used after it. */
static void
test_background (Fixture *self, gconstpointer data)
{
  post_and_wait (self, "/order");
  g_assert_cmpuint (count (self, "idle-count"), ==, 1);
  my_app_hide (&self->app);
  g_assert_cmpuint (count (self, "idle-count"), ==, 0);
  my_app_present (&self->app);
  post_and_wait (self, "/order");
  g_assert_cmpuint (count (self, "created-count"), ==, 2);
  g_assert_cmpuint (count (self, "retired-count"), ==, 1);
}

static void
test_network (Fixture *self, gconstpointer data)
{
  post_and_wait (self, "/order");
  g_signal_emit_by_name (g_network_monitor_get_default (), "network-changed", TRUE);
  post_and_wait (self, "/order");
  g_assert_cmpstr (self->app.log->str, ==, "done\ndone\n");
  g_assert_cmpuint (count (self, "created-count"), ==, 2);
  g_assert_cmpuint (count (self, "retired-count"), ==, 1);
}

static void
test_not_alive (Fixture *self, gconstpointer data)
{
  rebound_application_perform (self->app.application, "kill", NULL);
  post_and_wait (self, "/order");
  g_assert_cmpstr (self->app.log->str, ==, "the client has not come to life\n");
  rebound_application_perform (self->app.application, "launch", NULL);
  post_and_wait (self, "/order");
  g_assert_cmpuint (count (self, "answered-count"), ==, 1);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    void (*func) (Fixture *self, gconstpointer data);
  } tests[] = {
    { "/embed-http/posts", test_posts },
    { "/embed-http/maybe-delivered", test_maybe_delivered },
    { "/embed-http/cancelled", test_cancelled },
    { "/embed-http/background", test_background },
    { "/embed-http/network", test_network },
    { "/embed-http/not-alive", test_not_alive },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].func, tear_down);
  return g_test_run ();
}
