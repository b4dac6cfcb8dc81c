/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script does, held against GObject: is there such an action, has it such arguments, is it
 * for the application that is named, and is it possible where it stands? */

#include "rebound-checker-parts-private.h"

#include <string.h>

#include "rebound-lookup-private.h"
#include "rebound-member-private.h"
#include "rebound-param-specs.h"
#include "rebound-units-private.h"
#include "rebound-verb-private.h"

static gboolean
is_unforeseeable (const char *action)
{
  static const char *const actions[] = { "work", "begin-task", NULL };

  return g_strv_contains (actions, action);
}

/* A word that may name the application that it is for. */
static void
check_device_word (ReboundChecker *self, const ReboundText *name, const ReboundStatement *statement)
{
  const ReboundText *application = rebound_verb_get_application (statement);

  if (application == NULL || rebound_checker_check_application (self, application))
    rebound_foresight_follow (self->foresight, application != NULL ? application->text : NULL,
                              rebound_verb_get_word (name->text, statement->assignments),
                              &name->position);
}

static void
check_argument_references (ReboundChecker *self, guint action, GArray *assignments)
{
  guint n_arguments;
  GParamSpec **arguments = rebound_member_list_arguments (action, &n_arguments);

  for (guint i = 0; i < assignments->len; i++)
    {
      ReboundAssignment *assignment = &g_array_index (assignments, ReboundAssignment, i);

      for (guint j = 0; j < n_arguments; j++)
        if (REBOUND_IS_PARAM_SPEC_REFERENCE (arguments[j])
            && strcmp (arguments[j]->name, assignment->name.text) == 0)
          rebound_checker_add_reference (self, arguments[j], &assignment->value);
    }
}

void
rebound_checker_check_action (ReboundChecker *self, const ReboundStatement *statement)
{
  GType type = rebound_checker_find_type (self, &statement->name);
  guint action;

  if (type == G_TYPE_INVALID || type == UNKNOWN_TYPE)
    return;
  action = rebound_look_up_member (type, &statement->member, TRUE, self->diagnostics);
  if (action == 0)
    return;
  rebound_look_up_arguments (action, statement->assignments, &statement->position, NULL,
                             self->diagnostics);
  if (type == REBOUND_TYPE_APPLICATION && is_unforeseeable (statement->member.text))
    rebound_foresight_lose (self->foresight);
  if (type == REBOUND_TYPE_APPLICATION)
    rebound_foresight_follow (self->foresight, statement->name.text,
                              rebound_verb_get_word (statement->member.text,
                                                     statement->assignments),
                              &statement->member.position);
  else if (type == REBOUND_TYPE_DEVICE)
    check_device_word (self, &statement->member, statement);
  else
    check_argument_references (self, action, statement->assignments);
}

/* The words that can open a statement: verbs, keywords, types. */
void
rebound_checker_report_unknown_word (ReboundChecker *self, const ReboundText *word)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  g_autofree const char **types = rebound_scriptable_list ();
  const char *const *keywords = rebound_statement_keywords ();
  g_autofree char *guess = NULL;

  for (guint i = 0; types[i] != NULL; i++)
    g_ptr_array_add (known, (gpointer) types[i]);
  for (guint i = 0; keywords[i] != NULL; i++)
    g_ptr_array_add (known, (gpointer) keywords[i]);
  for (guint i = 0; i < 2; i++)
    {
      const char *holder = i == 0 ? "device" : "app";
      g_autofree const char **verbs
          = rebound_member_list_names (rebound_cast_get_type_of (self->cast, holder), TRUE);

      for (guint j = 0; verbs[j] != NULL; j++)
        g_ptr_array_add (known, (gpointer) verbs[j]);
    }
  g_ptr_array_add (known, NULL);
  guess = rebound_did_you_mean (word->text, (const char *const *) known->pdata);
  rebound_diagnostics_add (
      self->diagnostics, &word->position,
      "“%s” is no statement; expected a verb such as launch or home, a type, "
      "or one of set, after, wait, expect, always, eventually, let, repeat, include, "
      "print%s",
      word->text, guess);
}

/* How often an argument is called “application”. */
static guint
count_applications (const ReboundStatement *statement)
{
  guint count = 0;

  for (guint i = 0; i < statement->assignments->len; i++)
    count += strcmp (g_array_index (statement->assignments, ReboundAssignment, i).name.text,
                     "application")
             == 0;
  return count;
}

/* `open mail` is right, `lock mail` is not. */
static gboolean
check_naming (ReboundChecker *self, const ReboundStatement *statement, guint action)
{
  const ReboundText *application = &statement->application;
  guint n_arguments;
  GParamSpec **arguments = rebound_member_list_arguments (action, &n_arguments);
  gboolean takes_one = FALSE;

  if (application->text == NULL || count_applications (statement) == 0) /* an application's own */
    return TRUE;
  for (guint i = 0; i < n_arguments; i++)
    takes_one = takes_one || strcmp (arguments[i]->name, "application") == 0;
  if (takes_one && count_applications (statement) == 1)
    return TRUE;
  if (takes_one)
    rebound_diagnostics_add (self->diagnostics, &application->position,
                             "“application” is given twice; expected one of “%s %s” and "
                             "“application=NAME”",
                             statement->name.text, application->text);
  else
    rebound_diagnostics_add (self->diagnostics, &application->position,
                             "“%s” is the phone's and for no application by name; expected it "
                             "without “%s”",
                             statement->name.text, application->text);
  return FALSE;
}

void
rebound_checker_check_verb (ReboundChecker *self, const ReboundStatement *statement)
{
  guint action;
  GType holder = rebound_verb_find (statement->name.text, &action);

  if (holder == G_TYPE_INVALID)
    {
      rebound_checker_report_unknown_word (self, &statement->name);
      return;
    }
  if (!check_naming (self, statement, action))
    return;
  rebound_look_up_arguments (action, statement->assignments, &statement->position, NULL,
                             self->diagnostics);
  if (holder == REBOUND_TYPE_APPLICATION && is_unforeseeable (statement->name.text))
    rebound_foresight_lose (self->foresight);
  check_device_word (self, &statement->name, statement);
}
