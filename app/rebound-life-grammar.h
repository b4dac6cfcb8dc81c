/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How likely each thing is in a random life, as data. */

/* A word of the lifecycle; 0 if none is called so. */
guint rebound_life_grammar_weigh_word (const char *word);

/* What an actor can do: an action of its type, as scripts call it, "kernel" and "application" too.
 * @is_peer: it is nobody's application's. 0: nobody does it of itself. */
guint rebound_life_grammar_weigh_action (const char *type, const char *action, gboolean is_peer);

/* How a peer can change in mid-run: a property and some of its values. */
typedef struct
{
  const char *type;
  const char *property;
  const char *values; /* with blanks between them */
} ReboundLifeSetting;

const ReboundLifeSetting *rebound_life_grammar_list_settings (guint *n_settings);

/* The values of a text that is an argument of an action, with blanks between them; NULL where there
 * are none. @type is as above. */
const char *rebound_life_grammar_get_texts (const char *type, const char *argument);

G_END_DECLS
