/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The listening socket of an application, as the report's program has it: opened when the
 * application becomes active, closed when it resigns or enters the background, opened anew on
 * return. Each opening is a generation, and what one generation leaves behind can keep the next
 * from binding its port.
 *
 * Teardown has one order: the source is destroyed and unreffed, the accepted connections go as the
 * policy says, the descriptor is closed, the event is told. A source that outlived its descriptor
 * would fire on whatever socket gets the number next. */

#include "rebound-listener-private.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lifecycle/rebound-planted-private.h"
#include "rebound-address-private.h"
#include "rebound-bind-report-private.h"
#include "rebound-explanation-private.h"
#include "rebound-reuseport-private.h"

void
rebound_listener_set_state (ReboundListener *self, ReboundListenerState state)
{
  if (self->site == NULL || self->state == state)
    return;
  self->state = state;
  rebound_site_note_progress (self->site);
  g_object_notify (G_OBJECT (self), "state");
}

/* -- opening -- */

static gboolean
set_options (ReboundListener *self, int fd)
{
  const int on = 1;

  if (self->reuse_address && !(self->generation > 1 && REBOUND_PLANTED (no_reuse_option))
      && setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
    return FALSE;
  return !self->reuse_port || setsockopt (fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
}

int
rebound_listener_new_socket (ReboundListener *self)
{
  struct sockaddr_storage address = { .ss_family = AF_INET };
  socklen_t length;
  int fd;

  rebound_address_fill (self->address, 0, &address, &length);
  fd = socket (address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && !set_options (self, fd))
    {
      int error_number = errno;

      close (fd);
      errno = error_number;
      return -1;
    }
  return fd;
}

static guint16
choose_port (ReboundListener *self)
{
  guint port = self->port != 0 ? self->port : self->drawn_port;

  return port != 0 ? (guint16) port : rebound_linux_kernel_next_port (self->site);
}

static const char *
address_to_bind (ReboundListener *self)
{
  return rebound_linux_kernel_keeps_to_loopback (self->site)
             ? rebound_address_loopback_of (self->address)
             : self->address;
}

int
rebound_listener_bind_socket (ReboundListener *self, int fd)
{
  struct sockaddr_storage address;
  socklen_t length;

  if (!rebound_address_fill (address_to_bind (self), choose_port (self), &address, &length))
    {
      errno = EINVAL;
      return -1;
    }
  return bind (fd, (struct sockaddr *) &address, length);
}

int
rebound_listener_listen (ReboundListener *self, int fd)
{
  if (listen (fd, self->backlog) < 0)
    return -1;
  if (self->reuse_port && rebound_linux_kernel_is_exact (self->site))
    rebound_reuseport_choose_by_port (fd);
  return 0;
}

char *
rebound_listener_explain_bind_error (ReboundListener *self, int error_number)
{
  ReboundPortQuestion question = {
    .port = (guint16) (self->port != 0 ? self->port : self->drawn_port),
    .asker = rebound_actor_get_name (REBOUND_ACTOR (self)),
    .address = address_to_bind (self),
    .reuse_address = self->reuse_address,
    .reuse_port = self->reuse_port,
  };
  ReboundBindCause cause;

  if (error_number != EADDRINUSE)
    return NULL;
  if (rebound_bind_find_cause (self->site, &question, &cause))
    rebound_explanation_note_bind_failed (rebound_linux_kernel_explanation_of (self->site),
                                          question.asker, question.port, &cause);
  return rebound_bind_report (self->site, &question);
}

void
rebound_listener_enlist (ReboundListener *self)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);

  if (table != NULL && self->socket == NULL)
    self->socket = rebound_socket_table_add_listener (table, self->site,
                                                      rebound_actor_get_name (REBOUND_ACTOR (self)),
                                                      self->fd, self->generation, self->is_reusing);
}

static void
try_again_later (ReboundListener *self)
{
  rebound_listener_set_state (self, REBOUND_LISTENER_STATE_RETRYING);
  rebound_timer_arm (self->retry_timer, self->retry_every_usec);
}

/* There is no socket, or none that can listen: for lack of descriptors or memory, mostly, which
 * does not last either. */
