/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Embedding: a program puts objects of its own under a script. The two classes here know nothing of
 * Rebound's logs and languages: a door has plain GObject properties and signals; a lamp is told of
 * the application's life as well. */

#include "script-test.h"

#include <glib/gstdio.h>
#include <string.h>

#include "lifecycle/rebound-lifecycle-enums.h"

/* -- a door: GObject and nothing else -- */

#define TEST_TYPE_DOOR (test_door_get_type ())
G_DECLARE_FINAL_TYPE (TestDoor, test_door, TEST, DOOR, GObject)

struct _TestDoor
{
  GObject parent_instance;

  guint width;
  gboolean is_open;
};

enum
{
  DOOR_PROP_WIDTH = 1,
  DOOR_PROP_OPEN,
};

static guint opened_signal;

G_DEFINE_FINAL_TYPE (TestDoor, test_door, G_TYPE_OBJECT)

static void
test_door_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TestDoor *self = TEST_DOOR (object);

  if (id == DOOR_PROP_WIDTH)
    g_value_set_uint (value, self->width);
  else
    g_value_set_boolean (value, self->is_open);
}

static void
test_door_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TEST_DOOR (object)->width = g_value_get_uint (value);
}

static void
test_door_slam (TestDoor *self)
{
  self->is_open = !self->is_open;
  g_signal_emit (self, opened_signal, 0, self->is_open, "slam", 3, REBOUND_CLOCK_REAL, self);
}

static void
test_door_class_init (TestDoorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_door_get_property;
  object_class->set_property = test_door_set_property;
  g_object_class_install_property (object_class, DOOR_PROP_WIDTH,
                                   g_param_spec_uint ("width", NULL, NULL, 1, 9, 1,
                                                      G_PARAM_READWRITE));
  g_object_class_install_property (object_class, DOOR_PROP_OPEN,
                                   g_param_spec_boolean ("open", NULL, NULL, FALSE,
                                                         G_PARAM_READABLE));
  g_signal_new_class_handler ("slam", G_TYPE_FROM_CLASS (klass),
                              G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (test_door_slam),
                              NULL, NULL, NULL, G_TYPE_NONE, 0);
  opened_signal = g_signal_new ("turned", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 5, G_TYPE_BOOLEAN, G_TYPE_STRING,
                                G_TYPE_INT, REBOUND_TYPE_CLOCK_MODE, G_TYPE_OBJECT);
}

static void
test_door_init (TestDoor *self)
{
  self->width = 1;
}

/* -- a lamp: it lives and dies with the application -- */

#define TEST_TYPE_LAMP (test_lamp_get_type ())
G_DECLARE_FINAL_TYPE (TestLamp, test_lamp, TEST, LAMP, GObject)

struct _TestLamp
{
  GObject parent_instance;

  GString *story;
  GSource *source; /* one that spins, from the background on, where the test wants one */
  ReboundSite *site;
  gboolean spins;
};

static void test_lamp_actor_init (ReboundActorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestLamp,
                               test_lamp,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR, test_lamp_actor_init))

static void
test_lamp_come_to_life (ReboundActor *actor, ReboundSite *site)
{
  TestLamp *self = TEST_LAMP (actor);

  g_assert_cmpint (rebound_site_get_side (site), ==, REBOUND_SIDE_APPLICATION);
  g_assert_true (g_main_context_get_thread_default () == rebound_site_get_context (site));
  g_set_object (&self->site, site);
  g_string_append_printf (self->story, "%s lives\n", rebound_actor_get_name (actor));
}

static gboolean
do_nothing (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
test_lamp_told (ReboundActor *actor, ReboundCallback callback)
{
  TestLamp *self = TEST_LAMP (actor);

  g_string_append_printf (self->story, "told %d\n", (int) callback);
  if (callback != REBOUND_CALLBACK_DID_ENTER_BACKGROUND || !self->spins)
    return;
  self->source = g_idle_source_new ();
  g_source_set_static_name (self->source, "filament");
  g_source_set_callback (self->source, do_nothing, self, NULL);
  g_source_attach (self->source, rebound_site_get_context (self->site));
}

static void
test_lamp_abandon (ReboundActor *actor)
{
  TestLamp *self = TEST_LAMP (actor);

  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_string_append (self->story, "gone\n");
}

static void
test_lamp_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = test_lamp_come_to_life;
  iface->told = test_lamp_told;
  iface->abandon = test_lamp_abandon;
}

