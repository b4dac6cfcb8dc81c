/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the language means, rule by rule (docs/language.md): small scripts, each with the outcome
 * that the rule gives it. */

#include "script-test.h"

#include <string.h>

#define CHECK_ALL(cases) script_test_check_all (cases, G_N_ELEMENTS (cases))

static void
test_settles (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b\nb.ring-later delay=0s\nexpect b.rung == 1", "0s met\nstatus 0\n" },
    { "bell b\nb.ring-later delay=1us\nexpect b.rung == 0", "0s met\nstatus 0\n" },
    { "bell b every=1s\nset b volume=4\nlaunch\nexpect b.rung == 0\nexpect b.volume == 4",
      "0s met\n0s met\nstatus 0\n" },
  };

  g_test_summary ("Rule 1: after each statement everything that can happen now happens; no more");

  CHECK_ALL (cases);
}

static void
test_expect_reads (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b volume=-2 pitch=1.5 loud=yes tone=high metal=tin+lead weight=2KiB every=90s "
      "inscription=\"a b\"\n"
      "expect b.volume == -2\nexpect b.volume != 2\nexpect b.volume < -1\nexpect b.volume <= -2\n"
      "expect b.volume > -3\nexpect b.volume >= -2\nexpect b.pitch > 1.4\nexpect b.loud == yes\n"
      "expect b.tone == high\nexpect b.metal == lead+tin\nexpect b.weight == 2048B\n"
      "expect b.weight > 1KiB\nexpect b.every == 1.5min\nexpect b.inscription == \"a b\"\n"
      "expect b.inscription ~ \"a*\"\nexpect b.inscription ~ ?b? \nexpect b.tone ~ h*",
      "0s met\n0s met\n0s met\n0s met\n0s met\n0s met\n0s met\n0s met\n0s met\n0s met\n0s met\n"
      "0s met\n0s met\n0s met\n0s met\n0s failed: b.inscription was “a b”\n0s met\n"
      "status 1: 1 of 17 expectations failed\n" },
    { "bell b\nexpect b.volume == 4\nexpect b.volume != 3\nexpect b.volume < 3\n"
      "expect b.volume <= 2\nexpect b.volume > 3\nexpect b.volume >= 4\nexpect b.tone != low\n"
      "expect b.inscription ~ x*",
      "0s failed: b.volume was “3”\n0s failed: b.volume was “3”\n0s failed: b.volume was “3”\n"
      "0s failed: b.volume was “3”\n0s failed: b.volume was “3”\n0s failed: b.volume was “3”\n"
      "0s failed: b.tone was “low”\n0s failed: b.inscription was “”\n"
      "status 1: 8 of 8 expectations failed\n" },
    { "bell b every=90s\nexpect b.every == 1min\nlaunch\nexpect app.state == background\n"
      "expect device.locked == yes",
      "0s failed: b.every was “1.5min”\n0s failed: app.state was “active”\n"
      "0s failed: device.locked was “no”\nstatus 1: 3 of 3 expectations failed\n" },
  };

  g_test_summary ("Rule 1: expect reads the settled state; one that fails does not end the script");

  CHECK_ALL (cases);
}

static void
test_end_of_time (void)
{
  static const ScriptTestCase cases[] = {
    { "after 9007199254740991us\nexpect device.locked == no",
      "9007199254.740991s met\nstatus 0\n" },
    { "after 9007199254740991us\nafter 1us",
      "status 1: t.life:2:1: a run's time ends after 104249 days; expected to be over by then\n" },
    { "app.launch\nafter 9007199254740990us\napp.work time=1s", "status 0\n" },
  };

  g_test_summary ("No event has a time that a reader of JSON would round");

  CHECK_ALL (cases);
}

