/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-http-server.h"
#include "rebound-http-visit-private.h"
#include "rebound-listener-private.h"

G_BEGIN_DECLS

/* Of how many requests it remembers that they came. A second delivery comes soon after the first,
 * and a day's ids would be a leak. */
#define REBOUND_HTTP_SERVER_DELIVERIES_MAXIMUM 1000

/* The server is one class in two files: rebound-http-server.c is what it does, -class.c what a
 * script sees of it. */
struct _ReboundHttpServer
{
  GObject parent_instance;

  /* As declared. */
  char *address;
  guint port;
  ReboundHttpAnswerKind answer;
  guint status;
  char *body;
  gint64 body_bytes;
  gint64 delay_usec;
  gint64 keep_alive_usec;
  guint keep_alive_max;
  gboolean says_keep_alive;
  guint close_after;
  gint64 handshake_usec;
  gboolean is_quiet;

  /* As it stands. */
  ReboundSite *site; /* NULL before and after its life */
  ReboundListener *listener;
  GQueue visits;          /* ReboundHttpVisit, in the order in which they came */
  GHashTable *deliveries; /* a set: the ids of the requests that came */
  GQueue recent;          /* the same ids, the oldest first */
  guint n_requests;
  guint n_duplicates; /* requests that had come before */
  guint n_duplicate_posts;
  guint n_early; /* how often something came before the answer to what came before it */
  guint n_accepted;
};

void
rebound_http_server_close_visits (ReboundHttpServer *self, gboolean idle_alone, gboolean by_reset);

void rebound_http_server_forget_deliveries (ReboundHttpServer *self);

void rebound_http_server_emit_listening (ReboundHttpServer *self, guint port);
void rebound_http_server_emit_bind_failed (ReboundHttpServer *self, const char *error);
void rebound_http_server_emit_requested (ReboundHttpServer *self,
                                         const char *connection,
                                         const char *method,
                                         const char *path);
void rebound_http_server_emit_delivered_twice (ReboundHttpServer *self,
                                               const char *connection,
                                               const char *method,
                                               const char *path);
void
rebound_http_server_emit_closed (ReboundHttpServer *self, const char *connection, const char *how);

void rebound_http_server_come_to_life (ReboundActor *actor, ReboundSite *site);
void rebound_http_server_abandon (ReboundActor *actor);

G_END_DECLS
