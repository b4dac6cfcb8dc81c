/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes in and out of a connection. What is given is handed to TCP at once as far as TCP takes
 * it, which saves a turn of the main loop and a copy; the rest waits in one array.
 *
 * A send that fails is not the end of what can be read: bytes that came before an RST are still
 * there. So an error waits until they are read, and is always told from the main loop. */

#include "rebound-connection-private.h"

#include <errno.h>
#include <linux/tcp.h> /* tcpi_bytes_acked is not in the C library's */
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lifecycle/rebound-trouble-private.h"
#include "rebound-history-private.h"
#include "rebound-linux-kernel-private.h"

/* Bytes read at a time: what Linux takes for one segment of its loopback (the MTU of lo). */
#define BUFFER_BYTES 65536

/* Buffers that are read in one dispatch, so that a peer with much to say does not keep others from
 * their turn: about what is in flight on a fast connection (tcp_rmem's default maximum is 6 MiB).
 */
#define READS_A_TURN 16

/* A read of less has taken all there was: so a message costs one recv(). Of a stream more has come
 * meanwhile, as a rule, for what was taken has opened the window; to go through the main loop for
 * it costs three calls. A page: what is copied then costs more than a recv() in vain. */
#define SHORT_BYTES 4096

/* The same for whoever is told when there is no more: 16 MiB, which is more than a receive buffer
 * holds (tcp_rmem: 6 MiB, 32 MiB since 6.16, of which half is the window). */
#define READS_UNTIL_DRY 256

/* How long it rests when the kernel has no memory for it. */
#define REST_USEC (100 * 1000)

gsize
rebound_connection_get_queued_bytes (ReboundConnection *self)
{
  g_return_val_if_fail (REBOUND_IS_CONNECTION (self), 0);

  return rebound_connection_count_queued (self);
}

static gboolean
wants_input (ReboundConnection *self)
{
  return !self->has_peer_finished
         && (self->is_reading || self->state == REBOUND_CONNECTION_STATE_FINISHING);
}

void
rebound_connection_await_change (ReboundConnection *self,
                                 void (*func) (gpointer user_data),
                                 gpointer user_data)
{
  self->change_func = func;
  self->change_data = user_data;
}

static void
note_change (ReboundConnection *self)
{
  if (self->change_func != NULL)
    g_steal_pointer (&self->change_func) (self->change_data);
}

void
rebound_connection_touch (ReboundConnection *self)
{
  note_change (self);
  rebound_site_note_progress (self->site);
  if (self->socket != NULL)
    rebound_socket_touch (self->socket);
}

/* The kernel's own count (RFC 4898's HCThruOctetsAcked): it survives a reset, and a FIN counts as a
 * byte. FALSE where the socket was disconnected, which is how the system takes one away: then it is
 * gone, as is the count of segments, of which every connection has had some. */
static gboolean
ask_acknowledged (ReboundConnection *self, guint64 *acknowledged_bytes)
{
  struct tcp_info info = { 0 };
  socklen_t length = sizeof info;

  if (self->fd < 0
      || !rebound_trouble_is_done (getsockopt (self->fd, IPPROTO_TCP, TCP_INFO, &info, &length),
                                   "getsockopt (TCP_INFO)"))
    return FALSE;
  *acknowledged_bytes = info.tcpi_bytes_acked;
  return info.tcpi_segs_in > 0;
}

/* A quarter of the price of TCP_INFO, and mostly it is so. A socket that was disconnected is not
 * taken for one: the kernel has moved the number of its next byte on by more than a window. */
static gboolean
is_all_acknowledged (ReboundConnection *self)
{
  int unacknowledged_bytes;

  return self->fd >= 0 && ioctl (self->fd, TIOCOUTQ, &unacknowledged_bytes) == 0
         && unacknowledged_bytes == 0;
}

/* What others have sent before is none of ours. */
static void
begin_counting (ReboundConnection *self)
{
  int unacknowledged_bytes = 0;

  self->is_counting = TRUE;
  if (!self->is_fresh)
    rebound_trouble_is_done (ioctl (self->fd, TIOCOUTQ, &unacknowledged_bytes), "ioctl (TIOCOUTQ)");
  if (ask_acknowledged (self, &self->acknowledged_before_bytes))
    self->acknowledged_before_bytes += (guint64) unacknowledged_bytes;
}

