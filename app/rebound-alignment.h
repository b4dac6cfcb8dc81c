/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A stretch that two sequences have in common: @length from @a of the one and from @b of the
 * other. */
typedef struct
{
  guint a;
  guint b;
  guint length;
} ReboundCommon;

/* What two sequences of numbers have in common, in order: as much as there can be, unless they
 * differ so much that @is_rough (optional) is set. What is in none of the stretches was taken out
 * of
 * @a or put into @b. (transfer full) (element-type ReboundCommon) */
GArray *rebound_align (const guint *a, guint n_a, const guint *b, guint n_b, gboolean *is_rough);

G_END_DECLS
