/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-actor.h"

G_BEGIN_DECLS

/**
 * ReboundApplicationState:
 * @REBOUND_APPLICATION_STATE_NOT_RUNNING: there is no process
 * @REBOUND_APPLICATION_STATE_INACTIVE: in front, but getting no events: a call, an alert, on its
 * way in or out
 * @REBOUND_APPLICATION_STATE_ACTIVE: in front
 * @REBOUND_APPLICATION_STATE_BACKGROUND: not seen, and still running
 * @REBOUND_APPLICATION_STATE_SUSPENDED: in memory, and not running
 *
 * The states of an application, as Apple names them. Since: 0.1
 */
typedef enum
{
  REBOUND_APPLICATION_STATE_NOT_RUNNING,
  REBOUND_APPLICATION_STATE_INACTIVE,
  REBOUND_APPLICATION_STATE_ACTIVE,
  REBOUND_APPLICATION_STATE_BACKGROUND,
  REBOUND_APPLICATION_STATE_SUSPENDED,
} ReboundApplicationState;

/**
 * ReboundApplication:
 *
 * An application: a state, a list of actors, and a context that is not iterated while it is
 * suspended. Since: 0.1
 */
#define REBOUND_TYPE_APPLICATION (rebound_application_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundApplication, rebound_application, REBOUND, APPLICATION, GObject)

/**
 * rebound_application_new:
 * @site: where its actors live
 *
 * An application that is not running. Its signals carry UIKit's names in GLib's spelling; whoever
 * connects to them is called in the order of connecting, before the application's own actors.
 *
 * Returns: (transfer full): a new application
 * Since: 0.1
 */
REBOUND_API ReboundApplication *rebound_application_new (ReboundSite *site);

/**
 * rebound_application_of_site:
 * @site: where an actor lives
 *
 * Returns: (transfer none) (nullable): the application whose actors live there, %NULL for the
 * world's
 * Since: 0.1
 */
REBOUND_API ReboundApplication *rebound_application_of_site (ReboundSite *site);

/**
 * rebound_application_get_site:
 *
 * Returns: (transfer none): where its actors live
 * Since: 0.1
 */
REBOUND_API ReboundSite *rebound_application_get_site (ReboundApplication *self);

/**
 * rebound_application_get_state:
 *
 * Returns: the state it is in
 * Since: 0.1
 */
REBOUND_API ReboundApplicationState rebound_application_get_state (ReboundApplication *self);

/**
 * rebound_application_add_actor:
 * @actor: what is to be told of the callbacks
 *
 * Adds an actor to the end of the list. On the way up (launch, enter-foreground, become-active)
 * actors are told in the order of the list, on the way down in reverse. An actor that is added
 * while the application runs comes to life at once. Since: 0.1
 */
REBOUND_API void rebound_application_add_actor (ReboundApplication *self, ReboundActor *actor);

/**
 * rebound_application_work:
 * @duration_usec: microseconds, more than 0
 *
 * Makes the application busy for so long: its context is not iterated, and the world goes on. To be
 * called in a callback, whose handlers otherwise take no virtual time. Without a run it just
 * sleeps.
 *
 * Returns: %TRUE; %FALSE where no time can pass: in a handler that the main loop has dispatched
 * Since: 0.1
 */
REBOUND_API gboolean rebound_application_work (ReboundApplication *self, gint64 duration_usec);

/**
 * ReboundExpirationFunc:
 * @self: the application
 * @task: the number of the task
 * @user_data: what was given with the function
 *
 * The time that an application has in the background is nearly over: about a second is left to end
 * the task. Since: 0.1
 */
typedef void (*ReboundExpirationFunc) (ReboundApplication *self, guint task, gpointer user_data);

/**
 * rebound_application_begin_task:
 * @name: what the task is called in logs
 * @expired: (nullable) (scope forever): what to call shortly before time is over
 * @user_data: passed to @expired
 *
 * Asks for time in the background, as beginBackgroundTaskWithName:expirationHandler: does: the
 * application is not suspended until its last task was ended, or the budget for its stay in the
 * background is over. Whoever has not ended the task then is killed.
 *
 * Returns: the task's number, or 0 where the application does not run
 * Since: 0.1
 */
REBOUND_API guint rebound_application_begin_task (ReboundApplication *self,
                                                  const char *name,
                                                  ReboundExpirationFunc expired,
                                                  gpointer user_data);

/**
 * rebound_application_end_task:
 * @task: a number from rebound_application_begin_task(); one that was ended already, or 0, is
 * ignored
 *
 * The task is done. When it was the last one and the application is in the background, it is
 * suspended soon after. Since: 0.1
 */
REBOUND_API void rebound_application_end_task (ReboundApplication *self, guint task);

/**
 * rebound_application_get_time_remaining_usec:
 *
 * Returns: how many microseconds the application may still run in the background, as
 * backgroundTimeRemaining does: %G_MAXINT64 in the foreground
 * Since: 0.1
 */
REBOUND_API gint64 rebound_application_get_time_remaining_usec (ReboundApplication *self);

/**
 * rebound_application_perform:
 * @word: launch, launch background=yes, resign-active, become-active, enter-background,
 * enter-foreground, suspend, resume, wake, memory-warning, terminate, kill or crash
 * @error: return location for a #GError
 *
 * Carries out one step, with its callbacks. Where it is not possible, nothing happens and the error
 * is %REBOUND_ERROR_STATE, with the state and the words that are possible.
 *
 * Returns: %TRUE if it was possible
 * Since: 0.1
 */
REBOUND_API gboolean rebound_application_perform (ReboundApplication *self,
                                                  const char *word,
                                                  GError **error);

G_END_DECLS
