/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ways out of a connection, and what each costs. The proper one has four steps: send the last
 * data, end our half, read until the peer's end, close. Whoever leaves out the third has input
 * unread when it closes, the kernel answers with an RST, and that throws away what is still on its
 * way to the peer. But a peer that never ends, or never stops talking, must not keep us: so there
 * is a deadline and a limit, and past either the connection is aborted, and says what that cost.
 *
 * The accounts are settled just before the descriptor is closed, for nobody can ask the kernel
 * after that. */

#include "rebound-connection-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lifecycle/rebound-application.h"
#include "lifecycle/rebound-duration.h"
#include "lifecycle/rebound-planted-private.h"
#include "rebound-errno.h"
#include "rebound-history-private.h"
#include "rebound-socket-diag-private.h"
#include "lifecycle/rebound-trouble-private.h"

/* What is kept of the stay in the background for whoever has to end the task: an expiration
 * callback comes about a second before the end. */
#define GRACE_USEC G_USEC_PER_SEC

/* -- the end -- */

/* @is_cut: what is on its way will not arrive. */
static void
settle_accounts (ReboundConnection *self, gboolean is_cut)
{
  ReboundConnectionFigures *figures = &self->figures;
  guint64 unacknowledged_bytes;
  gboolean is_known;

  is_known = rebound_connection_count_acknowledged (self);
  unacknowledged_bytes = figures->handed_bytes - figures->acknowledged_bytes;
  figures->left_bytes = is_cut && is_known ? 0 : unacknowledged_bytes;
  figures->lost_bytes = figures->given_bytes - figures->acknowledged_bytes - figures->left_bytes;
}

/* The one order of teardown: sources, then the descriptor. */
static void
release (ReboundConnection *self)
{
  self->state = REBOUND_CONNECTION_STATE_CLOSED;
  self->is_reading = FALSE;
  if (self->queue != NULL)
    g_byte_array_set_size (self->queue, 0);
  self->queue_start = 0;
  if (self->rest_timer != NULL)
    rebound_timer_disarm (self->rest_timer);
  if (self->deadline_timer != NULL)
    rebound_timer_disarm (self->deadline_timer);
  g_clear_pointer (&self->watch, rebound_watch_free);
  rebound_connection_touch (self);
  rebound_history_note_account (self->socket, self->figures.given_bytes, self->figures.lost_bytes);
  rebound_socket_close_descriptor (&self->socket, &self->fd);
}

/* Whoever is told may let go of the connection. */
static void
tell_end (ReboundConnection *self, int error_number, const char *how)
{
  g_object_ref (self);
  if (error_number != 0)
    rebound_connection_emit_error (self, error_number);
  rebound_connection_emit_ended (self, how);
  rebound_connection_update (self);
  g_object_unref (self);
}

static char *
dup_loss (ReboundConnection *self)
{
  const ReboundConnectionFigures *figures = &self->figures;
  GString *text = g_string_new (NULL);

  if (figures->lost_bytes == 0)
    g_string_append (text, "nothing lost");
  else
    g_string_append_printf (text, "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes lost",
                            figures->lost_bytes, figures->given_bytes);
  if (figures->left_bytes > 0)
    g_string_append_printf (text, ", %" G_GUINT64_FORMAT " left to the kernel",
                            figures->left_bytes);
  return g_string_free (text, FALSE);
}

static void
set_linger_zero (ReboundConnection *self)
{
  const struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  if (setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) < 0)
    rebound_trouble_note ("setsockopt (SO_LINGER)");
}

void
rebound_connection_give_up (ReboundConnection *self, const char *why)
{
  g_autofree char *loss = NULL;
  g_autofree char *how = NULL;

  if (self->state == REBOUND_CONNECTION_STATE_CLOSED)
    return;
  settle_accounts (self, TRUE);
  set_linger_zero (self);
  rebound_history_note_why (self->socket, why);
  release (self);
  loss = dup_loss (self);
  how = g_strdup_printf ("aborted%s%s; %s", why != NULL ? ": " : "", why != NULL ? why : "", loss);
  tell_end (self, 0, how);
}

void
rebound_connection_abort (ReboundConnection *self)
{
  g_return_if_fail (REBOUND_IS_CONNECTION (self));

  rebound_connection_give_up (self, NULL);
}

int
rebound_connection_count_unread (ReboundConnection *self)
{
  int unread_bytes = 0;

  if (self->fd >= 0 && ioctl (self->fd, FIONREAD, &unread_bytes) < 0)
    rebound_trouble_note ("ioctl (FIONREAD)");
  if (self->fd < 0 || unread_bytes == 0
      || rebound_socket_state (self->fd) == TCP_CLOSE) /* nobody is there to be sent an RST */
    return 0;
  return unread_bytes;
}

