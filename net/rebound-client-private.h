/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-call-private.h"
#include "rebound-client.h"
#include "rebound-finishing-private.h"
#include "rebound-ledger-private.h"
#include "rebound-listener.h"

G_BEGIN_DECLS

#define REBOUND_CLIENT_DURATION_MAXIMUM_USEC (24 * 3600 * (gint64) G_USEC_PER_SEC)

/* As much as a run shall hold at once. */
#define REBOUND_CLIENT_SIZE_MAXIMUM_BYTES (64 * 1024 * 1024)

/* One connection at a time, and the timer of the next. */
typedef struct
{
  ReboundClient *client; /* not owned: the client owns its slots */
  ReboundCall *call;
  ReboundTimer *timer;
} ReboundClientSlot;

/* The client is one class in several files: rebound-client.c is what it does; -acts.c what a
 * script, or a callback of its application, does to its connections; -class.c and -signals.c what a
 * script sees of it. */
struct _ReboundClient
{
  GObject parent_instance;

  /* As declared. */
  char *connect;
  gint64 retry_every_usec;
  gint64 connect_timeout_usec;
  char *message;
  char *expected_answer;
  gboolean close_first;
  guint count;
  guint at_once;
  ReboundCallEnding ending;
  ReboundConnectionPolicy connection_policy;
  gboolean tells_connections;
  char *figures_of;

  /* As it stands. */
  ReboundSite *site;    /* NULL before and after its life */
  GPtrArray *slots;     /* ReboundClientSlot */
  GArray *free_numbers; /* guint, ascending: of attempts that came to nothing */
  guint next_number;
  guint n_dialling;
  guint n_connected;
  guint n_refused;
  guint n_answered;
  guint n_closed;
  guint n_open;
  int last_error;
  char *last_answer;
  ReboundLedger *ledger;
  ReboundFinishing finishing;
  gboolean is_away; /* in the background, where it does not dial */
};

void rebound_client_install_signals (gpointer klass);
void rebound_client_install_actions (gpointer klass);

void rebound_client_set_last_error (ReboundClient *self, int error_number);

void rebound_client_emit_connected (ReboundClient *self, const char *connection);
void rebound_client_emit_refused (ReboundClient *self);
void rebound_client_emit_failed (ReboundClient *self, ReboundCall *call, int error_number);
void rebound_client_emit_peer_finished (ReboundClient *self, const char *connection);
void rebound_client_emit_half_closed (ReboundClient *self, const char *connection);
void
rebound_client_emit_backlog_full (ReboundClient *self, const char *connection, gint64 again_usec);
void rebound_client_emit_answered (ReboundClient *self, const char *connection, const char *answer);
void
rebound_client_emit_wrong_answer (ReboundClient *self, const char *connection, const char *answer);
void rebound_client_emit_closed (ReboundClient *self, ReboundCall *call, const char *how);

/* A connection fewer than at-once is open or dialled: dials, unless it has had enough. */
void rebound_client_dial (ReboundClientSlot *slot);

/* Where nobody has answered yet. */
void rebound_client_stop_dialling (ReboundClientSlot *slot);

/* Has @visit called for each slot whose connection is open: of the one called @name, or of all
 * where that is "". Somebody who is told of something may end the client's life, and so free the
 * slot. */
typedef void (*ReboundClientVisit) (ReboundClientSlot *slot, gconstpointer data);
void rebound_client_visit (ReboundClient *self,
                           const char *name,
                           ReboundClientVisit visit,
                           gconstpointer data);

extern const ReboundFinishingFuncs rebound_client_finishing_funcs;
void rebound_client_told (ReboundActor *actor, ReboundCallback callback);

void rebound_client_come_to_life (ReboundActor *actor, ReboundSite *site);
void rebound_client_abandon (ReboundActor *actor);
char *rebound_client_dup_waiting_for (ReboundActor *actor);

G_END_DECLS
