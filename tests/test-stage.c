/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of an instant, and when time may jump: with a fake kernel, timers, and sources that
 * keep count of how often each of their functions is called. */

#include "lifecycle/rebound-stage-private.h"

#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "fake-kernel.h"
#include "lifecycle/rebound-clock-private.h"
#include "lifecycle/rebound-error.h"
#include "recording-sink.h"

#define SEC ((gint64) G_USEC_PER_SEC)

typedef struct
{
  ReboundClock *clock;
  GMainContext *contexts[2]; /* the world's, the application's */
  ReboundSite *sites[2];
  FakeKernel *kernel;
  ReboundJournal *journal;
  RecordingSink *sink;
  ReboundStage *stage;
  GString *log;
} Fixture;

enum
{
  WORLD,
  HOME,
};

static void
set_up (Fixture *self, gconstpointer mode)
{
  self->clock = rebound_clock_new (GPOINTER_TO_UINT (mode));
  self->kernel = fake_kernel_new ();
  for (guint i = 0; i < 2; i++)
    {
      self->contexts[i] = g_main_context_new ();
      self->sites[i] = rebound_site_new (self->clock, self->contexts[i]);
      rebound_site_set_kernel (self->sites[i], REBOUND_KERNEL (self->kernel));
    }
  self->journal = rebound_journal_new (self->clock);
  self->sink = recording_sink_new ();
  rebound_journal_add_sink (self->journal, REBOUND_EVENT_SINK (self->sink));
  self->stage = rebound_stage_new (self->sites[WORLD], self->sites[HOME], self->journal);
  self->log = g_string_new (NULL);
}

static void
tear_down (Fixture *self, gconstpointer mode)
{
  rebound_stage_free (self->stage);
  rebound_journal_free (self->journal);
  g_object_unref (self->sink);
  g_object_unref (self->kernel);
  g_string_free (self->log, TRUE);
  for (guint i = 0; i < 2; i++)
    {
      g_object_unref (self->sites[i]);
      g_main_context_unref (self->contexts[i]);
    }
  g_assert_finalize_object (self->clock);
}

static void
settle (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rebound_stage_settle (self->stage, &error));
  g_assert_no_error (error);
}

static void
advance (Fixture *self, gint64 usec)
{
  g_autoptr (GError) error = NULL;
  gint64 until_usec = rebound_clock_get_time_usec (self->clock) + usec;

  g_assert_cmpint (rebound_stage_advance (self->stage, until_usec, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_REACHED);
  g_assert_no_error (error);
}

static void
suspend (Fixture *self, gboolean suspended)
{
  rebound_clock_set_paused (self->clock, self->contexts[HOME], suspended);
}

/* -- things that happen -- */

/* A timer that says who it is. */
typedef struct
{
  Fixture *fixture;
  const char *name;
  ReboundTimer *timer;
} Alarm;

static void
on_alarm (gpointer user_data)
{
  Alarm *alarm = user_data;

  g_string_append_printf (alarm->fixture->log, "%s@%" G_GINT64_FORMAT "\n", alarm->name,
                          rebound_clock_get_time_usec (alarm->fixture->clock) / 1000);
}

static void
alarm_init (Alarm *alarm, Fixture *fixture, guint side, const char *name, gint64 delay_usec)
{
  alarm->fixture = fixture;
  alarm->name = name;
  alarm->timer = rebound_site_new_timer (fixture->sites[side], name, on_alarm, alarm);
  rebound_timer_arm (alarm->timer, delay_usec);
}

/* A GSource that counts, on a pipe or without a descriptor. */
typedef struct
{
  GSource source;
  guint n_prepared;
  guint n_checked;
  guint n_dispatched;
  guint left; /* dispatches until it removes itself */
  GString *log;
  void (*on_dispatch) (gpointer user_data);
  gpointer user_data;
  int fds[2];
} Probe;

static gboolean
probe_prepare (GSource *source, gint *timeout_msec)
{
  Probe *self = (Probe *) source;

  self->n_prepared++;
  *timeout_msec = -1;
  return self->fds[0] < 0;
}

static gboolean
probe_check (GSource *source)
{
  Probe *self = (Probe *) source;
  struct pollfd fd = { self->fds[0], POLLIN, 0 };

  self->n_checked++;
  return self->fds[0] < 0 || poll (&fd, 1, 0) > 0;
}

static gboolean
probe_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  Probe *self = (Probe *) source;

  self->n_dispatched++;
  if (self->log != NULL)
    g_string_append_printf (self->log, "%s\n", g_source_get_name (source));
  if (self->on_dispatch != NULL)
    self->on_dispatch (self->user_data);
  return self->left == 0 || --self->left > 0;
}

