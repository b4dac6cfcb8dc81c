/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A suite is a script, and its cases are its expectations, in the order in which they were held
 * against it; with one more for the play as a whole, which is what fails where none of them does.
 * They have the names and the times that `rebound run --output=junit` gives them. */

#include <string.h>

#include "rebound-checks.h"
#include "rebound-junit.h"
#include "rebound-test-reporter.h"

/* Names of suites are said to be under something. */
#define PACKAGE "rebound"

typedef struct
{
  ReboundJunit *junit;
  FILE *stream;
} Junit;

static gpointer
begin (FILE *stream)
{
  Junit *self = g_new0 (Junit, 1);

  self->junit = rebound_junit_new ();
  self->stream = stream;
  return self;
}

static void
add_check (ReboundJunit *junit, const char *word, const ReboundTestCheck *check)
{
  const ReboundJunitCase test_case = {
    .class_name = word,
    .name = check->name,
    .time_usec = check->since_usec,
    .outcome = check->is_met ? REBOUND_JUNIT_PASSED : REBOUND_JUNIT_FAILED,
    .type = "expectation",
    .message = check->seen,
  };

  rebound_junit_add_case (junit, &test_case);
}

/* What is said below the message. */
static char *
describe (const ReboundTestResult *result)
{
  GString *text = g_string_new (NULL);

  if (result->play != NULL)
    g_string_append (text, result->play->messages);
  if (result->details != NULL)
    g_string_append (text, result->details);
  return g_string_free (text, FALSE);
}

/* Expectations that have failed are told of as such; the play has, where it did not come to the
 * script's end. */
static ReboundJunitOutcome
get_outcome (const ReboundTestResult *result)
{
  switch (result->verdict)
    {
    case REBOUND_TEST_AS_EXPECTED:
      return REBOUND_JUNIT_PASSED;
    case REBOUND_TEST_FAILED:
      return result->play->problem == NULL ? REBOUND_JUNIT_PASSED : REBOUND_JUNIT_FAILED;
    case REBOUND_TEST_FLAKY:
    case REBOUND_TEST_CHANGED:
      return REBOUND_JUNIT_FAILED;
    case REBOUND_TEST_INTERRUPTED:
      return result->play == NULL ? REBOUND_JUNIT_SKIPPED : REBOUND_JUNIT_ERROR;
    default:
      return REBOUND_JUNIT_ERROR;
    }
}

static void
add_play (ReboundJunit *junit, const ReboundTestResult *result)
{
  g_autofree char *text = describe (result);
  gboolean is_broken_off = result->verdict == REBOUND_TEST_FAILED && result->play->problem != NULL;
  const ReboundJunitCase test_case = {
    .class_name = result->script->word,
    .name = REBOUND_CHECKS_RUN,
    .time_usec = result->play != NULL ? result->play->rest_usec : 0,
    .outcome = get_outcome (result),
    .type = rebound_test_verdict_to_nick (result->verdict),
    .message = is_broken_off ? result->play->problem : result->headline,
    .text = text,
  };

  rebound_junit_add_case (junit, &test_case);
}

static void
add_output (ReboundJunit *junit, const ReboundTestResult *result)
{
  g_autofree char *command = rebound_test_result_describe_command (result);
  GString *text = g_string_new (NULL);

  for (guint i = 0; result->play != NULL && i < result->play->why->len; i++)
    g_string_append_printf (text, "why: %s\n", (char *) result->play->why->pdata[i]);
  if (result->note != NULL)
    g_string_append_printf (text, "%s\n", result->note);
  if (result->verdict != REBOUND_TEST_AS_EXPECTED)
    g_string_append_printf (text, "play it again: %s\n", command);
  rebound_junit_add_output (junit, text->str);
  g_string_free (text, TRUE);
}

static void
add_about (ReboundJunit *junit, const char *name, const char *text)
{
  if (text != NULL && *text != '\0')
    rebound_junit_add_property (junit, name, text);
}

static void
take (gpointer data, const ReboundTestResult *result)
{
  Junit *self = data;
  const ReboundTestPlay *play = result->play;

  rebound_junit_begin_suite (self->junit, result->script->word, PACKAGE);
  if (play != NULL)
    {
      add_about (self->junit, "title", play->title);
      add_about (self->junit, "source", play->source);
      add_about (self->junit, "problem", play->field_problem);
    }
  for (guint i = 0; play != NULL && i < play->checks->len; i++)
    add_check (self->junit, result->script->word, play->checks->pdata[i]);
  add_play (self->junit, result);
  add_output (self->junit, result);
  rebound_junit_end_suite (self->junit, play != NULL ? MAX (play->virtual_usec, 0) : 0);
}

static void
finish (Junit *self)
{
  rebound_junit_write (self->junit, self->stream);
  rebound_junit_free (self->junit);
  g_free (self);
}

static void
end (gpointer self, const ReboundTestTotal *total)
{
  finish (self);
}

static void
skip (FILE *stream, const char *why)
{
  const ReboundJunitCase test_case = {
    .class_name = PACKAGE,
    .name = "this machine can play",
    .outcome = REBOUND_JUNIT_SKIPPED,
    .message = why,
  };
  Junit *self = begin (stream);

  rebound_junit_begin_suite (self->junit, PACKAGE, PACKAGE);
  rebound_junit_add_case (self->junit, &test_case);
  rebound_junit_end_suite (self->junit, 0);
  finish (self);
}

const ReboundTestReporter rebound_test_junit = { "junit", begin, take, end, skip };