/* Nothing arrives any more that is not acknowledged where an RST was sent or received; after an end
 * in good order everything was. */
static gboolean
is_cut_by_close (ReboundConnection *self, int unread_bytes)
{
  rebound_connection_count_acknowledged (self);
  return unread_bytes > 0
         || (self->figures.handed_bytes > self->figures.acknowledged_bytes
             && rebound_socket_state (self->fd) == TCP_CLOSE);
}

/* @how, and what a close with @unread_bytes costs. (transfer full) */
static char *
describe_cost (ReboundConnection *self, const char *how, int unread_bytes)
{
  gsize queued_bytes = rebound_connection_count_queued (self);
  GString *text = g_string_new (how);

  if (unread_bytes > 0)
    g_string_append_printf (text, ", with %d byte%s unread: by RST", unread_bytes,
                            unread_bytes == 1 ? "" : "s");
  if (queued_bytes > 0)
    g_string_append_printf (text, "; %" G_GSIZE_FORMAT " bytes that were queued are lost",
                            queued_bytes);
  return g_string_free (text, FALSE);
}

char *
rebound_connection_describe_close (ReboundConnection *self, const char *how)
{
  return describe_cost (self, how, rebound_connection_count_unread (self));
}

void
rebound_connection_close_saying (ReboundConnection *self, const char *how)
{
  g_autofree char *cost = NULL;
  int unread_bytes;

  if (self->state == REBOUND_CONNECTION_STATE_CLOSED)
    return;
  unread_bytes = rebound_connection_count_unread (self);
  if (unread_bytes > 0 || rebound_connection_count_queued (self) > 0)
    cost = describe_cost (self, how, unread_bytes);
  settle_accounts (self, is_cut_by_close (self, unread_bytes));
  release (self);
  tell_end (self, 0, cost != NULL ? cost : how);
}

/* What is told of most closes needs no making. */
static char *
describe_own_close (ReboundConnection *self, int unread_bytes)
{
  g_autofree char *loss = NULL;

  if (unread_bytes == 0 && self->figures.lost_bytes == 0 && self->figures.left_bytes == 0)
    return g_strdup ("closed; nothing lost");
  loss = dup_loss (self);
  if (unread_bytes == 0)
    return g_strdup_printf ("closed; %s", loss);
  return g_strdup_printf ("closed, with %d byte%s unread: by RST; %s", unread_bytes,
                          unread_bytes == 1 ? "" : "s", loss);
}

void
rebound_connection_close (ReboundConnection *self)
{
  g_autofree char *how = NULL;
  int unread_bytes;

  g_return_if_fail (REBOUND_IS_CONNECTION (self));
  if (self->state == REBOUND_CONNECTION_STATE_CLOSED)
    return;
  unread_bytes = rebound_connection_count_unread (self);
  settle_accounts (self, is_cut_by_close (self, unread_bytes));
  release (self);
  how = describe_own_close (self, unread_bytes);
  tell_end (self, 0, how);
}

void
rebound_connection_abandon (ReboundConnection *self)
{
  if (self->state == REBOUND_CONNECTION_STATE_CLOSED)
    return;
  settle_accounts (self, is_cut_by_close (self, rebound_connection_count_unread (self)));
  release (self);
  rebound_connection_update (self);
}

void
rebound_connection_fail (ReboundConnection *self, int error_number)
{
  g_autofree char *loss = NULL;
  g_autofree char *how = NULL;

  self->error_number = error_number;
  settle_accounts (self, TRUE);
  rebound_history_note_error (self->socket, self->pending_error != 0 ? "send" : "recv",
                              error_number);
  release (self);
  loss = dup_loss (self);
  how = g_strdup_printf ("%s; %s", rebound_errno_name (error_number), loss);
  tell_end (self, error_number, how);
}

ReboundPeerReading
rebound_connection_get_peer_reading (ReboundConnection *self)
{
  ReboundConnectionFigures figures;

  g_return_val_if_fail (REBOUND_IS_CONNECTION (self), REBOUND_PEER_READING_UNKNOWN);
  if (self->has_peer_said_goodbye)
    return REBOUND_PEER_READING_SAID_GOODBYE;
  rebound_connection_get_figures (self, &figures);
  if (figures.acknowledged_bytes < figures.given_bytes)
    return REBOUND_PEER_READING_UNKNOWN;
  return self->has_peer_finished ? REBOUND_PEER_READING_ENDED : REBOUND_PEER_READING_ACKNOWLEDGED;
}

static const char *const readings[] = {
  [REBOUND_PEER_READING_UNKNOWN] = "not all is acknowledged yet",
  [REBOUND_PEER_READING_ACKNOWLEDGED] = "all is acknowledged",
  [REBOUND_PEER_READING_ENDED] = "the peer has read all of it, if it has closed",
  [REBOUND_PEER_READING_SAID_GOODBYE] = "the peer has read all of it, and said goodbye",
};

