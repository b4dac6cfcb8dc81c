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
#define MW REBOUND_CALLBACK_DID_RECEIVE_MEMORY_WARNING

/* clang-format off */
static const ReboundTransition transitions[] = {
  /* word                        from         to           callbacks, each with the state that it reads */
  { { "launch" },                NOT_RUNNING, ACTIVE,      3, { { WF, INACTIVE }, { DF, INACTIVE }, { BA, ACTIVE } } },
  { { "launch background=yes" }, NOT_RUNNING, BACKGROUND,  3, { { WF, BACKGROUND }, { DF, BACKGROUND }, { EB, BACKGROUND } } },
  { { "resign-active" },         ACTIVE,      INACTIVE,    1, { { RA, ACTIVE } } },
  { { "become-active" },         INACTIVE,    ACTIVE,      1, { { BA, ACTIVE } } },
  { { "enter-background" },      INACTIVE,    BACKGROUND,  1, { { EB, BACKGROUND } } },
  { { "enter-foreground" },      BACKGROUND,  INACTIVE,    1, { { EF, BACKGROUND } } },
  { { "suspend" },               BACKGROUND,  SUSPENDED,   0, { { 0, 0 } } },
  { { "resume" },                SUSPENDED,   BACKGROUND,  0, { { 0, 0 } } },
  { { "wake" },                  SUSPENDED,   BACKGROUND,  1, { { EB, BACKGROUND } } },
  { { "memory-warning" },        INACTIVE,    INACTIVE,    1, { { MW, INACTIVE } } },
  { { "memory-warning" },        ACTIVE,      ACTIVE,      1, { { MW, ACTIVE } } },
  { { "memory-warning" },        BACKGROUND,  BACKGROUND,  1, { { MW, BACKGROUND } } },
  { { "terminate" },             BACKGROUND,  NOT_RUNNING, 1, { { WT, BACKGROUND } } },
  { { "kill" },                  INACTIVE,    NOT_RUNNING, 0, { { 0, 0 } } },
  { { "kill" },                  ACTIVE,      NOT_RUNNING, 0, { { 0, 0 } } },
  { { "kill" },                  BACKGROUND,  NOT_RUNNING, 0, { { 0, 0 } } },
  { { "kill" },                  SUSPENDED,   NOT_RUNNING, 0, { { 0, 0 } } },
  { { "crash" },                 INACTIVE,    NOT_RUNNING, 0, { { 0, 0 } } },
  { { "crash" },                 ACTIVE,      NOT_RUNNING, 0, { { 0, 0 } } },
  { { "crash" },                 BACKGROUND,  NOT_RUNNING, 0, { { 0, 0 } } },
  { { "crash" },                 SUSPENDED,   NOT_RUNNING, 0, { { 0, 0 } } },
};

#define IN(state)   (1u << (state))
#define AWAY        (IN (BACKGROUND) | IN (SUSPENDED))
#define THERE       (IN (INACTIVE) | IN (ACTIVE) | AWAY)
#define ANY         (IN (NOT_RUNNING) | THERE)

#define LOCKED      REBOUND_LIFE_LOCKED
#define FRONT       REBOUND_LIFE_IN_FRONT
#define RESIGNS     REBOUND_LIFE_LOCK_RESIGNS
#define LINK_DOWN   REBOUND_LIFE_LINK_DOWN

