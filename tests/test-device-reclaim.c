/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a phone takes an application's sockets, and what it does to the network: as what its kernel
 * is asked to do. What a kernel then does to sockets is another's test. */

#include <string.h>

#include "fake-kernel.h"
#include "lifecycle/rebound-lifecycle.h"
#include "script-test.h"

#define LOCK    "set device reclaim=at-lock\n"
#define SUSPEND "set device reclaim=at-suspend\n"
#define TWO     "application mail\n"

/* What the kernel was asked, with the time of it where that matters put down by “print”. */
static const char *const rows[][3] = {
  /* never */
  { "never", "launch\nhome\nlock\nunlock\nopen\nlock\n", "" },

  /* at-suspend */
  { "at-suspend", SUSPEND "launch\nhome\n", "reclaim app defunct dead, " },
  { "at-suspend-by-lock", SUSPEND "launch\nlock\n", "reclaim app defunct dead, " },
  { "at-suspend-by-itself", SUSPEND "launch\nresign-active\nenter-background\nsuspend\n",
    "reclaim app defunct dead, " },
  { "at-suspend-each-time", SUSPEND "launch\nhome\nopen\nhome\n",
    "reclaim app defunct dead, reclaim app defunct dead, " },
  { "at-suspend-not-again-at-the-lock", SUSPEND "launch\nhome\nlock\n",
    "reclaim app defunct dead, " },
  { "at-suspend-after-a-wake", SUSPEND "launch background=yes\nwake\n",
    "reclaim app defunct dead, reclaim app defunct dead, " },
  { "at-suspend-not-while-interrupted", SUSPEND "launch\ninterrupt\nend-interrupt\n", "" },
  { "at-suspend-under-a-debugger", SUSPEND "set device debugger=yes\nlaunch\nhome\n", "" },
  { "at-suspend-with-a-task",
    SUSPEND "launch\napp.begin-task name=a\nhome\nexpect no device.sockets-reclaimed for 5s\n"
            "app.end-task name=a\nexpect device.sockets-reclaimed\n",
    "reclaim app defunct dead, " },
  { "at-suspend-with-a-task-and-back",
    SUSPEND "launch\napp.begin-task name=a\nhome\nopen\n"
            "app.end-task name=a\nafter 1min\n",
    "" },
  { "at-suspend-killed-instead", SUSPEND "launch\napp.begin-task name=a\nhome\nafter 1min\n", "" },
  { "at-suspend-swiped-instead", SUSPEND "launch\napp-switcher\nswipe-kill\n", "" },

  /* at-lock */
  { "at-lock-in-front", LOCK "launch\nlock\n", "reclaim app defunct dead, " },
  { "at-lock-not-at-home", LOCK "launch\nhome\nafter 1min open\nhome\n", "" },
  { "at-lock-suspended-before", LOCK "launch\nhome\nlock\n", "reclaim app defunct dead, " },
  { "at-lock-interrupted", LOCK "launch\ninterrupt\nlock\n", "reclaim app defunct dead, " },
  { "at-lock-not-running", LOCK "launch\nkill\nlock\n", "" },
  { "at-lock-launched-behind-it", LOCK "lock\nlaunch background=yes\n",
    "reclaim app defunct dead, " },
  { "at-lock-woken-behind-it", LOCK "launch\nlock\nwake\n",
    "reclaim app defunct dead, reclaim app defunct dead, " },
  { "at-lock-resigns", LOCK "set device lock-means=resign\nlaunch\nlock\n",
    "reclaim app defunct dead, " },
  { "at-lock-with-a-task",
    LOCK "launch\napp.begin-task name=a\nlock\nexpect device.reclaim-put-off\n"
         "expect no device.sockets-reclaimed for 5s\napp.end-task name=a\n"
         "expect device.sockets-reclaimed\n",
    "reclaim app defunct dead, " },
  { "at-lock-with-a-task-from-home",
    LOCK "launch\napp.begin-task name=a\nhome\nafter 1s lock\nexpect device.reclaim-put-off\n"
         "app.end-task name=a\n",
    "reclaim app defunct dead, " },
  { "at-lock-unlocked-before",
    LOCK "launch\napp.begin-task name=a\nlock\nunlock\napp.end-task name=a\nhome\nafter 1min\n",
    "" },
  { "at-lock-unlocked-before-in-the-background",
    LOCK "launch\napp.begin-task name=a\nhome\nlock\nunlock\napp.end-task name=a\nafter 1min\n",
    "" },
  { "at-lock-locked-again",
    LOCK "launch\napp.begin-task name=a\nhome\nlock\nunlock\nlock\napp.end-task name=a\n",
    "reclaim app defunct dead, " },
  { "at-lock-resigns-with-a-task",
    LOCK "set device lock-means=resign\nlaunch\napp.begin-task name=a\nlock\n"
         "expect no device.sockets-reclaimed for 5s\napp.end-task name=a\n"
         "expect device.sockets-reclaimed\nexpect app.state == inactive\n",
    "reclaim app defunct dead, " },
  { "at-lock-resigns-unlocked-before",
    LOCK "set device lock-means=resign\nlaunch\napp.begin-task name=a\nlock\nunlock\n"
         "app.end-task name=a\nafter 1min\n",
    "" },
  { "at-lock-killed-by-its-watchdog",
    LOCK "launch\napp.work time=11s in=did-enter-background\nlock\n", "" },

  /* reclaim-sockets */
  { "word-while-suspended", "launch\nhome\nreclaim-sockets\n", "reclaim app defunct dead, " },
  { "word-in-the-background", "launch\nresign-active\nenter-background\nreclaim-sockets\n",
    "reclaim app defunct dead, " },
  { "word-twice", "launch\nhome\nreclaim-sockets\nreclaim-sockets\n",
    "reclaim app defunct dead, reclaim app defunct dead, " },
  { "word-with-a-task",
    "launch\napp.begin-task name=a\nhome\nreclaim-sockets\nexpect device.reclaim-put-off\n"
    "expect no device.sockets-reclaimed for 5s\napp.end-task name=a\n",
    "reclaim app defunct dead, " },
  { "word-with-a-task-over-lock-and-unlock",
    "launch\napp.begin-task name=a\nhome\nreclaim-sockets\nlock\nunlock\napp.end-task name=a\n",
    "reclaim app defunct dead, " },
  { "word-with-a-task-over-a-lock-that-takes-too",
    LOCK "launch\napp.begin-task name=a\nhome\nreclaim-sockets\nlock\nunlock\n"
         "app.end-task name=a\n",
    "reclaim app defunct dead, " },
  { "word-with-a-task-and-back",
    "launch\napp.begin-task name=a\nhome\nreclaim-sockets\nopen\napp.end-task name=a\nhome\n", "" },
  { "word-with-a-task-and-dead",
    "launch\napp.begin-task name=a\nhome\nreclaim-sockets\nkill\nlaunch\nhome\n", "" },
  { "word-under-a-debugger", "set device debugger=yes\nlaunch\nhome\nreclaim-sockets\n",
    "reclaim app defunct dead, " },
  { "word-in-front", "launch\nbegin-task name=a\nreclaim-sockets\n",
    "t.life:3:1: “reclaim-sockets” is not possible while the application is active; possible: " },
  { "word-not-running", "launch\nbegin-task name=a\nkill\nreclaim-sockets\n",
    "t.life:4:1: “reclaim-sockets” is not possible while the application is not-running; "
    "possible: " },

  /* how */
  { "fin", "set device profile=ios-5\nlaunch\nlock\n", "reclaim app fin dead, " },
  { "destroy", SUSPEND "set device reclaim-style=destroy\nlaunch\nhome\n",
    "reclaim app destroy dead, " },
  { "silent", SUSPEND "set device reclaimed-listener=silent\nlaunch\nhome\n",
    "reclaim app defunct silent, " },
  { "as-it-is-set-when-they-are-taken",
    SUSPEND "launch\napp.begin-task name=a\nhome\nset device reclaim-style=fin\n"
            "app.end-task name=a\n",
    "reclaim app fin dead, " },

  /* of several */
  { "of-whoever-leaves", TWO SUSPEND "launch\nlaunch mail\nopen app\n",
    "reclaim app defunct dead, reclaim mail defunct dead, " },
  { "of-all-at-the-lock", TWO LOCK "launch\nlaunch mail\nlock\n",
    "reclaim mail defunct dead, reclaim app defunct dead, " },
  { "of-those-who-are-away", TWO "launch\nlaunch mail\nreclaim-sockets\n",
    "reclaim app defunct dead, " },
  { "put-off-for-one",
    TWO LOCK "launch\napp.begin-task name=a\nlaunch mail\nlock\nafter 5s app.end-task name=a\n",
    "reclaim mail defunct dead, reclaim app defunct dead, " },

  /* the phone */
  { "reboot", "launch\nreboot\nlaunch\n", "forget app, " },
  { "reboot-of-all", TWO "launch\nreboot\n", "forget app, forget mail, " },
  { "reboot-takes-nothing", LOCK "launch\nlock\nreboot\n",
    "reclaim app defunct dead, forget app, " },
  { "network", "launch\nnetwork-down\nhome\nlock\nnetwork-up\n", "down, up, " },
  { "network-of-all", TWO "network-down\nnetwork-up\n", "down, up, " },
};

