/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-clock.h"
#include "rebound-timer.h"

G_BEGIN_DECLS

typedef struct _ReboundKernel ReboundKernel;

/**
 * ReboundSide:
 * @REBOUND_SIDE_WORLD: it goes on whatever happens to the application
 * @REBOUND_SIDE_APPLICATION: it belongs to the application and is suspended, killed and relaunched
 * with it
 *
 * Where an actor lives. Since: 0.1
 */
typedef enum
{
  REBOUND_SIDE_WORLD,
  REBOUND_SIDE_APPLICATION,
} ReboundSide;

/**
 * ReboundSite:
 *
 * Where an actor lives: its clock, its context, and whom it can ask. Since: 0.1
 */
#define REBOUND_TYPE_SITE (rebound_site_get_type ())
REBOUND_API G_DECLARE_FINAL_TYPE (ReboundSite, rebound_site, REBOUND, SITE, GObject)

    /**
     * ReboundSiteFinder:
     * @name: the name of an actor
     * @user_data: what was given with the function
     *
     * Returns: (transfer none) (nullable): the actor, or %NULL if there is none of that name now
     * Since: 0.1
     */
    typedef GObject *(*ReboundSiteFinder) (const char *name, gpointer user_data);

/**
 * rebound_site_new:
 * @clock: the clock for timers
 * @context: (nullable): where sources are attached; %NULL for the thread-default context
 *
 * The place where an actor lives: its main context, its clock, and whom it can ask. A run makes one
 * for the world and one for the application; a program that uses the actors in earnest makes one
 * with a real clock.
 *
 * Returns: (transfer full): a new site
 * Since: 0.1
 */
REBOUND_API ReboundSite *rebound_site_new (ReboundClock *clock, GMainContext *context);

/**
 * rebound_site_get_clock:
 *
 * Returns: (transfer none): the clock
 * Since: 0.1
 */
REBOUND_API ReboundClock *rebound_site_get_clock (ReboundSite *self);

/**
 * rebound_site_get_context:
 *
 * Returns: (transfer none): the context that sources are to be attached to
 * Since: 0.1
 */
REBOUND_API GMainContext *rebound_site_get_context (ReboundSite *self);

/**
 * rebound_site_get_side:
 *
 * Returns: %REBOUND_SIDE_APPLICATION once an application was made for this site: its actors are
 * told of callbacks and wait for them. Others begin by themselves Since: 0.1
 */
REBOUND_API ReboundSide rebound_site_get_side (ReboundSite *self);

/**
 * rebound_site_set_side:
 * @side: who lives here
 *
 * Since: 0.1
 */
REBOUND_API void rebound_site_set_side (ReboundSite *self, ReboundSide side);

/**
 * rebound_site_get_kernel:
 *
 * Returns: (transfer none) (nullable): the kernel of the run
 * Since: 0.1
 */
REBOUND_API ReboundKernel *rebound_site_get_kernel (ReboundSite *self);

/**
 * rebound_site_set_kernel:
 * @kernel: (nullable): the kernel of the run
 *
 * Says whom the actors ask about sockets. Since: 0.1
 */
REBOUND_API void rebound_site_set_kernel (ReboundSite *self, ReboundKernel *kernel);

/**
 * rebound_site_set_finder:
 * @finder: (scope forever): how actors find each other by name
 * @user_data: passed to @finder
 *
 * Since: 0.1
 */
REBOUND_API void
rebound_site_set_finder (ReboundSite *self, ReboundSiteFinder finder, gpointer user_data);

/**
 * rebound_site_find:
 * @name: the name of an actor
 *
 * Returns: (transfer none) (nullable): that actor, as it is now
 * Since: 0.1
 */
REBOUND_API GObject *rebound_site_find (ReboundSite *self, const char *name);

/**
 * rebound_site_begin_process:
 *
 * A new process begins here: what sockets are left of the one before are nobody's. An application
 * calls it at launch. Since: 0.1
 */
REBOUND_API void rebound_site_begin_process (ReboundSite *self);

/**
 * rebound_site_get_process:
 *
 * Returns: how many processes have begun here: the number of the present one; 0 for the world
 * Since: 0.1
 */
REBOUND_API guint rebound_site_get_process (ReboundSite *self);

/**
 * rebound_site_note_progress:
 *
 * Says that something moved that is no event: a byte, a state. A source that is dispatched again
 * and again without any is a busy loop, and the run ends there. Since: 0.1
 */
REBOUND_API void rebound_site_note_progress (ReboundSite *self);

/**
 * rebound_site_get_progress:
 *
 * Returns: how often rebound_site_note_progress() was called
 * Since: 0.1
 */
REBOUND_API guint64 rebound_site_get_progress (ReboundSite *self);

/**
 * rebound_site_new_timer:
 * @name: a static name, for messages
 * @func: (scope notified): what to call
 * @user_data: passed to @func
 *
 * Returns: (transfer full): a timer of the site's clock in the site's context
 * Since: 0.1
 */
REBOUND_API ReboundTimer *rebound_site_new_timer (ReboundSite *self,
                                                  const char *name,
                                                  ReboundTimerFunc func,
                                                  gpointer user_data);

G_END_DECLS
