/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The grammar knows no list of verbs, GObject does: a verb is an action that the device or the
 * application has. This is the one place where the two meet. */

#include "rebound-verb-private.h"

#include <string.h>

#include "rebound-device.h"
#include "rebound-member-private.h"
#include "rebound-scriptable.h"

GType
rebound_verb_find (const char *verb, guint *action)
{
  const GType holders[] = { REBOUND_TYPE_DEVICE, REBOUND_TYPE_APPLICATION };

  for (guint i = 0; i < G_N_ELEMENTS (holders); i++)
    {
      guint id = rebound_member_find (holders[i], verb, TRUE);

      if (id == 0)
        continue;
      if (action != NULL)
        *action = id;
      return holders[i];
    }
  return G_TYPE_INVALID;
}

static const ReboundAssignment *
find_assignment (GArray *assignments, const char *name)
{
  for (guint i = 0; assignments != NULL && i < assignments->len; i++)
    if (strcmp (g_array_index (assignments, ReboundAssignment, i).name.text, name) == 0)
      return &g_array_index (assignments, ReboundAssignment, i);
  return NULL;
}

/* The device's actions take the application as an argument, and say so where they have none. */
static void
name_in_argument (ReboundStatement *statement)
{
  const ReboundText *application = &statement->application;
  ReboundAssignment assignment = { { g_strdup ("application"), application->position },
                                   { g_strdup (application->text), application->position } };

  g_array_append_val (statement->assignments, assignment);
}

void
rebound_verb_recognise (ReboundStatement *statement)
{
  GType holder;

  if (statement->kind != REBOUND_STATEMENT_DECLARATION || statement->place != REBOUND_PLACE_OF_CLASS
      || rebound_scriptable_look_up (statement->type.text, NULL) != G_TYPE_INVALID)
    return;
  holder = rebound_verb_find (statement->type.text, NULL);
  if (holder == G_TYPE_INVALID)
    return;
  statement->kind = REBOUND_STATEMENT_VERB;
  statement->application = statement->name;
  statement->name = statement->type;
  memset (&statement->type, 0, sizeof statement->type);
  if (holder == REBOUND_TYPE_DEVICE)
    name_in_argument (statement);
}

const char *
rebound_verb_get_word (const char *name, GArray *assignments)
{
  const ReboundAssignment *background = find_assignment (assignments, "background");

  if (strcmp (name, "launch") == 0 && background != NULL
      && strcmp (background->value.text, "yes") == 0)
    return "launch background=yes";
  return g_intern_string (name);
}

const ReboundText *
rebound_verb_get_application (const ReboundStatement *statement)
{
  const ReboundAssignment *assignment = find_assignment (statement->assignments, "application");

  if (statement->application.text != NULL)
    return &statement->application;
  return assignment != NULL ? &assignment->value : NULL;
}
