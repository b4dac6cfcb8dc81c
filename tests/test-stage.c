/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of an instant, when time may jump and how far, the kernel's say in it, and the ends
 * that a stage can come to. */

#include "stage-test.h"

#include <string.h>

#include "lifecycle/rebound-clock-private.h"
#include "lifecycle/rebound-error.h"

/* -- an instant -- */

static void
on_observe (gpointer data)
{
  StageTest *self = data;

  g_string_append (self->log, "observe\n");
}

static void
test_order (StageTest *self, gconstpointer mode)
{
  StageAlarm alarms[4];
  StageProbe *home, *world;

  g_test_summary (
      "What is delivered, the world's first; then one timer at a time; the states last");

  self->kernel->on_observe = on_observe;
  self->kernel->data = self;
  stage_alarm_init (&alarms[0], self, HOME, "home's timer", 0);
  stage_alarm_init (&alarms[1], self, WORLD, "world's first timer", 0);
  stage_alarm_init (&alarms[2], self, WORLD, "world's second timer", 0);
  stage_alarm_init (&alarms[3], self, WORLD, "later", 5000);
  home = stage_probe_new (self, HOME, "home", 2);
  world = stage_probe_new (self, WORLD, "world", 2);
  stage_test_settle (self);
  g_assert_cmpstr (self->log->str, ==,
                   "world\nworld\nhome\nhome\n"
                   "world's first timer@0\nworld's second timer@0\nhome's timer@0\nobserve\n");
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 0);
  for (guint i = 0; i < 4; i++)
    rebound_timer_free (alarms[i].timer);
  stage_probe_free (home);
  stage_probe_free (world);
}

typedef struct
{
  StageTest *fixture;
  StageProbe *made;
  guint side;
  ReboundTimer *timer;
} Cause;

static void
cause_delivery (gpointer user_data)
{
  Cause *cause = user_data;

  g_string_append (cause->fixture->log, "timer\n");
  cause->made = stage_probe_new (cause->fixture, cause->side, "delivered", 1);
}

static void
test_timer_causes (StageTest *self, gconstpointer mode)
{
  Cause first = { self, NULL, HOME, NULL }, second = { self, NULL, WORLD, NULL };

  g_test_summary ("What a timer causes happens before the next timer, wherever it happens");

  first.timer = rebound_site_new_timer (self->sites[WORLD], "first", cause_delivery, &first);
  second.timer = rebound_site_new_timer (self->sites[WORLD], "second", cause_delivery, &second);
  rebound_timer_arm (first.timer, 0);
  rebound_timer_arm (second.timer, 0);
  stage_test_settle (self);
  g_assert_cmpstr (self->log->str, ==, "timer\ndelivered\ntimer\ndelivered\n");
  stage_probe_free (first.made);
  stage_probe_free (second.made);
  rebound_timer_free (first.timer);
  rebound_timer_free (second.timer);
}

static void
test_fence (StageTest *self, gconstpointer mode)
{
  StageProbe *probe = stage_probe_new (self, HOME, "probe", 1);

  g_test_summary ("A fence before each look: until it passed nothing is dispatched");

  self->kernel->log = self->log;
  stage_test_settle (self);
  g_assert_cmpstr (self->log->str, ==, "fence\nprobe\nfence\nobserve\n");
  stage_probe_free (probe);
}

