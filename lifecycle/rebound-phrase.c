/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Statements are read from left to right, a word at a time, and most of what can be wrong with one
 * is wrong with a single word: it is missing, left over, no name, no number. Those are told here,
 * in the same words whatever the statement. */

#include "rebound-phrase-private.h"

#include "rebound-lexer-private.h"
#include "rebound-units-private.h"

#include <string.h>

/* What repeat and count= take by the language: more than a script can mean, and few enough that a
 * slip of the keyboard comes to an end. */
#define COUNT_MAXIMUM 1000000

void
rebound_text_clear (ReboundText *text)
{
  g_clear_pointer (&text->text, g_free);
}

void
rebound_assignment_clear (gpointer assignment)
{
  ReboundAssignment *self = assignment;

  rebound_text_clear (&self->name);
  rebound_text_clear (&self->value);
}

char *
rebound_phrase_dup_source (ReboundPhrase *self)
{
  GString *source = g_string_new (NULL);

  for (guint i = self->next; i < self->words->len; i++)
    {
      ReboundPhraseWord *word = g_ptr_array_index (self->words, i);

      g_string_append_printf (source, "%s%s", i == self->next ? "" : " ", word->source);
    }
  return g_string_free (source, FALSE);
}

ReboundPhraseWord *
rebound_phrase_peek (ReboundPhrase *self)
{
  return self->next < self->words->len ? g_ptr_array_index (self->words, self->next) : NULL;
}

ReboundPhraseWord *
rebound_phrase_next (ReboundPhrase *self)
{
  ReboundPhraseWord *word = rebound_phrase_peek (self);

  if (word != NULL)
    self->next++;
  return word;
}

gboolean
rebound_phrase_word_is (ReboundPhraseWord *word, const char *keyword)
{
  return word != NULL && !word->is_quoted && g_str_equal (word->text, keyword);
}

gboolean
rebound_phrase_take (ReboundPhrase *self, const char *keyword)
{
  if (!rebound_phrase_word_is (rebound_phrase_peek (self), keyword))
    return FALSE;
  self->next++;
  return TRUE;
}

/* There is no place to point at but the word that nothing follows. */
ReboundPhraseWord *
rebound_phrase_require (ReboundPhrase *self, const char *expected)
{
  ReboundPhraseWord *word = rebound_phrase_next (self);

  if (word == NULL)
    {
      ReboundPhraseWord *last = g_ptr_array_index (self->words, self->words->len - 1);

      rebound_diagnostics_add (self->diagnostics, &last->position,
                               "nothing follows “%s”; expected %s", last->text, expected);
    }
  return word;
}

gboolean
rebound_phrase_finish (ReboundPhrase *self, const char *expected)
{
  ReboundPhraseWord *word = rebound_phrase_peek (self);

  if (word == NULL)
    return TRUE;
  rebound_diagnostics_add (self->diagnostics, &word->position,
                           "“%s” is one word too many; expected %s", word->text, expected);
  return FALSE;
}

gboolean
rebound_phrase_read_text (ReboundPhrase *self, const char *expected, ReboundText *text)
{
  ReboundPhraseWord *word = rebound_phrase_require (self, expected);

  if (word == NULL)
    return FALSE;
  text->text = g_strdup (word->text);
  text->position = word->position;
  return TRUE;
}

/* Takes @text over. */
static gboolean
set_name (ReboundPhrase *self,
          char *text,
          const ReboundPosition *position,
          const char *expected,
          ReboundText *name)
{
  name->text = text;
  name->position = *position;
  if (rebound_name_is_valid (text))
    return TRUE;
  rebound_diagnostics_add (self->diagnostics, position,
                           "“%s” is no name; expected %s, of a-z, 0-9 and - with a letter first",
                           text, expected);
  return FALSE;
}

gboolean
rebound_phrase_read_name (ReboundPhrase *self, const char *expected, ReboundText *name)
{
  ReboundPhraseWord *word = rebound_phrase_require (self, expected);

  if (word == NULL)
    return FALSE;
  return set_name (self, g_strdup (word->text), &word->position, expected, name);
}

