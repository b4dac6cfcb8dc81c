/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watchdogs: how long a callback may take, by whom the time may be spent, and what becomes of an
 * application that takes longer, in the midst of what it does. */

#include "lifecycle/rebound-application-private.h"

#include <string.h>

#include "lifecycle/rebound-clock-private.h"
#include "lifecycle/rebound-device.h"
#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-lifecycle-enums.h"
#include "script-test.h"

#define SEC ((gint64) G_USEC_PER_SEC)

/* -- an actor that does what a test says when it is told of a callback -- */

#define TEST_TYPE_DOER (test_doer_get_type ())
G_DECLARE_FINAL_TYPE (TestDoer, test_doer, TEST, DOER, GObject)

struct _TestDoer
{
  GObject parent_instance;

  ReboundApplication *application; /* not owned */
  ReboundCallback callback;
  gint64 work_usec;
  guint n_told;
  guint n_abandoned;
};

static void test_doer_actor_init (ReboundActorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestDoer,
                               test_doer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR, test_doer_actor_init))

static void
test_doer_come_to_life (ReboundActor *actor, ReboundSite *site)
{
}

static void
test_doer_told (ReboundActor *actor, ReboundCallback callback)
{
  TestDoer *self = TEST_DOER (actor);

  if (callback != self->callback)
    return;
  self->n_told++;
  if (self->work_usec > 0)
    rebound_application_work (self->application, self->work_usec);
}

static void
test_doer_abandon (ReboundActor *actor)
{
  TEST_DOER (actor)->n_abandoned++;
}

static void
test_doer_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = test_doer_come_to_life;
  iface->told = test_doer_told;
  iface->abandon = test_doer_abandon;
}

static void
test_doer_class_init (TestDoerClass *klass)
{
}

static void
test_doer_init (TestDoer *self)
{
}

/* -- each limit, just under, at and just over -- */

typedef struct
{
  const char *callback;
  const char *before; /* the words that lead there */
  const char *word;
  gint64 limit_usec;
  const char *state; /* after it, where it lives */
  const char *explanation;
} Limit;

#define SCENE(what, seconds)                                                                       \
  "scene-" what " watchdog transgression: app exhausted real (wall clock) "                        \
  "time allowance of " seconds " seconds"

static const Limit limits[] = {
  { "will-finish-launching", "", "launch", 20 * SEC, "active", SCENE ("create", "20.00") },
  { "did-finish-launching", "", "launch", 20 * SEC, "active", SCENE ("create", "20.00") },
  { "did-become-active", "launch\ninterrupt\n", "end-interrupt", 10 * SEC, "active",
    SCENE ("update", "10.00") " (ProcessVisibility: Foreground)" },
  { "will-enter-foreground", "launch\nhome\n", "open", 10 * SEC, "active",
    SCENE ("update", "10.00") " (ProcessVisibility: Foreground)" },
  { "did-enter-background", "launch\n", "home", 10 * SEC, "suspended",
    SCENE ("update", "10.00") " (ProcessVisibility: Background)" },
  { "did-enter-background", "launch\nhome\n", "wake", 10 * SEC, "suspended",
    SCENE ("update", "10.00") " (ProcessVisibility: Background)" },
  { "did-enter-background", "", "launch background=yes", 10 * SEC, "suspended",
    SCENE ("update", "10.00") " (ProcessVisibility: Background)" },
  { "will-terminate", "launch\nhome\nresume\n", "terminate", 5 * SEC, "not-running",
    "app failed to terminate gracefully after 5.0s" },
  { "will-resign-active", "launch\n", "interrupt", 0, "inactive", NULL },
  { "did-receive-memory-warning", "launch\n", "memory-warning", 0, "active", NULL },
};

typedef enum
{
  BY_SCRIPT,
  BY_ACTOR,
  BY_HANDLER,
} Worker;

static void
work_in_handler (ReboundApplication *application, gpointer user_data)
{
  rebound_application_work (application, *(gint64 *) user_data);
}

