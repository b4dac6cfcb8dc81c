/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock and its timers: their order, what a callback may do to its own and other timers, holds,
 * and the ends of time. The test plays the stage's part: it grants, iterates and jumps. */

#include "lifecycle/rebound-clock-private.h"

#include <string.h>

#define SEC ((gint64) G_USEC_PER_SEC)

typedef struct
{
  ReboundClock *clock;
  GMainContext *world;
  GMainContext *home;
  GString *log;
} Fixture;

static void
set_up (Fixture *self, gconstpointer mode)
{
  self->clock = rebound_clock_new (GPOINTER_TO_UINT (mode));
  self->world = g_main_context_new ();
  self->home = g_main_context_new ();
  rebound_clock_get_queue (self->clock, self->world);
  rebound_clock_get_queue (self->clock, self->home);
  self->log = g_string_new (NULL);
}

static void
tear_down (Fixture *self, gconstpointer mode)
{
  g_assert_finalize_object (self->clock);
  g_main_context_unref (self->world);
  g_main_context_unref (self->home);
  g_string_free (self->log, TRUE);
}

/* All that is due by @until_usec, at its own time. */
static void
run_until (Fixture *self, gint64 until_usec)
{
  for (;;)
    {
      gint64 next_usec = rebound_clock_get_next_deadline_usec (self->clock);

      if (next_usec < 0 || next_usec > until_usec)
        break;
      rebound_clock_jump (self->clock, next_usec);
      while (rebound_clock_grant (self->clock))
        g_assert_true (g_main_context_iteration (self->world, FALSE)
                       || g_main_context_iteration (self->home, FALSE));
    }
  rebound_clock_jump (self->clock, until_usec);
}

typedef struct
{
  Fixture *fixture;
  const char *name;
  ReboundTimer *timer;
  ReboundTimer *other;
} Alarm;

static void
on_alarm (gpointer user_data)
{
  Alarm *self = user_data;

  g_assert_false (self->timer != NULL && rebound_timer_is_armed (self->timer));
  g_string_append_printf (self->fixture->log, "%s ", self->name);
}

static void
alarm_init (Alarm *self, Fixture *fixture, GMainContext *context, const char *name, gint64 usec)
{
  self->fixture = fixture;
  self->name = name;
  self->other = NULL;
  self->timer = rebound_timer_new (fixture->clock, context, name, on_alarm, self);
  g_assert_false (rebound_timer_is_armed (self->timer));
  if (usec >= 0)
    {
      rebound_timer_arm (self->timer, usec);
      g_assert_true (rebound_timer_is_armed (self->timer));
    }
}

static void
test_order (Fixture *self, gconstpointer mode)
{
  Alarm alarms[7];

  g_test_summary ("By deadline; then the world before the application; then the order of arming");

  alarm_init (&alarms[0], self, self->home, "home-1", SEC);
  alarm_init (&alarms[1], self, self->world, "late", 2 * SEC);
  alarm_init (&alarms[2], self, self->world, "world-2", -1);
  alarm_init (&alarms[3], self, self->world, "world-1", SEC);
  alarm_init (&alarms[4], self, self->home, "home-2", SEC);
  alarm_init (&alarms[5], self, self->home, "first", SEC - 1);
  alarm_init (&alarms[6], self, self->world, "never", SEC);
  rebound_timer_arm (alarms[2].timer, SEC);
  rebound_timer_disarm (alarms[6].timer);
  rebound_timer_disarm (alarms[6].timer);
  run_until (self, 10 * SEC);
  g_assert_cmpstr (self->log->str, ==, "first world-1 world-2 home-1 home-2 late ");
  for (guint i = 0; i < G_N_ELEMENTS (alarms); i++)
    rebound_timer_free (alarms[i].timer);
}

