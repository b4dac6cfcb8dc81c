/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* accept(2) reports two kinds of errors: of the connection that was to be taken, and of the process
 * or the listener. GIO answers both by accepting again at once, which spins when descriptors have
 * run out; others give up listening for good. Here the one is passed over, and for the other a
 * spare descriptor is given up, with which the first client in the queue is turned away instead of
 * hanging, and the caller rests. */

#include "rebound-accept-private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connections that were broken in the backlog and are passed over in one call. An error that comes
 * more often is not the connections', and to try it again at once would be a busy loop. */
#define BROKEN_LIMIT 64

static int
open_spare (void)
{
  return open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Another thread may have been quicker to take the one that was given up, or there was none to be
 * kept when it began: it is had when there is one. */
static void
have_spare (ReboundAccept *self)
{
  if (self->spare_fd < 0)
    self->spare_fd = open_spare ();
}

void
rebound_accept_init (ReboundAccept *self)
{
  self->spare_fd = -1;
  have_spare (self);
}

void
rebound_accept_clear (ReboundAccept *self)
{
  if (self->spare_fd >= 0)
    close (self->spare_fd);
  self->spare_fd = -1;
}

/* Turns one client away with the descriptor that was kept for it. FALSE if nobody was waiting: the
 * kernel looks for a descriptor before it looks for a client, so it says EMFILE even then. */
static gboolean
shed (ReboundAccept *self, int listener_fd)
{
  gboolean somebody_waits;
  int fd;

  rebound_accept_clear (self);
  fd = accept4 (listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  somebody_waits = fd >= 0 || errno != EAGAIN;
  if (fd >= 0)
    close (fd);
  have_spare (self);
  return somebody_waits;
}

ReboundAcceptResult
rebound_accept_next (ReboundAccept *self, int listener_fd, int *fd, int *error_number)
{
  for (guint i = 0; i < BROKEN_LIMIT; i++)
    {
      *fd = accept4 (listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (*fd >= 0)
        {
          have_spare (self);
          return REBOUND_ACCEPT_TAKEN;
        }
      *error_number = errno;
      switch (errno)
        {
        case EAGAIN:
          return REBOUND_ACCEPT_DRY;
        case EMFILE:
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
          return shed (self, listener_fd) ? REBOUND_ACCEPT_EXHAUSTED : REBOUND_ACCEPT_DRY;
        case EINVAL:
        case EBADF:
        case ENOTSOCK:
        case EOPNOTSUPP:
          return REBOUND_ACCEPT_DEAD;
        default: /* EINTR, ECONNABORTED, EPROTO, and the network errors of accept(2): the next may
                    be well */
          break;
        }
    }
  return REBOUND_ACCEPT_EXHAUSTED;
}

ReboundAcceptResult
rebound_accept_bare (int listener_fd, int *fd, int *error_number)
{
  *fd = accept4 (listener_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (*fd >= 0)
    return REBOUND_ACCEPT_TAKEN;
  *error_number = errno;
  return errno == EAGAIN ? REBOUND_ACCEPT_DRY : REBOUND_ACCEPT_EXHAUSTED;
}
