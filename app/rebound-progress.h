/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-run.h"

G_BEGIN_DECLS

/* Where a run in real time has got to: a line on a terminal that is written over and over. */
#define REBOUND_TYPE_PROGRESS (rebound_progress_get_type ())
G_DECLARE_FINAL_TYPE (ReboundProgress, rebound_progress, REBOUND, PROGRESS, GObject)

/* Follows @run on standard error, if that is a terminal that can do it and the run's time is real;
 * else NULL. Call it before other sinks are added: the line has to be gone when they write. */
ReboundProgress *rebound_progress_new (ReboundRun *run);

G_END_DECLS
