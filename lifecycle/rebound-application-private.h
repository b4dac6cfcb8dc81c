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

/* Abandons the actors without a word or a callback: the end of a run. */
void rebound_application_drop_actors (ReboundApplication *self);

G_END_DECLS
