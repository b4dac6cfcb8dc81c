/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The servers that are left without descriptors. Each is what the library's manual begins with: its
 * own accepting, its own answer to an accept() that fails, nothing of ours in between. One process
 * has one of them. */

#include "descriptor-servers.h"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <libsoup/soup.h>
#include <string.h>
#include <unistd.h>

#include "net/rebound.h"

#ifdef HAVE_LIBEVENT
#include <event2/event.h>
#include <event2/listener.h>
#endif
#ifdef HAVE_LIBUV
#include <uv.h>
#endif

#define WORD     "hello\n"
#define REQUEST  "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
#define LOOPBACK "127.0.0.1"

static void
run_main_loop (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_main_loop_run (loop);
}

/* -- ours -- */

static guint16
listen_with_rebound (void)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  ReboundSite *site = rebound_site_new (clock, NULL);
  ReboundListener *listener = g_object_new (REBOUND_TYPE_LISTENER, "address", LOOPBACK, "on-accept",
                                            REBOUND_ON_ACCEPT_HELLO, "greeting", WORD, NULL);
  guint port;

  rebound_actor_come_to_life (REBOUND_ACTOR (listener), site); /* kept to the end of the process */
  g_object_get (listener, "bound-port", &port, NULL);
  return (guint16) port;
}

/* -- GIO -- */

static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *connection,
             GObject *source_object,
             gpointer user_data)
{
  GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  g_output_stream_write_all (stream, WORD, strlen (WORD), NULL, NULL, NULL);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

static guint16
listen_with_gio (void)
{
  GSocketService *service = g_socket_service_new ();
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (LOOPBACK, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_signal_connect (service, "incoming", G_CALLBACK (on_incoming), NULL);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL))
    return 0;
  g_socket_service_start (service);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

/* -- libsoup -- */

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, WORD, strlen (WORD));
}

static guint16
listen_with_soup (void)
{
  SoupServer *server = soup_server_new (NULL, NULL);
  GSList *uris;

  soup_server_add_handler (server, NULL, on_request, NULL, NULL);
  if (!soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL))
    return 0;
  uris = soup_server_get_uris (server);
  return (guint16) g_uri_get_port (uris->data);
}

/* -- libevent -- */

#ifdef HAVE_LIBEVENT
static struct event_base *event_base;

static void
on_event_accept (struct evconnlistener *listener,
                 evutil_socket_t fd,
                 struct sockaddr *address,
                 int length,
                 void *user_data)
{
  if (write (fd, WORD, strlen (WORD)) < 0)
    g_printerr ("write: %m\n");
  evutil_closesocket (fd);
}

static guint16
listen_with_libevent (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET };
  socklen_t length = sizeof address;
  struct evconnlistener *listener;

  inet_pton (AF_INET, LOOPBACK, &address.sin_addr);
  event_base = event_base_new ();
  listener = evconnlistener_new_bind (event_base, on_event_accept, NULL,
                                      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_REUSEABLE, -1,
                                      (struct sockaddr *) &address, (int) length);
  if (listener == NULL
      || getsockname (evconnlistener_get_fd (listener), (struct sockaddr *) &address, &length) < 0)
    return 0;
  return ntohs (address.sin_port);
}

static void
serve_with_libevent (void)
{
  event_base_dispatch (event_base);
}
#endif

/* -- libuv -- */

#ifdef HAVE_LIBUV
static void
on_uv_closed (uv_handle_t *handle)
{
  g_free (handle);
}

static void
on_uv_connection (uv_stream_t *listener, int status)
{
  uv_tcp_t *client = g_new0 (uv_tcp_t, 1);
  uv_buf_t word = uv_buf_init ((char *) WORD, (unsigned int) strlen (WORD));

  uv_tcp_init (listener->loop, client);
  if (status == 0 && uv_accept (listener, (uv_stream_t *) client) == 0)
    uv_try_write ((uv_stream_t *) client, &word, 1);
  uv_close ((uv_handle_t *) client, on_uv_closed);
}

static guint16
listen_with_libuv (void)
{
  static uv_tcp_t listener;
  struct sockaddr_in address;
  int length = sizeof address;

  uv_ip4_addr (LOOPBACK, 0, &address);
  uv_tcp_init (uv_default_loop (), &listener);
  if (uv_tcp_bind (&listener, (struct sockaddr *) &address, 0) < 0
      || uv_listen ((uv_stream_t *) &listener, SOMAXCONN, on_uv_connection) < 0
      || uv_tcp_getsockname (&listener, (struct sockaddr *) &address, &length) < 0)
    return 0;
  return ntohs (address.sin_port);
}

static void
serve_with_libuv (void)
{
  uv_run (uv_default_loop (), UV_RUN_DEFAULT);
}
#endif

const DescriptorServer descriptor_servers[] = {
  { "Rebound", "", listen_with_rebound, run_main_loop },
  { "GSocketService", "", listen_with_gio, run_main_loop },
  { "SoupServer", REQUEST, listen_with_soup, run_main_loop },
#ifdef HAVE_LIBEVENT
  { "libevent, evconnlistener", "", listen_with_libevent, serve_with_libevent },
#endif
#ifdef HAVE_LIBUV
  { "libuv, uv_listen", "", listen_with_libuv, serve_with_libuv },
#endif
};

const guint n_descriptor_servers = G_N_ELEMENTS (descriptor_servers);
