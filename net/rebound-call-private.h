/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/socket.h>

#include "rebound-linux-kernel-private.h"
#include "rebound-poll-private.h"

G_BEGIN_DECLS

/* One connection of a client, from its first SYN to its end: dial, say the message, wait for the
 * answer, close or be closed. */
typedef struct _ReboundCall ReboundCall;

typedef enum
{
  REBOUND_CALL_IDLE,
  REBOUND_CALL_DIALLING,
  REBOUND_CALL_DROPPED, /* the SYN was dropped by a full backlog; it is sent again */
  REBOUND_CALL_OPEN,
} ReboundCallPhase;

/* What a call tells of. refused, failed and closed end it: it is idle then, and can be dialled
 * again. */
typedef struct
{
  void (*connected) (ReboundCall *call, gpointer user_data);
  void (*answered) (ReboundCall *call, const char *answer, gpointer user_data);
  void (*backlog_full) (ReboundCall *call, gint64 again_usec, gpointer user_data);
  void (*closed) (ReboundCall *call, const char *how, gpointer user_data);
  void (*failed) (ReboundCall *call, int error_number, gpointer user_data);
} ReboundCallListener;

typedef struct
{
  const char *message;    /* NULL or "": says nothing */
  gboolean awaits_answer; /* close_first: closes when it is answered, not when it is connected */
  gboolean close_first;
  gint64 connect_timeout_usec;
} ReboundCallManner;

ReboundCall *rebound_call_new (ReboundSite *site,
                               const char *end,
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

/* It has said something and not been answered. */
gboolean rebound_call_waits_for_answer (ReboundCall *self);

/* Closes a connection that is open, as its own end. */
void rebound_call_hang_up (ReboundCall *self);

/* Closes at once, without telling. */
void rebound_call_close (ReboundCall *self);

G_END_DECLS
