/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libevent's: an evconnlistener, and a bufferevent for each connection. */

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "bench-servers.h"

typedef struct
{
  guint *n_served;
  gboolean client_closes_first;
  struct event_base *base;
  struct evconnlistener *listener;
} Server;

static gpointer
new_server (guint *n_served, gboolean client_closes_first)
{
  Server *self = g_new0 (Server, 1);

  self->n_served = n_served;
  self->client_closes_first = client_closes_first;
  self->base = event_base_new ();
  return self;
}

static void
on_read (struct bufferevent *bufferevent, gpointer user_data)
{
  bufferevent_write_buffer (bufferevent, bufferevent_get_input (bufferevent));
}

static void
finish (Server *self, struct bufferevent *bufferevent)
{
  bufferevent_free (bufferevent);
  (*self->n_served)++;
}

static void
on_written (struct bufferevent *bufferevent, gpointer user_data)
{
  Server *self = user_data;

  if (!self->client_closes_first)
    finish (self, bufferevent);
}

static void
on_event (struct bufferevent *bufferevent, short what, gpointer user_data)
{
  if ((what & BEV_EVENT_EOF) == 0)
    g_error ("a connection failed");
  finish (user_data, bufferevent);
}

static void
on_accepted (struct evconnlistener *listener,
             evutil_socket_t fd,
             struct sockaddr *address,
             int length,
             gpointer user_data)
{
  Server *self = user_data;
  struct bufferevent *bufferevent = bufferevent_socket_new (self->base, fd, BEV_OPT_CLOSE_ON_FREE);

  bufferevent_setcb (bufferevent, on_read, on_written, on_event, self);
  bufferevent_enable (bufferevent, EV_READ); /* EV_WRITE it is from the beginning */
}

static void
open_server (gpointer server)
{
  Server *self = server;
  struct sockaddr_in address = bench_server_address ();

  self->listener
      = evconnlistener_new_bind (self->base, on_accepted, self,
                                 LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE,
                                 BENCH_SERVER_BACKLOG, (struct sockaddr *) &address,
                                 sizeof address);
  if (self->listener == NULL)
    g_error ("no listener: %m");
}

static void
iterate (gpointer server)
{
  event_base_loop (((Server *) server)->base, EVLOOP_ONCE);
}

static void
close_server (gpointer server)
{
  Server *self = server;

  g_clear_pointer (&self->listener, evconnlistener_free);
}

static void
free_server (gpointer server)
{
  Server *self = server;

  event_base_free (self->base);
  g_free (self);
}

const BenchServerClass bench_server_libevent
    = { "libevent, bufferevent", new_server, open_server, iterate, close_server, free_server };
