/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a listener does when its application is told of a callback. There are two decisions, and
 * programs in the field have taken each of them in several ways: when to close on the way down, and
 * when to come back on the way up.
 *
 * On the way up the listener comes back once, at the callback that rebind-at names: what is closed
 * is opened, what was kept is looked at. A launch in the background and a wake bring neither
 * will-enter-foreground nor did-become-active, so a listener that is closed stays closed there,
 * whatever rebind-at says: there is nobody in front of the phone who could be served.
 *
 * serve-then-close is GCDWebServer's way: clients that are being served are served to the end,
 * under a background task that keeps the application from being suspended. Unlike there, connected
 * sockets are closed with the listener instead of being left to the system, a port that was drawn
 * is had again, what goes wrong on return is told, and nothing says that it listens once it is
 * closed. */

#include "rebound-listener-private.h"

#include <poll.h>

#include "lifecycle/rebound-planted-private.h"

static void
on_expired (ReboundActor *actor)
{
  rebound_listener_close (REBOUND_LISTENER (actor), "the expiration of its background task");
}

const ReboundFinishingFuncs rebound_listener_finishing_funcs = {
  .is_finishing = rebound_listener_is_finishing,
  .give_up = rebound_listener_give_up_connections,
  .expired = on_expired,
};

/* Who is in the backlog is connected, and would be reset. */
static gboolean
somebody_waits (ReboundListener *self)
{
  struct pollfd ready = { .fd = self->fd, .events = POLLIN };

  if (self->source == NULL && !rebound_timer_is_armed (self->rest_timer))
    return FALSE;
  return poll (&ready, 1, 0) > 0 && (ready.revents & POLLIN) != 0;
}

void
rebound_listener_close_if_served (ReboundListener *self)
{
  if (self->finishing.task != 0 && self->connections.length == 0 && !somebody_waits (self))
    rebound_listener_close (self, "the end of its last connection");
  if (self->finishing.task != 0 && self->state == REBOUND_LISTENER_STATE_CLOSED)
    rebound_finishing_end_task_if_done (&self->finishing);
}

static void
serve_then_close (ReboundListener *self)
{
  if (self->finishing.task != 0)
    return;
  if (self->connections.length == 0 && !somebody_waits (self))
    {
      rebound_listener_close (self, "did-enter-background");
      return;
    }
  if (!rebound_finishing_begin_task (&self->finishing, self->site, "serving"))
    rebound_listener_close (self, "did-enter-background: there was no background task to be had");
  else
    rebound_listener_emit_serving_on (self, self->connections.length);
}

static void
go_down (ReboundListener *self, ReboundCallback callback)
{
  self->is_away = TRUE;
  rebound_timer_disarm (self->next_run_timer);
  rebound_listener_stop_checking (self);
  if (callback == REBOUND_CALLBACK_WILL_RESIGN_ACTIVE)
    {
      if (self->background_policy == REBOUND_BACKGROUND_POLICY_CLOSE_ON_RESIGN)
        rebound_listener_close (self, "will-resign-active");
    }
  else if (self->connections.length > 0 && REBOUND_PLANTED (kept_when_busy))
    ;
  else if (self->background_policy == REBOUND_BACKGROUND_POLICY_CLOSE_ON_BACKGROUND)
    rebound_listener_close (self, "did-enter-background");
  else if (self->background_policy == REBOUND_BACKGROUND_POLICY_SERVE_THEN_CLOSE)
    serve_then_close (self);
  if (callback == REBOUND_CALLBACK_DID_ENTER_BACKGROUND && self->site != NULL)
    rebound_finishing_enter_background (&self->finishing, self->site);
}

/* Opens what is closed, looks at what is open. One that could not be bound and is being retried, or
 * whose owner believes that all is well, is left alone. */
static void
come_back (ReboundListener *self)
{
  self->is_away = FALSE;
  if (self->state == REBOUND_LISTENER_STATE_LISTENING || self->state == REBOUND_LISTENER_STATE_DEAD)
    rebound_listener_check (self);
  else
    rebound_listener_open (self);
}

void
rebound_listener_on_next_run (gpointer user_data)
{
  g_autoptr (ReboundListener) self = g_object_ref (user_data);

  come_back (self);
}

static void
go_up (ReboundListener *self, ReboundCallback callback)
{
  rebound_finishing_end_task (&self->finishing);
  if (!self->is_away)
    return;
  if (callback == REBOUND_CALLBACK_WILL_ENTER_FOREGROUND
      && self->rebind_at != REBOUND_REBIND_AT_ENTER_FOREGROUND)
    return;
  if (self->rebind_at == REBOUND_REBIND_AT_NEXT_RUN)
    rebound_timer_arm (self->next_run_timer, 0);
  else
    come_back (self);
}

void
rebound_listener_told (ReboundActor *actor, ReboundCallback callback)
{
  ReboundListener *self = REBOUND_LISTENER (actor);

  if (self->site == NULL)
    return;
  switch (callback)
    {
    case REBOUND_CALLBACK_WILL_RESIGN_ACTIVE:
    case REBOUND_CALLBACK_DID_ENTER_BACKGROUND:
      go_down (self, callback);
      break;
    case REBOUND_CALLBACK_WILL_ENTER_FOREGROUND:
    case REBOUND_CALLBACK_DID_BECOME_ACTIVE:
      go_up (self, callback);
      break;
    case REBOUND_CALLBACK_WILL_TERMINATE:
      self->is_terminating = TRUE;
      rebound_listener_close (self, "will-terminate");
      rebound_listener_give_up_connections (actor, "the application is about to end");
      break;
    default: /* neither launching nor memory nor files are a listener's business */
      break;
    }
}
