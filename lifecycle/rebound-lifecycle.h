/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-macros.h"

G_BEGIN_DECLS

/**
 * rebound_lifecycle_init:
 * @error: return location for a #GError
 *
 * Makes known to scripts what lifecycle/ has to declare: application, database. A program that
 * calls rebound_net_init() need not call it.
 *
 * Returns: %TRUE unless a program has taken one of their names
 * Since: 0.1
 */
REBOUND_API gboolean rebound_lifecycle_init (GError **error);

/**
 * rebound_lifecycle_describe:
 *
 * What each word does in each state, from the tables that are played: a state diagram (Mermaid) and
 * tables, as Markdown with padded columns.
 *
 * Returns: (transfer full): the text, with a line end behind its last line
 * Since: 0.1
 */
REBOUND_API char *rebound_lifecycle_describe (void);

/**
 * rebound_profiles_describe:
 *
 * What differs from one system to the next, a column a profile, what is the same for all, and where
 * each figure comes from, as Markdown with padded columns.
 *
 * Returns: (transfer full): the text, with a line end behind its last line
 * Since: 0.1
 */
REBOUND_API char *rebound_profiles_describe (void);

G_END_DECLS
