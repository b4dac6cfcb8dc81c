/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What reporters say in the same words. */

#include "rebound-test-reporter.h"

char *
rebound_test_check_describe (const ReboundTestCheck *check)
{
  gboolean is_seen = check->seen != NULL && *check->seen != '\0';

  return g_strdup_printf ("line %s: %s%s%s", check->line, check->statement, is_seen ? "; " : "",
                          is_seen ? check->seen : "");
}
