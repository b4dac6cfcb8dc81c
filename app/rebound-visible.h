/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends @text, of any bytes and any length (-1: to its end), as a person may see it: what would
 * steer a terminal stands there as an escape, such as \x1B. Lines stay lines. */
void rebound_visible_append (GString *out, const char *text, gssize length);

/* The same by itself. (transfer full) */
char *rebound_visible_dup (const char *text);

G_END_DECLS
