/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The picture is made from the table that is played, so it cannot show what is not so. It has the
 * application's own words, one step each: a person's acts are paths in it, and drawn as edges of
 * their own they would hide the five states behind them. For the same reason a word that ends the
 * process from wherever it is gets one edge, from the box around the states that have one. */

#include "rebound-lifecycle-diagram-private.h"

#include <string.h>

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-transition-private.h"

#define NOT_RUNNING REBOUND_APPLICATION_STATE_NOT_RUNNING
#define LAST_STATE  REBOUND_APPLICATION_STATE_SUSPENDED

/* Mermaid's names may have no hyphen in them, which would be the beginning of an arrow. */
static const char *
get_id (ReboundApplicationState state)
{
  g_autoptr (GEnumClass) klass = NULL;

  if (state == NOT_RUNNING)
    return "not_running";
  klass = g_type_class_ref (REBOUND_TYPE_APPLICATION_STATE);
  return g_enum_get_value (klass, (int) state)->value_nick;
}

/* Whether the word leads from every state that has a process to the one that has none. */
static gboolean
ends_from_anywhere (const char *word)
{
  for (int from = NOT_RUNNING + 1; from <= LAST_STATE; from++)
    {
      const ReboundTransition *transition
          = rebound_transition_find (word, (ReboundApplicationState) from);

      if (transition == NULL || transition->to != NOT_RUNNING)
        return FALSE;
    }
  return TRUE;
}

static void
add_word (GString *label, const char *word)
{
  g_string_append_printf (label, "%s%s", label->len > 0 ? ", " : "", word);
}

static void
write_edge (GString *text, const char *indent, int from, int to)
{
  g_autoptr (GString) label = g_string_new (NULL);
  guint n_transitions;
  const ReboundTransition *transitions = rebound_transitions (&n_transitions);

  for (guint i = 0; i < n_transitions; i++)
    if (transitions[i].from == (ReboundApplicationState) from
        && transitions[i].to == (ReboundApplicationState) to
        && !ends_from_anywhere (transitions[i].words[0]))
      add_word (label, transitions[i].words[0]);
  if (label->len > 0)
    g_string_append_printf (text, "%s%s --> %s : %s\n", indent,
                            get_id ((ReboundApplicationState) from),
                            get_id ((ReboundApplicationState) to), label->str);
}

static void
write_end_from_anywhere (GString *text)
{
  g_autoptr (GString) label = g_string_new (NULL);
  guint n_transitions;
  const ReboundTransition *transitions = rebound_transitions (&n_transitions);

  for (guint i = 0; i < n_transitions; i++)
    if (transitions[i].from == LAST_STATE && ends_from_anywhere (transitions[i].words[0]))
      add_word (label, transitions[i].words[0]);
  if (label->len > 0)
    g_string_append_printf (text, "  process --> not_running : %s\n", label->str);
}

void
rebound_lifecycle_diagram_write (GString *text)
{
  g_string_append (text, "```mermaid\n"
                         "stateDiagram-v2\n"
                         "  state \"not-running\" as not_running\n"
                         "  state \"there is a process\" as process {\n");
  for (int from = NOT_RUNNING + 1; from <= LAST_STATE; from++)
    for (int to = NOT_RUNNING + 1; to <= LAST_STATE; to++)
      write_edge (text, "    ", from, to);
  g_string_append (text, "  }\n"
                         "  [*] --> not_running\n");
  for (int state = NOT_RUNNING + 1; state <= LAST_STATE; state++)
    write_edge (text, "  ", NOT_RUNNING, state);
  for (int state = NOT_RUNNING + 1; state <= LAST_STATE; state++)
    write_edge (text, "  ", state, NOT_RUNNING);
  write_end_from_anywhere (text);
  g_string_append (text, "```\n");
}
