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
 * properly. */

#include "rebound-naive-socket-private.h"

#include <errno.h>
#include <sys/epoll.h>

/* A buffer as naive code has it, and after how many of them others have their turn. */
#define DRAIN_BUFFER_BYTES (64 * 1024)
#define DRAIN_BUFFERS      64

/* A page: what is less is in one piece, and arrives or does not. */
#define EXACT_MAXIMUM_BYTES 4096

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

/* Where the connection was torn down, how much had arrived is a matter of how the kernel has laid
 * it out in memory, and differs by some bytes from one run to the next. (transfer full) */
static char *
describe_drained (gint64 drained_bytes, gboolean is_torn)
{
  gint64 roughly_kib = 1;

  if (!is_torn || drained_bytes < EXACT_MAXIMUM_BYTES)
    return g_strdup_printf ("after %" G_GINT64_FORMAT " bytes", drained_bytes);
  while (roughly_kib * 2 * 1024 <= drained_bytes)
    roughly_kib *= 2;
  return g_strdup_printf ("after %" G_GINT64_FORMAT " KiB and more", roughly_kib);
}

static void
finish_drain (ReboundNaiveSocket *self, gint64 result)
{
  g_autofree char *detail = describe_drained (self->drained_bytes, result < 0);

  rebound_naive_take_transfer (self, "recv", result);
  rebound_naive_end_waiting (self);
  rebound_naive_tell (self, "recv", "until the end", NULL, detail);
}

/* Returns the result of the last recv(), of which there is more to come where that is > 0. */
static ssize_t
read_on (ReboundNaiveSocket *self)
{
  g_autofree char *buffer = g_malloc (DRAIN_BUFFER_BYTES);
  ssize_t received = 1;

  for (guint i = 0; i < DRAIN_BUFFERS && received > 0; i++)
    {
      received = recv (self->fd, buffer, DRAIN_BUFFER_BYTES, 0);
      self->drained_bytes += MAX (received, 0);
      self->received_bytes += MAX (received, 0);
    }
  return received;
}

static gboolean
has_ended (ssize_t received)
{
  return received == 0 || (received < 0 && errno != EAGAIN);
}

static void
on_input (guint32 events, gpointer user_data)
{
  g_autoptr (ReboundNaiveSocket) self = g_object_ref (user_data);
  ssize_t received = read_on (self);

  if (has_ended (received))
    finish_drain (self, received);
  else
    rebound_naive_note (self);
}

GError *
rebound_naive_socket_drain (ReboundNaiveSocket *self, gpointer data)
{
  GError *error = rebound_naive_check (self, "recv");
  ssize_t received;

  if (error != NULL)
    return error;
  self->drained_bytes = 0;
  rebound_naive_set_text (&self->data, g_strdup (""));
  received = read_on (self);
  if (!has_ended (received))
    {
      rebound_naive_note (self);
      if (rebound_naive_begin_waiting (self, EPOLLIN | EPOLLRDHUP, on_input, "recv",
                                       "the other end to end the connection"))
        return NULL;
      received = -1;
    }
  finish_drain (self, received);
  return NULL;
}
