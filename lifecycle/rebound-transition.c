/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lifecycle as two const arrays. A state machine that is data can be read, printed, searched
 * and held against another table; the order of the callbacks is the order of the columns. Sources
 * are in docs/lifecycle.md. */

#include "rebound-transition-private.h"

#include <string.h>

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-error.h"

#define NOT_RUNNING REBOUND_APPLICATION_STATE_NOT_RUNNING
#define INACTIVE    REBOUND_APPLICATION_STATE_INACTIVE
#define ACTIVE      REBOUND_APPLICATION_STATE_ACTIVE
#define BACKGROUND  REBOUND_APPLICATION_STATE_BACKGROUND
#define SUSPENDED   REBOUND_APPLICATION_STATE_SUSPENDED

#define WF REBOUND_CALLBACK_WILL_FINISH_LAUNCHING
#define DF REBOUND_CALLBACK_DID_FINISH_LAUNCHING
#define BA REBOUND_CALLBACK_DID_BECOME_ACTIVE
#define RA REBOUND_CALLBACK_WILL_RESIGN_ACTIVE
#define EB REBOUND_CALLBACK_DID_ENTER_BACKGROUND
#define EF REBOUND_CALLBACK_WILL_ENTER_FOREGROUND
#define WT REBOUND_CALLBACK_WILL_TERMINATE

/* clang-format off */
static const ReboundTransition transitions[] = {
  /* word                   from         to           callbacks, each with the state that it reads */
  { { "launch" },           NOT_RUNNING, ACTIVE,      3, { { WF, INACTIVE }, { DF, INACTIVE }, { BA, ACTIVE } } },
  { { "resign-active" },    ACTIVE,      INACTIVE,    1, { { RA, ACTIVE } } },
  { { "become-active" },    INACTIVE,    ACTIVE,      1, { { BA, ACTIVE } } },
  { { "enter-background" }, INACTIVE,    BACKGROUND,  1, { { EB, BACKGROUND } } },
  { { "enter-foreground" }, BACKGROUND,  INACTIVE,    1, { { EF, BACKGROUND } } },
  { { "suspend" },          BACKGROUND,  SUSPENDED,   0, { { 0, 0 } } },
  { { "resume" },           SUSPENDED,   BACKGROUND,  0, { { 0, 0 } } },
  { { "terminate" },        BACKGROUND,  NOT_RUNNING, 1, { { WT, BACKGROUND } } },
  { { "kill" },             INACTIVE,    NOT_RUNNING, 0, { { 0, 0 } } },
  { { "kill" },             ACTIVE,      NOT_RUNNING, 0, { { 0, 0 } } },
  { { "kill" },             BACKGROUND,  NOT_RUNNING, 0, { { 0, 0 } } },
  { { "kill" },             SUSPENDED,   NOT_RUNNING, 0, { { 0, 0 } } },
};

/* Whether a row of the device's holds: always, only with the application in front when the phone was locked, or only
 * with another one there. */
typedef enum { ANY, IN_FRONT, NOT_IN_FRONT } Front;

typedef struct
{
  const char *word;
  ReboundApplicationState from;
  gboolean locked; /* before */
  gboolean locks;  /* after */
  Front front;
  const char *words[4]; /* of the application, NULL-terminated */
} DevicePlan;

static const DevicePlan plans[] = {
  /* word     from         locked locks  front         comes to */
  { "home",   ACTIVE,      FALSE, FALSE, ANY,          { "resign-active", "enter-background", "suspend" } },
  { "home",   INACTIVE,    FALSE, FALSE, ANY,          { "enter-background", "suspend" } },
  { "open",   BACKGROUND,  FALSE, FALSE, ANY,          { "enter-foreground", "become-active" } },
  { "open",   SUSPENDED,   FALSE, FALSE, ANY,          { "resume", "enter-foreground", "become-active" } },
  { "lock",   ACTIVE,      FALSE, TRUE,  ANY,          { "resign-active", "enter-background", "suspend" } },
  { "lock",   INACTIVE,    FALSE, TRUE,  ANY,          { "enter-background", "suspend" } },
  { "lock",   BACKGROUND,  FALSE, TRUE,  ANY,          { NULL } },
  { "lock",   SUSPENDED,   FALSE, TRUE,  ANY,          { NULL } },
  { "lock",   NOT_RUNNING, FALSE, TRUE,  ANY,          { NULL } },
  { "unlock", BACKGROUND,  TRUE,  FALSE, IN_FRONT,     { "enter-foreground", "become-active" } },
  { "unlock", SUSPENDED,   TRUE,  FALSE, IN_FRONT,     { "resume", "enter-foreground", "become-active" } },
  { "unlock", INACTIVE,    TRUE,  FALSE, IN_FRONT,     { "become-active" } },
  { "unlock", ACTIVE,      TRUE,  FALSE, ANY,          { NULL } },
  { "unlock", NOT_RUNNING, TRUE,  FALSE, ANY,          { NULL } },
  { "unlock", BACKGROUND,  TRUE,  FALSE, NOT_IN_FRONT, { NULL } },
  { "unlock", SUSPENDED,   TRUE,  FALSE, NOT_IN_FRONT, { NULL } },
  { "unlock", INACTIVE,    TRUE,  FALSE, NOT_IN_FRONT, { NULL } },
};
/* clang-format on */

const ReboundTransition *
rebound_transitions (guint *n_transitions)
{
  *n_transitions = G_N_ELEMENTS (transitions);
  return transitions;
}