static void
test_arming_again (Fixture *self, gconstpointer mode)
{
  Alarm a, b;

  g_test_summary ("Arming again forgets the earlier time and the earlier place");

  alarm_init (&a, self, self->world, "a", SEC);
  alarm_init (&b, self, self->world, "b", SEC);
  rebound_timer_arm (a.timer, SEC);
  run_until (self, SEC);
  g_assert_cmpstr (self->log->str, ==, "b a ");
  rebound_timer_arm (a.timer, 5 * SEC);
  rebound_timer_arm (a.timer, 1 * SEC);
  g_assert_cmpint (rebound_clock_get_next_deadline_usec (self->clock), ==, 2 * SEC);
  run_until (self, 60 * SEC);
  g_assert_cmpstr (self->log->str, ==, "b a a ");
  rebound_timer_free (a.timer);
  rebound_timer_free (b.timer);
}

static void
on_arm_self (gpointer user_data)
{
  Alarm *self = user_data;

  on_alarm (self);
  if (self->fixture->log->len < 8)
    rebound_timer_arm (self->timer, SEC);
}

static void
on_disarm_other (gpointer user_data)
{
  Alarm *self = user_data;

  on_alarm (self);
  rebound_timer_disarm (self->other);
  rebound_timer_disarm (self->timer);
}

static void
on_free_self (gpointer user_data)
{
  Alarm *self = user_data;

  on_alarm (self);
  g_clear_pointer (&self->timer, rebound_timer_free);
  g_clear_pointer (&self->other, rebound_timer_free);
}

static void
test_own_callback (Fixture *self, gconstpointer mode)
{
  Alarm again = { self, "again", NULL, NULL }, stops = { self, "stops", NULL, NULL };
  Alarm frees = { self, "frees", NULL, NULL }, x, y;

  g_test_summary ("A callback may arm, disarm and free its own timer, and others");

  again.timer = rebound_timer_new (self->clock, self->world, "t", on_arm_self, &again);
  rebound_timer_arm (again.timer, SEC);
  run_until (self, 10 * SEC);
  g_assert_cmpstr (self->log->str, ==, "again again ");
  g_string_truncate (self->log, 0);

  stops.timer = rebound_timer_new (self->clock, self->world, "t", on_disarm_other, &stops);
  rebound_timer_arm (stops.timer, SEC);
  alarm_init (&x, self, self->world, "x", SEC);
  stops.other = x.timer;
  frees.timer = rebound_timer_new (self->clock, self->world, "t", on_free_self, &frees);
  rebound_timer_arm (frees.timer, SEC);
  alarm_init (&y, self, self->home, "y", SEC);
  frees.other = y.timer;
  run_until (self, 20 * SEC);
  g_assert_cmpstr (self->log->str, ==, "stops frees ");
  rebound_timer_free (again.timer);
  rebound_timer_free (stops.timer);
  rebound_timer_free (x.timer);
}

/* -- ten thousand timers against a sorted list -- */

#define N_TIMERS 10000

typedef struct
{
  gint64 deadline_usec; /* -1: not armed */
  guint64 sequence;
  gboolean is_home;
  guint number;
  GArray *fired;
  ReboundTimer *timer;
} Entry;

static void
on_entry (gpointer user_data)
{
  Entry *self = user_data;

  g_array_append_val (self->fired, self->number);
}

static int
compare_entries (const void *a, const void *b)
{
  const Entry *first = *(Entry *const *) a, *second = *(Entry *const *) b;

  if (first->deadline_usec != second->deadline_usec)
    return first->deadline_usec < second->deadline_usec ? -1 : 1;
  if (first->is_home != second->is_home)
    return first->is_home ? 1 : -1;
  return first->sequence < second->sequence ? -1 : 1;
}