static const ReboundPlan plans[] = {
  /* word                    from               with            without            sets            clears          comes to */
  { "launch background=yes", IN (NOT_RUNNING),  0,              0,                 0,              0,              { "launch background=yes", "suspend" } },
  { "wake",                  IN (SUSPENDED),    0,              0,                 0,              0,              { "wake", "suspend" } },
  { "home",                  IN (ACTIVE),       0,              LOCKED,            0,              0,              { "resign-active", "enter-background", "suspend" } },
  { "home",                  IN (INACTIVE),     0,              LOCKED,            0,              0,              { "enter-background", "suspend" } },
  { "open",                  IN (BACKGROUND),   0,              LOCKED,            0,              0,              { "enter-foreground", "become-active" } },
  { "open",                  IN (SUSPENDED),    0,              LOCKED,            0,              0,              { "resume", "enter-foreground", "become-active" } },
  { "open-other",            IN (ACTIVE),       0,              LOCKED,            0,              0,              { "resign-active", "enter-background", "suspend" } },
  { "open-other",            IN (INACTIVE),     0,              LOCKED,            0,              0,              { "enter-background", "suspend" } },
  { "lock",                  IN (ACTIVE),       0,              LOCKED | RESIGNS,  LOCKED | FRONT, 0,              { "resign-active", "enter-background", "suspend" } },
  { "lock",                  IN (ACTIVE),       RESIGNS,        LOCKED,            LOCKED | FRONT, 0,              { "resign-active" } },
  { "lock",                  IN (INACTIVE),     0,              LOCKED | RESIGNS,  LOCKED | FRONT, 0,              { "enter-background", "suspend" } },
  { "lock",                  IN (INACTIVE),     RESIGNS,        LOCKED,            LOCKED | FRONT, 0,              { NULL } },
  { "lock",                  IN (NOT_RUNNING) | AWAY, 0,        LOCKED,            LOCKED,         FRONT,          { NULL } },
  { "unlock",                IN (BACKGROUND),   LOCKED | FRONT, 0,                 0,              LOCKED | FRONT, { "enter-foreground", "become-active" } },
  { "unlock",                IN (SUSPENDED),    LOCKED | FRONT, 0,                 0,              LOCKED | FRONT, { "resume", "enter-foreground", "become-active" } },
  { "unlock",                IN (INACTIVE),     LOCKED | FRONT, 0,                 0,              LOCKED | FRONT, { "become-active" } },
  { "unlock",                AWAY | IN (INACTIVE), LOCKED,      FRONT,             0,              LOCKED,         { NULL } },
  { "unlock",                IN (ACTIVE) | IN (NOT_RUNNING), LOCKED, 0,            0,              LOCKED | FRONT, { NULL } },
  { "interrupt",             IN (ACTIVE),       0,              LOCKED,            0,              0,              { "resign-active" } },
  { "end-interrupt",         IN (INACTIVE),     0,              LOCKED,            0,              0,              { "become-active" } },
  { "accept-call",           IN (INACTIVE),     0,              LOCKED,            0,              0,              { "enter-background", "suspend" } },
  { "app-switcher",          IN (ACTIVE),       0,              LOCKED,            0,              0,              { "resign-active" } },
  { "pick-same",             IN (INACTIVE),     0,              LOCKED,            0,              0,              { "become-active" } },
  { "pick-other",            IN (INACTIVE),     0,              LOCKED,            0,              0,              { "enter-background", "suspend" } },
  { "swipe-kill",            IN (INACTIVE),     0,              LOCKED,            0,              0,              { "enter-background", "terminate" } },
  { "swipe-kill",            IN (BACKGROUND),   0,              LOCKED,            0,              0,              { "terminate" } },
  { "swipe-kill",            IN (SUSPENDED),    0,              LOCKED,            0,              0,              { "kill" } },
  { "reboot",                THERE,             0,              0,                 0,              0,              { "kill" } },
  { "reboot",                IN (NOT_RUNNING),  0,              0,                 0,              0,              { NULL } },
  { "reclaim-sockets",       AWAY,              0,              0,                 0,              0,              { NULL } },
  { "network-down",          ANY,               0,              LINK_DOWN,         LINK_DOWN,      0,              { NULL } },
  { "network-up",            ANY,               LINK_DOWN,      0,                 0,              LINK_DOWN,      { NULL } },
};
/* clang-format on */

/* What is never a step that is merely missing: to end, and what only the system does. */
static const char *const drastic[]
    = { "launch background=yes", "terminate", "kill", "crash", "swipe-kill", "reboot", NULL };

const ReboundTransition *
rebound_transitions (guint *n_transitions)
{
  *n_transitions = G_N_ELEMENTS (transitions);
  return transitions;
}

const ReboundPlan *
rebound_plans (guint *n_plans)
{
  *n_plans = G_N_ELEMENTS (plans);
  return plans;
}

const ReboundTransition *
rebound_transition_find (const char *word, ReboundApplicationState from)
{
  for (guint i = 0; i < G_N_ELEMENTS (transitions); i++)
    if (transitions[i].from == from && strcmp (transitions[i].words[0], word) == 0)
      return &transitions[i];
  return NULL;
}

static const ReboundPlan *
find_plan (const ReboundLife *life, const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      const ReboundPlan *plan = &plans[i];

      if ((plan->from & IN (life->state)) != 0 && (plan->with & ~life->flags) == 0
          && (plan->without & life->flags) == 0 && strcmp (plan->word, word) == 0)
        return plan;
    }
  return NULL;
}

const char *const *
rebound_life_plan (const ReboundLife *life, const char *word)
{
  const ReboundPlan *plan = find_plan (life, word);
  const ReboundTransition *transition;

  if (plan != NULL)
    return plan->words;
  transition = rebound_transition_find (word, life->state);
  return transition != NULL ? transition->words : NULL;
}

