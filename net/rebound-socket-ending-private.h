/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-socket-table-private.h"

G_BEGIN_DECLS

/* Fills in who ended a connection first, by what is seen and by what is about to be done. Each
 * changes nothing where that is known already. */

/* A settled instant found @socket in this state. */
void rebound_socket_note_state (ReboundSocket *socket, guint8 state);

/* Its descriptor, which is open, is about to be closed. */
void rebound_socket_note_close (ReboundSocket *socket);

/* The system takes it away from its application. */
void rebound_socket_note_reclaim (ReboundSocket *socket);

G_END_DECLS
