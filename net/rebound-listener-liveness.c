/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is it still alive? A socket that stayed open over the background may have been taken away, and
 * nobody is told. Whoever does not look relies on luck: the source fires, accept() fails, and then
 * nothing listens any more.
 *
 * There are two ways to look. The descriptor can be asked, which costs nothing and finds what the
 * kernel admits. Or the listener connects to itself (rebound-self-dial.c), which finds one that
 * looks alive as well.
 *
 * And there are two ways to come back. The plain one is to close the old descriptor and open a new
 * socket on the same port. iSH's is to bind the new socket first and let it take over the old
 * descriptor's number: whoever polls the number goes on as if nothing had been (who has it in an
 * epoll does not: the old socket leaves that with its last descriptor, and the new one was never in
 * it). Linux lets the port be bound beside the old descriptor only where that is dead and both have
 * SO_REUSEADDR; a live listener is in its own way whatever the options. Where it fails, the old
 * socket stays as it is. */

#include "rebound-listener-private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lifecycle/rebound-planted-private.h"
#include "rebound-address-private.h"

/* -- coming back -- */

/* The new socket could not be had; the old one is what it was before, or dead. */
static void
fail_to_replace (ReboundListener *self, int fd, gboolean was_bound, int error_number)
{
  guint generation = self->generation + 1;
  g_autofree char *why = NULL;

  if (!was_bound)
    why = rebound_listener_explain_bind_error (self, error_number);
  if (fd >= 0)
    close (fd);
  rebound_listener_set_last_error (self, error_number);
  if (fd >= 0 && !was_bound)
    rebound_listener_emit_bind_failed (self, generation, error_number, why);
  else
    rebound_listener_emit_listen_failed (self, generation, error_number);
}

/* @fd has taken over the number: all that the listener knows of the old socket is replaced. */
static void
take_over (ReboundListener *self)
{
  guint generation = ++self->generation;

  if (self->socket != NULL)
    rebound_socket_let_go (g_steal_pointer (&self->socket));
  self->is_reusing = self->reuse_address;
  rebound_listener_enlist (self);
  if (self->source == NULL)
    {
      rebound_listener_stop_accepting (self); /* it may be resting */
      rebound_listener_start_accepting (self);
    }
  rebound_listener_set_last_error (self, 0);
  rebound_listener_set_state (self, REBOUND_LISTENER_STATE_LISTENING);
  if (self->site != NULL)
    rebound_listener_drop_dead_connections (self);
  if (self->site == NULL || self->generation != generation || self->fd < 0)
    return; /* a handler has ended its life, closed it, or opened it anew */
  rebound_listener_emit_descriptor_replaced (self);
  if (self->site != NULL && self->generation == generation && self->fd >= 0)
    rebound_listener_emit_listening (self);
}

/* dup3() is dup2() that keeps close-on-exec. */
static void
replace (ReboundListener *self)
{
  int fd = rebound_listener_new_socket (self);

  self->drawn_port = self->port == 0 ? rebound_listener_get_bound_port (self) : 0;
  if (fd < 0)
    fail_to_replace (self, fd, FALSE, errno);
  else if (rebound_listener_bind_socket (self, fd) < 0)
    fail_to_replace (self, fd, FALSE, errno);
  else if (rebound_listener_listen (self, fd) < 0 || dup3 (fd, self->fd, O_CLOEXEC) < 0)
    fail_to_replace (self, fd, TRUE, errno);
  else
    {
      close (fd);
      take_over (self);
    }
}

static void
open_anew (ReboundListener *self)
{
  rebound_listener_close_dead (self, "the check on return");
  rebound_listener_open (self);
}

/* Nothing is accepted from a socket that is known to be dead; its source would fire for ever. */
static void
bury (ReboundListener *self)
{
  gboolean had_source = self->source != NULL;

  rebound_listener_stop_accepting (self);
  rebound_listener_set_state (self, REBOUND_LISTENER_STATE_DEAD);
  if (had_source && self->site != NULL)
    rebound_listener_emit_source_destroyed (self);
}

