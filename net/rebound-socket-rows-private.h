/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-socket-table-private.h"

G_BEGIN_DECLS

/* A row of the table that netstat prints. */
typedef struct
{
  const char *proto;     /* static: "tcp", "tcp6" */
  guint32 receive_queue; /* bytes; of a listener: handshakes in the backlog */
  guint32 send_queue;    /* bytes; of a listener: the backlog's limit */
  char *local;
  char *foreign;
  guint8 state; /* TCP_* */
  char *owner;  /* the actor that has it open, "backlog of web", or "-" */
} ReboundSocketRow;

/* The run's sockets as the kernel has them now, in the order in which they came; a connection that
 * nobody has accepted yet behind its client's end. As with netstat
 * one that is closed, or bound and not listening, has no row. (transfer full) (element-type
 * ReboundSocketRow) */
GArray *rebound_socket_rows_new (ReboundSocketTable *table, ReboundSocketDiag *diag);

G_END_DECLS
