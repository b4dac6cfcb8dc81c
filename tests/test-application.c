/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The application and its actors: who is told what, in which order, what the state reads meanwhile,
 * and what becomes of actors over several lives. What each word does is test-transition.c's. */

#include "lifecycle/rebound-application-private.h"

#include <string.h>

#include "bell.h"
#include "lifecycle/rebound-clock-private.h"
#include "lifecycle/rebound-error.h"

/* -- an actor that writes down what it is told -- */

#define TEST_TYPE_SCRIBE (test_scribe_get_type ())
G_DECLARE_FINAL_TYPE (TestScribe, test_scribe, TEST, SCRIBE, GObject)

struct _TestScribe
{
  GObject parent_instance;

  ReboundApplication *application; /* not owned */
  GString *log;                    /* not owned */
};

static void test_scribe_actor_init (ReboundActorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestScribe,
                               test_scribe,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR, test_scribe_actor_init))

static void
take_down (TestScribe *self, const char *what)
{
  static const char *const states[]
      = { "not-running", "inactive", "active", "background", "suspended" };

  g_string_append_printf (self->log, "%s:%s(%s) ", rebound_actor_get_name (REBOUND_ACTOR (self)),
                          what, states[rebound_application_get_state (self->application)]);
}

static void
test_scribe_come_to_life (ReboundActor *actor, ReboundSite *site)
{
  g_assert_true (site == rebound_application_get_site (TEST_SCRIBE (actor)->application));
  take_down (TEST_SCRIBE (actor), "born");
}

static void
test_scribe_told (ReboundActor *actor, ReboundCallback callback)
{
  static const char *const names[] = { "WF", "DF", "BA", "RA", "EB", "EF", "WT" };
  TestScribe *self = TEST_SCRIBE (actor);

  g_assert_true (g_main_context_get_thread_default ()
                 == rebound_site_get_context (rebound_application_get_site (self->application)));
  take_down (self, names[callback]);
}

static void
test_scribe_abandon (ReboundActor *actor)
{
  take_down (TEST_SCRIBE (actor), "gone");
}

static void
test_scribe_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = test_scribe_come_to_life;
  iface->told = test_scribe_told;
  iface->abandon = test_scribe_abandon;
}

static void
test_scribe_class_init (TestScribeClass *klass)
{
}

static void
test_scribe_init (TestScribe *self)
{
}

/* -- the fixture -- */

typedef struct
{
  ReboundClock *clock;
  GMainContext *context;
  ReboundApplication *application;
  GString *log;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (ReboundSite) site = NULL;

  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->context = g_main_context_new ();
  site = rebound_site_new (self->clock, self->context);
  g_assert_cmpint (rebound_site_get_side (site), ==, REBOUND_SIDE_WORLD);
  self->application = rebound_application_new (site);
  g_assert_cmpint (rebound_site_get_side (site), ==, REBOUND_SIDE_APPLICATION);
  self->log = g_string_new (NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->application);
  g_main_context_unref (self->context);
  g_assert_finalize_object (self->clock);
  g_string_free (self->log, TRUE);
}

static TestScribe *
add (Fixture *self, const char *name)
{
  TestScribe *scribe = g_object_new (TEST_TYPE_SCRIBE, NULL);

  scribe->application = self->application;
  scribe->log = self->log;
  rebound_actor_set_name (REBOUND_ACTOR (scribe), name);
  rebound_application_add_actor (self->application, REBOUND_ACTOR (scribe));
  g_object_unref (scribe); /* the application has it */
  return scribe;
}

static void
perform (Fixture *self, const char *word, const char *expected)
{
  g_autoptr (GError) error = NULL;

  g_string_truncate (self->log, 0);
  g_assert_true (rebound_application_perform (self->application, word, &error));
  g_assert_no_error (error);
  if (expected != NULL)
    g_assert_cmpstr (self->log->str, ==, expected);
}

static void
on_signal (ReboundApplication *application, gpointer user_data)
{
  g_string_append (user_data, "signal ");
}

static void
on_died (ReboundApplication *application,
         const char *reason,
         const char *code,
         const char *explanation,
         gpointer user_data)
{
  g_string_append_printf (user_data, "died of %s ", reason);
}

