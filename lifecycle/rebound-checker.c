/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checker walks the script as the player would, repeats included, and does nothing: it
 * remembers which names are declared, and has the applications' lives followed. */

#include "rebound-checker-parts-private.h"

#include <string.h>

#include "rebound-database.h"
#include "rebound-lookup-private.h"
#include "rebound-member-private.h"
#include "rebound-param-specs.h"
#include "rebound-units-private.h"
#include "rebound-value-private.h"
#include "rebound-verb-private.h"

/* A script is checked statement by statement, each turn of a repeat by itself; beyond so many,
 * nested repeats are a mistake rather than a wish. */
#define STATEMENT_LIMIT 1000000

static void check_nodes (ReboundChecker *self, GPtrArray *nodes);

static void
reference_clear (gpointer data)
{
  g_free (((ReboundCheckedReference *) data)->text.text);
}

/* The nearest of the names declared so far, as the end of a message. */
static char *
guess_name (ReboundChecker *self, const char *text)
{
  char *guess;

  g_ptr_array_add (self->names, NULL);
  guess = rebound_did_you_mean (text, (const char *const *) self->names->pdata);
  g_ptr_array_remove_index (self->names, self->names->len - 1);
  return guess;
}

GType
rebound_checker_find_type (ReboundChecker *self, const ReboundText *name)
{
  GType type = GPOINTER_TO_SIZE (g_hash_table_lookup (self->types, name->text));
  g_autofree char *guess = NULL;

  if (type != 0)
    return type;
  if (self->is_partial)
    return G_TYPE_INVALID;
  guess = guess_name (self, name->text);
  rebound_diagnostics_add (self->diagnostics, &name->position,
                           "nothing is called “%s”; expected a name that was declared before%s",
                           name->text, guess);
  return G_TYPE_INVALID;
}

static void
add_name (ReboundChecker *self, const char *name, GType type)
{
  char *key = g_strdup (name);

  g_hash_table_insert (self->types, key, GSIZE_TO_POINTER (type));
  g_ptr_array_add (self->names, key);
}

void
rebound_checker_add_reference (ReboundChecker *self, GParamSpec *pspec, const ReboundText *text)
{
  ReboundCheckedReference reference = { { g_strdup (text->text), text->position }, pspec };

  g_array_append_val (self->references, reference);
}

static void
check_assignments (ReboundChecker *self, GType type, GArray *assignments, gboolean constructing)
{
  for (guint i = 0; i < assignments->len; i++)
    {
      ReboundAssignment *assignment = &g_array_index (assignments, ReboundAssignment, i);
      GParamSpec *pspec
          = rebound_look_up_property (type, &assignment->name, G_PARAM_WRITABLE, self->diagnostics);
      g_auto (GValue) value = G_VALUE_INIT;

      if (pspec == NULL)
        continue;
      if ((pspec->flags & G_PARAM_CONSTRUCT_ONLY) != 0 && !constructing)
        rebound_diagnostics_add (self->diagnostics, &assignment->name.position,
                                 "“%s” cannot change any more; expected it in the declaration",
                                 pspec->name);
      if (!rebound_look_up_value (pspec, &assignment->value, &value, self->diagnostics))
        continue;
      if (REBOUND_IS_PARAM_SPEC_REFERENCE (pspec))
        rebound_checker_add_reference (self, pspec, &assignment->value);
      if (type == REBOUND_TYPE_DEVICE)
        rebound_foresight_set_device (self->foresight, pspec, &value);
      if (rebound_param_spec_is_holding (pspec, &value))
        rebound_foresight_lose (self->foresight);
    }
}

/* What a declaration has to give and does not. */
static void
check_required (ReboundChecker *self, GType type, const ReboundStatement *statement)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  guint n_specs;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n_specs);

  for (guint i = 0; i < n_specs; i++)
    {
      gboolean is_given = (specs[i]->flags & REBOUND_PARAM_REQUIRED) == 0;

      for (guint j = 0; j < statement->assignments->len && !is_given; j++)
        is_given = strcmp (g_array_index (statement->assignments, ReboundAssignment, j).name.text,
                           specs[i]->name)
                   == 0;
      if (!is_given)
        rebound_diagnostics_add (self->diagnostics, &statement->name.position,
                                 "“%s” lacks “%s”, %s; expected %s=VALUE with it",
                                 statement->name.text, specs[i]->name,
                                 g_param_spec_get_blurb (specs[i]), specs[i]->name);
    }
}

