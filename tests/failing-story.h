/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "failing-calls.h"

G_BEGIN_DECLS

/* A row of a table: a system call that fails once while @script is played, and what happens then to
 * the actors whose names are in @actors. */
typedef struct
{
  FailingCall call;
  int error_number;
  const char *script;
  const char *actors;
  const char *story;
} FailingStory;

/* Adds a test for each row, FOLDER/fails/NUMBER. The rows are to stay. */
void failing_story_add (const char *folder, const FailingStory *stories, guint n_stories);

G_END_DECLS
