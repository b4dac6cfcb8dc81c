/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call is dialled, says what it has to say, is answered, and ends; then it can be dialled again.
 * Until somebody answers the SYN the socket is a ReboundDial's; from then on it is a
 * ReboundConnection's, so that a client has the ways out that a listener has. */

#include "rebound-call-private.h"

#include <string.h>

#include "rebound-dial-private.h"
#include "rebound-reclaim-private.h"

/* An answer is kept up to here; the rest is read and dropped. */
#define ANSWER_LIMIT_BYTES 65536

struct _ReboundCall
{
  ReboundSite *site;
  const ReboundCallEnding *ending;
  const char *end; /* interned */
  ReboundCallListener listener;
  gpointer user_data;

  guint number;
  char *name;
  char *message;
  gboolean awaits_answer;
  gboolean close_first;
  GString *answer;
  gboolean is_answered;
  gboolean was_established;

  ReboundDial *dial;
  ReboundConnection *connection; /* NULL until it is established; kept when it has ended */
  char *how; /* what is told of its end, where that is not what the connection tells of it */
};

void
rebound_call_abandon (ReboundCall *self)
{
  rebound_dial_stop (self->dial);
  if (self->connection == NULL)
    return;
  rebound_connection_set_observer (self->connection, NULL, NULL);
  rebound_connection_abandon (self->connection);
}

void
rebound_call_close (ReboundCall *self)
{
  rebound_call_abandon (self);
  g_clear_object (&self->connection);
}

static void
clear (gpointer data)
{
  ReboundCall *self = data;

  g_string_free (self->answer, TRUE);
  g_free (self->message);
  g_free (self->name);
  g_free (self->how);
}

static void
release (ReboundCall *self)
{
  g_rc_box_release_full (self, clear);
}

typedef ReboundCall ReboundHeldCall;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundHeldCall, release)

/* Whoever tells of something holds a reference, for whoever is told may free the call. */
void
rebound_call_free (gpointer data)
{
  ReboundCall *self = data;

  rebound_call_close (self);
  g_clear_pointer (&self->dial, rebound_dial_free);
  release (self);
}

static gboolean
is_open (ReboundCall *self)
{
  return self->connection != NULL
         && rebound_connection_get_state (self->connection) != REBOUND_CONNECTION_STATE_CLOSED;
}

/* -- talking -- */

static void
keep_answer (ReboundCall *self, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length && self->answer->len < ANSWER_LIMIT_BYTES; i++)
    if (g_ascii_iscntrl (bytes[i]) && bytes[i] != '\n' && bytes[i] != '\t')
      g_string_append_c (self->answer, '.');
    else
      g_string_append_c (self->answer, bytes[i]);
}

static void
on_received (ReboundConnection *connection, GBytes *bytes, gpointer user_data)
{
  gsize length_bytes;
  const char *data = g_bytes_get_data (bytes, &length_bytes);

  keep_answer (user_data, data, length_bytes);
}

static void
tell_answer (ReboundCall *self)
{
  g_autofree char *answer = NULL;

  if (self->is_answered || self->answer->len == 0)
    return;
  self->is_answered = TRUE;
  answer = g_utf8_make_valid (self->answer->str, (gssize) self->answer->len);
  self->listener.answered (self, answer, self->user_data);
}

static gboolean
can_leave (ReboundCall *self)
{
  return is_open (self) && !rebound_connection_is_leaving (self->connection);
}

static void
leave (ReboundCall *self, ReboundWayOut way, const char *how)
{
  rebound_call_leave (self, way, self->ending->finish_within_usec, self->ending->drain_limit_bytes,
                      how);
}

static void
close_if_first (ReboundCall *self)
{
  if (can_leave (self) && self->close_first && (self->is_answered || !self->awaits_answer))
    leave (self, self->ending->way_out, "the client closed first");
}

static void
on_read_dry (ReboundConnection *connection, gpointer user_data)
{
  g_autoptr (ReboundHeldCall) self = g_rc_box_acquire (user_data);

  tell_answer (self);
  close_if_first (self);
}

/* A socket that was taken away can only be closed. */
static void
answer_end (ReboundCall *self)
{
  const char *const how = "the other end closed first";
  const char *told = rebound_reclaim_tell_end (self->connection->socket, how);

  if (rebound_connection_is_asked_goodbye (self->connection))
    leave (self, REBOUND_WAY_OUT_FINISH, how);
  else
    leave (self, told == how ? self->ending->way_out : REBOUND_WAY_OUT_CLOSE, told);
}

static void
on_peer_finished (ReboundConnection *connection, gpointer user_data)
{
  g_autoptr (ReboundHeldCall) self = g_rc_box_acquire (user_data);

  tell_answer (self);
  if (can_leave (self))
    answer_end (self);
  if (is_open (self) && !connection->has_shut_down)
    self->listener.peer_finished (self, self->user_data);
}

static void
on_half_closed (ReboundConnection *connection, gpointer user_data)
{
  ReboundCall *self = user_data;

  if (!connection->has_peer_finished)
    self->listener.half_closed (self, self->user_data);
}

static void
on_ended (ReboundConnection *connection, const char *how, gpointer user_data)
{
  g_autoptr (ReboundHeldCall) self = g_rc_box_acquire (user_data);
  g_autofree char *told = self->how != NULL ? g_steal_pointer (&self->how) : g_strdup (how);

  if (connection->error_number != 0)
    self->listener.failed (self, connection->error_number, self->user_data);
  else
    self->listener.closed (self, told, self->user_data);
}