static void
test_lamp_finalize (GObject *object)
{
  g_clear_object (&TEST_LAMP (object)->site);
  g_string_free (TEST_LAMP (object)->story, TRUE);
  G_OBJECT_CLASS (test_lamp_parent_class)->finalize (object);
}

static void
test_lamp_class_init (TestLampClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_lamp_finalize;
}

static void
test_lamp_init (TestLamp *self)
{
  self->story = g_string_new (NULL);
}

/* -- tests -- */

static void
test_own_object (void)
{
  g_autoptr (ScriptTest) test
      = script_test_new ("set door width=3\nexpect door.width == 3\nexpect door.open == no\n"
                         "door.slam\nwait door.turned\nexpect door.open == yes\n"
                         "launch\nexpect no door.turned for 1h");
  g_autoptr (TestDoor) door = g_object_new (TEST_TYPE_DOOR, NULL);
  g_autofree char *log = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("A class of the program's own is driven by a script, as it is");

  g_assert_true (rebound_run_add_object (test->run, "door", G_OBJECT (door)));
  script_test_play (test);
  g_assert_no_error (test->error);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_AS_EXPECTED);
  g_assert_cmpuint (door->width, ==, 3);
  log = recording_sink_dup_log (test->sink, REBOUND_EVENT_GROUP_ACTORS);
  text = recording_sink_dup_text (test->sink, REBOUND_EVENT_GROUP_ACTORS);
  g_assert_cmpstr (log, ==, "0s door turned arg1=yes arg2=slam arg3=3 arg4=real\n");
  g_assert_cmpstr (text, ==, "0s door: turned (arg1: yes, arg2: slam, arg3: 3, arg4: real)\n");
}

static void
test_own_object_is_left (void)
{
  g_autoptr (TestDoor) door = g_object_new (TEST_TYPE_DOOR, NULL);

  g_test_summary ("After a run nothing of it holds on to the object, or listens to it");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (ScriptTest) test = script_test_new ("door.slam\nexpect door.turned");

      g_assert_true (rebound_run_add_object (test->run, "door", G_OBJECT (door)));
      script_test_play (test);
      g_assert_no_error (test->error);
      g_assert_false (g_signal_has_handler_pending (door, opened_signal, 0, TRUE));
      g_assert_cmpuint (recording_sink_count (test->sink, "door", "turned"), ==, 1);
    }
  g_assert_cmpuint (G_OBJECT (door)->ref_count, ==, 1);
}

static void
test_own_actor (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nhome\nkill\nlaunch");
  g_autoptr (TestLamp) lamp = g_object_new (TEST_TYPE_LAMP, NULL);

  g_test_summary ("One that is an actor is the application's: told, abandoned, launched again");

  g_assert_true (rebound_run_add_object (test->run, "lamp", G_OBJECT (lamp)));
  script_test_play (test);
  g_assert_no_error (test->error);
  g_assert_cmpstr (lamp->story->str, ==,
                   "lamp lives\ntold 0\ntold 1\ntold 2\ntold 3\ntold 4\ngone\n"
                   "lamp lives\ntold 0\ntold 1\ntold 2\ngone\n");
}

static void
test_busy_loop_in_the_background (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nhome\nafter 1h\nprint never");
  g_autoptr (TestLamp) lamp = g_object_new (TEST_TYPE_LAMP, NULL);

  g_test_summary ("Rule 8: a busy loop in the last turn before suspension ends the script too");

  lamp->spins = TRUE;
  g_assert_true (rebound_run_add_object (test->run, "lamp", G_OBJECT (lamp)));
  script_test_play (test);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_FAILED);
  g_assert_error (test->error, REBOUND_ERROR, REBOUND_ERROR_ACTION);
  g_assert_true (g_str_has_prefix (test->error->message,
                                   "t.life:2:1: lamp: busy loop: “filament” was dispatched"));
  g_assert_cmpuint (recording_sink_count (test->sink, "lamp", "spin"), ==, 1);
}

