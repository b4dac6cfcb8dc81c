/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-clock.h"

G_BEGIN_DECLS

/* Whose sources are in a context? Asked only when something is wrong, to name the culprit. */

/* The name of a source with a timeout that is not the clock's, "“name” (due in 20ms)"; NULL if
 * there is none. (transfer full) */
char *rebound_census_name_timeout (ReboundClock *clock, GMainContext *context);

/* A source of @context that is not the clock's and whose callback was given @object; NULL if there
 * is none. (transfer none) */
GSource *rebound_census_find_source_of (GMainContext *context, GObject *object);

/* The names of all sources that are not the clock's, "“a”, “b”". (transfer full) */
char *rebound_census_list_names (ReboundClock *clock, GMainContext *context);

G_END_DECLS
