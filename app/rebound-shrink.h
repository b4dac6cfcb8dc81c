/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Which of the candidates, each a script's text, fails in the way that is meant: the index of the
 * first, or -1. @is_bare: it is the text without its life. */
typedef int (*ReboundShrinkFunc) (GPtrArray *texts, gboolean is_bare, gpointer user_data);

/* The fewest and simplest statements that can be found that fail still, and do not without their
 * life; see rebound-life-script.h. @statements do. Of the script's own statements some may be left
 * out, and none is changed. As many candidates as @n_at_once are asked about together, which
 * changes nothing but the time that it takes. The result is the same each time. (transfer full) */
GPtrArray *
rebound_shrink (GPtrArray *statements, guint n_at_once, ReboundShrinkFunc func, gpointer user_data);

G_END_DECLS
