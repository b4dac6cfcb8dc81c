/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-actor.h"

G_BEGIN_DECLS

/**
 * ReboundNaivePair:
 *
 * The naive code with two descriptors that are each other's ends, within one machine: what is
 * common to a pipe and a socketpair. Since: 0.1
 */
#define REBOUND_TYPE_NAIVE_PAIR (rebound_naive_pair_get_type ())
REBOUND_API
G_DECLARE_DERIVABLE_TYPE (ReboundNaivePair, rebound_naive_pair, REBOUND, NAIVE_PAIR, GObject)

/**
 * ReboundNaivePairClass:
 * @call: the name of the system call that makes a pair
 * @make: that call: what is read from comes first; 0, or -1 with errno
 *
 * Since: 0.1
 */
struct _ReboundNaivePairClass
{
  GObjectClass parent_class;

  const char *call;
  int (*make) (int fds[2]);
};

/**
 * ReboundNaivePipe:
 *
 * The naive code with a pipe. Since: 0.1
 */
#define REBOUND_TYPE_NAIVE_PIPE (rebound_naive_pipe_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundNaivePipe, rebound_naive_pipe, REBOUND, NAIVE_PIPE, ReboundNaivePair)

/**
 * ReboundNaiveSocketpair:
 *
 * The naive code with a socketpair. Since: 0.1
 */
#define REBOUND_TYPE_NAIVE_SOCKETPAIR (rebound_naive_socketpair_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundNaiveSocketpair,
                      rebound_naive_socketpair,
                      REBOUND,
                      NAIVE_SOCKETPAIR,
                      ReboundNaivePair)

G_END_DECLS
