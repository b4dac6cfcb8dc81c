/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lifecycle, held against a table of its own: what each word does from every state, on a phone
 * that is locked or not, with the application in front when it was locked or not. It was written
 * from the documents and not from the program's table, and it is the play that is compared, not the
 * data: which callbacks come, in which order, what the state reads in each, and where it ends. */

#include "lifecycle/rebound-device-private.h"

#include <string.h>

#include "lifecycle/rebound-error.h"

#define N_STATES 5

static const char *const state_names[N_STATES]
    = { "not-running", "inactive", "active", "background", "suspended" };

/* What is seen from outside: callbacks with the state that they read; freeze, thaw and gone are the
 * signals of suspending, resuming and dying, of which the application is not told. After the arrow
 * stands the state that it comes to; NULL: the word is refused. */
typedef struct
{
  const char *word;
  const char *from[N_STATES]; /* by ReboundApplicationState */
} Row;

#define NONE                                                                                       \
  {                                                                                                \
    NULL, NULL, NULL, NULL, NULL                                                                   \
  }

#define UP    "EF(background) BA(active) > active"
#define DOWN  "RA(active) EB(background) freeze > suspended"
#define LEAVE "EB(background) freeze > suspended"

/* Words of the application: the phone's lock is nothing to them. */
static const Row application_rows[] = {
  { "launch", { "WF(inactive) DF(inactive) BA(active) > active", NULL, NULL, NULL, NULL } },
  { "resign-active", { NULL, NULL, "RA(active) > inactive", NULL, NULL } },
  { "become-active", { NULL, "BA(active) > active", NULL, NULL, NULL } },
  { "enter-background", { NULL, "EB(background) > background", NULL, NULL, NULL } },
  { "enter-foreground", { NULL, NULL, NULL, "EF(background) > inactive", NULL } },
  { "suspend", { NULL, NULL, NULL, "freeze > suspended", NULL } },
  { "resume", { NULL, NULL, NULL, NULL, "thaw > background" } },
  { "terminate", { NULL, NULL, NULL, "WT(background) gone > not-running", NULL } },
  { "kill",
    { NULL, "gone > not-running", "gone > not-running", "gone > not-running",
      "gone > not-running" } },
};

static const Row unlocked_rows[] = {
  { "home", { NULL, LEAVE, DOWN, NULL, NULL } },
  { "open", { NULL, NULL, NULL, UP, "thaw " UP } },
  { "lock", { "> not-running", LEAVE, DOWN, "> background", "> suspended" } },
  { "unlock", NONE },
};

static const Row locked_in_front_rows[] = {
  { "home", NONE },
  { "open", NONE },
  { "lock", NONE },
  { "unlock", { "> not-running", "BA(active) > active", "> active", UP, "thaw " UP } },
};

static const Row locked_elsewhere_rows[] = {
  { "home", NONE },
  { "open", NONE },
  { "lock", NONE },
  { "unlock", { "> not-running", "> inactive", "> active", "> background", "> suspended" } },
};

#define N_DEVICE_WORDS G_N_ELEMENTS (unlocked_rows)
#define N_WORDS        (G_N_ELEMENTS (application_rows) + N_DEVICE_WORDS)

static const Row *
row_of (const ReboundLife *life, guint word)
{
  if (word < G_N_ELEMENTS (application_rows))
    return &application_rows[word];
  word -= G_N_ELEMENTS (application_rows);
  if (!life->locked)
    return &unlocked_rows[word];
  return life->in_front ? &locked_in_front_rows[word] : &locked_elsewhere_rows[word];
}

static const char *
cell_of (const ReboundLife *life, guint word)
{
  return row_of (life, word)->from[life->state];
}

static ReboundApplicationState
state_of (const char *name)
{
  for (guint i = 0; i < N_STATES; i++)
    if (strcmp (state_names[i], name) == 0)
      return (ReboundApplicationState) i;
  g_assert_not_reached ();
}

