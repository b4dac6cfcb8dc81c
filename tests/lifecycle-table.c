/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lifecycle a second time, so that there is something to hold the program against. It was
 * written from the documents alone. That is also why it is laid out as they are, a row a word and
 * a column a state, with the whole of what is seen in each cell, and shares no way of putting
 * things with the program's: a mistake would have to be made twice, in two forms, to go unseen. */

#include "lifecycle-table.h"

#include <string.h>

#define N_STATES LIFECYCLE_TABLE_N_STATES

static const char *const state_names[N_STATES]
    = { "not-running", "inactive", "active", "background", "suspended" };

/* By state. NULL: the word is refused. */
typedef struct
{
  const char *word;
  const char *from[N_STATES];
} Row;

#define UP    "EF(background) BA(active) > active"
#define DOWN  "RA(active) EB(background) freeze > suspended"
#define LEAVE "EB(background) freeze > suspended"
#define DIE   "gone > not-running"

/* clang-format off */
static const Row own_rows[] = {
  /*                      not-running, inactive, active, background, suspended */
  { "launch",           { "WF(inactive) DF(inactive) BA(active) > active", NULL, NULL, NULL,
                          NULL } },
  { "launch background=yes",
                        { "WF(background) DF(background) " LEAVE, NULL, NULL, NULL, NULL } },
  { "resign-active",    { NULL, NULL, "RA(active) > inactive", NULL, NULL } },
  { "become-active",    { NULL, "BA(active) > active", NULL, NULL, NULL } },
  { "enter-background", { NULL, "EB(background) > background", NULL, NULL, NULL } },
  { "enter-foreground", { NULL, NULL, NULL, "EF(background) > inactive", NULL } },
  { "suspend",          { NULL, NULL, NULL, "freeze > suspended", NULL } },
  { "resume",           { NULL, NULL, NULL, NULL, "thaw > background" } },
  { "wake",             { NULL, NULL, NULL, NULL, "thaw " LEAVE } },
  { "memory-warning",   { NULL, "MW(inactive) > inactive", "MW(active) > active",
                          "MW(background) > background", NULL } },
  { "terminate",        { NULL, NULL, NULL, "WT(background) " DIE, NULL } },
  { "kill",             { NULL, DIE, DIE, DIE, DIE } },
  { "crash",            { NULL, DIE, DIE, DIE, DIE } },
};

/* The phone's words that go with its screen unlocked. */
static const Row unlocked_rows[] = {
  { "home",             { NULL, LEAVE, DOWN, NULL, NULL } },
  { "open-other",       { NULL, LEAVE, DOWN, NULL, NULL } },
  { "open",             { NULL, NULL, NULL, UP, "thaw " UP } },
  { "interrupt",        { NULL, NULL, "RA(active) > inactive", NULL, NULL } },
  { "end-interrupt",    { NULL, "BA(active) > active", NULL, NULL, NULL } },
  { "accept-call",      { NULL, LEAVE, NULL, NULL, NULL } },
  { "app-switcher",     { NULL, NULL, "RA(active) > inactive", NULL, NULL } },
  { "pick-same",        { NULL, "BA(active) > active", NULL, NULL, NULL } },
  { "pick-other",       { NULL, LEAVE, NULL, NULL, NULL } },
  { "swipe-kill",       { NULL, "EB(background) WT(background) " DIE, NULL, "WT(background) " DIE,
                          DIE } },
};

/* What the screen's lock does, by what it means. */
static const Row lock_backgrounds
    = { "lock",         { "> not-running", LEAVE, DOWN, "> background", "> suspended" } };
static const Row lock_resigns
    = { "lock",         { "> not-running", "> inactive", "RA(active) > inactive", "> background",
                          "> suspended" } };

/* And its end, by who was in front. */
static const Row unlock_in_front
    = { "unlock",       { NULL, "BA(active) > active", "> active", UP, "thaw " UP } };
static const Row unlock_elsewhere
    = { "unlock",       { "> not-running", "> inactive", "> active", "> background",
                          "> suspended" } };

/* What comes over the phone whether it is locked or not. */
static const Row system_rows[] = {
  { "reboot",           { "> not-running", DIE, DIE, DIE, DIE } },
  { "reclaim-sockets",  { NULL, NULL, NULL, "> background", "> suspended" } },
};

/* One way each, by how the link is. */
static const Row link_rows[] = {
  { "network-down",     { "> not-running", "> inactive", "> active", "> background",
                          "> suspended" } },
  { "network-up",       { "> not-running", "> inactive", "> active", "> background",
                          "> suspended" } },
};
/* clang-format on */

/* All words, in the order of the rows above. */
typedef enum
{
  WORD_UNLOCKED = G_N_ELEMENTS (own_rows),
  WORD_LOCK = WORD_UNLOCKED + G_N_ELEMENTS (unlocked_rows),
  WORD_UNLOCK,
  WORD_SYSTEM,
  WORD_NETWORK_DOWN = WORD_SYSTEM + G_N_ELEMENTS (system_rows),
  WORD_NETWORK_UP,
  N_WORDS,
} Word;