/* Our end has just been sent: what the peer's TCP says to it comes when nobody is here any more. */
static void
end_after_peer (ReboundConnection *self)
{
  g_autofree char *how = NULL;

  settle_accounts (self, FALSE);
  release (self);
  how = g_strdup_printf ("both ends in good order, the peer's first; %" G_GUINT64_FORMAT
                         " bytes sent",
                         self->figures.handed_bytes);
  tell_end (self, 0, how);
}

void
rebound_connection_end_in_order (ReboundConnection *self)
{
  g_autofree char *how = NULL;

  settle_accounts (self, FALSE);
  release (self);
  how = g_strdup_printf ("both ends in good order, %" G_GUINT64_FORMAT " bytes sent: %s",
                         self->figures.handed_bytes,
                         readings[rebound_connection_get_peer_reading (self)]);
  tell_end (self, 0, how);
}

/* -- ending our half -- */

/* To shut down what is gone already is ENOTCONN; why it is gone is the better answer. */
static int
take_socket_error (ReboundConnection *self, int otherwise)
{
  int error_number = 0;
  socklen_t length = sizeof error_number;

  if (getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error_number, &length) < 0 || error_number == 0)
    return otherwise;
  return error_number;
}

void
rebound_connection_shut_down_if_asked (ReboundConnection *self)
{
  if (self->has_shut_down || self->pending_error != 0
      || (self->state != REBOUND_CONNECTION_STATE_SHUTTING_DOWN
          && self->state != REBOUND_CONNECTION_STATE_FINISHING))
    return;
  if (shutdown (self->fd, SHUT_WR) < 0)
    {
      self->pending_error = take_socket_error (self, errno);
      rebound_connection_arm_rest (self, 0);
      return;
    }
  self->has_shut_down = TRUE;
  rebound_history_note_shutdown (self->socket, FALSE);
  rebound_connection_touch (self);
  if (self->state == REBOUND_CONNECTION_STATE_SHUTTING_DOWN)
    self->state = REBOUND_CONNECTION_STATE_HALF_CLOSED;
  rebound_connection_emit_half_closed (self);
  if (self->has_peer_finished && self->state != REBOUND_CONNECTION_STATE_CLOSED)
    end_after_peer (self);
  else if (REBOUND_PLANTED (drain_skipped))
    rebound_connection_end_in_order (self);
}

static void
begin_to_end (ReboundConnection *self, ReboundConnectionState state)
{
  gboolean may_speak = self->state == REBOUND_CONNECTION_STATE_OPEN;

  g_object_ref (self);
  self->state = state;
  if (may_speak && self->goodbye != NULL)
    {
      g_string_truncate (self->tail, 0); /* an answer comes after this */
      rebound_connection_enqueue (self, self->goodbye, strlen (self->goodbye));
    }
  if (rebound_connection_count_queued (self) == 0)
    rebound_connection_shut_down_if_asked (self);
  rebound_connection_update (self);
  g_object_unref (self);
}

void
rebound_connection_shutdown_send (ReboundConnection *self)
{
  g_return_if_fail (REBOUND_IS_CONNECTION (self));

  if (self->state == REBOUND_CONNECTION_STATE_OPEN)
    begin_to_end (self, REBOUND_CONNECTION_STATE_SHUTTING_DOWN);
}

/* -- the proper way -- */

static void
on_deadline (gpointer user_data)
{
  ReboundConnection *self = user_data;
  g_autofree char *time = rebound_duration_to_string (self->deadline_usec);
  g_autofree char *why = NULL;

  if (self->has_shut_down)
    why = g_strdup_printf ("the peer had not ended %s after it was asked to", time);
  else
    why = g_strdup_printf ("the peer had not taken everything after %s", time);
  rebound_connection_give_up (self, why);
}

static void
arm_deadline (ReboundConnection *self)
{
  if (self->deadline_timer == NULL)
    self->deadline_timer
        = rebound_site_new_timer (self->site, "connection: finish", on_deadline, self);
  rebound_timer_arm (self->deadline_timer, self->deadline_usec);
}

static void
remember_tail (ReboundConnection *self, const guint8 *bytes, gsize length_bytes)
{
  gsize goodbye_bytes = self->goodbye != NULL ? strlen (self->goodbye) : 0;

  if (goodbye_bytes == 0)
    return;
  if (length_bytes > goodbye_bytes)
    {
      bytes += length_bytes - goodbye_bytes;
      length_bytes = goodbye_bytes;
    }
  g_string_append_len (self->tail, (const char *) bytes, (gssize) length_bytes);
  if (self->tail->len > goodbye_bytes)
    g_string_erase (self->tail, 0, (gssize) (self->tail->len - goodbye_bytes));
}

