/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* To end a connection in good order takes as long as the peer takes, and an application that is in
 * the background has no time of its own: it is suspended as soon as nobody holds a task. So whoever
 * has connections on their way out when it goes there holds one until the last of them has ended,
 * and ends it in time: what has not ended when the task expires is aborted, and says what was lost,
 * which is better than to be killed with all of it. */

#include "rebound-finishing-private.h"

#include "lifecycle/rebound-planted-private.h"

static void
on_expired (ReboundApplication *application, guint task, gpointer user_data)
{
  ReboundFinishing *self = user_data;
  g_autoptr (GObject) held = g_object_ref (G_OBJECT (self->actor));

  if (self->task != task)
    return;
  if (self->funcs->expired != NULL)
    self->funcs->expired (self->actor);
  self->funcs->give_up (self->actor, "the time in the background is over");
  rebound_finishing_end_task_if_done (self);
}

gboolean
rebound_finishing_begin_task (ReboundFinishing *self, ReboundSite *site, const char *what)
{
  g_autofree char *name = NULL;

  if (self->task != 0)
    return TRUE;
  self->application = rebound_application_of_site (site);
  if (self->application == NULL)
    return FALSE;
  name = g_strconcat (rebound_actor_get_name (self->actor), ": ", what, NULL);
  self->task = rebound_application_begin_task (self->application, name, on_expired, self);
  return self->task != 0;
}

void
rebound_finishing_end_task (ReboundFinishing *self)
{
  guint task = self->task;

  if (task == 0)
    return;
  self->task = 0; /* ending it may suspend the application */
  rebound_application_end_task (self->application, task);
}

void
rebound_finishing_end_task_if_done (ReboundFinishing *self)
{
  if (REBOUND_PLANTED (task_never_ended))
    return;
  if (self->task != 0
      && (!self->funcs->is_finishing (self->actor) || REBOUND_PLANTED (task_ended_early)))
    rebound_finishing_end_task (self);
}

void
rebound_finishing_enter_background (ReboundFinishing *self, ReboundSite *site)
{
  if (self->task != 0 || !self->funcs->is_finishing (self->actor))
    return;
  if (!rebound_finishing_begin_task (self, site, "finishing"))
    self->funcs->give_up (self->actor, "there was no background task to be had");
}

void
rebound_finishing_abandon (ReboundFinishing *self)
{
  self->task = 0;
}
