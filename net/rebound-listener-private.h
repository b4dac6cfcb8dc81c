/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-application.h"
#include "rebound-accept-private.h"
#include "rebound-accepted-private.h"
#include "rebound-finishing-private.h"
#include "rebound-ledger-private.h"
#include "rebound-linux-kernel-private.h"
#include "rebound-listener.h"
#include "rebound-self-dial-private.h"

G_BEGIN_DECLS

/* The listener is one class in several files: rebound-listener.c is the socket, from its opening to
 * its closing; -accepting.c what comes out of the backlog; -connections.c what becomes of that;
 * -background.c what it does when it is
 * told of a callback; -liveness.c whether the socket that it has kept is still one, and how it is
 * replaced; -class.c and -signals.c what a script sees of it. */
/* Who serves the connections instead of the listener itself; @socket may be NULL. All are (transfer
 * full) but the name. */
typedef void (*ReboundListenerTaker) (int fd,
                                      ReboundSocket *socket,
                                      const char *name,
                                      gpointer user_data);

struct _ReboundListener
{
  GObject parent_instance;

  ReboundListenerTaker taker; /* NULL: it serves them itself */
  gpointer taker_data;

  /* As declared. */
  char *address;
  guint port;
  int backlog;
  gboolean reuse_address;
  gboolean reuse_port;
  ReboundOnError on_error;
  gint64 retry_every_usec;
  ReboundBackgroundPolicy background_policy;
  ReboundRebindAt rebind_at;
  ReboundCheckOnReturn check_on_return;
  ReboundReopen reopen;
  ReboundOnAccept on_accept;
  ReboundOnAcceptError on_accept_error;
  char *greeting;
  gint64 greeting_bytes;
  gint64 send_buffer_bytes;
  char *goodbye;
  ReboundCloseOrder close_order;
  gint64 finish_within_usec;
  gint64 drain_limit_bytes;
  ReboundConnectionPolicy connection_policy;
  gboolean tells_connections;
  char *figures_of;

  /* As it stands. */
  ReboundSite *site;
  const char *name; /* of this life; interned */ /* NULL before and after its life */
  ReboundListenerState state;
  guint generation;
  guint n_accepted;
  int last_error;
  int fd;
  gboolean is_reusing; /* the present socket has SO_REUSEADDR */
  guint drawn_port;    /* port=0: the one that is to be had again; 0: draw one */
  ReboundSocket *socket;
  GSource *source;
  ReboundTimer *retry_timer;
  ReboundTimer *rest_timer;
  ReboundTimer *next_run_timer;
  ReboundAccept accept;
  GQueue connections; /* ReboundAccepted, in the order in which they came */
  ReboundLedger *ledger;
  gboolean is_terminating;
  gboolean is_away;           /* it has not come back yet since it was told to go */
  ReboundFinishing finishing; /* or serving: one task for both */
  ReboundSelfDial *dial;

  /* What is read after its life. */
  guint final_port;
  guint final_open_count;
};

/* -- the socket -- */

/* Nothing where a handler of ours has ended the listener's life meanwhile. */
void rebound_listener_set_state (ReboundListener *self, ReboundListenerState state);

/* The port that the socket has, or had when the listener's life ended; 0 if none. */
guint rebound_listener_get_bound_port (ReboundListener *self);

/* A socket with the options that are set, to be bound and to listen; -1 with errno. */
int rebound_listener_new_socket (ReboundListener *self);

/* 0, or -1 with errno. */
int rebound_listener_bind_socket (ReboundListener *self, int fd);
int rebound_listener_listen (ReboundListener *self, int fd);
char *rebound_listener_explain_bind_error (ReboundListener *self, int error_number);

/* Makes the present socket known to the run. */
void rebound_listener_enlist (ReboundListener *self);

/* As rebound_listener_close(), but of the connections only those go that are dead themselves. */
void rebound_listener_close_dead (ReboundListener *self, const char *why);