static void
test_names (void)
{
  static const char *const refused[]
      = { "device", "app", "run", "script", "b", "", "B", "1a", "a b", "a.b", "ä" };
  g_autoptr (ScriptTest) test = script_test_new ("launch");
  g_autoptr (TestDoor) door = g_object_new (TEST_TYPE_DOOR, NULL);

  g_test_summary ("A name that is taken, or none, is refused");

  g_assert_true (rebound_run_add_object (test->run, "b", G_OBJECT (door)));
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_false (rebound_run_add_object (test->run, refused[i], G_OBJECT (door)));
  g_assert_true (rebound_run_add_object (test->run, "b-2", G_OBJECT (door)));
}

static void
test_set_variable (void)
{
  static const struct
  {
    const char *script;
    const char *name;
    const char *message;
  } cases[] = {
    { "let reuse=no\nlet port=1\nlaunch", "reuse", NULL },
    { "repeat 2\nlet inner=1\nend", "inner", NULL },
    { "let reuse=no\nlet port=1\nlaunch", "rouse",
      "t.life: there is no variable “rouse” to be set; expected one that the script has a “let” "
      "for: "
      "port, reuse; did you mean “reuse”?" },
    { "let reuse=no\nlaunch", "x",
      "t.life: there is no variable “x” to be set; expected one that the script has a “let” for: "
      "reuse" },
    { "repeat 2 as i\nlock\nunlock\nend", "i",
      "t.life: there is no variable “i” to be set; expected one that the script has a “let” for: "
      "none" },
  };

  g_test_summary ("A variable that the script does not have is an error that names those it has");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ScriptTest) test = script_test_new (cases[i].script);
      g_autoptr (GError) error = NULL;
      gboolean good = rebound_run_set_variable (test->run, cases[i].name, "1", &error);

      g_assert_cmpint (good, ==, cases[i].message == NULL);
      if (good)
        continue;
      g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
test_same_twice (void)
{
  static const char script[]
      = "bell b every=200ms\napp-bell web every=300ms inscription=x\nbell c every=300ms\n"
        "repeat 5 as i\nlaunch\nwait b.rang count=$i\nhome\nafter 1s open\nb.ring times=2\n"
        "expect web.rung >= 1\nafter 333ms lock\nafter 1min unlock\nkill\nend\n";
  g_autofree char *first = NULL;

  g_test_summary ("A script has one log: every field of every event is the same in each run");

  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (ScriptTest) test = script_test_run (script);
      g_autofree char *log = recording_sink_dup_log (test->sink, RECORDING_ALL_GROUPS);

      g_assert_no_error (test->error);
      if (first == NULL)
        first = g_steal_pointer (&log);
      else
        g_assert_cmpstr (log, ==, first);
    }
  g_assert_cmpuint (strlen (first), >, 10000);
}

static void
on_callback (ReboundApplication *application, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (rebound_application_perform (application, "kill", &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE);
  (*(guint *) user_data)++;
}

static gboolean
press_home (gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rebound_device_perform (rebound_run_get_device (user_data), "home", &error));
  g_assert_no_error (error);
  return G_SOURCE_REMOVE;
}

static gboolean
never (gpointer user_data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

/* The word itself has no way to fail there; the run has. */
static void
test_failure_while_busy (void)
{
  g_autoptr (ScriptTest) test
      = script_test_new ("launch\napp.work time=1s in=did-enter-background\nhome");
  g_autoptr (GSource) foreign = g_timeout_source_new (500);

  g_test_summary (
      "What goes wrong while the application is busy ends the run, and nothing is told of it");

  g_source_set_static_name (foreign, "somebody's timeout");
  g_source_set_callback (foreign, never, NULL, NULL);
  g_source_attach (foreign, rebound_site_get_context (rebound_run_get_world (test->run)));
  script_test_play (test);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_FAILED);
  g_assert_nonnull (strstr (test->error->message, "“somebody's timeout”"));
  g_assert_cmpuint (recording_sink_count (test->sink, "app", "busy"), ==, 0);
  g_source_destroy (foreign);
}

