/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lifecycle as the checker and --fill see it, ahead of a run: held against the tests' own table
 * too, since a checker that follows other rules than the play would refuse what is right. */

#include "lifecycle-table.h"

#include <string.h>

#include "lifecycle/rebound-transition-private.h"

static ReboundLife
life_of (const Situation *situation)
{
  return (ReboundLife){
    .state = situation->state,
    .flags = (situation->locked ? REBOUND_LIFE_LOCKED : 0)
             | (situation->locked && situation->in_front ? REBOUND_LIFE_IN_FRONT : 0)
             | (situation->link_down ? REBOUND_LIFE_LINK_DOWN : 0)
             | (situation->lock_resigns ? REBOUND_LIFE_LOCK_RESIGNS : 0)
             | (situation->debugger ? REBOUND_LIFE_AWAKE : 0),
  };
}

/* -- the rows -- */

static const char *const callback_names[REBOUND_N_CALLBACKS]
    = { "WF", "DF", "BA", "RA", "EB", "EF", "WT", "MW", "PDU", "PDA" };

/* What a row of the program's table says, put as the tests' table does. */
static char *
describe_row (const ReboundTransition *row)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < row->n_steps; i++)
    g_string_append_printf (text, "%s(%s) ", callback_names[row->steps[i].callback],
                            lifecycle_table_name_state (row->steps[i].state));
  g_string_append_printf (text, "> %s", lifecycle_table_name_state (row->to));
  return g_string_free (text, FALSE);
}

/* A row has the callbacks only: neither what the application is not told of, nor the suspension
 * that is the system's. */
static char *
describe_cell (const Situation *situation, guint word)
{
  g_autofree char *cell = lifecycle_table_play (situation, word);
  g_auto (GStrv) parts = NULL;
  GString *text = g_string_new (NULL);
  gboolean frozen = FALSE;

  parts = g_strsplit (cell, " ", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      frozen = frozen || (i > 0 && g_str_equal (parts[i], "freeze"));
      if (strchr (parts[i], '(') != NULL)
        g_string_append_printf (text, "%s ", parts[i]);
    }
  g_string_append_printf (text, "> %s", frozen ? "background" : strrchr (cell, '>') + 2);
  return g_string_free (text, FALSE);
}

static void
test_rows (void)
{
  guint n_rows, n_found = 0;

  g_test_summary ("The program's rows are the cells of the application's own words, and no others");

  rebound_transitions (&n_rows);
  for (guint i = 0; i < LIFECYCLE_TABLE_N_STATES; i++)
    for (guint word = 0; lifecycle_table_is_own_word (word); word++)
      {
        Situation situation = { .state = (ReboundApplicationState) i };
        const ReboundTransition *row
            = rebound_transition_find (lifecycle_table_get_word (word), situation.state);
        g_autofree char *seen = NULL, *expected = NULL;

        g_assert_cmpint (row != NULL, ==, lifecycle_table_allows (&situation, word));
        if (row == NULL)
          continue;
        n_found++;
        seen = describe_row (row);
        expected = describe_cell (&situation, word);
        g_assert_cmpstr (seen, ==, expected);
      }
  g_assert_cmpuint (n_found, ==, n_rows);
}

static void
check_ahead (const Situation *situation, guint word)
{
  ReboundLife life = life_of (situation), after;
  const char *name = lifecycle_table_get_word (word);
  gboolean possible = lifecycle_table_allows (situation, word);
  Situation wanted;

  g_assert_cmpint (rebound_life_plan (&life, name) != NULL, ==, possible);
  if (!possible)
    return;
  after = rebound_life_after (&life, name);
  wanted = lifecycle_table_follow (situation, word);
  g_assert_cmpint (after.state, ==, wanted.state);
  g_assert_cmpuint (after.flags, ==, life_of (&wanted).flags);
}

static void
test_ahead (void)
{
  Situation situation;

  g_test_summary ("What is followed ahead of a run is what is then played");

  for (guint i = 0; i < LIFECYCLE_TABLE_N_NUMBERS; i++)
    for (guint word = 0; word < lifecycle_table_get_n_words (); word++)
      if (lifecycle_table_get_situation (i, &situation))
        check_ahead (&situation, word);
}

static void
test_words (void)
{
  static const char *const others[] = { "", "Launch", "launch ", "set", "work", "possible" };
  ReboundLife life = { .state = REBOUND_APPLICATION_STATE_NOT_RUNNING };

  g_test_summary ("The table's words are words of a life, and no others are");

  for (guint i = 0; i < lifecycle_table_get_n_words (); i++)
    g_assert_true (rebound_life_is_word (lifecycle_table_get_word (i)));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_assert_false (rebound_life_is_word (others[i]));
      g_assert_null (rebound_life_plan (&life, others[i]));
    }
}

/* -- the missing steps -- */

/* Nothing that ends the application is a missing step, and a launch in the background is the
 * system's doing, which nobody who wants to come to the front leaves out. */
static gboolean
is_a_step (const Situation *situation, guint word)
{
  return lifecycle_table_allows (situation, word)
         && !g_str_equal (lifecycle_table_get_word (word), "launch background=yes")
         && (situation->state == REBOUND_APPLICATION_STATE_NOT_RUNNING
             || lifecycle_table_follow (situation, word).state
                    != REBOUND_APPLICATION_STATE_NOT_RUNNING);
}

static gboolean
is_same (const Situation *a, const Situation *b)
{
  return a->state == b->state && a->locked == b->locked && a->in_front == b->in_front
         && a->link_down == b->link_down;
}