/* The time goes by in one of three ways, and is the same to the watchdog. */
static void
play_work (const Limit *limit, Worker worker, gint64 usec, const char *expected)
{
  g_autofree char *work
      = g_strdup_printf ("app.work time=%" G_GINT64_FORMAT "us in=%s\n", usec, limit->callback);
  g_autofree char *script
      = g_strdup_printf ("%s%s%s\n%s", limit->before, worker == BY_SCRIPT ? work : "", limit->word,
                         expected);
  g_autoptr (ScriptTest) test = script_test_new (script);
  ReboundApplication *application = rebound_run_get_application (test->run);
  g_autoptr (TestDoer) doer = g_object_new (TEST_TYPE_DOER, NULL);
  g_autoptr (GEnumClass) klass = g_type_class_ref (REBOUND_TYPE_CALLBACK);
  g_autofree char *seen = NULL;

  doer->application = application;
  doer->callback = (ReboundCallback) g_enum_get_value_by_nick (klass, limit->callback)->value;
  doer->work_usec = usec;
  if (worker == BY_ACTOR)
    rebound_run_add_object (test->run, "doer", G_OBJECT (doer));
  if (worker == BY_HANDLER)
    g_signal_connect (application, limit->callback, G_CALLBACK (work_in_handler), &usec);
  script_test_play (test);
  seen = script_test_dup_outcome (test);
  if (test->status != REBOUND_RUN_STATUS_AS_EXPECTED)
    g_test_message ("of the script\n%s\nas %d", script, (int) worker);
  g_assert_false (strstr (seen, "failed") != NULL);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_AS_EXPECTED);
  g_assert_cmpint (rebound_clock_get_time_usec (rebound_run_get_clock (test->run)), ==,
                   limit->limit_usec > 0 ? MIN (usec, limit->limit_usec) : usec);
}

static char *
expect_alive (const Limit *limit)
{
  return g_strdup_printf ("expect app.state == %s\nexpect app.exit-code == none\n", limit->state);
}

static char *
expect_dead (const Limit *limit)
{
  return g_strdup_printf ("expect app.state == not-running\nexpect app.exit-code == 0x8badf00d\n"
                          "expect app.exit-reason == watchdog\n"
                          "expect app.exit-explanation == \"%s\"\n",
                          limit->explanation);
}

/* What would come before it is measured: the launch becomes active, too. */
static gboolean
is_on_the_way (const Limit *limit, Worker worker)
{
  return worker != BY_SCRIPT
         && ((strcmp (limit->callback, "did-enter-background") == 0
              && strstr (limit->before, "home") != NULL)
             || (strcmp (limit->callback, "did-become-active") == 0 && *limit->before != '\0'));
}

static void
test_limit (gconstpointer data)
{
  const Limit *limit = data;
  g_autofree char *alive = expect_alive (limit);
  g_autofree char *dead = expect_dead (limit);

  for (Worker worker = BY_SCRIPT; worker <= BY_HANDLER; worker++)
    {
      if (is_on_the_way (limit, worker))
        continue;
      if (limit->limit_usec == 0)
        {
          play_work (limit, worker, 3600 * SEC, alive);
          continue;
        }
      play_work (limit, worker, limit->limit_usec - 1, alive);
      play_work (limit, worker, limit->limit_usec, alive);
      play_work (limit, worker, limit->limit_usec + 1, dead);
    }
}

#define KILLED " app died watchdog 0x8badf00d "

/* -- in the midst -- */