static void
test_many (Fixture *self, gconstpointer mode)
{
  g_autofree Entry *entries = g_new0 (Entry, N_TIMERS);
  g_autoptr (GPtrArray) expected = g_ptr_array_new ();
  g_autoptr (GArray) fired = g_array_new (FALSE, FALSE, sizeof (guint));
  guint64 sequence = 0;

  g_test_summary ("Ten thousand timers, armed, armed again and disarmed at random, fire in order");

  for (guint i = 0; i < N_TIMERS; i++)
    {
      entries[i] = (Entry){ -1, 0, g_test_rand_int_range (0, 2) == 1, i, fired, NULL };
      entries[i].timer
          = rebound_timer_new (self->clock, entries[i].is_home ? self->home : self->world, "t",
                               on_entry, &entries[i]);
    }
  for (guint i = 0; i < 3 * N_TIMERS; i++)
    {
      Entry *entry = &entries[g_test_rand_int_range (0, N_TIMERS)];

      entry->deadline_usec = g_test_rand_int_range (-200, 1000);
      entry->sequence = sequence++;
      if (entry->deadline_usec >= 0)
        rebound_timer_arm (entry->timer, entry->deadline_usec);
      else
        {
          entry->deadline_usec = -1;
          rebound_timer_disarm (entry->timer);
        }
    }
  for (guint i = 0; i < N_TIMERS; i++)
    if (entries[i].deadline_usec >= 0)
      g_ptr_array_add (expected, &entries[i]);
  g_ptr_array_sort (expected, compare_entries);

  run_until (self, SEC);
  g_assert_cmpuint (fired->len, ==, expected->len);
  for (guint i = 0; i < fired->len; i++)
    g_assert_cmpuint (g_array_index (fired, guint, i), ==, ((Entry *) expected->pdata[i])->number);
  for (guint i = 0; i < N_TIMERS; i++)
    rebound_timer_free (entries[i].timer);
}

/* -- what is granted -- */

static void
test_grant (Fixture *self, gconstpointer mode)
{
  Alarm a, b;

  g_test_summary ("Without a grant nothing fires, and a grant is for one timer that is due");

  alarm_init (&a, self, self->world, "a", SEC);
  alarm_init (&b, self, self->world, "b", SEC);
  g_assert_false (rebound_clock_grant (self->clock));
  rebound_clock_jump (self->clock, SEC);
  g_assert_false (g_main_context_iteration (self->world, FALSE));
  g_assert_true (rebound_clock_grant (self->clock));
  g_assert_true (g_main_context_iteration (self->world, FALSE));
  g_assert_false (g_main_context_iteration (self->world, FALSE));
  g_assert_cmpstr (self->log->str, ==, "a ");
  rebound_timer_free (a.timer);
  rebound_timer_free (b.timer);
}

static void
test_grant_is_no_other_timers (Fixture *self, gconstpointer mode)
{
  Alarm a, b;

  g_test_summary ("A timer that is disarmed when its turn has come leaves its turn to nobody");

  alarm_init (&a, self, self->world, "a", SEC);
  alarm_init (&b, self, self->world, "b", 3600 * SEC);
  rebound_clock_jump (self->clock, SEC);
  g_assert_true (rebound_clock_grant (self->clock));
  rebound_timer_disarm (a.timer);
  g_assert_false (g_main_context_iteration (self->world, FALSE));
  rebound_clock_jump (self->clock, 3600 * SEC);
  g_assert_false (g_main_context_iteration (self->world, FALSE));
  g_assert_cmpstr (self->log->str, ==, "");
  rebound_timer_free (a.timer);
  rebound_timer_free (b.timer);
}

static gboolean
disarm (gpointer user_data)
{
  rebound_timer_disarm (user_data);
  return G_SOURCE_REMOVE;
}

static void
test_disarmed_by_neighbour (Fixture *self, gconstpointer mode)
{
  g_autoptr (ReboundClock) clock = NULL;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) source = g_idle_source_new ();
  Alarm a = { self, "a", NULL, NULL }, b = { self, "b", NULL, NULL };

  g_test_summary ("Nor where a source dispatched in the same iteration disarms it");

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_attach (source, context); /* before the clock's source, and so dispatched before it */
  clock = rebound_clock_new (GPOINTER_TO_UINT (mode));
  a.timer = rebound_timer_new (clock, context, "a", on_alarm, &a);
  b.timer = rebound_timer_new (clock, context, "b", on_alarm, &b);
  rebound_timer_arm (a.timer, 0);
  rebound_timer_arm (b.timer, 3600 * SEC);
  g_source_set_callback (source, disarm, a.timer, NULL);
  rebound_clock_grant (clock);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_assert_cmpstr (self->log->str, ==, "");
  g_assert_true (rebound_timer_is_armed (b.timer));
  rebound_timer_free (a.timer);
  rebound_timer_free (b.timer);
}