static void
test_row (gconstpointer data)
{
  const char *const *row = data;
  g_autoptr (ScriptTest) test = script_test_new (row[1]);
  g_autoptr (FakeKernel) kernel = fake_kernel_new ();
  gboolean is_refused = g_str_has_prefix (row[2], "t.life");

  kernel->acts = g_string_new (NULL);
  rebound_run_set_kernel (test->run, REBOUND_KERNEL (kernel));
  script_test_play (test);
  if (is_refused)
    {
      g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_FAILED);
      g_assert_true (g_str_has_prefix (test->error->message, row[2]));
    }
  else
    g_assert_no_error (test->error);
  g_assert_cmpstr (kernel->acts->str, ==, is_refused ? "" : row[2]);
  g_string_free (kernel->acts, TRUE);
}

static void
test_order (void)
{
  g_autoptr (ScriptTest) test = script_test_new (
      LOCK
      "launch\napp.begin-task name=upload\nprint ---\nlock\nafter 5s app.end-task name=upload\n");
  g_autoptr (FakeKernel) kernel = fake_kernel_new ();

  g_test_summary ("Sockets are taken when the application is suspended already, and counted");

  kernel->n_sockets = 3;
  rebound_run_set_kernel (test->run, REBOUND_KERNEL (kernel));
  script_test_play_and_check_life (
      test, "0s app will-resign-active\n0s app did-enter-background\n"
            "0s device kept-running app upload 30s\n0s device reclaim-put-off app upload\n"
            "5s app task-ended upload\n5s app suspended\n"
            "5s device sockets-reclaimed app 3 defunct\n");
}

