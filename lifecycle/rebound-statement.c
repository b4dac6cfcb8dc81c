/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a statement is shows in its first word, a keyword or not: with a dot it is an action; alone
 * or followed by NAME=VALUE it is a verb; followed by a bare word it is a declaration, TYPE NAME.
 * So the grammar needs no list of verbs and types, and those can be GObject's to know. The price is
 * that a misspelt keyword looks like a type or a verb: where the rest does not fit such a one, the
 * keyword that is near is what was meant. */

#include "rebound-statement-readers-private.h"

#include "rebound-lexer-private.h"
#include "rebound-units-private.h"
#include "rebound-verb-private.h"

#define OPENINGS_TEXT                                                                              \
  "a verb, TYPE NAME, NAME.ACTION or one of after, always, end, eventually, expect, in, include, " \
  "let, peer, print, repeat, set, wait, why"

typedef gboolean (*ReadFunc) (ReboundStatement *self, ReboundPhrase *phrase);

typedef struct
{
  const char *word;
  ReboundStatementKind kind;
  ReadFunc read;
  gboolean can_be_late; /* it may stand behind `after DURATION` */
} Keyword;

static gboolean read_after (ReboundStatement *self, ReboundPhrase *phrase);
static gboolean read_in (ReboundStatement *self, ReboundPhrase *phrase);
static gboolean read_let (ReboundStatement *self, ReboundPhrase *phrase);
static gboolean read_peer (ReboundStatement *self, ReboundPhrase *phrase);
static gboolean read_repeat (ReboundStatement *self, ReboundPhrase *phrase);
static gboolean read_set (ReboundStatement *self, ReboundPhrase *phrase);

/* `end` and `include` are structure, which the script has dealt with before: no function. */
static const Keyword keywords[] = {
  { "after", REBOUND_STATEMENT_AFTER, read_after, FALSE },
  { "always", REBOUND_STATEMENT_ALWAYS, rebound_statement_read_always, TRUE },
  { "end", REBOUND_STATEMENT_REPEAT, NULL, FALSE },
  { "eventually", REBOUND_STATEMENT_EVENTUALLY, rebound_statement_read_eventually, TRUE },
  { "expect", REBOUND_STATEMENT_EXPECT, rebound_statement_read_expect, TRUE },
  { "in", REBOUND_STATEMENT_DECLARATION, read_in, TRUE },
  { "include", REBOUND_STATEMENT_REPEAT, NULL, FALSE },
  { "let", REBOUND_STATEMENT_LET, read_let, FALSE },
  { "peer", REBOUND_STATEMENT_DECLARATION, read_peer, TRUE },
  { "print", REBOUND_STATEMENT_PRINT, rebound_statement_read_print, TRUE },
  { "repeat", REBOUND_STATEMENT_REPEAT, read_repeat, FALSE },
  { "set", REBOUND_STATEMENT_SET, read_set, TRUE },
  { "wait", REBOUND_STATEMENT_WAIT_SIGNAL, rebound_statement_read_wait, TRUE },
  { "why", REBOUND_STATEMENT_WHY, rebound_statement_read_why, TRUE },
};

/* The same words for those who look for the nearest one. */
static const char *const keyword_words[] = {
  "after", "always", "end",    "eventually", "expect", "in",  "include", "let",
  "peer",  "print",  "repeat", "set",        "wait",   "why", NULL,
};

G_STATIC_ASSERT (G_N_ELEMENTS (keyword_words) == G_N_ELEMENTS (keywords) + 1);

const char *const *
rebound_statement_keywords (void)
{
  return keyword_words;
}

static const Keyword *
find_keyword (ReboundPhraseWord *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (keywords); i++)
    {
      if (rebound_phrase_word_is (word, keywords[i].word))
        return &keywords[i];
    }
  return NULL;
}

static gboolean
refuse_opening (ReboundPhrase *phrase, ReboundPhraseWord *word)
{
  g_autofree char *hint = rebound_did_you_mean (word->text, keyword_words);

  rebound_diagnostics_add (phrase->diagnostics, &word->position,
                           "“%s” opens no statement; expected " OPENINGS_TEXT "%s", word->text,
                           hint);
  return FALSE;
}

/* TYPE NAME [PROPERTY=VALUE]… */
static gboolean
read_declaration (ReboundStatement *self, ReboundPhrase *phrase)
{
  return rebound_phrase_read_name (phrase, "TYPE NAME", &self->type)
         && rebound_phrase_read_name (phrase, "TYPE NAME", &self->name)
         && rebound_phrase_read_assignments (phrase, &self->assignments);
}