/* Where a word leads by the table above. */
static ReboundLife
follow (const ReboundLife *life, guint word)
{
  const char *name = row_of (life, word)->word;
  ReboundLife after = *life;

  after.state = state_of (strrchr (cell_of (life, word), '>') + 2);
  if (strcmp (name, "lock") == 0)
    {
      after.locked = TRUE;
      after.in_front = life->state == REBOUND_APPLICATION_STATE_ACTIVE
                       || life->state == REBOUND_APPLICATION_STATE_INACTIVE;
    }
  if (strcmp (name, "unlock") == 0)
    after.locked = FALSE;
  return after;
}

static ReboundLife
life_number (guint number)
{
  ReboundLife life = { (ReboundApplicationState) (number / 4), (number & 2) != 0, number & 1 };

  return life;
}

#define N_LIVES (N_STATES * 4)

/* -- a phone to play with -- */

typedef struct
{
  ReboundApplication *application;
  ReboundDevice *device;
  GString *seen;
} Phone;

static void
take_down (ReboundApplication *application, gpointer user_data, const char *what, gboolean reads)
{
  GString *seen = user_data;

  g_string_append (seen, what);
  if (reads)
    g_string_append_printf (seen, "(%s)", state_names[rebound_application_get_state (application)]);
  g_string_append_c (seen, ' ');
}

#define LISTENER(name, what, reads)                                                                \
  static void on_##name (ReboundApplication *application, gpointer user_data)                      \
  {                                                                                                \
    take_down (application, user_data, what, reads);                                               \
  }

LISTENER (will_finish_launching, "WF", TRUE)
LISTENER (did_finish_launching, "DF", TRUE)
LISTENER (did_become_active, "BA", TRUE)
LISTENER (will_resign_active, "RA", TRUE)
LISTENER (did_enter_background, "EB", TRUE)
LISTENER (will_enter_foreground, "EF", TRUE)
LISTENER (will_terminate, "WT", TRUE)
LISTENER (suspended, "freeze", FALSE)
LISTENER (resumed, "thaw", FALSE)

static void
on_died (ReboundApplication *application, const char *reason, gpointer user_data)
{
  take_down (application, user_data, "gone", FALSE);
}

static void
listen_to (ReboundApplication *application, GString *seen)
{
  static const struct
  {
    const char *signal;
    GCallback callback;
  } listeners[] = {
    { "will-finish-launching", G_CALLBACK (on_will_finish_launching) },
    { "did-finish-launching", G_CALLBACK (on_did_finish_launching) },
    { "did-become-active", G_CALLBACK (on_did_become_active) },
    { "will-resign-active", G_CALLBACK (on_will_resign_active) },
    { "did-enter-background", G_CALLBACK (on_did_enter_background) },
    { "will-enter-foreground", G_CALLBACK (on_will_enter_foreground) },
    { "will-terminate", G_CALLBACK (on_will_terminate) },
    { "suspended", G_CALLBACK (on_suspended) },
    { "resumed", G_CALLBACK (on_resumed) },
    { "died", G_CALLBACK (on_died) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (listeners); i++)
    g_signal_connect (application, listeners[i].signal, listeners[i].callback, seen);
}

static void
phone_init (Phone *self)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundSite) site = rebound_site_new (clock, context);

  self->application = rebound_application_new (site);
  self->device = rebound_device_new (self->application);
  self->seen = g_string_new (NULL);
  listen_to (self->application, self->seen);
}

static void
phone_clear (Phone *self)
{
  g_object_unref (self->device);
  g_object_unref (self->application);
  g_string_free (self->seen, TRUE);
}

static void
do_all (Phone *self, const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);

  for (guint i = 0; list[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (*list[i] == '\0')
        continue;
      rebound_device_perform (self->device, list[i], &error);
      g_assert_no_error (error);
    }
}

