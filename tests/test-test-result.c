/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What several plays of a script come to: what is made up here, a script whose plays differ, is
 * what there is none of. */

#include "app/rebound-test-result.h"

#include <signal.h>
#include <string.h>

static char word[] = "a b.life";
static char key[] = "a b";
static const ReboundTestScript script = { word, key };

static ReboundTestPlay *
play_new (ReboundTestVerdict verdict, const char *events)
{
  ReboundTestPlay *play = rebound_test_play_new ();

  play->verdict = verdict;
  play->messages = g_strdup ("");
  play->events = g_bytes_new_static (events, strlen (events));
  return play;
}

static void
test_same (void)
{
  g_autoptr (ReboundTestResult) result = rebound_test_result_new (&script, 2);

  rebound_test_result_take (result, 2, play_new (REBOUND_TEST_AS_EXPECTED, "x:1\tone\n"));
  rebound_test_result_take (result, 1, play_new (REBOUND_TEST_AS_EXPECTED, "x:1\tone\n"));
  rebound_test_result_conclude (result, -1);
  g_assert_cmpint (result->verdict, ==, REBOUND_TEST_AS_EXPECTED);
  g_assert_cmpuint (result->play_number, ==, 1);
  g_assert_null (result->headline);
  g_assert_null (result->details);
}

/* Each was as expected, and so the script was not. */
static void
test_differs (void)
{
  g_autoptr (ReboundTestResult) result = rebound_test_result_new (&script, 3);
  g_autofree char *command = NULL;

  rebound_test_result_take (result, 1, play_new (REBOUND_TEST_AS_EXPECTED, "x:1\tone\nx:2\ttwo\n"));
  rebound_test_result_take (result, 3,
                            play_new (REBOUND_TEST_AS_EXPECTED, "x:1\tone\nx:2\tthree\nx:3\t-\n"));
  rebound_test_result_take (result, 2, play_new (REBOUND_TEST_AS_EXPECTED, "x:1\tfour\n"));
  rebound_test_result_conclude (result, -1);
  command = rebound_test_result_describe_command (result);
  g_assert_cmpint (result->verdict, ==, REBOUND_TEST_FLAKY);
  g_assert_cmpstr (result->headline, ==, "two plays of it differ");
  g_assert_cmpstr (result->details, ==, "play 1: x:2: two\nplay 3: x:2: three\n");
  g_assert_cmpstr (command, ==, "rebound test --repeat=3 'a b.life'");
}

static void
test_shorter (void)
{
  g_autoptr (ReboundTestResult) result = rebound_test_result_new (&script, 2);

  rebound_test_result_take (result, 1, play_new (REBOUND_TEST_AS_EXPECTED, "x:1\tone\n\tend\n"));
  rebound_test_result_take (result, 2, play_new (REBOUND_TEST_FAILED, "x:1\tone\n"));
  rebound_test_result_conclude (result, -1);
  g_assert_cmpint (result->verdict, ==, REBOUND_TEST_FLAKY);
  g_assert_cmpstr (result->details, ==, "play 1: end\nplay 2: (nothing more)\n");
  g_assert_cmpuint (result->play_number, ==, 2);
}

/* What ended before its end is not compared: it says nothing of what it would have been. */
static void
test_crashed (void)
{
  g_autoptr (ReboundTestResult) result = rebound_test_result_new (&script, 3);
  ReboundTestPlay *crashed = play_new (REBOUND_TEST_CRASHED, "x:1\tone\n");

  crashed->signal_number = SIGSEGV;
  rebound_test_result_take (result, 3, play_new (REBOUND_TEST_AS_EXPECTED, "x:1\tone\n\tend\n"));
  rebound_test_result_take (result, 2, crashed);
  rebound_test_result_take (result, 1, play_new (REBOUND_TEST_AS_EXPECTED, "x:1\tone\n\tend\n"));
  rebound_test_result_conclude (result, -1);
  g_assert_cmpint (result->verdict, ==, REBOUND_TEST_CRASHED);
  g_assert_cmpstr (result->headline, ==, "its process was ended by SIGSEGV, in play 2 of 3");
}

/* The first that was not as expected is told of, whichever ended first. */
static void
test_first (void)
{
  g_autoptr (ReboundTestResult) result = rebound_test_result_new (&script, 3);

  rebound_test_result_take (result, 3, play_new (REBOUND_TEST_TOO_LONG, ""));
  rebound_test_result_take (result, 1, play_new (REBOUND_TEST_AS_EXPECTED, "e"));
  rebound_test_result_take (result, 2, play_new (REBOUND_TEST_MISTAKEN, ""));
  rebound_test_result_conclude (result, G_USEC_PER_SEC);
  g_assert_cmpint (result->verdict, ==, REBOUND_TEST_MISTAKEN);
  g_assert_cmpuint (result->play_number, ==, 2);
}

/* Of as many plays as were asked for, the last was not to be. */
static void
test_interrupted (void)
{
  g_autoptr (ReboundTestResult) result = rebound_test_result_new (&script, 2);
  g_autoptr (ReboundTestResult) none = rebound_test_result_new (&script, 2);

  rebound_test_result_take (result, 1, play_new (REBOUND_TEST_AS_EXPECTED, "e"));
  rebound_test_result_conclude (result, -1);
  rebound_test_result_conclude (none, -1);
  g_assert_cmpint (result->verdict, ==, REBOUND_TEST_INTERRUPTED);
  g_assert_cmpstr (result->headline, ==, "interrupted");
  g_assert_cmpint (none->verdict, ==, REBOUND_TEST_INTERRUPTED);
  g_assert_cmpstr (none->headline, ==, "not played: interrupted");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/test-result/same", test_same);
  g_test_add_func ("/test-result/differs", test_differs);
  g_test_add_func ("/test-result/shorter", test_shorter);
  g_test_add_func ("/test-result/crashed", test_crashed);
  g_test_add_func ("/test-result/first", test_first);
  g_test_add_func ("/test-result/interrupted", test_interrupted);
  return g_test_run ();
}
