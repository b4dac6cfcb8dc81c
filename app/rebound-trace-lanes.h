/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-trace-writer.h"

G_BEGIN_DECLS

/* Which line of the picture is whose; a lane has its name when it is first asked for. */
typedef struct _ReboundTraceLanes ReboundTraceLanes;

/* Both outlive it. */
ReboundTraceLanes *rebound_trace_lanes_new (const ReboundAbout *about, ReboundTraceWriter *writer);
void rebound_trace_lanes_free (ReboundTraceLanes *self);

/* The pid of what is the kernel's. */
guint rebound_trace_lanes_get_kernel (ReboundTraceLanes *self);

/* @actor's own. */
ReboundTraceLane rebound_trace_lanes_get_actor (ReboundTraceLanes *self, const char *actor);

/* Whether it has one; and whether it is an application. */
gboolean rebound_trace_lanes_has_actor (ReboundTraceLanes *self, const char *actor);
gboolean rebound_trace_lanes_is_application (ReboundTraceLanes *self, const char *actor);

/* Another one below @actor's, for what is called @name; the same name has the same lane. */
ReboundTraceLane
rebound_trace_lanes_get_below (ReboundTraceLanes *self, const char *actor, const char *name);

/* Of @actor's end of a connection; @index tells apart those of one name that there are at the same
 * time. */
ReboundTraceLane rebound_trace_lanes_get_socket (ReboundTraceLanes *self,
                                                 const char *connection,
                                                 const char *actor,
                                                 guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTraceLanes, rebound_trace_lanes_free)

G_END_DECLS
