/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A system can take a listening socket away in such a way that it looks alive: every option reads
 * as ever, and it is just never ready again. Who asks the descriptor learns nothing. Who connects
 * to the port learns it: it is refused, or nobody accepts.
 *
 * That somebody accepted is known when the listener meets its own call in the backlog, and not when
 * the handshake is done: the kernel completes that for a listener that nobody looks after, too.
 *
 * The call ends with a RST from the dialling side, so nothing of it is left on the listener's port.
 * A SYN that a full backlog has dropped is not waited for: the kernel would send it again after a
 * second of its own time; instead another call is made as soon as the backlog has had a chance to
 * be emptied. */

#include "rebound-self-dial-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "rebound-address-private.h"
#include "rebound-linux-kernel-private.h"
#include "rebound-poll-private.h"

/* A handshake on the same machine takes microseconds, and accepting one turn of a main loop. A
 * second is what TCP gives an answer before it takes it for lost (TCP_TIMEOUT_INIT of
 * include/net/tcp.h). */
#define DEADLINE_USEC G_USEC_PER_SEC

/* Between two looks at a SYN that was dropped: ten tries before the deadline. */
#define AGAIN_USEC (G_USEC_PER_SEC / 10)

struct _ReboundSelfDial
{
  ReboundSite *site;
  const char *end;  /* interned */
  const char *name; /* of the connection; interned */
  ReboundSelfDialFunc failed;
  gpointer user_data;

  struct sockaddr_storage address;
  socklen_t length;
  guint16 local_port;
  int fd;
  ReboundSocket *socket;
  ReboundWatch *watch;
  ReboundTuple tuple;
  gboolean has_tuple; /* it may be met in a backlog */
  ReboundTimer *step_timer;
  ReboundTimer *deadline_timer;
};

static void dial (ReboundSelfDial *self);

static void
close_descriptor (ReboundSelfDial *self)
{
  g_clear_pointer (&self->watch, rebound_watch_free);
  rebound_socket_close_descriptor (&self->socket, &self->fd);
}

void
rebound_self_dial_cancel (ReboundSelfDial *self)
{
  rebound_timer_disarm (self->step_timer);
  rebound_timer_disarm (self->deadline_timer);
  close_descriptor (self);
}

static void
fail (ReboundSelfDial *self, int error_number)
{
  rebound_self_dial_cancel (self);
  self->failed (error_number, self->user_data);
}

static void
on_deadline (gpointer user_data)
{
  fail (user_data, ETIMEDOUT);
}

static void
on_step (gpointer user_data)
{
  ReboundSelfDial *self = user_data;

  if (rebound_socket_state (self->fd) != TCP_SYN_SENT)
    return;
  close_descriptor (self);
  rebound_timer_arm (self->step_timer, AGAIN_USEC);
  dial (self);
}

ReboundSelfDial *
rebound_self_dial_new (ReboundSite *site,
                       const char *end,
                       ReboundSelfDialFunc failed,
                       gpointer user_data)
{
  ReboundSelfDial *self = g_new0 (ReboundSelfDial, 1);
  g_autofree char *name = g_strconcat (end, "#self", NULL);

  self->site = site;
  self->end = g_intern_string (end);
  self->name = g_intern_string (name);
  self->failed = failed;
  self->user_data = user_data;
  self->fd = -1;
  self->step_timer = rebound_site_new_timer (site, "listener: dial", on_step, self);
  self->deadline_timer
      = rebound_site_new_timer (site, "listener: dial deadline", on_deadline, self);
  return self;
}

void
rebound_self_dial_free (ReboundSelfDial *self)
{
  rebound_self_dial_cancel (self);
  rebound_timer_free (self->step_timer);
  rebound_timer_free (self->deadline_timer);
  g_free (self);
}

/* Only an error is looked for: that the handshake is done says nothing. */
static void
on_ready (guint32 events, gpointer user_data)
{
  ReboundSelfDial *self = user_data;
  int error_number = 0;
  socklen_t length = sizeof error_number;

  if (self->socket != NULL)
    rebound_socket_touch (self->socket);
  rebound_site_note_progress (self->site);
  if (getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error_number, &length) < 0)
    error_number = errno;
  fail (self, error_number != 0 ? error_number : ECONNRESET);
}

static void
enlist (ReboundSelfDial *self)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);

  if (table != NULL)
    self->socket = rebound_socket_table_add_connection (table, self->site, self->end, self->name,
                                                        self->fd, 0, FALSE);
}

static void
dial (ReboundSelfDial *self)
{
  ReboundPoll *poll = rebound_poll_of_site (self->site);

  if (poll == NULL)
    {
      fail (self, errno);
      return;
    }
  rebound_linux_kernel_name_port (self->site, self->local_port, self->name);
  self->fd = socket (self->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0
      || !rebound_address_bind_port (self->fd, self->address.ss_family, self->local_port)
      || (connect (self->fd, (struct sockaddr *) &self->address, self->length) < 0
          && errno != EINPROGRESS))
    {
      fail (self, errno);
      return;
    }
  rebound_site_note_progress (self->site);
  self->has_tuple = rebound_tuple_from_descriptor (self->fd, &self->tuple);
  enlist (self);
  self->watch = rebound_poll_watch (poll, self->fd, 0, on_ready, self);
  if (self->watch == NULL)
    fail (self, errno);
}

void
rebound_self_dial_start (ReboundSelfDial *self,
                         const struct sockaddr_storage *address,
                         socklen_t length)
{
  rebound_self_dial_cancel (self);
  self->address = *address;
  self->length = length;
  self->local_port = rebound_linux_kernel_next_port (self->site);
  self->has_tuple = FALSE;
  rebound_timer_arm (self->deadline_timer, DEADLINE_USEC);
  rebound_timer_arm (self->step_timer, 0);
  dial (self);
}

gboolean
rebound_self_dial_is_on (ReboundSelfDial *self)
{
  return self->fd >= 0;
}

gboolean
rebound_self_dial_takes (ReboundSelfDial *self, int fd)
{
  const struct linger abort = { .l_onoff = 1 };
  ReboundTuple tuple, other;

  if (!self->has_tuple || !rebound_tuple_from_descriptor (fd, &tuple))
    return FALSE;
  other = rebound_tuple_reverse (&tuple);
  if (!rebound_tuple_equal (&other, &self->tuple))
    return FALSE;
  self->has_tuple = FALSE;
  if (self->fd >= 0)
    setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  rebound_self_dial_cancel (self);
  close (fd);
  return TRUE;
}
