/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server does with one connection: close it at once, say hello, echo, or leave it alone. Who
 * closes first decides on whose side TIME_WAIT is, and so whether the listener can be bound again.
 */

#include "rebound-accepted-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rebound-errno.h"
#include "rebound-reclaim-private.h"

/* Bytes read at a time, and kept for a peer that does not take its echo. */
#define BUFFER_BYTES 16384

struct _ReboundAccepted
{
  ReboundSite *site;
  int fd;
  ReboundSocket *socket;
  char *name;
  ReboundOnAccept on_accept;
  ReboundCloseOrder close_order;
  ReboundAcceptedListener listener;
  ReboundWatch *watch;
  GByteArray *pending; /* to be sent */
  gboolean has_answered;
};

ReboundAccepted *
rebound_accepted_new (ReboundSite *site,
                      int fd,
                      ReboundSocket *socket,
                      const char *name,
                      const ReboundAcceptedManner *manner,
                      const ReboundAcceptedListener *listener)
{
  ReboundAccepted *self = g_new0 (ReboundAccepted, 1);

  self->site = site;
  self->fd = fd;
  self->socket = socket;
  self->name = g_strdup (name);
  self->on_accept = manner->on_accept;
  self->close_order = manner->close_order;
  self->listener = *listener;
  self->pending = g_byte_array_new ();
  if (manner->on_accept == REBOUND_ON_ACCEPT_HELLO)
    g_byte_array_append (self->pending, (const guint8 *) manner->greeting,
                         (guint) strlen (manner->greeting));
  return self;
}

const char *
rebound_accepted_get_name (ReboundAccepted *self)
{
  return self->name;
}

/* The one order of teardown: sources, then the descriptor; whoever is told is told after. */
static void
close_descriptor (ReboundAccepted *self)
{
  g_clear_pointer (&self->watch, rebound_watch_free);
  rebound_socket_close_descriptor (&self->socket, &self->fd);
}

void
rebound_accepted_free (gpointer data)
{
  ReboundAccepted *self = data;

  close_descriptor (self);
  g_byte_array_unref (self->pending);
  g_free (self->name);
  g_free (self);
}

char *
rebound_accepted_describe_close (ReboundAccepted *self, const char *how)
{
  int unread_bytes = 0;

  if (self->fd < 0 || ioctl (self->fd, FIONREAD, &unread_bytes) < 0 || unread_bytes == 0
      || rebound_socket_state (self->fd) == TCP_CLOSE) /* nobody is there to be sent an RST */
    return g_strdup (how);
  return g_strdup_printf ("%s, with %d byte%s unread: by RST", how, unread_bytes,
                          unread_bytes == 1 ? "" : "s");
}

/* We never half-close: a connection of ours that is neither established nor left by the client
 * alone is one that somebody else has ended. */
gboolean
rebound_accepted_is_dead (ReboundAccepted *self)
{
  guint8 state = self->fd >= 0 ? rebound_socket_state (self->fd) : TCP_CLOSE;

  return state != TCP_ESTABLISHED && state != TCP_CLOSE_WAIT;
}

char *
rebound_accepted_describe_death (ReboundAccepted *self)
{
  int error_number = 0;
  socklen_t length = sizeof error_number;

  if (getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error_number, &length) < 0)
    error_number = errno;
  return g_strdup (error_number != 0 ? rebound_errno_name (error_number)
                                     : "it was taken away with its listener");
}

static void
finish (ReboundAccepted *self, const char *how)
{
  close_descriptor (self);
  self->listener.finished (self, how, self->listener.user_data);
}

/* Closing with input unread is no good end: the kernel sends RST instead of FIN, and what the peer
 * has not read yet is lost to it. */
static void
finish_first (ReboundAccepted *self)
{
  g_autofree char *how = rebound_accepted_describe_close (self, "the server closed first");

  finish (self, how);
}

static void
touch (ReboundAccepted *self)
{
  rebound_site_note_progress (self->site);
  if (self->socket != NULL)
    rebound_socket_touch (self->socket);
}

/* Whether all that is to be said has been said, and it is ours to close. */
static gboolean
is_served (ReboundAccepted *self)
{
  if (self->close_order != REBOUND_CLOSE_ORDER_SERVER_FIRST || self->pending->len > 0)
    return FALSE;
  return self->on_accept != REBOUND_ON_ACCEPT_ECHO || self->has_answered;
}

/* Sends what is pending. FALSE if the connection has ended meanwhile. */
static gboolean
flush (ReboundAccepted *self)
{
  while (self->pending->len > 0)
    {
      ssize_t sent = send (self->fd, self->pending->data, self->pending->len, MSG_NOSIGNAL);

      if (sent < 0 && errno == EINTR)
        continue;
      if (sent < 0 && errno == EAGAIN)
        break;
      if (sent < 0)
        {
          const char *how = rebound_errno_name (errno);

          touch (self);
          finish (self, how);
          return FALSE;
        }
      touch (self);
      g_byte_array_remove_range (self->pending, 0, (guint) sent);
      self->has_answered = TRUE;
    }
  if (is_served (self))
    {
      finish_first (self);
      return FALSE;
    }
  rebound_watch_set_events (self->watch, self->pending->len > 0 ? EPOLLOUT : EPOLLIN);
  return TRUE;
}

/* Reads what there is; echoes it, or drops it. */
static void
take_input (ReboundAccepted *self)
{
  guint8 buffer[BUFFER_BYTES];
  ssize_t received = recv (self->fd, buffer, sizeof buffer, 0);
  int error_number = received < 0 ? errno : 0;

  if (error_number == EAGAIN || error_number == EINTR)
    return;
  touch (self);
  if (error_number != 0)
    {
      finish (self, rebound_errno_name (error_number));
      return;
    }
  if (received == 0)
    {
      finish (self, rebound_reclaim_tell_end (self->socket, "the client closed first"));
      return;
    }
  if (self->on_accept == REBOUND_ON_ACCEPT_ECHO)
    {
      g_byte_array_append (self->pending, buffer, (guint) received);
      flush (self);
    }
}

static void
on_ready (guint32 events, gpointer user_data)
{
  ReboundAccepted *self = user_data;

  if (self->pending->len > 0 && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0)
    flush (self);
  else
    take_input (self);
}

void
rebound_accepted_serve (ReboundAccepted *self)
{
  ReboundPoll *poll;

  if (self->on_accept == REBOUND_ON_ACCEPT_KEEP) /* not even looked at */
    return;
  if (self->on_accept == REBOUND_ON_ACCEPT_CLOSE
      && self->close_order == REBOUND_CLOSE_ORDER_SERVER_FIRST)
    {
      finish_first (self);
      return;
    }
  poll = rebound_poll_of_site (self->site);
  if (poll != NULL)
    self->watch = rebound_poll_watch (poll, self->fd, EPOLLIN, on_ready, self);
  if (self->watch == NULL)
    {
      finish (self, rebound_errno_name (errno));
      return;
    }
  flush (self);
}