gboolean
rebound_connection_count_acknowledged (ReboundConnection *self)
{
  ReboundConnectionFigures *figures = &self->figures;
  guint64 acknowledged_bytes;

  if (figures->handed_bytes == figures->acknowledged_bytes)
    return TRUE; /* there is nothing to be known */
  if (is_all_acknowledged (self))
    {
      figures->acknowledged_bytes = figures->handed_bytes;
      return TRUE;
    }
  if (!ask_acknowledged (self, &acknowledged_bytes))
    return FALSE;
  if (acknowledged_bytes >= self->acknowledged_before_bytes)
    figures->acknowledged_bytes = CLAMP (acknowledged_bytes - self->acknowledged_before_bytes,
                                         figures->acknowledged_bytes, figures->handed_bytes);
  return TRUE;
}

/* -- the watch and the reference -- */

static void on_ready (guint32 events, gpointer user_data);

static void
update_watch (ReboundConnection *self)
{
  gboolean is_sending = rebound_connection_count_queued (self) > 0;
  guint32 events = (wants_input (self) ? EPOLLIN : 0) | (is_sending ? EPOLLOUT : 0);
  ReboundPoll *poll;

  if (self->is_reading_at_once)
    return;
  if (events != 0)
    self->is_parked = FALSE;
  if (self->fd < 0 || self->is_resting || self->is_parked || self->pending_error != 0)
    g_clear_pointer (&self->watch, rebound_watch_free);
  else if (self->watch != NULL)
    rebound_watch_set_events (self->watch, events);
  else if (events != 0)
    {
      poll = rebound_poll_of_site (self->site);
      if (poll != NULL)
        self->watch = rebound_poll_watch (poll, self->fd, events, on_ready, self);
      if (self->watch == NULL)
        {
          self->pending_error = errno;
          rebound_connection_arm_rest (self, 0);
        }
    }
}

void
rebound_connection_update (ReboundConnection *self)
{
  gboolean is_busy = self->state != REBOUND_CONNECTION_STATE_CLOSED
                     && (wants_input (self) || rebound_connection_count_queued (self) > 0
                         || self->state == REBOUND_CONNECTION_STATE_FINISHING);

  update_watch (self);
  if (is_busy == self->holds_itself)
    return;
  self->holds_itself = is_busy;
  if (is_busy)
    g_object_ref (self);
  else
    g_object_unref (self);
}

/* -- out -- */

static void on_rested (gpointer user_data);

/* Most connections never rest. */
void
rebound_connection_arm_rest (ReboundConnection *self, gint64 delay_usec)
{
  if (self->rest_timer == NULL)
    self->rest_timer = rebound_site_new_timer (self->site, "connection: rest", on_rested, self);
  rebound_timer_arm (self->rest_timer, delay_usec);
}

static gboolean
is_passing (int error_number)
{
  return error_number == ENOBUFS || error_number == ENOMEM;
}

static void
rest (ReboundConnection *self, const char *call, int error_number)
{
  if (self->socket != NULL)
    rebound_linux_kernel_tell_rest (self->site, self->socket->connection, call, error_number,
                                    REST_USEC);
  self->is_resting = TRUE;
  rebound_connection_arm_rest (self, REST_USEC);
}

/* How much TCP has taken. An error is kept for the main loop. */
static gsize
hand_over (ReboundConnection *self, const guint8 *bytes, gsize length_bytes)
{
  gsize handed_bytes = 0;

  if (!self->is_counting)
    begin_counting (self);
  while (handed_bytes < length_bytes)
    {
      ssize_t sent
          = send (self->fd, bytes + handed_bytes, length_bytes - handed_bytes, MSG_NOSIGNAL);

      if (sent < 0 && errno == EINTR)
        continue;
      if (sent < 0 && is_passing (errno))
        rest (self, "send", errno);
      else if (sent < 0 && errno != EAGAIN)
        {
          self->pending_error = errno;
          rebound_connection_arm_rest (self, 0);
        }
      if (sent < 0)
        break;
      handed_bytes += (gsize) sent;
    }
  self->figures.handed_bytes += handed_bytes;
  rebound_history_note_sent (self->socket, handed_bytes);
  if (handed_bytes > 0)
    rebound_connection_touch (self);
  return handed_bytes;
}

