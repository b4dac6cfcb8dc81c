/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "rebound-lookers-private.h"

#include <sched.h>

/* As many turns of others on a busy machine. */
#define LIMIT_USEC (200 * 1000)

gboolean
rebound_lookers_wait (ReboundLookers *self)
{
  gint64 now_usec = g_get_monotonic_time ();

  if (self->until_usec == 0)
    self->until_usec = now_usec + LIMIT_USEC;
  sched_yield ();
  return now_usec < self->until_usec;
}