static void
test_paused (Fixture *self, gconstpointer mode)
{
  Alarm home, world;

  g_test_summary ("A paused queue's deadlines are not seen; overdue they come first");

  alarm_init (&home, self, self->home, "home", SEC);
  alarm_init (&world, self, self->world, "world", 5 * SEC);
  rebound_clock_set_paused (self->clock, self->home, TRUE);
  g_assert_cmpint (rebound_clock_get_next_deadline_usec (self->clock), ==, 5 * SEC);
  rebound_clock_jump (self->clock, 5 * SEC);
  rebound_clock_set_paused (self->clock, self->home, FALSE);
  g_assert_cmpint (rebound_clock_get_next_deadline_usec (self->clock), ==, SEC);
  run_until (self, 6 * SEC);
  g_assert_cmpstr (self->log->str, ==, "home world ");
  rebound_timer_free (home.timer);
  rebound_timer_free (world.timer);
}

/* -- time -- */

static void
test_virtual (Fixture *self, gconstpointer mode)
{
  g_test_summary ("Virtual time is 0 at first, moves when it is told to, and never back");

  g_assert_cmpint (rebound_clock_get_mode (self->clock), ==, REBOUND_CLOCK_VIRTUAL);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 0);
  rebound_clock_jump (self->clock, 5);
  rebound_clock_jump (self->clock, 3);
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock), ==, 5);
  g_assert_cmpint (rebound_clock_get_next_deadline_usec (self->clock), ==, -1);
  g_assert_false (rebound_clock_grant (self->clock));
}

static void
test_overflow (Fixture *self, gconstpointer mode)
{
  Alarm far, farther, past;

  g_test_summary ("Beyond the end of time is its end, and before now is now");

  rebound_clock_jump (self->clock, 100);
  alarm_init (&far, self, self->world, "far", G_MAXINT64);
  alarm_init (&farther, self, self->world, "farther", G_MAXINT64 - 100);
  alarm_init (&past, self, self->world, "past", -1);
  rebound_timer_arm (past.timer, G_MININT64);
  g_assert_cmpint (rebound_clock_get_next_deadline_usec (self->clock), ==, 100);
  run_until (self, 100);
  g_assert_cmpint (rebound_clock_get_next_deadline_usec (self->clock), ==, G_MAXINT64);
  run_until (self, G_MAXINT64);
  g_assert_cmpstr (self->log->str, ==, "past far farther ");
  rebound_timer_free (far.timer);
  rebound_timer_free (farther.timer);
  rebound_timer_free (past.timer);
}

static void
test_real (Fixture *self, gconstpointer mode)
{
  Alarm near, far, never;
  gint64 before_usec = rebound_clock_get_time_usec (self->clock);

  g_test_summary ("Real time passes by itself, and the loop waits for the first deadline");

  g_assert_cmpint (rebound_clock_get_mode (self->clock), ==, REBOUND_CLOCK_REAL);
  alarm_init (&far, self, self->world, "far", 3000);
  alarm_init (&near, self, self->world, "near", 1000);
  alarm_init (&never, self, self->world, "never", G_MAXINT64);
  while (rebound_timer_is_armed (far.timer))
    g_main_context_iteration (self->world, TRUE);
  g_assert_cmpstr (self->log->str, ==, "near far ");
  g_assert_cmpint (rebound_clock_get_time_usec (self->clock) - before_usec, >=, 3000);
  rebound_timer_disarm (never.timer);
  rebound_timer_arm (never.timer, 10 * 365 * 24 * 3600 * SEC);
  g_assert_false (g_main_context_iteration (self->world, FALSE));
  rebound_timer_free (near.timer);
  rebound_timer_free (far.timer);
  rebound_timer_free (never.timer);
}