static const ReboundConnectionObserver observer = {
  .received = on_received,
  .read_dry = on_read_dry,
  .peer_finished = on_peer_finished,
  .half_closed = on_half_closed,
  .ended = on_ended,
};

static void
on_connected (int fd, ReboundSocket *socket, ReboundWatch *watch, gpointer user_data)
{
  g_autoptr (ReboundHeldCall) self = g_rc_box_acquire (user_data);

  self->was_established = TRUE;
  self->connection = rebound_connection_new_of_table (self->site, fd, socket);
  rebound_connection_take_watch (self->connection, watch);
  rebound_connection_set_observer (self->connection, &observer, self);
  rebound_connection_set_goodbye (self->connection, self->ending->goodbye);
  self->listener.connected (self, self->user_data);
  if (!can_leave (self))
    return;
  if (!self->close_first || self->awaits_answer)
    rebound_connection_start_reading (self->connection);
  if (self->message != NULL)
    rebound_connection_send (self->connection, self->message, strlen (self->message));
  close_if_first (self);
}

static void
on_backlog_full (gint64 again_usec, gpointer user_data)
{
  ReboundCall *self = user_data;

  self->listener.backlog_full (self, again_usec, self->user_data);
}

static void
on_failed (int error_number, gpointer user_data)
{
  g_autoptr (ReboundHeldCall) self = g_rc_box_acquire (user_data);

  self->listener.failed (self, error_number, self->user_data);
}

ReboundCall *
rebound_call_new (ReboundSite *site,
                  const char *end,
                  const ReboundCallEnding *ending,
                  const ReboundCallListener *listener,
                  gpointer user_data)
{
  static const ReboundDialListener dial_listener = { on_connected, on_backlog_full, on_failed };
  ReboundCall *self = g_rc_box_new0 (ReboundCall);

  self->site = site;
  self->end = g_intern_string (end);
  self->ending = ending;
  self->listener = *listener;
  self->user_data = user_data;
  self->answer = g_string_new (NULL);
  self->dial = rebound_dial_new (site, self->end, &dial_listener, self);
  return self;
}

void
rebound_call_dial (ReboundCall *self,
                   guint number,
                   const struct sockaddr_storage *address,
                   socklen_t length,
                   const ReboundCallManner *manner)
{
  rebound_call_close (self);
  self->number = number;
  g_free (self->name);
  self->name = g_strdup_printf ("%s#%u", self->end, number);
  g_free (self->message);
  self->message
      = manner->message != NULL && *manner->message != '\0' ? g_strdup (manner->message) : NULL;
  self->awaits_answer = manner->awaits_answer;
  self->close_first = manner->close_first;
  self->is_answered = FALSE;
  self->was_established = FALSE;
  g_string_truncate (self->answer, 0);
  rebound_dial_begin (self->dial, self->name, address, length, manner->connect_timeout_usec);
}

void
rebound_call_hang_up (ReboundCall *self)
{
  if (can_leave (self))
    leave (self, self->ending->way_out, "the client closed first");
}

void
rebound_call_leave (ReboundCall *self,
                    ReboundWayOut way,
                    gint64 deadline_usec,
                    gint64 drain_bytes,
                    const char *how)
{
  if (!is_open (self))
    return;
  g_clear_pointer (&self->how, g_free);
  if (way == REBOUND_WAY_OUT_CLOSE)
    self->how = rebound_connection_describe_close (self->connection, how);
  rebound_connection_leave (self->connection, way, deadline_usec, drain_bytes);
}

gboolean
rebound_call_say (ReboundCall *self, gconstpointer bytes, gsize length_bytes)
{
  if (!can_leave (self) || !rebound_connection_send (self->connection, bytes, length_bytes))
    return FALSE;
  self->awaits_answer = TRUE;
  self->is_answered = FALSE;
  g_string_truncate (self->answer, 0);
  return TRUE;
}

ReboundConnection *
rebound_call_get_connection (ReboundCall *self)
{
  return self->connection;
}

ReboundCallPhase
rebound_call_get_phase (ReboundCall *self)
{
  if (is_open (self))
    return REBOUND_CALL_OPEN;
  return rebound_dial_get_phase (self->dial) == REBOUND_DIAL_IDLE ? REBOUND_CALL_IDLE
                                                                  : REBOUND_CALL_DIALLING;
}

const char *
rebound_call_get_name (ReboundCall *self)
{
  return self->name;
}

guint
rebound_call_get_number (ReboundCall *self)
{
  return self->number;
}

char *
rebound_call_dup_waiting_for (ReboundCall *self)
{
  g_autofree char *what = NULL;

  if (rebound_call_get_phase (self) == REBOUND_CALL_DIALLING)
    return g_strdup ("waits for its connection");
  if (!is_open (self))
    return NULL;
  what = rebound_connection_dup_waiting_for (self->connection);
  if (what != NULL)
    return g_strdup_printf ("%s (%s)", what, self->name);
  return g_strdup (self->awaits_answer && !self->is_answered ? "waits for an answer"
                                                             : "waits for the other end to close");
}

gboolean
rebound_call_was_established (ReboundCall *self)
{
  return self->was_established;
}