static void
test_work (void)
{
  static const ScriptTestCase cases[] = {
    /* the application's bell is silent while it is busy, the world's is not; its overdue ring comes
     * in the last turn before it is suspended */
    { "app-bell a every=100ms\nbell w every=100ms\nlaunch\nafter 50ms\n"
      "app.work time=1s in=did-enter-background\nexpect a.rung == 0\nhome\nexpect a.rung == 1\n"
      "expect w.rung == 10\nexpect app.busy\nexpect app.state == suspended",
      "50ms met\n1.05s met\n1.05s met\n1.05s met\n1.05s met\nstatus 0\n" },
    /* the next callback of the kind, and not the one after it */
    { "launch\napp.work time=1s in=will-resign-active\nhome\nopen\nhome\nexpect no app.busy",
      "1s met\nstatus 0\n" },
    /* now; what became due meanwhile comes after */
    { "app-bell a every=100ms\nbell w every=100ms\nlaunch\napp.work time=250ms\n"
      "expect w.rung == 2\nexpect a.rung == 1\nafter 100ms\nexpect a.rung == 2",
      "250ms met\n250ms met\n350ms met\nstatus 0\n" },
    { "app.work time=1s",
      "status 1: t.life:1:1: an application that does not run cannot work; expected a launch or an "
      "open before, or in=CALLBACK\n" },
    { "launch\napp.work",
      "status 2: t.life:2:1: “time” is missing, for how long; expected time=VALUE\n" },
    { "launch\napp.work time=0s",
      "status 2: t.life:2:15: time: “0s” is out of range; expected a duration from 1us to 1d\n" },
    { "launch\napp.work time=1s in=home",
      "status 2: t.life:2:21: in: “home” is none; expected one of will-finish-launching, "
      "did-finish-launching, did-become-active, will-resign-active, did-enter-background, "
      "will-enter-foreground, will-terminate, did-receive-memory-warning, "
      "protected-data-did-become-available\n" },
  };

  g_test_summary ("Rule 6: a handler takes no virtual time, unless app.work makes it take some");

  CHECK_ALL (cases);
}

static void
test_after (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b every=1s\nafter 3.5s\nexpect b.rung == 3", "3.5s met\nstatus 0\n" },
    { "bell b every=1s\nafter 3s expect b.rung == 3", "3s met\nstatus 0\n" },
    { "bell b\nafter 2s b.ring\nexpect b.rang", "2s met\nstatus 0\n" },
    { "bell b\nafter 2s b.ring-later\nafter 999ms\nexpect b.rung == 0\nafter 1ms\n"
      "expect b.rung == 1",
      "2.999s met\n3s met\nstatus 0\n" },
    { "launch\nafter 60d expect app.state == active", "60d met\nstatus 0\n" },
  };

  g_test_summary ("Rule 2: everything due happens at its own time, then the statement is run");

  CHECK_ALL (cases);
}

