/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Every TCP segment that is sent over the loopback of this network namespace, once each, in the
 * order in which the kernel sends them. */
typedef struct _ReboundCapture ReboundCapture;

/* @packet begins with its IP header; of the @wire_bytes that it had the first @captured_bytes are
 * there. Its checksums may not have been computed. */
typedef void (*ReboundCaptureFunc) (const guint8 *packet,
                                    gsize captured_bytes,
                                    gsize wire_bytes,
                                    gpointer user_data);

/* Begins to capture: the headers, or (@wants_payload) the first two thousand bytes of each. Needs
 * CAP_NET_RAW (rebound_isolation_allow_capture()). */
ReboundCapture *rebound_capture_new (gboolean wants_payload, GError **error);
void rebound_capture_free (ReboundCapture *self);

/* Hands over what was sent since the last time. FALSE where the kernel had to drop some of it. May
 * be called from within @func: then it does nothing, for what there is will be handed over. */
gboolean rebound_capture_drain (ReboundCapture *self,
                                ReboundCaptureFunc func,
                                gpointer user_data,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundCapture, rebound_capture_free)

G_END_DECLS
