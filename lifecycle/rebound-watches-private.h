/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-cast-private.h"
#include "rebound-clock.h"

G_BEGIN_DECLS

/* What is judged from a statement on, and not where it stands: `always` and `eventually`. */
typedef struct _ReboundWatches ReboundWatches;

/* A statement is judged; @seen is what was seen, where it was not as expected. */
typedef void (*ReboundWatchesConclude) (const ReboundStatement *statement,
                                        gboolean met,
                                        const char *seen,
                                        gpointer user_data);

ReboundWatches *rebound_watches_new (ReboundCast *cast,
                                     ReboundClock *clock,
                                     ReboundWatchesConclude conclude,
                                     gpointer user_data);
void rebound_watches_free (ReboundWatches *self);

/* From now on @statement, an `always` or an `eventually`, is watched. An `always` of the same place
 * and the same words that is watched already goes on. */
void rebound_watches_add (ReboundWatches *self, const ReboundStatement *statement);

/* Judges the instant, which has settled. The earliest deadline of a promise that is open, or -1. */
gint64 rebound_watches_judge (ReboundWatches *self);

/* A promise that is still open, or NULL. (transfer none) */
const ReboundStatement *rebound_watches_get_promise (ReboundWatches *self);

/* The promises that are open come to nothing; @waiting says who waits for what, or is NULL. */
void rebound_watches_give_up (ReboundWatches *self, const char *waiting);

/* The script is over: what was never broken is met. */
void rebound_watches_finish (ReboundWatches *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundWatches, rebound_watches_free)

G_END_DECLS
