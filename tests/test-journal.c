/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals become events, with their parameters as fields, whoever made the class; and what waits
 * look back to is counted. */

#include "lifecycle/rebound-journal-private.h"

#include <string.h>

#include "bell.h"
#include "lifecycle/rebound-clock-private.h"
#include "lifecycle/rebound-lifecycle-enums.h"
#include "recording-sink.h"

/* -- a class with a signal for each kind of parameter -- */

#define TEST_TYPE_SPEAKER (test_speaker_get_type ())
G_DECLARE_FINAL_TYPE (TestSpeaker, test_speaker, TEST, SPEAKER, GObject)

struct _TestSpeaker
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (TestSpeaker, test_speaker, G_TYPE_OBJECT)

static void
test_speaker_class_init (TestSpeakerClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);

  g_signal_new ("all", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 9, G_TYPE_STRING,
                G_TYPE_BOOLEAN, G_TYPE_INT, G_TYPE_UINT, G_TYPE_INT64, G_TYPE_UINT64, G_TYPE_DOUBLE,
                REBOUND_TYPE_CLOCK_MODE, REBOUND_TYPE_EVENT_GROUP);
  g_signal_new ("unspeakable", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                G_TYPE_POINTER, G_TYPE_OBJECT, G_TYPE_STRV);
  g_signal_new ("mixed", type, G_SIGNAL_RUN_FIRST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                G_TYPE_POINTER, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, G_TYPE_STRING);
  g_signal_new ("asks", type, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0,
                g_signal_accumulator_first_wins, NULL, NULL, G_TYPE_INT, 0);
  g_signal_new ("act", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
}

static void
test_speaker_init (TestSpeaker *self)
{
}

/* -- the fixture -- */

typedef struct
{
  ReboundClock *clock;
  ReboundJournal *journal;
  RecordingSink *sink;
  GObject *speaker;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->journal = rebound_journal_new (self->clock);
  self->sink = recording_sink_new ();
  rebound_journal_add_sink (self->journal, REBOUND_EVENT_SINK (self->sink));
  self->speaker = g_object_new (TEST_TYPE_SPEAKER, NULL);
  rebound_journal_follow (self->journal, "speaker", self->speaker);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rebound_journal_free (self->journal);
  g_object_unref (self->sink);
  g_assert_finalize_object (self->speaker);
  g_assert_finalize_object (self->clock);
}

static void
check_log (Fixture *self, const char *expected)
{
  g_autofree char *log = recording_sink_dup_log (self->sink, RECORDING_ALL_GROUPS);

  g_assert_cmpstr (log, ==, expected);
}

static void
check_text (Fixture *self, const char *expected)
{
  g_autofree char *text = recording_sink_dup_text (self->sink, RECORDING_ALL_GROUPS);

  g_assert_cmpstr (text, ==, expected);
}

static void
note (Fixture *self, const char *actor, const char *kind)
{
  const ReboundNote thing = { .kind = kind, .group = REBOUND_EVENT_GROUP_ACTORS, .text = kind };

  rebound_journal_note (self->journal, actor, &thing);
}

static void
test_plain_signals (Fixture *self, gconstpointer data)
{
  g_test_summary ("A plain signal's parameters are fields called arg1, arg2, each of its kind");

  g_signal_emit_by_name (self->speaker, "all", "a b", TRUE, -3, 4u, (gint64) -5, (guint64) 6, 0.5,
                         REBOUND_CLOCK_REAL, REBOUND_EVENT_GROUP_LIFE | REBOUND_EVENT_GROUP_CHECKS);
  check_log (self, "0s speaker all arg1=a b arg2=yes arg3=-3 arg4=4 arg5=-5 arg6=6 arg7=0.5 "
                   "arg8=real arg9=life+checks\n");
  check_text (self,
              "0s speaker: all (arg1: a b, arg2: yes, arg3: -3, arg4: 4, arg5: -5, arg6: 6, arg7: "
              "0.5, arg8: real, arg9: life+checks)\n");
}

