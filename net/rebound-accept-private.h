/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Taking connections from a backlog without going deaf and without spinning. */

typedef enum
{
  REBOUND_ACCEPT_TAKEN,     /* a connection */
  REBOUND_ACCEPT_DRY,       /* nobody is waiting */
  REBOUND_ACCEPT_EXHAUSTED, /* no descriptors or memory, or an error that stays: rest a while */
  REBOUND_ACCEPT_DEAD,      /* the listening socket is none any more */
} ReboundAcceptResult;

/* The descriptor that is given up to be able to shed a client when there are no others. */
typedef struct
{
  int spare_fd;
} ReboundAccept;

void rebound_accept_init (ReboundAccept *self);
void rebound_accept_clear (ReboundAccept *self);

/* Takes one connection, non-blocking and close-on-exec. Errors of the one connection (it was reset
 * while it waited) are passed over; for the others @error_number is the errno. */
ReboundAcceptResult
rebound_accept_next (ReboundAccept *self, int listener_fd, int *fd, int *error_number);

/* The same without any care: each error but an empty backlog is REBOUND_ACCEPT_EXHAUSTED, whatever
 * it is. */
ReboundAcceptResult rebound_accept_bare (int listener_fd, int *fd, int *error_number);

G_END_DECLS
