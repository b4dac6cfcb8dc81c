/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-kernel.h"

G_BEGIN_DECLS

/* All of these do nothing, and succeed, where @self is NULL: a run without sockets needs no kernel.
 */
gboolean rebound_kernel_start (ReboundKernel *self, ReboundSite *world, GError **error);
void rebound_kernel_stop (ReboundKernel *self);
gboolean rebound_kernel_fence (ReboundKernel *self, GError **error);
gboolean rebound_kernel_observe (ReboundKernel *self, char **waits_for);
void rebound_kernel_configure (ReboundKernel *self, ReboundRebindRule rule, gint64 time_wait_usec);
guint rebound_kernel_reclaim (ReboundKernel *self,
                              ReboundSite *site,
                              ReboundReclaimStyle style,
                              ReboundReclaimedListener listener);
gboolean rebound_kernel_set_link_up (ReboundKernel *self, gboolean up, GError **error);
void rebound_kernel_forget (ReboundKernel *self, ReboundSite *site);
void rebound_kernel_tell_sockets (ReboundKernel *self);
void rebound_kernel_explain (ReboundKernel *self);
void rebound_kernel_begin_statement (ReboundKernel *self, const char *place);
char *rebound_kernel_find_unsettled (ReboundKernel *self);
guint rebound_kernel_count_connections (ReboundKernel *self);

G_END_DECLS