static void
test_unspeakable (Fixture *self, gconstpointer data)
{
  static const char *const list[] = { "x", NULL };

  g_test_summary ("What a log cannot show is left out: pointers, objects, lists");

  g_signal_emit_by_name (self->speaker, "unspeakable", self, self->speaker, list);
  g_signal_emit_by_name (self->speaker, "mixed", NULL, "static", NULL);
  check_log (self, "0s speaker unspeakable\n0s speaker mixed arg2=static\n");
  check_text (self, "0s speaker: unspeakable\n0s speaker: mixed (arg2: static, arg3: )\n");
}

static int
answer (GObject *object, gpointer user_data)
{
  return 42;
}

static void
test_answers (Fixture *self, gconstpointer data)
{
  int result = 0;

  g_test_summary ("Being listened to changes nothing of a signal: its answer is its listeners'");

  g_signal_connect (self->speaker, "asks", G_CALLBACK (answer), NULL);
  rebound_journal_unfollow (self->journal, self->speaker);
  rebound_journal_follow (self->journal, "again", self->speaker);
  g_signal_emit_by_name (self->speaker, "asks::detail", &result);
  g_assert_cmpint (result, ==, 42);
  g_signal_handlers_disconnect_by_func (self->speaker, answer, NULL);
}

static void
test_actions_are_no_events (Fixture *self, gconstpointer data)
{
  g_autoptr (TestBell) bell = test_bell_new ();

  g_test_summary ("An action is what the script does: its emission is no event; nor is notify");

  g_signal_emit_by_name (self->speaker, "act");
  rebound_journal_follow (self->journal, "b", G_OBJECT (bell));
  g_object_set (bell, "volume", 5, NULL);
  check_log (self, "");
}

static void
test_named_signals (Fixture *self, gconstpointer data)
{
  g_autoptr (TestBell) bell = test_bell_new ();

  g_test_summary ("A signal that was installed with names has them, and its own sentence");

  rebound_journal_follow (self->journal, "b", G_OBJECT (bell));
  test_bell_ring (bell);
  g_object_set (bell, "inscription", "vivos voco", NULL);
  test_bell_ring (bell);
  check_log (self, "0s b rang number=1 words=\n0s b rang number=2 words=vivos voco\n");
  check_text (self, "0s b: rang, for the 1. time\n0s b: rang, for the 2. time: “vivos voco”\n");
  rebound_journal_unfollow (self->journal, G_OBJECT (bell));
}

static void
test_unfollow (Fixture *self, gconstpointer data)
{
  g_autoptr (TestBell) bell = test_bell_new ();

  g_test_summary ("An object that is followed no longer says nothing, and is nobody's");

  rebound_journal_unfollow (self->journal, G_OBJECT (bell));
  rebound_journal_follow (self->journal, "b", G_OBJECT (bell));
  g_assert_cmpuint (G_OBJECT (bell)->ref_count, ==, 2);
  rebound_journal_unfollow (self->journal, G_OBJECT (bell));
  test_bell_ring (bell);
  check_log (self, "");
  g_assert_cmpuint (G_OBJECT (bell)->ref_count, ==, 1);
}

static void
test_freed (void)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  ReboundJournal *journal = rebound_journal_new (clock);
  g_autoptr (TestBell) bell = test_bell_new ();

  g_test_summary ("A journal that is freed leaves the objects that it followed alone");

  rebound_journal_follow (journal, "b", G_OBJECT (bell));
  rebound_journal_free (journal);
  test_bell_ring (bell);
  g_assert_cmpuint (G_OBJECT (bell)->ref_count, ==, 1);
}

static void
test_note (Fixture *self, gconstpointer data)
{
  static const ReboundNote spoke = { .kind = "spoke",
                                     .group = REBOUND_EVENT_GROUP_CHECKS,
                                     .text = "{a}[ and {b}][ or {c}]",
                                     .fields = { { "a" }, { "b", NULL, TRUE }, { "c" } } };
  ReboundEvent *event;

  g_test_summary ("The run's own events: time, source, fields; one that is none is left out where "
                  "it may be, and else empty");

  rebound_journal_set_source (self->journal, g_intern_static_string ("t.life:3"));
  rebound_clock_jump (self->clock, 5000);
  rebound_journal_note (self->journal, "run", &spoke, "{b}[x]", NULL, NULL);
  check_log (self, "5ms run spoke a={b}[x] c=\n");
  check_text (self, "5ms run: {b}[x]\n");
  event = recording_sink_get_events (self->sink)->pdata[0];
  g_assert_cmpstr (rebound_event_get_source (event), ==, "t.life:3");
  g_assert_cmpint (rebound_event_get_group (event), ==, REBOUND_EVENT_GROUP_CHECKS);
  g_assert_cmpuint (rebound_journal_get_count (self->journal), ==, 1);
}

