/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-duration.h"

G_BEGIN_DECLS

/* Durations and sizes as scripts write them: a decimal number and a unit that may not be left out.
 */

/* "64KiB" and the like to bytes. */
gboolean rebound_size_parse (const char *text, gint64 *bytes, char **problem);

/* The exact form that parses back to the same value, with as few digits as can be and then in the
 * greatest unit of which there is a whole one: 200000 → "200ms", 90000000 → "1.5min", 61000000 →
 * "61s", 0 → "0s". (transfer full) */
char *rebound_size_to_string (gint64 bytes);

/* The word of @words (NULL-terminated) nearest to @word, or NULL where none is near enough to be
 * meant (edit distance, at most a third of the letters), or they are longer than any name.
 * (transfer none) */
const char *rebound_nearest (const char *word, const char *const *words);

/* "; did you mean “retry”?" to put at the end of a message, "" where no word is near enough.
 * (transfer full) */
char *rebound_did_you_mean (const char *word, const char *const *words);

G_END_DECLS
