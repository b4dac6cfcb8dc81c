/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Appends @text, of any bytes and any length (-1: to its end), as a person may see it: what would
 * steer a terminal stands there as an escape, such as \x1B. Lines stay lines. */
void rebound_visible_append (GString *out, const char *text, gssize length);

/* The same by itself. (transfer full) */
char *rebound_visible_dup (const char *text);

/* What becomes of a text's lines in a report. */
typedef enum
{
  REBOUND_LINES_SHOWN, /* it is one line: where it had ended there is a sign */
  REBOUND_LINES_KEPT,  /* line feeds and tabs stay what they are */
} ReboundLines;

/* @text as valid UTF-8, with a sign, such as ␛ or <U+202E>, for each character that would do
 * something where it is meant to be read. (transfer full) */
char *rebound_visible_text (const char *text, ReboundLines lines);

G_END_DECLS
