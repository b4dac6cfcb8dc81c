/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "lifecycle/rebound-run.h"

G_BEGIN_DECLS

/* Writes a random life while it is played. */
typedef struct _ReboundLifeAuthor ReboundLifeAuthor;

/* Gives @run a life of @n_steps steps and a recovery behind it, the same for the same @seed. @words
 * (nullable) are all that is done in it: words of the lifecycle, NAME.ACTION, NAME.PROPERTY. @notes
 * is where it is written down. Both must outlive the run. */
ReboundLifeAuthor *
rebound_life_author_new (ReboundRun *run, guint64 seed, guint n_steps, char **words, FILE *notes);
/* Does nothing in @run, and notes what is missing to a recovery where a life would be; a fault that
 * was made by a statement of its own is not seen. */
ReboundLifeAuthor *rebound_life_author_new_critic (ReboundRun *run, FILE *notes);

void rebound_life_author_free (ReboundLifeAuthor *self);

/* The statements that were written down, without those that were refused. (transfer full)
 * (element-type utf8) */
GPtrArray *rebound_life_author_read (GBytes *notes);

G_END_DECLS
