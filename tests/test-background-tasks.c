/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Background tasks: how long they keep an application from being suspended, what it is told before
 * its time is over, and what becomes of it when it does not listen. Mostly as scripts; the C API
 * where a handler does what no script can. */

#include "lifecycle/rebound-application-private.h"

#include <string.h>

#include "lifecycle/rebound-device.h"
#include "script-test.h"

#define EXPLANATION " app has active assertions beyond permitted time: background task "

static const char *const scripts[][3] = {
  { "one-keeps-it-running",
    "launch\napp.begin-task name=upload\nprint ---\nhome\nexpect app.state == background\n"
    "expect app.task-count == 1\nexpect app.background-time-remaining == 30s\n"
    "after 10s\nexpect app.background-time-remaining == 20s\napp.end-task name=upload\n"
    "expect app.state == suspended\nexpect app.task-count == 0\n",
    "0s app will-resign-active\n0s app did-enter-background\n0s device kept-running app upload "
    "30s\n"
    "10s app task-ended upload\n10s app suspended\n" },

  /* The time is the stay's: whoever begins another task at 20 s has 10 s for it, too. */
  { "a-second-buys-no-time",
    "launch\napp.begin-task name=one\nhome\nprint ---\nafter 20s app.begin-task name=two\n"
    "expect app.background-time-remaining == 10s\nafter 5s app.end-task name=one\n"
    "expect app.state == background\nafter 10s\nexpect app.state == not-running\n",
    "20s app task-begun two\n25s app task-ended one\n29s app task-expiring two\n"
    "30s app died watchdog 0x8badf00d" EXPLANATION "two\n" },

  { "not-ended",
    "launch\napp.begin-task name=upload\nhome\nprint ---\nafter 40s\n"
    "expect app.state == not-running\nexpect app.exit-reason == watchdog\n"
    "expect app.exit-code == 0x8badf00d\nexpect app.exit-explanation ~ \"*beyond permitted "
    "time*upload\"\n"
    "expect app.task-count == 0\n",
    "29s app task-expiring upload\n30s app died watchdog 0x8badf00d" EXPLANATION "upload\n" },

  { "each-is-told-and-all-are-blamed",
    "launch\napp.begin-task name=a\napp.begin-task name=b\nhome\nprint ---\nafter 30s\n",
    "29s app task-expiring a\n29s app task-expiring b\n"
    "30s app died watchdog 0x8badf00d" EXPLANATION "a, b\n" },

  { "ended-when-told",
    "launch\napp.begin-task name=upload\nhome\nprint ---\nwait app.task-expiring\n"
    "app.end-task name=upload\nafter 10s\nexpect app.state == suspended\n",
    "29s app task-expiring upload\n29s app task-ended upload\n29s app suspended\n" },

  /* Begun when everybody else has been told already: told at once. */
  { "begun-after-the-warning",
    "launch\napp.begin-task name=one\nhome\nprint ---\nafter 29.5s app.begin-task name=two\nafter "
    "1s\n",
    "29s app task-expiring one\n29.5s app task-begun two\n29.5s app task-expiring two\n"
    "30s app died watchdog 0x8badf00d" EXPLANATION "one, two\n" },

  { "a-short-budget-is-halved",
    "set device background-budget=1s\nlaunch\napp.begin-task name=upload\nhome\nprint ---\nafter "
    "2s\n",
    "500ms app task-expiring upload\n1s app died watchdog 0x8badf00d" EXPLANATION "upload\n" },

  { "two-seconds-are-not-short",
    "set device background-budget=2s\nlaunch\napp.begin-task name=upload\nhome\nprint ---\nafter "
    "2s\n",
    "1s app task-expiring upload\n2s app died watchdog 0x8badf00d" EXPLANATION "upload\n" },

  { "by-profile",
    "set device profile=ios-12\nlaunch\napp.begin-task name=upload\nhome\nprint ---\nafter 200s\n",
    "179s app task-expiring upload\n3min app died watchdog 0x8badf00d" EXPLANATION "upload\n" },

  /* An application that is in the background already: a timer's handler could do so. */
  { "begun-in-the-background",
    "launch\napp.resign-active\napp.enter-background\nprint ---\nafter 20s app.begin-task "
    "name=upload\n"
    "expect app.background-time-remaining == 10s\nafter 5s app.end-task name=upload\n"
    "expect app.state == suspended\n",
    "20s app task-begun upload\n25s app task-ended upload\n25s app suspended\n" },

  { "no-limit-in-the-foreground",
    "launch\napp.begin-task name=upload\nexpect app.background-time-remaining > 24h\nprint ---\n"
    "after 10min\nexpect app.state == active\ninterrupt\nafter 10min\nexpect app.state == "
    "inactive\n"
    "app.end-task name=upload\nexpect app.state == inactive\n",
    "10min app will-resign-active\n20min app task-ended upload\n" },

  /* Back in front before the end: the next stay is a new one, and the task is told anew. */
  { "held-over-a-return",
    "launch\napp.begin-task name=upload\nhome\nprint ---\nafter 29.5s open\nafter 1min home\n"
    "expect app.background-time-remaining == 30s\nafter 31s\n",
    "29s app task-expiring upload\n29.5s app will-enter-foreground\n29.5s app did-become-active\n"
    "89.5s app will-resign-active\n89.5s app did-enter-background\n"
    "89.5s device kept-running app upload 30s\n1.975min app task-expiring upload\n"
    "119.5s app died watchdog 0x8badf00d" EXPLANATION "upload\n" },

  /* The stay is over before the application is told that it comes back. */
  { "busy-on-the-way-back",
    "launch\napp.begin-task name=upload\nhome\nafter 29.5s\n"
    "app.work time=5s in=will-enter-foreground\nprint ---\nopen\nexpect app.state == active\n",
    "29.5s app will-enter-foreground\n34.5s app busy 5s\n34.5s app did-become-active\n" },

  /* Nobody waits for the end of a stay that nothing makes longer. */
  { "nothing-is-left-of-it",
    "set device debugger=yes\nlaunch\napp.begin-task name=upload\nhome\napp.end-task "
    "name=upload\nprint ---\n"
    "wait app.task-expiring\n",
    "0s failed: app.task-expiring did not come\n"
    "status 1: t.life:7:1: nothing can happen any more; expected “wait app.task-expiring”, but "
    "app.task-expiring did not come\n" },

  { "ended-in-front-is-suspended-at-home",
    "launch\napp.begin-task name=upload\nhome\nafter 5s open\napp.end-task name=upload\nprint "
    "---\nhome\n"
    "after 1min\n",
    "5s app will-resign-active\n5s app did-enter-background\n5s app suspended\n" },

  /* Busy when its time is over: the warning is the application's own and does not come, the end is
   * to the instant. */
  { "busy-when-time-is-over",
    "launch\napp.begin-task name=upload\nhome\nprint ---\nafter 28s app.work time=10s\n"
    "expect app.state == not-running\nafter 1s\n",
    "30s app busy 2s\n30s app died watchdog 0x8badf00d" EXPLANATION "upload\n" },

  { "busy-over-the-warning-only",
    "launch\napp.begin-task name=upload\nhome\nprint ---\nafter 28s app.work time=1.5s\n"
    "app.end-task name=upload\n",
    "29.5s app busy 1.5s\n29.5s app task-expiring upload\n29.5s app task-ended upload\n"
    "29.5s app suspended\n" },

  { "a-wake-has-a-budget-of-its-own",
    "launch\nhome\nafter 10min app.resume\napp.begin-task name=one\nafter 29s app.end-task "
    "name=one\n"
    "expect app.state == suspended\nprint ---\nafter 1min app.resume\napp.begin-task name=two\n"
    "expect app.background-time-remaining == 30s\nafter 30s\n",
    "689s app resumed\n689s app task-begun two\n718s app task-expiring two\n"
    "719s app died watchdog 0x8badf00d" EXPLANATION "two\n" },

  { "debugger",
    "set device debugger=yes\nlaunch\napp.begin-task name=upload\nhome\nprint ---\nafter 1min\n"
    "expect app.state == background\napp.end-task name=upload\nafter 1min\n"
    "expect app.state == background\n",
    "29s app task-expiring upload\n1min app task-ended upload\n" },

  { "gone-with-the-process",
    "launch\napp.begin-task name=upload\nhome\nafter 1s kill\nexpect app.task-count == 0\nprint "
    "---\n"
    "launch\nexpect app.task-count == 0\nhome\nafter 1min\n",
    "1s app will-finish-launching\n1s app did-finish-launching\n1s app did-become-active\n"
    "1s app will-resign-active\n1s app did-enter-background\n1s app suspended\n" },

  { "two-of-one-name",
    "launch\napp.begin-task name=a\napp.begin-task name=a\nhome\nprint ---\napp.end-task name=a\n"
    "expect app.task-count == 1\nexpect app.state == background\napp.end-task name=a\n"
    "expect app.state == suspended\n",
    "0s app task-ended a\n0s app task-ended a\n0s app suspended\n" },

  { "suspend-is-refused", "launch\napp.begin-task name=upload\nhome\nprint ---\nsuspend\n",
    "status 1: t.life:5:1: “suspend” is not possible while app holds a background task (upload); "
    "expected end-task before, or its time to be over\n" },

  { "end-of-none", "launch\nprint ---\napp.end-task name=upload\n",
    "status 1: t.life:3:1: app holds no background task “upload”; expected one that it holds: "
    "there is none\n" },

  { "end-twice",
    "launch\napp.begin-task name=a\napp.begin-task name=b\nend-task name=a\nprint ---\nend-task "
    "name=a\n",
    "status 1: t.life:6:1: app holds no background task “a”; expected one that it holds: b\n" },

  { "not-where-it-does-not-run", "print ---\napp.begin-task name=upload\n",
    "status 1: t.life:2:1: app does not run and cannot begin a background task; expected a launch "
    "or an open before\n" },

  { "not-while-suspended", "launch\nhome\nprint ---\napp.begin-task name=upload\n",
    "status 1: t.life:4:1: app does not run and cannot begin a background task; expected a launch "
    "or an open before\n" },

  /* At the instant at which the task is ended: what is due a moment later waits. */
  { "suspended-at-once",
    "app-bell b\nlaunch\napp.begin-task name=upload\nhome\nb.ring-later delay=1.000001s\nprint "
    "---\n"
    "after 1s app.end-task name=upload\nafter 1min open\n",
    "1s app task-ended upload\n1s app suspended\n61s app resumed\n61s app will-enter-foreground\n"
    "61s b told EF\n61s app did-become-active\n61s b told BA\n61s b rang 1 \n" },
};