ReboundLife
rebound_life_after (const ReboundLife *life, const char *word)
{
  const char *const *words = rebound_life_plan (life, word);
  const ReboundPlan *plan = find_plan (life, word);
  ReboundLife after = *life;

  if (plan != NULL)
    after.flags = (life->flags | plan->sets) & ~plan->clears;
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (i == 0 || strcmp (words[i], "suspend") != 0 || (life->flags & REBOUND_LIFE_AWAKE) == 0)
      after.state = rebound_transition_find (words[i], after.state)->to;
  if (after.state == NOT_RUNNING)
    after.flags &= ~REBOUND_LIFE_IN_FRONT;
  return after;
}

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

GPtrArray *
rebound_life_all_words (void)
{
  static gsize words;

  if (g_once_init_enter (&words))
    g_once_init_leave (&words, GPOINTER_TO_SIZE (list_words ()));
  return GSIZE_TO_POINTER (words);
}

gboolean
rebound_life_is_word (const char *word)
{
  GPtrArray *words = rebound_life_all_words ();

  return g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL);
}

char *
rebound_life_list_words (const ReboundLife *life)
{
  GPtrArray *words = rebound_life_all_words ();
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

  return g_strconcat (state,
                      (life->flags & REBOUND_LIFE_LOCKED) != 0 ? ", the phone is locked" : NULL,
                      NULL);
}

static gboolean
refuse (const ReboundLife *life,
        const char *who,
        const char *word,
        const char *possible,
        GError **error)
{
  g_autofree char *state = rebound_life_to_string (life);

  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE,
               "“%s” is not possible while %s is %s; possible: %s", word, who, state, possible);
  return FALSE;
}

gboolean
rebound_transition_check (ReboundApplicationState from, const char *word, GError **error)
{
  ReboundLife life = { from, 0 };
  g_autoptr (GString) possible = NULL;

  if (rebound_transition_find (word, from) != NULL)
    return TRUE;
  possible = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (transitions); i++)
    if (transitions[i].from == from)
      g_string_append_printf (possible, "%s%s", possible->len > 0 ? ", " : "",
                              transitions[i].words[0]);
  return refuse (&life, REBOUND_LIFE_ANYBODY, word, possible->str, error);
}

gboolean
rebound_life_check (const ReboundLife *life, const char *who, const char *word, GError **error)
{
  g_autofree char *possible = NULL;

  if (rebound_life_plan (life, word) != NULL)
    return TRUE;
  if (error == NULL) /* nobody wants to know what is possible instead */
    return FALSE;
  possible = rebound_life_list_words (life);
  return refuse (life, who, word, possible, error);
}

#define N_LIVES ((SUSPENDED + 1) << REBOUND_LIFE_N_FLAGS)

static guint
life_key (const ReboundLife *life)
{
  return (life->state << REBOUND_LIFE_N_FLAGS) | life->flags;
}

typedef struct
{
  ReboundLife life;
  int parent; /* -1: where it began */
  const char *word;
} Step;

static GPtrArray *
trace_back (const Step *steps, guint at)
{
  GPtrArray *path = g_ptr_array_new ();

  for (; steps[at].parent >= 0; at = (guint) steps[at].parent)
    g_ptr_array_insert (path, 0, (gpointer) steps[at].word);
  return path;
}

/* Breadth first, so the fewest words are found; words are tried in the order of the tables. */
GPtrArray *
rebound_life_fill (const ReboundLife *life, const char *word)
{
  GPtrArray *words = rebound_life_all_words ();
  Step steps[N_LIVES] = { { *life, -1, NULL } };
  gboolean seen[N_LIVES] = { FALSE };
  guint n_steps = 1;

  seen[life_key (life)] = TRUE;
  for (guint i = 0; i < n_steps; i++)
    {
      if (rebound_life_plan (&steps[i].life, word) != NULL)
        return trace_back (steps, i);
      for (guint j = 0; j < words->len; j++)
        {
          const char *next = words->pdata[j];
          Step step = { .parent = (int) i, .word = next };

          if (g_strv_contains (drastic, next) || rebound_life_plan (&steps[i].life, next) == NULL)
            continue;
          step.life = rebound_life_after (&steps[i].life, next);
          if (seen[life_key (&step.life)])
            continue;
          seen[life_key (&step.life)] = TRUE;
          steps[n_steps++] = step;
        }
    }
  return NULL;
}