static gboolean
can_hand_over (ReboundConnection *self)
{
  return self->pending_error == 0 && !self->is_resting;
}

/* What has gone is given up where something comes behind it, so that each byte is moved twice at
 * most, and what is never added to is not moved at all. */
static void
append (ReboundConnection *self, const guint8 *bytes, gsize length_bytes)
{
  if (self->queue == NULL)
    self->queue = g_byte_array_new ();
  if (self->queue_start * 2 >= self->queue->len)
    {
      g_byte_array_remove_range (self->queue, 0, (guint) self->queue_start);
      self->queue_start = 0;
    }
  g_byte_array_append (self->queue, bytes, (guint) length_bytes);
}

void
rebound_connection_enqueue (ReboundConnection *self, gconstpointer bytes, gsize length_bytes)
{
  const guint8 *start = bytes;
  gsize handed_bytes = 0;

  note_change (self);
  self->figures.given_bytes += length_bytes;
  if (rebound_connection_count_queued (self) == 0 && can_hand_over (self))
    handed_bytes = hand_over (self, start, length_bytes);
  if (handed_bytes < length_bytes)
    append (self, start + handed_bytes, length_bytes - handed_bytes);
}

gboolean
rebound_connection_send (ReboundConnection *self, gconstpointer bytes, gsize length_bytes)
{
  g_return_val_if_fail (REBOUND_IS_CONNECTION (self), FALSE);

  if (self->state != REBOUND_CONNECTION_STATE_OPEN
      || length_bytes > G_MAXUINT32 / 2 - rebound_connection_count_queued (self))
    return FALSE; /* a GByteArray holds less than 4 GiB */
  rebound_connection_enqueue (self, bytes, length_bytes);
  rebound_connection_update (self);
  return TRUE;
}

static void
flush (ReboundConnection *self)
{
  gsize queued_bytes = rebound_connection_count_queued (self);

  if (queued_bytes == 0 || !can_hand_over (self))
    return;
  self->queue_start += hand_over (self, self->queue->data + self->queue_start, queued_bytes);
  if (self->queue_start < self->queue->len)
    return;
  g_byte_array_set_size (self->queue, 0);
  self->queue_start = 0;
  rebound_connection_emit_flushed (self);
  if (rebound_connection_count_queued (self) == 0)
    rebound_connection_shut_down_if_asked (self);
}

/* -- in -- */

/* A buffer that was read into becomes what is told of, for to copy it costs as much as to read it.
 * The last one that was let go of is kept for the next: of fresh memory the kernel would have to
 * clear each page. */
static GPrivate spare_buffer = G_PRIVATE_INIT (g_free);

static guint8 *
take_buffer (void)
{
  guint8 *buffer = g_private_get (&spare_buffer);

  g_private_set (&spare_buffer, NULL);
  return buffer != NULL ? buffer : g_malloc (BUFFER_BYTES);
}

static void
give_back_buffer (gpointer buffer)
{
  if (g_private_get (&spare_buffer) == NULL)
    g_private_set (&spare_buffer, buffer);
  else
    g_free (buffer);
}

/* What is short is copied after all: whoever keeps it does not keep the buffer. */
static GBytes *
make_bytes (guint8 *buffer, gsize length_bytes)
{
  GBytes *bytes;

  if (length_bytes > BUFFER_BYTES / 2)
    return g_bytes_new_with_free_func (buffer, length_bytes, give_back_buffer, buffer);
  bytes = g_bytes_new (buffer, length_bytes);
  give_back_buffer (buffer);
  return bytes;
}

static void
take (ReboundConnection *self, guint8 *buffer, gsize length_bytes)
{
  g_autoptr (GBytes) bytes = make_bytes (buffer, length_bytes);

  self->figures.received_bytes += length_bytes;
  if (rebound_connection_judge_input (self, g_bytes_get_data (bytes, NULL), length_bytes))
    rebound_connection_emit_received (self, bytes);
}

static void
take_end (ReboundConnection *self)
{
  self->has_peer_finished = TRUE;
  rebound_connection_emit_peer_finished (self);
  if (self->has_shut_down && self->state != REBOUND_CONNECTION_STATE_CLOSED)
    rebound_connection_end_in_order (self);
}

