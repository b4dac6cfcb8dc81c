/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "rebound-test-result.h"

G_BEGIN_DECLS

/* What is said at the end. */
typedef struct
{
  guint n_scripts;
  guint n_plays; /* of each */
  guint n_as_expected;
  guint n_played;
  guint n_expectations;
  guint n_failed; /* of them */
  gboolean is_interrupted;
  char **remarks; /* about the whole, or NULL */
} ReboundTestTotal;

/* A form of report. Whatever it can say at once of a script it writes at once, in the scripts'
 * order. */
typedef struct
{
  const char *name;

  /* What the others are called with. */
  gpointer (*begin) (FILE *stream);
  void (*take) (gpointer self, const ReboundTestResult *result);

  /* The last, which frees @self. */
  void (*end) (gpointer self, const ReboundTestTotal *total);

  /* Instead of all of them, where the machine cannot play. */
  void (*skip) (FILE *stream, const char *why);
} ReboundTestReporter;

extern const ReboundTestReporter rebound_test_summary;
extern const ReboundTestReporter rebound_test_tap;
extern const ReboundTestReporter rebound_test_junit;

/* A failed expectation in a line: "line 12: expect web.state == closed; web.state was “open”".
 * (transfer full) */
char *rebound_test_check_describe (const ReboundTestCheck *check);

G_END_DECLS