static void
count (gpointer object, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
count_died (ReboundApplication *application,
            const char *reason,
            const char *code,
            const char *explanation,
            gpointer user_data)
{
  (*(guint *) user_data)++;
}

static TestDoer *
add_doer (ScriptTest *test, const char *name, gint64 work_usec)
{
  TestDoer *doer = g_object_new (TEST_TYPE_DOER, NULL);

  doer->application = rebound_run_get_application (test->run);
  doer->callback = REBOUND_CALLBACK_DID_ENTER_BACKGROUND;
  doer->work_usec = work_usec;
  g_assert_true (rebound_run_add_object (test->run, name, G_OBJECT (doer)));
  return doer;
}

static void
test_actor_in_the_midst (void)
{
  g_autoptr (ScriptTest) test
      = script_test_new ("launch\nhome\nexpect app.state == not-running\nlaunch\n");
  g_autoptr (TestDoer) last = add_doer (test, "a", 0); /* the way down is in reverse */
  g_autoptr (TestDoer) busy = add_doer (test, "b", 3600 * SEC);
  g_autoptr (TestDoer) first = add_doer (test, "c", 0);
  guint n_suspended = 0, n_died = 0;

  g_test_summary ("Whoever comes after a busy actor is not told, and each is abandoned once");

  g_signal_connect (busy->application, "suspended", G_CALLBACK (count), &n_suspended);
  g_signal_connect (busy->application, "died", G_CALLBACK (count_died), &n_died);
  script_test_play (test);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_AS_EXPECTED);
  g_assert_cmpuint (first->n_told, ==, 1);
  g_assert_cmpuint (busy->n_told, ==, 1);
  g_assert_cmpuint (last->n_told, ==, 0);
  g_assert_cmpuint (n_suspended, ==, 0);
  g_assert_cmpuint (n_died, ==, 1);
  g_assert_cmpint (rebound_clock_get_time_usec (rebound_run_get_clock (test->run)), ==, 10 * SEC);
  /* At the watchdog's hand; that of the second process, at the end of the run, comes on top. */
  g_assert_cmpuint (first->n_abandoned, ==, 2);
  g_assert_cmpuint (busy->n_abandoned, ==, 2);
  g_assert_cmpuint (last->n_abandoned, ==, 2);
}

static void
test_handler_in_the_midst (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nhome\n");
  g_autoptr (TestDoer) doer = add_doer (test, "a", 0);
  gint64 hour_usec = 3600 * SEC;
  guint n_before = 0, n_after = 0;

  g_test_summary ("Handlers that come after a busy one are not called, and actors not told");

  g_signal_connect (doer->application, "did-enter-background", G_CALLBACK (count), &n_before);
  g_signal_connect (doer->application, "did-enter-background", G_CALLBACK (work_in_handler),
                    &hour_usec);
  g_signal_connect (doer->application, "did-enter-background", G_CALLBACK (count), &n_after);
  script_test_play (test);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_AS_EXPECTED);
  g_assert_cmpuint (n_before, ==, 1);
  g_assert_cmpuint (n_after, ==, 0);
  g_assert_cmpuint (doer->n_told, ==, 0);
  g_assert_cmpuint (doer->n_abandoned, ==, 1);
}

static void
work_till_the_end (ReboundApplication *application, gpointer user_data)
{
  gboolean *results = user_data;

  results[0] = rebound_application_work (application, 4 * SEC);
  results[1] = rebound_application_work (application, 6 * SEC); /* at the limit */
  results[2] = rebound_application_work (application, 1);       /* no patience is left */
  results[3] = rebound_application_work (application, 1);       /* nor life */
  g_assert_cmpuint (rebound_application_begin_task (application, "late", NULL, NULL), ==, 0);
}

static void
test_piece_by_piece (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nprint ---\nhome\n");
  gboolean results[4] = { FALSE, FALSE, TRUE, TRUE };

  g_test_summary ("Work in several pieces adds up, and after the end nothing can be done any more");

  g_signal_connect (rebound_run_get_application (test->run), "did-enter-background",
                    G_CALLBACK (work_till_the_end), results);
  script_test_play_and_check_life (
      test,
      "0s app will-resign-active\n0s app did-enter-background\n4s app busy 4s\n"
      "10s app busy 6s\n10s" KILLED SCENE ("update", "10.00") " (ProcessVisibility: Background)\n");
  g_assert_true (results[0]);
  g_assert_true (results[1]);
  g_assert_false (results[2]);
  g_assert_false (results[3]);
}

/* A handler of “busy”, which comes when the work is done, works again: once. */
static void
work_again (ReboundApplication *application, gint64 usec, gpointer user_data)
{
  if (usec == 4 * SEC)
    rebound_application_work (application, 5 * SEC);
}

