/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-naive-pair.h"

G_BEGIN_DECLS

/* What is read from comes first, as of pipe(). */
typedef enum
{
  REBOUND_NAIVE_PAIR_READER,
  REBOUND_NAIVE_PAIR_WRITER,
  REBOUND_NAIVE_PAIR_N_ENDS,
} ReboundNaivePairEnd;

/* Where it lives, NULL before and after; and a descriptor of its own, -1 where it is closed. */
ReboundSite *rebound_naive_pair_get_site (ReboundNaivePair *self);
int rebound_naive_pair_get_descriptor (ReboundNaivePair *self, ReboundNaivePairEnd end);

G_END_DECLS
