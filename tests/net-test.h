/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-run.h"
#include "net/rebound-linux-kernel.h"
#include "recording-sink.h"

G_BEGIN_DECLS

/* A run of a script in virtual time on the real kernel, with its events recorded. The process has
 * entered isolation. */
typedef struct
{
  ReboundRun *run;
  ReboundLinuxKernel *kernel;
  RecordingSink *sink;
} NetTest;

NetTest *net_test_new (const char *script);
void net_test_free (NetTest *self);

/* Puts an actor of the test's own under the script; it comes to life at launch. (transfer full) */
void net_test_add (NetTest *self, const char *name, gpointer actor);

/* The actor of that name, as it is now. (transfer none) */
gpointer net_test_find (NetTest *self, const char *name);

/* Plays, and asserts that all was as expected; shows the log where it was not. */
void net_test_play (NetTest *self);

/* What happened to the actors whose names are in @actors, between spaces: "TIME ACTOR: SENTENCE", a
 * line each. (transfer full) */
char *net_test_dup_story (NetTest *self, const char *actors);

/* The same of other groups than actors and sockets. (transfer full) */
char *net_test_dup_story_of (NetTest *self, ReboundEventGroup groups, const char *actors);

/* All of it at once, for tables: plays @script and compares the story. */
void net_test_play_story (const char *script, const char *actors, const char *expected);

/* Without a run: lets virtual time come, with what is due until then in @context. */
void net_test_come_to (ReboundClock *clock, GMainContext *context, gint64 time_usec);

/* A row of a table: a script, and what happens to the actors whose names are in @actors. */
typedef struct
{
  const char *name;
  const char *script;
  const char *actors;
  const char *story;
} NetTestStory;

/* A row of a table: a script that ends in an error, and how its message ends. */
typedef struct
{
  const char *name;
  const char *script;
  const char *message;
} NetTestRefusal;

/* Add a test for each row, FOLDER/NAME. @preamble stands before each script. (nullable) The rows
 * are to stay. */
void net_test_add_stories (const char *folder,
                           const char *preamble,
                           const NetTestStory *stories,
                           guint n_stories);
void net_test_add_stories_of (const char *folder,
                              const char *preamble,
                              ReboundEventGroup groups,
                              const NetTestStory *stories,
                              guint n_stories);
void net_test_add_refusals (const char *folder,
                            const char *preamble,
                            const NetTestRefusal *refusals,
                            guint n_refusals);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetTest, net_test_free)

G_END_DECLS
