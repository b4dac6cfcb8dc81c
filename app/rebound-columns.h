/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many columns a terminal has, 40 at least; 0 where @fd is none, or does not say. */
glong rebound_columns_of_terminal (int fd);

/* How many columns a terminal needs for @text, a line of good UTF-8 (-1: to its end). */
glong rebound_columns_measure (const char *text, gssize length);

/* Appends a line of good UTF-8 that begins in column @at, from 0. What does not fit into @columns
 * goes on in the next line behind an indent, from a word on, or within one that is longer than a
 * line. With 0 columns it stays one line. */
void rebound_columns_append (GString *out, const char *text, glong at, glong indent, glong columns);

G_END_DECLS
