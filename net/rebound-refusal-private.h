/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "rebound-isolation.h"

G_BEGIN_DECLS

/* Why a machine does not let us have namespaces of our own, and what a person can do about it. */

/* The steps of rebound_isolation_enter(), in their order. */
typedef enum
{
  REBOUND_ISOLATION_STEP_COUNT_THREADS,
  REBOUND_ISOLATION_STEP_UNSHARE,
  REBOUND_ISOLATION_STEP_SETGROUPS,
  REBOUND_ISOLATION_STEP_UID_MAP,
  REBOUND_ISOLATION_STEP_GID_MAP,
  REBOUND_ISOLATION_STEP_SMALL_TABLES,
  REBOUND_ISOLATION_STEP_UNSHARE_AGAIN,
  REBOUND_ISOLATION_STEP_PIN,
  REBOUND_ISOLATION_STEP_SYSCTL,
  REBOUND_ISOLATION_STEP_LOOPBACK_UP,
  REBOUND_ISOLATION_STEP_ROUTES,
  REBOUND_ISOLATION_STEP_DROP_CAPABILITIES,
  REBOUND_ISOLATION_N_STEPS,
} ReboundIsolationStep;

/* What is known of the machine; a value of /proc/sys that it does not have is -1. */
typedef struct
{
  gint64 apparmor_restricts_userns; /* kernel.apparmor_restrict_unprivileged_userns */
  gint64 unprivileged_userns_clone; /* kernel.unprivileged_userns_clone, of Debian's kernels */
  gint64 max_user_namespaces;       /* user.max_user_namespaces */
  gint64 max_net_namespaces;        /* user.max_net_namespaces */
  gboolean is_chroot;
  gboolean is_container;
  gboolean has_seccomp_filter;
} ReboundIsolationFacts;

void rebound_isolation_facts_collect (ReboundIsolationFacts *facts);

/* REFUSED where @error_number at @step is the machine's no, FAILED where it is anything else. */
ReboundIsolationError rebound_refusal_classify (ReboundIsolationStep step, int error_number);

/* One line for a person: the step, the errno, the likeliest reason, what to do, and how to play
 * without isolation. A pure function of its arguments. @detail may be NULL. (transfer full) */
char *rebound_refusal_explain (ReboundIsolationStep step,
                               int error_number,
                               const ReboundIsolationFacts *facts,
                               const char *detail);

G_END_DECLS
