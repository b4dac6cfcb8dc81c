/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-actor.h"

G_BEGIN_DECLS

/**
 * ReboundClient:
 *
 * A peer that connects, says something, and connects again when it was closed. Since: 0.1
 */
#define REBOUND_TYPE_CLIENT (rebound_client_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundClient, rebound_client, REBOUND, CLIENT, GObject)

G_END_DECLS