gboolean
rebound_checker_is_application (ReboundChecker *self, const char *name)
{
  return GPOINTER_TO_SIZE (g_hash_table_lookup (self->types, name)) == REBOUND_TYPE_APPLICATION;
}

static GType
find_declared_type (ReboundChecker *self, const ReboundStatement *statement)
{
  GType type = rebound_scriptable_look_up (statement->type.text, NULL);
  g_autofree const char **known = rebound_scriptable_list ();
  g_autofree char *guess = rebound_did_you_mean (statement->type.text, known);
  g_autofree char *list = g_strjoinv (", ", (char **) known);

  if (type == G_TYPE_INVALID && rebound_checker_is_application (self, statement->name.text))
    rebound_checker_report_unknown_word (self, &statement->type); /* a verb and whom it is for */
  else if (type == G_TYPE_INVALID)
    rebound_diagnostics_add (self->diagnostics, &statement->type.position,
                             "there is no type “%s”; expected one of %s%s", statement->type.text,
                             list, guess);
  return type;
}

gboolean
rebound_checker_check_application (ReboundChecker *self, const ReboundText *name)
{
  g_autofree char *list = rebound_foresight_list_applications (self->foresight);

  if (rebound_checker_is_application (self, name->text) || self->is_partial)
    return TRUE;
  rebound_diagnostics_add (self->diagnostics, &name->position,
                           "there is no application “%s”; expected %s", name->text, list);
  return FALSE;
}

static void
check_declaration (ReboundChecker *self, const ReboundStatement *statement)
{
  GType type = find_declared_type (self, statement);

  if (type == G_TYPE_INVALID && rebound_checker_is_application (self, statement->name.text))
    return;
  if (type == REBOUND_TYPE_APPLICATION && statement->place != REBOUND_PLACE_OF_CLASS)
    rebound_diagnostics_add (self->diagnostics, &statement->position,
                             "an application is neither a peer nor in another; expected "
                             "“application %s”",
                             statement->name.text);
  else if (statement->place == REBOUND_PLACE_APPLICATION)
    rebound_checker_check_application (self, &statement->application);
  if (g_hash_table_contains (self->types, statement->name.text)
      || rebound_cast_is_taken (self->cast, statement->name.text))
    {
      rebound_diagnostics_add (self->diagnostics, &statement->name.position,
                               "the name “%s” is taken; expected one that nothing else has",
                               statement->name.text);
      return;
    }
  if (type == G_TYPE_INVALID)
    type = UNKNOWN_TYPE; /* the name is declared all the same: one mistake, one message */
  else
    {
      check_assignments (self, type, statement->assignments, TRUE);
      check_required (self, type, statement);
    }
  add_name (self, statement->name.text, type);
  if (type == REBOUND_TYPE_APPLICATION)
    rebound_foresight_add_application (self->foresight, statement->name.text);
  else if (type == REBOUND_TYPE_DATABASE) /* its lock may be the end of the application */
    rebound_foresight_lose (self->foresight);
}

static void
check_expression (ReboundChecker *self, const ReboundStatement *statement)
{
  GType type = rebound_checker_find_type (self, &statement->name);
  GParamSpec *pspec;
  g_auto (GValue) value = G_VALUE_INIT;

  if (type == G_TYPE_INVALID || type == UNKNOWN_TYPE)
    return;
  pspec = rebound_look_up_property (type, &statement->member, G_PARAM_READABLE, self->diagnostics);
  if (pspec == NULL || statement->operation == REBOUND_OPERATOR_GLOB)
    return;
  rebound_look_up_value (pspec, &statement->value, &value, self->diagnostics);
  if (statement->operation >= REBOUND_OPERATOR_LESS && !rebound_value_is_ordered (pspec))
    rebound_diagnostics_add (self->diagnostics, &statement->member.position,
                             "“%s” has no order, so %s says nothing; expected ==, != or ~",
                             pspec->name, rebound_operator_to_string (statement->operation));
}

static void
check_signal (ReboundChecker *self, const ReboundStatement *statement)
{
  GType type = rebound_checker_find_type (self, &statement->name);

  if (type != G_TYPE_INVALID && type != UNKNOWN_TYPE)
    rebound_look_up_member (type, &statement->member, FALSE, self->diagnostics);
}