static void
test_nested (void)
{
  g_autoptr (ScriptTest) test
      = script_test_new ("launch\nprint ---\napp.work time=4s in=did-enter-background\nhome\n");

  g_test_summary ("Work within work adds up, too");

  g_signal_connect (rebound_run_get_application (test->run), "busy", G_CALLBACK (work_again), NULL);
  script_test_play_and_check_life (
      test, "0s app will-resign-active\n0s app did-enter-background\n4s app busy 4s\n"
            "9s app busy 5s\n9s app slow 9s\n9s app suspended\n");
}

/* In the world's context, so that it is dispatched while the application is busy. */
static gboolean
press (gpointer run)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (rebound_device_perform (rebound_run_get_device (run), "lock", &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE);
  g_assert_false (rebound_application_perform (rebound_run_get_application (run), "kill", NULL));
  return G_SOURCE_REMOVE;
}

static void
work_while_pressed (ReboundApplication *application, gpointer run)
{
  ReboundSite *world = rebound_run_get_world (run);
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_static_name (source, "press");
  g_source_set_callback (source, press, run, NULL);
  g_source_attach (source, rebound_site_get_context (world));
  g_assert_true (rebound_application_work (application, SEC));
  g_assert_true (g_source_is_destroyed (source));
}

static void
test_no_word_meanwhile (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nexpect app.state == active\n"
                                                 "expect device.locked == no\n");

  g_test_summary ("While it is busy nobody can do anything else to it");

  g_signal_connect (rebound_run_get_application (test->run), "did-become-active",
                    G_CALLBACK (work_while_pressed), test->run);
  script_test_play (test);
  g_assert_no_error (test->error);
}

static void
block_for_real (ReboundApplication *application, gpointer user_data)
{
  gint64 until_usec = g_get_monotonic_time () + 20 * 1000;

  while (g_get_monotonic_time () < until_usec)
    continue;
}

static void
test_real_clock (void)
{
  const char *text = "set device background-limit=1ms\nlaunch\nhome\n"
                     "expect app.exit-code == 0x8badf00d\nexpect app.state == not-running\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundRun) run
      = rebound_run_new_from_bytes (bytes, "t.life", NULL, REBOUND_CLOCK_REAL, &error);

  g_test_summary ("In real time a handler that blocks is judged when it has returned");

  g_assert_no_error (error);
  g_signal_connect (rebound_run_get_application (run), "did-enter-background",
                    G_CALLBACK (block_for_real), NULL);
  g_assert_cmpint (rebound_run_play (run, &error), ==, REBOUND_RUN_STATUS_AS_EXPECTED);
  g_assert_no_error (error);
}

static void
test_without_a_device (void)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundSite) site = rebound_site_new (clock, context);
  g_autoptr (ReboundApplication) application = rebound_application_new (site);

  g_test_summary ("Without a device nobody watches");

  g_signal_connect (application, "did-finish-launching", G_CALLBACK (block_for_real), NULL);
  g_assert_true (rebound_application_perform (application, "launch", NULL));
  g_assert_cmpint (rebound_application_get_state (application), ==,
                   REBOUND_APPLICATION_STATE_ACTIVE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_auto (GStrv) words = g_strsplit_set (limits[i].word, " =", -1);
      g_autofree char *path
          = g_strdup_printf ("/watchdog/limit/%s/%s", limits[i].callback, words[0]);

      g_test_add_data_func (path, &limits[i], test_limit);
    }
  g_test_add_func ("/watchdog/actor-in-the-midst", test_actor_in_the_midst);
  g_test_add_func ("/watchdog/handler-in-the-midst", test_handler_in_the_midst);
  g_test_add_func ("/watchdog/piece-by-piece", test_piece_by_piece);
  g_test_add_func ("/watchdog/nested", test_nested);
  g_test_add_func ("/watchdog/no-word-meanwhile", test_no_word_meanwhile);
  g_test_add_func ("/watchdog/real-clock", test_real_clock);
  g_test_add_func ("/watchdog/without-a-device", test_without_a_device);
  return g_test_run ();
}
