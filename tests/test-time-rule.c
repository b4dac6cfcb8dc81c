/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stage does when time's rule is broken. It never is by itself, so the tests break it: a
 * fake kernel is asked last before each jump, and brings what should not be there then. */

#include "lifecycle/rebound-clock-private.h"
#include "lifecycle/rebound-error.h"
#include "script-test.h"
#include "stage-test.h"

static void
assert_broken (StageTest *self,
               ReboundStagePredicate predicate,
               const char *to,
               const char *evidence)
{
  g_autofree char *expected
      = g_strdup_printf ("time's rule is broken: at 0s, before a jump to %s, %s; expected nothing "
                         "to be left that could happen",
                         to, evidence);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (rebound_stage_advance (self->stage, SEC, predicate, self, &error), ==,
                       REBOUND_ADVANCE_FAILED);
      g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL);
      g_assert_cmpstr (error->message, ==, expected);
      self->kernel->unsettled = NULL;
    }
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 0);
}

static void
test_kept (StageTest *self, gconstpointer mode)
{
  StageAlarm alarm;

  g_test_summary ("A rule that is kept lets time jump, from one deadline to the next");

  stage_alarm_init (&alarm, self, HOME, "due", SEC);
  stage_test_advance (self, 5 * SEC);
  g_assert_cmpstr (self->log->str, ==, "due@1000\n");
  rebound_timer_free (alarm.timer);
}

static void
test_unsettled (StageTest *self, gconstpointer mode)
{
  g_test_summary ("A socket that was touched and not looked at stops time, for good");

  self->kernel->unsettled = "phone's end of phone#1 was touched";
  assert_broken (self, NULL, "1s", "phone's end of phone#1 was touched");
}

/* -- a context -- */

typedef struct
{
  StageTest *test;
  guint side;
  StageProbe *probe;
  void (*on_dispatch) (gpointer data);
} Late;

static void
bring_late (gpointer data)
{
  Late *late = data;

  if (late->probe != NULL)
    return;
  late->probe = stage_probe_new (late->test, late->side, "late", 1);
  late->probe->on_dispatch = late->on_dispatch;
  late->probe->user_data = late->test->stage;
}

static void
try_context (StageTest *self, guint side, const char *evidence)
{
  Late late = { .test = self, .side = side };

  self->kernel->on_jump = bring_late;
  self->kernel->data = &late;
  assert_broken (self, NULL, "1s", evidence);
  stage_probe_free (late.probe);
}

static void
test_world (StageTest *self, gconstpointer mode)
{
  g_test_summary ("A source of the world's that could be dispatched stops time, and is named");
  try_context (self, WORLD, "“late” in the world's context could be dispatched");
}

static void
test_application (StageTest *self, gconstpointer mode)
{
  g_test_summary ("So does one of the application's");
  try_context (self, HOME, "“late” in the application's context could be dispatched");
}

static void
test_suspended (StageTest *self, gconstpointer mode)
{
  Late late = { .test = self, .side = HOME };

  g_test_summary ("One of an application that is suspended does not: time goes on beside it");

  self->kernel->on_jump = bring_late;
  self->kernel->data = &late;
  stage_test_suspend (self, TRUE);
  stage_test_advance (self, SEC);
  g_assert_cmpuint (late.probe->n_prepared, ==, 0);
  stage_probe_free (late.probe);
}

static void
interrupt (gpointer stage)
{
  rebound_stage_interrupt (stage);
}

static void
test_interrupted (StageTest *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  Late late = { .test = self, .side = WORLD, .on_dispatch = interrupt };

  g_test_summary ("Ctrl-C may come at any time, and is no broken rule");

  self->kernel->on_jump = bring_late;
  self->kernel->data = &late;
  g_assert_cmpint (rebound_stage_advance (self->stage, SEC, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  stage_probe_free (late.probe);
}

/* -- between the settling and the jump -- */

static gboolean
work_on (gpointer data)
{
  StageTest *self = data;

  rebound_site_note_progress (self->sites[HOME]);
  return FALSE;
}

static void
test_moved (StageTest *self, gconstpointer mode)
{
  StageAlarm alarm;

  g_test_summary ("A socket that is at work behind the last fence stops time");

  stage_alarm_init (&alarm, self, HOME, "never", SEC);
  assert_broken (self, work_on, "1s", "sockets had been at work 1 times since the last fence");
  rebound_timer_free (alarm.timer);
}

static StageAlarm overdue;

static gboolean
arm (gpointer data)
{
  if (overdue.timer == NULL)
    stage_alarm_init (&overdue, data, WORLD, "overdue", 0);
  return FALSE;
}

static void
test_overdue (StageTest *self, gconstpointer mode)
{
  g_test_summary ("A timer that is due stops time");
  assert_broken (self, arm, "0s", "a timer was due and had not fired");
  rebound_timer_free (overdue.timer);
}

/* As a thread does: it has held the clock, hands over what it has and lets go. */
static gboolean
let_go (gpointer data)
{
  Late *late = data;

  if (late->probe == NULL)
    {
      bring_late (late);
      rebound_clock_release (late->test->clock, rebound_clock_hold (late->test->clock, "a thread"));
    }
  return FALSE;
}

static void
test_let_go (StageTest *self, gconstpointer mode)
{
  Late late = { .test = self, .side = WORLD };
  StageAlarm alarm;
  g_autoptr (GError) error = NULL;

  g_test_summary ("What somebody brings who has held the clock until then happens before a jump");

  stage_alarm_init (&alarm, self, WORLD, "after", SEC);
  g_assert_cmpint (rebound_stage_advance (self->stage, SEC, let_go, &late, &error), ==,
                   REBOUND_ADVANCE_REACHED);
  g_assert_no_error (error);
  g_assert_cmpstr (self->log->str, ==, "late\nafter@1000\n");
  rebound_timer_free (alarm.timer);
  stage_probe_free (late.probe);
}

/* -- a run -- */

static void
test_run (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nafter 1s home");
  g_autoptr (FakeKernel) kernel = fake_kernel_new ();

  g_test_summary ("In a run it is status 99, at the statement's place, with the evidence");

  kernel->unsettled = "web's end of phone#1 was touched and has not been looked at since";
  rebound_run_set_kernel (test->run, REBOUND_KERNEL (kernel));
  script_test_play (test);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_INTERNAL);
  g_assert_cmpint (recording_sink_get_summary (test->sink)->status, ==, 99);
  g_assert_cmpstr (test->error->message, ==,
                   "t.life:2:1: time's rule is broken: at 0s, before a jump to 1s, web's end of "
                   "phone#1 was touched and has not been looked at since; expected nothing to be "
                   "left that could happen");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function)                                                                        \
  g_test_add ("/time-rule/" path, StageTest, GUINT_TO_POINTER (REBOUND_CLOCK_VIRTUAL),             \
              stage_test_set_up, function, stage_test_tear_down)
  ADD ("kept", test_kept);
  ADD ("unsettled", test_unsettled);
  ADD ("world", test_world);
  ADD ("application", test_application);
  ADD ("suspended", test_suspended);
  ADD ("interrupted", test_interrupted);
  ADD ("moved", test_moved);
  ADD ("overdue", test_overdue);
  ADD ("let-go", test_let_go);
  g_test_add_func ("/time-rule/run", test_run);
  return g_test_run ();
}
