/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event.h"

G_BEGIN_DECLS

/* Events that say the same, one after the other, as one. */
typedef struct
{
  ReboundEvent *event; /* the first of them; NULL: there is none */
  guint count;
  gint64 last_usec;
  gint64 distance_usec; /* between any two that follow each other; -1: not always the same */
} ReboundFold;

/* Whether @event says the same as the fold; then it is in it. */
gboolean rebound_fold_take (ReboundFold *self, ReboundEvent *event);

/* @event is the first of a new one. */
void rebound_fold_begin (ReboundFold *self, ReboundEvent *event);
void rebound_fold_clear (ReboundFold *self);

/* "  ×295, every 200 ms, until 59.200", "" for a single one. (transfer full) */
char *rebound_fold_to_text (const ReboundFold *self);

/* The same of whatever else is folded. (transfer full) */
char *
rebound_fold_describe (guint count, gint64 first_usec, gint64 last_usec, gint64 distance_usec);

/* "59.200": seconds with as many digits as the microsecond takes, and three at least. */
#define REBOUND_FOLD_TIME_BYTES 32
void rebound_fold_print_time (char *buffer, gint64 usec);

G_END_DECLS
