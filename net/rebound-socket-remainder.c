/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel has left of a closed socket, and for how long. Its timers run in real time. In a
 * run of virtual time the table brings them along: a socket that has been in TIME_WAIT for its
 * time, or in FIN_WAIT2 without an owner, is destroyed when the run's clock says so. */

#include "rebound-socket-private.h"

#include <errno.h>
#include <netinet/tcp.h>

static gint64
now_usec (const ReboundSocketTable *table)
{
  return rebound_clock_get_time_usec (rebound_site_get_clock (table->world));
}

/* The kernel has nothing left of it; whoever keeps its descriptor open keeps the socket. */
static void
discard (ReboundSocket *socket)
{
  rebound_socket_set_state (socket, TCP_CLOSE);
  g_clear_pointer (&socket->expiry, rebound_timer_free);
  if (socket->fd < 0)
    rebound_socket_forget (socket);
}

static void
on_expired (gpointer user_data)
{
  ReboundSocket *socket = user_data;
  ReboundSocketTable *self = socket->table;

  /* -ENOENT is fine: a new SYN or a RST was there first. */
  rebound_socket_diag_destroy (self->diag, &socket->tuple, socket->cookie);
  self->listener.expired (socket, self->listener.user_data);
  discard (socket);
}

gboolean
rebound_socket_destroy_remainder (ReboundSocket *socket)
{
  gboolean is_orphan;
  int result;

  rebound_socket_close_kept (socket);
  socket->state_now = rebound_socket_look (socket, &is_orphan);
  if (socket->state_now == TCP_CLOSE || !is_orphan)
    return FALSE;
  result = rebound_socket_diag_destroy (socket->table->diag, &socket->tuple, socket->cookie);
  if (result != 0 && result != -ENOENT)
    return FALSE;
  rebound_socket_touch (socket);
  discard (socket);
  return TRUE;
}

void
rebound_socket_arm_expiry (ReboundSocket *socket, gboolean is_orphan)
{
  ReboundSocketTable *self = socket->table;
  gint64 delay_usec = -1;

  if (!is_orphan || !self->brings_timers_along || self->world == NULL)
    return;
  if (socket->state == TCP_TIME_WAIT)
    delay_usec = self->time_wait_usec;
  else if (socket->state == TCP_FIN_WAIT2)
    delay_usec = self->fin_timeout_usec;
  if (delay_usec < 0)
    {
      g_clear_pointer (&socket->expiry, rebound_timer_free);
      return;
    }
  if (socket->expiry == NULL)
    socket->expiry = rebound_site_new_timer (self->world, "remainder", on_expired, socket);
  rebound_timer_arm (socket->expiry, delay_usec);
  socket->expires_usec = now_usec (self) + delay_usec;
}

gint64
rebound_socket_get_time_left_usec (const ReboundSocket *socket)
{
  return socket->expiry != NULL ? MAX (socket->expires_usec - now_usec (socket->table), 0) : -1;
}
