/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the ways out of a connection are measured. All of it is one thread over a loopback whose
 * packets are processed in order, so an act has had its effect when the fence has passed, and the
 * order of the acts is the order on the wire: what a cell says is no matter of who was quicker. */

#include "rebound-close-bench-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lifecycle/rebound-trouble-private.h"
#include "rebound-errno.h"
#include "rebound-isolation.h"

/* As much as an unprivileged program may ask for on every Linux (net.core.wmem_max). The kernel
 * makes twice that of it. */
#define SEND_BUFFER_BYTES 212992

/* What is read at a time. */
#define BUFFER_BYTES 65536

gboolean
rebound_close_fail (GError **error, const char *what)
{
  int error_number = errno;

  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (error_number), "cannot %s: %s", what,
               rebound_errno_name (error_number));
  return FALSE;
}

/* -- the bench -- */

static gboolean
listen_on_loopback (ReboundCloseBench *self, GError **error)
{
  socklen_t size_bytes = sizeof self->address;

  self->address.sin_family = AF_INET;
  self->address.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK);
  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->listener < 0
      || bind (self->listener, (struct sockaddr *) &self->address, size_bytes) < 0
      || listen (self->listener, 1) < 0
      || getsockname (self->listener, (struct sockaddr *) &self->address, &size_bytes) < 0)
    return rebound_close_fail (error, "listen on the loopback");
  return TRUE;
}

/* GLib would warn of it, and go on. */
static int
poll_or_tell (GPollFD *fds, guint n_fds, int timeout_msec)
{
  int n_ready = poll ((struct pollfd *) fds, n_fds, timeout_msec);

  if (n_ready >= 0)
    return n_ready;
  if (errno != EINTR)
    rebound_trouble_note ("poll");
  for (guint i = 0; i < n_fds; i++)
    fds[i].revents = 0;
  return 0;
}