static void
check_count (Fixture *self, const char *actor, const char *kind, guint count, gint64 last_usec)
{
  g_assert_cmpuint (rebound_journal_count (self->journal, actor, kind), ==, count);
  g_assert_cmpint (rebound_journal_get_last_usec (self->journal, actor, kind), ==, last_usec);
}

static void
test_counts (Fixture *self, gconstpointer data)
{
  g_test_summary ("What came since the mark is counted by actor and kind, and can be used up");

  check_count (self, "a", "x", 0, -1);
  note (self, "a", "x");
  rebound_clock_jump (self->clock, 10);
  note (self, "a", "x");
  note (self, "a", "y");
  note (self, "b", "x");
  rebound_clock_jump (self->clock, 20);
  note (self, "a", "x");
  check_count (self, "a", "x", 3, 20);
  check_count (self, "a", "y", 1, 10);
  check_count (self, "b", "x", 1, 10);
  check_count (self, "b", "y", 0, -1);

  rebound_journal_use (self->journal, "a", "x", 2);
  check_count (self, "a", "x", 1, 20);
  rebound_journal_use (self->journal, "a", "x", 1);
  check_count (self, "a", "x", 0, -1);
  rebound_journal_use (self->journal, "a", "x", 5);
  rebound_journal_use (self->journal, "nobody", "x", 5);
  note (self, "a", "x");
  check_count (self, "a", "x", 1, 20);
  check_count (self, "b", "x", 1, 10);
}

static void
test_mark (Fixture *self, gconstpointer data)
{
  g_test_summary ("A mark is an event's number, not a time: what came before it is forgotten");

  note (self, "a", "x");
  rebound_journal_mark (self->journal);
  check_count (self, "a", "x", 0, -1);
  note (self, "a", "x");
  check_count (self, "a", "x", 1, 0);
  rebound_journal_use (self->journal, "a", "x", 1);
  rebound_journal_mark (self->journal);
  note (self, "a", "x");
  check_count (self, "a", "x", 1, 0);
  g_assert_cmpuint (rebound_journal_get_count (self->journal), ==, 3);
}

static void
test_sinks (Fixture *self, gconstpointer data)
{
  g_autoptr (RecordingSink) second = recording_sink_new ();
  const ReboundSummary summary = { .n_events = 1, .problem = "none", .status = 3 };

  g_test_summary ("All sinks get all events, and one summary");

  rebound_journal_add_sink (self->journal, REBOUND_EVENT_SINK (second));
  note (self, "a", "x");
  g_assert_null (recording_sink_get_summary (second));
  rebound_journal_finish (self->journal, &summary);
  g_assert_cmpuint (recording_sink_count (self->sink, "a", "x"), ==, 1);
  g_assert_cmpuint (recording_sink_count (second, "a", "x"), ==, 1);
  g_assert_cmpint (recording_sink_get_summary (second)->status, ==, 3);
  g_assert_cmpint (recording_sink_get_summary (self->sink)->status, ==, 3);
}

#define ADD(path, function)                                                                        \
  g_test_add ("/journal/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("plain-signals", test_plain_signals);
  ADD ("unspeakable", test_unspeakable);
  ADD ("answers", test_answers);
  ADD ("actions-are-no-events", test_actions_are_no_events);
  ADD ("named-signals", test_named_signals);
  ADD ("unfollow", test_unfollow);
  g_test_add_func ("/journal/freed", test_freed);
  ADD ("note", test_note);
  ADD ("counts", test_counts);
  ADD ("mark", test_mark);
  ADD ("sinks", test_sinks);
  return g_test_run ();
}
