/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ours, as docs/embedding.md has it: a listener of an application whose callbacks are performed
 * when they happen in real life. It is open while the application is active. */

#include "bench-servers.h"
#include "net/rebound.h"

typedef struct
{
  guint *n_served;
  ReboundApplication *application;
  ReboundListener *listener;
} Server;

static void
on_connection_closed (Server *self)
{
  (*self->n_served)++;
}

static void
perform (Server *self, const char *action)
{
  rebound_application_perform (self->application, action, NULL);
}

static gpointer
new_server (guint *n_served, gboolean client_closes_first)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, NULL);
  Server *self = g_new0 (Server, 1);

  self->n_served = n_served;
  self->application = rebound_application_new (site);
  self->listener
      = g_object_new (REBOUND_TYPE_LISTENER, "address", "127.0.0.1", "port", BENCH_SERVER_PORT,
                      "backlog", BENCH_SERVER_BACKLOG, "on-accept", REBOUND_ON_ACCEPT_ECHO,
                      "close-order",
                      client_closes_first ? REBOUND_CLOSE_ORDER_CLIENT_FIRST
                                          : REBOUND_CLOSE_ORDER_SERVER_FIRST,
                      "background-policy", REBOUND_BACKGROUND_POLICY_CLOSE_ON_RESIGN, NULL);
  g_signal_connect_swapped (self->listener, "connection-closed", G_CALLBACK (on_connection_closed),
                            self);
  rebound_application_add_actor (self->application, REBOUND_ACTOR (self->listener));
  perform (self, "launch");
  perform (self, "resign-active");
  return self;
}

static void
open_server (gpointer server)
{
  perform (server, "become-active");
}

static void
iterate (gpointer server)
{
  g_main_context_iteration (NULL, TRUE);
}

static void
close_server (gpointer server)
{
  perform (server, "resign-active");
}

static void
free_server (gpointer server)
{
  Server *self = server;

  perform (self, "terminate");
  g_object_unref (self->listener);
  g_object_unref (self->application);
  g_free (self);
}

const BenchServerClass bench_server_rebound
    = { "ReboundListener", new_server, open_server, iterate, close_server, free_server };
