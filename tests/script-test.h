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

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScriptTest, script_test_free)

G_END_DECLS
