/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server does with one connection: close it at once, say hello, echo, or leave it alone. Who
 * closes first decides on whose side TIME_WAIT is, and so whether the listener can be bound again.
 */

#include "rebound-accepted-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "rebound-connection-private.h"
#include "rebound-errno.h"
#include "rebound-reclaim-private.h"

struct _ReboundAccepted
{
  ReboundConnection *connection;
  char *name; /* a GRefString */
  GList link;
  ReboundOnAccept on_accept;
  ReboundCloseOrder close_order;
  char *greeting;
  gsize greeting_bytes;
  gint64 finish_within_usec;
  ReboundAcceptedListener listener;
  gboolean has_answered;
  gboolean has_waited; /* for the client to take what was said, or to end */
  const char
      *broken_by; /* the errno's name that is told of its end; NULL: what the connection tells */
};

static const ReboundConnectionObserver observer;

ReboundAccepted *
rebound_accepted_new (ReboundSite *site,
                      int fd,
                      ReboundSocket *socket,
                      char *name,
                      const ReboundAcceptedManner *manner,
                      const ReboundAcceptedListener *listener)
{
  ReboundAccepted *self = g_rc_box_new0 (ReboundAccepted);

  self->link.data = self;
  self->connection = rebound_connection_new_accepted (site, fd, socket);
  rebound_connection_set_goodbye (self->connection, manner->goodbye);
  self->name = g_ref_string_acquire (name);
  self->on_accept = manner->on_accept;
  self->close_order = manner->close_order;
  if (manner->on_accept == REBOUND_ON_ACCEPT_HELLO)
    self->greeting = g_strdup (manner->greeting);
  self->greeting_bytes = (gsize) manner->greeting_bytes;
  self->finish_within_usec = manner->finish_within_usec;
  self->listener = *listener;
  rebound_connection_set_observer (self->connection, &observer, self);
  return self;
}

char *
rebound_accepted_get_name (ReboundAccepted *self)
{
  return self->name;
}

GList *
rebound_accepted_get_link (ReboundAccepted *self)
{
  return &self->link;
}

void
rebound_accepted_close (ReboundAccepted *self)
{
  rebound_connection_set_observer (self->connection, NULL, NULL);
  rebound_connection_abandon (self->connection);
}

ReboundConnection *
rebound_accepted_get_connection (ReboundAccepted *self)
{
  return self->connection;
}

static void
clear (gpointer data)
{
  ReboundAccepted *self = data;

  g_object_unref (self->connection);
  g_ref_string_release (self->name);
  g_free (self->greeting);
}

void
rebound_accepted_free (gpointer self)
{
  rebound_accepted_close (self);
  rebound_accepted_unref (self);
}

ReboundAccepted *
rebound_accepted_ref (ReboundAccepted *self)
{
  return g_rc_box_acquire (self);
}

void
rebound_accepted_unref (gpointer self)
{
  g_rc_box_release_full (self, clear);
}

static gboolean
is_leaving (ReboundAccepted *self)
{
  return rebound_connection_is_leaving (self->connection);
}

/* A connection that we have not half-closed, and that is neither established nor left by the client
 * alone, is one that somebody else has ended. One that is on its way out finds that out itself. */
gboolean
rebound_accepted_is_dead (ReboundAccepted *self)
{
  int fd = self->connection->fd;
  guint8 state = fd >= 0 ? rebound_socket_state (fd) : TCP_CLOSE;

  return state != TCP_ESTABLISHED && state != TCP_CLOSE_WAIT && !is_leaving (self);
}

char *
rebound_accepted_describe_death (ReboundAccepted *self)
{
  int error_number = 0;
  socklen_t length = sizeof error_number;

  if (getsockopt (self->connection->fd, SOL_SOCKET, SO_ERROR, &error_number, &length) < 0)
    error_number = errno;
  return g_strdup (error_number != 0 ? rebound_errno_name (error_number)
                                     : "it was taken away with its listener");
}

static void
on_ended (ReboundConnection *connection, const char *how, gpointer user_data)
{
  ReboundAccepted *self = user_data;

  self->listener.finished (self, self->broken_by != NULL ? self->broken_by : how,
                           self->listener.user_data);
}

static void
on_broken (ReboundConnection *connection, int error_number, gpointer user_data)
{
  ReboundAccepted *self = user_data;

  if (!self->has_waited)
    self->broken_by = rebound_errno_name (error_number);
}

/* Closing with input unread is no good end: the kernel sends RST instead of FIN, and what the peer
 * has not read yet is lost to it. */
