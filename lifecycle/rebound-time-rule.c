/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Virtual time may jump when nothing can happen any more at the present instant. That follows from
 * the order in which the stage goes through an instant; but that order is long, and if it had a
 * hole time would overtake something, and a log would be another one now and then. So the rule is
 * asked once more before each jump, apart from that order: of what is written down, which costs
 * next to nothing. Broken, it is an error with its evidence and no reason to settle again: what
 * was overlooked once is overlooked unseen another time. */

#include "rebound-time-rule-private.h"

#include "rebound-clock-private.h"
#include "rebound-duration.h"
#include "rebound-error.h"
#include "rebound-kernel-private.h"

char *
rebound_time_rule_find_breach (const ReboundTimeRule *self)
{
  gint64 next_usec = rebound_clock_get_next_deadline_usec (self->clock);

  if (!self->is_quiet)
    return g_strdup ("something was on its way in the kernel when it was last looked at");
  if (self->n_since_fence != 0)
    return g_strdup_printf ("sockets had been at work %" G_GUINT64_FORMAT " times since the last "
                            "fence",
                            self->n_since_fence);
  if (next_usec >= 0 && next_usec <= rebound_clock_get_time_usec (self->clock))
    return g_strdup ("a timer was due and had not fired");
  return rebound_kernel_find_unsettled (self->kernel);
}

gboolean
rebound_time_rule_fail (const ReboundTimeRule *self,
                        gint64 to_usec,
                        const char *breach,
                        GError **error)
{
  g_autofree char *from = rebound_duration_to_string (rebound_clock_get_time_usec (self->clock));
  g_autofree char *to = rebound_duration_to_string (to_usec);

  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
               "time's rule is broken: at %s, before a jump to %s, %s; expected nothing to be left "
               "that could happen",
               from, to, breach);
  return FALSE;
}