static char *
check_print_part (const ReboundText *name, const ReboundText *property, gpointer user_data)
{
  ReboundChecker *self = user_data;
  GType type = rebound_checker_find_type (self, name);

  if (type != G_TYPE_INVALID && type != UNKNOWN_TYPE)
    rebound_look_up_property (type, property, G_PARAM_READABLE, self->diagnostics);
  return NULL;
}

static void
check_print (ReboundChecker *self, const ReboundStatement *statement)
{
  g_free (rebound_fill_in (&statement->value, check_print_part, self));
}

static void
check_set (ReboundChecker *self, const ReboundStatement *statement)
{
  GType type = rebound_checker_find_type (self, &statement->name);

  if (type != G_TYPE_INVALID && type != UNKNOWN_TYPE)
    check_assignments (self, type, statement->assignments, FALSE);
}

static void
check_statement (ReboundChecker *self, const ReboundStatement *statement)
{
  switch (statement->kind)
    {
    case REBOUND_STATEMENT_DECLARATION:
      check_declaration (self, statement);
      break;
    case REBOUND_STATEMENT_SET:
      check_set (self, statement);
      break;
    case REBOUND_STATEMENT_ACTION:
    case REBOUND_STATEMENT_WHY:
      rebound_checker_check_action (self, statement);
      break;
    case REBOUND_STATEMENT_VERB:
      rebound_checker_check_verb (self, statement);
      break;
    case REBOUND_STATEMENT_AFTER:
      if (statement->inner != NULL)
        check_statement (self, statement->inner);
      break;
    case REBOUND_STATEMENT_WAIT_SIGNAL:
    case REBOUND_STATEMENT_EXPECT_SIGNAL:
      check_signal (self, statement);
      break;
    case REBOUND_STATEMENT_WAIT_UNTIL:
    case REBOUND_STATEMENT_EXPECT:
    case REBOUND_STATEMENT_EVENTUALLY:
      check_expression (self, statement);
      break;
    case REBOUND_STATEMENT_ALWAYS:
      for (; statement != NULL; statement = statement->condition)
        check_expression (self, statement);
      break;
    case REBOUND_STATEMENT_PRINT:
      check_print (self, statement);
      break;
    case REBOUND_STATEMENT_LET:
      rebound_scope_let (self->scope, statement->name.text, statement->value.text);
      break;
    case REBOUND_STATEMENT_PRINT_SOCKETS:
    case REBOUND_STATEMENT_REPEAT:
      break;
    }
}

static void
check_repeat (ReboundChecker *self, ReboundNode *node, const ReboundStatement *statement)
{
  const char *name = statement->name.text;
  g_autofree char *before = name != NULL ? g_strdup (rebound_scope_get (self->scope, name)) : NULL;

  for (guint i = 1; i <= statement->count && self->n_statements <= STATEMENT_LIMIT; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);

      if (name != NULL)
        rebound_scope_set (self->scope, name, number);
      check_nodes (self, node->body);
    }
  if (name != NULL)
    rebound_scope_set (self->scope, name, before);
}

static void
check_nodes (ReboundChecker *self, GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      ReboundNode *node = nodes->pdata[i];
      g_autoptr (ReboundStatement) statement = NULL;

      if (self->n_statements++ == STATEMENT_LIMIT)
        rebound_diagnostics_add (
            self->diagnostics, &node->position,
            "the script comes to more than %d statements with its repeats; expected "
            "fewer",
            STATEMENT_LIMIT);
      if (self->n_statements > STATEMENT_LIMIT)
        return;
      if (!self->is_partial || (node->words->len > 0 && !rebound_node_has_variable (node)))
        statement = rebound_statement_new (node, self->scope, self->diagnostics);
      if (self->is_partial && node->body != NULL)
        check_nodes (self, node->body);
      if (statement == NULL)
        continue;
      if (statement->kind == REBOUND_STATEMENT_REPEAT && self->is_partial)
        continue; /* its body was looked at once, above */
      if (statement->kind == REBOUND_STATEMENT_REPEAT)
        check_repeat (self, node, statement);
      else
        check_statement (self, statement);
    }
}

/* By how it is spoken: an aitch-tee-tee-pee server. */
static const char *
article_of (const char *type)
{
  return strchr ("aeiou", type[0]) != NULL || g_str_has_prefix (type, "http") ? "an" : "a";
}