const ReboundTransition *
rebound_transition_find (const char *word, ReboundApplicationState from)
{
  for (guint i = 0; i < G_N_ELEMENTS (transitions); i++)
    if (transitions[i].from == from && strcmp (transitions[i].words[0], word) == 0)
      return &transitions[i];
  return NULL;
}

static const DevicePlan *
find_plan (const ReboundLife *life, const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      const DevicePlan *plan = &plans[i];

      if (plan->from == life->state && plan->locked == life->locked
          && (plan->front == ANY || (plan->front == IN_FRONT) == life->in_front)
          && strcmp (plan->word, word) == 0)
        return plan;
    }
  return NULL;
}

const char *const *
rebound_life_plan (const ReboundLife *life, const char *word)
{
  const ReboundTransition *transition = rebound_transition_find (word, life->state);
  const DevicePlan *plan;

  if (transition != NULL)
    return transition->words;
  plan = find_plan (life, word);
  return plan != NULL ? plan->words : NULL;
}

ReboundLife
rebound_life_after (const ReboundLife *life, const char *word)
{
  const char *const *words = rebound_life_plan (life, word);
  const DevicePlan *plan = find_plan (life, word);
  ReboundLife after = *life;

  if (plan != NULL)
    {
      if (plan->locks)
        after.in_front = life->state == ACTIVE || life->state == INACTIVE;
      after.locked = plan->locks;
    }
  for (; words != NULL && *words != NULL; words++)
    after.state = rebound_transition_find (*words, after.state)->to;
  return after;
}

/* Each word once, in the order of the tables. */
static GPtrArray *
list_words (void)
{
  GPtrArray *words = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (transitions); i++)
    if (!g_ptr_array_find_with_equal_func (words, transitions[i].words[0], g_str_equal, NULL))
      g_ptr_array_add (words, (gpointer) transitions[i].words[0]);
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    if (!g_ptr_array_find_with_equal_func (words, plans[i].word, g_str_equal, NULL))
      g_ptr_array_add (words, (gpointer) plans[i].word);
  return words;
}

gboolean
rebound_life_is_word (const char *word)
{
  g_autoptr (GPtrArray) words = list_words ();

  return g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL);
}

char *
rebound_life_list_words (const ReboundLife *life)
{
  g_autoptr (GPtrArray) words = list_words ();
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++)
    if (rebound_life_plan (life, words->pdata[i]) != NULL)
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", (char *) words->pdata[i]);
  return g_string_free (list, FALSE);
}

char *
rebound_life_to_string (const ReboundLife *life)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (REBOUND_TYPE_APPLICATION_STATE);
  const char *state = g_enum_get_value (klass, (gint) life->state)->value_nick;

  return g_strconcat (state, life->locked ? ", the phone is locked" : NULL, NULL);
}

static gboolean
refuse (const ReboundLife *life, const char *word, const char *possible, GError **error)
{
  g_autofree char *state = rebound_life_to_string (life);

  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE,
               "“%s” is not possible while the application is %s; possible: %s", word, state,
               possible);
  return FALSE;
}

gboolean
rebound_transition_check (ReboundApplicationState from, const char *word, GError **error)
{
  ReboundLife life = { from, FALSE, FALSE };
  g_autoptr (GString) possible = g_string_new (NULL);

  if (rebound_transition_find (word, from) != NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (transitions); i++)
    if (transitions[i].from == from)
      g_string_append_printf (possible, "%s%s", possible->len > 0 ? ", " : "",
                              transitions[i].words[0]);
  return refuse (&life, word, possible->str, error);
}

gboolean
rebound_life_check (const ReboundLife *life, const char *word, GError **error)
{
  g_autofree char *possible = NULL;

  if (rebound_life_plan (life, word) != NULL)
    return TRUE;
  possible = rebound_life_list_words (life);
  return refuse (life, word, possible, error);
}

static guint
life_key (const ReboundLife *life)
{
  return (guint) life->state * 4 + (life->locked ? 2 : 0) + (life->in_front ? 1 : 0);
}

/* Breadth first over at most twenty lives, so the fewest words are found; words are tried in the
 * order of the tables, and kill and terminate are never a step that is merely missing. */
GPtrArray *
rebound_life_fill (const ReboundLife *life, const char *word)
{
  g_autoptr (GPtrArray) words = list_words ();
  ReboundLife lives[20];
  struct
  {
    int parent;
    const char *word;
  } steps[G_N_ELEMENTS (lives)];
  guint n_lives = 1;
  guint seen = 1u << life_key (life);

  lives[0] = *life;
  steps[0].parent = -1;
  for (guint i = 0; i < n_lives; i++)
    {
      if (rebound_life_plan (&lives[i], word) != NULL)
        {
          GPtrArray *path = g_ptr_array_new ();

          for (int at = (int) i; steps[at].parent >= 0; at = steps[at].parent)
            g_ptr_array_insert (path, 0, (gpointer) steps[at].word);
          return path;
        }
      for (guint j = 0; j < words->len; j++)
        {
          const char *next = words->pdata[j];
          ReboundLife after;

          if (strcmp (next, "kill") == 0 || strcmp (next, "terminate") == 0
              || rebound_life_plan (&lives[i], next) == NULL)
            continue;
          after = rebound_life_after (&lives[i], next);
          if ((seen & (1u << life_key (&after))) != 0 || n_lives == G_N_ELEMENTS (lives))
            continue;
          seen |= 1u << life_key (&after);
          lives[n_lives] = after;
          steps[n_lives].parent = (int) i;
          steps[n_lives++].word = next;
        }
    }
  return NULL;
}