static void
test_order (Fixture *self, gconstpointer data)
{
  g_test_summary ("In the order of the list on the way up, in reverse on the way down");

  add (self, "a");
  add (self, "b");
  g_assert_cmpstr (self->log->str, ==, "");
  perform (self, "launch",
           "a:born(inactive) b:born(inactive) a:WF(inactive) b:WF(inactive) a:DF(inactive) "
           "b:DF(inactive) a:BA(active) b:BA(active) ");
  perform (self, "resign-active", "b:RA(active) a:RA(active) ");
  perform (self, "become-active", "a:BA(active) b:BA(active) ");
  perform (self, "resign-active", NULL);
  perform (self, "enter-background", "b:EB(background) a:EB(background) ");
  perform (self, "suspend", "");
  perform (self, "resume", "");
  perform (self, "enter-foreground", "a:EF(background) b:EF(background) ");
  perform (self, "enter-background", "b:EB(background) a:EB(background) ");
  perform (self, "terminate",
           "b:WT(background) a:WT(background) b:gone(not-running) a:gone(not-running) ");
}

static void
test_signals_first (Fixture *self, gconstpointer data)
{
  g_test_summary ("Signals come before the actors are told, in the order of connecting");

  add (self, "a");
  g_signal_connect (self->application, "did-become-active", G_CALLBACK (on_signal), self->log);
  g_signal_connect (self->application, "will-resign-active", G_CALLBACK (on_signal), self->log);
  g_signal_connect (self->application, "died", G_CALLBACK (on_died), self->log);
  perform (self, "launch", "a:born(inactive) a:WF(inactive) a:DF(inactive) signal a:BA(active) ");
  perform (self, "resign-active", "signal a:RA(active) ");
  perform (self, "kill", "a:gone(not-running) died of kill ");
}

static void
test_suspended_is_not_told (Fixture *self, gconstpointer data)
{
  g_test_summary ("Suspended and resumed are signals; the actors are not told");

  add (self, "a");
  g_signal_connect (self->application, "suspended", G_CALLBACK (on_signal), self->log);
  g_signal_connect (self->application, "resumed", G_CALLBACK (on_signal), self->log);
  perform (self, "launch", NULL);
  perform (self, "resign-active", NULL);
  perform (self, "enter-background", NULL);
  perform (self, "suspend", "signal ");
  g_assert_true (
      rebound_timer_queue_is_paused (rebound_clock_get_queue (self->clock, self->context)));
  perform (self, "resume", "signal ");
  g_assert_false (
      rebound_timer_queue_is_paused (rebound_clock_get_queue (self->clock, self->context)));
  perform (self, "suspend", "signal ");
  perform (self, "kill", "a:gone(not-running) ");
  g_assert_false (
      rebound_timer_queue_is_paused (rebound_clock_get_queue (self->clock, self->context)));
}

static void
test_relaunch (Fixture *self, gconstpointer data)
{
  g_test_summary ("Without anybody who makes them anew, the same actors begin another life");

  add (self, "a");
  perform (self, "launch", NULL);
  perform (self, "kill", "a:gone(not-running) ");
  perform (self, "launch", "a:born(inactive) a:WF(inactive) a:DF(inactive) a:BA(active) ");
}

static void
populate (ReboundApplication *application, gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_cmpint (rebound_application_get_state (application), ==,
                   REBOUND_APPLICATION_STATE_INACTIVE);
  add (self, "new");
}

static void
test_populate (Fixture *self, gconstpointer data)
{
  g_test_summary ("With somebody who does, each launch has its own, and none is left at the end");

  rebound_application_set_populate (self->application, populate, self);
  for (guint i = 0; i < 3; i++)
    {
      perform (self, "launch",
               "new:born(inactive) new:WF(inactive) new:DF(inactive) new:BA(active) ");
      perform (self, "kill", "new:gone(not-running) ");
    }
}

static void
test_late_comer (Fixture *self, gconstpointer data)
{
  g_test_summary ("An actor that is added to a running application comes to life at once");

  perform (self, "launch", "");
  add (self, "late");
  g_assert_cmpstr (self->log->str, ==, "late:born(active) ");
  perform (self, "resign-active", "late:RA(active) ");
}

static void
add_within (ReboundApplication *application, gpointer user_data)
{
  add (user_data, "within");
}

