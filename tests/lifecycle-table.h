/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-application.h"

G_BEGIN_DECLS

/* What each word does in each situation, as the documents say it. Of the program it knows nothing
 * but the names of the states. */

#define LIFECYCLE_TABLE_N_STATES 5

/* All that decides what a word does, for an application that holds no background task on a phone
 * without a passcode. */
typedef struct
{
  ReboundApplicationState state;
  gboolean locked;
  gboolean in_front; /* when the phone was locked, the application was the one in front */
  gboolean link_down;
  gboolean lock_resigns; /* lock-means=resign, which is iOS 4's */
  gboolean debugger;     /* the application is never suspended of itself */
} Situation;

/* "not-running", "active" … */
const char *lifecycle_table_name_state (ReboundApplicationState state);

guint lifecycle_table_get_n_words (void);

/* A word as it stands in a script: "home", "launch background=yes". The first so many are the
 * application's own, which the phone's lock is nothing to. */
const char *lifecycle_table_get_word (guint word);
gboolean lifecycle_table_is_own_word (guint word);

/* What is seen from outside, and the state that it comes to, "RA(active) EB(background) freeze >
 * suspended": callbacks with the state that reads in them; freeze, thaw and gone are suspending,
 * resuming and dying, of which the application is not told. NULL: the word is refused. (transfer
 * full) */
char *lifecycle_table_play (const Situation *situation, guint word);

gboolean lifecycle_table_allows (const Situation *situation, guint word);

/* Where @word, which must be possible, leads to. */
Situation lifecycle_table_follow (const Situation *situation, guint word);

/* The words that are possible, sorted, "home, kill, lock". With @own_only those of the application
 * itself. (transfer full) */
char *lifecycle_table_list_possible (const Situation *situation, gboolean own_only);

/* "active, locked, in front, link down", for whoever reads of a failure. (transfer full) */
char *lifecycle_table_describe (const Situation *situation);

/* Every situation that can come to be, by number; FALSE where none has @number or it cannot:
 * whoever has died is not in front any more. */
#define LIFECYCLE_TABLE_N_NUMBERS (LIFECYCLE_TABLE_N_STATES * 32)
gboolean lifecycle_table_get_situation (guint number, Situation *situation);

G_END_DECLS
