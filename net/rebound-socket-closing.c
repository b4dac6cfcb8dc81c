/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A close that is over when it returns: what it sends has been sent, and its port is free, whoever
 * looks at the process meanwhile (rebound-lookers-private.h). In real time nobody counts on an
 * order, and nobody is asked. */

#include "rebound-socket-private.h"

#include <netinet/tcp.h>
#include <unistd.h>

#include "rebound-lookers-private.h"

/* A FIN that went out from another CPU is in that one's queue, which no fence of ours has pushed.
 */
static gboolean
has_fin_under_way (const ReboundSocket *self, const ReboundSocketInfo *info)
{
  return !self->table->is_link_down && info->send_queue_bytes <= 1
         && (info->state == TCP_FIN_WAIT1 || info->state == TCP_CLOSING
             || info->state == TCP_LAST_ACK);
}

static void
wait_for_lookers (ReboundSocket *self, const ReboundTuple *tuple)
{
  ReboundLookers lookers = { 0 };
  ReboundSocketInfo info;
  gboolean is_there;

  do
    is_there = rebound_socket_look_up (self, tuple, &info);
  while (is_there
         && (info.inode != 0 || (lookers.until_usec > 0 && has_fin_under_way (self, &info)))
         && rebound_lookers_wait (&lookers));
  self->is_gone = !is_there && self->is_pairable;
}

void
rebound_socket_close_wholly (ReboundSocket *self)
{
  ReboundTuple tuple = self->tuple;
  gboolean can_be_looked_up
      = rebound_socket_table_is_virtual (self->table) && self->cookie != 0 && self->kept_fd < 0
        && !self->is_shared
        && (self->is_pairable
            || (self->is_listener && rebound_tuple_from_local_end (self->fd, &tuple)));

  close (self->fd);
  if (can_be_looked_up)
    wait_for_lookers (self, &tuple);
}