static void
test_wait (void)
{
  static const ScriptTestCase cases[] = {
    /* What the statement itself caused is never missed. */
    { "bell b\nb.ring\nwait b.rang", "0s met\nstatus 0\n" },
    { "launch\nwait app.did-become-active\nwait app.will-finish-launching",
      "0s met\n0s met\nstatus 0\n" },
    { "bell b every=1s\nafter 5s\nwait b.rang\nwait b.rang count=4\nwait b.rang",
      "5s met\n5s met\n6s met\nstatus 0\n" },
    /* Several waits share the mark, and each uses up what it matched. */
    { "bell b\nb.ring times=3\nwait b.rang\nwait b.rang count=2\nexpect no b.rang",
      "0s met\n0s met\n0s met\nstatus 0\n" },
    { "bell b\nbell c\nb.ring\nwait b.rang\nexpect no c.rang\nwait c.rang within 1s",
      "0s met\n0s met\n0s failed: c.rang did not come\n"
      "status 1: t.life:6:1: nothing can happen any more; expected “wait c.rang within 1s”, but "
      "c.rang did not come\n" },
    /* Another statement that does something begins anew. */
    { "bell b\nb.ring\nset b volume=1\nexpect no b.rang\nb.ring\nbell c\nexpect no b.rang\n"
      "b.ring\nlaunch\nexpect no b.rang\nb.ring\nafter 1us\nexpect no b.rang",
      "0s met\n0s met\n0s met\n1us met\nstatus 0\n" },
    /* What does nothing does not. */
    { "bell b\nb.ring\nprint x\nlet y=1\nexpect b.rung == 1\nrepeat 1\nwait b.rang\nend",
      "0s met\n0s met\nstatus 0\n" },
    /* What comes later. */
    { "bell b every=1s\nwait b.rang\nwait b.rang count=3 within 3s\nwait b.rang within 1s",
      "1s met\n4s met\n5s met\nstatus 0\n" },
    { "bell b\nb.ring-later delay=10s\nwait b.rang within 9s",
      "9s failed: b.rang did not come\n"
      "status 1: t.life:3:1: waited 9s; expected “wait b.rang within 9s”, but b.rang did not "
      "come\n" },
    { "bell b every=1s\nwait b.rang count=5 within 3.5s",
      "3.5s failed: b.rang came 3 times, last at 3s\n"
      "status 1: t.life:2:1: waited 3.5s; expected “wait b.rang count=5 within 3.5s”, but b.rang "
      "came 3 times, last at 3s\n" },
    { "bell b every=1s\nwait b.rang count=2 within 1.5s",
      "1.5s failed: b.rang came 1 time, last at 1s\n"
      "status 1: t.life:2:1: waited 1.5s; expected “wait b.rang count=2 within 1.5s”, but b.rang "
      "came 1 time, last at 1s\n" },
    /* A wait that fails ends the script. */
    { "bell b every=1h\nafter 1s wait b.rang within 0s\nprint never\nexpect b.rung == 9",
      "1s failed: b.rang did not come\n"
      "status 1: t.life:2:10: waited 0s; expected “wait b.rang within 0s”, but b.rang did not "
      "come\n" },
  };

  g_test_summary ("Rule 3: waits look back to the last statement that did something, and use up");

  CHECK_ALL (cases);
}

static void
test_expect_signal (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b\nb.ring\nexpect b.rang", "0s met\nstatus 0\n" },
    { "bell b\nexpect b.rang",
      "0s failed: b.rang did not come\nstatus 1: 1 of 1 expectations failed\n" },
    { "bell b\nb.ring\nexpect no b.rang",
      "0s failed: b.rang came 1 time, last at 0s\nstatus 1: 1 of 1 expectations failed\n" },
    { "bell b every=10s\nexpect no b.rang for 9s\nexpect no b.rang for 1s",
      "9s met\n10s failed: b.rang came 1 time, last at 10s\n"
      "status 1: 1 of 2 expectations failed\n" },
    { "bell b every=10s\nexpect b.rang for 9s\nexpect b.rang for 1s",
      "9s failed: b.rang did not come\n10s met\nstatus 1: 1 of 2 expectations failed\n" },
    /* All of the time passes, whatever comes. */
    { "bell b every=1s\nexpect no b.rang for 5s\nexpect b.rung == 5",
      "5s failed: b.rang came 5 times, last at 5s\n5s met\n"
      "status 1: 1 of 2 expectations failed\n" },
    /* Looking uses nothing up. */
    { "bell b\nb.ring\nexpect b.rang\nexpect b.rang\nwait b.rang",
      "0s met\n0s met\n0s met\nstatus 0\n" },
    /* What the statement itself caused is in the span. */
    { "bell b\nb.ring\nexpect no b.rang for 1h",
      "1h failed: b.rang came 1 time, last at 0s\nstatus 1: 1 of 1 expectations failed\n" },
  };

  g_test_summary ("Rule 3: expect [no] looks at the same span, after letting the time pass");

  CHECK_ALL (cases);
}

