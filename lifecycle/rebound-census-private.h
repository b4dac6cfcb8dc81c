/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-clock.h"

G_BEGIN_DECLS

/* Whose sources are in a context? Asked only when something is wrong, to name the culprit. */

/* The name of a source with a timeout that is not the clock's, "“name” (due in 20ms)"; NULL if
 * there is none. (transfer full) */
char *rebound_census_name_timeout (ReboundClock *clock, GMainContext *context);

/* The source that is about to be dispatched, "“name”", or where there is none the clock's timer
 * that fired last; to be asked between g_main_context_check() and the dispatch. @user_data is what
 * its callback was given. (transfer full) */
char *rebound_census_name_ready (ReboundClock *clock, GMainContext *context, gpointer *user_data);

G_END_DECLS
