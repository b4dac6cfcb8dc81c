/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-test-job.h"
#include "rebound-test-progress.h"
#include "rebound-test-result.h"

G_BEGIN_DECLS

/* Plays scripts side by side, and hands over what came of them in the scripts' order. */
typedef struct _ReboundTestPool ReboundTestPool;

/* @result is the function's. (transfer full: result) */
typedef void (*ReboundTestPoolFunc) (ReboundTestResult *result, gpointer user_data);

/* From here on the signals by which a person or a system ends a program are the pool's. */
ReboundTestPool *
rebound_test_pool_new (guint n_jobs, guint n_plays, const ReboundTestJobSettings *settings);
void rebound_test_pool_free (ReboundTestPool *self);

/* From the next round on each script is played so often; more than one of its plays are compared.
 */
void rebound_test_pool_repeat (ReboundTestPool *self, guint n_plays);

/* Finds out whether this machine can play: 0, or an exit status after a complaint; @why is then
 * what it lacks. */
int rebound_test_pool_probe (ReboundTestPool *self, char **why);

/* Returns 0, 130 where it was interrupted (each script has a result all the same), or 99 after a
 * complaint. */
int rebound_test_pool_run (ReboundTestPool *self,
                           GPtrArray *scripts,
                           ReboundTestProgress *progress,
                           ReboundTestPoolFunc func,
                           gpointer user_data);

/* As many as the CPUs that this process may use. */
guint rebound_test_pool_count_cpus (void);

G_END_DECLS