static void
on_dead (ReboundListener *self, const char *how, int error_number)
{
  guint generation = self->generation;

  if (error_number != 0)
    rebound_listener_set_last_error (self, error_number);
  rebound_listener_emit_found_dead (self, how, error_number);
  if (self->site == NULL || self->generation != generation || self->fd < 0)
    return;
  if (self->reopen == REBOUND_REOPEN_CLOSE_FIRST)
    {
      open_anew (self);
      return;
    }
  replace (self);
  if (self->site != NULL && self->generation == generation && self->fd >= 0)
    bury (self);
}

/* -- looking -- */

static int
read_option (int fd, int option, int *value)
{
  socklen_t length = sizeof *value;

  return getsockopt (fd, SOL_SOCKET, option, value, &length) < 0 ? errno : 0;
}

static void
ask (ReboundListener *self)
{
  int pending = 0, listens = 0;
  int error_number = read_option (self->fd, SO_ERROR, &pending);

  if (error_number == 0)
    error_number = read_option (self->fd, SO_ACCEPTCONN, &listens);
  if (error_number != 0)
    on_dead (self, "its descriptor cannot be asked", error_number);
  else if (pending != 0)
    on_dead (self, "SO_ERROR has an error", pending);
  else if (!listens && !REBOUND_PLANTED (asks_so_error_alone))
    on_dead (self, "SO_ACCEPTCONN says that it does not listen", 0);
  else
    rebound_listener_emit_found_alive (self, "SO_ACCEPTCONN says that it listens");
}

/* Only these say something of the listener; the others, of the call. */
static void
on_dial_failed (int error_number, gpointer user_data)
{
  g_autoptr (ReboundListener) self = g_object_ref (user_data);

  if (error_number == ECONNREFUSED || error_number == ECONNRESET)
    on_dead (self, "it cannot be connected to", error_number);
  else if (error_number == ETIMEDOUT)
    on_dead (self, "it does not accept its own call", error_number);
  else
    {
      rebound_listener_set_last_error (self, error_number);
      rebound_listener_emit_check_failed (self, error_number);
    }
}

static void
dial (ReboundListener *self)
{
  struct sockaddr_storage address;
  socklen_t length;
  guint port = rebound_listener_get_bound_port (self);
  const char *where = rebound_linux_kernel_keeps_to_loopback (self->site)
                          ? rebound_address_loopback_of (self->address)
                          : rebound_address_to_reach (self->address);

  if (port == 0 || !rebound_address_fill (where, (guint16) port, &address, &length))
    {
      on_dead (self, "its descriptor has no port", 0);
      return;
    }
  if (self->dial == NULL)
    self->dial = rebound_self_dial_new (self->site, rebound_actor_get_name (REBOUND_ACTOR (self)),
                                        on_dial_failed, self);
  rebound_self_dial_start (self->dial, &address, length);
}

void
rebound_listener_check (ReboundListener *self)
{
  switch (self->check_on_return)
    {
    case REBOUND_CHECK_ON_RETURN_NONE:
      if (self->reopen == REBOUND_REOPEN_DUP2)
        replace (self);
      break;
    case REBOUND_CHECK_ON_RETURN_ASK:
      ask (self);
      break;
    case REBOUND_CHECK_ON_RETURN_DIAL:
      dial (self);
      break;
    }
}

void
rebound_listener_stop_checking (ReboundListener *self)
{
  if (self->dial != NULL)
    rebound_self_dial_cancel (self->dial);
}

gboolean
rebound_listener_is_own_call (ReboundListener *self, int fd)
{
  gboolean was_on;

  if (self->dial == NULL)
    return FALSE;
  was_on = rebound_self_dial_is_on (self->dial);
  if (!rebound_self_dial_takes (self->dial, fd))
    return FALSE;
  rebound_site_note_progress (self->site);
  if (was_on)
    rebound_listener_emit_found_alive (self, "it accepted its own call");
  return TRUE;
}
