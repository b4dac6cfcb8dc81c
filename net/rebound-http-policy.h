/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-macros.h"

G_BEGIN_DECLS

/**
 * ReboundHttpPolicy:
 * @REBOUND_HTTP_POLICY_REBOUND: nothing from before a background, a suspension or a change of
 *   network is used again; what the server closes is known at once; a request is sent a second time
 *   only on a fresh connection, and only where that cannot have it done twice
 * @REBOUND_HTTP_POLICY_ASI: as ASIHTTPRequest 1.8 did, rule for rule: one retry, through the same
 *   pool
 * @REBOUND_HTTP_POLICY_CURL: as libcurl does: a look at the connection before it is used, and a
 *   retry of any method on a fresh one
 *
 * How a pool of HTTP connections behaves. Since: 0.1
 */
typedef enum
{
  REBOUND_HTTP_POLICY_REBOUND,
  REBOUND_HTTP_POLICY_ASI,
  REBOUND_HTTP_POLICY_CURL,
} ReboundHttpPolicy;

G_END_DECLS