static void
test_fence_fails (StageTest *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  StageProbe *probe = stage_probe_new (self, HOME, "probe", 1);

  g_test_summary ("A fence that fails ends everything, and for good");

  self->kernel->fails_fence = TRUE;
  g_assert_false (rebound_stage_settle (self->stage, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpuint (probe->n_dispatched, ==, 0);
  self->kernel->fails_fence = FALSE;
  g_assert_false (rebound_stage_settle (self->stage, &again));
  g_assert_cmpstr (again->message, ==, error->message);
  g_assert_cmpuint (self->kernel->n_fences, ==, 1);
  stage_probe_free (probe);
}

static void
bring_news (gpointer data)
{
  Cause *cause = data;

  if (cause->made == NULL)
    cause_delivery (cause);
  if (cause->made->n_dispatched == 0)
    rebound_site_note_progress (cause->fixture->sites[WORLD]);
}

static void
test_observation_brings_news (StageTest *self, gconstpointer mode)
{
  Cause cause = { self, NULL, HOME, NULL };

  g_test_summary ("What looking at the kernel's states brings happens at the same instant");

  self->kernel->on_observe = bring_news;
  self->kernel->data = &cause;
  stage_test_settle (self);
  g_assert_cmpstr (self->log->str, ==, "timer\ndelivered\n");
  g_assert_cmpuint (self->kernel->n_observed, ==, 2);
  stage_probe_free (cause.made);
}

static void
settle_again (gpointer user_data)
{
  StageTest *self = user_data;

  g_string_append (self->log, "in\n");
  stage_test_settle (self);
  g_string_append (self->log, "out\n");
}

static void
test_settle_within (StageTest *self, gconstpointer mode)
{
  StageProbe *outer = stage_probe_new (self, WORLD, "outer", 1);
  StageProbe *inner = stage_probe_new (self, HOME, "inner", 1);

  g_test_summary ("A handler that calls for a turn has one already");

  outer->on_dispatch = settle_again;
  outer->user_data = self;
  stage_test_settle (self);
  g_assert_cmpstr (self->log->str, ==, "outer\nin\nout\ninner\n");
  stage_probe_free (outer);
  stage_probe_free (inner);
}

static void
note_default (gpointer user_data)
{
  *(GMainContext **) user_data = g_main_context_get_thread_default ();
}

static void
test_thread_default (StageTest *self, gconstpointer mode)
{
  GMainContext *seen[2] = { NULL, NULL };
  StageProbe *probes[2];

  g_test_summary ("Each side's callbacks find their own context as the thread's default");

  for (guint i = 0; i < 2; i++)
    {
      probes[i] = stage_probe_new (self, i, "probe", 1);
      probes[i]->on_dispatch = note_default;
      probes[i]->user_data = &seen[i];
    }
  stage_test_settle (self);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (seen[i] == self->contexts[i]);
      stage_probe_free (probes[i]);
    }
}

/* -- time -- */

static void
test_jumps (StageTest *self, gconstpointer mode)
{
  StageAlarm alarms[3];

  g_test_summary ("Time goes from one deadline to the next and no further than asked for");

  stage_alarm_init (&alarms[0], self, HOME, "b", 30 * SEC);
  stage_alarm_init (&alarms[1], self, WORLD, "a", 10 * SEC);
  stage_alarm_init (&alarms[2], self, WORLD, "c", 3600 * SEC);
  stage_test_advance (self, 40 * SEC);
  g_assert_cmpstr (self->log->str, ==, "a@10000\nb@30000\n");
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 40 * SEC);
  for (guint i = 0; i < 3; i++)
    rebound_timer_free (alarms[i].timer);
}

static void
test_predicate (StageTest *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  StageAlarm alarm;

  g_test_summary ("Time stands still once what was waited for has come; or when it cannot come");

  stage_alarm_init (&alarm, self, WORLD, "a", 10 * SEC);
  g_assert_cmpint (rebound_stage_advance (self->stage, 60 * SEC, stage_test_has_logged, self,
                                          &error),
                   ==, REBOUND_ADVANCE_SATISFIED);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 10 * SEC);
  g_string_truncate (self->log, 0);
  g_assert_cmpint (rebound_stage_advance (self->stage, 60 * SEC, stage_test_has_logged, self,
                                          &error),
                   ==, REBOUND_ADVANCE_NOTHING_LEFT);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 10 * SEC);
  rebound_timer_arm (alarm.timer, 600 * SEC);
  g_assert_cmpint (rebound_stage_advance (self->stage, 60 * SEC, stage_test_has_logged, self,
                                          &error),
                   ==, REBOUND_ADVANCE_REACHED);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 60 * SEC);
  g_assert_no_error (error);
  rebound_timer_free (alarm.timer);
}

