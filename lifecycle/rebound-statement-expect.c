/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The statements that look and do nothing: wait and expect on a signal or a comparison, always and
 * eventually, print, and why. They are the ones with a grammar of their own; everything else in the
 * language is names and NAME=VALUE. */

#include "rebound-statement-readers-private.h"

#include "rebound-lexer-private.h"
#include "rebound-units-private.h"

#include <string.h>

#define OPERATORS_TEXT "one of ==, !=, <, <=, >, >=, ~"

/* By ReboundOperator. */
static const char *const operators[] = { "==", "!=", "<", "<=", ">", ">=", "~", NULL };

const char *
rebound_operator_to_string (ReboundOperator operation)
{
  return operators[operation];
}

static gboolean
refuse_operator (ReboundPhrase *phrase, ReboundPhraseWord *word, const char *also)
{
  static const char *const also_words[] = { "for", NULL };
  g_autofree char *hint = g_str_equal (word->text, "=")
                              ? g_strdup ("; did you mean “==”?")
                              : rebound_did_you_mean (word->text, also_words);

  rebound_diagnostics_add (phrase->diagnostics, &word->position,
                           "“%s” is no operator; expected " OPERATORS_TEXT "%s%s", word->text, also,
                           hint);
  return FALSE;
}

/* OPERATOR VALUE. @also: what else could have stood in the operator's place, for the message. */
static gboolean
read_comparison (ReboundStatement *self, ReboundPhrase *phrase, const char *also)
{
  ReboundPhraseWord *word = rebound_phrase_require (phrase, OPERATORS_TEXT);

  if (word == NULL)
    return FALSE;
  for (guint i = 0; operators[i] != NULL; i++)
    {
      if (rebound_phrase_word_is (word, operators[i]))
        {
          self->operation = (ReboundOperator) i;
          return rebound_phrase_read_text (phrase, "a value", &self->value);
        }
    }
  return refuse_operator (phrase, word, also);
}

static gboolean
refuse_option (ReboundPhrase *phrase, ReboundPhraseWord *word, gboolean takes_count)
{
  static const char *const options[] = { "count=N", "within", NULL };
  g_autofree char *hint = rebound_did_you_mean (word->text, options + (takes_count ? 0 : 1));

  rebound_diagnostics_add (phrase->diagnostics, &word->position,
                           "“%s” is not known here; expected %swithin DURATION%s", word->text,
                           takes_count ? "count=N or " : "", hint);
  return FALSE;
}

static gboolean
refuse_second (ReboundPhrase *phrase, ReboundPhraseWord *word, const char *option)
{
  rebound_diagnostics_add (phrase->diagnostics, &word->position,
                           "“%s” is given twice; expected it once", option);
  return FALSE;
}

static gboolean
read_count (ReboundStatement *self, ReboundPhrase *phrase)
{
  ReboundPhraseWord *word = rebound_phrase_next (phrase);

  return rebound_phrase_parse_count (phrase, word->text + word->equals + 1, &word->after_equals,
                                     &self->count);
}

static gboolean
is_count (ReboundPhraseWord *word)
{
  return word->equals == (gssize) strlen ("count") && g_str_has_prefix (word->text, "count=");
}

/* [count=N] [within DURATION], in either order, each once. */
static gboolean
read_wait_options (ReboundStatement *self, ReboundPhrase *phrase, gboolean takes_count)
{
  gboolean has_count = FALSE, has_within = FALSE;
  ReboundPhraseWord *word;

  while ((word = rebound_phrase_peek (phrase)) != NULL)
    {
      if (takes_count && is_count (word))
        {
          if (has_count)
            return refuse_second (phrase, word, "count");
          has_count = TRUE;
          if (!read_count (self, phrase))
            return FALSE;
        }
      else if (rebound_phrase_take (phrase, "within"))
        {
          if (has_within)
            return refuse_second (phrase, word, "within");
          has_within = TRUE;
          if (!rebound_phrase_read_duration (phrase, &self->duration_usec))
            return FALSE;
        }
      else
        return refuse_option (phrase, word, takes_count);
    }
  return TRUE;
}

