/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-socket-table-private.h"

G_BEGIN_DECLS

/* The table is in five files: rebound-socket-table.c is the list, and when each is looked at;
 * rebound-socket-adding.c how sockets come into it, and how many connections there were;
 * rebound-socket.c one socket by itself, what the kernel says of it and what is done to it when the
 * link comes up; rebound-socket-closing.c how it is closed; rebound-socket-remainder.c what is left
 * of it then. */

struct _ReboundSocketTable
{
  ReboundSocketDiag *diag;
  ReboundSocketTableListener listener;
  ReboundSite *world;
  gboolean brings_timers_along;
  gboolean is_link_down;
  gint64 time_wait_usec;
  gint64 fin_timeout_usec;
  const char *statement; /* interned */
  ReboundExplanation *explanation;
  guint64 next_serial;
  guint n_connections; /* that have come about */
  guint n_time_wait;   /* a script may wait for their number, and have 20,000 sockets */
  GQueue sockets;      /* ReboundSocket, by serial; each is a link itself, a reference is held */
  GHashTable *by_key;  /* of the pairable ones */
  GPtrArray *touched;  /* ReboundSocket, a reference each */
  ReboundPortNames *names;
};

/* It alone, and not its other end, is looked at when the instant has settled. */
void rebound_socket_touch_alone (ReboundSocket *self);

/* What it was observed in. */
void rebound_socket_set_state (ReboundSocket *self, guint8 state);

/* Takes it out of the table. */
void rebound_socket_forget (ReboundSocket *self);

/* A remainder's time begins when it is first seen, unless it was running already. */
void rebound_socket_arm_expiry (ReboundSocket *self, gboolean is_orphan);

/* By its cookie and @tuple, which of a listener has one end; FALSE where the kernel has forgotten
 * it, or with a trouble noted. */
gboolean
rebound_socket_look_up (ReboundSocket *self, const ReboundTuple *tuple, ReboundSocketInfo *info);

/* The state that the kernel has it in now; TCP_CLOSE where it is gone. @is_orphan tells whether no
 * process has it open. */
guint8 rebound_socket_look (ReboundSocket *self, gboolean *is_orphan);

/* The same by the table's own means. */
guint8 rebound_socket_look_now (ReboundSocket *self);

/* For how long it remains by the run's clock; -1 where that has no end. */
gint64 rebound_socket_get_time_left_usec (const ReboundSocket *self);

/* The other end of a connection, where it is one of the run's sockets; or NULL. */
ReboundSocket *rebound_socket_find_other (ReboundSocket *self);

/* The statement that is being played, as made_at; NULL without a script. */
const char *rebound_socket_get_statement (ReboundSocket *self);

/* Who is told what became of it; NULL where nobody is. */
ReboundExplanation *rebound_socket_get_explanation (ReboundSocket *self);

/* By what it was when last looked at, with the link up: something is being sent that is not
 * acknowledged yet, which only real time brings. And what that is, as a sentence. (transfer full)
 */
gboolean rebound_socket_is_on_its_way (const ReboundSocket *self);
char *rebound_socket_dup_wait (const ReboundSocket *self);

/* The link is up: sends at once what could not be sent while it was down, and closes what was kept
 * open for that. */
void rebound_socket_resume (ReboundSocket *self);
void rebound_socket_close_kept (ReboundSocket *self);

/* Closes its descriptor. In virtual time that is over when it returns, whoever else looks at the
 * process meanwhile. */
void rebound_socket_close_wholly (ReboundSocket *self);

/* In host byte order, 0 if @fd is not bound. */
guint16 rebound_socket_local_port (int fd);

G_END_DECLS
