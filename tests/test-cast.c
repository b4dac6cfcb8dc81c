/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and those behind them: what a name reads before it has lived, while it lives, after it has
 * died and when it lives again; and who is told of what, once. */

#include "lifecycle/rebound-cast-private.h"

#include <string.h>

#include "bell.h"
#include "lifecycle/rebound-application-private.h"
#include "recording-sink.h"

typedef struct
{
  ReboundClock *clock;
  ReboundSite *world;
  ReboundApplication *application;
  ReboundJournal *journal;
  RecordingSink *sink;
  ReboundCast *cast;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GMainContext) world = g_main_context_new ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundSite) home = NULL;

  test_bell_register ();
  self->clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  self->world = rebound_site_new (self->clock, world);
  home = rebound_site_new (self->clock, context);
  self->application = rebound_application_new (home);
  self->journal = rebound_journal_new (self->clock);
  self->sink = recording_sink_new ();
  rebound_journal_add_sink (self->journal, REBOUND_EVENT_SINK (self->sink));
  self->cast = rebound_cast_new (self->application, self->world, self->journal);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  rebound_cast_abandon (self->cast);
  rebound_cast_free (self->cast);
  rebound_journal_free (self->journal);
  g_object_unref (self->sink);
  g_assert_finalize_object (self->application);
  g_assert_finalize_object (self->world);
  g_assert_finalize_object (self->clock);
}

static void
declare (Fixture *self, const char *line)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (line, strlen (line));
  g_autoptr (ReboundScript) script = rebound_script_new (bytes, "t.life", NULL, NULL);
  g_autoptr (ReboundScope) scope = rebound_scope_new ();
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autoptr (ReboundStatement) statement
      = rebound_statement_new (rebound_script_get_nodes (script)->pdata[0], scope, diagnostics);

  g_assert_cmpint (statement->kind, ==, REBOUND_STATEMENT_DECLARATION);
  rebound_cast_declare (self->cast, statement);
}

static void
perform (Fixture *self, const char *word)
{
  g_autoptr (GError) error = NULL;

  rebound_application_perform (self->application, word, &error);
  g_assert_no_error (error);
}

static GParamSpec *
find_spec (const char *property)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (TEST_TYPE_BELL);

  return g_object_class_find_property (G_OBJECT_CLASS (klass), property);
}

static void
check_int (Fixture *self, const char *name, const char *property, gint expected)
{
  g_auto (GValue) value = G_VALUE_INIT;

  rebound_cast_read (self->cast, name, find_spec (property), &value);
  g_assert_cmpint (G_VALUE_HOLDS_UINT (&value) ? (gint) g_value_get_uint (&value)
                                               : g_value_get_int (&value),
                   ==, expected);
}

static void
set_volume (Fixture *self, const char *name, gint volume)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, volume);
  rebound_cast_set (self->cast, name, find_spec ("volume"), &value);
}

static TestBell *
find (Fixture *self, const char *name)
{
  return TEST_BELL (rebound_cast_find (self->cast, name));
}

static void
test_life_of_a_name (Fixture *self, gconstpointer data)
{
  TestBell *first;

  g_test_summary ("A name reads as declared, as it lives, as it last was, and as it lives again");

  declare (self, "app-bell web volume=5 serial=9");
  g_assert_null (rebound_cast_find (self->cast, "web"));
  g_assert_cmpint (rebound_cast_get_type_of (self->cast, "web"), ==, TEST_TYPE_BELL);
  check_int (self, "web", "volume", 5);
  check_int (self, "web", "serial", 9);
  check_int (self, "web", "rung", 0);
  set_volume (self, "web", 6);
  check_int (self, "web", "volume", 6);

  perform (self, "launch");
  first = find (self, "web");
  g_assert_cmpstr (rebound_actor_get_name (REBOUND_ACTOR (first)), ==, "web");
  check_int (self, "web", "volume", 6);
  test_bell_ring (first);
  set_volume (self, "web", 7);
  check_int (self, "web", "volume", 7);

  perform (self, "kill");
  g_assert_true (find (self, "web") == first);
  set_volume (self, "web", 8);
  check_int (self, "web", "volume", 7);
  check_int (self, "web", "rung", 1);

  perform (self, "launch");
  check_int (self, "web", "volume", 8);
  check_int (self, "web", "serial", 9);
  check_int (self, "web", "rung", 0);
}

static void
test_world (Fixture *self, gconstpointer data)
{
  TestBell *bell;

  g_test_summary (
      "The world's actors live from their declaration on, through the process's deaths");

  declare (self, "bell b volume=1");
  bell = find (self, "b");
  g_assert_cmpuint (test_bell_get_n_lives (bell), ==, 1);
  perform (self, "launch");
  perform (self, "kill");
  set_volume (self, "b", 2);
  check_int (self, "b", "volume", 2);
  g_assert_true (find (self, "b") == bell);
  g_assert_cmpuint (test_bell_get_n_lives (bell), ==, 1);
  g_assert_cmpuint (test_bell_get_n_abandoned (bell), ==, 0);
}

static void
test_side (Fixture *self, gconstpointer data)
{
  g_test_summary ("peer and in app say where an actor lives, whatever its class says");

  declare (self, "peer app-bell a");
  declare (self, "in app bell b");
  g_assert_nonnull (rebound_cast_find (self->cast, "a"));
  g_assert_null (rebound_cast_find (self->cast, "b"));
  perform (self, "launch");
  declare (self, "app-bell c");
  g_assert_cmpuint (test_bell_get_n_lives (find (self, "b")), ==, 1);
  g_assert_cmpuint (test_bell_get_n_lives (find (self, "c")), ==, 1);
}