static void
test_default_context (Fixture *self, gconstpointer mode)
{
  Alarm alarm;

  g_test_summary ("A timer without a context is the thread's default one's");

  g_main_context_push_thread_default (self->home);
  alarm_init (&alarm, self, NULL, "a", 0);
  g_main_context_pop_thread_default (self->home);
  g_assert_true (rebound_clock_grant (self->clock));
  g_assert_true (g_main_context_iteration (self->home, FALSE));
  rebound_timer_free (alarm.timer);
}

static void
test_outlived (Fixture *self, gconstpointer mode)
{
  ReboundClock *clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  ReboundTimer *timer = rebound_timer_new (clock, self->world, "t", on_alarm, NULL);

  g_test_summary ("A timer that is freed after its clock, by mistake, does no harm");

  rebound_timer_arm (timer, SEC);
  g_assert_finalize_object (clock);
  g_assert_false (rebound_timer_is_armed (timer));
  rebound_timer_free (timer);
}

/* -- holds -- */

static void
test_holds (Fixture *self, gconstpointer mode)
{
  guint first = rebound_clock_hold (self->clock, "a thread");
  guint second = rebound_clock_hold (self->clock, "a library");
  char *reason;

  g_test_summary ("A hold is on until it is released, each by its own number");

  g_assert_cmpuint (first, !=, second);
  reason = rebound_clock_dup_hold (self->clock);
  g_assert_cmpstr (reason, ==, "a thread");
  g_free (reason);
  rebound_clock_release (self->clock, first);
  rebound_clock_release (self->clock, first);
  rebound_clock_release (self->clock, 12345);
  reason = rebound_clock_dup_hold (self->clock);
  g_assert_cmpstr (reason, ==, "a library");
  g_free (reason);
  rebound_clock_release (self->clock, second);
  g_assert_null (rebound_clock_dup_hold (self->clock));
}

static gpointer
hold_and_release (gpointer clock)
{
  for (guint i = 0; i < 1000; i++)
    rebound_clock_release (clock, rebound_clock_hold (clock, "a thread"));
  return NULL;
}

static void
test_holds_of_threads (Fixture *self, gconstpointer mode)
{
  GThread *threads[4];

  g_test_summary ("Holds are taken and released from any thread");

  rebound_clock_set_wake_context (self->clock, self->world);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("holder", hold_and_release, self->clock);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_null (rebound_clock_dup_hold (self->clock));
  rebound_clock_set_wake_context (self->clock, NULL);
}

#define ADD(path, mode, function)                                                                  \
  g_test_add ("/clock/" path, Fixture, GUINT_TO_POINTER (mode), set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("order", REBOUND_CLOCK_VIRTUAL, test_order);
  ADD ("arming-again", REBOUND_CLOCK_VIRTUAL, test_arming_again);
  ADD ("own-callback", REBOUND_CLOCK_VIRTUAL, test_own_callback);
  ADD ("many", REBOUND_CLOCK_VIRTUAL, test_many);
  ADD ("grant", REBOUND_CLOCK_VIRTUAL, test_grant);
  ADD ("grant/disarmed", REBOUND_CLOCK_VIRTUAL, test_grant_is_no_other_timers);
  ADD ("disarmed-by-neighbour/virtual", REBOUND_CLOCK_VIRTUAL, test_disarmed_by_neighbour);
  ADD ("disarmed-by-neighbour/real", REBOUND_CLOCK_REAL, test_disarmed_by_neighbour);
  ADD ("paused", REBOUND_CLOCK_VIRTUAL, test_paused);
  ADD ("virtual", REBOUND_CLOCK_VIRTUAL, test_virtual);
  ADD ("overflow", REBOUND_CLOCK_VIRTUAL, test_overflow);
  ADD ("real", REBOUND_CLOCK_REAL, test_real);
  ADD ("default-context", REBOUND_CLOCK_VIRTUAL, test_default_context);
  ADD ("outlived", REBOUND_CLOCK_VIRTUAL, test_outlived);
  ADD ("holds", REBOUND_CLOCK_VIRTUAL, test_holds);
  ADD ("holds/threads", REBOUND_CLOCK_VIRTUAL, test_holds_of_threads);
  return g_test_run ();
}
