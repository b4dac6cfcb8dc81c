/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-actor.h"
#include "rebound-application.h"

G_BEGIN_DECLS

/* The lifecycle as data: what each word does in each state. The application and the device play
 * these rows, the checker follows them without playing, and --fill searches them. */

typedef struct
{
  ReboundCallback callback;
  ReboundApplicationState state; /* what the application's state reads in the callback */
} ReboundStep;

/* One word of the application in one state. A word has no row where it is not possible. */
typedef struct
{
  const char *words[2]; /* the word, and NULL: it comes to itself */
  ReboundApplicationState from;
  ReboundApplicationState to;
  guint n_steps;
  ReboundStep steps[3];
} ReboundTransition;

/* What decides, besides the application's state, what a word does: how things stand with the phone,
 * and how it is made. */
typedef enum
{
  REBOUND_LIFE_LOCKED = 1 << 0,
  REBOUND_LIFE_IN_FRONT = 1 << 1, /* the phone is locked, and this application was in front then */
  REBOUND_LIFE_LINK_DOWN = 1 << 2,
  REBOUND_LIFE_LOCK_RESIGNS = 1 << 3, /* a lock does not send to the background */
  REBOUND_LIFE_AWAKE = 1 << 4,        /* it is not suspended: a debugger is attached */
} ReboundLifeFlags;

#define REBOUND_LIFE_N_FLAGS 5

/* What is known of one application: the part of the lifecycle that the checker can follow ahead of
 * a run. */
typedef struct
{
  ReboundApplicationState state;
  guint flags; /* ReboundLifeFlags */
} ReboundLife;

/* What a person or the system does, for an application in one of the states @from (a mask) with all
 * of the flags @with and none of @without: the application's words that it comes to. A “suspend”
 * behind another word comes once nothing keeps the application awake. */
typedef struct
{
  const char *word;
  guint from;
  guint with, without;
  guint sets, clears;
  const char *words[4]; /* NULL-terminated, possibly empty */
} ReboundPlan;

const ReboundTransition *rebound_transitions (guint *n_transitions);
const ReboundPlan *rebound_plans (guint *n_plans);
const ReboundTransition *rebound_transition_find (const char *word, ReboundApplicationState from);

/* The application's words that @word of the device, or of the application itself, comes to in
 * @life; NULL where it is not possible. NULL-terminated, possibly empty. */
const char *const *rebound_life_plan (const ReboundLife *life, const char *word);

/* @life after @word, which must be possible. */
ReboundLife rebound_life_after (const ReboundLife *life, const char *word);

gboolean rebound_life_is_word (const char *word);

/* Every word, of the device or of an application, once; in the order of the tables. (transfer
 * none) (element-type utf8) */
GPtrArray *rebound_life_all_words (void);

/* "launch, lock" – every word that is possible in @life. (transfer full) */
char *rebound_life_list_words (const ReboundLife *life);

/* "active", "suspended, the phone is locked". (transfer full) */
char *rebound_life_to_string (const ReboundLife *life);

/* What an application is called where there is no other. */
#define REBOUND_LIFE_ANYBODY "the application"

/* Whether @word is possible; where it is not, REBOUND_ERROR_STATE with the state and the words that
 * are. The first asks the application alone, which knows nothing of a device's words. */
gboolean rebound_transition_check (ReboundApplicationState from, const char *word, GError **error);
gboolean
rebound_life_check (const ReboundLife *life, const char *who, const char *word, GError **error);

/* The fewest words that make @word possible from @life, for --fill; NULL where none do. (transfer
 * container) */
GPtrArray *rebound_life_fill (const ReboundLife *life, const char *word);

G_END_DECLS
