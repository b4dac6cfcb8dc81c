/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening socket of an application, as the report's program has it: opened when the
 * application becomes active, closed when it resigns or enters the background, opened anew on
 * return. Each opening is a generation, and what one generation leaves behind can keep the next
 * from binding its port.
 *
 * The accept source is a GSource of its own: to invalidate it is what the story is about. Teardown
 * has one order: the source is destroyed and unreffed, the accepted connections go as the policy
 * says, the descriptor is closed, the event is told. A source that outlived its descriptor would
 * fire on whatever socket gets the number next. */

#include "rebound-listener-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rebound-address-private.h"
#include "rebound-bind-report-private.h"
#include "rebound-errno.h"
#include "rebound-reuseport-private.h"

/* Connections taken in one dispatch, so that a crowd does not keep others from their turn. */
#define ACCEPT_LIMIT 64

/* How long the source rests when there are no descriptors left. */
#define REST_USEC (100 * 1000)

static void open_socket (ReboundListener *self);
static void attach_source (ReboundListener *self);

/* Nothing where a handler of ours has ended the listener's life meanwhile. */
static void
set_state (ReboundListener *self, ReboundListenerState state)
{
  if (self->site == NULL || self->state == state)
    return;
  self->state = state;
  rebound_site_note_progress (self->site);
  g_object_notify (G_OBJECT (self), "state");
}

static void
detach_source (ReboundListener *self)
{
  if (self->source == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

/* -- accepting -- */

static void
on_finished (ReboundAccepted *accepted, const char *how, gpointer user_data)
{
  ReboundListener *self = user_data;
  g_autofree char *name = g_strdup (rebound_accepted_get_name (accepted));

  g_ptr_array_remove (self->connections, accepted);
  rebound_listener_emit_connection_closed (self, name, how);
}

/* The client's name for it, where the client is of this run. (transfer full) */
static char *
name_connection (ReboundListener *self, int fd)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);
  const char *name = table != NULL ? rebound_socket_table_name_of_peer (table, fd) : NULL;

  if (name != NULL)
    return g_strdup (name);
  return g_strdup_printf ("%s#%u", rebound_actor_get_name (REBOUND_ACTOR (self)), self->n_accepted);
}

/* FALSE where a handler has closed it, with the listener or by ending the application. */
static gboolean
is_newest (ReboundListener *self, ReboundAccepted *accepted)
{
  return self->connections->len > 0
         && self->connections->pdata[self->connections->len - 1] == accepted;
}

static void
take (ReboundListener *self, int fd)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);
  ReboundAcceptedManner manner = { self->on_accept, self->close_order, self->greeting };
  ReboundAcceptedListener listener = { on_finished, self };
  gboolean reuse_address
      = self->is_reusing || rebound_linux_kernel_apply_rebind_rule (self->site, fd);
  ReboundSocket *socket = NULL;
  ReboundAccepted *accepted;
  g_autofree char *name = NULL;

  self->n_accepted++;
  name = name_connection (self, fd);
  if (table != NULL)
    socket = rebound_socket_table_add_connection (table, self->site,
                                                  rebound_actor_get_name (REBOUND_ACTOR (self)),
                                                  name, fd, self->generation, reuse_address);
  accepted = rebound_accepted_new (self->site, fd, socket, name, &manner, &listener);
  g_ptr_array_add (self->connections, accepted);
  rebound_listener_emit_accepted (self, name);
  if (is_newest (self, accepted))
    rebound_accepted_serve (accepted);
}

static void
on_rested (gpointer user_data)
{
  ReboundListener *self = user_data;

  if (self->state == REBOUND_LISTENER_STATE_LISTENING && self->source == NULL)
    attach_source (self);
}

static void
rest (ReboundListener *self, int error_number)
{
  detach_source (self);
  rebound_timer_arm (self->rest_timer, REST_USEC);
  rebound_listener_set_last_error (self, error_number);
  rebound_listener_emit_exhausted (self, error_number);
}

static void
die (ReboundListener *self, int error_number)
{
  detach_source (self);
  rebound_listener_set_last_error (self, error_number);
  set_state (self, REBOUND_LISTENER_STATE_DEAD);
  rebound_listener_emit_died (self, error_number);
}

static gboolean
on_acceptable (int descriptor, GIOCondition condition, gpointer user_data)
{
  g_autoptr (ReboundListener) self = g_object_ref (user_data);
  GSource *source = self->source;

  for (guint i = 0; i < ACCEPT_LIMIT && self->source == source; i++)
    {
      int fd, error_number;
      ReboundAcceptResult result
          = rebound_accept_next (&self->accept, self->fd, &fd, &error_number);

      if (result == REBOUND_ACCEPT_TAKEN)
        take (self, fd);
      else if (result == REBOUND_ACCEPT_EXHAUSTED)
        rest (self, error_number);
      else if (result == REBOUND_ACCEPT_DEAD)
        die (self, error_number);
      if (result != REBOUND_ACCEPT_TAKEN)
        break;
    }
  return G_SOURCE_CONTINUE;
}

