/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-clock.h"

G_BEGIN_DECLS

/**
 * ReboundTimer:
 *
 * A one-shot timer on a #ReboundClock, owned by who made it. It can be armed again and again.
 * Since: 0.1
 */
typedef struct _ReboundTimer ReboundTimer;

/**
 * ReboundTimerFunc:
 * @user_data: what was given to rebound_timer_new()
 *
 * Called in the timer's context when it is due. It may arm, disarm or free the timer. Since: 0.1
 */
typedef void (*ReboundTimerFunc) (gpointer user_data);

/**
 * rebound_timer_new:
 * @clock: the clock; it must outlive the timer
 * @context: (nullable): where @func is called; %NULL for the thread-default context
 * @name: a static name, for messages
 * @func: (scope notified): what to call
 * @user_data: passed to @func
 *
 * Returns: (transfer full): a timer that is not armed; free with rebound_timer_free()
 * Since: 0.1
 */
REBOUND_API ReboundTimer *rebound_timer_new (ReboundClock *clock,
                                             GMainContext *context,
                                             const char *name,
                                             ReboundTimerFunc func,
                                             gpointer user_data);

/**
 * rebound_timer_arm:
 * @delay_usec: microseconds from now, 0 or more
 *
 * Makes the timer due in @delay_usec; an earlier arming is forgotten. Timers that are due at the
 * same time fire in the order in which they were armed. Since: 0.1
 */
REBOUND_API void rebound_timer_arm (ReboundTimer *self, gint64 delay_usec);

/**
 * rebound_timer_disarm:
 *
 * Keeps the timer from firing; harmless where it is not armed. Since: 0.1
 */
REBOUND_API void rebound_timer_disarm (ReboundTimer *self);

/**
 * rebound_timer_is_armed:
 *
 * Returns: %TRUE if the timer is going to fire
 * Since: 0.1
 */
REBOUND_API gboolean rebound_timer_is_armed (ReboundTimer *self);

/**
 * rebound_timer_free:
 *
 * Disarms and frees the timer. Since: 0.1
 */
REBOUND_API void rebound_timer_free (ReboundTimer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTimer, rebound_timer_free)

G_END_DECLS
