/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <stdio.h>

G_BEGIN_DECLS

/* A report in JUnit's XML. Any text is good for any of it. */
typedef struct _ReboundJunit ReboundJunit;

typedef enum
{
  REBOUND_JUNIT_PASSED,
  REBOUND_JUNIT_FAILED,  /* what was tried was not as expected */
  REBOUND_JUNIT_ERROR,   /* it could not be tried to its end */
  REBOUND_JUNIT_SKIPPED, /* it was not tried */
} ReboundJunitOutcome;

/* A test case. */
typedef struct
{
  const char *class_name; /* what it is a case of */
  const char *name;
  gint64 time_usec; /* how long it took */
  ReboundJunitOutcome outcome;

  /* Unless it has passed: what kind of failure it is, in a word (not of one that was skipped), a
   * line on it, and the rest, or NULL. */
  const char *type;
  const char *message;
  const char *text;
} ReboundJunitCase;

ReboundJunit *rebound_junit_new (void);
void rebound_junit_free (ReboundJunit *self);

/* Between begin and end of a suite the others, in any order. @package is what names suites are
 * under. */
void rebound_junit_begin_suite (ReboundJunit *self, const char *name, const char *package);
void rebound_junit_add_property (ReboundJunit *self, const char *name, const char *value);
void rebound_junit_add_case (ReboundJunit *self, const ReboundJunitCase *test_case);

/* What it has said; @text is put behind what is there, as it is. */
void rebound_junit_add_output (ReboundJunit *self, const char *text);
void rebound_junit_add_error_output (ReboundJunit *self, const char *text);
void rebound_junit_end_suite (ReboundJunit *self, gint64 time_usec);

/* All suites that have ended. */
void rebound_junit_write (ReboundJunit *self, FILE *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundJunit, rebound_junit_free)

G_END_DECLS
