/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-timer.h"

G_BEGIN_DECLS

/* All timers of one clock in one context: a heap behind one GSource, because a GMainContext is
 * linear in its sources. In real time the source is ready when the first timer is due; in virtual
 * time when the stage grants it, and then it fires one timer, so that what a timer causes happens
 * before the next. */
typedef struct _ReboundTimerQueue ReboundTimerQueue;

ReboundTimerQueue *rebound_timer_queue_new (ReboundClock *clock, GMainContext *context);
void rebound_timer_queue_free (ReboundTimerQueue *self);
GMainContext *rebound_timer_queue_get_context (ReboundTimerQueue *self);
GSource *rebound_timer_queue_get_source (ReboundTimerQueue *self);
void rebound_timer_queue_set_paused (ReboundTimerQueue *self, gboolean paused);
gboolean rebound_timer_queue_is_paused (ReboundTimerQueue *self);

/* The first timer's deadline, or -1 where there is none. */
gint64 rebound_timer_queue_get_deadline_usec (ReboundTimerQueue *self);
void rebound_timer_queue_grant (ReboundTimerQueue *self);

/* The name of the timer that fired last, and what it was given, for messages; both may be NULL. */
const char *rebound_timer_queue_get_last (ReboundTimerQueue *self, gpointer *user_data);

G_END_DECLS
