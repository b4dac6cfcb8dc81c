/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call owns one socket at a time. Its port is bound explicitly in a run, so that no log and no
 * hash depends on the port that the kernel would have drawn.
 *
 * A SYN that meets a full backlog is dropped, and the kernel sends it again on its own clock: after
 * one second, two, four. In virtual time that clock does not run; so the call takes the socket away
 * and dials again, from the same port, when the kernel's retransmission would have come by the
 * run's clock. For the listener it is the same SYN. */

#include "rebound-call-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "rebound-address-private.h"
#include "rebound-explanation-private.h"
#include "rebound-reclaim-private.h"

/* TCP_TIMEOUT_INIT of include/net/tcp.h, which RFC 6298 asks for; doubled each time. */
#define SYN_TIMEOUT_USEC G_USEC_PER_SEC

/* net.ipv4.tcp_syn_retries = 6: the SYN that nobody answers is sent seven times, and the kernel
 * gives up 64 s after the last, 127 s after the first. */
#define LAST_SYN_TIMEOUT_USEC (64 * G_USEC_PER_SEC)

/* An answer is kept up to here; the rest is read and dropped. */
#define ANSWER_LIMIT_BYTES 65536

#define BUFFER_BYTES 16384

struct _ReboundCall
{
  ReboundSite *site;
  const char *end; /* interned */
  ReboundCallListener listener;
  gpointer user_data;

  ReboundCallPhase phase;
  guint number;
  char *name;
  struct sockaddr_storage address;
  socklen_t length;
  guint16 local_port;
  gint64 syn_timeout_usec; /* of the next retransmission */

  char *message;
  gsize message_sent_bytes;
  gboolean awaits_answer;
  gboolean close_first;
  GString *answer;
  gboolean is_answered;
  gboolean was_established;

  int fd;
  ReboundSocket *socket;
  ReboundWatch *watch;
  int pending_error; /* of a system call that failed while dialling */
  ReboundTimer
      *step_timer; /* tells pending_error; looks whether the SYN was dropped; dials again */
  ReboundTimer *timeout_timer; /* connect-timeout */
};

static void dial (ReboundCall *self);
static void on_step (gpointer user_data);
static void on_timeout (gpointer user_data);

ReboundCall *
rebound_call_new (ReboundSite *site,
                  const char *end,
                  const ReboundCallListener *listener,
                  gpointer user_data)
{
  ReboundCall *self = g_rc_box_new0 (ReboundCall);

  self->site = site;
  self->end = g_intern_string (end);
  self->listener = *listener;
  self->user_data = user_data;
  self->fd = -1;
  self->answer = g_string_new (NULL);
  self->step_timer = rebound_site_new_timer (site, "client: dial", on_step, self);
  self->timeout_timer = rebound_site_new_timer (site, "client: connect-timeout", on_timeout, self);
  return self;
}

static void
close_descriptor (ReboundCall *self)
{
  g_clear_pointer (&self->watch, rebound_watch_free);
  rebound_socket_close_descriptor (&self->socket, &self->fd);
}

void
rebound_call_close (ReboundCall *self)
{
  rebound_timer_disarm (self->step_timer);
  rebound_timer_disarm (self->timeout_timer);
  close_descriptor (self);
  self->phase = REBOUND_CALL_IDLE;
}

static void
clear (gpointer data)
{
  ReboundCall *self = data;

  g_string_free (self->answer, TRUE);
  g_free (self->message);
  g_free (self->name);
}

/* on_ready() holds a reference, for whoever is told of something may free the call. */
void
rebound_call_free (gpointer data)
{
  ReboundCall *self = data;

  rebound_call_close (self);
  rebound_timer_free (self->step_timer);
  rebound_timer_free (self->timeout_timer);
  g_rc_box_release_full (self, clear);
}

static void
touch (ReboundCall *self)
{
  rebound_site_note_progress (self->site);
  if (self->socket != NULL)
    rebound_socket_touch (self->socket);
}

static void
fail (ReboundCall *self, int error_number)
{
  if (!self->was_established)
    rebound_explanation_note_not_connected (rebound_linux_kernel_explanation_of (self->site),
                                            self->end, rebound_address_get_port (&self->address),
                                            error_number,
                                            rebound_linux_kernel_is_link_down (self->site));
  rebound_call_close (self);
  self->listener.failed (self, error_number, self->user_data);
}

static void
end (ReboundCall *self, const char *how)
{
  rebound_call_close (self);
  self->listener.closed (self, how, self->user_data);
}

/* -- talking -- */

