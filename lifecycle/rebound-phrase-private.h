/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-statement-private.h"

G_BEGIN_DECLS

/* A line's words with their variables replaced, read one after another: what the readers of the
 * statements have in common. Functions named require and read report what they miss. */

/* A word with its variables replaced. What a variable brings in is text: neither a '=' nor a '.' in
 * it splits the word. */
typedef struct
{
  char *text;
  char *source;                 /* as a script would write it */
  gboolean is_quoted;           /* some of it stood in quotes: it is no keyword and no name */
  gssize equals;                /* where in text the first '=' is that splits, or -1 */
  gssize dot;                   /* the same for '.' */
  ReboundPosition position;     /* of the word */
  ReboundPosition after_equals; /* of what stands behind the '=' */
  ReboundPosition after_dot;
} ReboundPhraseWord;

typedef struct
{
  GPtrArray *words; /* ReboundPhraseWord */
  guint next;       /* the word to be read next */
  ReboundDiagnostics *diagnostics;
} ReboundPhrase;

/* NULL where a variable is not set, or where the words get too long. */
ReboundPhrase *
rebound_phrase_new (GPtrArray *words, ReboundScope *scope, ReboundDiagnostics *diagnostics);
void rebound_phrase_free (ReboundPhrase *self);

/* The words from the next one on, joined by blanks. (transfer full) */
char *rebound_phrase_dup_source (ReboundPhrase *self);

/* NULL at the end. (transfer none) */
ReboundPhraseWord *rebound_phrase_peek (ReboundPhrase *self);
ReboundPhraseWord *rebound_phrase_next (ReboundPhrase *self);

/* Takes the next word if it is this keyword. */
gboolean rebound_phrase_take (ReboundPhrase *self, const char *keyword);

/* The next word, or NULL where there is none; then @expected says what should have followed. */
ReboundPhraseWord *rebound_phrase_require (ReboundPhrase *self, const char *expected);

/* Refuses words that are left over. @expected is what may stand there, for the message. */
gboolean rebound_phrase_finish (ReboundPhrase *self, const char *expected);

gboolean rebound_phrase_read_text (ReboundPhrase *self, const char *expected, ReboundText *text);

/* A name: @expected is how the grammar calls it. */
gboolean rebound_phrase_read_name (ReboundPhrase *self, const char *expected, ReboundText *name);

/* NAME.MEMBER, of which @expected is the grammar's spelling. */
gboolean rebound_phrase_read_member (ReboundPhrase *self,
                                     const char *expected,
                                     ReboundText *name,
                                     ReboundText *member);

gboolean rebound_phrase_read_duration (ReboundPhrase *self, gint64 *duration_usec);

/* NAME=VALUE … to the end of the line; a name may be given once. */
gboolean rebound_phrase_read_assignments (ReboundPhrase *self, GArray **assignments);

/* One NAME=VALUE. */
gboolean rebound_phrase_read_assignment (ReboundPhrase *self, ReboundAssignment *assignment);

/* A number from 1 to the greatest count there is, which stands at @position. */
gboolean rebound_phrase_parse_count (ReboundPhrase *self,
                                     const char *text,
                                     const ReboundPosition *position,
                                     guint *count);

gboolean rebound_phrase_word_is (ReboundPhraseWord *word, const char *keyword);

void rebound_text_clear (ReboundText *text);
void rebound_assignment_clear (gpointer assignment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundPhrase, rebound_phrase_free)

G_END_DECLS
