/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What changes @before into @after, line by line, as diff -u has it; NULL where they are the same.
 * (transfer full) */
char *rebound_diff_describe (GBytes *before, GBytes *after);

G_END_DECLS