static void
test_added_within (Fixture *self, gconstpointer data)
{
  g_test_summary ("One that is added in a callback is told from the next one on");

  g_signal_connect (self->application, "did-finish-launching", G_CALLBACK (add_within), self);
  perform (self, "launch", "within:born(inactive) within:BA(active) ");
}

static void
perform_within (ReboundApplication *application, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (rebound_application_perform (application, "kill", &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE);
  g_assert_true (g_str_has_prefix (error->message, "“kill” is not possible within a callback"));
}

static void
perform_on_notify (ReboundApplication *application, GParamSpec *pspec, gpointer user_data)
{
  perform_within (application, user_data);
}

static void
test_no_word_within (Fixture *self, gconstpointer data)
{
  static const char *const signals[]
      = { "will-finish-launching", "did-become-active", "will-resign-active" };

  g_test_summary ("A word within another's callbacks is refused, and the other is played whole");

  add (self, "a");
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect (self->application, signals[i], G_CALLBACK (perform_within), NULL);
  g_signal_connect (self->application, "notify::state", G_CALLBACK (perform_on_notify), NULL);
  perform (self, "launch", NULL);
  perform (self, "resign-active", NULL);
  g_assert_cmpint (rebound_application_get_state (self->application), ==,
                   REBOUND_APPLICATION_STATE_INACTIVE);
  perform (self, "kill", NULL);
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_notify (Fixture *self, gconstpointer data)
{
  ReboundApplicationState state;
  guint n = 0;

  g_test_summary ("notify::state comes with each change, and with nothing else");

  g_signal_connect (self->application, "notify::state", G_CALLBACK (count_notify), &n);
  perform (self, "launch", NULL); /* inactive, active */
  g_assert_cmpuint (n, ==, 2);
  g_assert_false (rebound_application_perform (self->application, "launch", NULL));
  g_assert_cmpuint (n, ==, 2);
  perform (self, "resign-active", NULL);
  perform (self, "enter-background", NULL);
  perform (self, "suspend", NULL);
  g_assert_cmpuint (n, ==, 5);
  g_object_get (self->application, "state", &state, NULL);
  g_assert_cmpint (state, ==, REBOUND_APPLICATION_STATE_SUSPENDED);
}

static void
test_actions (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) refused = NULL;
  GError *error = NULL;

  g_test_summary ("Every word is an action signal, whose error is its result");

  g_signal_emit_by_name (self->application, "launch", FALSE, &error);
  g_assert_no_error (error);
  g_signal_emit_by_name (self->application, "launch", FALSE, &refused);
  g_assert_error (refused, REBOUND_ERROR, REBOUND_ERROR_STATE);
}

static void
test_drop (Fixture *self, gconstpointer data)
{
  g_test_summary ("Dropping the actors ends their lives without a callback");

  add (self, "a");
  add (self, "b");
  perform (self, "launch", NULL);
  g_string_truncate (self->log, 0);
  rebound_application_drop_actors (self->application);
  g_assert_cmpstr (self->log->str, ==, "b:gone(active) a:gone(active) ");
  rebound_application_drop_actors (self->application);
  g_assert_cmpstr (self->log->str, ==, "b:gone(active) a:gone(active) ");
}

static void
test_never_launched (Fixture *self, gconstpointer data)
{
  g_autoptr (TestBell) bell = test_bell_new ();

  g_test_summary ("Who never lived does not die");

  rebound_application_add_actor (self->application, REBOUND_ACTOR (bell));
  g_clear_object (&self->application);
  g_assert_cmpuint (test_bell_get_n_lives (bell), ==, 0);
  g_assert_cmpuint (test_bell_get_n_abandoned (bell), ==, 0);
  g_assert_cmpuint (G_OBJECT (bell)->ref_count, ==, 1);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/application/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("order", test_order);
  ADD ("signals-first", test_signals_first);
  ADD ("suspended-is-not-told", test_suspended_is_not_told);
  ADD ("relaunch", test_relaunch);
  ADD ("populate", test_populate);
  ADD ("late-comer", test_late_comer);
  ADD ("added-within", test_added_within);
  ADD ("no-word-within", test_no_word_within);
  ADD ("notify", test_notify);
  ADD ("actions", test_actions);
  ADD ("drop", test_drop);
  ADD ("never-launched", test_never_launched);
  return g_test_run ();
}
