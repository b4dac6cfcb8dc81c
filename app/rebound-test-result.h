/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-test-list.h"
#include "rebound-test-play.h"

G_BEGIN_DECLS

/* What came of a script, of all its plays together. */
typedef struct
{
  const ReboundTestScript *script;
  guint n_plays; /* that are to be */
  guint n_done;
  ReboundTestVerdict verdict;
  ReboundTestPlay *play; /* the first that was not as expected, or the first */
  guint play_number;     /* of it, from 1; 0: there was none */
  char *headline;        /* what is wrong, in some words, or NULL */
  char *details;         /* lines, which of them differ say, or NULL; bytes */
  char *note;            /* what else is to be said, or NULL */

  /* What the other plays are held against. */
  GBytes *events;
  guint events_number;
} ReboundTestResult;

ReboundTestResult *rebound_test_result_new (const ReboundTestScript *script, guint n_plays);
void rebound_test_result_free (ReboundTestResult *self);

/* Takes the play @number, from 1; they come in any order. @limit_usec is what it was allowed.
 * (transfer full: play) */
void rebound_test_result_take (ReboundTestResult *self, guint number, ReboundTestPlay *play);

/* When all plays are done, or no more will be: says what is wrong. */
void rebound_test_result_conclude (ReboundTestResult *self, gint64 limit_usec);

/* The command that plays it again. (transfer full) */
char *rebound_test_result_describe_command (const ReboundTestResult *self);

/* "as-expected", "failed", …: a word for machines. */
const char *rebound_test_verdict_to_nick (ReboundTestVerdict verdict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTestResult, rebound_test_result_free)

G_END_DECLS