static void
give_up (ReboundListener *self, int error_number)
{
  rebound_socket_close_descriptor (&self->socket, &self->fd);
  rebound_listener_set_last_error (self, error_number);
  if (self->on_error == REBOUND_ON_ERROR_RETRY)
    try_again_later (self);
  else
    rebound_listener_set_state (self, REBOUND_LISTENER_STATE_FAILED);
  rebound_listener_emit_listen_failed (self, self->generation, error_number);
}

static void
begin_to_listen (ReboundListener *self)
{
  if (rebound_listener_listen (self, self->fd) < 0)
    {
      give_up (self, errno);
      return;
    }
  rebound_listener_enlist (self);
  rebound_listener_start_accepting (self);
  rebound_listener_set_state (self, REBOUND_LISTENER_STATE_LISTENING);
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
    rebound_listener_start_accepting (self);
  rebound_listener_enlist (self);
  rebound_listener_set_state (self, error_number == 0 ? REBOUND_LISTENER_STATE_LISTENING
                                                      : REBOUND_LISTENER_STATE_UNBOUND);
  return error_number;
}

/* Does after a failed bind what on-error says. Returns the errno of a listen() that failed too. */
static int
go_on_unbound (ReboundListener *self)
{
  switch (REBOUND_PLANTED (bind_error_ignored) ? REBOUND_ON_ERROR_LISTEN_ANYWAY : self->on_error)
    {
    case REBOUND_ON_ERROR_REPORT:
      rebound_socket_close_descriptor (&self->socket, &self->fd);
      rebound_listener_set_state (self, REBOUND_LISTENER_STATE_FAILED);
      break;
    case REBOUND_ON_ERROR_IGNORE:
      /* No source: an unbound socket polls as hung up for ever, and its source would be a busy
       * loop. */
      rebound_listener_enlist (self);
      rebound_listener_set_state (self, REBOUND_LISTENER_STATE_UNBOUND);
      break;
    case REBOUND_ON_ERROR_LISTEN_ANYWAY:
      return listen_anyway (self);
    case REBOUND_ON_ERROR_RETRY:
      rebound_socket_close_descriptor (&self->socket, &self->fd);
      try_again_later (self);
      break;
    }
  return 0;
}

/* Tells when all is done, so that a handler may close the listener, open it, or end its life. */
static void
on_bind_failed (ReboundListener *self, int bind_error)
{
  guint generation = self->generation;
  g_autofree char *why = rebound_listener_explain_bind_error (self, bind_error);
  int listen_error;

  g_object_freeze_notify (G_OBJECT (self));
  listen_error = go_on_unbound (self);
  rebound_listener_set_last_error (self, listen_error != 0 ? listen_error : bind_error);
  g_object_thaw_notify (G_OBJECT (self));

  rebound_listener_emit_bind_failed (self, generation, bind_error, why);
  if (self->site == NULL || self->generation != generation)
    return;
  if (listen_error != 0)
    rebound_listener_emit_listen_failed (self, self->generation, listen_error);
  else if (self->state == REBOUND_LISTENER_STATE_UNBOUND)
    rebound_listener_emit_error_ignored (self);
  else if (self->state == REBOUND_LISTENER_STATE_LISTENING)
    rebound_listener_emit_listening_elsewhere (self);
}

static void
open_socket (ReboundListener *self)
{
  self->fd = rebound_listener_new_socket (self);
  self->is_reusing = self->reuse_address;
  if (self->fd < 0)
    give_up (self, errno);
  else if (rebound_listener_bind_socket (self, self->fd) < 0)
    on_bind_failed (self, errno);
  else
    begin_to_listen (self);
}