/* First the lock, with the application in front of it or not, then the state. */
static void
bring_to (Phone *self, const ReboundLife *life)
{
  static const char *const to_active[2][2] = {
    { "launch", "launch lock unlock" },
    { "launch home lock resume enter-foreground become-active",
      "launch lock resume enter-foreground become-active" },
  };
  static const char *const from_active[N_STATES]
      = { "kill", "resign-active", "", "resign-active enter-background",
          "resign-active enter-background suspend" };
  ReboundLife reached;

  do_all (self, to_active[life->locked][life->in_front]);
  do_all (self, from_active[life->state]);
  reached = rebound_device_get_life (self->device);
  g_assert_cmpint (reached.state, ==, life->state);
  g_assert_cmpint (reached.locked, ==, life->locked);
  g_assert_cmpint (reached.in_front, ==, life->in_front);
  g_string_truncate (self->seen, 0);
}

static char *
list_possible (const ReboundLife *life, guint n_words)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < n_words; i++)
    if (cell_of (life, i) != NULL)
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", row_of (life, i)->word);
  return g_string_free (list, FALSE);
}

static void
check_refusal (const ReboundLife *life, const char *word, const char *possible, GError *error)
{
  g_autofree char *expected
      = g_strdup_printf ("“%s” is not possible while the application is %s%s; possible: %s", word,
                         state_names[life->state], life->locked ? ", the phone is locked" : "",
                         possible);

  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
check_word (const ReboundLife *life, guint word)
{
  const char *name = row_of (life, word)->word;
  const char *cell = cell_of (life, word);
  g_autoptr (GError) error = NULL;
  ReboundLife after, wanted = cell != NULL ? follow (life, word) : *life;
  Phone phone;

  phone_init (&phone);
  bring_to (&phone, life);
  g_assert_cmpint (rebound_device_perform (phone.device, name, &error), ==, cell != NULL);
  after = rebound_device_get_life (phone.device);
  g_string_append_printf (phone.seen, "> %s", state_names[after.state]);
  if (cell != NULL)
    {
      g_assert_no_error (error);
      g_assert_cmpstr (phone.seen->str, ==, cell);
    }
  else
    {
      g_autofree char *possible = list_possible (life, N_WORDS);
      g_autofree char *unchanged = g_strdup_printf ("> %s", state_names[life->state]);

      check_refusal (life, name, possible, error);
      g_assert_cmpstr (phone.seen->str, ==, unchanged);
    }
  g_assert_cmpint (after.state, ==, wanted.state);
  g_assert_cmpint (after.locked, ==, wanted.locked);
  g_assert_cmpint (after.in_front, ==, wanted.in_front);
  phone_clear (&phone);
}

static void
test_every_word (void)
{
  g_test_summary ("Each word from each state does what the documents say, or is refused whole");

  for (guint i = 0; i < N_LIVES; i++)
    for (guint word = 0; word < N_WORDS; word++)
      {
        ReboundLife life = life_number (i);

        check_word (&life, word);
      }
}

static void
test_ahead (void)
{
  g_test_summary ("What is followed ahead of a run is what is then played");

  for (guint i = 0; i < N_LIVES; i++)
    for (guint word = 0; word < N_WORDS; word++)
      {
        ReboundLife life = life_number (i);
        const char *name = row_of (&life, word)->word;
        gboolean possible = cell_of (&life, word) != NULL;
        ReboundLife after, wanted;

        g_assert_cmpint (rebound_life_plan (&life, name) != NULL, ==, possible);
        if (!possible)
          continue;
        after = rebound_life_after (&life, name);
        wanted = follow (&life, word);
        g_assert_cmpint (after.state, ==, wanted.state);
        g_assert_cmpint (after.locked, ==, wanted.locked);
        g_assert_cmpint (after.in_front, ==, wanted.in_front);
      }
}

static void
test_words (void)
{
  static const char *const others[] = { "", "wake", "Launch", "launch ", "crash", "set" };
  ReboundLife life = life_number (0);

  g_test_summary ("The table's words are words of a life, and no others are");

  for (guint i = 0; i < N_WORDS; i++)
    g_assert_true (rebound_life_is_word (row_of (&life, i)->word));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_assert_false (rebound_life_is_word (others[i]));
      g_assert_null (rebound_life_plan (&life, others[i]));
    }
}

