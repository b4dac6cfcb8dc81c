/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-socket-table-private.h"

G_BEGIN_DECLS

/* What became of one end of a connection. */
typedef enum
{
  REBOUND_END_OPEN,
  REBOUND_END_CLOSED, /* by its owner */
  REBOUND_END_EXITED, /* by the kernel, for its process has ended */
  REBOUND_END_TAKEN,  /* the system has taken it away */
} ReboundEndFate;

typedef struct
{
  const char *end; /* whose; interned. NULL where it is not known */
  ReboundEndFate fate;
  gint64 fate_usec;
  const char *place;      /* the statement then, as made_at of a socket */
  const char *style;      /* of one that was taken away: how; static */
  gboolean was_over;      /* nobody was there any more when it was closed, or taken */
  gboolean is_reset;      /* an RST went out: an abort, or a close with input unread */
  gboolean is_abortive;   /* SO_LINGER with no time */
  guint64 unread_bytes;   /* what the other end had sent and nobody read */
  guint64 unsent_bytes;   /* what it had sent and was not acknowledged when it was closed */
  guint64 given_bytes;    /* of who keeps accounts: how much it was given to send */
  guint64 lost_bytes;     /* and how much of that is lost */
  char *why;              /* why it was given up, where it was */
  gboolean has_shut_down; /* its own half */
  gboolean has_shut_both; /* the other one, too: what comes then is answered with RST */
  guint64 late_bytes;     /* what it has sent when the other end was gone */

  /* Of the first call that failed. */
  const char *call; /* static */
  int error_number;
  gint64 error_usec;
  gboolean is_explained; /* when it came */
} ReboundHistoryEnd;

/* The history of a connection, as both its ends have made it. It lasts as long as one of their
 * sockets is in the table, and is then held against what can go wrong; see
 * rebound-explanation-private.h. The first end is the one that connected, where both are of the
 * run. */
struct _ReboundHistory
{
  ReboundExplanation *explanation;
  guint64 serial; /* its place in the run */
  char *connection;
  guint16 port;             /* that the first end has connected to; host byte order */
  gint64 begun_usec;        /* since when it is established */
  gint64 joined_usec;       /* since when it is accepted, or -1 */
  const char *listener;     /* who listened there when it began; interned, NULL: not known */
  gboolean is_to_suspended; /* whose application was suspended then */
  ReboundHistoryEnd ends[2];
  gboolean is_waiting; /* at the end of the run: it is open, whoever has accepted it */
  gboolean is_told;    /* it has been held against what can go wrong */
};

/* All of these do nothing where @socket is NULL, or is not an end of an established connection, or
 * nobody wants to be told. */

/* It has come into the table; @other is its other end, or NULL. */
void rebound_history_begin (ReboundSocket *socket, ReboundSocket *other);

/* It is forgotten. */
void rebound_history_leave (ReboundSocket *socket);

/* Its descriptor, which is open, is about to be closed. */
void rebound_history_note_close (ReboundSocket *socket);

/* It is about to be taken away, and then it was, in @style (static). */
void rebound_history_note_unread (ReboundSocket *socket);
void rebound_history_note_taken (ReboundSocket *socket, const char *style);

/* A call has failed, while its descriptor was open. @call is static. */
void rebound_history_note_error (ReboundSocket *socket, const char *call, int error_number);

/* A call has handed so much to TCP. */
void rebound_history_note_sent (ReboundSocket *socket, gsize sent_bytes);

/* It has ended its own half, or both, by shutdown(). */
void rebound_history_note_shutdown (ReboundSocket *socket, gboolean is_both);

/* Its owner's account, just before it is closed, and why it was given up (may be NULL). */
void rebound_history_note_account (ReboundSocket *socket, guint64 given_bytes, guint64 lost_bytes);
void rebound_history_note_why (ReboundSocket *socket, const char *why);

G_END_DECLS
