/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The loopback of our own network namespace: up or down, and without delayed acknowledgements. Both
 * need CAP_NET_ADMIN and return 0 or a negative errno. */

int rebound_routes_set_loopback_up (gboolean is_up);

/* Sets quickack, and a patient rto_min, on the local routes of IPv4 and, where the kernel has it,
 * IPv6. The kernel makes those routes anew whenever lo comes up: call this after each
 * rebound_routes_set_loopback_up (TRUE). */
int rebound_routes_acknowledge_at_once (void);

/* Removes the local routes of IPv4, which the kernel keeps when lo goes down: without them nothing
 * is sent into the void. Those of IPv6 the kernel removes itself. The kernel makes them anew when
 * lo comes up. */
int rebound_routes_remove (void);

G_END_DECLS
