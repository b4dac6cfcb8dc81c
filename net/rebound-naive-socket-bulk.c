/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* More than fits into the kernel's buffers. A blocking send() of a MiB is one call that lasts: it
 * sleeps while the other end does not read, goes on when it does, and returns when the kernel has
 * taken the last byte. Here the call has not returned as long as that takes, and the code, whose
 * only thread is in it, can do nothing else; the world goes on. Time does not wait for it, as it
 * does not for anybody who waits for a reader: what the reader makes room for is filled at the same
 * instant.
 *
 * Where the connection ends in the midst of it, a blocking send() returns how much it had handed
 * over by then, and it is the next call that fails. So it is here: the error is left where it is.
 *
 * Draining is the same the other way round: recv() in a loop, in the way of those who close
 * properly. A slow reader is one that does something else after each of them; what comes meanwhile
 * waits, in the end at the sender's. */

#include "rebound-naive-socket-private.h"

#include <errno.h>
#include <sys/epoll.h>

/* After how many full buffers others have their turn: 4 MiB of the default ones. */
#define DRAIN_BUFFERS 64

/* What a drain waits for. */
#define THE_END "the other end to end the connection"

/* -- sending -- */

/* Something by which a reader of a trace can tell where he is. */
static char *
new_pattern (gsize size_bytes)
{
  char *pattern = g_malloc (size_bytes);

  for (gsize i = 0; i < size_bytes; i++)
    pattern[i] = (char) ('a' + i % 26);
  return pattern;
}

static void
finish_send (ReboundNaiveSocket *self, gint64 result)
{
  g_autofree char *arguments = g_strdup_printf ("%" G_GSIZE_FORMAT " bytes", self->bulk_bytes);

  rebound_naive_take_transfer (self, "send", result);
  rebound_naive_end_waiting (self);
  rebound_naive_tell (self, "send", arguments, NULL, NULL);
}

/* FALSE with errno where the kernel takes no more, now or ever. */
static gboolean
hand_over (ReboundNaiveSocket *self)
{
  while (self->bulk_sent_bytes < self->bulk_bytes)
    {
      ssize_t sent = send (self->fd, self->bulk + self->bulk_sent_bytes,
                           self->bulk_bytes - self->bulk_sent_bytes, MSG_NOSIGNAL);

      if (sent < 0)
        return FALSE;
      self->bulk_sent_bytes += (gsize) sent;
      self->sent_bytes += sent;
    }
  return TRUE;
}

static void
on_room (guint32 events, gpointer user_data)
{
  g_autoptr (ReboundNaiveSocket) self = g_object_ref (user_data);
  gsize before_bytes = self->bulk_sent_bytes;
  gboolean is_over = (events & (EPOLLERR | EPOLLHUP)) != 0;

  if (is_over || hand_over (self) || errno != EAGAIN)
    finish_send (self, (gint64) self->bulk_sent_bytes);
  else if (self->bulk_sent_bytes > before_bytes)
    rebound_naive_note (self);
}

/* What was handed over in part cannot have failed. */
GError *
rebound_naive_socket_send_bulk (ReboundNaiveSocket *self, gsize size_bytes)
{
  self->bulk = new_pattern (size_bytes);
  self->bulk_bytes = size_bytes;
  self->bulk_sent_bytes = 0;
  if (!hand_over (self) && errno == EAGAIN)
    {
      rebound_naive_note (self);
      if (rebound_naive_begin_waiting (self, EPOLLOUT, on_room, "send",
                                       "the other end to read what it sends"))
        return NULL;
    }
  finish_send (self, self->bulk_sent_bytes > 0 ? (gint64) self->bulk_sent_bytes : -1);
  return NULL;
}

/* -- draining -- */

static void
finish_drain (ReboundNaiveSocket *self, gint64 result)
{
  g_autofree char *detail
      = g_strdup_printf ("after %" G_GINT64_FORMAT " bytes", self->drained_bytes);

  rebound_naive_take_transfer (self, "recv", result);
  rebound_naive_end_waiting (self);
  rebound_naive_tell (self, "recv", "until the end", NULL, detail);
}

/* Returns the result of the last recv(), of which there is more to come where that is > 0. */
static ssize_t
read_on (ReboundNaiveSocket *self)
{
  g_autofree char *buffer = g_malloc (self->drain_buffer_bytes);
  guint n_buffers = self->drain_every_usec > 0 ? 1 : DRAIN_BUFFERS;
  ssize_t received = 1;

  for (guint i = 0; i < n_buffers && received > 0; i++)
    {
      received = recv (self->fd, buffer, self->drain_buffer_bytes, 0);
      self->drained_bytes += MAX (received, 0);
      self->received_bytes += MAX (received, 0);
    }
  return received;
}

static void on_input (guint32 events, gpointer user_data);
static void on_rested (gpointer user_data);

/* FALSE with errno where it cannot be waited for. What is ready is not looked at in a rest, for it
 * would be ready for all of it. */
static gboolean
wait_for_more (ReboundNaiveSocket *self, gboolean has_read)
{
  if (has_read && self->drain_every_usec > 0)
    {
      self->waiting_call = "recv";
      self->waiting_for = THE_END;
      g_clear_pointer (&self->watch, rebound_watch_free);
      if (self->drain_timer == NULL)
        self->drain_timer
            = rebound_site_new_timer (self->site, "socket: drain every", on_rested, self);
      rebound_timer_arm (self->drain_timer, self->drain_every_usec);
      return TRUE;
    }
  return self->watch != NULL
         || rebound_naive_begin_waiting (self, EPOLLIN | EPOLLRDHUP, on_input, "recv", THE_END);
}

static void
drain_on (ReboundNaiveSocket *self)
{
  ssize_t received = read_on (self);

  if (received > 0 || (received < 0 && errno == EAGAIN))
    {
      rebound_naive_note (self);
      if (wait_for_more (self, received > 0))
        return;
      received = -1;
    }
  finish_drain (self, received);
}

static void
on_input (guint32 events, gpointer user_data)
{
  g_autoptr (ReboundNaiveSocket) self = g_object_ref (user_data);

  drain_on (self);
}

static void
on_rested (gpointer user_data)
{
  g_autoptr (ReboundNaiveSocket) self = g_object_ref (user_data);

  drain_on (self);
}

GError *
rebound_naive_socket_drain (ReboundNaiveSocket *self,
                            gint64 buffer_bytes,
                            gint64 every_usec,
                            gpointer data)
{
  GError *error = rebound_naive_check (self, "recv");

  if (error != NULL)
    return error;
  self->drained_bytes = 0;
  self->drain_buffer_bytes = (gsize) buffer_bytes;
  self->drain_every_usec = every_usec;
  rebound_naive_set_text (&self->data, g_strdup (""));
  drain_on (self);
  return NULL;
}