static void
test_wait_until (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b every=1s\nwait until b.rung == 3", "3s met\nstatus 0\n" },
    { "bell b\nwait until b.rung == 0", "0s met\nstatus 0\n" },
    { "bell b every=1s\nwait until b.rung >= 3 within 3s", "3s met\nstatus 0\n" },
    { "bell b every=1s\nwait until b.rung == 9 within 3s",
      "3s failed: b.rung is “3”\n"
      "status 1: t.life:2:1: waited 3s; expected “wait until b.rung == 9 within 3s”, but b.rung is "
      "“3”\n" },
    { "bell b\nwait until b.inscription ~ \"*!\"",
      "0s failed: b.inscription is “”\n"
      "status 1: t.life:2:1: nothing can happen any more; expected “wait until b.inscription ~ "
      "\"*!\"”, but b.inscription is “”\n" },
  };

  g_test_summary ("wait until: holds now, later, or not in time");

  CHECK_ALL (cases);
}

static void
test_default_limit (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b\nb.ring-later delay=299999999us\nwait b.rang", "299.999999s met\nstatus 0\n" },
    { "bell b\nb.ring-later delay=300000001us\nwait b.rang",
      "5min failed: b.rang did not come\n"
      "status 1: t.life:3:1: waited 5min; expected “wait b.rang”, but b.rang did not come\n" },
    { "bell b every=1h\nwait until b.rung == 1",
      "5min failed: b.rung is “0”\n"
      "status 1: t.life:2:1: waited 5min; expected “wait until b.rung == 1”, but b.rung is “0”\n" },
    { "bell b every=1h\nwait until b.rung == 1 within 2h", "1h met\nstatus 0\n" },
  };

  g_test_summary ("Rule 4: without within a wait gives up after five virtual minutes");

  CHECK_ALL (cases);
}

static void
test_nothing_left (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b inscription=waits\napp-bell web every=1s\nlaunch\nhome\nwait b.rang within 1h",
      "0s failed: b.rang did not come\n"
      "status 1: t.life:5:1: nothing can happen any more: b waits for a ringer, web is suspended; "
      "expected “wait b.rang within 1h”, but b.rang did not come\n" },
    { "bell b inscription=waits\napp-bell web inscription=waits\nlaunch\nwait b.rang",
      "0s failed: b.rang did not come\n"
      "status 1: t.life:4:1: nothing can happen any more: b waits for a ringer, web waits for a "
      "ringer; expected “wait b.rang”, but b.rang did not come\n" },
    { "bell b inscription=waits\nbell c every=7min\nwait b.rang",
      "5min failed: b.rang did not come\n"
      "status 1: t.life:3:1: waited 5min; expected “wait b.rang”, but b.rang did not come (b waits "
      "for a ringer)\n" },
    /* An application that is not running waits for nothing. */
    { "app-bell web inscription=waits\nbell b\nwait b.rang",
      "0s failed: b.rang did not come\n"
      "status 1: t.life:3:1: nothing can happen any more; expected “wait b.rang”, but b.rang did "
      "not come\n" },
  };

  g_test_summary ("Rule 4: it gives up at once when nothing can happen any more, and says why");

  CHECK_ALL (cases);
}

static void
test_impossible_verb (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("launch\nhome\nhome\nprint never");
  g_autoptr (TestBell) bell = test_bell_new ();
  g_autofree char *outcome = NULL;

  g_test_summary (
      "Rule 7: a verb that is impossible ends the script, where it was not seen before");

  /* With an object of the program's own the check cannot look ahead. */
  g_assert_true (rebound_run_add_object (test->run, "mine", G_OBJECT (bell)));
  script_test_play (test);
  outcome = script_test_dup_outcome (test);
  g_assert_cmpstr (outcome, ==,
                   "status 1: t.life:3:1: “home” is not possible while the application is "
                   "suspended; possible: " SUSPENDED_WORDS "\n");
  g_assert_error (test->error, REBOUND_ERROR, REBOUND_ERROR_STATE);
  g_assert_cmpuint (recording_sink_count (test->sink, "script", "print"), ==, 0);
}