/* What the kernel refuses has not happened: the link is what it was, and the other word is possible
 * that was so before. */
static void
test_link_refused (gconstpointer data)
{
  const char *word = data;
  g_autofree char *script = g_strdup_printf ("launch\n%s\nhome\n", word);
  g_autoptr (ScriptTest) test = script_test_new (script);
  g_autoptr (FakeKernel) kernel = fake_kernel_new ();
  ReboundDevice *device = rebound_run_get_device (test->run);

  g_test_summary (
      "A kernel that cannot take the link down ends the script, and nothing has changed");

  kernel->fails_link = TRUE;
  rebound_run_set_kernel (test->run, REBOUND_KERNEL (kernel));
  script_test_play (test);
  g_assert_error (test->error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_cmpstr (test->error->message, ==, "t.life:2:1: no such link (EPERM)");
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_INTERNAL);
  g_assert_cmpint (rebound_application_get_state (rebound_run_get_application (test->run)), ==,
                   REBOUND_APPLICATION_STATE_ACTIVE);
  g_assert_false (rebound_device_perform (device, "network-up", NULL));
  kernel->fails_link = FALSE;
  g_assert_true (rebound_device_perform (device, "network-down", NULL));
  kernel->fails_link = TRUE;
  g_assert_false (rebound_device_perform (device, "network-up", NULL));
  kernel->fails_link = FALSE;
  g_assert_true (rebound_device_perform (device, "network-up", NULL));
}

static void
test_without_a_kernel (void)
{
  g_test_summary ("Without a kernel there is nothing to take, and the words are possible");

  script_test_check_life (LOCK "launch\nlock\nunlock\nprint ---\nnetwork-down\nnetwork-up\nlock\n",
                          "0s app will-resign-active\n0s app did-enter-background\n"
                          "0s app suspended\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  rebound_lifecycle_init (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/device-reclaim/", rows[i][0], NULL);

      g_test_add_data_func (path, rows[i], test_row);
    }
  g_test_add_func ("/device-reclaim/order", test_order);
  g_test_add_data_func ("/device-reclaim/link-refused", "network-down", test_link_refused);
  g_test_add_func ("/device-reclaim/without-a-kernel", test_without_a_kernel);
  return g_test_run ();
}
