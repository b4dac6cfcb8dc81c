/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The player does what a statement says, lets the run settle, and holds what is seen against what
 * is expected. It knows the language's meaning (docs/language.md); what the words of it look like
 * was the reader's to know, and whether they make sense the checker's. */

#include "rebound-player-parts-private.h"

#include <string.h>

#include "rebound-application-private.h"
#include "rebound-clock-private.h"
#include "rebound-device-private.h"
#include "rebound-error.h"
#include "rebound-expression-private.h"
#include "rebound-improvisation-private.h"
#include "rebound-kernel-private.h"
#include "rebound-lookup-private.h"
#include "rebound-member-private.h"
#include "rebound-units-private.h"
#include "rebound-verb-private.h"

static gboolean
play_statement (ReboundPlayer *self, const ReboundStatement *statement, GError **error);
static gboolean play_nodes (ReboundPlayer *self, GPtrArray *nodes, GError **error);

/* "12" in the script itself, "common.life:12" in a file that it includes: the same wherever the
 * script lies. */
char *
rebound_player_describe_place (ReboundPlayer *self, const ReboundPosition *position)
{
  const char *script = rebound_script_get_name (self->script);

  if (strcmp (position->file, script) == 0)
    return g_strdup_printf ("%u", position->line);

  g_autofree char *base = g_path_get_basename (position->file);

  return g_strdup_printf ("%s:%u", base, position->line);
}

void
rebound_player_set_source (ReboundPlayer *self, const ReboundStatement *statement)
{
  g_autofree char *source
      = g_strdup_printf ("%s:%u", statement->position.file, statement->position.line);

  rebound_journal_set_source (self->journal, g_intern_string (source));
}

static void
note (ReboundPlayer *self, const ReboundStatement *statement)
{
  g_autofree char *line = rebound_player_describe_place (self, &statement->position);

  rebound_journal_note (self->journal, "script", &rebound_note_statement, statement->source, line);
}

/* Puts the statement's place before an error's message. */
gboolean
rebound_player_fail_at (const ReboundStatement *statement, GError **error)
{
  g_prefix_error (error, "%s:%u:%u: ", statement->position.file, statement->position.line,
                  statement->position.column);
  return FALSE;
}

/* One step of @who's. With several applications the log says whose, as a script would: “open mail”;
 * but for what the phone alone has to do with. */
static gboolean
play_missing_step (ReboundPlayer *self, guint who, const char *word, GError **error)
{
  ReboundApplication *application = rebound_device_get_application (self->device, who);
  g_autoptr (GArray) tenants = rebound_device_list_tenants (self->device);
  gboolean is_phones
      = rebound_verb_find (word, NULL) == REBOUND_TYPE_DEVICE && strcmp (word, "open") != 0;
  g_autofree char *step = g_strdup (word);

  if (tenants->len > 1 && !is_phones)
    {
      g_free (step);
      step = g_strdup_printf ("%s %s", word, rebound_application_get_name (application));
    }
  rebound_journal_note (self->journal, "script", &rebound_note_filled, step);
  return rebound_device_perform_on (self->device, application, word, error)
         && rebound_stage_settle (self->stage, error);
}

