/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes out of the backlog, and what is done where nothing comes. The accept source is a
 * GSource of its own: to invalidate it is what the story is about.
 *
 * A failing accept() has two answers here. The listener's own is to pass over what was one
 * connection's fault and to rest where descriptors or memory have run out. The other is
 * CFSocket's: it arms its source anew only after an accept() that succeeded, so one that failed
 * disarms it for good. The socket stays “valid”, the backlog fills, and nobody is told. */

#include "rebound-listener-private.h"

#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>

#include "lifecycle/rebound-planted-private.h"
#include "lifecycle/rebound-trouble-private.h"

/* Connections taken in one dispatch, so that a crowd does not keep others from their turn. */
#define ACCEPT_LIMIT 64

/* How long the source rests when there are no descriptors left. Nobody tells a process that it may
 * have some again; a client is to be served within 100 ms of that, on a busy machine too. Twenty
 * looks a second are 0.1 % of a CPU (tests/bench/bench-descriptors.c). */
#define REST_USEC (50 * 1000)

static void
detach_source (ReboundListener *self)
{
  if (self->source == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

void
rebound_listener_stop_accepting (ReboundListener *self)
{
  rebound_timer_disarm (self->rest_timer);
  detach_source (self);
}

static void
on_finished (ReboundAccepted *accepted, const char *how, gpointer user_data)
{
  g_autoptr (ReboundListener) self = g_object_ref (user_data);

  rebound_listener_take_out (self, accepted);
  rebound_ledger_note_end (self->ledger, rebound_accepted_get_connection (accepted), how);
  rebound_listener_emit_connection_closed (self, accepted, how);
  rebound_accepted_free (accepted);
  rebound_listener_close_if_served (self);
}

static void
on_peer_finished (ReboundAccepted *accepted, gpointer user_data)
{
  rebound_listener_emit_peer_finished (user_data, rebound_accepted_get_name (accepted));
}

static void
on_half_closed (ReboundAccepted *accepted, gpointer user_data)
{
  rebound_listener_emit_half_closed (user_data, rebound_accepted_get_name (accepted));
}

/* As "web#12". It is made for each connection, and printf() would be a good part of what one costs.
 * (transfer full): a GRefString */
static char *
new_numbered_name (const char *name, guint number)
{
  gsize name_bytes = strlen (name);
  char *text = g_newa (char, name_bytes + 1 + 10 + 1); /* 2^32 has 10 digits */
  char *end = text + name_bytes + 1 + 10;
  char *digit = end;

  do
    *--digit = (char) ('0' + number % 10);
  while ((number /= 10) > 0);
  *--digit = '#';
  digit -= name_bytes;
  memmove (digit, name, name_bytes);
  return g_ref_string_new_len (digit, end - digit);
}

/* The client's name for it, where the client is of this run. (transfer full): a GRefString */
static char *
name_connection (ReboundListener *self, int fd)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);
  const char *name = table != NULL ? rebound_socket_table_name_of_peer (table, fd) : NULL;

  return name != NULL ? g_ref_string_new (name) : new_numbered_name (self->name, self->n_accepted);
}

static void
limit_send_buffer (ReboundListener *self, int fd)
{
  const int size_bytes = (int) self->send_buffer_bytes;

  if (size_bytes > 0 && setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &size_bytes, sizeof size_bytes) < 0)
    rebound_trouble_note ("setsockopt (SO_SNDBUF)");
}

/* FALSE where a handler has closed it, with the listener or by ending the application. */
static gboolean
is_newest (ReboundListener *self, ReboundAccepted *accepted)
{
  return g_queue_peek_tail (&self->connections) == accepted;
}

/* In virtual time a turn of the main loop is the run's to give. */
static gboolean
has_own_time (ReboundListener *self)
{
  return rebound_clock_get_mode (rebound_site_get_clock (self->site)) == REBOUND_CLOCK_REAL;
}

