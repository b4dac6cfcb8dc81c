/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/socket.h>

#include "rebound-linux-kernel-private.h"
#include "rebound-poll-private.h"

G_BEGIN_DECLS

/* A connection that is coming about, from its first SYN until somebody has answered it. */
typedef struct _ReboundDial ReboundDial;

typedef enum
{
  REBOUND_DIAL_IDLE,
  REBOUND_DIAL_DIALLING,
  REBOUND_DIAL_DROPPED, /* the SYN was dropped by a full backlog; it is sent again */
} ReboundDialPhase;

/* What comes of it, always told from the main loop. After connected and failed it is idle, and can
 * dial again. Any may free it. */
typedef struct
{
  /* The three are (transfer full); @socket may be NULL. */
  void (*connected) (int fd, ReboundSocket *socket, ReboundWatch *watch, gpointer user_data);
  void (*backlog_full) (gint64 again_usec, gpointer user_data); /* may be NULL */
  void (*failed) (int error_number, gpointer user_data);
} ReboundDialListener;

/* @end is whose it is in the table of sockets; interned. @listener is static. */
ReboundDial *rebound_dial_new (ReboundSite *site,
                               const char *end,
                               const ReboundDialListener *listener,
                               gpointer user_data);
void rebound_dial_free (ReboundDial *self);

/* Begins to connect as @name ("phone#3"). An error that comes at once is told at the next dispatch,
 * like any other. */
void rebound_dial_begin (ReboundDial *self,
                         const char *name,
                         const struct sockaddr_storage *address,
                         socklen_t length,
                         gint64 timeout_usec);

/* Gives up, without telling. */
void rebound_dial_stop (ReboundDial *self);
ReboundDialPhase rebound_dial_get_phase (ReboundDial *self);

G_END_DECLS