/* Appends where one step leads to from number @from of @reached, unless one has been there. */
static void
go_on (GArray *reached, guint from)
{
  for (guint word = 0; word < lifecycle_table_get_n_words (); word++)
    {
      Situation here = g_array_index (reached, Situation, from), after;
      gboolean is_new = is_a_step (&here, word);

      if (!is_new)
        continue;
      after = lifecycle_table_follow (&here, word);
      for (guint i = 0; i < reached->len && is_new; i++)
        is_new = !is_same (&g_array_index (reached, Situation, i), &after);
      if (is_new)
        g_array_append_val (reached, after);
    }
}

/* The least number of steps after which @word is possible, -1 if there are none: all that can be
 * reached, round by round. */
static int
least_steps (const Situation *situation, guint word)
{
  g_autoptr (GArray) reached = g_array_new (FALSE, FALSE, sizeof (Situation));
  guint done = 0;

  g_array_append_vals (reached, situation, 1);
  for (int steps = 0; done < reached->len; steps++)
    {
      guint end = reached->len;

      for (guint i = done; i < end; i++)
        if (lifecycle_table_allows (&g_array_index (reached, Situation, i), word))
          return steps;
      for (; done < end; done++)
        go_on (reached, done);
    }
  return -1;
}

static guint
number_of (const char *word)
{
  for (guint i = 0; i < lifecycle_table_get_n_words (); i++)
    if (g_str_equal (lifecycle_table_get_word (i), word))
      return i;
  g_assert_not_reached ();
}

static void
check_fill (Situation situation, guint word)
{
  ReboundLife life = life_of (&situation);
  g_autoptr (GPtrArray) path = rebound_life_fill (&life, lifecycle_table_get_word (word));

  g_assert_cmpint (path != NULL ? (int) path->len : -1, ==, least_steps (&situation, word));
  for (guint step = 0; path != NULL && step < path->len; step++)
    {
      guint next = number_of (path->pdata[step]);

      g_assert_true (is_a_step (&situation, next));
      situation = lifecycle_table_follow (&situation, next);
    }
  if (path != NULL)
    g_assert_true (lifecycle_table_allows (&situation, word));
}

static void
test_fill_is_shortest (void)
{
  Situation situation;

  g_test_summary ("--fill: the steps are possible one after another, and fewer would not do");

  for (guint i = 0; i < LIFECYCLE_TABLE_N_NUMBERS; i++)
    for (guint word = 0; word < lifecycle_table_get_n_words (); word++)
      if (lifecycle_table_get_situation (i, &situation))
        check_fill (situation, word);
}

static void
test_fill_examples (void)
{
  static const struct
  {
    guint state;
    gboolean locked;
    gboolean in_front;
    const char *word;
    const char *path; /* NULL: none */
  } cases[] = {
    { REBOUND_APPLICATION_STATE_NOT_RUNNING, FALSE, FALSE, "launch", "" },
    { REBOUND_APPLICATION_STATE_NOT_RUNNING, FALSE, FALSE, "home", "launch" },
    { REBOUND_APPLICATION_STATE_NOT_RUNNING, FALSE, FALSE, "open", "launch home" },
    { REBOUND_APPLICATION_STATE_NOT_RUNNING, FALSE, FALSE, "unlock", "lock" },
    { REBOUND_APPLICATION_STATE_ACTIVE, FALSE, FALSE, "enter-background", "resign-active" },
    { REBOUND_APPLICATION_STATE_ACTIVE, FALSE, FALSE, "suspend", "resign-active enter-background" },
    { REBOUND_APPLICATION_STATE_ACTIVE, FALSE, FALSE, "open", "home" },
    { REBOUND_APPLICATION_STATE_ACTIVE, FALSE, FALSE, "launch", NULL },
    { REBOUND_APPLICATION_STATE_SUSPENDED, FALSE, FALSE, "home", "open" },
    { REBOUND_APPLICATION_STATE_SUSPENDED, FALSE, FALSE, "terminate", "resume" },
    { REBOUND_APPLICATION_STATE_SUSPENDED, TRUE, TRUE, "home", "unlock" },
    { REBOUND_APPLICATION_STATE_SUSPENDED, TRUE, FALSE, "open", "unlock" },
    { REBOUND_APPLICATION_STATE_SUSPENDED, FALSE, FALSE, "launch", NULL },
    { REBOUND_APPLICATION_STATE_NOT_RUNNING, FALSE, FALSE, "wake", "launch home" },
    { REBOUND_APPLICATION_STATE_SUSPENDED, FALSE, FALSE, "memory-warning", "resume" },
    { REBOUND_APPLICATION_STATE_SUSPENDED, TRUE, FALSE, "swipe-kill", "unlock" },
  };

  g_test_summary ("--fill: what a person would have done");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Situation situation
          = { .state = cases[i].state, .locked = cases[i].locked, .in_front = cases[i].in_front };
      ReboundLife life = life_of (&situation);
      g_autoptr (GPtrArray) path = rebound_life_fill (&life, cases[i].word);
      g_autofree char *text = NULL;

      if (path != NULL)
        {
          g_ptr_array_add (path, NULL);
          text = g_strjoinv (" ", (char **) path->pdata);
        }
      g_assert_cmpstr (text, ==, cases[i].path);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/life/rows", test_rows);
  g_test_add_func ("/life/ahead", test_ahead);
  g_test_add_func ("/life/words", test_words);
  g_test_add_func ("/life/fill-is-shortest", test_fill_is_shortest);
  g_test_add_func ("/life/fill-examples", test_fill_examples);
  return g_test_run ();
}
