/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-transition-private.h"

G_BEGIN_DECLS

/* Several applications on one phone: whom a word is for, and what it does to each. The device plays
 * it with real applications, the checker follows it with none. */

typedef struct
{
  const char *name; /* as the script calls it */
  ReboundLife life;
} ReboundTenant;

/* One application's part in what a word does: @word is to be looked up in its life. */
typedef struct
{
  guint who; /* among the tenants */
  const char *word;
} ReboundPart;

/* Where no application was named. */
#define REBOUND_PHONE_NOBODY G_MAXUINT

/* TRUE for words that are the phone's, and for what a person does to the application that is seen.
 */
gboolean rebound_phone_is_for_all (const char *word);
gboolean rebound_phone_is_for_front (const char *word);

/* The application that @word is for where @meant was named: the one in front for what a person does
 * to the application that is seen, the first where nobody was. */
guint rebound_phone_choose (GArray *tenants, guint meant, const char *word);

/* What @word, for @target, comes to, in order: an array of ReboundPart. What is the phone's is for
 * every application on it, and a memory warning where nobody is the target. NULL where it is not
 * possible, with REBOUND_ERROR_STATE. (transfer full) */
GArray *rebound_phone_plan (GArray *tenants, guint target, const char *word, GError **error);

/* Moves the tenants' lives on as the plan has it. */
void rebound_phone_follow (GArray *tenants, GArray *plan);

G_END_DECLS