static void
probe_finalize (GSource *source)
{
  Probe *self = (Probe *) source;

  for (guint i = 0; i < 2; i++)
    if (self->fds[i] >= 0)
      close (self->fds[i]);
}

static GSourceFuncs probe_funcs = {
  .prepare = probe_prepare,
  .check = probe_check,
  .dispatch = probe_dispatch,
  .finalize = probe_finalize,
};

/* @left dispatches, then it is gone; 0: for ever. */
static Probe *
probe_new (Fixture *fixture, guint side, const char *name, guint left)
{
  Probe *self = (Probe *) g_source_new (&probe_funcs, sizeof (Probe));

  self->fds[0] = self->fds[1] = -1;
  self->left = left;
  self->log = fixture->log;
  g_source_set_static_name (&self->source, name);
  g_source_attach (&self->source, fixture->contexts[side]);
  return self;
}

static Probe *
probe_new_with_pipe (Fixture *fixture, guint side, const char *name)
{
  Probe *self = probe_new (fixture, side, name, 1);

  g_assert_true (g_unix_open_pipe (self->fds, FD_CLOEXEC, NULL));
  g_source_add_unix_fd (&self->source, self->fds[0], G_IO_IN);
  return self;
}

static void
probe_free (Probe *self)
{
  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}

/* -- an instant -- */

static void
on_observe (gpointer data)
{
  Fixture *self = data;

  g_string_append (self->log, "observe\n");
}

static void
test_order (Fixture *self, gconstpointer mode)
{
  Alarm alarms[4];
  Probe *home, *world;

  g_test_summary (
      "What is delivered, the world's first; then one timer at a time; the states last");

  self->kernel->on_observe = on_observe;
  self->kernel->data = self;
  alarm_init (&alarms[0], self, HOME, "home's timer", 0);
  alarm_init (&alarms[1], self, WORLD, "world's first timer", 0);
  alarm_init (&alarms[2], self, WORLD, "world's second timer", 0);
  alarm_init (&alarms[3], self, WORLD, "later", 5000);
  home = probe_new (self, HOME, "home", 2);
  world = probe_new (self, WORLD, "world", 2);
  settle (self);
  g_assert_cmpstr (self->log->str, ==,
                   "world\nworld\nhome\nhome\n"
                   "world's first timer@0\nworld's second timer@0\nhome's timer@0\nobserve\n");
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 0);
  for (guint i = 0; i < 4; i++)
    rebound_timer_free (alarms[i].timer);
  probe_free (home);
  probe_free (world);
}

typedef struct
{
  Fixture *fixture;
  Probe *made;
  guint side;
  ReboundTimer *timer;
} Cause;

static void
cause_delivery (gpointer user_data)
{
  Cause *cause = user_data;

  g_string_append (cause->fixture->log, "timer\n");
  cause->made = probe_new (cause->fixture, cause->side, "delivered", 1);
}

static void
test_timer_causes (Fixture *self, gconstpointer mode)
{
  Cause first = { self, NULL, HOME, NULL }, second = { self, NULL, WORLD, NULL };

  g_test_summary ("What a timer causes happens before the next timer, wherever it happens");

  first.timer = rebound_site_new_timer (self->sites[WORLD], "first", cause_delivery, &first);
  second.timer = rebound_site_new_timer (self->sites[WORLD], "second", cause_delivery, &second);
  rebound_timer_arm (first.timer, 0);
  rebound_timer_arm (second.timer, 0);
  settle (self);
  g_assert_cmpstr (self->log->str, ==, "timer\ndelivered\ntimer\ndelivered\n");
  probe_free (first.made);
  probe_free (second.made);
  rebound_timer_free (first.timer);
  rebound_timer_free (second.timer);
}

static void
test_fence (Fixture *self, gconstpointer mode)
{
  Probe *probe = probe_new (self, HOME, "probe", 1);

  g_test_summary ("A fence before each look: until it passed nothing is dispatched");

  self->kernel->log = self->log;
  settle (self);
  g_assert_cmpstr (self->log->str, ==, "fence\nprobe\nfence\nobserve\n");
  probe_free (probe);
}

