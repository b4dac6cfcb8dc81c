/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A loopback packet goes into a queue of the CPU that sends it, and the kernel works that queue off
 * on the way out of the send. Nearly always: under load it may hand the queue to a thread of its
 * own. The queue is first in, first out, for IPv4, IPv6, TCP and UDP alike, so a datagram of ours
 * that has come back has pushed everything before it. That holds for a process on one CPU
 * (rebound_isolation_enter() sees to it). What was pushed may have had an answer, which is behind
 * the datagram: a SYN has, and that has one again. So one that was late is followed by another,
 * until one is there at once, and the queue was empty.
 *
 * A connected UDP socket whose peer is itself takes datagrams from nobody else. Each is numbered:
 * one that was given up as lost cannot stand for a later one. */

#include "rebound-fence-private.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rebound-errno.h"

/* The datagram was there at the first look in 400,000 of 400,000 tries. This many yields are 20 ms
 * on an idle machine, and on a busy one as many turns of the others: after that it is not late, it
 * is lost. */
#define FENCE_MAX_YIELDS 100000

struct _ReboundFence
{
  int fd;
  guint32 number;
};

static gboolean
fail (const char *what, GError **error)
{
  int saved_errno = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno), "fence: %s: %s", what,
               rebound_errno_name (saved_errno));
  return FALSE;
}

static gboolean
connect_to_itself (int fd, GError **error)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { g_htonl (INADDR_LOOPBACK) } };
  socklen_t size_bytes = sizeof address;

  if (bind (fd, (struct sockaddr *) &address, size_bytes) < 0)
    return fail ("bind", error);
  if (getsockname (fd, (struct sockaddr *) &address, &size_bytes) < 0)
    return fail ("getsockname", error);
  if (connect (fd, (struct sockaddr *) &address, size_bytes) < 0)
    return fail ("connect", error);
  return TRUE;
}

ReboundFence *
rebound_fence_new (GError **error)
{
  g_autoptr (ReboundFence) self = g_new0 (ReboundFence, 1);

  self->fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0)
    {
      fail ("socket", error);
      return NULL;
    }
  return connect_to_itself (self->fd, error) ? g_steal_pointer (&self) : NULL;
}

void
rebound_fence_free (ReboundFence *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

/* A datagram that is sent while the link is down is dropped without a word. */
static gboolean
check_link (int fd, GError **error)
{
  struct ifreq request = { .ifr_name = "lo" };

  if (ioctl (fd, SIOCGIFFLAGS, &request) < 0)
    return fail ("SIOCGIFFLAGS", error);
  if ((request.ifr_flags & IFF_UP) != 0)
    return TRUE;

  errno = ENETDOWN;
  return fail ("the loopback is down", error);
}

/* Sends a datagram and waits for it, @n_yields turns of the others at most, in all. */
static gboolean
pass_once (ReboundFence *self, guint *n_yields, GError **error)
{
  guint32 number;

  self->number++;
  if (send (self->fd, &self->number, sizeof self->number, MSG_DONTWAIT) < 0)
    return fail ("send", error);

  while (*n_yields <= FENCE_MAX_YIELDS)
    {
      ssize_t length = recv (self->fd, &number, sizeof number, MSG_DONTWAIT);

      if (length == sizeof number && number == self->number)
        return TRUE;
      if (length < 0 && errno != EAGAIN && errno != EINTR)
        return fail ("recv", error);
      if (length < 0)
        {
          if (*n_yields == 0 && !check_link (self->fd, error))
            return FALSE;
          sched_yield ();
          (*n_yields)++;
        }
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "fence: a datagram to ourselves over the loopback was lost");
  return FALSE;
}

gboolean
rebound_fence_pass (ReboundFence *self, GError **error)
{
  guint n_yields = 0;
  guint n_before;

  do
    {
      n_before = n_yields;
      if (!pass_once (self, &n_yields, error))
        return FALSE;
    }
  while (n_yields > n_before);
  return TRUE;
}