/* TYPE NAME and then nothing, or NAME=VALUE. */
static gboolean
looks_like_declaration (ReboundPhrase *phrase)
{
  ReboundPhraseWord *name = g_ptr_array_index (phrase->words, phrase->next + 1);
  ReboundPhraseWord *third = NULL;

  if (phrase->next + 2 < phrase->words->len)
    third = g_ptr_array_index (phrase->words, phrase->next + 2);
  return !name->is_quoted && rebound_name_is_valid (name->text)
         && (third == NULL || third->equals >= 0);
}

/* A declaration without `peer` or `in`; or a keyword that is spelt wrongly. */
static gboolean
read_plain_declaration (ReboundStatement *self, ReboundPhrase *phrase)
{
  ReboundPhraseWord *type = rebound_phrase_peek (phrase);

  if (!looks_like_declaration (phrase) && rebound_nearest (type->text, keyword_words) != NULL)
    return refuse_opening (phrase, type);
  return read_declaration (self, phrase);
}

static gboolean
read_peer (ReboundStatement *self, ReboundPhrase *phrase)
{
  self->place = REBOUND_PLACE_PEER;
  return read_declaration (self, phrase);
}

static gboolean
read_in (ReboundStatement *self, ReboundPhrase *phrase)
{
  self->place = REBOUND_PLACE_APPLICATION;
  return rebound_phrase_read_name (phrase, "APP TYPE NAME", &self->application)
         && read_declaration (self, phrase);
}

static gboolean
read_set (ReboundStatement *self, ReboundPhrase *phrase)
{
  if (!rebound_phrase_read_name (phrase, "NAME PROPERTY=VALUE", &self->name))
    return FALSE;
  if (rebound_phrase_peek (phrase) == NULL)
    return rebound_phrase_require (phrase, "PROPERTY=VALUE") != NULL;
  return rebound_phrase_read_assignments (phrase, &self->assignments);
}

static gboolean
read_action (ReboundStatement *self, ReboundPhrase *phrase)
{
  return rebound_phrase_read_member (phrase, "NAME.ACTION", &self->name, &self->member)
         && rebound_phrase_read_assignments (phrase, &self->assignments);
}

static gboolean
read_verb (ReboundStatement *self, ReboundPhrase *phrase)
{
  return rebound_phrase_read_name (phrase, "a verb", &self->name)
         && rebound_phrase_read_assignments (phrase, &self->assignments);
}

static gboolean
read_let (ReboundStatement *self, ReboundPhrase *phrase)
{
  ReboundAssignment assignment = { 0 };
  gboolean is_good = rebound_phrase_read_assignment (phrase, &assignment);

  self->name = assignment.name;
  self->value = assignment.value;
  return is_good && rebound_phrase_finish (phrase, "one NAME=VALUE (quotes keep blanks)");
}

/* N [as NAME] */
static gboolean
read_repeat (ReboundStatement *self, ReboundPhrase *phrase)
{
  ReboundPhraseWord *count = rebound_phrase_require (phrase, "N [as NAME]");

  if (count == NULL
      || !rebound_phrase_parse_count (phrase, count->text, &count->position, &self->count))
    return FALSE;
  if (!rebound_phrase_take (phrase, "as"))
    return rebound_phrase_finish (phrase, "“as NAME” or the end of the line");
  return rebound_phrase_read_name (phrase, "NAME", &self->name)
         && rebound_phrase_finish (phrase, "the end of the line");
}

/* What is no keyword. */
static gboolean
read_other (ReboundStatement *self, ReboundPhrase *phrase)
{
  ReboundPhraseWord *first = rebound_phrase_peek (phrase);
  ReboundPhraseWord *second = NULL;

  if (phrase->next + 1 < phrase->words->len)
    second = g_ptr_array_index (phrase->words, phrase->next + 1);
  if (first->dot >= 0 && (first->equals < 0 || first->dot < first->equals))
    {
      self->kind = REBOUND_STATEMENT_ACTION;
      return read_action (self, phrase);
    }
  if (first->is_quoted || !rebound_name_is_valid (first->text))
    return refuse_opening (phrase, first);
  if (second == NULL || second->equals >= 0)
    {
      self->kind = REBOUND_STATEMENT_VERB;
      return read_verb (self, phrase);
    }
  self->kind = REBOUND_STATEMENT_DECLARATION;
  if (!read_plain_declaration (self, phrase))
    return FALSE;
  rebound_verb_recognise (self);
  return TRUE;
}

ReboundStatement *
rebound_statement_begin (ReboundPhrase *phrase, ReboundStatementKind kind)
{
  ReboundStatement *self = g_rc_box_new0 (ReboundStatement);

  self->kind = kind;
  self->position = rebound_phrase_peek (phrase)->position;
  self->source = rebound_phrase_dup_source (phrase);
  self->duration_usec = -1;
  self->count = 1;
  return self;
}

