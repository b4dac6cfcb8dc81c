/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes over a naive socket: connect(), send(), recv(), poll(). All that was sent has been
 * delivered when an action begins, so what these calls say is what blocking code would be told, or
 * that it would be told nothing. */

#include "rebound-naive-socket-private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

#include "rebound-address-private.h"
#include "rebound-bytes-private.h"
#include "rebound-endpoint-private.h"
#include "rebound-explanation-private.h"

/* SYN, SYN and ACK, ACK: each may be delivered behind a fence of its own. */
#define HANDSHAKE_SEGMENTS 3

/* -- a call that has not returned yet -- */

GError *
rebound_naive_check (ReboundNaiveSocket *self, const char *call)
{
  g_autofree char *why = NULL;

  if (self->waiting_call == NULL)
    return rebound_naive_check_site (self->site, call);
  why = g_strdup_printf ("%s() has not returned yet; expected a wait before", self->waiting_call);
  return rebound_naive_refuse (call, why);
}

gboolean
rebound_naive_begin_waiting (ReboundNaiveSocket *self,
                             guint32 events,
                             ReboundWatchFunc func,
                             const char *call,
                             const char *waiting_for)
{
  ReboundPoll *site_poll = rebound_poll_of_site (self->site);

  self->waiting_call = call;
  self->waiting_for = waiting_for;
  if (site_poll != NULL)
    self->watch = rebound_poll_watch (site_poll, self->fd, events, func, self);
  return self->watch != NULL;
}

void
rebound_naive_end_waiting (ReboundNaiveSocket *self)
{
  self->waiting_call = NULL;
  g_clear_pointer (&self->watch, rebound_watch_free);
  g_clear_pointer (&self->drain_timer, rebound_timer_free);
  g_clear_pointer (&self->bulk, g_free);
}

char *
rebound_naive_socket_dup_waiting_for (ReboundActor *actor)
{
  ReboundNaiveSocket *self = REBOUND_NAIVE_SOCKET (actor);

  return self->waiting_call != NULL ? g_strdup_printf ("waits for %s", self->waiting_for) : NULL;
}

/* -- connecting -- */

static int
bind_own_port (ReboundNaiveSocket *self)
{
  guint16 port = self->is_bound || self->fd < 0 ? 0 : rebound_linux_kernel_next_port (self->site);

  if (port != 0)
    {
      g_autofree char *name = rebound_naive_socket_dup_name (self);

      rebound_linux_kernel_name_port (self->site, port, name);
    }
  if (!rebound_address_bind_port (self->fd, self->family, port))
    return -1;
  self->is_bound = self->is_bound || port != 0;
  return 0;
}

/* 0, or the errno that a blocking call would return; EINPROGRESS while nobody has answered. A
 * second call tells the answer to the first, and leaves the socket as a blocking one does. */
static int
ask_kernel (ReboundNaiveSocket *self)
{
  const struct sockaddr *to = (const struct sockaddr *) &self->connecting_to;

  if (connect (self->fd, to, self->connecting_length) == 0)
    return 0;
  return errno == EALREADY ? EINPROGRESS : errno;
}

static void
finish_connect (ReboundNaiveSocket *self, int error_number)
{
  g_autofree char *arguments = g_steal_pointer (&self->connecting_name);
  g_autofree char *name = rebound_naive_socket_dup_name (self);
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);

  rebound_naive_end_waiting (self);
  errno = error_number;
  rebound_naive_take_result (self, error_number == 0 ? 0 : -1);
  if (error_number == 0 && table != NULL)
    rebound_socket_table_note_connected (table);
  if (error_number == 0)
    rebound_naive_socket_enlist (self, name);
  else
    rebound_explanation_note_not_connected (rebound_linux_kernel_explanation_of (self->site),
                                            rebound_actor_get_name (REBOUND_ACTOR (self)),
                                            rebound_address_get_port (&self->connecting_to),
                                            error_number,
                                            rebound_linux_kernel_is_link_down (self->site));
  rebound_naive_tell (self, "connect", arguments, NULL, NULL);
}

/* Only where the run's time is the machine's: there an answer may take its time. */
static void
on_answer (guint32 events, gpointer user_data)
{
  g_autoptr (ReboundNaiveSocket) self = g_object_ref (user_data);
  int error_number = ask_kernel (self);

  if (error_number != EINPROGRESS)
    finish_connect (self, error_number);
}

static GError *
wait_for_answer (ReboundNaiveSocket *self)
{
  if (rebound_linux_kernel_is_exact (self->site))
    return rebound_naive_would_block (
        "connect", "nobody answers the SYN, for the backlog there is full or the network is down; "
                   "expected an accept there before it");
  if (!rebound_naive_begin_waiting (self, EPOLLOUT, on_answer, "connect", "its connection"))
    finish_connect (self, errno);
  return NULL;
}

