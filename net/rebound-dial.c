/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To connect. The port is bound explicitly in a run, so that no log and no hash depends on the port
 * that the kernel would have drawn.
 *
 * A SYN that meets a full backlog is dropped, and the kernel sends it again on its own clock: after
 * one second, two, four. In virtual time that clock does not run; so the socket is taken away, and
 * dials again, from the same port, when the kernel's retransmission would have come by the run's
 * clock. For the listener it is the same SYN. */

#include "rebound-dial-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include "lifecycle/rebound-trouble-private.h"
#include "rebound-address-private.h"
#include "rebound-explanation-private.h"

/* TCP_TIMEOUT_INIT of include/net/tcp.h, which RFC 6298 asks for; doubled each time. */
#define SYN_TIMEOUT_USEC G_USEC_PER_SEC

/* net.ipv4.tcp_syn_retries = 6: the SYN that nobody answers is sent seven times, and the kernel
 * gives up 64 s after the last, 127 s after the first. */
#define LAST_SYN_TIMEOUT_USEC (64 * G_USEC_PER_SEC)

struct _ReboundDial
{
  ReboundSite *site;
  const char *end; /* interned */
  const ReboundDialListener *listener;
  gpointer user_data;

  ReboundDialPhase phase;
  char *name;
  struct sockaddr_storage address;
  socklen_t length;
  guint16 local_port;
  gint64 syn_timeout_usec; /* of the next retransmission */

  int fd;
  ReboundSocket *socket;
  ReboundWatch *watch;
  int pending_error; /* of a system call that failed */
  ReboundTimer
      *step_timer; /* tells pending_error; looks whether the SYN was dropped; dials again */
  ReboundTimer *timeout_timer;
};

static void
close_descriptor (ReboundDial *self)
{
  g_clear_pointer (&self->watch, rebound_watch_free);
  rebound_socket_close_descriptor (&self->socket, &self->fd);
}

void
rebound_dial_stop (ReboundDial *self)
{
  rebound_timer_disarm (self->step_timer);
  rebound_timer_disarm (self->timeout_timer);
  close_descriptor (self);
  self->phase = REBOUND_DIAL_IDLE;
}

static void
fail (ReboundDial *self, int error_number)
{
  rebound_explanation_note_not_connected (rebound_linux_kernel_explanation_of (self->site),
                                          self->end, rebound_address_get_port (&self->address),
                                          error_number,
                                          rebound_linux_kernel_is_link_down (self->site));
  rebound_dial_stop (self);
  self->listener->failed (error_number, self->user_data);
}

/* The watch keeps its place among those of the poll. */
static void
hand_over (ReboundDial *self)
{
  int fd = self->fd;
  ReboundSocket *socket = self->socket;
  ReboundWatch *watch = g_steal_pointer (&self->watch);
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);

  if (table != NULL)
    rebound_socket_table_note_connected (table);
  self->fd = -1;
  self->socket = NULL;
  rebound_dial_stop (self);
  self->listener->connected (fd, socket, watch, self->user_data);
}

/* The SYN is answered. */
static void
on_ready (guint32 events, gpointer user_data)
{
  ReboundDial *self = user_data;
  int error_number = 0;
  socklen_t length = sizeof error_number;

  rebound_site_note_progress (self->site);
  if (self->socket != NULL)
    rebound_socket_touch (self->socket);
  if (getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error_number, &length) < 0)
    error_number = errno;
  /* Whoever has taken it away meanwhile may have left no error behind. */
  if (error_number == 0 && rebound_socket_state (self->fd) == TCP_CLOSE)
    error_number = ENOTCONN;
  if (error_number != 0)
    fail (self, error_number);
  else
    hand_over (self);
}

static void
enlist (ReboundDial *self)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);

  if (table != NULL)
    self->socket = rebound_socket_table_add_connection (table, self->site, self->end, self->name,
                                                        self->fd, 0, FALSE);
}

/* An error is told from the main loop, never from within the caller's call. */
static void
fail_later (ReboundDial *self, int error_number)
{
  self->pending_error = error_number;
  close_descriptor (self);
  rebound_timer_arm (self->step_timer, 0);
}

static gboolean
is_retransmission (ReboundDial *self)
{
  return self->syn_timeout_usec > SYN_TIMEOUT_USEC;
}

/* Takes the socket away until the kernel's next retransmission would have come. */
static void
wait_for_retransmission (ReboundDial *self)
{
  close_descriptor (self);
  self->phase = REBOUND_DIAL_DROPPED;
  rebound_timer_arm (self->step_timer, self->syn_timeout_usec);
  self->syn_timeout_usec *= 2;
}

static void
dial (ReboundDial *self)
{
  ReboundPoll *poll = rebound_poll_of_site (self->site);

  self->phase = REBOUND_DIAL_DIALLING;
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
is_dropped (ReboundDial *self)
{
  struct tcp_info info;
  socklen_t length = sizeof info;

  return rebound_trouble_is_done (getsockopt (self->fd, IPPROTO_TCP, TCP_INFO, &info, &length),
                                  "getsockopt (TCP_INFO)")
         && info.tcpi_state == TCP_SYN_SENT;
}

static void
on_step (gpointer user_data)
{
  ReboundDial *self = user_data;
  gint64 again_usec = self->syn_timeout_usec;

  if (self->pending_error != 0)
    {
      fail (self, self->pending_error);
      return;
    }
  if (self->phase == REBOUND_DIAL_DROPPED)
    {
      if (self->syn_timeout_usec > LAST_SYN_TIMEOUT_USEC)
        fail (self, ETIMEDOUT);
      else
        dial (self);
      return;
    }
  if (self->phase != REBOUND_DIAL_DIALLING || !is_dropped (self))
    return;
  wait_for_retransmission (self);
  rebound_explanation_note_dropped (rebound_linux_kernel_explanation_of (self->site), self->end,
                                    rebound_address_get_port (&self->address));
  if (again_usec < LAST_SYN_TIMEOUT_USEC /* the last one is not sent again */
      && self->listener->backlog_full != NULL)
    self->listener->backlog_full (again_usec, self->user_data);
}

static void
on_timeout (gpointer user_data)
{
  fail (user_data, ETIMEDOUT);
}

void
rebound_dial_begin (ReboundDial *self,
                    const char *name,
                    const struct sockaddr_storage *address,
                    socklen_t length,
                    gint64 timeout_usec)
{
  rebound_dial_stop (self);
  g_free (self->name);
  self->name = g_strdup (name);
  self->address = *address;
  self->length = length;
  self->local_port = rebound_linux_kernel_next_port (self->site);
  self->syn_timeout_usec = SYN_TIMEOUT_USEC;
  rebound_timer_arm (self->timeout_timer, timeout_usec);
  dial (self);
}

ReboundDialPhase
rebound_dial_get_phase (ReboundDial *self)
{
  return self->phase;
}

ReboundDial *
rebound_dial_new (ReboundSite *site,
                  const char *end,
                  const ReboundDialListener *listener,
                  gpointer user_data)
{
  ReboundDial *self = g_new0 (ReboundDial, 1);

  self->site = site;
  self->end = end;
  self->listener = listener;
  self->user_data = user_data;
  self->fd = -1;
  self->step_timer = rebound_site_new_timer (site, "client: dial", on_step, self);
  self->timeout_timer = rebound_site_new_timer (site, "client: connect-timeout", on_timeout, self);
  return self;
}

void
rebound_dial_free (ReboundDial *self)
{
  rebound_dial_stop (self);
  rebound_timer_free (self->step_timer);
  rebound_timer_free (self->timeout_timer);
  g_free (self->name);
  g_free (self);
}
