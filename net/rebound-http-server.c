/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server outside of the phone. It has a listener for its port, as anybody has, and does with
 * each connection what it is told to. It counts how often each request came, by the id that the
 * request bears: that a request was delivered twice can be seen nowhere but here. */

#include "rebound-http-server-private.h"

#include <errno.h>
#include <string.h>

#include "rebound-errno.h"
#include "rebound-soup-private.h"

/* -- connections -- */

static void
fill_service (ReboundHttpService *service, gpointer user_data)
{
  ReboundHttpServer *self = user_data;

  *service = (ReboundHttpService){
    .kind = self->answer,
    .status = self->status,
    .body = self->body,
    .body_bytes = (gsize) self->body_bytes,
    .delay_usec = self->delay_usec,
    .keep_alive_usec = self->keep_alive_usec,
    .keep_alive_max = self->keep_alive_max,
    .says_keep_alive = self->says_keep_alive,
    .close_after = self->close_after,
    .handshake_usec = self->handshake_usec,
  };
}

static gboolean
is_delivered_again (ReboundHttpServer *self, const char *id)
{
  char *kept;

  if (id == NULL)
    return FALSE;
  if (g_hash_table_contains (self->deliveries, id))
    return TRUE;
  if (self->recent.length == REBOUND_HTTP_SERVER_DELIVERIES_MAXIMUM)
    g_hash_table_remove (self->deliveries, g_queue_pop_head (&self->recent));
  kept = g_strdup (id);
  g_hash_table_add (self->deliveries, kept);
  g_queue_push_tail (&self->recent, kept);
  return FALSE;
}

void
rebound_http_server_forget_deliveries (ReboundHttpServer *self)
{
  g_queue_clear (&self->recent);
  g_hash_table_remove_all (self->deliveries);
}

static void
on_requested (ReboundHttpVisit *visit,
              const char *method,
              const char *path,
              const char *id,
              gpointer user_data)
{
  ReboundHttpServer *self = user_data;
  const char *name = rebound_http_visit_get_name (visit);

  self->n_requests++;
  if (is_delivered_again (self, id))
    {
      self->n_duplicates++;
      self->n_duplicate_posts += strcmp (method, "POST") == 0;
      rebound_http_server_emit_delivered_twice (self, name, method, path);
    }
  else if (!self->is_quiet)
    rebound_http_server_emit_requested (self, name, method, path);
}

static void
on_came_early (gpointer user_data)
{
  ReboundHttpServer *self = user_data;

  self->n_early++;
}

static void
on_ended (ReboundHttpVisit *visit, const char *how, gpointer user_data)
{
  ReboundHttpServer *self = user_data;
  g_autofree char *name = g_strdup (rebound_http_visit_get_name (visit));
  g_autofree char *told = g_strdup (how);

  g_queue_remove (&self->visits, visit);
  rebound_http_visit_free (visit);
  if (!self->is_quiet)
    rebound_http_server_emit_closed (self, name, told);
}

static void
take (int fd, ReboundSocket *socket, const char *name, gpointer user_data)
{
  static const ReboundHttpVisitListener listener = { .fill_service = fill_service,
                                                     .requested = on_requested,
                                                     .came_early = on_came_early,
                                                     .ended = on_ended };
  ReboundHttpServer *self = user_data;

  self->n_accepted++;
  g_queue_push_tail (&self->visits,
                     rebound_http_visit_new (self->site, fd, socket, name, &listener, self));
}

void
rebound_http_server_close_visits (ReboundHttpServer *self, gboolean idle_alone, gboolean by_reset)
{
  g_autoptr (GList) visits = g_list_copy (self->visits.head);

  for (GList *link = visits; link != NULL; link = link->next)
    if (g_queue_find (&self->visits, link->data) == NULL
        || (idle_alone && !rebound_http_visit_is_idle (link->data)))
      continue;
    else if (by_reset)
      rebound_http_visit_reset (link->data, "the server reset it");
    else
      rebound_http_visit_close (link->data, "the server closed it");
}

/* -- an actor's life -- */

void
rebound_http_server_come_to_life (ReboundActor *actor, ReboundSite *site)
{
  ReboundHttpServer *self = REBOUND_HTTP_SERVER (actor);

  g_set_object (&self->site, site);
  self->n_requests = 0;
  self->n_duplicates = 0;
  self->n_duplicate_posts = 0;
  self->n_early = 0;
  self->n_accepted = 0;
  rebound_http_server_forget_deliveries (self);
  self->listener
      = g_object_new (REBOUND_TYPE_LISTENER, "address", self->address, "port", self->port, NULL);
  rebound_actor_set_name (REBOUND_ACTOR (self->listener), rebound_actor_get_name (actor));
  self->listener->taker = take;
  self->listener->taker_data = self;
  rebound_actor_come_to_life (REBOUND_ACTOR (self->listener), site);
  if (!rebound_soup_load (NULL)) /* a run is told of it before it begins */
    {
      rebound_http_server_emit_bind_failed (self, rebound_errno_name (ELIBACC));
      return;
    }
  rebound_listener_open (self->listener);
  if (self->listener->state == REBOUND_LISTENER_STATE_LISTENING)
    rebound_http_server_emit_listening (self, rebound_listener_get_bound_port (self->listener));
  else
    rebound_http_server_emit_bind_failed (self, rebound_errno_name (self->listener->last_error));
}

void
rebound_http_server_abandon (ReboundActor *actor)
{
  ReboundHttpServer *self = REBOUND_HTTP_SERVER (actor);

  if (self->site == NULL)
    return;
  rebound_actor_abandon (REBOUND_ACTOR (self->listener));
  g_clear_object (&self->listener);
  g_queue_clear_full (&self->visits, rebound_http_visit_free);
  g_clear_object (&self->site);
}