/* FALSE if the connection has ended meanwhile. */
static gboolean
say (ReboundCall *self)
{
  gsize length = self->message != NULL ? strlen (self->message) : 0;

  while (self->message_sent_bytes < length)
    {
      ssize_t sent = send (self->fd, self->message + self->message_sent_bytes,
                           length - self->message_sent_bytes, MSG_NOSIGNAL);

      if (sent < 0 && errno == EINTR)
        continue;
      if (sent < 0 && errno == EAGAIN)
        break;
      if (sent < 0)
        {
          int error_number = errno;

          rebound_history_note_error (self->socket, "send", error_number);
          fail (self, error_number);
          return FALSE;
        }
      self->message_sent_bytes += (gsize) sent;
      rebound_history_note_sent (self->socket, (gsize) sent);
      touch (self);
    }
  rebound_watch_set_events (self->watch,
                            self->message_sent_bytes < length ? EPOLLIN | EPOLLOUT : EPOLLIN);
  return TRUE;
}

static void
finish_answer (ReboundCall *self)
{
  g_autofree char *answer = NULL;

  if (self->is_answered || self->answer->len == 0)
    return;
  self->is_answered = TRUE;
  answer = g_utf8_make_valid (self->answer->str, (gssize) self->answer->len);
  self->listener.answered (self, answer, self->user_data);
}

static void
keep_answer (ReboundCall *self, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length && self->answer->len < ANSWER_LIMIT_BYTES; i++)
    if (g_ascii_iscntrl (bytes[i]) && bytes[i] != '\n' && bytes[i] != '\t')
      g_string_append_c (self->answer, '.');
    else
      g_string_append_c (self->answer, bytes[i]);
}

/* Reads until the kernel has no more. FALSE if the connection has ended. */
static gboolean
listen_to (ReboundCall *self)
{
  char buffer[BUFFER_BYTES];

  for (;;)
    {
      ssize_t received = recv (self->fd, buffer, sizeof buffer, 0);
      int error_number = received < 0 ? errno : 0;

      if (error_number == EINTR)
        continue;
      if (error_number == EAGAIN)
        return TRUE;
      touch (self);
      if (error_number != 0)
        {
          rebound_history_note_error (self->socket, "recv", error_number);
          fail (self, error_number);
          return FALSE;
        }
      if (received == 0)
        {
          finish_answer (self);
          if (self->phase == REBOUND_CALL_OPEN)
            end (self, rebound_reclaim_tell_end (self->socket, "the other end closed first"));
          return FALSE;
        }
      keep_answer (self, buffer, (gsize) received);
    }
}

static void
talk (ReboundCall *self, guint32 events)
{
  if ((events & EPOLLOUT) != 0 && !say (self))
    return;
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0 && !listen_to (self))
    return;
  finish_answer (self);
  if (self->phase == REBOUND_CALL_OPEN && self->close_first
      && (self->is_answered || !self->awaits_answer))
    end (self, "the client closed first");
}

static void
on_established (ReboundCall *self)
{
  self->phase = REBOUND_CALL_OPEN;
  self->was_established = TRUE;
  rebound_timer_disarm (self->step_timer);
  rebound_timer_disarm (self->timeout_timer);
  self->listener.connected (self, self->user_data);
  if (self->phase != REBOUND_CALL_OPEN || !say (self))
    return;
  if (self->close_first && !self->awaits_answer)
    end (self, "the client closed first");
}

static void
on_answer_to_syn (ReboundCall *self)
{
  int error_number = 0;
  socklen_t length = sizeof error_number;

  getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error_number, &length);
  /* Whoever has taken it away meanwhile may have left no error behind. */
  if (error_number == 0 && rebound_socket_state (self->fd) == TCP_CLOSE)
    error_number = ENOTCONN;
  if (error_number != 0)
    fail (self, error_number);
  else
    on_established (self);
}

static void
on_ready (guint32 events, gpointer user_data)
{
  ReboundCall *self = g_rc_box_acquire (user_data);

  touch (self);
  if (self->phase == REBOUND_CALL_OPEN)
    talk (self, events);
  else
    on_answer_to_syn (self);
  g_rc_box_release_full (self, clear);
}

/* -- dialling -- */

static void
enlist (ReboundCall *self)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);

  if (table != NULL)
    self->socket = rebound_socket_table_add_connection (table, self->site, self->end, self->name,
                                                        self->fd, 0, FALSE);
}

/* An error is told from the main loop, never from within the caller's call. */
static void
fail_later (ReboundCall *self, int error_number)
{
  self->pending_error = error_number;
  close_descriptor (self);
  rebound_timer_arm (self->step_timer, 0);
}

