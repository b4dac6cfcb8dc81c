/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What this kernel lets a run do, found out once at the start by doing it, in the run's own
 * namespace. */
typedef struct
{
  gboolean destroys_time_wait;   /* SOCK_DESTROY of a TIME_WAIT socket (Linux 6.0 or so) */
  gboolean acknowledges_at_once; /* quickack on the local routes works: a half-close is acknowledged
                                    at once */
  gboolean has_small_tables;     /* tcp_child_ehash_entries (Linux 6.1) */
} ReboundKernelProbe;

/* The probe's findings, or NULL and why they could not be had; isolation must have been entered.
 * Cached for the process. */
const ReboundKernelProbe *rebound_kernel_probe (GError **error);

/* A sentence for each thing that a run goes without, or an empty list. (transfer full)
 * (element-type utf8) */
GPtrArray *rebound_kernel_probe_list_lacks (const ReboundKernelProbe *probe);

G_END_DECLS