/* NAME.PROPERTY OPERATOR VALUE */
static gboolean
read_expression (ReboundStatement *self, ReboundPhrase *phrase)
{
  return rebound_phrase_read_member (phrase, "NAME.PROPERTY", &self->name, &self->member)
         && read_comparison (self, phrase, "");
}

/* NAME.SIGNAL [count=N] [within DURATION] | until NAME.PROPERTY OPERATOR VALUE [within DURATION] */
gboolean
rebound_statement_read_wait (ReboundStatement *self, ReboundPhrase *phrase)
{
  if (!rebound_phrase_take (phrase, "until"))
    return rebound_phrase_read_member (phrase, "NAME.SIGNAL or until NAME.PROPERTY", &self->name,
                                       &self->member)
           && read_wait_options (self, phrase, TRUE);
  self->kind = REBOUND_STATEMENT_WAIT_UNTIL;
  return read_expression (self, phrase) && read_wait_options (self, phrase, FALSE);
}

static gboolean
refuse_condition (ReboundPhrase *phrase, ReboundPhraseWord *word, gboolean is_first)
{
  static const char *const words[] = { "within", "while", NULL };
  static const char *const more[] = { "and", NULL };
  g_autofree char *hint = rebound_did_you_mean (word->text, is_first ? words : more);

  rebound_diagnostics_add (phrase->diagnostics, &word->position,
                           "“%s” is not known here; expected %s NAME.PROPERTY … or the end of the "
                           "line%s",
                           word->text, is_first ? "within DURATION, while" : "and", hint);
  return FALSE;
}

/* while EXPR [and EXPR]… */
static gboolean
read_conditions (ReboundStatement *self, ReboundPhrase *phrase)
{
  gboolean is_first = TRUE;

  for (; rebound_phrase_peek (phrase) != NULL; self = self->condition, is_first = FALSE)
    {
      if (!rebound_phrase_take (phrase, is_first ? "while" : "and"))
        return refuse_condition (phrase, rebound_phrase_peek (phrase), is_first);
      if (rebound_phrase_peek (phrase) == NULL)
        return rebound_phrase_require (phrase, "NAME.PROPERTY") != NULL;
      self->condition = rebound_statement_begin (phrase, REBOUND_STATEMENT_EXPECT);
      if (!read_expression (self->condition, phrase))
        return FALSE;
    }
  return TRUE;
}

/* EXPR [within DURATION] [while EXPR [and EXPR]…] */
gboolean
rebound_statement_read_always (ReboundStatement *self, ReboundPhrase *phrase)
{
  if (!read_expression (self, phrase))
    return FALSE;
  if (rebound_phrase_take (phrase, "within")
      && !rebound_phrase_read_duration (phrase, &self->duration_usec))
    return FALSE;
  return read_conditions (self, phrase);
}

/* EXPR within DURATION: a promise without an end is kept by waiting long enough. */
gboolean
rebound_statement_read_eventually (ReboundStatement *self, ReboundPhrase *phrase)
{
  ReboundPhraseWord *word;

  if (!read_expression (self, phrase))
    return FALSE;
  word = rebound_phrase_require (phrase, "within DURATION");
  if (word == NULL)
    return FALSE;
  if (!rebound_phrase_word_is (word, "within"))
    return refuse_option (phrase, word, FALSE);
  return rebound_phrase_read_duration (phrase, &self->duration_usec)
         && rebound_phrase_finish (phrase, "the end of the line");
}

/* Behind NAME.SIGNAL: nothing, or for DURATION. */
static gboolean
read_expect_signal (ReboundStatement *self, ReboundPhrase *phrase)
{
  self->kind = REBOUND_STATEMENT_EXPECT_SIGNAL;
  if (rebound_phrase_take (phrase, "for")
      && !rebound_phrase_read_duration (phrase, &self->duration_usec))
    return FALSE;
  return rebound_phrase_finish (phrase, self->duration_usec < 0
                                            ? "for DURATION or the end of the line"
                                            : "the end of the line");
}

