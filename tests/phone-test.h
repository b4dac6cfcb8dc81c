/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle-table.h"
#include "lifecycle/rebound-device.h"

G_BEGIN_DECLS

/* A phone with an application, without a run, and what is seen of them from outside. */

typedef struct
{
  ReboundClock *clock;
  ReboundSite *site;
  ReboundApplication *application;
  ReboundDevice *device;
  GString *seen; /* as lifecycle_table_play() has it */
  gboolean context_is_gone;
  Situation situation; /* where it stands by the table */
} PhoneTest;

void phone_test_init (PhoneTest *self);

/* Asserts that nothing is left over. */
void phone_test_clear (PhoneTest *self);

/* Sets a property of the device as a script would: by the nick of its value, or yes or no. */
void phone_test_set (PhoneTest *self, const char *property, const char *value);

/* Performs words, separated by ", ", that must all be possible. */
void phone_test_do (PhoneTest *self, const char *words);

void phone_test_bring_to (PhoneTest *self, const Situation *situation);

/* Performs the table's @word, possible or not, asserts that what is seen, the state, the lock and
 * the refusal are the table's, and goes on to where it leads. */
void phone_test_check_word (PhoneTest *self, guint word);

/* Asserts that a refusal says where the application stands, with the table's words. */
void phone_test_check_refusal (const Situation *situation,
                               const char *word,
                               gboolean own_only,
                               const GError *error);

G_END_DECLS