static gboolean
play_missing_steps (ReboundPlayer *self,
                    ReboundApplication *application,
                    const char *word,
                    GError **error)
{
  g_autoptr (GArray) tenants = rebound_device_list_tenants (self->device);
  guint meant = rebound_device_find_tenant (self->device, application);
  guint who = rebound_phone_choose (tenants, meant, word);
  const ReboundLife *life = &g_array_index (tenants, ReboundTenant, who).life;
  g_autoptr (GPtrArray) missing = NULL;

  if (!self->fill || rebound_device_check (self->device, application, word, NULL))
    return TRUE;
  missing = rebound_life_fill (life, word);
  for (guint i = 0; missing != NULL && i < missing->len; i++)
    if (!play_missing_step (self, who, missing->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* A word of the lifecycle, whoever it is an action of: what is possible depends on the phone and on
 * the application, and the error names the words of both. */
static gboolean
make_possible (ReboundPlayer *self,
               ReboundApplication *application,
               const char *word,
               GError **error)
{
  return !rebound_life_is_word (word)
         || (play_missing_steps (self, application, word, error)
             && rebound_device_check (self->device, application, word, error));
}

/* The application that a verb names; NULL where it names none, or what is none (its action will say
 * so). */
static ReboundApplication *
find_application (ReboundPlayer *self, const ReboundText *name)
{
  GObject *object = name != NULL ? rebound_cast_find (self->cast, name->text) : NULL;

  return REBOUND_IS_APPLICATION (object) ? REBOUND_APPLICATION (object) : NULL;
}

static gboolean
perform (ReboundPlayer *self,
         const char *actor,
         const char *name,
         const ReboundStatement *statement,
         GError **error)
{
  GObject *object = rebound_cast_find (self->cast, actor);
  guint action = rebound_member_find (rebound_cast_get_type_of (self->cast, actor), name, TRUE);
  GError *failure;

  if (object == NULL)
    {
      g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE,
                   "“%s” has not come to life yet; expected a launch before", actor);
      return FALSE;
    }
  failure = rebound_perform_action (object, action, statement->assignments, &statement->position);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return failure == NULL;
}

static gboolean
play_verb (ReboundPlayer *self, const ReboundStatement *statement, GError **error)
{
  const char *verb = statement->name.text;
  const char *word = rebound_verb_get_word (verb, statement->assignments);
  const ReboundText *name = rebound_verb_get_application (statement);
  const char *holder = rebound_verb_find (verb, NULL) == REBOUND_TYPE_DEVICE ? "device"
                       : name != NULL                                        ? name->text
                                                                             : "app";

  return make_possible (self, find_application (self, name), word, error)
         && perform (self, holder, verb, statement, error);
}

static gboolean
play_action (ReboundPlayer *self, const ReboundStatement *statement, GError **error)
{
  const char *actor = statement->name.text;
  GType type = rebound_cast_get_type_of (self->cast, actor);
  const char *word = rebound_verb_get_word (statement->member.text, statement->assignments);
  const ReboundText *name = type == REBOUND_TYPE_APPLICATION
                                ? &statement->name
                                : rebound_verb_get_application (statement);
  gboolean is_life = type == REBOUND_TYPE_APPLICATION || type == REBOUND_TYPE_DEVICE;

  return (!is_life || make_possible (self, find_application (self, name), word, error))
         && perform (self, actor, statement->member.text, statement, error);
}

static void
play_set (ReboundPlayer *self, const ReboundStatement *statement)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  GType type = rebound_cast_get_type_of (self->cast, statement->name.text);

  for (guint i = 0; i < statement->assignments->len; i++)
    {
      ReboundAssignment *assignment = &g_array_index (statement->assignments, ReboundAssignment, i);
      GParamSpec *pspec
          = rebound_look_up_property (type, &assignment->name, G_PARAM_WRITABLE, diagnostics);
      g_auto (GValue) value = G_VALUE_INIT;

      if (pspec != NULL && rebound_look_up_value (pspec, &assignment->value, &value, diagnostics))
        rebound_cast_set (self->cast, statement->name.text, pspec, &value);
    }
}

static char *
read_for_print (const ReboundText *name, const ReboundText *property, gpointer user_data)
{
  return rebound_expression_read (((ReboundPlayer *) user_data)->cast, name, property);
}

static void
play_print (ReboundPlayer *self, const ReboundStatement *statement)
{
  g_autofree char *text = rebound_fill_in (&statement->value, read_for_print, self);

  rebound_journal_note (self->journal, "script", &rebound_note_print, text);
}

static gboolean
play_after (ReboundPlayer *self, const ReboundStatement *statement, GError **error)
{
  if (!rebound_player_let_time_pass (self, statement->duration_usec, error))
    return rebound_player_fail_at (statement, error);
  return statement->inner == NULL || play_statement (self, statement->inner, error);
}

static gboolean
play_one (ReboundPlayer *self, const ReboundStatement *statement, GError **error)
{
  switch (statement->kind)
    {
    case REBOUND_STATEMENT_DECLARATION:
      rebound_cast_declare (self->cast, statement);
      return TRUE;
    case REBOUND_STATEMENT_SET:
      play_set (self, statement);
      return TRUE;
    case REBOUND_STATEMENT_ACTION:
    case REBOUND_STATEMENT_WHY:
      return play_action (self, statement, error);
    case REBOUND_STATEMENT_VERB:
      return play_verb (self, statement, error);
    case REBOUND_STATEMENT_WAIT_SIGNAL:
    case REBOUND_STATEMENT_WAIT_UNTIL:
      return rebound_player_play_wait (self, statement, error);
    case REBOUND_STATEMENT_EXPECT:
      rebound_player_play_expect (self, statement);
      return TRUE;
    case REBOUND_STATEMENT_EXPECT_SIGNAL:
      return rebound_player_play_expect_signal (self, statement, error);
    case REBOUND_STATEMENT_ALWAYS:
    case REBOUND_STATEMENT_EVENTUALLY:
      rebound_watches_add (self->watches, statement);
      return TRUE;
    case REBOUND_STATEMENT_LET:
      rebound_scope_let (self->scope, statement->name.text, statement->value.text);
      return TRUE;
    case REBOUND_STATEMENT_PRINT:
      play_print (self, statement);
      return TRUE;
    case REBOUND_STATEMENT_PRINT_SOCKETS:
      rebound_kernel_tell_sockets (self->kernel);
      return TRUE;
    case REBOUND_STATEMENT_AFTER:  /* play_after() */
    case REBOUND_STATEMENT_REPEAT: /* play_repeat() */
      break;
    }
  return TRUE;
}

static gboolean
play_statement (ReboundPlayer *self, const ReboundStatement *statement, GError **error)
{
  g_autofree char *place = rebound_player_describe_place (self, &statement->position);

  rebound_player_set_source (self, statement);
  rebound_kernel_begin_statement (self->kernel, g_intern_string (place));
  if (rebound_statement_does_something (statement))
    rebound_journal_mark (self->journal);
  if (rebound_statement_is_told (statement))
    note (self, statement);
  if (statement->kind == REBOUND_STATEMENT_AFTER)
    return play_after (self, statement, error);
  if (!play_one (self, statement, error) || !rebound_stage_settle (self->stage, error))
    return rebound_player_fail_at (statement, error);
  rebound_stage_look (self->stage);
  return TRUE;
}

static gboolean
play_repeat (ReboundPlayer *self,
             ReboundNode *node,
             const ReboundStatement *statement,
             GError **error)
{
  const char *name = statement->name.text;
  g_autofree char *before = name != NULL ? g_strdup (rebound_scope_get (self->scope, name)) : NULL;

  for (guint i = 1; i <= statement->count; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);

      if (name != NULL)
        rebound_scope_set (self->scope, name, number);
      if (!play_nodes (self, node->body, error))
        return FALSE;
    }
  if (name != NULL)
    rebound_scope_set (self->scope, name, before);
  return TRUE;
}

