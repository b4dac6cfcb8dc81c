/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-clock.h"
#include "rebound-kernel.h"

G_BEGIN_DECLS

/* What is written down when virtual time is about to jump. */
typedef struct
{
  ReboundClock *clock;
  ReboundKernel *kernel;
  gboolean is_quiet;     /* nothing was on its way when the kernel was last looked at */
  guint64 n_since_fence; /* how much was moved since all was dry, behind a fence */
} ReboundTimeRule;

/* What stands in the way of a jump, in words; NULL where nothing does. (transfer full) */
char *rebound_time_rule_find_breach (const ReboundTimeRule *self);

/* FALSE, with REBOUND_ERROR_INTERNAL: @breach, and from when to when the jump was to be. */
gboolean rebound_time_rule_fail (const ReboundTimeRule *self,
                                 gint64 to_usec,
                                 const char *breach,
                                 GError **error);

G_END_DECLS
