/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handlers that take time, as a script and its log have it: what counts together and what does not,
 * what is only advised, and how the life of an application goes on that was too slow. */

#include "script-test.h"

#define SCENE(what, seconds)                                                                       \
  "scene-" what " watchdog transgression: app exhausted real (wall clock) "                        \
  "time allowance of " seconds " seconds"
#define KILLED " app died watchdog 0x8badf00d "

static const char *const scripts[][3] = {
  /* Both callbacks of the launch have one allowance: the second has what the first left. */
  { "launch-is-one",
    "app.work time=15s in=will-finish-launching\napp.work time=5.1s "
    "in=did-finish-launching\nlaunch\n",
    "0s app will-finish-launching\n15s app busy 15s\n15s app did-finish-launching\n20s app busy "
    "5s\n20s" KILLED SCENE ("create", "20.00") "\n" },
  { "launch-is-one-and-enough",
    "app.work time=15s in=will-finish-launching\napp.work time=5s in=did-finish-launching\n"
    "app.work time=10s in=did-become-active\nlaunch\nexpect app.state == active\n",
    "0s app will-finish-launching\n15s app busy 15s\n15s app did-finish-launching\n20s app busy "
    "5s\n"
    "20s app did-become-active\n30s app busy 10s\n" },
  { "resume-is-one",
    "launch\nhome\nprint ---\napp.work time=6s in=will-enter-foreground\n"
    "app.work time=6s in=did-become-active\nopen\n",
    "0s app resumed\n0s app will-enter-foreground\n6s app busy 6s\n6s app did-become-active\n"
    "10s app busy 4s\n10s" KILLED SCENE ("update", "10.00") " (ProcessVisibility: Foreground)\n" },
  /* The time between two callbacks is nobody's. */
  { "time-between-does-not-count",
    "launch\nhome\nresume\nprint ---\napp.work time=5s in=will-enter-foreground\n"
    "app.work time=5s in=did-become-active\nenter-foreground\nafter 1min become-active\n"
    "expect app.state == active\n",
    "0s app will-enter-foreground\n5s app busy 5s\n65s app did-become-active\n70s app busy 5s\n" },
  /* Nor is what nobody limits; but it does not part what belongs together. */
  { "a-warning-between-does-not-part-them",
    "launch\nhome\nresume\nprint ---\napp.work time=6s in=will-enter-foreground\n"
    "app.work time=1min in=did-receive-memory-warning\napp.work time=6s in=did-become-active\n"
    "enter-foreground\nmemory-warning\nbecome-active\n",
    "0s app will-enter-foreground\n6s app busy 6s\n6s app did-receive-memory-warning\n"
    "1.1min app busy 1min\n1.1min app did-become-active\n70s app busy 4s\n70s" KILLED
        SCENE ("update", "10.00") " (ProcessVisibility: Foreground)\n" },
  { "each-stay-anew",
    "launch\ninterrupt\nprint ---\napp.work time=9s "
    "in=did-become-active\nend-interrupt\ninterrupt\n"
    "app.work time=9s in=did-become-active\nend-interrupt\nexpect app.state == active\n",
    "0s app did-become-active\n9s app busy 9s\n9s app will-resign-active\n9s app "
    "did-become-active\n"
    "18s app busy 9s\n" },

  /* About five seconds are advised: at more than that there is a word of it, no more than that. */
  { "five-seconds-are-advised",
    "launch\ninterrupt\nprint ---\napp.work time=5s in=did-enter-background\naccept-call\n",
    "0s app did-enter-background\n5s app busy 5s\n5s app suspended\n" },
  { "more-is-slow",
    "launch\ninterrupt\nprint ---\napp.work time=5.001s in=did-enter-background\naccept-call\n",
    "0s app did-enter-background\n5.001s app busy 5.001s\n5.001s app slow 5.001s\n5.001s app "
    "suspended\n" },
  { "ten-are-slow-and-no-death",
    "launch\ninterrupt\nprint ---\napp.work time=10s in=did-enter-background\naccept-call\n",
    "0s app did-enter-background\n10s app busy 10s\n10s app slow 10s\n10s app suspended\n" },
  { "who-dies-is-not-slow",
    "launch\ninterrupt\nprint ---\napp.work time=11s in=did-enter-background\naccept-call\n",
    "0s app did-enter-background\n10s app busy 10s\n10s" KILLED
        SCENE ("update", "10.00") " (ProcessVisibility: Background)\n" },

  /* Dead in the first callback of a word: its other callbacks do not come, and the script goes on.
   */
  { "the-rest-of-the-word-is-not-played",
    "launch\nhome\nprint ---\napp.work time=11s in=will-enter-foreground\nopen\n"
    "expect app.state == not-running\nlaunch\nexpect app.state == active\n",
    "0s app resumed\n0s app will-enter-foreground\n10s app busy 10s\n10s" KILLED
        SCENE ("update", "10.00") " (ProcessVisibility: Foreground)\n"
                                  "10s app will-finish-launching\n10s app "
                                  "did-finish-launching\n10s app did-become-active\n" },
  { "work-that-was-ordered-dies-with-the-process",
    "launch\nhome\nprint ---\napp.work time=11s in=will-enter-foreground\n"
    "app.work time=11s in=did-become-active\nopen\nlaunch\nexpect app.state == active\n",
    "0s app resumed\n0s app will-enter-foreground\n10s app busy 10s\n10s" KILLED
        SCENE ("update", "10.00") " (ProcessVisibility: Foreground)\n"
                                  "10s app will-finish-launching\n10s app "
                                  "did-finish-launching\n10s app did-become-active\n" },

  /* The application does not run while it is busy; the world does. */
  { "busy-is-not-running",
    "bell clock\napp-bell alarm\nlaunch\nclock.ring-later delay=1s\nalarm.ring-later "
    "delay=1s\nprint ---\n"
    "app.work time=3s\n",
    "1s clock rang 1 \n3s app busy 3s\n3s alarm rang 1 \n" },
  { "without-a-callback-nobody-cares",
    "launch\nprint ---\napp.work time=1h\nexpect app.state == active\n", "1h app busy 1h\n" },

  { "by-a-property",
    "set device launch-limit=2s resume-limit=3s background-limit=4s terminate-limit=1s\n"
    "app.work time=2s in=did-finish-launching\nlaunch\n"
    "app.work time=4s in=did-enter-background\nhome\napp.work time=3s "
    "in=will-enter-foreground\nopen\n"
    "expect app.exit-code == none\nhome\nresume\nprint ---\napp.work time=1.5s in=will-terminate\n"
    "terminate\n",
    "9s app will-terminate\n10s app busy 1s\n10s" KILLED
    "app failed to terminate gracefully after 1.0s\n" },
  { "debugger",
    "set device debugger=yes\napp.work time=1h in=did-finish-launching\nlaunch\n"
    "app.work time=1h in=did-enter-background\nhome\nexpect app.exit-code == none\n"
    "expect app.state == background\n",
    "0s app will-finish-launching\n0s app did-finish-launching\n1h app busy 1h\n"
    "1h app did-become-active\n1h app will-resign-active\n1h app did-enter-background\n2h app busy "
    "1h\n" },
  { "debugger-taken-away",
    "set device debugger=yes\nlaunch\nset device debugger=no\nprint ---\n"
    "app.work time=1h in=did-enter-background\nhome\nexpect app.exit-code == 0x8badf00d\n",
    "0s app will-resign-active\n0s app did-enter-background\n10s app busy 10s\n10s" KILLED
        SCENE ("update", "10.00") " (ProcessVisibility: Background)\n" },

  /* What would be nothing but a word without effect is none. */
  { "not-in-what-a-timer-tells", "app.work time=1s in=protected-data-will-become-unavailable\n",
    "status 2: t.life:1:21: in: “protected-data-will-become-unavailable” is none; expected "
    "one of will-finish-launching, did-finish-launching, did-become-active, will-resign-active, "
    "did-enter-background, will-enter-foreground, will-terminate, did-receive-memory-warning, "
    "protected-data-did-become-available\n" },
  { "cannot-work-where-it-does-not-run", "print ---\napp.work time=1s\n",
    "status 1: t.life:2:1: an application that does not run cannot work; expected a launch or an "
    "open before, or in=CALLBACK\n" },
  { "killed-by-the-world-meanwhile", /* a task's time is over while a callback may still take long
                                      */
    "set device background-budget=2s\nlaunch\napp.begin-task name=upload\n"
    "app.work time=9s in=did-enter-background\nprint ---\nhome\nafter 1s\n",
    "0s app will-resign-active\n0s app did-enter-background\n2s app busy 2s\n2s" KILLED
    "app has active assertions beyond permitted time: background task upload\n" },
};

static void
test_script (gconstpointer data)
{
  const char *const *script = data;

  script_test_check_life (script[1], script[2]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *path = g_strconcat ("/busy/", scripts[i][0], NULL);

      g_test_add_data_func (path, scripts[i], test_script);
    }
  return g_test_run ();
}
