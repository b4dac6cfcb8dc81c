/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-clock.h"
#include "rebound-timer-queue-private.h"

G_BEGIN_DECLS

/* What timers and the stage need of the clock. */

/* How far a run's time goes: JSON, and whoever reads it, has no integer beyond this exactly (RFC
 * 8259 6). */
#define REBOUND_CLOCK_LAST_USEC (((gint64) 1 << 53) - 1)

/* The queue of @context, made when first asked for. Queues are ordered by when they were made: the
 * world's is the first of a run. */
ReboundTimerQueue *rebound_clock_get_queue (ReboundClock *self, GMainContext *context);

/* A number that grows with every arming, over all queues. */
guint64 rebound_clock_next_sequence (ReboundClock *self);

/* A suspended application's timers wait: no deadline of theirs is seen, none is granted. */
void rebound_clock_set_paused (ReboundClock *self, GMainContext *context, gboolean paused);

/* The earliest deadline of all queues that are not paused, or -1. */
gint64 rebound_clock_get_next_deadline_usec (ReboundClock *self);

/* Virtual time: lets the first timer that is due fire at the next iteration of its context. FALSE
 * where none is due. */
gboolean rebound_clock_grant (ReboundClock *self);

/* Virtual time: moves on to @time_usec, never back. */
void rebound_clock_jump (ReboundClock *self, gint64 time_usec);

/* The reason of a hold that is on, or NULL. (transfer full) */
char *rebound_clock_dup_hold (ReboundClock *self);

/* How many holds have ended. */
guint rebound_clock_count_released (ReboundClock *self);

/* Called, from any thread, when a hold ends: the stage wakes from its poll. */
void rebound_clock_set_wake_context (ReboundClock *self, GMainContext *context);

/* The source that stands for all timers of @context, or NULL; so that a census of sources can leave
 * it out. */
GSource *rebound_clock_peek_source (ReboundClock *self, GMainContext *context);

G_END_DECLS