/* The rest of the phrase as a statement; NULL where it makes no sense. */
static ReboundStatement *
read_statement (ReboundPhrase *phrase)
{
  ReboundPhraseWord *first = rebound_phrase_peek (phrase);
  const Keyword *keyword = find_keyword (first);
  g_autoptr (ReboundStatement) self
      = rebound_statement_begin (phrase, keyword != NULL ? keyword->kind : REBOUND_STATEMENT_VERB);

  if (keyword == NULL)
    return read_other (self, phrase) ? g_steal_pointer (&self) : NULL;
  if (keyword->read == NULL)
    {
      rebound_diagnostics_add (phrase->diagnostics, &first->position,
                               "“%s” comes from a variable; expected it written out", first->text);
      return NULL;
    }
  rebound_phrase_next (phrase);
  return keyword->read (self, phrase) ? g_steal_pointer (&self) : NULL;
}

/* DURATION [STATEMENT] */
static gboolean
read_after (ReboundStatement *self, ReboundPhrase *phrase)
{
  gboolean is_good = rebound_phrase_read_duration (phrase, &self->duration_usec);
  ReboundPhraseWord *first = rebound_phrase_peek (phrase);
  const Keyword *keyword;

  if (first == NULL)
    return is_good;
  keyword = find_keyword (first);
  if (keyword != NULL && !keyword->can_be_late)
    {
      rebound_diagnostics_add (phrase->diagnostics, &first->position,
                               "“%s” cannot stand behind after; expected it on a line of its own",
                               first->text);
      return FALSE;
    }
  self->inner = read_statement (phrase);
  return is_good && self->inner != NULL;
}

ReboundStatement *
rebound_statement_new (ReboundNode *node, ReboundScope *scope, ReboundDiagnostics *diagnostics)
{
  g_autoptr (ReboundPhrase) phrase = rebound_phrase_new (node->words, scope, diagnostics);
  g_autoptr (ReboundStatement) self = phrase == NULL ? NULL : read_statement (phrase);

  if (self != NULL && self->kind == REBOUND_STATEMENT_REPEAT && node->body == NULL)
    {
      rebound_diagnostics_add (diagnostics, &self->position,
                               "“repeat” comes from a variable; expected it written out");
      return NULL;
    }
  return g_steal_pointer (&self);
}

ReboundStatement *
rebound_statement_ref (ReboundStatement *self)
{
  return g_rc_box_acquire (self);
}

static void
statement_clear (gpointer data)
{
  ReboundStatement *self = data;

  g_free (self->source);
  rebound_text_clear (&self->application);
  rebound_text_clear (&self->type);
  rebound_text_clear (&self->name);
  rebound_text_clear (&self->member);
  rebound_text_clear (&self->value);
  g_clear_pointer (&self->assignments, g_array_unref);
  g_clear_pointer (&self->condition, rebound_statement_unref);
  g_clear_pointer (&self->inner, rebound_statement_unref);
}

void
rebound_statement_unref (ReboundStatement *self)
{
  g_rc_box_release_full (self, statement_clear);
}

gboolean
rebound_statement_does_something (const ReboundStatement *self)
{
  switch (self->kind)
    {
    case REBOUND_STATEMENT_DECLARATION:
    case REBOUND_STATEMENT_SET:
    case REBOUND_STATEMENT_ACTION:
    case REBOUND_STATEMENT_VERB:
    case REBOUND_STATEMENT_AFTER:
      return TRUE;
    case REBOUND_STATEMENT_WAIT_SIGNAL:
    case REBOUND_STATEMENT_WAIT_UNTIL:
    case REBOUND_STATEMENT_EXPECT:
    case REBOUND_STATEMENT_EXPECT_SIGNAL:
    case REBOUND_STATEMENT_ALWAYS:
    case REBOUND_STATEMENT_EVENTUALLY:
    case REBOUND_STATEMENT_LET:
    case REBOUND_STATEMENT_PRINT:
    case REBOUND_STATEMENT_PRINT_SOCKETS:
    case REBOUND_STATEMENT_WHY:
    case REBOUND_STATEMENT_REPEAT:
      break;
    }
  return FALSE;
}

gboolean
rebound_statement_is_told (const ReboundStatement *self)
{
  return rebound_statement_does_something (self) || self->kind == REBOUND_STATEMENT_WHY
         || self->kind == REBOUND_STATEMENT_ALWAYS || self->kind == REBOUND_STATEMENT_EVENTUALLY;
}