static void
test_fence_fails (Fixture *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  Probe *probe = probe_new (self, HOME, "probe", 1);

  g_test_summary ("A fence that fails ends everything, and for good");

  self->kernel->fails_fence = TRUE;
  g_assert_false (rebound_stage_settle (self->stage, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpuint (probe->n_dispatched, ==, 0);
  self->kernel->fails_fence = FALSE;
  g_assert_false (rebound_stage_settle (self->stage, &again));
  g_assert_cmpstr (again->message, ==, error->message);
  g_assert_cmpuint (self->kernel->n_fences, ==, 1);
  probe_free (probe);
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
test_observation_brings_news (Fixture *self, gconstpointer mode)
{
  Cause cause = { self, NULL, HOME, NULL };

  g_test_summary ("What looking at the kernel's states brings happens at the same instant");

  self->kernel->on_observe = bring_news;
  self->kernel->data = &cause;
  settle (self);
  g_assert_cmpstr (self->log->str, ==, "timer\ndelivered\n");
  g_assert_cmpuint (self->kernel->n_observed, ==, 2);
  probe_free (cause.made);
}

static void
settle_again (gpointer user_data)
{
  Fixture *self = user_data;

  g_string_append (self->log, "in\n");
  settle (self);
  g_string_append (self->log, "out\n");
}

static void
test_settle_within (Fixture *self, gconstpointer mode)
{
  Probe *outer = probe_new (self, WORLD, "outer", 1);
  Probe *inner = probe_new (self, HOME, "inner", 1);

  g_test_summary ("A handler that calls for a turn has one already");

  outer->on_dispatch = settle_again;
  outer->user_data = self;
  settle (self);
  g_assert_cmpstr (self->log->str, ==, "outer\nin\nout\ninner\n");
  probe_free (outer);
  probe_free (inner);
}

static void
note_default (gpointer user_data)
{
  *(GMainContext **) user_data = g_main_context_get_thread_default ();
}

static void
test_thread_default (Fixture *self, gconstpointer mode)
{
  GMainContext *seen[2] = { NULL, NULL };
  Probe *probes[2];

  g_test_summary ("Each side's callbacks find their own context as the thread's default");

  for (guint i = 0; i < 2; i++)
    {
      probes[i] = probe_new (self, i, "probe", 1);
      probes[i]->on_dispatch = note_default;
      probes[i]->user_data = &seen[i];
    }
  settle (self);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (seen[i] == self->contexts[i]);
      probe_free (probes[i]);
    }
}

/* -- time -- */

static void
test_jumps (Fixture *self, gconstpointer mode)
{
  Alarm alarms[3];

  g_test_summary ("Time goes from one deadline to the next and no further than asked for");

  alarm_init (&alarms[0], self, HOME, "b", 30 * SEC);
  alarm_init (&alarms[1], self, WORLD, "a", 10 * SEC);
  alarm_init (&alarms[2], self, WORLD, "c", 3600 * SEC);
  advance (self, 40 * SEC);
  g_assert_cmpstr (self->log->str, ==, "a@10000\nb@30000\n");
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 40 * SEC);
  for (guint i = 0; i < 3; i++)
    rebound_timer_free (alarms[i].timer);
}

static gboolean
has_logged (gpointer user_data)
{
  return ((Fixture *) user_data)->log->len > 0;
}

static void
test_predicate (Fixture *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  Alarm alarm;

  g_test_summary ("Time stands still once what was waited for has come; or when it cannot come");

  alarm_init (&alarm, self, WORLD, "a", 10 * SEC);
  g_assert_cmpint (rebound_stage_advance (self->stage, 60 * SEC, has_logged, self, &error), ==,
                   REBOUND_ADVANCE_SATISFIED);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 10 * SEC);
  g_string_truncate (self->log, 0);
  g_assert_cmpint (rebound_stage_advance (self->stage, 60 * SEC, has_logged, self, &error), ==,
                   REBOUND_ADVANCE_NOTHING_LEFT);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 10 * SEC);
  rebound_timer_arm (alarm.timer, 600 * SEC);
  g_assert_cmpint (rebound_stage_advance (self->stage, 60 * SEC, has_logged, self, &error), ==,
                   REBOUND_ADVANCE_REACHED);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 60 * SEC);
  g_assert_no_error (error);
  rebound_timer_free (alarm.timer);
}

