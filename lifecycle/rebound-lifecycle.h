/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-macros.h"

G_BEGIN_DECLS

/**
 * rebound_lifecycle_init:
 * @error: return location for a #GError
 *
 * Makes the actors of lifecycle/ known to scripts: database. A program that calls
 * rebound_net_init() need not call it.
 *
 * Returns: %TRUE unless a program has taken one of their names
 * Since: 0.1
 */
REBOUND_API gboolean rebound_lifecycle_init (GError **error);

G_END_DECLS