static void
test_impossible_words (void)
{
  static const ScriptTestCase cases[] = {
    { "launch\nlock\napp.launch", "status 1: t.life:3:1: “launch” is not possible while the "
                                  "application is suspended, the phone "
                                  "is locked; possible: " LOCKED_WORDS "\n" },
    { "suspend", "status 1: t.life:1:1: “suspend” is not possible while the application is "
                 "not-running; possible: " NOT_RUNNING_WORDS "\n" },
    { "launch\ndevice.unlock", "status 1: t.life:2:1: “unlock” is not possible while the "
                               "application is active; possible: " ACTIVE_WORDS "\n" },
  };

  g_test_summary ("Rule 7: the words that are possible are the phone's and the application's");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ScriptTest) test = script_test_new (cases[i].script);
      g_autoptr (TestBell) bell = test_bell_new ();
      g_autofree char *outcome = NULL;

      g_assert_true (rebound_run_add_object (test->run, "mine", G_OBJECT (bell)));
      script_test_play (test);
      outcome = script_test_dup_outcome (test);
      g_assert_cmpstr (outcome, ==, cases[i].outcome);
    }
}

static void
test_fill (void)
{
  static const struct
  {
    const char *script;
    const char *log;
  } cases[] = {
    { "home", "0s script statement statement=home line=1\n"
              "0s script filled word=launch\n" },
    { "launch\nlock\nhome", "0s script statement statement=launch line=1\n"
                            "0s script statement statement=lock line=2\n"
                            "0s script statement statement=home line=3\n"
                            "0s script filled word=unlock\n" },
    { "device.open", "0s script statement statement=device.open line=1\n"
                     "0s script filled word=launch\n"
                     "0s script filled word=home\n" },
    { "app.suspend", "0s script statement statement=app.suspend line=1\n"
                     "0s script filled word=launch\n"
                     "0s script filled word=resign-active\n"
                     "0s script filled word=enter-background\n" },
    { "launch", "0s script statement statement=launch line=1\n" },
  };

  g_test_summary ("Rule 7: --fill plays the missing steps and marks them");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ScriptTest) test = script_test_new (cases[i].script);
      g_autofree char *log = NULL;

      rebound_run_set_fill (test->run, TRUE);
      script_test_play (test);
      g_assert_no_error (test->error);
      log = recording_sink_dup_log (test->sink, REBOUND_EVENT_GROUP_SCRIPT);
      g_assert_cmpstr (log, ==, cases[i].log);
    }
}

static void
test_fill_waits (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("home\nwait app.did-become-active");

  g_test_summary ("Rule 3: a wait sees what the missing steps of its statement caused");

  rebound_run_set_fill (test->run, TRUE);
  script_test_play (test);
  g_assert_no_error (test->error);
}

static void
test_actions (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b\nb.crack why=\"a fall\"\nprint never",
      "status 1: t.life:2:1: the bell is cracked: a fall\n" },
    { "bell b\nafter 1s b.crack", "status 1: t.life:2:10: the bell is cracked: age\n" },
    { "app-bell b\nb.ring",
      "status 1: t.life:2:1: “b” has not come to life yet; expected a launch before\n" },
    { "app-bell b\nlaunch\nkill\nb.ring-later",
      "status 1: t.life:4:1: there is no bell any more\n" },
    { "bell b\nb.ring times=20000\nexpect b.rung == 20000", "0s met\nstatus 0\n" },
  };

  g_test_summary ("An action's error ends the script; its arguments have defaults");

  CHECK_ALL (cases);
}

static void
test_variables (void)
{
  static const ScriptTestCase cases[] = {
    { "let n=2\nbell b$n volume=$n\nexpect b2.volume == ${n}\nlet n=5\nset b2 volume=$n\n"
      "expect b2.volume == 5",
      "0s met\n0s met\nstatus 0\n" },
    { "repeat 3 as i\nbell b$i volume=$i\nend\nexpect b1.volume == 1\nexpect b3.volume == 3",
      "0s met\n0s met\nstatus 0\n" },
    { "bell b\nrepeat 2 as i\nrepeat 3 as j\nb.ring times=$i$j\nend\nend\nexpect b.rung == 102",
      "0s met\nstatus 0\n" },
    { "bell b\nlet i=9\nrepeat 2 as i\nb.ring\nend\nset b volume=$i\nexpect b.volume == 9",
      "0s met\nstatus 0\n" },
    { "bell b\nrepeat 3\nlet last=x\nb.ring\nend\nset b inscription=$last\n"
      "expect b.inscription == x",
      "0s met\nstatus 0\n" },
  };

  g_test_summary ("let and repeat as: a flat scope, and a repeat's name is given back");

  CHECK_ALL (cases);
}