const char *
lifecycle_table_name_state (ReboundApplicationState state)
{
  return state_names[state];
}

guint
lifecycle_table_get_n_words (void)
{
  return N_WORDS;
}

gboolean
lifecycle_table_is_own_word (guint word)
{
  return word < WORD_UNLOCKED;
}

/* The row of @word in @situation, and whether it counts there. */
static const Row *
row_of (const Situation *situation, guint word, gboolean *counts)
{
  *counts = TRUE;
  if (word < WORD_UNLOCKED)
    return &own_rows[word];
  if (word >= WORD_NETWORK_DOWN)
    {
      *counts = situation->link_down == (word == WORD_NETWORK_UP);
      return &link_rows[word - WORD_NETWORK_DOWN];
    }
  if (word >= WORD_SYSTEM)
    return &system_rows[word - WORD_SYSTEM];
  *counts = situation->locked == (word == WORD_UNLOCK);
  if (word == WORD_UNLOCK)
    return situation->in_front ? &unlock_in_front : &unlock_elsewhere;
  if (word == WORD_LOCK)
    return situation->lock_resigns ? &lock_resigns : &lock_backgrounds;
  return &unlocked_rows[word - WORD_UNLOCKED];
}

static const char *
cell_of (const Situation *situation, guint word)
{
  gboolean counts;
  const Row *row = row_of (situation, word, &counts);

  return counts ? row->from[situation->state] : NULL;
}

const char *
lifecycle_table_get_word (guint word)
{
  Situation any = { 0 };
  gboolean counts;

  return row_of (&any, word, &counts)->word;
}

gboolean
lifecycle_table_allows (const Situation *situation, guint word)
{
  return cell_of (situation, word) != NULL;
}

/* With a debugger the system suspends nobody; who says so in so many words is still obeyed. */
char *
lifecycle_table_play (const Situation *situation, guint word)
{
  static const char freeze[] = "freeze > suspended";
  const char *cell = cell_of (situation, word);

  if (cell == NULL || !situation->debugger || !g_str_has_suffix (cell, freeze)
      || strcmp (lifecycle_table_get_word (word), "suspend") == 0)
    return g_strdup (cell);
  return g_strdup_printf ("%.*s> background", (int) (strlen (cell) - strlen (freeze)), cell);
}

static ReboundApplicationState
state_of (const char *name)
{
  for (guint i = 0; i < N_STATES; i++)
    if (strcmp (state_names[i], name) == 0)
      return (ReboundApplicationState) i;
  g_assert_not_reached ();
}

Situation
lifecycle_table_follow (const Situation *situation, guint word)
{
  g_autofree char *cell = lifecycle_table_play (situation, word);
  Situation after = *situation;

  after.state = state_of (strrchr (cell, '>') + 2);
  if (word == WORD_LOCK)
    {
      after.locked = TRUE;
      after.in_front = situation->state == REBOUND_APPLICATION_STATE_ACTIVE
                       || situation->state == REBOUND_APPLICATION_STATE_INACTIVE;
    }
  if (word == WORD_UNLOCK)
    after.locked = after.in_front = FALSE;
  if (after.state == REBOUND_APPLICATION_STATE_NOT_RUNNING)
    after.in_front = FALSE;
  if (word >= WORD_NETWORK_DOWN)
    after.link_down = word == WORD_NETWORK_DOWN;
  return after;
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
lifecycle_table_list_possible (const Situation *situation, gboolean own_only)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  for (guint i = 0; i < (own_only ? WORD_UNLOCKED : N_WORDS); i++)
    if (lifecycle_table_allows (situation, i))
      g_ptr_array_add (words, (gpointer) lifecycle_table_get_word (i));
  g_ptr_array_sort (words, compare_words);
  g_ptr_array_add (words, NULL);
  return g_strjoinv (", ", (char **) words->pdata);
}

char *
lifecycle_table_describe (const Situation *self)
{
  return g_strdup_printf ("%s%s%s%s%s%s", state_names[self->state], self->locked ? ", locked" : "",
                          self->in_front ? ", in front" : "", self->link_down ? ", link down" : "",
                          self->lock_resigns ? ", lock means resign" : "",
                          self->debugger ? ", debugger" : "");
}

gboolean
lifecycle_table_get_situation (guint number, Situation *situation)
{
  *situation = (Situation){
    .state = (ReboundApplicationState) (number / 32),
    .locked = (number & 1) != 0,
    .in_front = (number & 2) != 0,
    .link_down = (number & 4) != 0,
    .lock_resigns = (number & 8) != 0,
    .debugger = (number & 16) != 0,
  };
  if (number >= LIFECYCLE_TABLE_N_NUMBERS || (situation->in_front && !situation->locked))
    return FALSE;
  return !(situation->in_front && situation->state == REBOUND_APPLICATION_STATE_NOT_RUNNING);
}
