/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event.h"
#include "rebound-repeat.h"

G_BEGIN_DECLS

/* Events that say the same, one after the other, as one. */
typedef struct
{
  ReboundEvent *event; /* the first of them; NULL: there is none */
  ReboundRepeat repeat;
} ReboundFold;

/* Whether @event says the same as the fold; then it is in it. */
gboolean rebound_fold_take (ReboundFold *self, ReboundEvent *event);

/* @event is the first of a new one. */
void rebound_fold_begin (ReboundFold *self, ReboundEvent *event);
void rebound_fold_clear (ReboundFold *self);

/* All that happened at one instant, and then again, one instant after the other, as one. */
typedef struct
{
  GPtrArray *events; /* ReboundEvent, of the first instant; NULL: there is none */
  ReboundRepeat repeat;
  gint64 step; /* by how much the number of each connection is higher the next time */
} ReboundInstantFold;

/* Whether the events of an instant, in @events, say the same as the fold's, but that every number
 * of a connection is higher by the fold's step; then they are in it. */
gboolean rebound_instant_fold_take (ReboundInstantFold *self, GPtrArray *events);

/* Whether an instant can be folded: not all of its events say the same, for these fold as events
 * do, and none of them is the script's or a segment. */
gboolean rebound_instant_fold_begin (ReboundInstantFold *self, GPtrArray *events);
void rebound_instant_fold_clear (ReboundInstantFold *self);

G_END_DECLS
