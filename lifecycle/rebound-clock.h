/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "rebound-macros.h"

G_BEGIN_DECLS

/**
 * ReboundClockMode:
 * @REBOUND_CLOCK_VIRTUAL: time stands still until a run lets it jump to the next deadline
 * @REBOUND_CLOCK_REAL: time is the machine's, counted through its sleep (CLOCK_BOOTTIME)
 *
 * How the time of a #ReboundClock passes. Since: 0.1
 */
typedef enum
{
  REBOUND_CLOCK_VIRTUAL,
  REBOUND_CLOCK_REAL,
} ReboundClockMode;

/**
 * ReboundClock:
 *
 * The time of a run, or of a program that uses the actors in earnest. Since: 0.1
 */
#define REBOUND_TYPE_CLOCK (rebound_clock_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundClock, rebound_clock, REBOUND, CLOCK, GObject)

/**
 * rebound_clock_new:
 * @mode: how its time passes
 *
 * Returns: (transfer full): a clock that reads 0 now
 * Since: 0.1
 */
REBOUND_API ReboundClock *rebound_clock_new (ReboundClockMode mode);

/**
 * rebound_clock_get_mode:
 *
 * Returns: how its time passes
 * Since: 0.1
 */
REBOUND_API ReboundClockMode rebound_clock_get_mode (ReboundClock *self);

/**
 * rebound_clock_get_time_usec:
 *
 * Returns: microseconds since the clock was made
 * Since: 0.1
 */
REBOUND_API gint64 rebound_clock_get_time_usec (ReboundClock *self);

/**
 * rebound_clock_hold:
 * @reason: what is being waited for, for messages
 *
 * Keeps virtual time from jumping, because something is on its way that the clock knows nothing of:
 * a worker thread, a timeout source of a library, another process. While a hold is on, the run
 * waits in real time. May be called from any thread. On a real clock it does nothing.
 *
 * Returns: a number for rebound_clock_release()
 * Since: 0.1
 */
REBOUND_API guint rebound_clock_hold (ReboundClock *self, const char *reason);

/**
 * rebound_clock_release:
 * @hold: what rebound_clock_hold() returned
 *
 * Ends a hold. May be called from any thread. Since: 0.1
 */
REBOUND_API void rebound_clock_release (ReboundClock *self, guint hold);

G_END_DECLS
