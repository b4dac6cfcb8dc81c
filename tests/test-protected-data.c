/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Protected data around the lock: who is told that it goes, and when; who is told that it is back,
 * and before what. */

#include "lifecycle/rebound-lifecycle.h"
#include "script-test.h"

#define PDU "app protected-data-will-become-unavailable\n"
#define PDA "app protected-data-did-become-available\n"

/* A phone with a passcode, its application in front. */
#define PASSCODE "set device passcode=yes\nlaunch\n"

/* The same, and it runs on behind the lock. */
#define RUNS_ON PASSCODE "app.begin-task name=upload\nset device background-budget=10min\n"

static const char *const scripts[][3] = {
  { "ten-seconds-after-the-lock", RUNS_ON "lock\nprint ---\nafter 1min unlock\n",
    "10s " PDU "1min " PDA "1min app will-enter-foreground\n1min app did-become-active\n" },
  { "from-the-lock-on", RUNS_ON "home\nafter 30s lock\nprint ---\nafter 1min unlock\n",
    "40s " PDU "1.5min " PDA },
  { "not-without-a-passcode",
    "launch\napp.begin-task name=upload\nset device background-budget=10min\nlock\nprint ---\n"
    "after 1min unlock\n",
    "1min app will-enter-foreground\n1min app did-become-active\n" },
  { "a-passcode-too-late",
    "launch\napp.begin-task name=upload\nset device background-budget=10min\nlock\n"
    "set device passcode=yes\nprint ---\nafter 1min unlock\n",
    "1min app will-enter-foreground\n1min app did-become-active\n" },
  { "unlocked-before", RUNS_ON "lock\nprint ---\nafter 9.9s unlock\nafter 1min\n",
    "9.9s app will-enter-foreground\n9.9s app did-become-active\n" },
  { "each-lock-anew",
    RUNS_ON "lock\nafter 9s unlock\nlock\nprint ---\nafter 11s unlock\nlock\nafter 11s\n",
    "19s " PDU "20s " PDA "20s app will-enter-foreground\n20s app did-become-active\n"
    "20s app will-resign-active\n20s app did-enter-background\n"
    "20s device kept-running app upload 10min\n30s " PDU },

  /* Whoever is suspended when it goes is told of nothing, and so of nothing when it is back. */
  { "suspended-at-the-lock", PASSCODE "lock\nprint ---\nafter 1min unlock\n",
    "1min app resumed\n1min app will-enter-foreground\n1min app did-become-active\n" },
  { "suspended-a-moment-before",
    RUNS_ON "lock\nprint ---\nafter 9s app.end-task name=upload\nafter 1min unlock\n",
    "9s app task-ended upload\n9s app suspended\n69s app resumed\n"
    "69s app will-enter-foreground\n69s app did-become-active\n" },
  /* Told that it goes, then suspended: told that it is back when it runs again, and first. */
  { "suspended-a-moment-after",
    RUNS_ON "lock\nprint ---\nafter 11s app.end-task name=upload\nafter 1min unlock\n",
    "10s " PDU "11s app task-ended upload\n11s app suspended\n71s app resumed\n71s " PDA
    "71s app will-enter-foreground\n71s app did-become-active\n" },
  /* Not in front: the unlock does not wake it. It is told when something does. */
  { "told-at-the-next-thaw",
    RUNS_ON "home\nlock\nafter 11s app.end-task name=upload\nprint ---\nunlock\nafter 1min open\n",
    "71s app resumed\n71s " PDA "71s app will-enter-foreground\n71s app did-become-active\n" },
  { "not-told-of-what-is-over",
    RUNS_ON "home\nlock\nafter 11s app.end-task name=upload\nprint ---\nunlock\nlock\nafter 11s\n"
            "app.wake\n",
    "22s app resumed\n22s app did-enter-background\n22s app suspended\n" },
  /* Thawed for an event while the phone is locked: it has to know. */
  { "woken-behind-the-lock", PASSCODE "lock\nafter 1min\nprint ---\nwake\nunlock\n",
    "1min app resumed\n1min " PDU "1min app did-enter-background\n1min app suspended\n"
    "1min app resumed\n1min " PDA "1min app will-enter-foreground\n1min app did-become-active\n" },

  /* A process that is born behind the lock finds it so, and is told of the end. */
  { "launched-behind-the-lock",
    "set device passcode=yes\nlock\nafter 1min\nprint ---\nlaunch background=yes\nafter 1min "
    "unlock\n"
    "app.resume\n",
    "1min app will-finish-launching\n1min app did-finish-launching\n1min app did-enter-background\n"
    "1min app suspended\n2min app resumed\n2min " PDA },
  { "launched-before-it-goes",
    "set device passcode=yes\nlock\nlaunch background=yes\nresume\nprint ---\nafter 1min unlock\n",
    "10s " PDU "1min " PDA },
  { "over-a-kill",
    RUNS_ON "lock\nafter 11s kill\nprint ---\nlaunch background=yes\nresume\nunlock\n",
    "11s app will-finish-launching\n11s app did-finish-launching\n11s app did-enter-background\n"
    "11s app suspended\n11s app resumed\n11s " PDA },
  { "killed-and-unlocked", RUNS_ON "lock\nafter 11s kill\nunlock\nprint ---\nlaunch\n",
    "11s app will-finish-launching\n11s app did-finish-launching\n11s app did-become-active\n" },
  { "nobody-is-there", "set device passcode=yes\nlock\nprint ---\nafter 1min unlock\n", "" },

  /* Behind iOS 4's lock it runs on without a task. */
  { "ios-4", "set device profile=ios-4 passcode=yes\nlaunch\nlock\nprint ---\nafter 1min unlock\n",
    "10s " PDU "1min " PDA "1min app did-become-active\n" },
  { "debugger",
    "set device debugger=yes passcode=yes\nlaunch\nlock\nprint ---\nafter 1min unlock\n",
    "10s " PDU "1min " PDA "1min app will-enter-foreground\n1min app did-become-active\n" },

  /* Busy when it goes: told when it has done. */
  { "busy-meanwhile", RUNS_ON "lock\nprint ---\nafter 5s app.work time=10s\n",
    "15s app busy 10s\n15s " PDU },
  { "busy-over-all-of-it",
    RUNS_ON "app.work time=9s in=did-enter-background\nlock\nprint ---\nafter 500ms\nafter 1s\n",
    "10s " PDU },

  /* Down in reverse, up in the order of declaration. */
  { "order-of-actors", "app-bell a\napp-bell b\n" RUNS_ON "lock\nprint ---\nafter 1min unlock\n",
    "10s " PDU "10s b told PDU\n10s a told PDU\n1min " PDA "1min a told PDA\n1min b told PDA\n"
    "1min app will-enter-foreground\n1min a told EF\n1min b told EF\n"
    "1min app did-become-active\n1min a told BA\n1min b told BA\n" },

  { "declared-behind-the-lock",
    "set device passcode=yes\nlock\nafter 1min\napplication mail\nlaunch mail background=yes\n"
    "resume mail\nprint ---\nunlock\n",
    "1min mail protected-data-did-become-available\n" },
  { "of-each-application",
    "application mail\n" RUNS_ON "launch mail\nlock\nprint ---\nafter 1min unlock\n",
    "10s " PDU "1min " PDA "1min mail resumed\n1min mail will-enter-foreground\n"
    "1min mail did-become-active\n" },
};

static void
test_script (gconstpointer data)
{
  const char *const *row = data;

  script_test_check_life (row[1], row[2]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  rebound_lifecycle_init (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *path = g_strconcat ("/protected-data/", scripts[i][0], NULL);

      g_test_add_data_func (path, scripts[i], test_script);
    }
  return g_test_run ();
}