static gboolean
play_node (ReboundPlayer *self, ReboundNode *node, GError **error)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autoptr (ReboundStatement) statement = rebound_statement_new (node, self->scope, diagnostics);

  if (statement == NULL)
    return rebound_diagnostics_check (diagnostics, error);
  return statement->kind == REBOUND_STATEMENT_REPEAT ? play_repeat (self, node, statement, error)
                                                     : play_statement (self, statement, error);
}

static gboolean
play_nodes (ReboundPlayer *self, GPtrArray *nodes, GError **error)
{
  for (guint i = 0; i < nodes->len; i++)
    if (!play_node (self, nodes->pdata[i], error))
      return FALSE;
  return TRUE;
}

gboolean
rebound_player_play_statement (ReboundPlayer *self,
                               const ReboundStatement *statement,
                               GError **error)
{
  return play_statement (self, statement, error);
}

static gboolean
play_script (ReboundPlayer *self, GError **error)
{
  GPtrArray *nodes = rebound_script_get_nodes (self->script);
  guint place = rebound_improvisation_find_place (nodes);

  for (guint i = 0; i <= nodes->len; i++)
    {
      if (i == place && self->improvise != NULL && !rebound_improvisation_play (self, error))
        return FALSE;
      if (i < nodes->len && !play_node (self, nodes->pdata[i], error))
        return FALSE;
    }
  return TRUE;
}

gboolean
rebound_player_play (ReboundPlayer *self, GError **error)
{
  gboolean played;

  rebound_player_begin_watching (self);
  played = play_script (self, error);
  return rebound_player_end_watching (self, played, error);
}
