/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-run.h"

G_BEGIN_DECLS

/* Ctrl-C, SIGTERM and SIGHUP end the run, and its summary is still shown. */
typedef struct _ReboundInterrupt ReboundInterrupt;

ReboundInterrupt *rebound_interrupt_new (ReboundRun *run);
void rebound_interrupt_free (ReboundInterrupt *self);

G_END_DECLS
