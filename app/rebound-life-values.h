/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-run.h"
#include "rebound-dice.h"

G_BEGIN_DECLS

/* Values for a random life: how long to wait, what to give an action. */
typedef struct _ReboundLifeValues ReboundLifeValues;

/* Looks at the actors that there are now, for the times that they have. */
ReboundLifeValues *rebound_life_values_new (ReboundRun *run, ReboundDice *dice);
void rebound_life_values_free (ReboundLifeValues *self);

/* (transfer full) */
char *rebound_life_values_draw_duration (ReboundLifeValues *self);

/* Appends " NAME=VALUE" for some of the arguments of an action, which is one of @type. */
void rebound_life_values_append_arguments (ReboundLifeValues *self,
                                           const char *type,
                                           guint action,
                                           GString *line);

/* One of some words with blanks between them. (transfer full) */
char *rebound_life_values_pick (ReboundLifeValues *self, const char *words);

/* What a script calls the type of an object. (transfer none) */
const char *rebound_life_values_get_type (ReboundRun *run, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundLifeValues, rebound_life_values_free)

G_END_DECLS
