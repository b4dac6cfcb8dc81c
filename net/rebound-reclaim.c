/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a phone does to the sockets of an application that it has suspended, or locked away. The
 * kernel has three ways of it that an application can tell apart, and each is a system's:
 *
 * - fin: shutdown() of both directions, as a capture of iOS 5 shows it;
 * - defunct: a FIN, and then the connection is dissolved beneath the descriptor, which is to the
 *   letter what XNU does. What remains is an error that connect(AF_UNSPEC) leaves behind and XNU
 *   does not, so it is read once, here;
 * - destroy: SOCK_DESTROY, as Android does it.
 *
 * The descriptors stay open: to find out is the application's affair, when it runs again. */

#include "rebound-reclaim-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "rebound-explanation-private.h"
#include "rebound-socket-ending-private.h"
#include "rebound-socket-private.h"

/* Listeners that share a port (SO_REUSEPORT) are found by a hash of the client's port: asked for as
 * many different clients, one of two is missed with a probability of 2^-64. */
#define SHARED_PORT_TRIES 64

/* -- one descriptor -- */

static int
shut_down (int fd)
{
  return shutdown (fd, SHUT_RDWR) < 0 ? -errno : 0;
}

static int
make_defunct (int fd)
{
  const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
  int error_number;
  socklen_t length = sizeof error_number;

  /* Fails where the other end has reset it meanwhile: then nobody is there to be sent a FIN. */
  shutdown (fd, SHUT_WR);
  if (connect (fd, &nowhere, sizeof nowhere) < 0)
    return -errno;
  return getsockopt (fd, SOL_SOCKET, SO_ERROR, &error_number, &length) < 0 ? -errno : 0;
}

static int
destroy_listener (ReboundSocketDiag *diag, int fd, guint64 cookie)
{
  ReboundTuple tuple;
  int result = -ENOENT;

  if (!rebound_tuple_from_local_end (fd, &tuple))
    return -errno;
  for (guint16 i = 0; i < SHARED_PORT_TRIES && result == -ENOENT; i++)
    {
      tuple.remote_port = g_htons (i);
      result = rebound_socket_diag_destroy (diag, &tuple, cookie);
    }
  return result;
}

/* Nobody has answered yet, so getpeername() does not tell the other end; diagnosis does. Such a
 * socket is rare: the peer's backlog is full, or the link is down. */
static gboolean
find_connecting (ReboundSocketDiag *diag, int fd, guint64 cookie, ReboundTuple *tuple)
{
  g_autoptr (GArray) infos = NULL;

  if (!rebound_tuple_from_local_end (fd, tuple))
    return FALSE;
  infos = rebound_socket_diag_dump (diag, tuple->family, g_ntohs (tuple->local_port),
                                    1 << TCP_SYN_SENT, NULL);
  for (guint i = 0; infos != NULL && i < infos->len; i++)
    {
      const ReboundSocketInfo *info = &g_array_index (infos, ReboundSocketInfo, i);

      *tuple = info->tuple;
      if (info->cookie == cookie)
        return TRUE;
    }
  return FALSE;
}

static int
destroy (ReboundSocketDiag *diag, int fd, guint8 state)
{
  guint64 cookie = rebound_socket_cookie (fd);
  ReboundTuple tuple;

  if (state == TCP_LISTEN)
    return destroy_listener (diag, fd, cookie);
  if (state == TCP_SYN_SENT ? !find_connecting (diag, fd, cookie, &tuple)
                            : !rebound_tuple_from_descriptor (fd, &tuple))
    return -ENOTCONN;
  return rebound_socket_diag_destroy (diag, &tuple, cookie);
}

int
rebound_reclaim_descriptor (ReboundSocketDiag *diag, int fd, ReboundReclaimStyle style)
{
  guint8 state = rebound_socket_state (fd);

  if (state == 0 || state == TCP_CLOSE)
    return -ENOTCONN;
  switch (style)
    {
    case REBOUND_RECLAIM_STYLE_FIN:
      return shut_down (fd);
    case REBOUND_RECLAIM_STYLE_DEFUNCT:
      return make_defunct (fd);
    case REBOUND_RECLAIM_STYLE_DESTROY:
    default:
      return destroy (diag, fd, state);
    }
}

/* -- all of an application's -- */

/* The descriptor that the socket can be got hold of by, -1 if none is open. An adopted one may have
 * been closed without a word, and its number be another's. */
static int
descriptor_of (const ReboundSocket *socket)
{
  if (!socket->is_adopted)
    return socket->fd;
  return rebound_socket_cookie (socket->adopted_fd) == socket->cookie ? socket->adopted_fd : -1;
}

static gboolean
is_left (guint8 state)
{
  return state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK || state == TCP_CLOSING;
}

static void
note_taken (ReboundSocket *socket, const char *style)
{
  rebound_socket_note_reclaim (socket);
  rebound_history_note_taken (socket, style);
  if (socket->is_listener)
    rebound_explanation_note_listener_taken (rebound_socket_get_explanation (socket), socket);
}

/* NULL where there was nothing to be taken, else what was done, or tried. */
static const char *
take (ReboundSocketDiag *diag,
      ReboundSocket *socket,
      ReboundReclaimStyle style,
      ReboundReclaimedListener listener,
      int *error_number)
{
  static const char *const styles[] = {
    [REBOUND_RECLAIM_STYLE_FIN] = "fin",
    [REBOUND_RECLAIM_STYLE_DEFUNCT] = "defunct",
    [REBOUND_RECLAIM_STYLE_DESTROY] = "destroy",
  };
  int fd = descriptor_of (socket);
  guint8 state = fd >= 0 ? rebound_socket_state (fd) : TCP_CLOSE;
  gboolean is_silenced = state == TCP_LISTEN && listener == REBOUND_RECLAIMED_LISTENER_SILENT
                         && socket->is_listener && rebound_socket_silence (socket);

  socket->silence_errno = is_silenced ? 0 : errno;
  if (!socket->is_listener)
    rebound_history_note_unread (socket);
  *error_number = is_silenced ? 0 : -rebound_reclaim_descriptor (diag, fd, style);
  if (*error_number == ENOTCONN)
    return NULL;
  /* A dead listener shows by itself that there is nothing left to take, and may listen again. */
  socket->is_reclaimed = *error_number == 0 && (is_silenced || !socket->is_listener);
  socket->was_left = is_left (state);
  if (*error_number == 0)
    note_taken (socket, is_silenced ? "silent" : styles[style]);
  rebound_socket_touch (socket);
  return is_silenced ? "silent" : styles[style];
}

guint
rebound_reclaim_site (ReboundSocketTable *table,
                      ReboundSocketDiag *diag,
                      ReboundSite *site,
                      ReboundReclaimStyle style,
                      ReboundReclaimedListener listener,
                      ReboundReclaimFunc func,
                      gpointer user_data)
{
  g_autoptr (GPtrArray) sockets = rebound_socket_table_list_site (table, site);
  guint n_taken = 0;

  for (guint i = 0; i < sockets->len; i++)
    {
      ReboundSocket *socket = sockets->pdata[i];
      const char *what = NULL;
      int error_number;

      if (!socket->is_forgotten && !socket->is_reclaimed)
        what = take (diag, socket, style, listener, &error_number);
      if (what == NULL)
        continue;
      if (error_number == 0)
        n_taken++;
      func (socket, what, error_number, user_data);
    }
  return n_taken;
}

const char *
rebound_reclaim_tell_end (const ReboundSocket *socket, const char *how)
{
  return socket != NULL && socket->is_reclaimed && !socket->was_left ? "its socket was taken away"
                                                                     : how;
}
