/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The phone: its properties, its acts as action signals, and the last turn that an application has
 * before it is suspended. What each word does is test-transition.c's. */

#include "lifecycle/rebound-device-private.h"

#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-kernel.h"

typedef struct
{
  ReboundApplication *application;
  ReboundDevice *device;
  GString *log;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_VIRTUAL);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundSite) site = rebound_site_new (clock, context);

  self->application = rebound_application_new (site);
  self->device = rebound_device_new (self->application);
  self->log = g_string_new (NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_finalize_object (self->device);
  g_assert_finalize_object (self->application);
  g_string_free (self->log, TRUE);
}

static void
perform (Fixture *self, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rebound_device_perform (self->device, word, &error));
  g_assert_no_error (error);
}

static void
test_properties (Fixture *self, gconstpointer data)
{
  ReboundProfile profile;
  ReboundRebindRule rule;
  gint64 time_wait_usec;
  gboolean locked;

  g_test_summary ("It plays Linux unless told otherwise");

  g_object_get (self->device, "profile", &profile, "rebind-rule", &rule, "time-wait",
                &time_wait_usec, "locked", &locked, NULL);
  g_assert_cmpint (profile, ==, REBOUND_PROFILE_LINUX);
  g_assert_cmpint (rule, ==, REBOUND_REBIND_RULE_BOTH);
  g_assert_cmpint (time_wait_usec, ==, 60 * G_USEC_PER_SEC);
  g_assert_false (locked);
  g_object_set (self->device, "rebind-rule", REBOUND_REBIND_RULE_NEW, "time-wait",
                30 * (gint64) G_USEC_PER_SEC, NULL);
  g_object_get (self->device, "rebind-rule", &rule, "time-wait", &time_wait_usec, NULL);
  g_assert_cmpint (rule, ==, REBOUND_REBIND_RULE_NEW);
  g_assert_cmpint (time_wait_usec, ==, 30 * G_USEC_PER_SEC);
}

static void
on_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  gboolean locked;

  g_object_get (object, "locked", &locked, NULL);
  g_string_append (user_data, locked ? "locked " : "unlocked ");
}

static void
test_locked (Fixture *self, gconstpointer data)
{
  g_test_summary ("The lock can be read and listened to, and notifies when it changes");

  g_signal_connect (self->device, "notify::locked", G_CALLBACK (on_notify), self->log);
  perform (self, "launch");
  perform (self, "lock");
  perform (self, "resume");
  perform (self, "unlock");
  g_assert_false (rebound_device_perform (self->device, "unlock", NULL));
  g_assert_cmpstr (self->log->str, ==, "locked unlocked ");
}

static void
test_actions (Fixture *self, gconstpointer data)
{
  static const char *const words[] = { "lock", "unlock" };
  GError *error = NULL;

  g_test_summary ("What a person does is an action signal, whose error is its result");

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_signal_emit_by_name (self->device, words[i], &error);
      g_assert_no_error (error);
    }
  g_signal_emit_by_name (self->device, "home", &error);
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE);
  g_clear_error (&error);
}

static void
take_turn (gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_cmpint (rebound_application_get_state (self->application), ==,
                   REBOUND_APPLICATION_STATE_BACKGROUND);
  g_string_append (self->log, "turn ");
}

static void
test_turn (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *word;
    const char *log;
  } steps[] = {
    { "launch", "" },  { "home", "turn " },     { "open", "" },      { "lock", "turn " },
    { "unlock", "" },  { "resign-active", "" }, { "home", "turn " }, { "resume", "" },
    { "suspend", "" }, { "kill", "" },
  };

  g_test_summary ("An application that goes to the background has a turn before it is suspended");

  rebound_device_set_turn_func (self->device, take_turn, self);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_string_truncate (self->log, 0);
      perform (self, steps[i].word);
      g_assert_cmpstr (self->log->str, ==, steps[i].log);
    }
}

static void
kill_in_turn (gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rebound_application_perform (user_data, "kill", &error));
  g_assert_no_error (error);
}

static void
test_killed_in_turn (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("One that dies in its last turn is not suspended after it");

  rebound_device_set_turn_func (self->device, kill_in_turn, self->application);
  perform (self, "launch");
  g_assert_true (rebound_device_perform (self->device, "home", &error));
  g_assert_no_error (error);
  g_assert_cmpint (rebound_application_get_state (self->application), ==,
                   REBOUND_APPLICATION_STATE_NOT_RUNNING);
}

static void
press_within (ReboundApplication *application, gpointer device)
{
  g_autoptr (GError) error = NULL;
  gboolean is_locked;

  g_assert_false (rebound_device_perform (device, "lock", &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE);
  g_object_get (device, "locked", &is_locked, NULL);
  g_assert_false (is_locked);
}

static void
test_not_within (Fixture *self, gconstpointer data)
{
  g_test_summary ("Within a callback nothing can be pressed, and nothing is changed by trying");

  g_signal_connect (self->application, "did-become-active", G_CALLBACK (press_within),
                    self->device);
  perform (self, "launch");
  g_assert_cmpint (rebound_application_get_state (self->application), ==,
                   REBOUND_APPLICATION_STATE_ACTIVE);
}

#define ADD(path, function) g_test_add ("/device/" path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("properties", test_properties);
  ADD ("locked", test_locked);
  ADD ("actions", test_actions);
  ADD ("turn", test_turn);
  ADD ("killed-in-turn", test_killed_in_turn);
  ADD ("not-within", test_not_within);
  return g_test_run ();
}