static void
on_retry (gpointer user_data)
{
  g_autoptr (ReboundListener) self = g_object_ref (user_data);

  open_socket (self);
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

/* Sources and timers, so that nothing of the listener's is called any more. */
static void
stop (ReboundListener *self)
{
  gboolean had_source = self->source != NULL;

  if (!REBOUND_PLANTED (retry_outlives_close))
    rebound_timer_disarm (self->retry_timer);
  rebound_timer_disarm (self->next_run_timer);
  rebound_listener_stop_checking (self);
  if (!REBOUND_PLANTED (source_left_alive))
    rebound_listener_stop_accepting (self);
  if (had_source)
    rebound_listener_emit_source_destroyed (self);
}

static void
close_socket (ReboundListener *self, gboolean dead_alone, const char *why)
{
  guint generation = self->generation;
  gboolean keeps_port
      = self->port == 0
        && (dead_alone || self->background_policy == REBOUND_BACKGROUND_POLICY_SERVE_THEN_CLOSE);

  stop (self);
  rebound_listener_dismiss_connections (self, dead_alone);
  if (self->site == NULL || self->state == REBOUND_LISTENER_STATE_CLOSED
      || self->generation != generation)
    return; /* a handler has ended its life, closed it, or opened it anew */
  if (!keeps_port)
    self->drawn_port = 0;
  else if (self->fd >= 0)
    self->drawn_port = rebound_listener_get_bound_port (self);
  if (self->socket != NULL)
    self->socket->why = g_intern_string (why);
  rebound_socket_close_descriptor (&self->socket, &self->fd);
  rebound_listener_set_state (self, REBOUND_LISTENER_STATE_CLOSED);
  rebound_listener_emit_closed (self, why);
}

void
rebound_listener_close (ReboundListener *self, const char *why)
{
  g_return_if_fail (REBOUND_IS_LISTENER (self));

  if (self->site == NULL)
    return;
  rebound_timer_disarm (self->next_run_timer);
  if (self->state != REBOUND_LISTENER_STATE_CLOSED)
    close_socket (self, FALSE, why);
  rebound_finishing_end_task_if_done (&self->finishing);
}

void
rebound_listener_close_dead (ReboundListener *self, const char *why)
{
  close_socket (self, TRUE, why);
}

/* -- living -- */

void
rebound_listener_come_to_life (ReboundActor *actor, ReboundSite *site)
{
  ReboundListener *self = REBOUND_LISTENER (actor);

  g_set_object (&self->site, site);
  self->name = rebound_actor_get_name (actor);
  self->state = REBOUND_LISTENER_STATE_CLOSED; /* it may have had another life before */
  self->generation = 0;
  self->n_accepted = 0;
  self->last_error = 0;
  self->drawn_port = 0;
  self->is_away = TRUE;
  self->is_terminating = FALSE;
  rebound_ledger_begin (self->ledger);
  self->retry_timer = rebound_site_new_timer (site, "listener: retry", on_retry, self);
  self->rest_timer
      = rebound_site_new_timer (site, "listener: rest", rebound_listener_on_rested, self);
  self->next_run_timer
      = rebound_site_new_timer (site, "listener: next run", rebound_listener_on_next_run, self);
  rebound_accept_init (&self->accept);
  if (rebound_site_get_side (site) == REBOUND_SIDE_WORLD)
    rebound_listener_open (self);
}

/* As the kernel does at exit: every descriptor, and not a word. */
void
rebound_listener_abandon (ReboundActor *actor)
{
  ReboundListener *self = REBOUND_LISTENER (actor);

  if (self->site == NULL)
    return;
  self->final_port = rebound_listener_get_bound_port (self);
  self->final_open_count = self->connections.length;
  rebound_listener_stop_accepting (self);
  g_clear_pointer (&self->dial, rebound_self_dial_free);
  if (!REBOUND_PLANTED (port_survives_kill))
    rebound_socket_close_descriptor (&self->socket, &self->fd);
  for (GList *link = self->connections.head; link != NULL; link = link->next)
    rebound_accepted_close (link->data);
  rebound_ledger_abandon (self->ledger);
  rebound_listener_free_all_connections (self);
  g_clear_pointer (&self->retry_timer, rebound_timer_free);
  g_clear_pointer (&self->rest_timer, rebound_timer_free);
  g_clear_pointer (&self->next_run_timer, rebound_timer_free);
  rebound_finishing_abandon (&self->finishing);
  rebound_accept_clear (&self->accept);
  g_clear_object (&self->site);
}
