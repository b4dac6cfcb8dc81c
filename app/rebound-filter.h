/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-run.h"

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

/* Which events of a run are shown. All of it may be 0. */
typedef struct
{
  ReboundEventGroup groups; /* 0: those that the format shows unless it is told otherwise */
  gboolean quiet;           /* only what was not as expected, and why */
  gint64 since_usec;        /* what was before is left out */
  gint64 end_usec;          /* and so is what came then or later; 0: nothing is */
  char **actors;            /* only theirs; NULL: everybody's. Not owned */
} ReboundFilter;

/* What becomes of an event: all that is not YES is left out. What a run explains and comes to at
 * its end is of no time and of no single actor. */
typedef enum
{
  REBOUND_ADMISSION_NO,
  REBOUND_ADMISSION_EARLY, /* it would have been shown, but for its time */
  REBOUND_ADMISSION_YES,
  REBOUND_ADMISSION_LATE,
} ReboundAdmission;

/* Understands "GROUP[,GROUP…]"; FALSE after a complaint. @names_sockets is set where that group is
 * named: its table is long, and only who names it has it. */
gboolean
rebound_filter_parse_groups (ReboundFilter *self, const char *show, gboolean *names_sockets);

/* Understands the times of --since and --until, either of which may be NULL; FALSE after a
 * complaint. What happened at these times is shown. */
gboolean rebound_filter_parse_times (ReboundFilter *self, const char *since, const char *until);

/* FALSE after a complaint: one of @self's actors is nobody in @run, which is checked. */
gboolean rebound_filter_check_actors (const ReboundFilter *self, ReboundRun *run);

ReboundAdmission rebound_filter_judge (const ReboundFilter *self, ReboundEvent *event);
gboolean rebound_filter_admits (const ReboundFilter *self, ReboundEvent *event);

G_END_DECLS
