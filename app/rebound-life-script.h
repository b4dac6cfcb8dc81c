/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-run.h"

G_BEGIN_DECLS

/* A script as a list of statements that can be taken out, put in and written down again: each a
 * line of its own, but for a repeat, which is all of its lines. */
typedef struct
{
  char *text;
  gboolean is_life; /* it was put in, and was not in the script */
} ReboundLifeStatement;

/* (transfer full) (element-type ReboundLifeStatement) */
GPtrArray *rebound_life_script_new (void);

/* The statements of a script that was loaded, which is without mistakes; comments and includes are
 * resolved, and where a variable has a value of @variables ("NAME=VALUE", nullable) its “let” has
 * it. (transfer full) */
GPtrArray *rebound_life_script_split (ReboundRun *run, char **variables);

/* Before which of them a life is played: the first “eventually”, or the end. */
guint rebound_life_script_find_place (GPtrArray *statements);

/* Puts one in before the one at @index, or behind all (-1). (transfer full: text) */
void rebound_life_script_insert (GPtrArray *statements, int index, char *text, gboolean is_life);
const char *rebound_life_script_get_text (GPtrArray *statements, guint index);

/* The text of a script. (transfer full) */
char *rebound_life_script_join (GPtrArray *statements);

/* The same without the life that was put in. (transfer full) */
char *rebound_life_script_join_bare (GPtrArray *statements);

/* The words of a statement, quotes kept. (transfer full) */
GStrv rebound_life_script_split_words (const char *statement);

/* (transfer full) */
GPtrArray *rebound_life_script_copy (GPtrArray *statements);

G_END_DECLS