static gboolean
ends_with_goodbye (ReboundConnection *self)
{
  return self->goodbye != NULL && strcmp (self->tail->str, self->goodbye) == 0;
}

static void
drain (ReboundConnection *self, gsize length_bytes)
{
  g_autofree char *why = NULL;

  self->figures.drained_bytes += length_bytes;
  if (self->figures.drained_bytes <= (guint64) self->drain_limit_bytes)
    return;
  why = g_strdup_printf ("the peer went on talking: more than %" G_GINT64_FORMAT " bytes drained",
                         self->drain_limit_bytes);
  rebound_connection_give_up (self, why);
}

gboolean
rebound_connection_judge_input (ReboundConnection *self, const guint8 *bytes, gsize length_bytes)
{
  remember_tail (self, bytes, length_bytes);
  self->has_peer_said_goodbye = self->has_shut_down && ends_with_goodbye (self);
  if (self->state != REBOUND_CONNECTION_STATE_FINISHING)
    return TRUE;
  drain (self, length_bytes);
  return FALSE;
}

gboolean
rebound_connection_is_asked_goodbye (ReboundConnection *self)
{
  return self->state == REBOUND_CONNECTION_STATE_OPEN && self->has_peer_finished
         && ends_with_goodbye (self);
}

/* An application that is in the background has so long and no longer. */
static gint64
limit_to_budget (ReboundConnection *self, gint64 deadline_usec)
{
  ReboundApplication *application = rebound_application_of_site (self->site);
  gint64 left_usec = application != NULL ? rebound_application_get_time_remaining_usec (application)
                                         : G_MAXINT64;

  if (left_usec == G_MAXINT64)
    return deadline_usec;
  return MIN (deadline_usec, left_usec - MIN (GRACE_USEC, left_usec / 2));
}

void
rebound_connection_finish (ReboundConnection *self, gint64 deadline_usec, gint64 drain_bytes)
{
  gint64 limited_usec;
  gint64 now_usec;

  g_return_if_fail (REBOUND_IS_CONNECTION (self));
  if (self->state == REBOUND_CONNECTION_STATE_CLOSED)
    return;
  now_usec = rebound_clock_get_time_usec (rebound_site_get_clock (self->site));
  limited_usec = MAX (limit_to_budget (self, deadline_usec), 0);
  if (self->state != REBOUND_CONNECTION_STATE_FINISHING)
    self->finish_end_usec = G_MAXINT64;
  if (now_usec + limited_usec < self->finish_end_usec)
    {
      self->finish_end_usec = now_usec + limited_usec;
      self->deadline_usec = limited_usec;
      arm_deadline (self);
    }
  if (self->state != REBOUND_CONNECTION_STATE_FINISHING)
    {
      self->drain_limit_bytes = drain_bytes;
      begin_to_end (self, REBOUND_CONNECTION_STATE_FINISHING);
    }
  else
    self->drain_limit_bytes = MIN (self->drain_limit_bytes, drain_bytes);
}

void
rebound_connection_leave (ReboundConnection *self,
                          ReboundWayOut way,
                          gint64 deadline_usec,
                          gint64 drain_bytes)
{
  switch (way)
    {
    case REBOUND_WAY_OUT_SHUTDOWN_SEND:
      rebound_connection_start_reading (self);
      rebound_connection_shutdown_send (self);
      break;
    case REBOUND_WAY_OUT_CLOSE:
      rebound_connection_close (self);
      break;
    case REBOUND_WAY_OUT_ABORT:
      rebound_connection_abort (self);
      break;
    case REBOUND_WAY_OUT_FINISH:
    default:
      rebound_connection_finish (self, deadline_usec, drain_bytes);
    }
}

gboolean
rebound_connection_is_leaving (ReboundConnection *self)
{
  return self->state != REBOUND_CONNECTION_STATE_OPEN
         && self->state != REBOUND_CONNECTION_STATE_CLOSED;
}

char *
rebound_connection_dup_waiting_for (ReboundConnection *self)
{
  g_return_val_if_fail (REBOUND_IS_CONNECTION (self), NULL);

  if (self->state == REBOUND_CONNECTION_STATE_OPEN
      || self->state == REBOUND_CONNECTION_STATE_CLOSED)
    return NULL;
  if (!self->has_shut_down)
    return g_strdup_printf ("waits for the peer to take %" G_GSIZE_FORMAT " bytes that are queued",
                            rebound_connection_count_queued (self));
  if (!self->is_reading && self->state != REBOUND_CONNECTION_STATE_FINISHING)
    return g_strdup ("is not read from, and so does not see the peer's end");
  return g_strdup ("waits for the peer's end");
}