static void
test_followed (Fixture *self, gconstpointer data)
{
  TestBell *first;

  g_test_summary ("Who lives is in the log by its name; who was replaced is not");

  declare (self, "app-bell web");
  perform (self, "launch");
  first = g_object_ref (find (self, "web"));
  perform (self, "kill");
  perform (self, "launch");
  g_assert_true (find (self, "web") != first);
  test_bell_ring (first);
  g_assert_cmpuint (recording_sink_count (self->sink, "web", "rang"), ==, 0);
  test_bell_ring (find (self, "web"));
  g_assert_cmpuint (recording_sink_count (self->sink, "web", "rang"), ==, 1);
  g_assert_cmpuint (recording_sink_count (self->sink, "web", "lived"), ==, 2);
  g_assert_finalize_object (first);
}

static void
test_objects (Fixture *self, gconstpointer data)
{
  g_autoptr (TestBell) bell = test_bell_new ();
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);

  g_test_summary ("An object of the program's own: an actor is the application's, others just are");

  rebound_cast_add_object (self->cast, "mine", G_OBJECT (bell));
  rebound_cast_add_object (self->cast, "thing", object);
  g_assert_true (rebound_cast_find (self->cast, "thing") == object);
  set_volume (self, "mine", 4);
  check_int (self, "mine", "volume", 4);
  g_assert_cmpuint (test_bell_get_n_lives (bell), ==, 0);
  for (guint i = 1; i <= 2; i++)
    {
      perform (self, "launch");
      g_assert_cmpuint (test_bell_get_n_lives (bell), ==, i);
      g_assert_true (find (self, "mine") == bell);
      perform (self, "kill");
      g_assert_cmpuint (test_bell_get_n_abandoned (bell), ==, i);
    }
}

static void
test_names (Fixture *self, gconstpointer data)
{
  g_autofree const char **names = NULL;
  g_autofree char *joined = NULL;

  g_test_summary ("Names in the order of declaration, and whose an object is");

  declare (self, "bell c");
  declare (self, "app-bell a");
  declare (self, "bell b");
  names = rebound_cast_list_names (self->cast);
  joined = g_strjoinv (" ", (char **) names);
  g_assert_cmpstr (joined, ==, "c a b");
  g_assert_cmpstr (rebound_cast_get_name_of (self->cast, find (self, "b")), ==, "b");
  g_assert_null (rebound_cast_get_name_of (self->cast, self));
  g_assert_null (rebound_cast_find (self->cast, "x"));
  g_assert_cmpint (rebound_cast_get_type_of (self->cast, "x"), ==, G_TYPE_INVALID);
  g_assert_true (rebound_cast_is_taken (self->cast, "a"));
  g_assert_true (rebound_cast_is_taken (self->cast, "run"));
  g_assert_true (rebound_cast_is_taken (self->cast, "script"));
  g_assert_false (rebound_cast_is_taken (self->cast, "x"));
}

static void
check_waiting (Fixture *self, const char *expected)
{
  g_autofree char *waiting = rebound_cast_dup_waiting (self->cast);

  g_assert_cmpstr (waiting, ==, expected);
}

static void
test_waiting (Fixture *self, gconstpointer data)
{
  g_test_summary ("Who waits for what; the suspended wait for nothing but that; the dead do not");

  check_waiting (self, NULL);
  declare (self, "bell b inscription=waits");
  declare (self, "bell c");
  declare (self, "app-bell web inscription=waits");
  declare (self, "app-bell idle");
  check_waiting (self, "b waits for a ringer");
  perform (self, "launch");
  check_waiting (self, "b waits for a ringer, web waits for a ringer");
  perform (self, "resign-active");
  perform (self, "enter-background");
  perform (self, "suspend");
  check_waiting (self, "b waits for a ringer, web is suspended, idle is suspended");
  perform (self, "kill");
  check_waiting (self, "b waits for a ringer");
}

static void
test_abandon (Fixture *self, gconstpointer data)
{
  g_autoptr (TestBell) own = test_bell_new ();
  TestBell *world, *home;

  g_test_summary ("At the end every life ends, once, and no word of it is in the log");

  rebound_cast_add_object (self->cast, "own", G_OBJECT (own));
  declare (self, "bell b");
  declare (self, "app-bell web");
  perform (self, "launch");
  world = find (self, "b");
  home = find (self, "web");
  for (guint i = 0; i < 2; i++)
    rebound_cast_abandon (self->cast);
  g_assert_cmpuint (test_bell_get_n_abandoned (world), ==, 1);
  g_assert_cmpuint (test_bell_get_n_abandoned (home), ==, 1);
  g_assert_cmpuint (test_bell_get_n_abandoned (own), ==, 1);
  g_assert_cmpuint (recording_sink_count (self->sink, NULL, "abandoned"), ==, 0);
}

#define ADD(path, function) g_test_add ("/cast/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("life-of-a-name", test_life_of_a_name);
  ADD ("world", test_world);
  ADD ("side", test_side);
  ADD ("followed", test_followed);
  ADD ("objects", test_objects);
  ADD ("names", test_names);
  ADD ("waiting", test_waiting);
  ADD ("abandon", test_abandon);
  return g_test_run ();
}
