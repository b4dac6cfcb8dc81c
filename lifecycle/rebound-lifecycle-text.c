/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lifecycle for those who write scripts, from the tables that are played. There are two kinds
 * of words, and each has its table: the application's own, which are single steps with the
 * callbacks that come in them, and a person's or the system's, which come to the former, and to
 * different ones depending on how things stand. */

#include "rebound-lifecycle.h"

#include <string.h>

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-device.h"
#include "rebound-lifecycle-diagram-private.h"
#include "rebound-markdown-private.h"
#include "rebound-member-private.h"
#include "rebound-member.h"
#include "rebound-phone-private.h"
#include "rebound-transition-private.h"

#define N_STATES   (REBOUND_APPLICATION_STATE_SUSPENDED + 1)
#define ALL_STATES ((1u << N_STATES) - 1)
#define PROCESS    (ALL_STATES & ~(1u << REBOUND_APPLICATION_STATE_NOT_RUNNING))

static const char *
get_nick (GType type, int value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, value)->value_nick;
}

static void
append_item (GString *list, const char *item)
{
  g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", item);
}

/* "active", "inactive, background", "any", "any but not-running". (transfer full) */
static char *
dup_states (guint mask)
{
  g_autoptr (GString) list = g_string_new (NULL);

  if (mask == ALL_STATES)
    return g_strdup ("any");
  if (mask == PROCESS)
    return g_strdup ("any but not-running");
  for (int state = 0; state < N_STATES; state++)
    if ((mask & (1u << state)) != 0)
      append_item (list, get_nick (REBOUND_TYPE_APPLICATION_STATE, state));
  return g_strdup (list->str);
}

/* -- what the words mean -- */

typedef gboolean (*WordFilter) (const char *word);

static void
write_meanings (GType type, WordFilter filter, GString *text)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type); /* has the actions */
  g_autoptr (GArray) ids = rebound_member_list (type, TRUE);

  for (guint i = 0; i < ids->len; i++)
    {
      guint id = g_array_index (ids, guint, i);

      if (filter (g_signal_name (id)))
        g_string_append_printf (text, "- `%s`: %s\n", g_signal_name (id),
                                rebound_member_get_blurb (id));
    }
  g_string_append_c (text, '\n');
}

static gboolean
is_for_one (const char *word)
{
  return !rebound_phone_is_for_all (word) && !rebound_phone_is_for_front (word);
}

/* -- the application's own words -- */

static gboolean
leads_nowhere (const ReboundTransition *transition)
{
  return transition->from == transition->to;
}

/* Rows that differ in the state alone in which the word is said are one for a reader. */
static gboolean
are_alike (const ReboundTransition *one, const ReboundTransition *other)
{
  if (strcmp (one->words[0], other->words[0]) != 0 || one->n_steps != other->n_steps
      || leads_nowhere (one) != leads_nowhere (other)
      || (!leads_nowhere (one) && one->to != other->to))
    return FALSE;
  for (guint i = 0; i < one->n_steps; i++)
    if (one->steps[i].callback != other->steps[i].callback
        || (!leads_nowhere (one) && one->steps[i].state != other->steps[i].state))
      return FALSE;
  return TRUE;
}

/* The states of all rows that are like @transition; 0 where an earlier one has told of it. */
static guint
gather (const ReboundTransition *transition)
{
  guint n_transitions;
  const ReboundTransition *transitions = rebound_transitions (&n_transitions);
  guint mask = 0;

  for (guint i = 0; i < n_transitions; i++)
    if (are_alike (&transitions[i], transition))
      {
        if (&transitions[i] < transition)
          return 0;
        mask |= 1u << transitions[i].from;
      }
  return mask;
}

static void
add_step (ReboundMarkdownTable *table, const ReboundTransition *transition, guint step)
{
  if (transition->n_steps == 0)
    {
      rebound_markdown_table_add (table, "none");
      rebound_markdown_table_add (table, "");
      return;
    }
  rebound_markdown_table_add (table, get_nick (REBOUND_TYPE_CALLBACK,
                                               (int) transition->steps[step].callback));
  rebound_markdown_table_add (table, leads_nowhere (transition)
                                         ? "the same"
                                         : get_nick (REBOUND_TYPE_APPLICATION_STATE,
                                                     (int) transition->steps[step].state));
}

/* A row a callback, of which the first has the word. */
static void
add_transition (ReboundMarkdownTable *table, const ReboundTransition *transition, guint mask)
{
  g_autofree char *from = dup_states (mask);

  for (guint i = 0; i < MAX (transition->n_steps, 1); i++)
    {
      gboolean is_last = i + 1 >= transition->n_steps;

      rebound_markdown_table_add_code (table, i == 0 ? transition->words[0] : "");
      rebound_markdown_table_add (table, i == 0 ? from : "");
      add_step (table, transition, i);
      rebound_markdown_table_add (table, !is_last ? ""
                                         : leads_nowhere (transition)
                                             ? "the same"
                                             : get_nick (REBOUND_TYPE_APPLICATION_STATE,
                                                         (int) transition->to));
    }
}

