/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a run ends, and what it needs of its kernel. */

#include "script-test.h"

#include <string.h>

#include "fake-kernel.h"

static void
test_summary (void)
{
  g_autoptr (ScriptTest) test = script_test_run (
      "bell b every=1s\nwait b.rang count=3\nexpect b.rung == 4\nexpect b.rung == 5");
  const ReboundSummary *summary = recording_sink_get_summary (test->sink);

  g_test_summary ("The summary says how far it got, how much there was, and how it ended");

  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_FAILED);
  g_assert_error (test->error, REBOUND_ERROR, REBOUND_ERROR_ACTION);
  g_assert_cmpstr (test->error->message, ==, "2 of 3 expectations failed");
  g_assert_nonnull (summary);
  g_assert_cmpint (summary->virtual_usec, ==, 3 * G_USEC_PER_SEC);
  g_assert_cmpint (summary->wall_usec, >=, 0);
  g_assert_cmpuint (summary->n_events, ==, recording_sink_get_events (test->sink)->len);
  g_assert_cmpuint (summary->n_expectations, ==, 3);
  g_assert_cmpuint (summary->n_failed, ==, 2);
  g_assert_cmpint (summary->status, ==, 1);
  g_assert_null (summary->problem);
}

static void
test_summary_of_problem (void)
{
  g_autoptr (ScriptTest) test = script_test_run ("bell b\nb.crack");
  const ReboundSummary *summary = recording_sink_get_summary (test->sink);

  g_test_summary ("What ended the script early is the summary's problem");

  g_assert_cmpstr (summary->problem, ==, test->error->message);
  g_assert_cmpint (summary->status, ==, 1);
}

static void
test_kernel (void)
{
  g_autoptr (ScriptTest) test = script_test_new (
      "set device time-wait=30s rebind-rule=new\nlaunch\nexpect app.state == active");
  g_autoptr (FakeKernel) kernel = fake_kernel_new ();

  g_test_summary ("A kernel is started, told of the device's profile and each change, and stopped");

  rebound_run_set_kernel (test->run, REBOUND_KERNEL (kernel));
  g_assert_true (rebound_run_check (test->run, NULL));
  g_assert_cmpuint (kernel->n_started, ==, 0);
  script_test_play (test);
  g_assert_no_error (test->error);
  g_assert_cmpuint (kernel->n_started, ==, 1);
  g_assert_cmpuint (kernel->n_stopped, ==, 1);
  g_assert_cmpint (kernel->time_wait_usec, ==, 30 * G_USEC_PER_SEC);
  g_assert_cmpint (kernel->rule, ==, REBOUND_REBIND_RULE_NEW);
}

static void
test_kernel_defaults (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch");
  g_autoptr (FakeKernel) kernel = fake_kernel_new ();

  g_test_summary ("Without a word in the script it is Linux that is played");

  rebound_run_set_kernel (test->run, REBOUND_KERNEL (kernel));
  script_test_play (test);
  g_assert_cmpint (kernel->time_wait_usec, ==, 60 * G_USEC_PER_SEC);
  g_assert_cmpint (kernel->rule, ==, REBOUND_REBIND_RULE_BOTH);
}

static void
test_kernel_refuses (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch");
  g_autoptr (FakeKernel) kernel = fake_kernel_new ();

  g_test_summary ("A kernel that cannot be had is nobody's failed expectation: status 99");

  kernel->fails_start = TRUE;
  rebound_run_set_kernel (test->run, REBOUND_KERNEL (kernel));
  script_test_play (test);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_INTERNAL);
  g_assert_error (test->error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpint (recording_sink_get_summary (test->sink)->status, ==, 99);
}

static void
test_broken_fence (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch");
  g_autoptr (FakeKernel) kernel = fake_kernel_new ();

  g_test_summary ("Nor is a fence that fails: status 99, at the statement's place");

  kernel->fails_fence = TRUE;
  rebound_run_set_kernel (test->run, REBOUND_KERNEL (kernel));
  script_test_play (test);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_INTERNAL);
  g_assert_cmpstr (test->error->message, ==, "t.life:1:1: the fence is down (ENETDOWN)");
  g_assert_cmpuint (kernel->n_stopped, ==, 1);
}

static gboolean
interrupt (gpointer user_data)
{
  rebound_run_interrupt (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_interrupt (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nafter 1h");
  g_autoptr (GSource) source = g_idle_source_new ();

  g_test_summary ("An interruption ends the run: status 130, every life ended");

  g_source_set_callback (source, interrupt, test->run, NULL);
  g_source_attach (source, rebound_site_get_context (rebound_run_get_world (test->run)));
  script_test_play (test);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_INTERRUPTED);
  g_assert_error (test->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (test->error->message, ==, "t.life:1:1: interrupted");
}

static void
test_interrupt_in_statement (void)
{
  g_autoptr (ScriptTest) whole = script_test_run ("launch\nhome\nafter 1s");
  g_autoptr (ScriptTest) test = script_test_new ("launch\nhome\nafter 1s");
  g_autofree char *whole_log = recording_sink_dup_log (whole->sink, RECORDING_ALL_GROUPS);
  g_autofree char *log = NULL;

  g_test_summary ("In the midst of a statement: what is told is how the whole run begins");

  /* Between this and the suspension everybody has a turn, and now nobody has. */
  g_signal_connect_swapped (rebound_run_get_application (test->run), "did-enter-background",
                            G_CALLBACK (interrupt), test->run);
  script_test_play (test);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_INTERRUPTED);
  log = recording_sink_dup_log (test->sink, RECORDING_ALL_GROUPS);
  g_assert_true (g_str_has_prefix (whole_log, log));
  g_assert_true (g_str_has_suffix (log, " app did-enter-background\n"));
}

static void
test_wall_limit (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nafter 1h");

  g_test_summary ("The machine's time is over: the script failed, status 1");

  rebound_run_set_wall_limit (test->run, 0);
  script_test_play (test);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_FAILED);
  g_assert_error (test->error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run-end/summary", test_summary);
  g_test_add_func ("/run-end/summary-of-problem", test_summary_of_problem);
  g_test_add_func ("/run-end/kernel", test_kernel);
  g_test_add_func ("/run-end/kernel-defaults", test_kernel_defaults);
  g_test_add_func ("/run-end/kernel-refuses", test_kernel_refuses);
  g_test_add_func ("/run-end/broken-fence", test_broken_fence);
  g_test_add_func ("/run-end/interrupt", test_interrupt);
  g_test_add_func ("/run-end/interrupt-in-statement", test_interrupt_in_statement);
  g_test_add_func ("/run-end/wall-limit", test_wall_limit);
  return g_test_run ();
}
