/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A socket of a run as the kernel has it: by its descriptor as long as there is one, which is
 * cheaper, and by its addresses and cookie after that.
 *
 * Whether something is on its way cannot be read from the queue alone: what a closed window or a
 * full backlog does not take lies there for ever. So it is judged by what is known to come: a FIN
 * with nothing before it, and what was sent again when the link came up. */

#include "rebound-socket-private.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "rebound-link-private.h"
#include "lifecycle/rebound-trouble-private.h"

/* In these states a FIN is queued that has not been acknowledged. */
static gboolean
has_fin_queued (guint8 state)
{
  return state == TCP_FIN_WAIT1 || state == TCP_CLOSING || state == TCP_LAST_ACK;
}

/* By the descriptor; TCP_CLOSE where that says nothing. */
static guint8
look_at_descriptor (ReboundSocket *self)
{
  struct tcp_info tcp;
  socklen_t length = sizeof tcp;
  int unsent_bytes = 0;

  self->has_unacked = FALSE;
  self->is_held_back = FALSE;
  if (self->fd < 0)
    return TCP_CLOSE;
  if (getsockopt (self->fd, IPPROTO_TCP, TCP_INFO, &tcp, &length) < 0)
    {
      rebound_trouble_note ("getsockopt (TCP_INFO)");
      return TCP_CLOSE;
    }
  self->has_unacked = tcp.tcpi_unacked > 0;
  if (has_fin_queued (tcp.tcpi_state))
    {
      if (ioctl (self->fd, SIOCOUTQNSD, &unsent_bytes) < 0)
        rebound_trouble_note ("ioctl (SIOCOUTQNSD)");
      self->is_held_back = unsent_bytes > 0;
    }
  return tcp.tcpi_state;
}

gboolean
rebound_socket_look_up (ReboundSocket *self, const ReboundTuple *tuple, ReboundSocketInfo *info)
{
  int result = rebound_socket_diag_look_up (self->table->diag, tuple, self->cookie, info);

  errno = -result;
  if (result < 0 && result != -ENOENT)
    rebound_trouble_note ("a look-up of a socket");
  return result == 0;
}

/* A TIME_WAIT is no descriptor's: where an owner keeps open what both ends have closed, TCP_INFO
 * says CLOSED, while the kernel's time runs all the same. */
guint8
rebound_socket_look (ReboundSocket *self, gboolean *is_orphan)
{
  guint8 state = look_at_descriptor (self);
  ReboundSocketInfo info;

  *is_orphan = self->fd < 0;
  if (state != TCP_CLOSE)
    return state;
  if (!self->is_pairable || self->is_gone || !rebound_socket_look_up (self, &self->tuple, &info))
    return TCP_CLOSE;
  *is_orphan = info.inode == 0;
  /* A FIN counts as one byte of the queue. What is before it and not acknowledged, on a loopback
   * where all that could be sent has been, is what there was no room for. */
  self->is_held_back = has_fin_queued (info.state) && info.send_queue_bytes > 1;
  return info.state;
}

/* A FIN that is not acknowledged, or an answer to it that is not: nothing holds it up on a loopback
 * without delayed ACKs, so it is on its way. */
static gboolean
has_fin_on_its_way (const ReboundSocket *self)
{
  return has_fin_queued (self->state) && (!self->is_held_back || self->was_cut_off);
}

gboolean
rebound_socket_is_on_its_way (const ReboundSocket *self)
{
  return has_fin_on_its_way (self) || (self->is_resumed && self->has_unacked);
}

char *
rebound_socket_dup_wait (const ReboundSocket *self)
{
  if (has_fin_on_its_way (self))
    return g_strdup_printf ("%s (%s's end) is still in %s", self->connection, self->end,
                            rebound_tcp_state_name (self->state));
  return g_strdup_printf ("%s (%s's end) has data on its way since the link is up",
                          self->connection, self->end);
}

void
rebound_socket_close_kept (ReboundSocket *self)
{
  if (self->kept_fd < 0)
    return;
  close (self->kept_fd);
  self->kept_fd = -1;
}

/* By the descriptor that its owner has, or that was kept. The number of an adopted one may be
 * another one's by now. */
void
rebound_socket_resume (ReboundSocket *self)
{
  int fd = self->fd >= 0 ? self->fd : self->kept_fd >= 0 ? self->kept_fd : self->adopted_fd;

  self->is_resumed
      = fd >= 0 && rebound_socket_cookie (fd) == self->cookie && rebound_link_resume (fd);
  self->was_cut_off = !self->is_resumed && self->fd < 0;
  rebound_socket_close_kept (self);
}

guint16
rebound_socket_local_port (int fd)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;

  if (getsockname (fd, (struct sockaddr *) &address, &length) < 0)
    {
      rebound_trouble_note ("getsockname");
      return 0;
    }
  return address.ss_family == AF_INET6 ? ntohs (((struct sockaddr_in6 *) &address)->sin6_port)
                                       : ntohs (((struct sockaddr_in *) &address)->sin_port);
}