static void
attach_source (ReboundListener *self)
{
  self->source = g_unix_fd_source_new (self->fd, G_IO_IN);
  g_source_set_static_name (self->source, "ReboundListener");
  g_source_set_callback (self->source, G_SOURCE_FUNC (on_acceptable), self, NULL);
  g_source_attach (self->source, rebound_site_get_context (self->site));
}

/* -- opening -- */

static gboolean
set_options (ReboundListener *self)
{
  const int on = 1;

  self->is_reusing = self->reuse_address;
  if (self->reuse_address && setsockopt (self->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
    return FALSE;
  return !self->reuse_port || setsockopt (self->fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
}

static int
bind_socket (ReboundListener *self)
{
  struct sockaddr_storage address;
  socklen_t length;
  guint16 port
      = self->port != 0 ? (guint16) self->port : rebound_linux_kernel_next_port (self->site);

  const char *where = rebound_linux_kernel_keeps_to_loopback (self->site)
                          ? rebound_address_loopback_of (self->address)
                          : self->address;

  if (!rebound_address_fill (where, port, &address, &length))
    {
      errno = EINVAL;
      return -1;
    }
  return bind (self->fd, (struct sockaddr *) &address, length);
}

static void
enlist (ReboundListener *self)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);

  if (table != NULL && self->socket == NULL)
    self->socket = rebound_socket_table_add_listener (table, self->site,
                                                      rebound_actor_get_name (REBOUND_ACTOR (self)),
                                                      self->fd, self->generation, self->is_reusing);
}

/* There is no socket, or none that can listen. */
static void
give_up (ReboundListener *self, int error_number)
{
  rebound_socket_close_descriptor (&self->socket, &self->fd);
  rebound_listener_set_last_error (self, error_number);
  set_state (self, REBOUND_LISTENER_STATE_FAILED);
  rebound_listener_emit_listen_failed (self, error_number);
}

static void
begin_to_listen (ReboundListener *self)
{
  if (listen (self->fd, self->backlog) < 0)
    {
      give_up (self, errno);
      return;
    }
  if (self->reuse_port && rebound_linux_kernel_is_exact (self->site))
    rebound_reuseport_choose_by_port (self->fd);
  enlist (self);
  attach_source (self);
  set_state (self, REBOUND_LISTENER_STATE_LISTENING);
  rebound_listener_emit_listening (self);
}

/* The bug of the report's second kind: bind's error is not looked at, and listen succeeds. Returns
 * the errno where it does not: nobody looks at that either. */
static int
listen_anyway (ReboundListener *self)
{
  int error_number = 0;

  if (rebound_linux_kernel_listen_unbound (self->site, self->fd, self->backlog) < 0)
    error_number = errno;
  else
    attach_source (self);
  enlist (self);
  set_state (self,
             error_number == 0 ? REBOUND_LISTENER_STATE_LISTENING : REBOUND_LISTENER_STATE_UNBOUND);
  return error_number;
}

/* Does after a failed bind what on-error says. Returns the errno of a listen() that failed too. */
static int
go_on_unbound (ReboundListener *self)
{
  switch (self->on_error)
    {
    case REBOUND_ON_ERROR_REPORT:
      rebound_socket_close_descriptor (&self->socket, &self->fd);
      set_state (self, REBOUND_LISTENER_STATE_FAILED);
      break;
    case REBOUND_ON_ERROR_IGNORE:
      /* No source: an unbound socket polls as hung up for ever, and its source would be a busy
       * loop. */
      enlist (self);
      set_state (self, REBOUND_LISTENER_STATE_UNBOUND);
      break;
    case REBOUND_ON_ERROR_LISTEN_ANYWAY:
      return listen_anyway (self);
    case REBOUND_ON_ERROR_RETRY:
      rebound_socket_close_descriptor (&self->socket, &self->fd);
      set_state (self, REBOUND_LISTENER_STATE_RETRYING);
      rebound_timer_arm (self->retry_timer, self->retry_every_usec);
      break;
    }
  return 0;
}

/* Tells when all is done, so that a handler may close the listener, open it, or end its life. */
static void
on_bind_failed (ReboundListener *self, int bind_error)
{
  guint generation = self->generation;
  g_autofree char *why = NULL;
  int listen_error;

  if (bind_error == EADDRINUSE)
    why = rebound_bind_report (self->site, rebound_actor_get_name (REBOUND_ACTOR (self)),
                               (guint16) self->port, self->reuse_address);
  g_object_freeze_notify (G_OBJECT (self));
  listen_error = go_on_unbound (self);
  rebound_listener_set_last_error (self, listen_error != 0 ? listen_error : bind_error);
  g_object_thaw_notify (G_OBJECT (self));

  rebound_listener_emit_bind_failed (self, bind_error, why);
  if (self->site == NULL || self->generation != generation)
    return;
  if (listen_error != 0)
    rebound_listener_emit_listen_failed (self, listen_error);
  else if (self->state == REBOUND_LISTENER_STATE_UNBOUND)
    rebound_listener_emit_error_ignored (self);
  else if (self->state == REBOUND_LISTENER_STATE_LISTENING)
    rebound_listener_emit_listening_elsewhere (self);
}

static void
open_socket (ReboundListener *self)
{
  struct sockaddr_storage address = { .ss_family = AF_INET };
  socklen_t length;

  rebound_address_fill (self->address, 0, &address, &length);
  self->fd = socket (address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0 || !set_options (self))
    give_up (self, errno);
  else if (bind_socket (self) < 0)
    on_bind_failed (self, errno);
  else
    begin_to_listen (self);
}

static void
on_retry (gpointer user_data)
{
  open_socket (user_data);
}

void
rebound_listener_open (ReboundListener *self)
{
  g_return_if_fail (REBOUND_IS_LISTENER (self));

  if (self->site == NULL
      || (self->state != REBOUND_LISTENER_STATE_CLOSED
          && self->state != REBOUND_LISTENER_STATE_FAILED))
    return;
  self->generation++;
  rebound_listener_set_last_error (self, 0);
  open_socket (self);
}

/* -- closing -- */

static void
drop_connections (ReboundListener *self)
{
  g_autoptr (GPtrArray) connections = NULL;

  if (self->connection_policy == REBOUND_CONNECTION_POLICY_KEEP)
    return;
  connections = g_steal_pointer (&self->connections);
  self->connections = g_ptr_array_new_with_free_func (rebound_accepted_free);
  while (connections->len > 0 && self->site != NULL)
    {
      g_autofree char *name = g_strdup (rebound_accepted_get_name (connections->pdata[0]));
      g_autofree char *how
          = rebound_accepted_describe_close (connections->pdata[0], "its listener closed");

      g_ptr_array_remove_index (connections, 0);
      rebound_listener_emit_connection_closed (self, name, how);
    }
}

void
rebound_listener_close (ReboundListener *self, const char *why)
{
  gboolean had_source;
  guint generation;

  g_return_if_fail (REBOUND_IS_LISTENER (self));

  if (self->site == NULL || self->state == REBOUND_LISTENER_STATE_CLOSED)
    return;
  had_source = self->source != NULL;
  generation = self->generation;
  rebound_timer_disarm (self->retry_timer);
  rebound_timer_disarm (self->rest_timer);
  detach_source (self);
  if (had_source)
    rebound_listener_emit_source_destroyed (self);
  drop_connections (self);
  if (self->site == NULL || self->state == REBOUND_LISTENER_STATE_CLOSED
      || self->generation != generation)
    return; /* a handler has ended its life, closed it, or opened it anew */
  rebound_socket_close_descriptor (&self->socket, &self->fd);
  set_state (self, REBOUND_LISTENER_STATE_CLOSED);
  rebound_listener_emit_closed (self, why);
}

/* -- living -- */

void
rebound_listener_come_to_life (ReboundActor *actor, ReboundSite *site)
{
  ReboundListener *self = REBOUND_LISTENER (actor);

  g_set_object (&self->site, site);
  self->state = REBOUND_LISTENER_STATE_CLOSED; /* it may have had another life before */
  self->generation = 0;
  self->n_accepted = 0;
  self->last_error = 0;
  self->retry_timer = rebound_site_new_timer (site, "listener: retry", on_retry, self);
  self->rest_timer = rebound_site_new_timer (site, "listener: rest", on_rested, self);
  rebound_accept_init (&self->accept);
  if (rebound_site_get_side (site) == REBOUND_SIDE_WORLD)
    rebound_listener_open (self);
}

void
rebound_listener_told (ReboundActor *actor, ReboundCallback callback)
{
  ReboundListener *self = REBOUND_LISTENER (actor);

  if (callback == REBOUND_CALLBACK_DID_BECOME_ACTIVE)
    rebound_listener_open (self);
  else if (callback == REBOUND_CALLBACK_WILL_TERMINATE)
    rebound_listener_close (self, "will-terminate");
  else if (callback == REBOUND_CALLBACK_WILL_RESIGN_ACTIVE
           && self->background_policy == REBOUND_BACKGROUND_POLICY_CLOSE_ON_RESIGN)
    rebound_listener_close (self, "will-resign-active");
  else if (callback == REBOUND_CALLBACK_DID_ENTER_BACKGROUND
           && self->background_policy == REBOUND_BACKGROUND_POLICY_CLOSE_ON_BACKGROUND)
    rebound_listener_close (self, "did-enter-background");
}

/* As the kernel does at exit: every descriptor, and not a word. */
void
rebound_listener_abandon (ReboundActor *actor)
{
  ReboundListener *self = REBOUND_LISTENER (actor);

  if (self->site == NULL)
    return;
  self->final_port = rebound_listener_get_bound_port (self);
  self->final_open_count = self->connections->len;
  detach_source (self);
  rebound_socket_close_descriptor (&self->socket, &self->fd);
  while (self->connections->len > 0)
    g_ptr_array_remove_index (self->connections, 0);
  g_clear_pointer (&self->retry_timer, rebound_timer_free);
  g_clear_pointer (&self->rest_timer, rebound_timer_free);
  rebound_accept_clear (&self->accept);
  g_clear_object (&self->site);
}
