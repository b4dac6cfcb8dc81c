/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-actor.h"

G_BEGIN_DECLS

/**
 * ReboundSigpipe:
 * @REBOUND_SIGPIPE_DEFAULT: it kills, as every process begins
 * @REBOUND_SIGPIPE_IGNORE: it does not, and the call fails with EPIPE
 *
 * What a process does about SIGPIPE. Since: 0.1
 */
typedef enum
{
  REBOUND_SIGPIPE_DEFAULT,
  REBOUND_SIGPIPE_IGNORE,
} ReboundSigpipe;

/**
 * ReboundNaiveChild:
 *
 * The naive code in a process of its own, as a server that forks one for each connection. Since:
 * 0.1
 */
#define REBOUND_TYPE_NAIVE_CHILD (rebound_naive_child_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundNaiveChild, rebound_naive_child, REBOUND, NAIVE_CHILD, GObject)

G_END_DECLS
