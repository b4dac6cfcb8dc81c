/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one end of a connection is told, by an errno, follows from what the other one did, and often
 * the kernel has forgotten both when somebody asks. So each end writes down what it does when it
 * does it: what was unread when its descriptor was closed, whether that made an RST of the FIN, and
 * what it was told itself. Nothing here is guessed: it is asked of the descriptor while that is
 * open. */

#include "rebound-history-private.h"

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lifecycle/rebound-trouble-private.h"
#include "rebound-explanation-parts-private.h"
#include "rebound-socket-private.h"

static ReboundHistoryEnd *
end_of (ReboundSocket *socket)
{
  if (socket == NULL || socket->history == NULL)
    return NULL;
  return &socket->history->ends[socket->history_side];
}

static ReboundHistoryEnd *
other_end_of (ReboundSocket *socket)
{
  return &socket->history->ends[1 - socket->history_side];
}

static gint64
now_usec (ReboundHistory *self)
{
  return rebound_explanation_get_time_usec (self->explanation);
}

/* -- coming and going -- */

static void
clear (gpointer data)
{
  ReboundHistory *self = data;

  rebound_explanation_take_history (self->explanation, self);
  for (guint i = 0; i < G_N_ELEMENTS (self->ends); i++)
    g_free (self->ends[i].why);
  g_free (self->connection);
  rebound_explanation_unref (self->explanation);
}

static gboolean
is_waiting_for_other (ReboundSocket *other)
{
  return other != NULL && other->history != NULL && other->history->ends[1].end == NULL;
}

void
rebound_history_begin (ReboundSocket *socket, ReboundSocket *other)
{
  ReboundExplanation *explanation = rebound_socket_get_explanation (socket);
  ReboundHistory *self;

  if (explanation == NULL || !socket->is_pairable || socket->history != NULL)
    return;
  if (is_waiting_for_other (other))
    {
      self = g_rc_box_acquire (other->history);
      socket->history_side = 1;
      self->joined_usec = now_usec (self);
    }
  else
    {
      self = g_rc_box_new0 (ReboundHistory);
      self->explanation = rebound_explanation_ref (explanation);
      self->serial = rebound_explanation_next_serial (explanation);
      self->connection = g_strdup (socket->connection);
      self->port = g_ntohs (socket->key.remote_port);
      self->begun_usec = now_usec (self);
      self->joined_usec = -1;
      rebound_explanation_find_listener (explanation, self);
    }
  socket->history = self;
  end_of (socket)->end = socket->end;
}

void
rebound_history_leave (ReboundSocket *socket)
{
  if (socket->history != NULL)
    g_rc_box_release_full (g_steal_pointer (&socket->history), clear);
}

/* -- what an end does -- */

static guint64
ask_bytes (int fd, unsigned long request)
{
  int size_bytes = 0;

  rebound_trouble_is_done (ioctl (fd, request, &size_bytes), "ioctl (FIONREAD, SIOCOUTQ)");
  return (guint64) MAX (size_bytes, 0);
}

static gboolean
is_abortive (int fd)
{
  struct linger linger = { 0 };
  socklen_t length = sizeof linger;

  return rebound_trouble_is_done (getsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, &length),
                                  "getsockopt (SO_LINGER)")
         && linger.l_onoff && linger.l_linger == 0;
}

/* As the kernel looks at it: input that is unread first, then SO_LINGER. Where nobody is there any
 * more neither sends anything. */
static void
look_before_close (ReboundHistoryEnd *end, int fd)
{
  end->was_over = rebound_socket_state (fd) == TCP_CLOSE;
  if (end->was_over)
    return;
  end->unread_bytes = ask_bytes (fd, FIONREAD);
  end->is_abortive = end->unread_bytes == 0 && is_abortive (fd);
  end->is_reset = end->unread_bytes > 0 || end->is_abortive;
  end->unsent_bytes = ask_bytes (fd, SIOCOUTQ);
}

static void
set_fate (ReboundSocket *socket, ReboundEndFate fate)
{
  ReboundHistoryEnd *end = end_of (socket);

  end->fate = fate;
  end->fate_usec = now_usec (socket->history);
  end->place = rebound_socket_get_statement (socket);
}

void
rebound_history_note_close (ReboundSocket *socket)
{
  ReboundHistoryEnd *end = end_of (socket);

  if (end == NULL || socket->fd < 0 || end->fate != REBOUND_END_OPEN)
    return;
  look_before_close (end, socket->fd);
  set_fate (socket, rebound_explanation_is_not_running (socket->site) ? REBOUND_END_EXITED
                                                                      : REBOUND_END_CLOSED);
}

void
rebound_history_note_unread (ReboundSocket *socket)
{
  ReboundHistoryEnd *end = end_of (socket);

  if (end != NULL && socket->fd >= 0 && end->fate == REBOUND_END_OPEN)
    end->unread_bytes = ask_bytes (socket->fd, FIONREAD);
}

void
rebound_history_note_taken (ReboundSocket *socket, const char *style)
{
  ReboundHistoryEnd *end = end_of (socket);

  if (end == NULL || end->fate != REBOUND_END_OPEN)
    return;
  end->was_over = other_end_of (socket)->fate != REBOUND_END_OPEN;
  set_fate (socket, REBOUND_END_TAKEN);
  end->style = style;
}

void
rebound_history_note_error (ReboundSocket *socket, const char *call, int error_number)
{
  ReboundHistoryEnd *end = end_of (socket);

  if (end == NULL || end->error_number != 0 || error_number == 0)
    return;
  end->call = call;
  end->error_number = error_number;
  end->error_usec = now_usec (socket->history);
  if (other_end_of (socket)->end == NULL) /* whose listener may have another one's port next */
    end->is_explained
        = rebound_explanation_note_reset_in_backlog (socket->history->explanation, socket->history);
}

void
rebound_history_note_sent (ReboundSocket *socket, gsize sent_bytes)
{
  ReboundHistoryEnd *end = end_of (socket);

  const ReboundHistoryEnd *other;

  if (end == NULL)
    return;
  other = other_end_of (socket);
  if (other->fate != REBOUND_END_OPEN || other->has_shut_both)
    end->late_bytes += sent_bytes;
}

void
rebound_history_note_shutdown (ReboundSocket *socket, gboolean is_both)
{
  ReboundHistoryEnd *end = end_of (socket);

  if (end == NULL)
    return;
  end->has_shut_down = TRUE;
  end->has_shut_both = end->has_shut_both || is_both;
}

void
rebound_history_note_account (ReboundSocket *socket, guint64 given_bytes, guint64 lost_bytes)
{
  ReboundHistoryEnd *end = end_of (socket);

  if (end == NULL)
    return;
  end->given_bytes = given_bytes;
  end->lost_bytes = lost_bytes;
}

void
rebound_history_note_why (ReboundSocket *socket, const char *why)
{
  ReboundHistoryEnd *end = end_of (socket);

  if (end == NULL || why == NULL)
    return;
  g_free (end->why);
  end->why = g_strdup (why);
}
