/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-param-specs.h"

G_BEGIN_DECLS

/**
 * rebound_value_is_scriptable:
 * @pspec: a property or parameter
 *
 * Returns: %TRUE for types that a script can write; %FALSE for objects, boxed types and pointers
 * Since: 0.1
 */
REBOUND_API gboolean rebound_value_is_scriptable (GParamSpec *pspec);

/**
 * rebound_value_to_string:
 * @pspec: what @value is a value of
 * @value: a value
 *
 * Returns: (transfer full): what a script would write, "" for a %NULL string
 * Since: 0.1
 */
REBOUND_API char *rebound_value_to_string (GParamSpec *pspec, const GValue *value);

/**
 * rebound_value_describe:
 * @pspec: a property or parameter
 *
 * Returns: (transfer full): what it takes: "a duration from 1us to 1d", "one of report, ignore,
 * retry" Since: 0.1
 */
REBOUND_API char *rebound_value_describe (GParamSpec *pspec);

G_END_DECLS
