/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-socket-table-private.h"

G_BEGIN_DECLS

/* One socket of the table, by itself: what the kernel says of it, and what is done to it when the
 * link comes up. */

/* The state that the kernel has it in now; TCP_CLOSE where it is gone. @is_orphan tells whether no
 * process has it open. */
guint8 rebound_socket_look (ReboundSocket *self, ReboundSocketDiag *diag, gboolean *is_orphan);

/* The same by the table's own means. */
guint8 rebound_socket_look_now (ReboundSocket *self);

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

/* In host byte order, 0 if @fd is not bound. */
guint16 rebound_socket_local_port (int fd);

G_END_DECLS
