/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bell.h"
#include "lifecycle/rebound-run.h"
#include "recording-sink.h"

G_BEGIN_DECLS

/* A run of a script, called t.life, in virtual time, without sockets, with its events recorded. The
 * script may use bells. */
typedef struct
{
  ReboundRun *run;
  RecordingSink *sink;
  ReboundRunStatus status;
  GError *error;
} ScriptTest;

ScriptTest *script_test_new (const char *script);
void script_test_free (ScriptTest *self);

/* Plays it; status and error say how it went. */
void script_test_play (ScriptTest *self);

/* Both at once. */
ScriptTest *script_test_run (const char *script);

/* A line each for expectations and for what ended the script: "TIME met", "TIME failed: WHAT WAS
 * SEEN", then "status N[: MESSAGE]". (transfer full) */
char *script_test_dup_outcome (ScriptTest *self);

/* Plays @script and asserts that this is its outcome. */
void script_test_check (const char *script, const char *outcome);

/* The same for each of a table. */
typedef struct
{
  const char *script;
  const char *outcome;
} ScriptTestCase;

void script_test_check_all (const ScriptTestCase *cases, gsize n_cases);

/* Deletes @file, and if it is a folder all that is in it. */
void script_test_delete_tree (GFile *file);

/* What was seen of applications, phone and bells, after “print ---” if the script has it: a line an
 * event, "TIME ACTOR KIND VALUE…". Expectations that failed are lines too, and so is a status other
 * than 0. (transfer full) */
char *script_test_dup_life (ScriptTest *self);

/* Plays the script and asserts that this was seen. With the first a test can do something to the
 * run before. */
void script_test_play_and_check_life (ScriptTest *self, const char *life);
void script_test_check_life (const char *script, const char *life);

/* The words that are possible in a state, as messages list them. */
#define NOT_RUNNING_WORDS "launch, launch background=yes, lock, reboot, network-down"
#define ACTIVE_WORDS                                                                               \
  "resign-active, memory-warning, kill, crash, home, open-other, lock, interrupt, app-switcher, "  \
  "reboot, network-down"
#define SUSPENDED_WORDS                                                                            \
  "resume, wake, kill, crash, open, lock, swipe-kill, reboot, reclaim-sockets, network-down"
#define LOCKED_WORDS "resume, wake, kill, crash, unlock, reboot, reclaim-sockets, network-down"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScriptTest, script_test_free)

G_END_DECLS