/* NAME.PROPERTY OPERATOR VALUE | [no] NAME.SIGNAL [for DURATION] */
gboolean
rebound_statement_read_expect (ReboundStatement *self, ReboundPhrase *phrase)
{
  ReboundPhraseWord *word;

  self->negated = rebound_phrase_take (phrase, "no");
  if (!rebound_phrase_read_member (phrase,
                                   self->negated ? "NAME.SIGNAL" : "NAME.PROPERTY or NAME.SIGNAL",
                                   &self->name, &self->member))
    return FALSE;
  word = rebound_phrase_peek (phrase);
  if (self->negated || word == NULL || rebound_phrase_word_is (word, "for"))
    return read_expect_signal (self, phrase);
  return read_comparison (self, phrase, " or for DURATION")
         && rebound_phrase_finish (phrase, "the end of the line");
}

static gboolean
names_a_property (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ".", 2);

  return g_strv_length (parts) == 2 && rebound_name_is_valid (parts[0])
         && rebound_name_is_valid (parts[1]);
}

/* What is wrong with the braces of @text, or NULL. The values are put in when it is printed. */
static char *
check_braces (const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    {
      const char *end;

      if ((*at == '{' || *at == '}') && at[1] == at[0])
        {
          at++;
          continue;
        }
      if (*at == '}')
        return g_strdup ("“}” closes nothing; expected }} for a brace that is meant as such");
      if (*at != '{')
        continue;
      end = strchr (at, '}');
      if (end == NULL)
        return g_strdup ("“{” is not closed; expected {NAME.PROPERTY}, or {{ for a brace");
      else
        {
          g_autofree char *inside = g_strndup (at + 1, (gsize) (end - at - 1));

          if (!names_a_property (inside))
            return g_strdup_printf (
                "“{%s}” names no property; expected {NAME.PROPERTY}, or {{ for a brace", inside);
        }
      at = end;
    }
  return NULL;
}

/* sockets, or one text, in which {NAME.PROPERTY} stands for a value. */
gboolean
rebound_statement_read_print (ReboundStatement *self, ReboundPhrase *phrase)
{
  g_autofree char *problem = NULL;

  if (rebound_phrase_take (phrase, "sockets"))
    {
      self->kind = REBOUND_STATEMENT_PRINT_SOCKETS;
      return rebound_phrase_finish (phrase, "the end of the line");
    }
  if (!rebound_phrase_read_text (phrase, "a text in quotes, or sockets", &self->value)
      || !rebound_phrase_finish (phrase, "one text in quotes"))
    return FALSE;
  problem = check_braces (self->value.text);
  if (problem == NULL)
    return TRUE;
  rebound_diagnostics_add (phrase->diagnostics, &self->value.position, "%s", problem);
  return FALSE;
}

static gboolean
refuse_option_first (ReboundPhrase *phrase, ReboundPhraseWord *word)
{
  rebound_diagnostics_add (phrase->diagnostics, &word->position,
                           "“%s” comes too early; expected the name of a listener, or a port, "
                           "before it",
                           word->text);
  return FALSE;
}

/* What is asked about is the action's first argument, which is not written out. */
static gboolean
name_in_argument (ReboundStatement *self, ReboundPhrase *phrase)
{
  ReboundAssignment of = { { g_strdup ("of"), self->value.position }, self->value };

  memset (&self->value, 0, sizeof self->value);
  g_array_prepend_val (self->assignments, of);
  for (guint i = 1; i < self->assignments->len; i++)
    {
      const ReboundText *name = &g_array_index (self->assignments, ReboundAssignment, i).name;

      if (strcmp (name->text, "of") != 0)
        continue;
      rebound_diagnostics_add (phrase->diagnostics, &name->position,
                               "“of” is given twice; expected it once");
      return FALSE;
    }
  return TRUE;
}

/* NAME | PORT, and NAME=VALUE …: what the kernel's action “why” takes. */
gboolean
rebound_statement_read_why (ReboundStatement *self, ReboundPhrase *phrase)
{
  ReboundPhraseWord *word = rebound_phrase_peek (phrase);

  self->name = (ReboundText){ g_strdup ("kernel"), self->position };
  self->member = (ReboundText){ g_strdup ("why"), self->position };
  if (word != NULL && word->equals >= 0)
    return refuse_option_first (phrase, word);
  return rebound_phrase_read_text (phrase, "the name of a listener, or a port", &self->value)
         && rebound_phrase_read_assignments (phrase, &self->assignments)
         && name_in_argument (self, phrase);
}
