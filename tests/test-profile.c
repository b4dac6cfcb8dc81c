/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The generations of a phone's system: what each says, held against a table that was written from
 * the design, and what setting one does to what was set by hand. */

#include "lifecycle/rebound-device.h"

#include "fake-kernel.h"
#include "script-test.h"

/* As a script reads them. */
static const char *const properties[]
    = { "lock-means", "reclaim", "reclaim-style", "rebind-rule", "time-wait", "background-budget" };

#define N_PROPERTIES G_N_ELEMENTS (properties)

static const struct
{
  const char *profile;
  const char *values[N_PROPERTIES];
} rows[] = {
  { "linux", { "background", "never", "defunct", "both", "60s", "30s" } },
  { "ios-4", { "resign", "at-lock", "fin", "new", "30s", "600s" } },
  { "ios-5", { "background", "at-lock", "fin", "new", "30s", "600s" } },
  { "ios-12", { "background", "at-suspend", "defunct", "new", "30s", "180s" } },
  { "ios-13", { "background", "at-suspend", "defunct", "new", "30s", "30s" } },
};

/* Values that no profile has. */
static const char *const others[N_PROPERTIES]
    = { "resign", "at-suspend", "destroy", "both", "45s", "45s" };

static void
expect (GString *script, const char *property, const char *value)
{
  g_string_append_printf (script, "expect device.%s == %s\n", property, value);
}

static void
test_table (void)
{
  g_test_summary ("Each profile says what the design says, whichever came before");

  for (guint from = 0; from < G_N_ELEMENTS (rows); from++)
    for (guint to = 0; to < G_N_ELEMENTS (rows); to++)
      {
        g_autoptr (GString) script = g_string_new (NULL);
        g_autoptr (ScriptTest) test = NULL;
        g_autofree char *outcome = NULL;

        g_string_append_printf (script, "set device profile=%s\nset device profile=%s\n",
                                rows[from].profile, rows[to].profile);
        expect (script, "profile", rows[to].profile);
        for (guint i = 0; i < N_PROPERTIES; i++)
          expect (script, properties[i], rows[to].values[i]);
        test = script_test_run (script->str);
        outcome = script_test_dup_outcome (test);
        g_test_message ("%s%s", script->str, outcome);
        g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_AS_EXPECTED);
      }
}

static void
test_linux_at_first (void)
{
  g_autoptr (GString) script = g_string_new (NULL);
  g_autoptr (ScriptTest) test = NULL;

  g_test_summary ("It is Linux unless told otherwise");

  expect (script, "profile", "linux");
  for (guint i = 0; i < N_PROPERTIES; i++)
    expect (script, properties[i], rows[0].values[i]);
  test = script_test_run (script->str);
  g_assert_no_error (test->error);
}

/* One property is set by hand; @late: after the profile. */
static void
play_override (guint row, guint property, gboolean late)
{
  g_autoptr (GString) script = g_string_new (NULL);
  g_autofree char *profile = g_strdup_printf ("set device profile=%s\n", rows[row].profile);
  g_autofree char *own
      = g_strdup_printf ("set device %s=%s\n", properties[property], others[property]);
  g_autoptr (ScriptTest) test = NULL;

  g_string_append_printf (script, "%s%s", late ? profile : own, late ? own : profile);
  for (guint i = 0; i < N_PROPERTIES; i++)
    expect (script, properties[i], late && i == property ? others[property] : rows[row].values[i]);
  test = script_test_run (script->str);
  if (test->status != REBOUND_RUN_STATUS_AS_EXPECTED)
    g_test_message ("%s", script->str);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_AS_EXPECTED);
}

static void
test_overrides (void)
{
  g_test_summary ("What is set after a profile holds, and alone; what was set before does not");

  for (guint row = 0; row < G_N_ELEMENTS (rows); row++)
    for (guint property = 0; property < N_PROPERTIES; property++)
      {
        play_override (row, property, TRUE);
        play_override (row, property, FALSE);
      }
}

