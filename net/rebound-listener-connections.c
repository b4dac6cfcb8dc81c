/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of accepted connections when their listener closes, or a script says so. To finish
 * takes time, so the listener has such connections on after its socket is closed, and holds a
 * background task for them (rebound-listener-background.c). */

#include "rebound-listener-private.h"

/* Takes those out that are to be dropped. (transfer full) */
static GPtrArray *
pick_connections (ReboundListener *self, gboolean dead_alone)
{
  GPtrArray *picked = g_ptr_array_new_with_free_func (rebound_accepted_free);

  for (guint i = 0; i < self->connections->len;)
    if (!dead_alone || rebound_accepted_is_dead (self->connections->pdata[i]))
      g_ptr_array_add (picked, g_ptr_array_steal_index (self->connections, i));
    else
      i++;
  return picked;
}

void
rebound_listener_note_end (ReboundListener *self, ReboundAccepted *accepted, const char *how)
{
  g_free (self->last_end);
  self->last_end = g_strdup (how);
  self->lost_bytes += (gint64) rebound_accepted_get_lost_bytes (accepted);
}

static void
drop_connections (ReboundListener *self, gboolean dead_alone)
{
  g_autoptr (GPtrArray) connections = pick_connections (self, dead_alone);

  while (connections->len > 0 && self->site != NULL)
    {
      ReboundAccepted *accepted = connections->pdata[0];
      g_autofree char *name = g_strdup (rebound_accepted_get_name (accepted));
      g_autofree char *how
          = dead_alone ? rebound_accepted_describe_death (accepted)
                       : rebound_accepted_describe_close (accepted, "its listener closed");

      rebound_accepted_close (accepted);
      rebound_listener_note_end (self, accepted, how);
      g_ptr_array_remove_index (connections, 0);
      rebound_listener_emit_connection_closed (self, name, how);
    }
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
  g_autoptr (GPtrArray) visited = g_ptr_array_copy (self->connections, NULL, NULL);

  g_ptr_array_set_free_func (visited, NULL);
  for (guint i = 0; i < visited->len; i++)
    if (g_ptr_array_find (self->connections, visited->pdata[i], NULL))
      visit (self, visited->pdata[i], data);
}

static void
leave (ReboundListener *self, ReboundAccepted *accepted, gconstpointer way)
{
  rebound_accepted_leave (accepted, GPOINTER_TO_INT (way), self->finish_within_usec,
                          self->drain_limit_bytes);
}

void
rebound_listener_close_connections (ReboundListener *self, ReboundWayOut way)
{
  visit_connections (self, leave, GINT_TO_POINTER (way));
}

static void
give_up (ReboundListener *self, ReboundAccepted *accepted, gconstpointer why)
{
  rebound_accepted_give_up (accepted, why);
}

void
rebound_listener_give_up_connections (ReboundListener *self, const char *why)
{
  visit_connections (self, give_up, why);
}

void
rebound_listener_dismiss_connections (ReboundListener *self, gboolean dead_alone)
{
  if (dead_alone)
    drop_connections (self, TRUE);
  else if (self->connection_policy == REBOUND_CONNECTION_POLICY_FINISH && !self->is_terminating)
    rebound_listener_close_connections (self, REBOUND_WAY_OUT_FINISH);
  else if (self->connection_policy == REBOUND_CONNECTION_POLICY_ABORT)
    rebound_listener_close_connections (self, REBOUND_WAY_OUT_ABORT);
  else if (self->connection_policy != REBOUND_CONNECTION_POLICY_KEEP)
    drop_connections (self, FALSE);
}

char *
rebound_listener_dup_waiting_for (ReboundActor *actor)
{
  ReboundListener *self = REBOUND_LISTENER (actor);
  char *what = NULL;

  for (guint i = 0; i < self->connections->len && what == NULL; i++)
    what = rebound_accepted_dup_waiting_for (self->connections->pdata[i]);
  return what;
}

gboolean
rebound_listener_is_finishing (ReboundListener *self)
{
  g_autofree char *what = rebound_listener_dup_waiting_for (REBOUND_ACTOR (self));

  return what != NULL;
}