static void
take (ReboundListener *self, int fd)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);
  ReboundAcceptedManner manner
      = { self->on_accept,      self->close_order, self->greeting,
          self->greeting_bytes, self->goodbye,     self->finish_within_usec };
  ReboundAcceptedListener listener = { on_peer_finished, on_half_closed, on_finished, self };
  gboolean reuse_address
      = self->is_reusing || rebound_linux_kernel_apply_rebind_rule (self->site, fd);
  ReboundSocket *socket = NULL;
  ReboundAccepted *accepted;
  g_autoptr (GRefString) name = NULL;

  self->n_accepted++;
  limit_send_buffer (self, fd);
  name = name_connection (self, fd);
  if (table != NULL)
    socket = rebound_socket_table_add_connection (table, self->site, self->name, name, fd,
                                                  self->generation, reuse_address);
  if (table != NULL)
    rebound_socket_table_note_accepted (table, socket);
  if (self->taker != NULL)
    {
      self->taker (fd, socket, name, self->taker_data);
      return;
    }
  accepted = rebound_accepted_new (self->site, fd, socket, name, &manner, &listener);
  rebound_listener_add_connection (self, accepted);
  rebound_ledger_add (self->ledger, name, rebound_accepted_get_connection (accepted));
  rebound_listener_emit_accepted (self, name);
  if (is_newest (self, accepted))
    rebound_accepted_serve (accepted, has_own_time (self));
}

void
rebound_listener_on_rested (gpointer user_data)
{
  ReboundListener *self = user_data;

  if (self->state == REBOUND_LISTENER_STATE_LISTENING && self->source == NULL)
    rebound_listener_start_accepting (self);
}

static void
rest (ReboundListener *self, int error_number)
{
  detach_source (self);
  if (!REBOUND_PLANTED (never_rearmed))
    rebound_timer_arm (self->rest_timer, REST_USEC);
  rebound_listener_set_last_error (self, error_number);
  rebound_listener_emit_exhausted (self, error_number);
}

static void
die (ReboundListener *self, int error_number)
{
  detach_source (self);
  rebound_listener_set_last_error (self, error_number);
  rebound_listener_set_state (self, REBOUND_LISTENER_STATE_DEAD);
  rebound_listener_emit_died (self, error_number);
}

/* The first error of whatever kind is the last. */
static void
disarm (ReboundListener *self, int error_number)
{
  detach_source (self);
  rebound_listener_set_last_error (self, error_number);
  rebound_listener_emit_disarmed (self, error_number);
}

/* As CFSocket does it: one connection each time that the source fires. */
static void
accept_bare (ReboundListener *self)
{
  int fd, error_number;
  ReboundAcceptResult result = rebound_accept_bare (self->fd, &fd, &error_number);

  if (result == REBOUND_ACCEPT_DRY)
    return;
  if (result != REBOUND_ACCEPT_TAKEN)
    disarm (self, error_number);
  else if (!rebound_listener_is_own_call (self, fd))
    take (self, fd);
}

static void
accept_all (ReboundListener *self)
{
  GSource *source = self->source;

  for (guint i = 0; i < ACCEPT_LIMIT && self->source == source; i++)
    {
      int fd, error_number;
      ReboundAcceptResult result
          = rebound_accept_next (&self->accept, self->fd, &fd, &error_number);

      if (result == REBOUND_ACCEPT_EXHAUSTED)
        rest (self, error_number);
      else if (result == REBOUND_ACCEPT_DEAD)
        die (self, error_number);
      if (result != REBOUND_ACCEPT_TAKEN)
        break;
      if (!rebound_listener_is_own_call (self, fd))
        take (self, fd);
      if (i == ACCEPT_LIMIT - 1 && REBOUND_PLANTED (cap_disarms))
        detach_source (self);
    }
}

static gboolean
on_acceptable (int descriptor, GIOCondition condition, gpointer user_data)
{
  g_autoptr (ReboundListener) self = g_object_ref (user_data);

  if (self->on_accept_error == REBOUND_ON_ACCEPT_ERROR_DISARM)
    accept_bare (self);
  else
    accept_all (self);
  rebound_listener_close_if_served (self);
  return G_SOURCE_CONTINUE;
}

void
rebound_listener_start_accepting (ReboundListener *self)
{
  self->source = g_unix_fd_source_new (self->fd, G_IO_IN);
  g_source_set_static_name (self->source, "ReboundListener");
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_acceptable), self, NULL);
  g_source_set_can_recurse (self->source, TRUE); /* as ReboundPoll's, and for its reason */
  g_source_attach (self->source, rebound_site_get_context (self->site));
}
