/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-test-result.h"

G_BEGIN_DECLS

/* A folder of logs as they are to be. */
typedef struct _ReboundTestGolden ReboundTestGolden;

/* With @update a log that has changed is written anew; else never. */
ReboundTestGolden *rebound_test_golden_new (const char *folder, gboolean update);
void rebound_test_golden_free (ReboundTestGolden *self);

/* FALSE where two of the scripts would have the same log. */
gboolean rebound_test_golden_claim (ReboundTestGolden *self, GPtrArray *scripts, GError **error);

/* Holds the log of a script that was played as expected against its golden one, or writes that.
 * FALSE where it could not be written. */
gboolean
rebound_test_golden_check (ReboundTestGolden *self, ReboundTestResult *result, GError **error);

/* The logs in the folder that are none of the scripts'. (transfer full) */
GPtrArray *rebound_test_golden_list_stale (ReboundTestGolden *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTestGolden, rebound_test_golden_free)

G_END_DECLS