GError *
rebound_naive_socket_connect (ReboundNaiveSocket *self, const char *to, gpointer data)
{
  GError *error = rebound_naive_check (self, "connect");
  int error_number;

  if (error != NULL)
    return error;
  if (!rebound_endpoint_resolve (self->site, to, &self->connecting_to, &self->connecting_length))
    return rebound_naive_refuse (
        "connect", "who it is to connect to has no address yet; expected it to be bound before");
  rebound_naive_set_text (&self->connecting_name, g_strdup (to));
  error_number = bind_own_port (self) < 0 ? errno : ask_kernel (self);
  for (guint i = 0; i < HANDSHAKE_SEGMENTS && error_number == EINPROGRESS; i++)
    {
      rebound_linux_kernel_pass_fence (self->site);
      error_number = ask_kernel (self);
    }
  if (error_number == EINPROGRESS)
    return wait_for_answer (self);
  finish_connect (self, error_number);
  return NULL;
}

/* -- talking -- */

GError *
rebound_naive_socket_send (ReboundNaiveSocket *self,
                           const char *text,
                           gint64 size_bytes,
                           gpointer data)
{
  GError *error = rebound_naive_check (self, "send");
  gsize length = strlen (text);
  g_autofree char *arguments = rebound_bytes_dup_excerpt (text);
  ssize_t sent;

  if (error != NULL)
    return error;
  if (size_bytes > 0 && length > 0)
    return rebound_naive_refuse ("send", "text= and bytes= both say what; expected one of them");
  if (size_bytes > 0)
    return rebound_naive_socket_send_bulk (self, (gsize) size_bytes);
  sent = send (self->fd, text, length, MSG_NOSIGNAL);
  if (sent < 0 ? errno == EAGAIN : (gsize) sent < length)
    return rebound_naive_would_block (
        "send", "the other end does not read, and no more fits into the buffers; "
                "expected a recv there before it");
  rebound_naive_take_transfer (self, "send", sent);
  self->sent_bytes += MAX (sent, 0);
  rebound_naive_tell (self, "send", arguments, NULL, NULL);
  return NULL;
}

GError *
rebound_naive_socket_recv (ReboundNaiveSocket *self, gint64 size_bytes, gpointer data)
{
  GError *error = rebound_naive_check (self, "recv");
  g_autofree char *buffer = error == NULL ? g_malloc ((gsize) size_bytes) : NULL;
  g_autofree char *detail = NULL;
  ssize_t received;

  if (error != NULL)
    return error;
  received = recv (self->fd, buffer, (gsize) size_bytes, 0);
  if (received < 0 && errno == EAGAIN)
    return rebound_naive_would_block (
        "recv", "nothing has come from the other end; expected a send there, or an "
                "after or a wait, before it");
  rebound_naive_take_transfer (self, "recv", received);
  self->received_bytes += MAX (received, 0);
  rebound_naive_set_text (&self->data, rebound_bytes_dup_text (buffer, (gsize) MAX (received, 0)));
  if (received > 0)
    detail = rebound_bytes_dup_excerpt (self->data);
  rebound_naive_tell (self, "recv", NULL, NULL, detail);
  return NULL;
}

/* In the order in which strace writes them. */
static char *
describe_events (short events)
{
  static const struct
  {
    short event;
    const char *name;
  } names[] = {
    { POLLIN, "IN" },   { POLLOUT, "OUT" },     { POLLERR, "ERR" },
    { POLLHUP, "HUP" }, { POLLRDHUP, "RDHUP" }, { POLLNVAL, "NVAL" },
  };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((events & names[i].event) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "|" : "", names[i].name);
  return g_string_free (g_string_append (text, text->len == 0 ? "none" : ""), FALSE);
}

/* poll() leaves out a descriptor of -1 without a word, where naive code that kept the number it had
 * would be told that it is none. */
GError *
rebound_naive_socket_poll (ReboundNaiveSocket *self, gpointer data)
{
  GError *error = rebound_naive_check (self, "poll");
  struct pollfd ready = { .fd = self->fd, .events = POLLIN | POLLOUT | POLLRDHUP };

  if (error != NULL)
    return error;
  rebound_naive_take_result (self, self->fd < 0 ? 1 : poll (&ready, 1, 0));
  rebound_naive_set_text (&self->revents,
                          describe_events (self->fd < 0 ? POLLNVAL : ready.revents));
  rebound_naive_tell (self, "poll", NULL, self->revents, NULL);
  return NULL;
}