static void
test_steering (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nexpect app.state == suspended\nopen");
  g_autoptr (TestDoor) door = g_object_new (TEST_TYPE_DOOR, NULL);
  g_autoptr (GSource) source = g_idle_source_new ();
  guint n_refused = 0;

  g_test_summary ("A program may steer the application from a source, and not within a callback");

  g_assert_true (rebound_run_add_object (test->run, "door", G_OBJECT (door)));
  g_signal_connect (rebound_run_get_application (test->run), "did-become-active",
                    G_CALLBACK (on_callback), &n_refused);
  g_source_set_callback (source, press_home, test->run, NULL);
  g_source_attach (source, rebound_site_get_context (rebound_run_get_world (test->run)));
  script_test_play (test);
  g_assert_no_error (test->error);
  g_assert_cmpuint (n_refused, ==, 2);
}

static void
test_abandons_everybody (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("bell b\napp-bell web\nlaunch");
  g_autoptr (TestBell) world = NULL, home = NULL;

  g_test_summary ("At the end of a run every life ends, once, without a word in the log");

  script_test_play (test);
  g_assert_no_error (test->error);
  world = TEST_BELL (g_object_ref (rebound_site_find (rebound_run_get_world (test->run), "b")));
  home = TEST_BELL (g_object_ref (rebound_site_find (rebound_run_get_world (test->run), "web")));
  g_assert_null (rebound_site_find (rebound_run_get_world (test->run), "nobody"));
  g_clear_object (&test->run);
  g_assert_cmpuint (test_bell_get_n_abandoned (world), ==, 1);
  g_assert_cmpuint (test_bell_get_n_abandoned (home), ==, 1);
  g_assert_cmpuint (recording_sink_count (test->sink, "web", "abandoned"), ==, 0);
}

static void
test_never_played (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("bell b\nlaunch");

  g_test_summary ("A run that is not played leaves nothing behind");

  g_assert_true (rebound_run_check (test->run, NULL));
  g_assert_finalize_object (g_steal_pointer (&test->run));
}

static void
test_title (void)
{
  static const char *const cases[][2] = {
    { "# The socket.\n# More.\nlaunch", "The socket." },
    { "# SPDX-License-Identifier: X\n#\n#  Later \nlaunch", "" },
    { "launch", "" },
  };

  g_test_summary ("A run's title is the first line of what its script says of itself");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ScriptTest) test = script_test_new (cases[i][0]);
      g_autofree char *title = rebound_run_get_title (test->run);

      g_assert_cmpstr (title, ==, cases[i][1]);
    }
}

static void
test_header (void)
{
  g_autoptr (ScriptTest) test
      = script_test_new ("# SPDX-License-Identifier: X\n# The socket.\n#\n# Why.\n\nlaunch");
  g_autoptr (ScriptTest) silent = script_test_new ("launch\n# later");

  g_test_summary ("A run's header is all of what its script says of itself");

  g_assert_cmpstr (rebound_run_get_header (test->run), ==, "The socket.\n\nWhy.\n");
  g_assert_cmpstr (rebound_run_get_header (silent->run), ==, "");
}

