/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "net/rebound-socket-table-private.h"

G_BEGIN_DECLS

/* What connections live by in a run, without a run: a context, a virtual clock, and the table of
 * sockets that brings the kernel's timers along. */
typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *site;
  ReboundSocketTable *table;
} World;

void world_open (World *self);
void world_close (World *self);

/* Everything that can happen now has happened, and the kernel is quiet. */
void world_settle (World *self);
void world_pass_time (World *self, gint64 usec);

/* No socket is in the table, and no timer armed. */
void world_assert_nothing_is_left (World *self);

G_END_DECLS