static gboolean
is_retransmission (ReboundCall *self)
{
  return self->syn_timeout_usec > SYN_TIMEOUT_USEC;
}

/* Takes the socket away until the kernel's next retransmission would have come. */
static void
wait_for_retransmission (ReboundCall *self)
{
  close_descriptor (self);
  self->phase = REBOUND_CALL_DROPPED;
  rebound_timer_arm (self->step_timer, self->syn_timeout_usec);
  self->syn_timeout_usec *= 2;
}

static void
dial (ReboundCall *self)
{
  ReboundPoll *poll = rebound_poll_of_site (self->site);

  self->phase = REBOUND_CALL_DIALLING;
  self->pending_error = 0;
  rebound_linux_kernel_name_port (self->site, self->local_port, self->name);
  self->fd = socket (self->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0 || poll == NULL
      || !rebound_address_bind_port (self->fd, self->address.ss_family, self->local_port))
    {
      fail_later (self, errno);
      return;
    }
  if (connect (self->fd, (struct sockaddr *) &self->address, self->length) < 0
      && errno != EINPROGRESS)
    {
      /* The kernel's retransmission of a SYN that cannot be sent is no error: it is tried again. */
      if (is_retransmission (self) && rebound_linux_kernel_is_link_down (self->site))
        wait_for_retransmission (self);
      else
        fail_later (self, errno);
      return;
    }
  enlist (self);
  rebound_site_note_progress (self->site);
  self->watch = rebound_poll_watch (poll, self->fd, EPOLLOUT, on_ready, self);
  if (self->watch == NULL)
    fail_later (self, errno);
  else if (rebound_linux_kernel_is_exact (self->site))
    rebound_timer_arm (self->step_timer, 0);
}

/* At this instant everything that was sent has been delivered: a SYN without an answer was dropped.
 */
static gboolean
is_dropped (ReboundCall *self)
{
  struct tcp_info info;
  socklen_t length = sizeof info;

  return getsockopt (self->fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0
         && info.tcpi_state == TCP_SYN_SENT;
}

static void
on_step (gpointer user_data)
{
  ReboundCall *self = user_data;
  gint64 again_usec = self->syn_timeout_usec;

  if (self->pending_error != 0)
    {
      fail (self, self->pending_error);
      return;
    }
  if (self->phase == REBOUND_CALL_DROPPED)
    {
      if (self->syn_timeout_usec > LAST_SYN_TIMEOUT_USEC)
        fail (self, ETIMEDOUT);
      else
        dial (self);
      return;
    }
  if (self->phase != REBOUND_CALL_DIALLING || !is_dropped (self))
    return;
  wait_for_retransmission (self);
  rebound_explanation_note_dropped (rebound_linux_kernel_explanation_of (self->site), self->end,
                                    rebound_address_get_port (&self->address));
  if (again_usec < LAST_SYN_TIMEOUT_USEC) /* the last one is not sent again */
    self->listener.backlog_full (self, again_usec, self->user_data);
}

static void
on_timeout (gpointer user_data)
{
  fail (user_data, ETIMEDOUT);
}

void
rebound_call_dial (ReboundCall *self,
                   guint number,
                   const struct sockaddr_storage *address,
                   socklen_t length,
                   const ReboundCallManner *manner)
{
  g_autofree char *name = g_strdup_printf ("%s#%u", self->end, number);

  rebound_call_close (self);
  self->number = number;
  g_free (self->name);
  self->name = g_steal_pointer (&name);
  self->address = *address;
  self->length = length;
  self->local_port = rebound_linux_kernel_next_port (self->site);
  self->syn_timeout_usec = SYN_TIMEOUT_USEC;
  g_free (self->message);
  self->message
      = manner->message != NULL && *manner->message != '\0' ? g_strdup (manner->message) : NULL;
  self->message_sent_bytes = 0;
  self->awaits_answer = manner->awaits_answer;
  self->close_first = manner->close_first;
  self->is_answered = FALSE;
  self->was_established = FALSE;
  g_string_truncate (self->answer, 0);
  rebound_timer_arm (self->timeout_timer, manner->connect_timeout_usec);
  dial (self);
}

void
rebound_call_hang_up (ReboundCall *self)
{
  if (self->phase == REBOUND_CALL_OPEN)
    end (self, "the client closed first");
}

ReboundCallPhase
rebound_call_get_phase (ReboundCall *self)
{
  return self->phase;
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

gboolean
rebound_call_waits_for_answer (ReboundCall *self)
{
  return self->phase == REBOUND_CALL_OPEN && self->awaits_answer && !self->is_answered;
}

gboolean
rebound_call_was_established (ReboundCall *self)
{
  return self->was_established;
}