static void
finish_first (ReboundAccepted *self)
{
  rebound_connection_close_saying (self->connection, "the server closed first");
}

static void
on_peer_finished (ReboundConnection *connection, gpointer user_data)
{
  ReboundAccepted *self = user_data;
  const char *how = rebound_reclaim_tell_end (connection->socket, "the client closed first");

  if (is_leaving (self))
    {
      if (!connection->has_shut_down)
        self->listener.peer_finished (self, self->listener.user_data);
      return;
    }
  if (rebound_connection_is_asked_goodbye (connection))
    {
      rebound_accepted_leave (self, REBOUND_WAY_OUT_FINISH, self->finish_within_usec, 0);
      return;
    }
  rebound_connection_close_saying (connection, how);
}

static void
on_half_closed (ReboundConnection *connection, gpointer user_data)
{
  ReboundAccepted *self = user_data;

  if (!connection->has_peer_finished)
    self->listener.half_closed (self, self->listener.user_data);
}

/* Whether all that is to be said has been said, and it is ours to close. */
static gboolean
is_served (ReboundAccepted *self)
{
  if (self->close_order != REBOUND_CLOSE_ORDER_SERVER_FIRST || is_leaving (self)
      || rebound_connection_count_queued (self->connection) > 0)
    return FALSE;
  return self->on_accept != REBOUND_ON_ACCEPT_ECHO || self->has_answered;
}

/* Whoever does not take what we say is not listened to until he does. */
static void
go_on (ReboundAccepted *self)
{
  if (is_served (self))
    finish_first (self);
  else if (rebound_connection_count_queued (self->connection) > 0)
    {
      self->has_waited = self->connection->pending_error == 0;
      rebound_connection_stop_reading (self->connection);
    }
  else
    rebound_connection_start_reading (self->connection);
}

static void
on_flushed (ReboundConnection *connection, gpointer user_data)
{
  ReboundAccepted *self = user_data;

  self->has_answered = TRUE;
  if (!is_leaving (self))
    go_on (self);
}

/* Echoes what came, or drops it. */
static void
on_received (ReboundConnection *connection, GBytes *bytes, gpointer user_data)
{
  ReboundAccepted *self = user_data;
  gsize length_bytes;
  gconstpointer data = g_bytes_get_data (bytes, &length_bytes);

  if (self->on_accept != REBOUND_ON_ACCEPT_ECHO
      || !rebound_connection_send (connection, data, length_bytes))
    return;
  if (rebound_connection_count_queued (connection) == 0)
    self->has_answered = TRUE;
  go_on (self);
}

static const ReboundConnectionObserver observer = {
  .received = on_received,
  .flushed = on_flushed,
  .peer_finished = on_peer_finished,
  .half_closed = on_half_closed,
  .broken = on_broken,
  .ended = on_ended,
};

static void
greet (ReboundAccepted *self)
{
  gsize once_bytes = strlen (self->greeting);
  gsize length_bytes = self->greeting_bytes > 0 ? self->greeting_bytes : once_bytes;
  g_autofree char *text = g_malloc (length_bytes + 1);

  for (gsize i = 0; i < length_bytes && once_bytes > 0; i++)
    text[i] = self->greeting[i % once_bytes];
  if (once_bytes > 0)
    rebound_connection_send (self->connection, text, length_bytes);
}

void
rebound_accepted_serve (ReboundAccepted *self, gboolean is_read_at_once)
{
  if (self->on_accept == REBOUND_ON_ACCEPT_KEEP) /* not even looked at */
    return;
  if (self->on_accept == REBOUND_ON_ACCEPT_HELLO)
    greet (self);
  if (is_read_at_once && !is_served (self)
      && rebound_connection_count_queued (self->connection) == 0)
    rebound_connection_read_at_once (self->connection);
  else
    go_on (self);
}

/* -- on the way out -- */

void
rebound_accepted_leave (ReboundAccepted *self,
                        ReboundWayOut way,
                        gint64 deadline_usec,
                        gint64 drain_bytes)
{
  self->has_waited = TRUE;
  rebound_connection_leave (self->connection, way, deadline_usec, drain_bytes);
}

void
rebound_accepted_give_up (ReboundAccepted *self, const char *why)
{
  if (is_leaving (self))
    rebound_connection_give_up (self->connection, why);
}

char *
rebound_accepted_dup_waiting_for (ReboundAccepted *self)
{
  g_autofree char *what = rebound_connection_dup_waiting_for (self->connection);

  return what != NULL ? g_strdup_printf ("%s (%s)", what, self->name) : NULL;
}
