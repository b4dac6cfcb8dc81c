/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the lifecycle means to a pool. An interruption is over in seconds, and nobody takes sockets
 * for it: everything is kept. In the background everything may happen, and a suspended application
 * is not told of it: so nothing from before is used after it, whatever it looks like. That is a
 * number that is raised, and no connection has to be asked.
 *
 * The idle ones are closed on the way down, for as long as somebody is there to close them: the
 * server learns of it, and the network is not used while nobody looks. Those in use have the time
 * that a background task gives them. */

#include "rebound-http-client-private.h"

#include "lifecycle/rebound-application.h"
#include "lifecycle/rebound-planted-private.h"

static gboolean
is_ours (ReboundHttpClient *self)
{
  return self->policy == REBOUND_HTTP_POLICY_REBOUND;
}

/* -- requests in the background -- */

static gboolean
has_requests (ReboundActor *actor)
{
  ReboundHttpClient *self = REBOUND_HTTP_CLIENT (actor);

  return self->is_away && self->jobs.length > 0;
}

static void
end_requests (ReboundActor *actor, const char *why)
{
  g_autoptr (GError) error
      = g_error_new_literal (REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_CONNECTION, why);

  rebound_http_client_fail_jobs (REBOUND_HTTP_CLIENT (actor), error);
}

const ReboundFinishingFuncs rebound_http_client_finishing_funcs
    = { .is_finishing = has_requests, .give_up = end_requests };

static void
enter_background (ReboundHttpClient *self)
{
  self->is_away = TRUE;
  if (is_ours (self))
    rebound_http_client_retire (self, "did-enter-background");
  else if (self->clear_on == REBOUND_HTTP_CLEAR_ON_BACKGROUND)
    rebound_http_client_clear (self);
  if (self->site == NULL || self->in_background == REBOUND_HTTP_IN_BACKGROUND_KEEP)
    return;
  if (self->in_background == REBOUND_HTTP_IN_BACKGROUND_FINISH)
    rebound_finishing_enter_background (&self->finishing, self->site);
  else
    end_requests (REBOUND_ACTOR (self), "the application went to the background");
}

/* A connection that served in the background is handed to who waits for it, and not kept: nobody is
 * told of the suspension that comes next. */
void
rebound_http_client_keep_nothing_while_away (ReboundHttpClient *self)
{
  if (self->is_away && is_ours (self) && rebound_http_pool_count_free (self->pool) > 0)
    rebound_http_client_retire_idle (self, "the application is in the background");
}

/* -- coming back, and going -- */

static void
come_back (ReboundHttpClient *self)
{
  if (!self->is_away)
    return;
  self->is_away = FALSE;
  rebound_finishing_end_task (&self->finishing);
  if (self->site != NULL && is_ours (self))
    rebound_http_client_retire (self, "the application was in the background");
}

void
rebound_http_client_told (ReboundActor *actor, ReboundCallback callback)
{
  ReboundHttpClient *self = REBOUND_HTTP_CLIENT (actor);
  g_autoptr (ReboundHttpClient) held = g_object_ref (self);

  if (self->site == NULL)
    return;
  switch (callback)
    {
    case REBOUND_CALLBACK_DID_ENTER_BACKGROUND:
      enter_background (self);
      break;
    case REBOUND_CALLBACK_WILL_ENTER_FOREGROUND:
    case REBOUND_CALLBACK_DID_BECOME_ACTIVE:
      come_back (self);
      break;
    case REBOUND_CALLBACK_WILL_TERMINATE:
      rebound_http_client_clear (self);
      if (self->site != NULL)
        end_requests (actor, "the application is about to end");
      break;
    default: /* an interruption costs nothing; memory and files are none of its business */
      break;
    }
}

void
rebound_http_client_note_network_change (ReboundHttpClient *self)
{
  g_return_if_fail (REBOUND_IS_HTTP_CLIENT (self));

  if (self->site != NULL && is_ours (self))
    rebound_http_client_retire (self, "the network has changed");
}

/* An application that is suspended is told of nothing. */
void
rebound_http_client_on_link (ReboundHttpClient *self)
{
  ReboundApplication *application
      = self->site != NULL ? rebound_application_of_site (self->site) : NULL;

  if (REBOUND_PLANTED (link_not_noticed))
    return;
  if (application == NULL
      || rebound_application_get_state (application) != REBOUND_APPLICATION_STATE_SUSPENDED)
    rebound_http_client_note_network_change (self);
}