static void
test_script (gconstpointer data)
{
  const char *const *script = data;

  script_test_check_life (script[1], script[2]);
}

/* -- in C -- */

typedef struct
{
  ReboundApplication *application;
  GString *log;
  guint tasks[3];
  const char *what; /* the handler is to do */
} Program;

/* What was ready when the last task was ended still runs. */
static gboolean
on_ready (gpointer user_data)
{
  Program *self = user_data;

  g_assert_cmpint (rebound_application_get_state (self->application), ==,
                   REBOUND_APPLICATION_STATE_BACKGROUND);
  g_string_append (self->log, "ready ");
  return G_SOURCE_REMOVE;
}

static void
add_ready (Program *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_static_name (source, "ready");
  g_source_set_callback (source, on_ready, self, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static void
on_expired (ReboundApplication *application, guint task, gpointer user_data)
{
  Program *self = user_data;

  g_string_append_printf (self->log, "expired %u (%" G_GINT64_FORMAT " left) ", task,
                          rebound_application_get_time_remaining_usec (application));
  if (strcmp (self->what, "end and ready") == 0)
    add_ready (self);
  if (g_str_has_prefix (self->what, "end and") || strcmp (self->what, "end") == 0)
    rebound_application_end_task (application, task);
  else if (strcmp (self->what, "end other") == 0)
    rebound_application_end_task (application, self->tasks[task == self->tasks[0] ? 1 : 0]);
  else if (strcmp (self->what, "begin") == 0 && self->tasks[2] == 0)
    self->tasks[2] = rebound_application_begin_task (application, "more", on_expired, self);
  else if (strcmp (self->what, "kill") == 0)
    g_assert_true (rebound_application_perform (application, "kill", NULL));
  else if (strcmp (self->what, "work") == 0)
    g_assert_false (rebound_application_work (application, 1)); /* dispatched by the main loop */
}

static void
begin_two (ReboundApplication *application, gpointer user_data)
{
  Program *self = user_data;

  self->tasks[0] = rebound_application_begin_task (application, "a", on_expired, self);
  self->tasks[1] = rebound_application_begin_task (application, "b", on_expired, self);
  g_assert_cmpuint (self->tasks[0], !=, 0);
  g_assert_cmpuint (self->tasks[1], !=, self->tasks[0]);
}

static void
test_handler (gconstpointer data)
{
  const char *const *row = data;
  g_autoptr (ScriptTest) test = script_test_new ("launch\nprint ---\nhome\nafter 1min\n");
  Program program = { rebound_run_get_application (test->run), g_string_new (NULL), { 0 }, row[1] };

  g_signal_connect (program.application, "did-enter-background", G_CALLBACK (begin_two), &program);
  script_test_play_and_check_life (test, row[3]);
  g_assert_cmpstr (program.log->str, ==, row[2]);
  g_string_free (program.log, TRUE);
}

#define HOME                                                                                       \
  "0s app will-resign-active\n0s app did-enter-background\n0s app task-begun a\n"                  \
  "0s app task-begun b\n0s device kept-running app a, b 30s\n"

static const char *const handlers[][4] = {
  { "end", "end", "expired 1 (1000000 left) expired 2 (1000000 left) ",
    HOME "29s app task-expiring a\n29s app task-ended a\n29s app task-expiring b\n"
         "29s app task-ended b\n29s app suspended\n" },
  { "end-behind-what-is-ready", "end and ready",
    "expired 1 (1000000 left) expired 2 (1000000 left) ready ready ",
    HOME "29s app task-expiring a\n29s app task-ended a\n29s app task-expiring b\n"
         "29s app task-ended b\n29s app suspended\n" },
  { "end-other", "end other", "expired 1 (1000000 left) ",
    HOME "29s app task-expiring a\n29s app task-ended b\n"
         "30s app died watchdog 0x8badf00d" EXPLANATION "a\n" },
  { "begin", "begin", "expired 1 (1000000 left) expired 2 (1000000 left) expired 3 (1000000 left) ",
    HOME "29s app task-expiring a\n29s app task-begun more\n29s app task-expiring b\n"
         "29s app task-expiring more\n30s app died watchdog 0x8badf00d" EXPLANATION
         "a, b, more\n" },
  { "kill", "kill", "expired 1 (1000000 left) ",
    HOME "29s app task-expiring a\n29s app died kill\n" },
  { "work", "work", "expired 1 (1000000 left) expired 2 (1000000 left) ",
    HOME "29s app task-expiring a\n29s app task-expiring b\n"
         "30s app died watchdog 0x8badf00d" EXPLANATION "a, b\n" },
};

static void
test_remaining (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nhome\n");
  ReboundApplication *app = rebound_run_get_application (test->run);

  g_test_summary ("The remaining time counts down in the background, and begin says 0 where not");

  g_assert_cmpint (rebound_application_get_time_remaining_usec (app), ==, G_MAXINT64);
  g_assert_cmpuint (rebound_application_begin_task (app, "early", NULL, NULL), ==, 0);
  g_assert_true (rebound_application_perform (app, "launch", NULL));
  g_assert_cmpint (rebound_application_get_time_remaining_usec (app), ==, G_MAXINT64);
  g_assert_true (rebound_application_perform (app, "resign-active", NULL));
  g_assert_true (rebound_application_perform (app, "enter-background", NULL));
  g_assert_cmpint (rebound_application_get_time_remaining_usec (app), ==, 30 * G_USEC_PER_SEC);
  g_assert_true (rebound_application_perform (app, "suspend", NULL));
  g_assert_cmpuint (rebound_application_begin_task (app, "late", NULL, NULL), ==, 0);
  rebound_application_end_task (app, 0);
  rebound_application_end_task (app, 77);
}

static void
begin_another (ReboundApplication *application, const char *name, gpointer user_data)
{
  Program *self = user_data;

  if (strcmp (name, "outer") == 0)
    self->tasks[1] = rebound_application_begin_task (application, "inner", NULL, NULL);
}

static void
test_begun_within (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\n");
  Program program = { rebound_run_get_application (test->run), NULL, { 0 }, NULL };
  g_autofree char *held = NULL;

  g_test_summary ("A task's number is its own, even if whoever hears of it begins another");

  g_signal_connect (program.application, "task-begun", G_CALLBACK (begin_another), &program);
  g_assert_true (rebound_application_perform (program.application, "launch", NULL));
  program.tasks[0] = rebound_application_begin_task (program.application, "outer", NULL, NULL);
  rebound_application_end_task (program.application, program.tasks[0]);
  held = rebound_application_dup_tasks (program.application);
  g_assert_cmpstr (held, ==, "inner");
  rebound_application_end_task (program.application, program.tasks[1]);
  rebound_application_end_task (program.application, program.tasks[1]);
  g_assert_null (rebound_application_dup_tasks (program.application));
}

static void
begin_one (ReboundApplication *application, gpointer user_data)
{
  Program *self = user_data;

  self->tasks[0] = rebound_application_begin_task (application, "work", on_expired, self);
}

/* “wake” and “launch background=yes” are suspended as part of the word: only a handler can begin a
 * task there. */
static void
test_woken (gconstpointer data)
{
  const char *const *row = data;
  g_autoptr (ScriptTest) test = script_test_new (row[1]);
  Program program = { rebound_run_get_application (test->run), g_string_new (NULL), { 0 }, "end" };

  g_signal_connect (program.application, "did-enter-background", G_CALLBACK (begin_one), &program);
  script_test_play_and_check_life (test, row[2]);
  g_string_free (program.log, TRUE);
}

#define STAY(at, told)                                                                             \
  at " app did-enter-background\n" at " app task-begun work\n" at                                  \
     " device kept-running app work 30s\n" told " app task-expiring work\n" told                   \
     " app task-ended work\n" told " app suspended\n"

static const char *const woken[][3] = {
  { "wake", "launch\nhome\nafter 10min\nprint ---\nwake\nafter 31s\n",
    "10min app resumed\n" STAY ("10min", "629s") },
  { "launch-in-the-background", "print ---\nlaunch background=yes\nafter 31s\n",
    "0s app will-finish-launching\n0s app did-finish-launching\n" STAY ("0s", "29s") },
};

#define ADD(table, function)                                                                       \
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)                                                 \
    {                                                                                              \
      g_autofree char *path = g_strconcat ("/background-tasks/", table[i][0], NULL);               \
                                                                                                   \
      g_test_add_data_func (path, table[i], function);                                             \
    }

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD (scripts, test_script);
  ADD (handlers, test_handler);
  ADD (woken, test_woken);
  g_test_add_func ("/background-tasks/remaining", test_remaining);
  g_test_add_func ("/background-tasks/begun-within", test_begun_within);
  return g_test_run ();
}
