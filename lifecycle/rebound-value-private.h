/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-value.h"

G_BEGIN_DECLS

/* Between the words of a script and GValues, by the property's specification. */

/* Initialises @value with @pspec's value type and sets it from @text: numbers are decimal, booleans
 * yes and no, enumerations by nick, flags joined by '+', durations and sizes with their unit,
 * strings as they are. FALSE leaves @value unset, and @problem says what is wrong and what was
 * expected, the range or the nicks with the nearest one named. (transfer full) */
gboolean rebound_value_parse (GParamSpec *pspec, const char *text, GValue *value, char **problem);

/* TRUE where < and > make sense: numbers, durations, sizes. */
gboolean rebound_value_is_ordered (GParamSpec *pspec);

/* -1, 0, 1 for ordered types. */
int rebound_value_compare (GParamSpec *pspec, const GValue *a, const GValue *b);

G_END_DECLS