/* -- the connections -- */

/* Whichever of them goes, it costs the same. */
void rebound_listener_add_connection (ReboundListener *self, ReboundAccepted *accepted);
void rebound_listener_take_out (ReboundListener *self, ReboundAccepted *accepted);
void rebound_listener_free_all_connections (ReboundListener *self);

void rebound_listener_drop_dead_connections (ReboundListener *self);

/* What connection-policy says for when the socket closes. A process that is about to end has no
 * time to finish anything. */
void rebound_listener_dismiss_connections (ReboundListener *self, gboolean dead_alone);

/* All of them, or the one that is called @name. */
void
rebound_listener_close_connections (ReboundListener *self, ReboundWayOut way, const char *name);

/* Whether there is one on its way out. */
gboolean rebound_listener_is_finishing (ReboundActor *actor);

/* Aborts those that are on their way out. */
void rebound_listener_give_up_connections (ReboundActor *actor, const char *why);
char *rebound_listener_dup_waiting_for (ReboundActor *actor);

/* -- accepting -- */

void rebound_listener_start_accepting (ReboundListener *self);
void rebound_listener_stop_accepting (ReboundListener *self);
void rebound_listener_on_rested (gpointer self);

/* -- the background -- */

extern const ReboundFinishingFuncs rebound_listener_finishing_funcs;

void rebound_listener_on_next_run (gpointer self);

/* A connection has gone, or nobody could be accepted: in the background it may have been the last.
 */
void rebound_listener_close_if_served (ReboundListener *self);

/* -- liveness -- */

/* Looks at a socket that stayed open, and replaces it where it is dead. */
void rebound_listener_check (ReboundListener *self);
void rebound_listener_stop_checking (ReboundListener *self);

/* Whether the accepted @fd was the listener's own call; then it is closed. */
gboolean rebound_listener_is_own_call (ReboundListener *self, int fd);

/* -- what it tells of -- */

void rebound_listener_install_signals (gpointer klass);
void rebound_listener_set_last_error (ReboundListener *self, int error_number);

void rebound_listener_emit_listening (ReboundListener *self);
void rebound_listener_emit_listening_elsewhere (ReboundListener *self);
void rebound_listener_emit_bind_failed (ReboundListener *self,
                                        guint generation,
                                        int error_number,
                                        const char *why);
void
rebound_listener_emit_listen_failed (ReboundListener *self, guint generation, int error_number);
void rebound_listener_emit_error_ignored (ReboundListener *self);
void rebound_listener_emit_accepted (ReboundListener *self, const char *connection);
void rebound_listener_emit_connection_closed (ReboundListener *self,
                                              ReboundAccepted *accepted,
                                              const char *how);
void rebound_listener_emit_peer_finished (ReboundListener *self, const char *connection);
void rebound_listener_emit_half_closed (ReboundListener *self, const char *connection);
void rebound_listener_emit_exhausted (ReboundListener *self, int error_number);
void rebound_listener_emit_disarmed (ReboundListener *self, int error_number);
void rebound_listener_emit_died (ReboundListener *self, int error_number);
void rebound_listener_emit_serving_on (ReboundListener *self, guint n_open);
void rebound_listener_emit_found_alive (ReboundListener *self, const char *how);
void rebound_listener_emit_found_dead (ReboundListener *self, const char *how, int error_number);
void rebound_listener_emit_check_failed (ReboundListener *self, int error_number);
void rebound_listener_emit_descriptor_replaced (ReboundListener *self);
void rebound_listener_emit_source_destroyed (ReboundListener *self);
void rebound_listener_emit_closed (ReboundListener *self, const char *why);

void rebound_listener_come_to_life (ReboundActor *actor, ReboundSite *site);
void rebound_listener_told (ReboundActor *actor, ReboundCallback callback);
void rebound_listener_abandon (ReboundActor *actor);

G_END_DECLS
