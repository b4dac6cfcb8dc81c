/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The fence: a datagram to ourselves over the loopback. Packets of one CPU are processed in order
 * there, so when it has come back all that was sent before it has been delivered. It never sleeps:
 * it receives with MSG_DONTWAIT and yields the CPU between tries. */
typedef struct _ReboundFence ReboundFence;

ReboundFence *rebound_fence_new (GError **error);
void rebound_fence_free (ReboundFence *self);

/* FALSE with @error where the datagram is lost (the link is down) or a system call fails. */
gboolean rebound_fence_pass (ReboundFence *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundFence, rebound_fence_free)

G_END_DECLS
