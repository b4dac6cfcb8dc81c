/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-call-private.h"
#include "rebound-client.h"

G_BEGIN_DECLS

/* One connection at a time, and the timer of the next. */
typedef struct
{
  ReboundClient *client; /* not owned: the client owns its slots */
  ReboundCall *call;
  ReboundTimer *timer;
} ReboundClientSlot;

/* The client is one class in two files: rebound-client.c is what it does, rebound-client-class.c
 * what a script sees of it. */
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

  /* As it stands. */
  ReboundSite *site;    /* NULL before and after its life */
  GPtrArray *slots;     /* ReboundClientSlot */
  GArray *free_numbers; /* guint, ascending: of attempts that came to nothing */
  guint next_number;
  guint n_connected;
  guint n_refused;
  guint n_answered;
  guint n_closed;
  guint n_open;
  int last_error;
  char *last_answer;
};

void rebound_client_set_last_error (ReboundClient *self, int error_number);

void rebound_client_emit_connected (ReboundClient *self, const char *connection);
void rebound_client_emit_refused (ReboundClient *self);
void rebound_client_emit_failed (ReboundClient *self, const char *connection, int error_number);
void
rebound_client_emit_backlog_full (ReboundClient *self, const char *connection, gint64 again_usec);
void rebound_client_emit_answered (ReboundClient *self, const char *connection, const char *answer);
void
rebound_client_emit_wrong_answer (ReboundClient *self, const char *connection, const char *answer);
void rebound_client_emit_closed (ReboundClient *self, const char *connection, const char *how);

/* Closes every connection that is open. */
void rebound_client_hang_up (ReboundClient *self);

void rebound_client_come_to_life (ReboundActor *actor, ReboundSite *site);
void rebound_client_abandon (ReboundActor *actor);
char *rebound_client_dup_waiting_for (ReboundActor *actor);

G_END_DECLS