static void
test_end_of_time (Fixture *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  Alarm alarm;

  g_test_summary ("The last microsecond can be reached, and timers armed there fire there");

  alarm_init (&alarm, self, WORLD, "last", G_MAXINT64);
  g_assert_cmpint (rebound_stage_advance (self->stage, G_MAXINT64, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_REACHED);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, G_MAXINT64);
  rebound_timer_arm (alarm.timer, SEC);
  settle (self);
  g_assert_cmpstr (self->log->str, ==, "last@9223372036854775\nlast@9223372036854775\n");
  rebound_timer_free (alarm.timer);
}

/* -- suspended -- */

static void
test_suspended (Fixture *self, gconstpointer mode)
{
  Probe *probe = probe_new_with_pipe (self, HOME, "descriptor");
  Alarm home, world;

  g_test_summary ("Suspended is suspended: no function of any source is called, whatever is ready");

  alarm_init (&home, self, HOME, "home", 5 * SEC);
  alarm_init (&world, self, WORLD, "world", 6 * SEC);
  settle (self);
  suspend (self, TRUE);
  probe->n_prepared = probe->n_checked = 0;
  g_assert_cmpint (write (probe->fds[1], "x", 1), ==, 1);
  advance (self, 3600 * SEC);
  g_assert_cmpuint (probe->n_prepared, ==, 0);
  g_assert_cmpuint (probe->n_checked, ==, 0);
  g_assert_cmpuint (probe->n_dispatched, ==, 0);
  g_assert_cmpstr (self->log->str, ==, "world@6000\n");
  g_assert_true (rebound_timer_is_armed (home.timer));

  suspend (self, FALSE);
  settle (self);
  g_assert_cmpuint (probe->n_dispatched, ==, 1);
  g_assert_cmpstr (self->log->str, ==, "world@6000\ndescriptor\nhome@3600000\n");
  rebound_timer_free (home.timer);
  rebound_timer_free (world.timer);
  probe_free (probe);
}

static void
check_probe (Fixture *self, gboolean with_pipe)
{
  Probe *probe = with_pipe ? probe_new_with_pipe (self, HOME, "pipe") : NULL;
  Alarm alarm = { 0 };

  if (probe != NULL)
    g_assert_cmpint (write (probe->fds[1], "x", 1), ==, 1);
  else
    alarm_init (&alarm, self, HOME, "timer", SEC);
  suspend (self, TRUE);
  advance (self, 60 * SEC);
  g_assert_cmpstr (self->log->str, ==, "");
  if (probe != NULL)
    g_assert_cmpuint (probe->n_prepared + probe->n_checked, ==, 0);
  suspend (self, FALSE);
  settle (self);
  g_assert_cmpstr (self->log->str, ==, probe != NULL ? "pipe\n" : "timer@60000\n");
  if (probe != NULL)
    probe_free (probe);
  else
    rebound_timer_free (alarm.timer);
}

static void
test_suspended_descriptor (Fixture *self, gconstpointer mode)
{
  g_test_summary (
      "A descriptor by itself: suspended it is not looked at, resumed it is dispatched");

  check_probe (self, TRUE);
}

static void
test_suspended_timer (Fixture *self, gconstpointer mode)
{
  g_test_summary ("A virtual timer by itself: suspended it does not fire, resumed it does at once");

  check_probe (self, FALSE);
}

static void
test_suspended_alone (Fixture *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  Alarm alarm;

  g_test_summary ("A suspended application's timer is nothing to wait for");

  alarm_init (&alarm, self, HOME, "home", SEC);
  suspend (self, TRUE);
  g_assert_cmpint (rebound_stage_advance (self->stage, 60 * SEC, has_logged, self, &error), ==,
                   REBOUND_ADVANCE_NOTHING_LEFT);
  g_assert_no_error (error);
  rebound_timer_free (alarm.timer);
}