/* In one statement they are set in the order in which they stand there. */
static void
test_in_one_statement (void)
{
  g_test_summary ("In one statement, too, what comes after the profile holds");

  script_test_check ("set device profile=ios-5 time-wait=45s\nexpect device.time-wait == 45s\n"
                     "expect device.reclaim == at-lock\n"
                     "set device time-wait=45s profile=ios-5\nexpect device.time-wait == 30s\n",
                     "0s met\n0s met\n0s met\nstatus 0\n");
}

static void
test_leaves_alone (void)
{
  g_test_summary ("A profile leaves alone what is not the system's to say");

  script_test_check (
      "set device passcode=yes reclaimed-listener=silent launch-limit=7s debugger=yes\n"
      "set device profile=ios-13\nexpect device.passcode == yes\n"
      "expect device.reclaimed-listener == silent\nexpect device.launch-limit == 7s\n"
      "expect device.debugger == yes\n",
      "0s met\n0s met\n0s met\n0s met\nstatus 0\n");
}

static void
on_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  g_ptr_array_add (user_data, (gpointer) pspec->name);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

static void
check_notified (const char *setting, gint64 value, const char *expected)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\n");
  ReboundDevice *device = rebound_run_get_device (test->run);
  g_autoptr (GPtrArray) seen = g_ptr_array_new ();
  g_autofree char *names = NULL;
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (device), setting);

  g_signal_connect (device, "notify", G_CALLBACK (on_notify), seen);
  if (G_PARAM_SPEC_VALUE_TYPE (pspec) == G_TYPE_INT64)
    g_object_set (device, setting, value, NULL);
  else
    g_object_set (device, setting, (int) value, NULL);
  g_ptr_array_sort (seen, compare_names); /* GObject promises no order */
  g_ptr_array_add (seen, NULL);
  names = g_strjoinv (" ", (char **) seen->pdata);
  g_assert_cmpstr (names, ==, expected);
}

static void
test_notify (void)
{
  g_test_summary (
      "Setting a profile tells of each of its properties once; setting one tells of it");

  check_notified (
      "profile", REBOUND_PROFILE_IOS_5,
      "background-budget lock-means profile rebind-rule reclaim reclaim-style time-wait");
  check_notified ("time-wait", G_USEC_PER_SEC, "time-wait");
  check_notified ("reclaim", REBOUND_RECLAIM_AT_LOCK, "reclaim");
  check_notified ("passcode", TRUE, "passcode");
}

static void
test_kernel_is_told (void)
{
  g_autoptr (ScriptTest) test
      = script_test_new ("launch\nset device profile=ios-5\nset device time-wait=45s\n");
  g_autoptr (FakeKernel) kernel = fake_kernel_new ();

  g_test_summary ("What is the kernel's to do, it is told");

  rebound_run_set_kernel (test->run, REBOUND_KERNEL (kernel));
  script_test_play (test);
  g_assert_no_error (test->error);
  g_assert_cmpint (kernel->rule, ==, REBOUND_REBIND_RULE_NEW);
  g_assert_cmpint (kernel->time_wait_usec, ==, 45 * G_USEC_PER_SEC);
}

/* The budget of a stay that has begun is not taken back. */
static void
test_budget (void)
{
  g_test_summary ("Another budget is the next stay's");

  script_test_check ("set device profile=ios-12\nlaunch\napp.begin-task name=a\nhome\n"
                     "set device profile=ios-13\nexpect app.background-time-remaining == 180s\n"
                     "open\nhome\nexpect app.background-time-remaining == 30s\n",
                     "0s met\n0s met\nstatus 0\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/profile/table", test_table);
  g_test_add_func ("/profile/linux-at-first", test_linux_at_first);
  g_test_add_func ("/profile/overrides", test_overrides);
  g_test_add_func ("/profile/in-one-statement", test_in_one_statement);
  g_test_add_func ("/profile/leaves-alone", test_leaves_alone);
  g_test_add_func ("/profile/notify", test_notify);
  g_test_add_func ("/profile/kernel-is-told", test_kernel_is_told);
  g_test_add_func ("/profile/budget", test_budget);
  return g_test_run ();
}
