/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel-test.h"

G_BEGIN_DECLS

/* What a socket that was taken away shows its application, and what its peer sees of it: one table,
 * held against the plain system calls in the suite kernel, and against net/rebound-reclaim. */

typedef enum
{
  TAKING_FIN, /* as REBOUND_RECLAIM_STYLE_FIN, and so on */
  TAKING_DEFUNCT,
  TAKING_DESTROY,
  TAKING_DISCONNECT, /* the half of defunct that shows why the other half is needed */
  TAKING_N_STYLES
} TakingStyle;

/* Takes the descriptor away; the test settles afterwards. */
typedef void (*TakingFunc) (int fd, TakingStyle style);

/* Adds a test for each cell of the first @n_styles styles, under @path ("/kernel/reclaim"). */
void taking_test_add (const char *path, TakingFunc take, guint n_styles);

/* The listener that @fd is, as diagnosis knows it. */
RawIdentity taking_test_identify_listener (int fd);

G_END_DECLS
