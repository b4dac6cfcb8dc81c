/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-accept-private.h"
#include "rebound-accepted-private.h"
#include "rebound-linux-kernel-private.h"
#include "rebound-listener.h"

G_BEGIN_DECLS

/* The listener is one class in two files: rebound-listener.c is what it does,
 * rebound-listener-class.c what a script sees of it. */
struct _ReboundListener
{
  GObject parent_instance;

  /* As declared. */
  char *address;
  guint port;
  int backlog;
  gboolean reuse_address;
  gboolean reuse_port;
  ReboundOnError on_error;
  gint64 retry_every_usec;
  ReboundBackgroundPolicy background_policy;
  ReboundOnAccept on_accept;
  char *greeting;
  ReboundCloseOrder close_order;
  ReboundConnectionPolicy connection_policy;

  /* As it stands. */
  ReboundSite *site; /* NULL before and after its life */
  ReboundListenerState state;
  guint generation;
  guint n_accepted;
  int last_error;
  int fd;
  gboolean is_reusing; /* the present socket has SO_REUSEADDR */
  ReboundSocket *socket;
  GSource *source;
  ReboundTimer *retry_timer;
  ReboundTimer *rest_timer;
  ReboundAccept accept;
  GPtrArray *connections; /* ReboundAccepted */

  /* What is read after its life. */
  guint final_port;
  guint final_open_count;
};

/* The port that the socket has, or had when the listener's life ended; 0 if none. */
guint rebound_listener_get_bound_port (ReboundListener *self);

void rebound_listener_set_last_error (ReboundListener *self, int error_number);

void rebound_listener_emit_listening (ReboundListener *self);
void rebound_listener_emit_listening_elsewhere (ReboundListener *self);
void rebound_listener_emit_bind_failed (ReboundListener *self, int error_number, const char *why);
void rebound_listener_emit_listen_failed (ReboundListener *self, int error_number);
void rebound_listener_emit_error_ignored (ReboundListener *self);
void rebound_listener_emit_accepted (ReboundListener *self, const char *connection);
void rebound_listener_emit_connection_closed (ReboundListener *self,
                                              const char *connection,
                                              const char *how);
void rebound_listener_emit_exhausted (ReboundListener *self, int error_number);
void rebound_listener_emit_died (ReboundListener *self, int error_number);
void rebound_listener_emit_source_destroyed (ReboundListener *self);
void rebound_listener_emit_closed (ReboundListener *self, const char *why);

void rebound_listener_come_to_life (ReboundActor *actor, ReboundSite *site);
void rebound_listener_told (ReboundActor *actor, ReboundCallback callback);
void rebound_listener_abandon (ReboundActor *actor);

G_END_DECLS
