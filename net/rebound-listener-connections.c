/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of accepted connections when their listener closes, or a script says so. To finish
 * takes time, so the listener has such connections on after its socket is closed, and holds a
 * background task for them (rebound-listener-background.c). */

#include "rebound-listener-private.h"

#include <string.h>

#include "lifecycle/rebound-planted-private.h"
#include "rebound-connection-private.h"

void
rebound_listener_add_connection (ReboundListener *self, ReboundAccepted *accepted)
{
  g_queue_push_tail_link (&self->connections, rebound_accepted_get_link (accepted));
}

void
rebound_listener_take_out (ReboundListener *self, ReboundAccepted *accepted)
{
  g_queue_unlink (&self->connections, rebound_accepted_get_link (accepted));
}

/* Once it is taken out it has no neighbours, and is at neither end. */
static gboolean
is_in (ReboundListener *self, ReboundAccepted *accepted)
{
  GList *link = rebound_accepted_get_link (accepted);

  return link->prev != NULL || self->connections.head == link;
}

void
rebound_listener_free_all_connections (ReboundListener *self)
{
  while (!g_queue_is_empty (&self->connections))
    {
      ReboundAccepted *accepted = g_queue_peek_head (&self->connections);

      rebound_listener_take_out (self, accepted);
      rebound_accepted_free (accepted);
    }
}

/* Takes those out that are to be dropped. */
static void
pick_connections (ReboundListener *self, gboolean dead_alone, GQueue *picked)
{
  GList *next;

  for (GList *link = self->connections.head; link != NULL; link = next)
    {
      ReboundAccepted *accepted = link->data;

      next = link->next;
      if (dead_alone && !rebound_accepted_is_dead (accepted))
        continue;
      if (next == NULL && REBOUND_PLANTED (connection_leaked))
        continue;
      rebound_listener_take_out (self, accepted);
      g_queue_push_tail_link (picked, link);
    }
}

static void
drop_connections (ReboundListener *self, gboolean dead_alone)
{
  GQueue picked = G_QUEUE_INIT;

  pick_connections (self, dead_alone, &picked);
  while (!g_queue_is_empty (&picked) && self->site != NULL)
    {
      ReboundAccepted *accepted = g_queue_pop_head_link (&picked)->data;
      g_autofree char *how
          = dead_alone
                ? rebound_accepted_describe_death (accepted)
                : rebound_connection_describe_close (rebound_accepted_get_connection (accepted),
                                                     "its listener closed");

      rebound_accepted_close (accepted);
      rebound_ledger_note_end (self->ledger, rebound_accepted_get_connection (accepted), how);
      rebound_listener_emit_connection_closed (self, accepted, how);
      rebound_accepted_free (accepted);
    }
  while (!g_queue_is_empty (&picked))
    rebound_accepted_free (g_queue_pop_head_link (&picked)->data);
}

void
rebound_listener_drop_dead_connections (ReboundListener *self)
{
  drop_connections (self, TRUE);
}

typedef void (*Visit) (ReboundListener *self, ReboundAccepted *accepted, gconstpointer data);

/* A handler may end any of them meanwhile. */
static void
visit_connections (ReboundListener *self, Visit visit, gconstpointer data)
{
  g_autoptr (ReboundListener) held = g_object_ref (self);
  g_autoptr (GPtrArray) visited
      = g_ptr_array_new_full (self->connections.length, rebound_accepted_unref);

  for (GList *link = self->connections.head; link != NULL; link = link->next)
    g_ptr_array_add (visited, rebound_accepted_ref (link->data));
  for (guint i = 0; i < visited->len; i++)
    if (is_in (self, visited->pdata[i]))
      visit (self, visited->pdata[i], data);
}

typedef struct
{
  ReboundWayOut way;
  const char *name; /* "": all */
} Leave;

static void
leave (ReboundListener *self, ReboundAccepted *accepted, gconstpointer data)
{
  const Leave *how = data;

  if (*how->name == '\0' || strcmp (how->name, rebound_accepted_get_name (accepted)) == 0)
    rebound_accepted_leave (accepted, how->way, self->finish_within_usec, self->drain_limit_bytes);
}

void
rebound_listener_close_connections (ReboundListener *self, ReboundWayOut way, const char *name)
{
  const Leave how = { way, name };

  visit_connections (self, leave, &how);
}

static void
give_up (ReboundListener *self, ReboundAccepted *accepted, gconstpointer why)
{
  rebound_accepted_give_up (accepted, why);
}

void
rebound_listener_give_up_connections (ReboundActor *actor, const char *why)
{
  visit_connections (REBOUND_LISTENER (actor), give_up, why);
}

void
rebound_listener_dismiss_connections (ReboundListener *self, gboolean dead_alone)
{
  if (dead_alone)
    drop_connections (self, TRUE);
  else if (self->connection_policy == REBOUND_CONNECTION_POLICY_FINISH && !self->is_terminating)
    rebound_listener_close_connections (self, REBOUND_WAY_OUT_FINISH, "");
  else if (self->connection_policy == REBOUND_CONNECTION_POLICY_ABORT)
    rebound_listener_close_connections (self, REBOUND_WAY_OUT_ABORT, "");
  else if (self->connection_policy != REBOUND_CONNECTION_POLICY_KEEP)
    drop_connections (self, FALSE);
}

char *
rebound_listener_dup_waiting_for (ReboundActor *actor)
{
  ReboundListener *self = REBOUND_LISTENER (actor);
  char *what = NULL;

  for (GList *link = self->connections.head; link != NULL && what == NULL; link = link->next)
    what = rebound_accepted_dup_waiting_for (link->data);
  return what;
}

gboolean
rebound_listener_is_finishing (ReboundActor *actor)
{
  g_autofree char *what = rebound_listener_dup_waiting_for (actor);

  return what != NULL;
}