/* "the name of a listener", by the types that a reference can be to. (transfer full) */
static char *
describe_target (GType target)
{
  g_autofree const char **types = rebound_scriptable_list ();
  GString *list = g_string_new ("the name of ");

  if (target == G_TYPE_OBJECT)
    return g_string_free (g_string_append (list, "an actor"), FALSE);
  for (guint i = 0, n_found = 0; types[i] != NULL; i++)
    if (g_type_is_a (rebound_scriptable_look_up (types[i], NULL), target))
      g_string_append_printf (list, "%s%s %s", n_found++ > 0 ? " or " : "", article_of (types[i]),
                              types[i]);
  return g_string_free (list, FALSE);
}

/* A reference may be to a name that is declared later. */
static void
check_reference_now (ReboundChecker *self, const ReboundCheckedReference *reference)
{
  const char *name = reference->text.text;
  GType type = GPOINTER_TO_SIZE (g_hash_table_lookup (self->types, name));
  GType target = rebound_param_spec_reference_get_target (reference->pspec);
  ReboundReferenceValidator validator
      = rebound_param_spec_reference_get_validator (reference->pspec);
  g_autofree char *wanted = describe_target (target);
  g_autofree char *expected = NULL;
  g_autofree char *guess = NULL;

  if (type == UNKNOWN_TYPE || (type != 0 && g_type_is_a (type, target))
      || (validator != NULL && validator (name, &expected)))
    return;
  guess = type == 0 ? guess_name (self, name) : g_strdup ("");
  rebound_diagnostics_add (self->diagnostics, &reference->text.position,
                           type == 0 ? "%s: nothing is called “%s”; expected %s%s%s%s"
                                     : "%s: “%s” is none that can be meant; expected %s%s%s%s",
                           reference->pspec->name, name, wanted, expected != NULL ? " or " : "",
                           expected != NULL ? expected : "", guess);
}

/* Returns the types by name. (transfer full) */
static GHashTable *
check_script (ReboundScript *script,
              ReboundCast *cast,
              ReboundScope *scope,
              ReboundDevice *device,
              gboolean fill,
              gboolean is_partial,
              GPtrArray *all_names,
              ReboundDiagnostics *diagnostics)
{
  g_autoptr (GHashTable) types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) declared = g_ptr_array_new ();
  g_autoptr (GArray) references = g_array_new (FALSE, FALSE, sizeof (ReboundCheckedReference));
  g_autoptr (ReboundScope) own_scope = rebound_scope_copy (scope);
  g_autoptr (ReboundForesight) foresight = rebound_foresight_new (device, fill, diagnostics);
  g_autofree const char **names = rebound_cast_list_names (cast);
  ReboundChecker self = { .cast = cast,
                          .scope = own_scope,
                          .diagnostics = diagnostics,
                          .types = types,
                          .names = declared,
                          .references = references,
                          .foresight = foresight,
                          .is_partial = is_partial };

  g_array_set_clear_func (references, reference_clear);
  for (guint i = 0; names[i] != NULL; i++)
    add_name (&self, names[i], rebound_cast_get_type_of (cast, names[i]));
  check_nodes (&self, rebound_script_get_nodes (script));
  for (guint i = 0; i < references->len && !is_partial; i++)
    check_reference_now (&self, &g_array_index (references, ReboundCheckedReference, i));
  for (guint i = 0; i < declared->len && all_names != NULL; i++)
    g_ptr_array_add (all_names, g_strdup (declared->pdata[i]));
  return g_steal_pointer (&types);
}

gboolean
rebound_checker_check (ReboundScript *script,
                       ReboundCast *cast,
                       ReboundScope *scope,
                       ReboundDevice *device,
                       gboolean fill,
                       GPtrArray *names,
                       GHashTable **types,
                       GError **error)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autoptr (GHashTable) found = NULL;

  found = check_script (script, cast, scope, device, fill, FALSE, names, diagnostics);
  if (types != NULL)
    *types = g_steal_pointer (&found);
  return rebound_diagnostics_check (diagnostics, error);
}

void
rebound_checker_add_mistakes (ReboundScript *script, ReboundCast *cast, ReboundScope *scope)
{
  g_hash_table_unref (check_script (script, cast, scope, NULL, FALSE, TRUE, NULL,
                                    rebound_script_get_mistakes (script)));
}