static void
test_end_of_time (StageTest *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  StageAlarm alarm;

  g_test_summary ("The last microsecond can be reached, and timers armed there fire there");

  stage_alarm_init (&alarm, self, WORLD, "last", G_MAXINT64);
  g_assert_cmpint (rebound_stage_advance (self->stage, G_MAXINT64, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_REACHED);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, G_MAXINT64);
  rebound_timer_arm (alarm.timer, SEC);
  stage_test_settle (self);
  g_assert_cmpstr (self->log->str, ==, "last@9223372036854775\nlast@9223372036854775\n");
  rebound_timer_free (alarm.timer);
}

/* -- the kernel -- */

static void
test_restless_kernel (StageTest *self, gconstpointer mode)
{
  StageAlarm alarm;

  g_test_summary ("While something is on its way in the kernel virtual time stands still");

  stage_alarm_init (&alarm, self, WORLD, "timer", SEC);
  self->kernel->log = self->log;
  self->kernel->n_restless = 2;
  self->kernel->waits_for = "phone#1 is on its way";
  stage_test_advance (self, SEC);
  g_assert_cmpstr (self->log->str, ==,
                   "fence\nobserve\nfence\nobserve\nfence\nobserve\n"
                   "fence\nfence\ntimer@1000\nfence\nobserve\n");
  rebound_timer_free (alarm.timer);
}

static void
check_broken_rule (StageTest *self, const char *waits_for)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expected
      = g_strdup_printf ("time cannot go on: after 3ms of real time %s",
                         waits_for != NULL ? waits_for : "something is still on its way");

  self->kernel->n_restless = G_MAXUINT;
  self->kernel->waits_for = waits_for;
  rebound_stage_set_kernel_limit (self->stage, 3000);
  g_assert_cmpint (rebound_stage_advance (self->stage, SEC, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_FAILED);
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL);
  g_assert_cmpstr (error->message, ==, expected);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 0);
}

static void
test_broken_rule (StageTest *self, gconstpointer mode)
{
  g_test_summary ("What never arrives is a broken rule, with its evidence");

  check_broken_rule (self, "phone#1 has unacknowledged data");
}

static void
test_broken_rule_unsaid (StageTest *self, gconstpointer mode)
{
  g_test_summary ("A kernel that does not say what it waits for is no excuse");

  check_broken_rule (self, NULL);
}

static void
test_no_kernel (StageTest *self, gconstpointer mode)
{
  g_test_summary ("A run without sockets needs no kernel");

  rebound_site_set_kernel (self->sites[WORLD], NULL);
  stage_test_advance (self, SEC);
  g_assert_cmpuint (self->kernel->n_fences + self->kernel->n_observed, ==, 0);
}

/* -- ends -- */

static void
interrupt (gpointer user_data)
{
  rebound_stage_interrupt (user_data);
}