static void
test_application_alone (void)
{
  g_test_summary ("The application by itself knows its own words and no lock");

  for (guint i = 0; i < N_STATES; i++)
    for (guint word = 0; word < N_WORDS; word++)
      {
        ReboundLife life = { (ReboundApplicationState) i, FALSE, FALSE };
        gboolean is_own = word < G_N_ELEMENTS (application_rows);
        gboolean possible = is_own && cell_of (&life, word) != NULL;
        g_autoptr (GError) error = NULL;
        Phone phone;

        phone_init (&phone);
        bring_to (&phone, &life);
        g_assert_cmpint (rebound_application_perform (phone.application, row_of (&life, word)->word,
                                                      &error),
                         ==, possible);
        if (possible)
          g_assert_no_error (error);
        else
          {
            g_autofree char *list = list_possible (&life, G_N_ELEMENTS (application_rows));

            check_refusal (&life, row_of (&life, word)->word, list, error);
            g_assert_cmpint (rebound_application_get_state (phone.application), ==, life.state);
          }
        phone_clear (&phone);
      }
}

/* -- the missing steps -- */

static gboolean
is_an_end (const char *word)
{
  return strcmp (word, "kill") == 0 || strcmp (word, "terminate") == 0;
}

/* The least number of words of the table after which @word is possible, -1 if there are none, by
 * trying all sequences of up to @limit words. */
static int
least_steps (const ReboundLife *life, guint word, int limit)
{
  int least = -1;

  if (cell_of (life, word) != NULL)
    return 0;
  for (guint next = 0; next < N_WORDS && limit > 0; next++)
    {
      ReboundLife after;
      int steps;

      if (cell_of (life, next) == NULL || is_an_end (row_of (life, next)->word))
        continue;
      after = follow (life, next);
      steps = least_steps (&after, word, least < 0 ? limit - 1 : least - 2);
      if (steps >= 0)
        least = steps + 1;
    }
  return least;
}

static guint
number_of (const char *word)
{
  ReboundLife life = { 0 };

  for (guint i = 0; i < N_WORDS; i++)
    if (strcmp (row_of (&life, i)->word, word) == 0)
      return i;
  g_assert_not_reached ();
}

static void
test_fill_is_shortest (void)
{
  g_test_summary ("--fill: the steps are possible one after another, and fewer would not do");

  for (guint i = 0; i < N_LIVES; i++)
    for (guint word = 0; word < N_WORDS; word++)
      {
        ReboundLife life = life_number (i);
        g_autoptr (GPtrArray) path = rebound_life_fill (&life, row_of (&life, word)->word);
        int least = least_steps (&life, word, 5);

        g_assert_cmpint (path != NULL ? (int) path->len : -1, ==, least);
        for (guint step = 0; path != NULL && step < path->len; step++)
          {
            guint next = number_of (path->pdata[step]);

            g_assert_false (is_an_end (path->pdata[step]));
            g_assert_nonnull (cell_of (&life, next));
            life = follow (&life, next);
          }
        if (path != NULL)
          g_assert_nonnull (cell_of (&life, word));
      }
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
  };

  g_test_summary ("--fill: what a person would have done");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      ReboundLife life = { cases[i].state, cases[i].locked, cases[i].in_front };
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
  g_test_add_func ("/transition/every-word", test_every_word);
  g_test_add_func ("/transition/ahead", test_ahead);
  g_test_add_func ("/transition/words", test_words);
  g_test_add_func ("/transition/application-alone", test_application_alone);
  g_test_add_func ("/transition/fill-is-shortest", test_fill_is_shortest);
  g_test_add_func ("/transition/fill-examples", test_fill_examples);
  return g_test_run ();
}
