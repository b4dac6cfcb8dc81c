/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-actor.h"
#include "rebound-figure-private.h"

G_BEGIN_DECLS

/* How long an application may take in its callbacks. An application that was not given any limits
 * is watched by nobody. */
typedef struct
{
  gint64 launch_usec; /* will- and did-finish-launching; 0: as long as it likes, here and below */
  gint64 resume_usec; /* will-enter-foreground and did-become-active */
  gint64 background_usec; /* did-enter-background */
  gint64 terminate_usec;  /* will-terminate */
} ReboundLimits;

/* The system's; rebound_watchdog_get_figures() has where they come from. */
#define REBOUND_LIMIT_LAUNCH_USEC     (20 * G_USEC_PER_SEC)
#define REBOUND_LIMIT_RESUME_USEC     (10 * G_USEC_PER_SEC)
#define REBOUND_LIMIT_BACKGROUND_USEC (10 * G_USEC_PER_SEC)
#define REBOUND_LIMIT_TERMINATE_USEC  (5 * G_USEC_PER_SEC)

/* “Your implementation of this method has approximately five seconds to perform any tasks and
 * return”: Apple on applicationDidEnterBackground:. Nobody is killed for more than that and less
 * than the limit. */
#define REBOUND_ADVICE_BACKGROUND_USEC (5 * G_USEC_PER_SEC)

/* Counts the time that is spent in callbacks, and in nothing else. */
typedef struct
{
  ReboundLimits limits;
  ReboundCallback callback; /* the present one, or the last */
  ReboundCallback limited;  /* of those that may not take as long as they like */
  gint64 entered_usec;
  gint64 spent_usec; /* in callbacks before, that count together with it */
} ReboundWatchdog;

void rebound_watchdog_enter (ReboundWatchdog *self, ReboundCallback callback, gint64 now_usec);
void rebound_watchdog_leave (ReboundWatchdog *self, gint64 now_usec);

/* The device's properties that are these limits, and where their figures come from. */
const ReboundFigure *rebound_watchdog_get_figures (guint *n_figures);

/* How long the present callback may go on, below 0 when it has taken too long; G_MAXINT64 where
 * nobody cares. */
gint64 rebound_watchdog_get_left_usec (const ReboundWatchdog *self, gint64 now_usec);

/* The phrase of the crash report for a limit that was passed. (transfer full) */
char *rebound_watchdog_explain (const ReboundWatchdog *self, const char *name);

G_END_DECLS
