/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event.h"

G_BEGIN_DECLS

/* Without packets, which are captured only where they are asked for. */
#define REBOUND_FILTER_ALL                                                                         \
  (REBOUND_EVENT_GROUP_LIFE | REBOUND_EVENT_GROUP_ACTORS | REBOUND_EVENT_GROUP_SOCKETS             \
   | REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_CHECKS | REBOUND_EVENT_GROUP_EXPLANATIONS    \
   | REBOUND_EVENT_GROUP_POOL | REBOUND_EVENT_GROUP_STATISTICS)

/* Without what is too much for a person who has not asked for it. */
#define REBOUND_FILTER_READABLE                                                                    \
  (REBOUND_FILTER_ALL & ~(REBOUND_EVENT_GROUP_SOCKETS | REBOUND_EVENT_GROUP_POOL))

/* Whatever there is. */
#define REBOUND_FILTER_EVERYTHING (REBOUND_FILTER_ALL | REBOUND_EVENT_GROUP_PACKETS)

/* Which events of a run are shown. */
typedef struct
{
  ReboundEventGroup groups; /* 0: those that the format shows unless it is told otherwise */
  gboolean quiet;           /* only what was not as expected, and why */
} ReboundFilter;

/* Understands "GROUP[,GROUP…]"; FALSE after a complaint. @names_sockets is set where that group is
 * named: its table is long, and only who names it has it. */
gboolean
rebound_filter_parse_groups (ReboundFilter *self, const char *show, gboolean *names_sockets);

gboolean rebound_filter_admits (const ReboundFilter *self, ReboundEvent *event);

G_END_DECLS