static void
assert_text (ReboundRun *run, guint index, const char *name, const char *text)
{
  const char *own_name;
  GBytes *bytes = rebound_run_get_text (run, index, &own_name);

  g_assert_cmpstr (own_name, ==, name);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

static void
test_check_name (void)
{
  static const char *const known[] = { "app", "device", "b1", "b2", "script", "run" };
  g_autoptr (ScriptTest) test = script_test_new ("repeat 2 as i\nbell b$i\nend\nlaunch");
  g_autoptr (GError) error = NULL;

  g_test_summary ("After the check a run knows the names that its events can be of");

  g_assert_true (rebound_run_check (test->run, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    g_assert_true (rebound_run_check_name (test->run, known[i], NULL));
  g_assert_false (rebound_run_check_name (test->run, "b3", &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT);
  g_assert_nonnull (strstr (error->message, "t.life: nothing in it is called “b3”; expected one "
                                            "of device, app"));
  g_assert_false (rebound_run_check_name (test->run, "", NULL));
  g_assert_null (rebound_run_get_place (test->run));
  script_test_play (test);
  g_assert_cmpstr (rebound_run_get_place (test->run), ==, "t.life:4");
}

static void
test_from_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("rebound-run-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "s.life", NULL);
  g_autofree char *part = g_build_filename (folder, "part.life", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (RecordingSink) sink = recording_sink_new ();
  g_autoptr (ReboundRun) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *log = NULL;

  g_test_summary ("A script is read from a file, with what it includes beside it");

  g_assert_null (rebound_run_new_from_file (file, NULL, REBOUND_CLOCK_VIRTUAL, &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT);
  g_clear_error (&error);
  g_assert_true (
      g_file_set_contents (path, "launch\ninclude \"part.life\"\nopen\ninclude \"part.life\"\n", -1,
                           NULL));
  g_assert_true (g_file_set_contents (part, "\nhome\n", -1, NULL));
  run = rebound_run_new_from_file (file, "s", REBOUND_CLOCK_VIRTUAL, &error);
  g_assert_no_error (error);
  rebound_run_add_sink (run, REBOUND_EVENT_SINK (sink));
  g_assert_cmpint (rebound_run_play (run, &error), ==, REBOUND_RUN_STATUS_AS_EXPECTED);
  log = recording_sink_dup_log (sink, REBOUND_EVENT_GROUP_SCRIPT);
  g_assert_cmpstr (log, ==,
                   "0s script statement statement=launch line=1\n"
                   "0s script statement statement=home line=part.life:2\n"
                   "0s script statement statement=open line=3\n"
                   "0s script statement statement=home line=part.life:2\n");
  g_assert_cmpuint (rebound_run_get_n_texts (run), ==, 2);
  assert_text (run, 0, "s", "launch\ninclude \"part.life\"\nopen\ninclude \"part.life\"\n");
  assert_text (run, 1, "part.life", "\nhome\n");
  g_remove (path);
  g_remove (part);
  g_rmdir (folder);
}

static void
test_real_clock (void)
{
  static const char script[]
      = "bell b every=1ms\nwait b.rang count=3\nafter 2ms\nexpect b.rung > 3";
  g_autoptr (GBytes) bytes = g_bytes_new_static (script, strlen (script));
  g_autoptr (ReboundRun) run = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The same script in real time");

  test_bell_register ();
  run = rebound_run_new_from_bytes (bytes, "t.life", NULL, REBOUND_CLOCK_REAL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rebound_run_play (run, &error), ==, REBOUND_RUN_STATUS_AS_EXPECTED);
  g_assert_no_error (error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run/own-object", test_own_object);
  g_test_add_func ("/run/own-object-is-left", test_own_object_is_left);
  g_test_add_func ("/run/own-actor", test_own_actor);
  g_test_add_func ("/run/busy-loop-in-the-background", test_busy_loop_in_the_background);
  g_test_add_func ("/run/names", test_names);
  g_test_add_func ("/run/set-variable", test_set_variable);
  g_test_add_func ("/run/same-twice", test_same_twice);
  g_test_add_func ("/run/failure-while-busy", test_failure_while_busy);
  g_test_add_func ("/run/steering", test_steering);
  g_test_add_func ("/run/abandons-everybody", test_abandons_everybody);
  g_test_add_func ("/run/never-played", test_never_played);
  g_test_add_func ("/run/title", test_title);
  g_test_add_func ("/run/header", test_header);
  g_test_add_func ("/run/check-name", test_check_name);
  g_test_add_func ("/run/from-file", test_from_file);
  g_test_add_func ("/run/real-clock", test_real_clock);
  return g_test_run ();
}
