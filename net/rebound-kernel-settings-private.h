/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Values of the network namespace that a script has changed, as an administrator would by sysctl.
 * Names are sysctl's own, "net.ipv4.tcp_tw_reuse". */
typedef struct _ReboundKernelSettings ReboundKernelSettings;

ReboundKernelSettings *rebound_kernel_settings_new (void);

/* Everything is as it was before. */
void rebound_kernel_settings_free (ReboundKernelSettings *self);

/* One that belongs to the namespace, and that a run can go on with. */
gboolean rebound_kernel_settings_is_known (const char *name);

/* Those, with commas between them. (transfer full) */
char *rebound_kernel_settings_dup_names (void);

/* 0 or a negative errno. */
int rebound_kernel_settings_write (ReboundKernelSettings *self, const char *name, int value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundKernelSettings, rebound_kernel_settings_free)

G_END_DECLS