/* "web.state==closed" is the mistake that everybody makes. */
static gboolean
refuse_glued_operator (ReboundPhrase *self, ReboundPhraseWord *word)
{
  if (word->is_quoted || strpbrk (word->text, "=<>!~") == NULL)
    return FALSE;
  rebound_diagnostics_add (self->diagnostics, &word->position,
                           "“%s” is one word; expected blanks on both sides of the operator",
                           word->text);
  return TRUE;
}

gboolean
rebound_phrase_read_member (ReboundPhrase *self,
                            const char *expected,
                            ReboundText *name,
                            ReboundText *member)
{
  ReboundPhraseWord *word = rebound_phrase_require (self, expected);
  gboolean is_good;

  if (word == NULL || refuse_glued_operator (self, word))
    return FALSE;
  if (word->dot < 0)
    {
      rebound_diagnostics_add (self->diagnostics, &word->position, "“%s” has no dot; expected %s",
                               word->text, expected);
      return FALSE;
    }
  is_good
      = set_name (self, g_strndup (word->text, (gsize) word->dot), &word->position, expected, name);
  return set_name (self, g_strdup (word->text + word->dot + 1), &word->after_dot, expected, member)
         && is_good;
}

gboolean
rebound_phrase_read_duration (ReboundPhrase *self, gint64 *duration_usec)
{
  ReboundPhraseWord *word = rebound_phrase_require (self, "a duration such as 200ms, 1.5s or 2min");
  g_autofree char *problem = NULL;

  if (word == NULL)
    return FALSE;
  if (rebound_duration_parse (word->text, duration_usec, &problem))
    return TRUE;
  rebound_diagnostics_add (self->diagnostics, &word->position, "%s", problem);
  return FALSE;
}

gboolean
rebound_phrase_read_assignment (ReboundPhrase *self, ReboundAssignment *assignment)
{
  ReboundPhraseWord *word = rebound_phrase_require (self, "NAME=VALUE");

  if (word == NULL)
    return FALSE;
  if (word->equals < 0)
    {
      rebound_diagnostics_add (self->diagnostics, &word->position,
                               "“%s” has no “=”; expected NAME=VALUE in one word", word->text);
      return FALSE;
    }
  assignment->value.text = g_strdup (word->text + word->equals + 1);
  assignment->value.position = word->after_equals;
  return set_name (self, g_strndup (word->text, (gsize) word->equals), &word->position,
                   "NAME=VALUE", &assignment->name);
}

gboolean
rebound_phrase_read_assignments (ReboundPhrase *self, GArray **assignments)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean is_good = TRUE;

  *assignments = g_array_new (FALSE, TRUE, sizeof (ReboundAssignment));
  g_array_set_clear_func (*assignments, rebound_assignment_clear);
  while (rebound_phrase_peek (self) != NULL)
    {
      ReboundAssignment assignment = { 0 };

      if (!rebound_phrase_read_assignment (self, &assignment))
        is_good = FALSE;
      else if (!g_hash_table_add (seen, assignment.name.text))
        {
          rebound_diagnostics_add (self->diagnostics, &assignment.name.position,
                                   "“%s” is given twice; expected one value for it",
                                   assignment.name.text);
          is_good = FALSE;
        }
      g_array_append_val (*assignments, assignment);
    }
  return is_good;
}

gboolean
rebound_phrase_parse_count (ReboundPhrase *self,
                            const char *text,
                            const ReboundPosition *position,
                            guint *count)
{
  gsize n_digits = strspn (text, "0123456789");
  guint64 number;

  if (n_digits == 0 || text[n_digits] != '\0')
    {
      rebound_diagnostics_add (self->diagnostics, position,
                               "“%s” is no number; expected an integer from 1 to %d", text,
                               COUNT_MAXIMUM);
      return FALSE;
    }
  number = g_ascii_strtoull (text, NULL, 10);
  if (number < 1 || number > COUNT_MAXIMUM)
    {
      rebound_diagnostics_add (self->diagnostics, position,
                               "“%s” is out of range; expected an integer from 1 to %d", text,
                               COUNT_MAXIMUM);
      return FALSE;
    }
  *count = (guint) number;
  return TRUE;
}
