/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An expectation or a wait of a script, and what came of it. */
typedef struct
{
  gboolean is_met;
  char *name; /* of no other of the script's */
  char *statement;
  char *line;        /* "12", "part.life:12" */
  char *seen;        /* NULL where it was met */
  gint64 since_usec; /* of the run's time, since the one before */
} ReboundTestCheck;

/* How a play ended. */
typedef enum
{
  REBOUND_TEST_AS_EXPECTED,
  REBOUND_TEST_FAILED,      /* an expectation did, or what was waited for did not come */
  REBOUND_TEST_MISTAKEN,    /* the script has mistakes; nothing was played */
  REBOUND_TEST_LACKING,     /* the machine lacks something */
  REBOUND_TEST_BROKEN,      /* a rule of the simulator was broken */
  REBOUND_TEST_CRASHED,     /* a signal ended the process */
  REBOUND_TEST_TOO_LONG,    /* it was killed after its time */
  REBOUND_TEST_INTERRUPTED, /* it was killed, because the whole was interrupted; or not begun */
  REBOUND_TEST_FLAKY,       /* of a script: two plays of it differ */
  REBOUND_TEST_CHANGED,     /* of a script: its log is not the golden one */
} ReboundTestVerdict;

/* What a play in a process of its own has left. */
typedef struct
{
  ReboundTestVerdict verdict;
  int signal_number; /* of one that crashed */
  GPtrArray *checks; /* ReboundTestCheck */
  GPtrArray *why;    /* char *: the explanations */
  char *title;       /* what the script says of itself, or NULL: see ReboundAbout */
  char *source;
  char *field_problem;
  char *problem;       /* why it ended before its script's end, or NULL */
  char *messages;      /* what it has said on standard error, mistakes say; bytes */
  gint64 virtual_usec; /* how far its clock got; -1 where it was not there at its end */
  gint64 rest_usec;    /* of that, since the last expectation */
  GBytes *log;         /* what people read of it, or NULL; see rebound-test-golden.h */
  GBytes *events;      /* everything, for a comparison of two plays, or NULL */
  GBytes *notes;       /* what was noted by who has loaded it */
} ReboundTestPlay;

ReboundTestPlay *rebound_test_play_new (void);
void rebound_test_play_free (ReboundTestPlay *self);

guint rebound_test_play_count_failed (const ReboundTestPlay *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTestPlay, rebound_test_play_free)

G_END_DECLS
