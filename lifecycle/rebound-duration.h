/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-macros.h"

G_BEGIN_DECLS

/**
 * rebound_duration_parse:
 * @text: a decimal number and a unit (us, ms, s, min, h, d) that may not be left out: "1.5s",
 * "200ms"
 * @usec: (out): microseconds, 0 or more
 * @problem: (out) (transfer full): what is wrong and what was expected, where it is none
 *
 * Returns: %TRUE if @text is a duration
 * Since: 0.1
 */
REBOUND_API gboolean rebound_duration_parse (const char *text, gint64 *usec, char **problem);

/**
 * rebound_duration_to_string:
 * @usec: microseconds
 *
 * Returns: (transfer full): the shortest exact form that parses back: 200000 is "200ms", 61000000
 * is "61s" Since: 0.1
 */
REBOUND_API char *rebound_duration_to_string (gint64 usec);

G_END_DECLS
