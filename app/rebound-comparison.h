/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-record.h"

G_BEGIN_DECLS

/* Events that say the same one after another are one. n_events 0: there is none. */
typedef struct
{
  const ReboundRecordEvent *event; /* the first of them */
  guint n_events;
  gint64 last_usec;
  gint64 distance_usec; /* between any two of them; -1: not always the same */
} ReboundStretch;

/* What both have done, or one of them. */
typedef struct
{
  ReboundStretch sides[2];
} ReboundRow;

/* Two runs: what they have in common up to where they part, and what followed. */
typedef struct
{
  const ReboundRecord *records[2];
  ReboundEventGroup groups; /* that are looked at */
  GPtrArray *events[2];     /* those of them that happened, in order: ReboundRecordEvent */

  gboolean is_same;  /* whatever is looked at */
  gboolean part;     /* something has happened otherwise, not only been said by the script */
  guint partings[2]; /* how many events of each come before that */
  GArray *before;    /* what came before that (ReboundRow); one side has its own only of what
                        the scripts say */
  GArray *rows;      /* what followed (ReboundRow) */
  gboolean is_rough; /* the rows could be fewer */
} ReboundComparison;

/* Of @groups, or of everything where nothing in them differs. The records stay the caller's, and
 * outlive it. */
ReboundComparison *rebound_comparison_new (const ReboundRecord *first,
                                           const ReboundRecord *second,
                                           ReboundEventGroup groups);
void rebound_comparison_free (ReboundComparison *self);

/* The number of the first event of a side that happened otherwise, or else was said otherwise by
 * the script; 0 where there is none. */
guint64 rebound_comparison_get_parting (const ReboundComparison *self, guint side);

/* Whether both have it, at the same time and as many times. */
gboolean rebound_row_is_common (const ReboundRow *row);
gboolean rebound_row_is_same (const ReboundRow *row);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundComparison, rebound_comparison_free)

G_END_DECLS
