/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A system that animates between applications cannot wait for one that does not return. Callbacks
 * that belong together have one allowance: both of the launch, and both of the way back to the
 * front. Only the time within callbacks counts, not the time between them. */

#include "rebound-watchdog-private.h"

static const ReboundFigure figures[] = {
  { "launch-limit",
    "Apple's Technical Q&A QA1693, “Synchronous Networking On The Main Thread”, has "
    "20 s for the launch; Apple's article “Addressing watchdog terminations” has "
    "the phrase, “scene-create”." },
  { "resume-limit", "QA1693 has 10 s; crash reports have “scene-update … 10.00 seconds … "
                    "ProcessVisibility: Foreground”." },
  { "background-limit", "QA1693 has 10 s, and crash reports the same with “ProcessVisibility: "
                        "Background”. Apple on applicationDidEnterBackground: advises "
                        "“approximately five seconds”; who takes longer is told so in the log." },
  { "terminate-limit", "Apple on applicationWillTerminate: “approximately five seconds”; QA1693 "
                       "has 6 s." },
};

const ReboundFigure *
rebound_watchdog_get_figures (guint *n_figures)
{
  *n_figures = G_N_ELEMENTS (figures);
  return figures;
}

static gint64
limit_of (const ReboundWatchdog *self, ReboundCallback callback)
{
  switch (callback)
    {
    case REBOUND_CALLBACK_WILL_FINISH_LAUNCHING:
    case REBOUND_CALLBACK_DID_FINISH_LAUNCHING:
      return self->limits.launch_usec;
    case REBOUND_CALLBACK_WILL_ENTER_FOREGROUND:
    case REBOUND_CALLBACK_DID_BECOME_ACTIVE:
      return self->limits.resume_usec;
    case REBOUND_CALLBACK_DID_ENTER_BACKGROUND:
      return self->limits.background_usec;
    case REBOUND_CALLBACK_WILL_TERMINATE:
      return self->limits.terminate_usec;
    case REBOUND_CALLBACK_WILL_RESIGN_ACTIVE:
    case REBOUND_CALLBACK_DID_RECEIVE_MEMORY_WARNING:
    case REBOUND_CALLBACK_PROTECTED_DATA_WILL_BECOME_UNAVAILABLE:
    case REBOUND_CALLBACK_PROTECTED_DATA_DID_BECOME_AVAILABLE:
      break;
    }
  return 0;
}

static gboolean
goes_on (ReboundCallback before, ReboundCallback callback)
{
  return (before == REBOUND_CALLBACK_WILL_FINISH_LAUNCHING
          && callback == REBOUND_CALLBACK_DID_FINISH_LAUNCHING)
         || (before == REBOUND_CALLBACK_WILL_ENTER_FOREGROUND
             && callback == REBOUND_CALLBACK_DID_BECOME_ACTIVE);
}

/* What nobody limits, as a memory warning, may come between two that count together, and neither
 * parts them nor counts. */
void
rebound_watchdog_enter (ReboundWatchdog *self, ReboundCallback callback, gint64 now_usec)
{
  self->callback = callback;
  self->entered_usec = now_usec;
  if (limit_of (self, callback) == 0)
    return;
  if (!goes_on (self->limited, callback))
    self->spent_usec = 0;
  self->limited = callback;
}

void
rebound_watchdog_leave (ReboundWatchdog *self, gint64 now_usec)
{
  if (limit_of (self, self->callback) > 0)
    self->spent_usec += now_usec - self->entered_usec;
  self->entered_usec = now_usec;
}

gint64
rebound_watchdog_get_left_usec (const ReboundWatchdog *self, gint64 now_usec)
{
  gint64 limit_usec = limit_of (self, self->callback);

  return limit_usec == 0 ? G_MAXINT64
                         : limit_usec - self->spent_usec - (now_usec - self->entered_usec);
}

char *
rebound_watchdog_explain (const ReboundWatchdog *self, const char *name)
{
  double seconds = (double) limit_of (self, self->callback) / G_USEC_PER_SEC;
  gboolean is_launch = self->callback == REBOUND_CALLBACK_WILL_FINISH_LAUNCHING
                       || self->callback == REBOUND_CALLBACK_DID_FINISH_LAUNCHING;
  gboolean is_background = self->callback == REBOUND_CALLBACK_DID_ENTER_BACKGROUND;

  if (self->callback == REBOUND_CALLBACK_WILL_TERMINATE)
    return g_strdup_printf ("%s failed to terminate gracefully after %.1fs", name, seconds);
  return g_strdup_printf ("scene-%s watchdog transgression: %s exhausted real (wall clock) time "
                          "allowance of %.2f seconds%s",
                          is_launch ? "create" : "update", name, seconds,
                          is_launch       ? ""
                          : is_background ? " (ProcessVisibility: Background)"
                                          : " (ProcessVisibility: Foreground)");
}