static void
test_set_variable (void)
{
  g_autoptr (ScriptTest) test = script_test_new (
      "let v=1\nbell b volume=$v\nlet v=2\nset b volume=$v\nexpect b.volume == 7");

  g_test_summary ("--set: no let changes what was set from outside");

  g_assert_true (rebound_run_set_variable (test->run, "v", "7", NULL));
  script_test_play (test);
  g_assert_no_error (test->error);
}

static void
test_print (void)
{
  g_autoptr (ScriptTest) test
      = script_test_run ("let n=x\nbell b volume=2 every=1.5s\n"
                         "print \"$n {b.volume} {b.every}, {{b.volume}} [{b.rung}] {app.state}\"\n"
                         "launch\nafter 2s print \"{app.state} {b.rung}\"");
  g_autofree char *text = recording_sink_dup_text (test->sink, REBOUND_EVENT_GROUP_SCRIPT);

  g_test_summary ("print fills in what the properties read when it is run");

  g_assert_no_error (test->error);
  g_assert_nonnull (strstr (text, "0s script: x 2 1.5s, {b.volume} [0] not-running\n"));
  g_assert_nonnull (strstr (text, "2s script: active 1\n"));
}

static void
test_names_persist (void)
{
  static const ScriptTestCase cases[] = {
    /* Before the launch, as declared; dead, as it last was; anew, from declaration and settings. */
    { "app-bell web volume=5\nexpect web.volume == 5\nexpect web.serial == 7\nset web volume=6\n"
      "expect web.volume == 6\nlaunch\nexpect web.volume == 6\nweb.ring times=3\nkill\n"
      "expect web.rung == 3\nset web volume=8\nexpect web.volume == 6\nlaunch\n"
      "expect web.volume == 8\nexpect web.rung == 0",
      "0s met\n0s met\n0s met\n0s met\n0s met\n0s met\n0s met\n0s met\nstatus 0\n" },
    /* A declaration in a running application lives at once. */
    { "launch\napp-bell web\nweb.ring\nexpect web.rung == 1\nwait web.rang",
      "0s met\n0s met\nstatus 0\n" },
    /* The world's does not care. */
    { "bell b every=1s\nlaunch\nhome\nafter 5s kill\nexpect b.rung == 5", "5s met\nstatus 0\n" },
    /* Where an actor lives can be said. */
    { "peer app-bell web every=1s\nlaunch\nhome\nafter 2s\nexpect web.rung == 2",
      "2s met\nstatus 0\n" },
    { "in app bell b every=1s\nexpect b.rung == 0\nlaunch\nhome\nafter 2s\nexpect b.rung == 0\n"
      "open\nexpect b.rung == 1",
      "0s met\n2s met\n2s met\nstatus 0\n" },
  };

  g_test_summary ("Names persist, and each launch makes the application's actors anew");

  CHECK_ALL (cases);
}

static void
test_order_of_actors (void)
{
  g_autoptr (ScriptTest) test
      = script_test_run ("app-bell a\nbell b\napp-bell c\nlaunch\nhome\nopen\nkill");
  g_autofree char *log
      = recording_sink_dup_log (test->sink, REBOUND_EVENT_GROUP_ACTORS | REBOUND_EVENT_GROUP_LIFE);

  g_test_summary ("Told in the order of declaration on the way up, in reverse on the way down");

  g_assert_no_error (test->error);
  g_assert_cmpstr (log, ==,
                   "0s b lived\n"
                   "0s a lived\n0s c lived\n"
                   "0s app will-finish-launching\n0s a told callback=WF\n0s c told callback=WF\n"
                   "0s app did-finish-launching\n0s a told callback=DF\n0s c told callback=DF\n"
                   "0s app did-become-active\n0s a told callback=BA\n0s c told callback=BA\n"
                   "0s app will-resign-active\n0s c told callback=RA\n0s a told callback=RA\n"
                   "0s app did-enter-background\n0s c told callback=EB\n0s a told callback=EB\n"
                   "0s app suspended\n0s app resumed\n"
                   "0s app will-enter-foreground\n0s a told callback=EF\n0s c told callback=EF\n"
                   "0s app did-become-active\n0s a told callback=BA\n0s c told callback=BA\n"
                   "0s c abandoned\n0s a abandoned\n0s app died reason=kill\n");
}