static void
test_interrupt (StageTest *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  StageProbe *probe = stage_probe_new (self, WORLD, "ctrl-c", 1);
  StageProbe *after = stage_probe_new (self, HOME, "after", 1);

  g_test_summary ("An interruption ends the stage before anything else is dispatched");

  probe->on_dispatch = interrupt;
  probe->user_data = self->stage;
  g_assert_cmpint (rebound_stage_advance (self->stage, SEC, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (self->log->str, ==, "ctrl-c\n");
  stage_probe_free (probe);
  stage_probe_free (after);
}

static void
test_wall_limit (StageTest *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  guint hold = rebound_clock_hold (self->clock, "for ever");

  g_test_summary ("The machine's time is limited too, even where nothing happens");

  rebound_stage_set_wall_limit (self->stage, 2000);
  g_assert_cmpint (rebound_stage_advance (self->stage, G_MAXINT64, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  rebound_clock_release (self->clock, hold);
}

/* -- real time -- */

static gboolean
say_foreign (gpointer user_data)
{
  g_string_append (((StageTest *) user_data)->log, "foreign\n");
  return G_SOURCE_REMOVE;
}

static void
test_real_time (StageTest *self, gconstpointer mode)
{
  g_autoptr (GSource) foreign = g_timeout_source_new (1);
  StageAlarm world, home;
  gint64 before_usec = rebound_clock_get_time_usec (self->clock);

  g_test_summary ("In real time deadlines are waited for, foreign ones too; suspended ones not");

  stage_alarm_init (&world, self, WORLD, "world", 2000);
  stage_alarm_init (&home, self, HOME, "home", 1000);
  stage_test_suspend (self, TRUE);
  g_source_set_callback (foreign, say_foreign, self, NULL);
  g_source_attach (foreign, self->contexts[WORLD]);
  stage_test_advance (self, 5000);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock) - before_usec, >=, 5000);
  g_assert_false (rebound_timer_is_armed (world.timer));
  g_assert_true (rebound_timer_is_armed (home.timer));
  g_assert_nonnull (strstr (self->log->str, "foreign\n"));
  stage_test_suspend (self, FALSE);
  stage_test_settle (self);
  g_assert_false (rebound_timer_is_armed (home.timer));
  rebound_timer_free (world.timer);
  rebound_timer_free (home.timer);
}

static void
test_real_wait (StageTest *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  StageAlarm alarm;

  g_test_summary ("In real time a wait goes on to its end: somebody outside may bring it about");

  stage_alarm_init (&alarm, self, WORLD, "a", 1000);
  g_assert_cmpint (rebound_stage_advance (self->stage, G_MAXINT64, stage_test_has_logged, self,
                                          &error),
                   ==, REBOUND_ADVANCE_SATISFIED);
  g_string_truncate (self->log, 0);
  g_assert_cmpint (rebound_stage_advance (self->stage,
                                          rebound_clock_get_time_usec (self->clock) + 1000,
                                          stage_test_has_logged, self, &error),
                   ==, REBOUND_ADVANCE_REACHED);
  rebound_timer_free (alarm.timer);
}

#define ADD(path, mode, function)                                                                  \
  g_test_add ("/stage/" path, StageTest, GUINT_TO_POINTER (mode), stage_test_set_up, function,     \
              stage_test_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("order", REBOUND_CLOCK_VIRTUAL, test_order);
  ADD ("timer-causes", REBOUND_CLOCK_VIRTUAL, test_timer_causes);
  ADD ("fence", REBOUND_CLOCK_VIRTUAL, test_fence);
  ADD ("fence-fails", REBOUND_CLOCK_VIRTUAL, test_fence_fails);
  ADD ("observation-brings-news", REBOUND_CLOCK_VIRTUAL, test_observation_brings_news);
  ADD ("settle-within", REBOUND_CLOCK_VIRTUAL, test_settle_within);
  ADD ("thread-default", REBOUND_CLOCK_VIRTUAL, test_thread_default);
  ADD ("jumps", REBOUND_CLOCK_VIRTUAL, test_jumps);
  ADD ("predicate", REBOUND_CLOCK_VIRTUAL, test_predicate);
  ADD ("end-of-time", REBOUND_CLOCK_VIRTUAL, test_end_of_time);
  ADD ("kernel/restless", REBOUND_CLOCK_VIRTUAL, test_restless_kernel);
  ADD ("kernel/broken-rule", REBOUND_CLOCK_VIRTUAL, test_broken_rule);
  ADD ("kernel/broken-rule-unsaid", REBOUND_CLOCK_VIRTUAL, test_broken_rule_unsaid);
  ADD ("kernel/none", REBOUND_CLOCK_VIRTUAL, test_no_kernel);
  ADD ("interrupt", REBOUND_CLOCK_VIRTUAL, test_interrupt);
  ADD ("wall-limit", REBOUND_CLOCK_VIRTUAL, test_wall_limit);
  ADD ("real/time", REBOUND_CLOCK_REAL, test_real_time);
  ADD ("real/wait", REBOUND_CLOCK_REAL, test_real_wait);
  return g_test_run ();
}
