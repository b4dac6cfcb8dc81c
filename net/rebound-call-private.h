/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/socket.h>

#include "rebound-connection-private.h"

G_BEGIN_DECLS

/* One connection of a client, from its first SYN to its end: dial, say the message, wait for the
 * answer, close or be closed. */
typedef struct _ReboundCall ReboundCall;

typedef enum
{
  REBOUND_CALL_IDLE,
  REBOUND_CALL_DIALLING,
  REBOUND_CALL_OPEN,
} ReboundCallPhase;

/* What a call tells of. failed and closed end it: it is idle then, and can be dialled again.
 * peer_finished and half_closed are of a connection that goes on after it. */
typedef struct
{
  void (*connected) (ReboundCall *call, gpointer user_data);
  void (*answered) (ReboundCall *call, const char *answer, gpointer user_data);
  void (*backlog_full) (ReboundCall *call, gint64 again_usec, gpointer user_data);
  void (*peer_finished) (ReboundCall *call, gpointer user_data);
  void (*half_closed) (ReboundCall *call, gpointer user_data);
  void (*closed) (ReboundCall *call, const char *how, gpointer user_data);
  void (*failed) (ReboundCall *call, int error_number, gpointer user_data);
} ReboundCallListener;

/* How its connections end. It belongs to whoever has the call, and may change meanwhile. */
typedef struct
{
  ReboundWayOut way_out;
  gint64 finish_within_usec;
  gint64 drain_limit_bytes;
  char *goodbye; /* "": none */
} ReboundCallEnding;

typedef struct
{
  const char *message;    /* NULL or "": says nothing */
  gboolean awaits_answer; /* close_first: closes when it is answered, not when it is connected */
  gboolean close_first;
  gint64 connect_timeout_usec;
} ReboundCallManner;

ReboundCall *rebound_call_new (ReboundSite *site,
                               const char *end,
                               const ReboundCallEnding *ending,
                               const ReboundCallListener *listener,
                               gpointer user_data);
void rebound_call_free (gpointer self);

/* Begins to connect as @number ("phone#3"). An error that comes at once is told at the next
 * dispatch, like any other. */
void rebound_call_dial (ReboundCall *self,
                        guint number,
                        const struct sockaddr_storage *address,
                        socklen_t length,
                        const ReboundCallManner *manner);
ReboundCallPhase rebound_call_get_phase (ReboundCall *self);
const char *rebound_call_get_name (ReboundCall *self);
guint rebound_call_get_number (ReboundCall *self);

/* The connection that is open, or the last one that was dialled, came about. */
gboolean rebound_call_was_established (ReboundCall *self);

/* What it waits for, as "waits for an answer". (transfer full) (nullable) */
char *rebound_call_dup_waiting_for (ReboundCall *self);

/* The connection that is open, or the last one that was, as long as nothing is dialled. (transfer
 * none) (nullable) */
ReboundConnection *rebound_call_get_connection (ReboundCall *self);

/* Ends a connection that is open, as its own end: by its way out. */
void rebound_call_hang_up (ReboundCall *self);

/* The same by another; @how is told of a plain close. */
void rebound_call_leave (ReboundCall *self,
                         ReboundWayOut way,
                         gint64 deadline_usec,
                         gint64 drain_bytes,
                         const char *how);

/* Says something, to be answered. FALSE where its end is said already. */
gboolean rebound_call_say (ReboundCall *self, gconstpointer bytes, gsize length_bytes);

/* Closes at once, without telling. */
void rebound_call_close (ReboundCall *self);

/* The same, as an exit does; the connection is still there to be asked for its figures. */
void rebound_call_abandon (ReboundCall *self);

G_END_DECLS