static void
test_log (void)
{
  g_autoptr (ScriptTest) test
      = script_test_run ("# A title\n\nbell b\nrepeat 2 as i\n  after 1s b.ring times=$i\nend\n"
                         "expect b.rung == 4\nwait b.rang");
  g_autofree char *text = recording_sink_dup_text (test->sink, RECORDING_ALL_GROUPS);
  GPtrArray *events = recording_sink_get_events (test->sink);

  g_test_summary ("The log shows the statements as they read after replacement, and their lines");

  g_assert_cmpstr (text, ==,
                   "0s script: > bell b\n0s b: came to life\n"
                   "0s script: > after 1s b.ring times=1\n1s script: > b.ring times=1\n"
                   "1s b: rang, for the 1. time\n"
                   "1s script: > after 1s b.ring times=2\n2s script: > b.ring times=2\n"
                   "2s b: rang, for the 2. time\n2s b: rang, for the 3. time\n"
                   "2s script: NOT AS EXPECTED (line 7): expect b.rung == 4; b.rung was “3”\n"
                   "2s script: as expected: wait b.rang\n");
  g_assert_cmpstr (rebound_event_get_source (events->pdata[1]), ==, "t.life:3");
  g_assert_cmpstr (rebound_event_get_source (events->pdata[4]), ==, "t.life:5");
  g_assert_cmpstr (rebound_event_get_source (events->pdata[9]), ==, "t.life:7");
}

static void
test_turn_before_suspension (void)
{
  static const ScriptTestCase cases[] = {
    { "app-bell web\nlaunch\nweb.ring-later delay=0s\nhome\nexpect web.rung == 1",
      "0s met\nstatus 0\n" },
    { "app-bell web every=1s\nlaunch\nafter 1500ms home\nafter 10s\nexpect web.rung == 1\nopen\n"
      "expect web.rung == 2\nafter 1s\nexpect web.rung == 3",
      "11.5s met\n11.5s met\n12.5s met\nstatus 0\n" },
  };

  g_test_summary ("Suspended nothing fires; what was due fires once it is resumed");

  CHECK_ALL (cases);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/player/settles", test_settles);
  g_test_add_func ("/player/expect", test_expect_reads);
  g_test_add_func ("/player/after", test_after);
  g_test_add_func ("/player/end-of-time", test_end_of_time);
  g_test_add_func ("/player/work", test_work);
  g_test_add_func ("/player/wait", test_wait);
  g_test_add_func ("/player/expect-signal", test_expect_signal);
  g_test_add_func ("/player/wait-until", test_wait_until);
  g_test_add_func ("/player/default-limit", test_default_limit);
  g_test_add_func ("/player/nothing-left", test_nothing_left);
  g_test_add_func ("/player/impossible-verb", test_impossible_verb);
  g_test_add_func ("/player/impossible-words", test_impossible_words);
  g_test_add_func ("/player/fill", test_fill);
  g_test_add_func ("/player/fill-waits", test_fill_waits);
  g_test_add_func ("/player/actions", test_actions);
  g_test_add_func ("/player/variables", test_variables);
  g_test_add_func ("/player/set-variable", test_set_variable);
  g_test_add_func ("/player/print", test_print);
  g_test_add_func ("/player/names-persist", test_names_persist);
  g_test_add_func ("/player/order-of-actors", test_order_of_actors);
  g_test_add_func ("/player/log", test_log);
  g_test_add_func ("/player/suspension", test_turn_before_suspension);
  return g_test_run ();
}
