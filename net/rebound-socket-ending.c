/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who ended a connection first? The kernel does not say afterwards: a TIME_WAIT tells the active
 * closer from the passive one, and that is all. But the states on the way do. Who is in FIN_WAIT
 * has ended it, who is in CLOSE_WAIT was left; and where a state comes and goes within an instant,
 * the one in which a descriptor was when it was closed still tells.
 *
 * A reset leaves no state at all, so whether a close will be one is looked at before it. */

#include "rebound-socket-ending-private.h"

#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lifecycle/rebound-trouble-private.h"
#include "rebound-socket-private.h"

/* What the other end says of what this one has done. */
static ReboundFirstEnd
mirror (ReboundFirstEnd first)
{
  static const ReboundFirstEnd mirrored[] = {
    [REBOUND_FIRST_END_NOBODY] = REBOUND_FIRST_END_NOBODY,
    [REBOUND_FIRST_END_OURS] = REBOUND_FIRST_END_PEER,
    [REBOUND_FIRST_END_PEER] = REBOUND_FIRST_END_OURS,
    [REBOUND_FIRST_END_SYSTEM] = REBOUND_FIRST_END_PEERS_SYSTEM,
    [REBOUND_FIRST_END_PEERS_SYSTEM] = REBOUND_FIRST_END_SYSTEM,
    [REBOUND_FIRST_END_BOTH] = REBOUND_FIRST_END_BOTH,
  };

  return mirrored[first];
}

static void
set_first_end (ReboundSocket *socket, ReboundFirstEnd first, const ReboundEnding *ending)
{
  socket->first_end = first;
  socket->ending = *ending;
}

/* It holds for both ends, and one of them may be gone before it is looked at: so both are told.
 * Where each has ended it without knowing of the other, neither was first. */
static void
note (ReboundSocket *socket, ReboundFirstEnd first, const ReboundEnding *ending)
{
  ReboundSocket *other = rebound_socket_find_other (socket);

  if (first == REBOUND_FIRST_END_OURS && other != NULL
      && other->first_end == REBOUND_FIRST_END_OURS)
    {
      socket->first_end = other->first_end = REBOUND_FIRST_END_BOTH;
      return;
    }
  if (socket->first_end != REBOUND_FIRST_END_NOBODY)
    return;
  set_first_end (socket, first, ending);
  if (other != NULL && other->first_end == REBOUND_FIRST_END_NOBODY)
    set_first_end (other, mirror (first), ending);
}

void
rebound_socket_note_state (ReboundSocket *socket, guint8 state)
{
  ReboundEnding ending = { .place = rebound_socket_get_statement (socket) };

  if (!socket->is_pairable)
    return;
  switch (state)
    {
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
    case TCP_TIME_WAIT:
      note (socket, REBOUND_FIRST_END_OURS, &ending);
      break;
    case TCP_CLOSE_WAIT:
    case TCP_LAST_ACK:
      note (socket, REBOUND_FIRST_END_PEER, &ending);
      break;
    case TCP_CLOSING:
      note (socket, REBOUND_FIRST_END_BOTH, &ending);
      break;
    case TCP_CLOSE:
      /* It is open here, so it was not closed here: the other end has reset it. One that is closed
       * may have been reset from either side. */
      ending.is_reset = TRUE;
      if (socket->fd >= 0)
        note (socket, REBOUND_FIRST_END_PEER, &ending);
      break;
    default:
      break;
    }
}

/* The two things that make a RST of a close. */
static void
look_for_reset (int fd, ReboundEnding *ending)
{
  struct linger linger = { 0 };
  socklen_t size_bytes = sizeof linger;
  int unread_bytes = 0;

  if (rebound_trouble_is_done (getsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, &size_bytes),
                               "getsockopt (SO_LINGER)")
      && linger.l_onoff && linger.l_linger == 0)
    ending->is_reset = TRUE;
  else if (rebound_trouble_is_done (ioctl (fd, FIONREAD, &unread_bytes), "ioctl (FIONREAD)")
           && unread_bytes > 0)
    {
      ending->is_reset = TRUE;
      ending->unread_bytes = (guint) unread_bytes;
    }
}

void
rebound_socket_note_close (ReboundSocket *socket)
{
  ReboundEnding ending = { .place = rebound_socket_get_statement (socket) };
  guint8 state;

  if (!socket->is_pairable || socket->fd < 0 || socket->first_end == REBOUND_FIRST_END_OURS)
    return;
  state = rebound_socket_state (socket->fd);
  if (state == TCP_ESTABLISHED || state == TCP_SYN_RECV)
    {
      look_for_reset (socket->fd, &ending);
      note (socket, REBOUND_FIRST_END_OURS, &ending);
    }
  else
    rebound_socket_note_state (socket, rebound_socket_look_now (socket));
}

void
rebound_socket_note_reclaim (ReboundSocket *socket)
{
  ReboundEnding ending = { .place = rebound_socket_get_statement (socket) };

  if (socket->is_pairable)
    note (socket, REBOUND_FIRST_END_SYSTEM, &ending);
}
