/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A suspended application does not run: not one function of one of its sources is called. And what
 * keeps time from jumping though the clock knows nothing of it: timers of others, and holds. */

#include "stage-test.h"

#include <string.h>
#include <unistd.h>

#include "lifecycle/rebound-error.h"

static void
test_suspended (StageTest *self, gconstpointer mode)
{
  StageProbe *probe = stage_probe_new_with_pipe (self, HOME, "descriptor");
  StageAlarm home, world;

  g_test_summary ("Suspended is suspended: no function of any source is called, whatever is ready");

  stage_alarm_init (&home, self, HOME, "home", 5 * SEC);
  stage_alarm_init (&world, self, WORLD, "world", 6 * SEC);
  stage_test_settle (self);
  stage_test_suspend (self, TRUE);
  probe->n_prepared = probe->n_checked = 0;
  g_assert_cmpint (write (probe->fds[1], "x", 1), ==, 1);
  stage_test_advance (self, 3600 * SEC);
  g_assert_cmpuint (probe->n_prepared, ==, 0);
  g_assert_cmpuint (probe->n_checked, ==, 0);
  g_assert_cmpuint (probe->n_dispatched, ==, 0);
  g_assert_cmpstr (self->log->str, ==, "world@6000\n");
  g_assert_true (rebound_timer_is_armed (home.timer));

  stage_test_suspend (self, FALSE);
  stage_test_settle (self);
  g_assert_cmpuint (probe->n_dispatched, ==, 1);
  g_assert_cmpstr (self->log->str, ==, "world@6000\ndescriptor\nhome@3600000\n");
  rebound_timer_free (home.timer);
  rebound_timer_free (world.timer);
  stage_probe_free (probe);
}

static void
check_probe (StageTest *self, gboolean with_pipe)
{
  StageProbe *probe = with_pipe ? stage_probe_new_with_pipe (self, HOME, "pipe") : NULL;
  StageAlarm alarm = { 0 };

  if (probe != NULL)
    g_assert_cmpint (write (probe->fds[1], "x", 1), ==, 1);
  else
    stage_alarm_init (&alarm, self, HOME, "timer", SEC);
  stage_test_suspend (self, TRUE);
  stage_test_advance (self, 60 * SEC);
  g_assert_cmpstr (self->log->str, ==, "");
  if (probe != NULL)
    g_assert_cmpuint (probe->n_prepared + probe->n_checked, ==, 0);
  stage_test_suspend (self, FALSE);
  stage_test_settle (self);
  g_assert_cmpstr (self->log->str, ==, probe != NULL ? "pipe\n" : "timer@60000\n");
  if (probe != NULL)
    stage_probe_free (probe);
  else
    rebound_timer_free (alarm.timer);
}

static void
test_suspended_descriptor (StageTest *self, gconstpointer mode)
{
  g_test_summary (
      "A descriptor by itself: suspended it is not looked at, resumed it is dispatched");

  check_probe (self, TRUE);
}

static void
test_suspended_timer (StageTest *self, gconstpointer mode)
{
  g_test_summary ("A virtual timer by itself: suspended it does not fire, resumed it does at once");

  check_probe (self, FALSE);
}

static void
test_suspended_alone (StageTest *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  StageAlarm alarm;

  g_test_summary ("A suspended application's timer is nothing to wait for");

  stage_alarm_init (&alarm, self, HOME, "home", SEC);
  stage_test_suspend (self, TRUE);
  g_assert_cmpint (rebound_stage_advance (self->stage, 60 * SEC, stage_test_has_logged, self,
                                          &error),
                   ==, REBOUND_ADVANCE_NOTHING_LEFT);
  g_assert_no_error (error);
  rebound_timer_free (alarm.timer);
}