static gboolean
forget (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

static void
attach_timeout (Fixture *self, guint side, const char *name, guint msec)
{
  g_autoptr (GSource) source = g_timeout_source_new (msec);

  if (name != NULL)
    g_source_set_static_name (source, name);
  g_source_set_callback (source, forget, NULL, NULL);
  g_source_attach (source, self->contexts[side]);
}

static void
test_foreign_timers (Fixture *self, gconstpointer mode)
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
test_foreign_timer_of_suspended (Fixture *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A foreign timer of a suspended application is looked at when it is resumed");

  attach_timeout (self, HOME, "theirs", 3600 * 1000);
  suspend (self, TRUE);
  advance (self, 60 * SEC);
  suspend (self, FALSE);
  g_assert_cmpint (rebound_stage_advance (self->stage, 120 * SEC, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_FAILED);
  g_assert_nonnull (strstr (error->message, "“theirs”"));
}

typedef struct
{
  Fixture *fixture;
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
test_foreign_timer_held (Fixture *self, gconstpointer mode)
{
  g_autoptr (GSource) source = g_timeout_source_new (1);
  Holding holding = { self, rebound_clock_hold (self->clock, "a library's timer") };
  Alarm alarm;

  g_test_summary ("Under a hold a foreign timer is waited for in real time, and time stands still");

  g_source_set_callback (source, end_hold, &holding, NULL);
  g_source_attach (source, self->contexts[HOME]);
  alarm_init (&alarm, self, WORLD, "timer", SEC);
  advance (self, SEC);
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
test_hold_of_thread (Fixture *self, gconstpointer mode)
{
  Holding holding = { self, rebound_clock_hold (self->clock, "a thread") };
  GThread *thread = g_thread_new ("holder", release_from_thread, &holding);

  g_test_summary ("A thread that ends its hold wakes the stage");

  advance (self, SEC);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, SEC);
  g_thread_join (thread);
}

/* -- busy loops -- */

static gpointer culprit;

static const char *
blame (gpointer suspect, gpointer user_data)
{
  return suspect != NULL && suspect == culprit ? user_data : NULL;
}

static char *
spin (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (rebound_stage_settle (self->stage, &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_ACTION);
  g_assert_cmpuint (recording_sink_count (self->sink, NULL, "spin"), ==, 1);
  return recording_sink_dup_log (self->sink, REBOUND_EVENT_GROUP_CHECKS);
}

static gboolean
leave_it (int fd, GIOCondition condition, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
test_spin_descriptor (Fixture *self, gconstpointer mode)
{
  g_autofree char *log = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSource) idle = g_timeout_source_new_seconds (3600);
  g_autoptr (GSource) source = NULL;
  int fds[2];

  g_test_summary ("A busy loop is named: the source among others, its actor, its descriptor");

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  g_assert_cmpint (write (fds[1], "x", 1), ==, 1);
  culprit = self;
  rebound_stage_set_blame (self->stage, blame, (gpointer) "web");
  g_source_set_static_name (idle, "innocent");
  g_source_attach (idle, self->contexts[HOME]);
  source = g_unix_fd_source_new (fds[0], G_IO_IN);
  g_source_set_static_name (source, "deaf");
  g_source_set_callback (source, G_SOURCE_FUNC (leave_it), self, NULL);
  g_source_attach (source, self->contexts[HOME]);

  log = spin (self);
  expected = g_strdup_printf ("0s web spin source=“deaf” descriptor=%d\n", fds[0]);
  g_assert_cmpstr (log, ==, expected);
  g_free (expected);
  expected = g_strdup_printf (
      "web: busy loop: “deaf” was dispatched 10000 times in a row at one instant and nothing "
      "changed; ready for ever is descriptor %d; expected it to make progress or to be removed",
      fds[0]);
  g_assert_false (rebound_stage_settle (self->stage, &error));
  g_assert_cmpstr (error->message, ==, expected);
  g_source_destroy (source);
  g_source_destroy (idle);
  close (fds[0]);
  close (fds[1]);
}

static void
test_spin_nobody (Fixture *self, gconstpointer mode)
{
  g_autofree char *log = NULL;
  Probe *probe = probe_new (self, WORLD, "nobody's", 0);

  g_test_summary ("A busy loop that no actor owns is the run's");

  probe->log = NULL;
  log = spin (self);
  g_assert_cmpstr (log, ==, "0s run spin source=“nobody's”\n");
  g_assert_cmpuint (probe->n_dispatched, ==, 10000);
  probe_free (probe);
}

static void
arm_again (gpointer user_data)
{
  rebound_timer_arm (*(ReboundTimer **) user_data, 0);
}

static void
test_spin_timer (Fixture *self, gconstpointer mode)
{
  g_autofree char *log = NULL;
  g_autoptr (ReboundTimer) timer = NULL;

  g_test_summary ("A timer that arms itself for now, for ever, is a busy loop of that name");

  culprit = &timer;
  rebound_stage_set_blame (self->stage, blame, (gpointer) "clock");
  timer = rebound_site_new_timer (self->sites[HOME], "zero", arm_again, &timer);
  rebound_timer_arm (timer, 0);
  log = spin (self);
  g_assert_cmpstr (log, ==, "0s clock spin source=“zero”\n");
}

static void
make_progress (gpointer user_data)
{
  rebound_site_note_progress (user_data);
}

static void
make_event (gpointer user_data)
{
  rebound_journal_note (user_data, "a", "thing", REBOUND_EVENT_GROUP_ACTORS, "a thing", NULL);
}

static void
test_no_spin (Fixture *self, gconstpointer mode)
{
  Probe *probe;

  g_test_summary ("A source that is dispatched often and makes progress is no busy loop");

  for (guint i = 0; i < 2; i++)
    {
      probe = probe_new (self, i, "worker", 30000);
      probe->log = NULL;
      probe->on_dispatch = i == 0 ? make_progress : make_event;
      probe->user_data = i == 0 ? (gpointer) self->sites[HOME] : self->journal;
      settle (self);
      g_assert_cmpuint (probe->n_dispatched, ==, 30000);
      probe_free (probe);
    }
  probe = probe_new (self, HOME, "short", 9999);
  probe->log = NULL;
  settle (self);
  probe_free (probe);
}

static gboolean
read_one (int fd, GIOCondition condition, gpointer user_data)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  return G_SOURCE_CONTINUE;
}

static void
test_reading_is_no_spin (Fixture *self, gconstpointer mode)
{
  g_autofree char *bytes = g_malloc0 (20000);
  g_autoptr (GSource) source = NULL;
  int fds[2];

  g_test_summary ("Bytes that are read are progress, though nobody says so");

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  g_assert_cmpint (write (fds[1], bytes, 20000), ==, 20000);
  source = g_unix_fd_source_new (fds[0], G_IO_IN);
  g_source_set_callback (source, G_SOURCE_FUNC (read_one), self, NULL);
  g_source_attach (source, self->contexts[HOME]);
  settle (self);
  g_source_destroy (source);
  close (fds[0]);
  close (fds[1]);
}

/* -- the kernel -- */

static void
test_restless_kernel (Fixture *self, gconstpointer mode)
{
  Alarm alarm;

  g_test_summary ("While something is on its way in the kernel virtual time stands still");

  alarm_init (&alarm, self, WORLD, "timer", SEC);
  self->kernel->log = self->log;
  self->kernel->n_restless = 2;
  self->kernel->waits_for = "phone#1 is on its way";
  advance (self, SEC);
  g_assert_cmpstr (self->log->str, ==,
                   "fence\nobserve\nfence\nobserve\nfence\nobserve\n"
                   "fence\nfence\ntimer@1000\nfence\nobserve\n");
  rebound_timer_free (alarm.timer);
}

static void
check_broken_rule (Fixture *self, const char *waits_for)
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
test_broken_rule (Fixture *self, gconstpointer mode)
{
  g_test_summary ("What never arrives is a broken rule, with its evidence");

  check_broken_rule (self, "phone#1 has unacknowledged data");
}

static void
test_broken_rule_unsaid (Fixture *self, gconstpointer mode)
{
  g_test_summary ("A kernel that does not say what it waits for is no excuse");

  check_broken_rule (self, NULL);
}

static void
test_no_kernel (Fixture *self, gconstpointer mode)
{
  g_test_summary ("A run without sockets needs no kernel");

  rebound_site_set_kernel (self->sites[WORLD], NULL);
  advance (self, SEC);
  g_assert_cmpuint (self->kernel->n_fences + self->kernel->n_observed, ==, 0);
}

/* -- ends -- */

static void
interrupt (gpointer user_data)
{
  rebound_stage_interrupt (user_data);
}

static void
test_interrupt (Fixture *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  Probe *probe = probe_new (self, WORLD, "ctrl-c", 1);
  Probe *after = probe_new (self, HOME, "after", 1);

  g_test_summary ("An interruption ends the stage before anything else is dispatched");

  probe->on_dispatch = interrupt;
  probe->user_data = self->stage;
  g_assert_cmpint (rebound_stage_advance (self->stage, SEC, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (self->log->str, ==, "ctrl-c\n");
  probe_free (probe);
  probe_free (after);
}

static void
test_wall_limit (Fixture *self, gconstpointer mode)
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

static void
test_real_time (Fixture *self, gconstpointer mode)
{
  g_autoptr (GSource) foreign = g_timeout_source_new (1);
  Holding holding = { self, 0 };
  Alarm world, home;
  gint64 before_usec = rebound_clock_get_time_usec (self->clock);

  g_test_summary ("In real time deadlines are waited for, foreign ones too; suspended ones not");

  alarm_init (&world, self, WORLD, "world", 2000);
  alarm_init (&home, self, HOME, "home", 1000);
  suspend (self, TRUE);
  g_source_set_callback (foreign, end_hold, &holding, NULL);
  g_source_attach (foreign, self->contexts[WORLD]);
  advance (self, 5000);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock) - before_usec, >=, 5000);
  g_assert_false (rebound_timer_is_armed (world.timer));
  g_assert_true (rebound_timer_is_armed (home.timer));
  g_assert_nonnull (strstr (self->log->str, "foreign@"));
  suspend (self, FALSE);
  settle (self);
  g_assert_false (rebound_timer_is_armed (home.timer));
  rebound_timer_free (world.timer);
  rebound_timer_free (home.timer);
}

static void
test_real_wait (Fixture *self, gconstpointer mode)
{
  g_autoptr (GError) error = NULL;
  Alarm alarm;

  g_test_summary ("In real time a wait goes on to its end: somebody outside may bring it about");

  alarm_init (&alarm, self, WORLD, "a", 1000);
  g_assert_cmpint (rebound_stage_advance (self->stage, G_MAXINT64, has_logged, self, &error), ==,
                   REBOUND_ADVANCE_SATISFIED);
  g_string_truncate (self->log, 0);
  g_assert_cmpint (rebound_stage_advance (self->stage,
                                          rebound_clock_get_time_usec (self->clock) + 1000,
                                          has_logged, self, &error),
                   ==, REBOUND_ADVANCE_REACHED);
  rebound_timer_free (alarm.timer);
}

#define ADD(path, data, function)                                                                  \
  g_test_add ("/stage/" path, Fixture, data, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  const gpointer virtual = GUINT_TO_POINTER (REBOUND_CLOCK_VIRTUAL);
  const gpointer real = GUINT_TO_POINTER (REBOUND_CLOCK_REAL);

  g_test_init (&argc, &argv, NULL);
  ADD ("order", virtual, test_order);
  ADD ("timer-causes", virtual, test_timer_causes);
  ADD ("fence", virtual, test_fence);
  ADD ("fence-fails", virtual, test_fence_fails);
  ADD ("observation-brings-news", virtual, test_observation_brings_news);
  ADD ("settle-within", virtual, test_settle_within);
  ADD ("thread-default", virtual, test_thread_default);
  ADD ("jumps", virtual, test_jumps);
  ADD ("predicate", virtual, test_predicate);
  ADD ("end-of-time", virtual, test_end_of_time);
  ADD ("suspended", virtual, test_suspended);
  ADD ("suspended/descriptor", virtual, test_suspended_descriptor);
  ADD ("suspended/timer", virtual, test_suspended_timer);
  ADD ("suspended/alone", virtual, test_suspended_alone);
  ADD ("foreign-timers", virtual, test_foreign_timers);
  ADD ("foreign-timers/suspended", virtual, test_foreign_timer_of_suspended);
  ADD ("foreign-timers/held", virtual, test_foreign_timer_held);
  ADD ("hold-of-thread", virtual, test_hold_of_thread);
  ADD ("spin/descriptor", virtual, test_spin_descriptor);
  ADD ("spin/nobody", virtual, test_spin_nobody);
  ADD ("spin/timer", virtual, test_spin_timer);
  ADD ("spin/none", virtual, test_no_spin);
  ADD ("spin/reading", virtual, test_reading_is_no_spin);
  ADD ("kernel/restless", virtual, test_restless_kernel);
  ADD ("kernel/broken-rule", virtual, test_broken_rule);
  ADD ("kernel/broken-rule-unsaid", virtual, test_broken_rule_unsaid);
  ADD ("kernel/none", virtual, test_no_kernel);
  ADD ("interrupt", virtual, test_interrupt);
  ADD ("wall-limit", virtual, test_wall_limit);
  ADD ("real/time", real, test_real_time);
  ADD ("real/wait", real, test_real_wait);
  return g_test_run ();
}