ReboundCloseBench *
rebound_close_bench_new (GError **error)
{
  g_autoptr (ReboundCloseBench) self = g_new0 (ReboundCloseBench, 1);

  self->listener = -1;
  self->context = g_main_context_new ();
  g_main_context_set_poll_func (self->context, poll_or_tell);
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->site = rebound_site_new (self->clock, self->context);
  if (!rebound_isolation_is_entered ())
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                           "the ways out of a connection are measured in a network namespace of "
                           "our own, and none was entered");
      return NULL;
    }
  self->fence = rebound_fence_new (error);
  self->diag = self->fence != NULL ? rebound_socket_diag_new (error) : NULL;
  if (self->diag == NULL || !listen_on_loopback (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
rebound_close_bench_free (ReboundCloseBench *self)
{
  if (self->listener >= 0)
    close (self->listener);
  g_clear_pointer (&self->diag, rebound_socket_diag_free);
  g_clear_pointer (&self->fence, rebound_fence_free);
  g_object_unref (self->site);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
  g_free (self);
}

/* -- a pair -- */

/* The handshake is over when the fence has passed, so nothing here blocks. */
static int
connect_both_ends (ReboundCloseBench *bench, int *peer_fd, GError **error)
{
  const int size_bytes = SEND_BUFFER_BYTES;
  int fd;

  *peer_fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (*peer_fd < 0
      || (connect (*peer_fd, (struct sockaddr *) &bench->address, sizeof bench->address) < 0
          && errno != EINPROGRESS))
    {
      rebound_close_fail (error, "connect over the loopback");
      return -1;
    }
  if (!rebound_fence_pass (bench->fence, error))
    return -1;
  fd = accept4 (bench->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0)
    rebound_close_fail (error, "accept over the loopback");
  else
    rebound_trouble_is_done (setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size_bytes, sizeof size_bytes),
                             "setsockopt (SO_SNDBUF)");
  return fd;
}

static gboolean
identify (int fd, ReboundCloseEnd *end, GError **error)
{
  if (!rebound_tuple_from_descriptor (fd, &end->tuple))
    return rebound_close_fail (error, "tell the ends of a connection");
  end->cookie = rebound_socket_cookie (fd);
  return end->cookie != 0 || rebound_close_fail (error, "tell the ends of a connection");
}

ReboundClosePair *
rebound_close_pair_new (ReboundCloseBench *bench, GError **error)
{
  g_autoptr (ReboundClosePair) self = g_new0 (ReboundClosePair, 1);
  int fd;

  self->bench = bench;
  self->peer_end = -1;
  fd = connect_both_ends (bench, &self->peer_fd, error);
  if (fd < 0)
    return NULL;
  self->connection = rebound_connection_new (bench->site, fd);
  if (!identify (fd, &self->own, error) || !identify (self->peer_fd, &self->peer, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
rebound_close_pair_free (ReboundClosePair *self)
{
  if (self->connection != NULL)
    rebound_connection_abort (self->connection);
  g_clear_object (&self->connection);
  if (self->peer_fd >= 0)
    close (self->peer_fd);
  g_free (self);
}

gboolean
rebound_close_pair_deliver (ReboundClosePair *self, GError **error)
{
  return rebound_fence_pass (self->bench->fence, error) && rebound_trouble_check (error);
}

/* -- what happens -- */

/* FALSE where there is nothing now. */
static gboolean
peer_reads (ReboundClosePair *self)
{
  char buffer[BUFFER_BYTES];
  ssize_t received;

  if (self->peer_fd < 0 || self->peer_end >= 0)
    return FALSE;
  received = recv (self->peer_fd, buffer, sizeof buffer, 0);
  if (received < 0 && errno == EAGAIN)
    return FALSE;
  if (received <= 0)
    self->peer_end = received < 0 ? errno : 0;
  else
    self->delivered_bytes += (guint64) received;
  return TRUE;
}

gboolean
rebound_close_pair_settle (ReboundClosePair *self, GError **error)
{
  ReboundCloseBench *bench = self->bench;
  gboolean is_busy;

  do
    {
      is_busy = peer_reads (self);
      is_busy = g_main_context_iteration (bench->context, FALSE) || is_busy;
      is_busy = rebound_clock_grant (bench->clock) || is_busy;
      if (!rebound_close_pair_deliver (self, error))
        return FALSE;
    }
  while (is_busy || g_main_context_pending (bench->context));
  return TRUE;
}

gboolean
rebound_close_pair_say (ReboundClosePair *self, GError **error)
{
  if (send (self->peer_fd, REBOUND_CLOSE_INPUT, strlen (REBOUND_CLOSE_INPUT), MSG_NOSIGNAL) < 0)
    return rebound_close_fail (error, "send over the loopback");
  return rebound_close_pair_deliver (self, error);
}

gboolean
rebound_close_pair_close_peer (ReboundClosePair *self, GError **error)
{
  if (self->peer_fd >= 0)
    close (self->peer_fd);
  self->peer_fd = -1;
  return rebound_close_pair_deliver (self, error);
}

static gboolean
abort_peer (ReboundClosePair *self, GError **error)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  if (setsockopt (self->peer_fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) < 0)
    return rebound_close_fail (error, "set linger 0");
  return rebound_close_pair_close_peer (self, error);
}

gboolean
rebound_close_pair_act (ReboundClosePair *self, ReboundClosePeer deed, GError **error)
{
  switch (deed)
    {
    case REBOUND_CLOSE_PEER_OPEN:
      return TRUE;
    case REBOUND_CLOSE_PEER_HALF_CLOSED:
      if (shutdown (self->peer_fd, SHUT_WR) < 0)
        return rebound_close_fail (error, "shut down the peer's half");
      return rebound_close_pair_deliver (self, error);
    case REBOUND_CLOSE_PEER_CLOSED:
    case REBOUND_CLOSE_PEER_CLOSED_UNREAD:
      return rebound_close_pair_close_peer (self, error);
    default:
      return abort_peer (self, error);
    }
}

static guint8
look (ReboundClosePair *self, const ReboundCloseEnd *end)
{
  ReboundSocketInfo info;

  int result = rebound_socket_diag_look_up (self->bench->diag, &end->tuple, end->cookie, &info);

  errno = -result;
  if (result != -ENOENT)
    rebound_trouble_is_done (result, "a look-up of a socket");
  return result < 0 ? TCP_CLOSE : info.state;
}

guint8
rebound_close_pair_look (ReboundClosePair *self)
{
  return look (self, &self->own);
}

ReboundTimeWaitOwner
rebound_close_pair_get_time_wait (ReboundClosePair *self)
{
  gboolean is_own = look (self, &self->own) == TCP_TIME_WAIT;
  gboolean is_peers = look (self, &self->peer) == TCP_TIME_WAIT;

  if (is_own && is_peers)
    return REBOUND_TIME_WAIT_OWNER_BOTH;
  return is_own     ? REBOUND_TIME_WAIT_OWNER_US
         : is_peers ? REBOUND_TIME_WAIT_OWNER_PEER
                    : REBOUND_TIME_WAIT_OWNER_NOBODY;
}
