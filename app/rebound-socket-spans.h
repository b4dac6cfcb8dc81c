/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-about.h"
#include "rebound-connection-endings.h"

G_BEGIN_DECLS

/* From a run's events to the time that each of its sockets has spent in each TCP state. */
typedef struct _ReboundSocketSpans ReboundSocketSpans;

/* A socket in one state. */
typedef struct
{
  char *connection;  /* of a listener the actor's name */
  char *end;         /* the actor whose socket it is */
  guint index;       /* among those of the same name that there were at the same time */
  const char *state; /* "TIME_WAIT"; or "open", where the kernel was not looked at while it was
                        (static) */
  gint64 begin_ns;
  guint64 begin_number; /* the event's */
  gint64 end_ns;
  guint64 end_number;   /* 0 where it is over because the run is */
  gint64 port;          /* that it was accepted on, or -1 */
  gint64 generation;    /* of a listener, or -1 */
  char *reclaimed;      /* the style in which the system took it away, or NULL */
  char *how;            /* its owner's word for how it ended, or NULL */
  const char *ending;   /* what has ended the connection by then, as ReboundConnectionEnding, */
  char *ending_by;      /* and by whom; or NULL */
  gboolean has_settled; /* whether that will not change */
  GList link;           /* among those that there are */
} ReboundSocketSpan;

/* Who is told of a socket that has come, and of a state that is over. */
typedef struct
{
  void (*begun) (const ReboundSocketSpan *span, gpointer user_data);
  void (*over) (const ReboundSocketSpan *span, gpointer user_data);
  gpointer user_data;
} ReboundSocketSpansListener;

/* @about outlives it. */
ReboundSocketSpans *rebound_socket_spans_new (const ReboundAbout *about,
                                              const ReboundSocketSpansListener *listener);
void rebound_socket_spans_free (ReboundSocketSpans *self);

/* @ns: when, and after all that came before */
void rebound_socket_spans_take (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns);

/* The run is over, and with it every state. */
void rebound_socket_spans_finish (ReboundSocketSpans *self, gint64 ns);

/* How many sockets the kernel has, those in TIME_WAIT and those in any other state. */
guint rebound_socket_spans_count_time_wait (ReboundSocketSpans *self);
guint rebound_socket_spans_count_open (ReboundSocketSpans *self);

/* @end's socket of @connection that came last, or the last one of @end's that is in TIME_WAIT and
 * was accepted on @port; NULL where there is none. */
const ReboundSocketSpan *
rebound_socket_spans_find (ReboundSocketSpans *self, const char *connection, const char *end);
const ReboundSocketSpan *
rebound_socket_spans_find_time_wait (ReboundSocketSpans *self, const char *end, gint64 port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundSocketSpans, rebound_socket_spans_free)

G_END_DECLS
