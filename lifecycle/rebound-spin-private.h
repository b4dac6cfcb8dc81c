/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A source that is dispatched so often in a row without effect is a busy loop (docs/language.md,
 * rule 8). */
#define REBOUND_SPIN_LIMIT 10000

/* Counts the dispatches in a row that have changed nothing. All zero is the beginning. */
typedef struct
{
  guint64 progress;  /* of the last dispatch that changed something */
  guint count;       /* of those since then */
  guint fingerprint; /* of the descriptors that were ready */
} ReboundSpin;

/* One more dispatch, after which the run's count of all that has moved is @progress; @fds (GPollFD)
 * are what was polled for it. TRUE once the limit is reached. */
gboolean rebound_spin_count (ReboundSpin *self, guint64 progress, GArray *fds);

/* Time has passed, or passes by itself: it is another instant. */
void rebound_spin_reset (ReboundSpin *self);

G_END_DECLS