static gboolean
forget (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

static void
attach_timeout (StageTest *self, guint side, const char *name, guint msec)
{
  g_autoptr (GSource) source = g_timeout_source_new (msec);

  if (name != NULL)
    g_source_set_static_name (source, name);
  g_source_set_callback (source, forget, NULL, NULL);
  g_source_attach (source, self->contexts[side]);
}

static void
test_foreign_timers (StageTest *self, gconstpointer mode)
{
  static const struct
  {
    guint side;
    const char *name;
    const char *said;
  } cases[] = {
    { WORLD, "resolver", "the timeout source “resolver” in the world's context" },
    { HOME, "g_timeout_add", "the timeout source “g_timeout_add” in the application's context" },
    { HOME, NULL, "the timeout source “a source without a name” in the application's context" },
  };

  g_test_summary ("A timeout source that is not the clock's is refused by name, where time jumps");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ReboundStage) stage
          = rebound_stage_new (self->sites[WORLD], self->sites[HOME], self->journal);
      guint id;

      attach_timeout (self, cases[i].side, cases[i].name, 3600 * 1000);
      id = g_source_get_id (
          g_main_context_find_source_by_user_data (self->contexts[cases[i].side], NULL));
      g_assert_true (rebound_stage_settle (stage, &error));
      g_assert_cmpint (rebound_stage_advance (stage, SEC, NULL, NULL, &error), ==,
                       REBOUND_ADVANCE_FAILED);
      g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_ACTION);
      g_assert_true (g_str_has_prefix (error->message, cases[i].said));
      g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 0);
      g_source_destroy (g_main_context_find_source_by_id (self->contexts[cases[i].side], id));
    }
}

static void
test_foreign_timer_of_suspended (StageTest *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A foreign timer of a suspended application is looked at when it is resumed");

  attach_timeout (self, HOME, "theirs", 3600 * 1000);
  stage_test_suspend (self, TRUE);
  stage_test_advance (self, 60 * SEC);
  stage_test_suspend (self, FALSE);
  g_assert_cmpint (rebound_stage_advance (self->stage, 120 * SEC, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_FAILED);
  g_assert_nonnull (strstr (error->message, "“theirs”"));
}

typedef struct
{
  StageTest *fixture;
  guint hold;
} Holding;

static gboolean
end_hold (gpointer user_data)
{
  Holding *holding = user_data;

  g_string_append_printf (holding->fixture->log, "foreign@%" G_GINT64_FORMAT "\n",
                          rebound_clock_get_time_usec (holding->fixture->clock));
  rebound_clock_release (holding->fixture->clock, holding->hold);
  return G_SOURCE_REMOVE;
}

static void
test_foreign_timer_held (StageTest *self, gconstpointer mode)
{
  g_autoptr (GSource) source = g_timeout_source_new (1);
  Holding holding = { self, rebound_clock_hold (self->clock, "a library's timer") };
  StageAlarm alarm;

  g_test_summary ("Under a hold a foreign timer is waited for in real time, and time stands still");

  g_source_set_callback (source, end_hold, &holding, NULL);
  g_source_attach (source, self->contexts[HOME]);
  stage_alarm_init (&alarm, self, WORLD, "timer", SEC);
  stage_test_advance (self, SEC);
  g_assert_cmpstr (self->log->str, ==, "foreign@0\ntimer@1000\n");
  rebound_timer_free (alarm.timer);
}

static gpointer
release_from_thread (gpointer user_data)
{
  Holding *holding = user_data;

  rebound_clock_release (holding->fixture->clock, holding->hold);
  return NULL;
}

static void
test_hold_of_thread (StageTest *self, gconstpointer mode)
{
  Holding holding = { self, rebound_clock_hold (self->clock, "a thread") };
  GThread *thread = g_thread_new ("holder", release_from_thread, &holding);

  g_test_summary ("A thread that ends its hold wakes the stage");

  stage_test_advance (self, SEC);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, SEC);
  g_thread_join (thread);
}

#define ADD(path, mode, function)                                                                  \
  g_test_add ("/stage-suspended/" path, StageTest, GUINT_TO_POINTER (mode), stage_test_set_up,     \
              function, stage_test_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("everything", REBOUND_CLOCK_VIRTUAL, test_suspended);
  ADD ("descriptor", REBOUND_CLOCK_VIRTUAL, test_suspended_descriptor);
  ADD ("timer", REBOUND_CLOCK_VIRTUAL, test_suspended_timer);
  ADD ("alone", REBOUND_CLOCK_VIRTUAL, test_suspended_alone);
  ADD ("foreign-timers", REBOUND_CLOCK_VIRTUAL, test_foreign_timers);
  ADD ("foreign-timers/suspended", REBOUND_CLOCK_VIRTUAL, test_foreign_timer_of_suspended);
  ADD ("foreign-timers/held", REBOUND_CLOCK_VIRTUAL, test_foreign_timer_held);
  ADD ("hold-of-thread", REBOUND_CLOCK_VIRTUAL, test_hold_of_thread);
  return g_test_run ();
}