static void
write_transitions (GString *text)
{
  static const char *const titles[] = {
    "word", "possible while it is", "callbacks, in order", "the state reads", "afterwards it is",
    NULL
  };
  g_autoptr (ReboundMarkdownTable) table = rebound_markdown_table_new (titles);
  guint n_transitions;
  const ReboundTransition *transitions = rebound_transitions (&n_transitions);

  for (guint i = 0; i < n_transitions; i++)
    {
      guint mask = gather (&transitions[i]);

      if (mask != 0)
        add_transition (table, &transitions[i], mask);
    }
  rebound_markdown_table_write (table, text);
}

static void
write_own_words (GString *text)
{
  g_string_append (text, "## The application's own words\n\n"
                         "Each is one step. In a state for which it has no row a word is refused, "
                         "with the words that are possible.\n\n");
  rebound_lifecycle_diagram_write (text);
  g_string_append_c (text, '\n');
  write_meanings (REBOUND_TYPE_APPLICATION, rebound_life_is_word, text);
  write_transitions (text);
}

/* -- what a person and the system do -- */

static char *
dup_conditions (const ReboundPlan *plan)
{
  static const struct
  {
    ReboundLifeFlags flag;
    const char *with, *without;
  } conditions[] = {
    { REBOUND_LIFE_LOCKED, "locked", "unlocked" },
    { REBOUND_LIFE_IN_FRONT, "it was in front then", "it was not in front then" },
    { REBOUND_LIFE_LOCK_RESIGNS, "lock-means=resign", "lock-means=background" },
    { REBOUND_LIFE_LINK_DOWN, "without a link", "with a link" },
  };
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (conditions); i++)
    if ((plan->with & conditions[i].flag) != 0)
      append_item (list, conditions[i].with);
    else if ((plan->without & conditions[i].flag) != 0)
      append_item (list, conditions[i].without);
  return g_strdup (list->len > 0 ? list->str : "in any way");
}

static char *
dup_words (const ReboundPlan *plan)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; plan->words[i] != NULL; i++)
    append_item (list, plan->words[i]);
  return g_strdup (list->len > 0 ? list->str : "nothing");
}

/* All states that share a plan with words in it come to the same one. */
static const char *
get_outcome (const ReboundPlan *plan)
{
  ReboundLife life = { .flags = plan->with };

  if (plan->words[0] == NULL)
    return "the same";
  while ((plan->from & (1u << life.state)) == 0)
    life.state++;
  return get_nick (REBOUND_TYPE_APPLICATION_STATE,
                   (int) rebound_life_after (&life, plan->word).state);
}

static void
write_plans (GString *text)
{
  static const char *const titles[] = { "word",
                                        "possible while the phone is",
                                        "and the application is",
                                        "to the application it is",
                                        "afterwards it is",
                                        NULL };
  g_autoptr (ReboundMarkdownTable) table = rebound_markdown_table_new (titles);
  guint n_plans;
  const ReboundPlan *plans = rebound_plans (&n_plans);

  for (guint i = 0; i < n_plans; i++)
    {
      g_autofree char *conditions = dup_conditions (&plans[i]);
      g_autofree char *states = dup_states (plans[i].from);
      g_autofree char *words = dup_words (&plans[i]);

      rebound_markdown_table_add_code (table, plans[i].word);
      rebound_markdown_table_add (table, conditions);
      rebound_markdown_table_add (table, states);
      rebound_markdown_table_add (table, words);
      rebound_markdown_table_add (table, get_outcome (&plans[i]));
    }
  rebound_markdown_table_write (table, text);
}

static void
write_acts (GString *text)
{
  g_string_append (text, "## What a person and the system do\n\nTo every application:\n\n");
  write_meanings (REBOUND_TYPE_DEVICE, rebound_phone_is_for_all, text);
  g_string_append (text, "To the application in front:\n\n");
  write_meanings (REBOUND_TYPE_DEVICE, rebound_phone_is_for_front, text);
  g_string_append (text, "To the application that is named (`open mail`), or to `app`:\n\n");
  write_meanings (REBOUND_TYPE_DEVICE, is_for_one, text);
  g_string_append (text, "What that comes to, in the application's own words:\n\n");
  write_plans (text);
  g_string_append (
      text, "\nA `suspend` behind another word comes as soon as nothing keeps the application "
            "running: it has had one more turn of its main loop, it holds no background task, and "
            "no debugger is attached. `launch` and `open` are an `open-other` to whoever else is "
            "in front.\n");
}

char *
rebound_lifecycle_describe (void)
{
  GString *text = g_string_new (NULL);

  write_own_words (text);
  g_string_append_c (text, '\n');
  write_acts (text);
  return g_string_free (text, FALSE);
}
