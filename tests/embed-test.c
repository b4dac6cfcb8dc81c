/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "embed-test.h"

#include <string.h>

static void
test_refused (gconstpointer data)
{
  const GError *error = data;

  if (g_error_matches (error, REBOUND_ISOLATION_ERROR, REBOUND_ISOLATION_ERROR_REFUSED))
    g_test_skip (error->message);
  else
    g_test_fail_printf ("%s", error->message);
}

gboolean
embed_test_enter (void)
{
  GError *error = NULL;

  if (rebound_isolation_enter (&error) && rebound_net_init (&error))
    return TRUE;
  g_test_add_data_func_full ("/isolation/entered", error, test_refused,
                             (GDestroyNotify) g_error_free);
  return FALSE;
}

ReboundRun *
embed_test_new_run (const char *script, ReboundKernel *kernel)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (script, strlen (script));
  g_autoptr (GError) error = NULL;
  ReboundRun *run
      = rebound_run_new_from_bytes (bytes, "test.life", NULL, REBOUND_CLOCK_VIRTUAL, &error);

  g_assert_no_error (error);
  rebound_run_set_kernel (run, kernel);
  return run;
}

void
embed_test_play (ReboundRun *run)
{
  g_autoptr (GError) error = NULL;
  ReboundRunStatus status = rebound_run_play (run, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status, ==, REBOUND_RUN_STATUS_AS_EXPECTED);
}