/* TRUE where there may be more to be had. */
static gboolean
take_input (ReboundConnection *self)
{
  guint8 *buffer = take_buffer ();
  ssize_t received = recv (self->fd, buffer, BUFFER_BYTES, 0);
  int error_number = received < 0 ? errno : 0;

  if (received <= 0)
    give_back_buffer (buffer);
  if (error_number == EINTR || (error_number == EAGAIN && self->pending_error == 0))
    return error_number == EINTR;
  if (is_passing (error_number))
    {
      rest (self, "recv", error_number);
      return FALSE;
    }
  rebound_connection_touch (self);
  if (received > 0)
    take (self, buffer, (gsize) received);
  else if (self->pending_error != 0)
    rebound_connection_fail (self, self->pending_error);
  else if (error_number != 0)
    rebound_connection_fail (self, error_number);
  else
    take_end (self);
  return received > 0;
}

/* Something is over, and nobody asked for it: an error, or both streams. */
static void
take_unasked (ReboundConnection *self)
{
  int error_number = self->pending_error;
  socklen_t length = sizeof error_number;

  if (error_number == 0 && getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error_number, &length) < 0)
    error_number = errno;
  rebound_connection_touch (self);
  if (error_number != 0)
    rebound_connection_fail (self, error_number);
  else
    self->is_parked = TRUE;
}

/* Whoever is told of what came may stop reading, or take a way out. What is short was all there
 * was; but the end behind it is known only by asking once more. */
static void
take_turn (ReboundConnection *self)
{
  gboolean until_dry = self->observer != NULL && self->observer->read_dry != NULL;
  guint64 before_bytes;

  for (guint n_left = until_dry ? READS_UNTIL_DRY : READS_A_TURN; n_left > 0; n_left--)
    {
      before_bytes = self->figures.received_bytes;
      if (!take_input (self) || !wants_input (self))
        break;
      if (!until_dry && self->figures.received_bytes - before_bytes < SHORT_BYTES)
        break;
    }
  if (until_dry && self->state != REBOUND_CONNECTION_STATE_CLOSED)
    rebound_connection_emit_read_dry (self);
}

static void
on_ready (guint32 events, gpointer user_data)
{
  g_autoptr (ReboundConnection) self = g_object_ref (user_data);
  const guint32 over = EPOLLERR | EPOLLHUP;

  if ((events & (EPOLLOUT | over)) != 0)
    flush (self);
  if (self->state == REBOUND_CONNECTION_STATE_CLOSED)
    return;
  if (wants_input (self))
    {
      if ((events & (EPOLLIN | over)) != 0 && !self->is_resting)
        take_turn (self);
    }
  else if ((events & over) != 0 && self->pending_error == 0
           && rebound_connection_count_queued (self) == 0)
    take_unasked (self);
  rebound_connection_update (self);
}

/* An error is told when all that came before it has been read. */
static void
take_error (ReboundConnection *self)
{
  if (!wants_input (self))
    rebound_connection_fail (self, self->pending_error);
  else
    take_input (self);
  if (self->state != REBOUND_CONNECTION_STATE_CLOSED && !self->is_resting)
    rebound_connection_arm_rest (self, 0);
}

static void
on_rested (gpointer user_data)
{
  g_autoptr (ReboundConnection) self = g_object_ref (user_data);

  self->is_resting = FALSE;
  if (self->pending_error == 0)
    flush (self);
  else
    take_error (self);
  rebound_connection_update (self);
}

void
rebound_connection_take_watch (ReboundConnection *self, ReboundWatch *watch)
{
  self->watch = watch;
  rebound_watch_set_func (watch, on_ready, self);
}

void
rebound_connection_start_reading (ReboundConnection *self)
{
  g_return_if_fail (REBOUND_IS_CONNECTION (self));

  self->is_reading = self->state != REBOUND_CONNECTION_STATE_CLOSED;
  rebound_connection_update (self);
}

void
rebound_connection_read_at_once (ReboundConnection *self)
{
  g_object_ref (self);
  self->is_reading = TRUE;
  self->is_reading_at_once = TRUE;
  take_turn (self);
  self->is_reading_at_once = FALSE;
  rebound_connection_update (self);
  g_object_unref (self);
}

void
rebound_connection_stop_reading (ReboundConnection *self)
{
  g_return_if_fail (REBOUND_IS_CONNECTION (self));

  self->is_reading = FALSE;
  rebound_connection_update (self);
}
