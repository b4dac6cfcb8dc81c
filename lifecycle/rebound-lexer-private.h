/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-script-private.h"

G_BEGIN_DECLS

/* Bytes to lines of words, the lower half of reading a script. */

/* U+FEFF, which some editors put before the first character; it is no part of the text. */
#define REBOUND_BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* One statement's worth of words: a line, or several that a backslash joins. */
typedef struct
{
  GPtrArray *words;   /* ReboundWord, at least one */
  gboolean is_broken; /* it has a mistake: the words are what could be made of it */
} ReboundLine;

/* Reads all of @bytes. Lines without a word are left out. Every mistake is added to @diagnostics;
 * @file is interned. (transfer full) (element-type ReboundLine) */
GPtrArray *rebound_lexer_read (GBytes *bytes, const char *file, ReboundDiagnostics *diagnostics);

/* The text of a word without variables, as it is meant; NULL where it has one. (transfer full) */
char *rebound_word_dup_literal (ReboundWord *word);

/* TRUE for @text standing bare, without quotes and variables: a keyword. */
gboolean rebound_word_is_bare (ReboundWord *word, const char *text);

/* TRUE for [a-z][a-z0-9-]* */
gboolean rebound_name_is_valid (const char *text);

G_END_DECLS
