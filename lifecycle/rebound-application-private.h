/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-application.h"

G_BEGIN_DECLS

/* Called at launch, before the first callback, to make the actors anew and add them. What was there
 * is dropped first. */
typedef void (*ReboundPopulateFunc) (ReboundApplication *self, gpointer user_data);

void rebound_application_set_populate (ReboundApplication *self,
                                       ReboundPopulateFunc populate,
                                       gpointer user_data);

/* Lets time pass while the application is busy; FALSE where it cannot. */
typedef gboolean (*ReboundPassTimeFunc) (gint64 duration_usec, gpointer user_data);

void rebound_application_set_pass_time (ReboundApplication *self,
                                        ReboundPassTimeFunc pass_time,
                                        gpointer user_data);

/* FALSE, with REBOUND_ERROR_STATE, while a word is being performed: a callback cannot perform
 * another. */
gboolean
rebound_application_is_between_words (ReboundApplication *self, const char *word, GError **error);

/* Abandons the actors without a word or a callback: the end of a run. */
void rebound_application_drop_actors (ReboundApplication *self);

G_END_DECLS
