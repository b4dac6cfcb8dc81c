/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-device.h"
#include "rebound-figure-private.h"

G_BEGIN_DECLS

/* What differs from one system to the next, as data. */
typedef struct
{
  ReboundLockMeans lock_means;
  ReboundReclaim reclaim;
  ReboundReclaimStyle reclaim_style;
  ReboundRebindRule rebind_rule;
  gint64 time_wait_usec;
  gint64 background_budget_usec;
} ReboundProfileData;

const ReboundProfileData *rebound_profile_get (ReboundProfile profile);

/* The properties of the device that a profile sets, and where their figures come from. */
const ReboundFigure *rebound_profile_get_figures (guint *n_figures);

G_END_DECLS
