/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is judged from a statement on (docs/language.md): `always` and `eventually`, each with the
 * outcome that the rule gives it. */

#include "script-test.h"

#include <string.h>

#define CHECK_ALL(cases) script_test_check_all (cases, G_N_ELEMENTS (cases))

static void
test_always (void)
{
  static const ScriptTestCase cases[] = {
    /* Never broken, it is met when the script ends. */
    { "bell b every=1s\nalways b.rung <= 3\nafter 3s", "3s met\nstatus 0\n" },
    { "bell b every=1s\nafter 2s always b.rung >= 2\nafter 1s", "3s met\nstatus 0\n" },
    { "always device.locked == no", "0s met\nstatus 0\n" },
    /* At the time when it is broken, whatever is being played; once, however often it is. */
    { "bell b every=1s\nalways b.rung < 3\nafter 10s\nexpect b.rung == 10",
      "3s failed: b.rung was “3”\n10s met\nstatus 1: 1 of 2 expectations failed\n" },
    { "bell b every=1s\nalways b.rung != 2\nwait b.rang count=5",
      "2s failed: b.rung was “2”\n5s met\nstatus 1: 1 of 2 expectations failed\n" },
    /* Right after the statement itself. */
    { "bell b\nb.ring\nalways b.rung == 0\nexpect b.rung == 1",
      "0s failed: b.rung was “1”\n0s met\nstatus 1: 1 of 2 expectations failed\n" },
    /* After each statement at one instant, by what a statement does itself too. */
    { "bell b\nalways b.volume == 3\nset b volume=4\nset b volume=3",
      "0s failed: b.volume was “4”\nstatus 1: 1 of 1 expectations failed\n" },
    { "bell b\nalways b.rung == 0\nb.ring\nexpect b.rung == 1",
      "0s failed: b.rung was “1”\n0s met\nstatus 1: 1 of 2 expectations failed\n" },
    /* Not in the middle of an instant. */
    { "bell b\nalways b.rung != 1\nb.ring times=2", "0s met\nstatus 0\n" },
    /* Several, in the order in which they were played. */
    { "bell b\nalways b.rung < 2\nalways b.volume == 3\nalways b.rung < 1\nb.ring\nb.ring",
      "0s failed: b.rung was “1”\n0s failed: b.rung was “2”\n0s met\n"
      "status 1: 2 of 3 expectations failed\n" },
    { "bell b inscription=none\nalways b.inscription ~ n*\nset b inscription=some",
      "0s failed: b.inscription was “some”\nstatus 1: 1 of 1 expectations failed\n" },
  };

  g_test_summary ("always is judged whenever an instant has settled, and told once");

  CHECK_ALL (cases);
}

static void
test_while (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b every=1s\nlaunch\nalways b.rung < 3 while app.state == active\n"
      "after 2s home\nafter 2s\nexpect b.rung == 4",
      "4s met\n4s met\nstatus 0\n" },
    { "bell b every=1s\nlaunch\nalways b.rung < 3 while app.state == active\n"
      "after 2s home\nafter 2s open",
      "4s failed: b.rung was “4” while app.state was “active”\n"
      "status 1: 1 of 1 expectations failed\n" },
  };

  g_test_summary ("With while it is judged only where the second expression holds");

  CHECK_ALL (cases);
}

static void
test_conditions (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b every=1s\nlaunch\n"
      "always b.rung < 3 while app.state == active and device.locked == no\nafter 2s lock\n"
      "after 2s\nexpect b.rung == 4",
      "4s met\n4s met\nstatus 0\n" },
    { "bell b every=1s\nlaunch\n"
      "always b.rung < 3 while app.state == active and device.locked == no\nafter 3s",
      "3s failed: b.rung was “3” while app.state was “active” and device.locked was “no”\n"
      "status 1: 1 of 1 expectations failed\n" },
  };

  g_test_summary ("Several conditions: it is judged only where all of them hold");

  CHECK_ALL (cases);
}

static void
test_within (void)
{
  static const ScriptTestCase cases[] = {
    /* It may be broken for so long, as often as it likes. */
    { "bell b\nalways b.volume == 3 within 2s\nrepeat 3\nset b volume=1\nafter 1999ms set b "
      "volume=3\n"
      "after 1s\nend",
      "8.997s met\nstatus 0\n" },
    /* And no longer: at that time, though nothing else is due. */
    { "bell b\nalways b.volume == 3 within 2s\nset b volume=1\nafter 1s set b volume=2\nafter 9s "
      "set b volume=3",
      "2s failed: b.volume was “2”\nstatus 1: 1 of 1 expectations failed\n" },
    /* Where the condition does not hold, nothing is owed. */
    { "bell b\nlaunch\nalways b.volume == 1 within 2s while app.state == active\nafter 1s home\n"
      "after 9s open\nafter 1s home",
      "11s met\nstatus 0\n" },
    { "bell b\nlaunch\nalways b.volume == 1 within 2s while app.state == active\nafter 1s home\n"
      "after 9s open\nafter 5s",
      "12s failed: b.volume was “3” while app.state was “active”\n"
      "status 1: 1 of 1 expectations failed\n" },
    /* The script's end waits for what is owed then. */
    { "bell b every=1s\nalways b.rung >= 3 within 5s\nexpect b.rung == 0",
      "0s met\n3s met\nstatus 0\n" },
    { "bell b every=1h\nalways b.rung >= 3 within 5s",
      "5s failed: b.rung was “0”\nstatus 1: 1 of 1 expectations failed\n" },
    { "bell b\nalways b.rung >= 3 within 5s\nalways b.volume == 3 within 5s",
      "0s failed: b.rung was “0”, and nothing can happen any more\n0s met\n"
      "status 1: 1 of 2 expectations failed\n" },
    { "bell b\nalways b.rung == 1 within 0s",
      "0s failed: b.rung was “0”\nstatus 1: 1 of 1 expectations failed\n" },
  };

  g_test_summary ("With within it may be broken for so long, and no longer");

  CHECK_ALL (cases);
}

static void
test_time (void)
{
  static const ScriptTestCase cases[] = {
    /* A wait gives up at once all the same, and time goes where it would go without. */
    { "bell b\nalways b.rung == 0\nwait b.rang within 1h",
      "0s failed: b.rang did not come\n"
      "status 1: t.life:3:1: nothing can happen any more; expected “wait b.rang within 1h”, but "
      "b.rang did not come\n" },
    { "launch\nalways app.state == active\nafter 60d expect app.state == active",
      "60d met\n60d met\nstatus 0\n" },
    /* While a callback takes its time the world goes on. */
    { "bell w every=1s\nlaunch\nalways w.rung < 2\napp.work time=3s in=did-enter-background\nhome",
      "2s failed: w.rung was “2”\nstatus 1: 1 of 1 expectations failed\n" },
    /* What reads otherwise only because time has passed. */
    { "launch\napp.begin-task name=a\nhome\nalways app.background-time-remaining > 20s\nafter 15s",
      "15s failed: app.background-time-remaining was “15s”\n"
      "status 1: 1 of 1 expectations failed\n" },
  };

  g_test_summary ("always keeps no run from ending, and is judged at every time that there is");

  CHECK_ALL (cases);
}

/* The log without what the script says. */
static char *
play_and_dup_log (const char *script)
{
  g_autoptr (ScriptTest) test = script_test_run (script);

  g_assert_no_error (test->error);
  return recording_sink_dup_log (test->sink, REBOUND_EVENT_GROUP_ACTORS | REBOUND_EVENT_GROUP_LIFE);
}

static void
test_changes_nothing (void)
{
  const char *story = "app-bell a every=300ms\nbell b every=1s\nlaunch\nafter 2s home\nafter 5s "
                      "open\nwait a.rang\nb.ring\nwait b.rang";
  g_autofree char *watched
      = g_strconcat ("bell c\nalways c.rung == 0\nalways c.volume == 3 while c.rung == 0\n"
                     "eventually app.state == suspended within 2.1s\n",
                     story, NULL);
  g_autofree char *alone = g_strconcat ("bell c\n", story, NULL);
  g_autofree char *first = play_and_dup_log (alone);
  g_autofree char *second = play_and_dup_log (watched);

  g_test_summary ("What is watched goes as it would go unwatched");

  g_assert_cmpstr (second, ==, first);
}

static void
test_marks_nothing (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b\nb.ring\nalways b.rung == 1\neventually b.rung == 1 within 1s\nwait b.rang",
      "0s met\n0s met\n0s met\nstatus 0\n" },
  };

  g_test_summary ("A wait looks back over both of them");

  CHECK_ALL (cases);
}

static void
test_eventually (void)
{
  static const ScriptTestCase cases[] = {
    { "bell b every=1s\neventually b.rung == 3 within 5s\nafter 10s", "3s met\nstatus 0\n" },
    /* In the last instant is in time, and now is too. */
    { "bell b every=1s\neventually b.rung == 3 within 3s\nafter 10s", "3s met\nstatus 0\n" },
    { "bell b\neventually b.rung == 0 within 0s", "0s met\nstatus 0\n" },
    { "bell b\neventually b.rung == 1 within 0s",
      "0s failed: b.rung was “0”\nstatus 1: 1 of 1 expectations failed\n" },
    /* At its deadline, though nothing else is due, with what was seen then. */
    { "bell b every=1s\neventually b.rung == 9 within 2.5s\nafter 10s",
      "2.5s failed: b.rung was “2”\nstatus 1: 1 of 1 expectations failed\n" },
    { "bell b\neventually b.rung == 1 within 2s\nafter 10s expect b.rung == 0",
      "2s failed: b.rung was “0”\n10s met\nstatus 1: 1 of 2 expectations failed\n" },
    /* It was so, if only for an instant. */
    { "bell b every=1s\neventually b.rung == 3 within 9s\nafter 10s expect b.rung == 10",
      "3s met\n10s met\nstatus 0\n" },
    /* Several at once. */
    { "bell b every=1s\neventually b.rung == 4 within 5s\neventually b.rung == 2 within 3s\n"
      "eventually b.rung == 9 within 3s\nafter 10s",
      "2s met\n3s failed: b.rung was “3”\n4s met\nstatus 1: 1 of 3 expectations failed\n" },
    { "bell b every=1s\nwait b.rang\neventually b.rung == 3 within 2s\nwait b.rang count=5",
      "1s met\n3s met\n6s met\nstatus 0\n" },
  };

  g_test_summary ("eventually is met when it comes to be so, and failed at its deadline");

  CHECK_ALL (cases);
}

static void
test_end (void)
{
  static const ScriptTestCase cases[] = {
    /* The script's end waits for the promises that are open. */
    { "bell b every=1s\neventually b.rung == 3 within 1h", "3s met\nstatus 0\n" },
    { "bell b every=1s\nalways b.rung < 2\neventually b.rung == 3 within 1h\nexpect b.rung == 0",
      "0s met\n2s failed: b.rung was “2”\n3s met\nstatus 1: 1 of 3 expectations failed\n" },
    { "bell b every=1h\neventually b.rung == 1 within 1min\neventually b.rung == 2 within 2min",
      "1min failed: b.rung was “0”\n2min failed: b.rung was “0”\n"
      "status 1: 2 of 2 expectations failed\n" },
    /* Not for what cannot come any more. */
    { "bell b inscription=waits\neventually b.rung == 1 within 1h\nalways b.rung == 0\n"
      "eventually b.rung == 2 within 2h",
      "0s failed: b.rung was “0”, and nothing can happen any more: b waits for a ringer\n"
      "0s failed: b.rung was “0”, and nothing can happen any more: b waits for a ringer\n"
      "0s met\nstatus 1: 2 of 3 expectations failed\n" },
    /* A script that breaks off has not come to what is still open. */
    { "bell b every=1s\neventually b.rung == 9 within 1h\nalways b.rung < 9\n"
      "wait b.plain within 2s\nexpect b.rung == 0",
      "2s failed: b.plain did not come\n"
      "status 1: t.life:4:1: waited 2s; expected “wait b.plain within 2s”, but b.plain did not "
      "come\n" },
    { "after 9007199254740990us eventually device.locked == yes within 1d",
      "9007199254.74099s failed: device.locked was “no”, and nothing can happen any more\n"
      "status 1: 1 of 1 expectations failed\n" },
  };

  g_test_summary ("The script's end waits for promises, but not where nothing can happen any more");

  CHECK_ALL (cases);
}

static void
test_repeat (void)
{
  static const ScriptTestCase cases[] = {
    /* Each playing is a promise of its own. */
    { "bell b every=1s\nrepeat 3\nafter 1s eventually b.rung == 2 within 0s\nend",
      "1s failed: b.rung was “1”\n2s met\n3s failed: b.rung was “3”\n"
      "status 1: 2 of 3 expectations failed\n" },
    /* One watch a statement, and another one once it was broken. */
    { "bell b\nrepeat 3\nalways b.rung == 0\nend", "0s met\nstatus 0\n" },
    { "bell b every=1s\nrepeat 3\nalways b.rung < 1\nafter 1s\nend",
      "1s failed: b.rung was “1”\n1s failed: b.rung was “1”\n2s failed: b.rung was “2”\n"
      "status 1: 3 of 3 expectations failed\n" },
    /* A variable makes several of it. */
    { "bell b1\nbell b2 every=1s\nrepeat 2 as i\nalways b$i.rung == 0\nend\nafter 1s",
      "1s failed: b2.rung was “1”\n1s met\nstatus 1: 1 of 2 expectations failed\n" },
  };

  g_test_summary ("In a repeat a statement counts each time that it is played");

  CHECK_ALL (cases);
}

static void
test_dead (void)
{
  static const ScriptTestCase cases[] = {
    { "app-bell a\nalways a.rung < 2\neventually a.rung == 1 within 1h\nlaunch\na.ring\nkill\n"
      "launch\na.ring\na.ring",
      "0s met\n0s failed: a.rung was “2”\nstatus 1: 1 of 2 expectations failed\n" },
    { "app-bell a\nlaunch\na.ring\nkill\nalways a.rung == 1\nafter 1s\nexpect a.rung == 1",
      "1s met\n1s met\nstatus 0\n" },
  };

  g_test_summary ("An actor that is not alive reads as it last did, as for an expect");

  CHECK_ALL (cases);
}

static void
test_log (void)
{
  g_autoptr (ScriptTest) test
      = script_test_run ("bell b every=1s\nalways b.rung < 2\nalways b.volume == 3\n"
                         "eventually b.rung == 1 within 9s\nwait b.rang count=2");
  g_autofree char *text = recording_sink_dup_text (test->sink, REBOUND_EVENT_GROUP_SCRIPT
                                                                   | REBOUND_EVENT_GROUP_CHECKS);
  g_autofree char *sources = NULL;
  GString *found = g_string_new (NULL);
  GPtrArray *events = recording_sink_get_events (test->sink);

  g_test_summary ("The log tells of them when they begin, and each check is its own statement's");

  for (guint i = 0; i < events->len; i++)
    if (rebound_event_get_group (events->pdata[i]) == REBOUND_EVENT_GROUP_CHECKS)
      g_string_append_printf (found, "%s ", rebound_event_get_source (events->pdata[i]));
  sources = g_string_free (found, FALSE);
  g_assert_cmpstr (text, ==,
                   "0s script: > bell b every=1s\n"
                   "0s script: > always b.rung < 2\n"
                   "0s script: > always b.volume == 3\n"
                   "0s script: > eventually b.rung == 1 within 9s\n"
                   "1s script: as expected: eventually b.rung == 1 within 9s\n"
                   "2s script: NOT AS EXPECTED (line 2): always b.rung < 2; b.rung was “2”\n"
                   "2s script: as expected: wait b.rang count=2\n"
                   "2s script: as expected: always b.volume == 3\n");
  g_assert_cmpstr (sources, ==, "t.life:4 t.life:2 t.life:5 t.life:3 ");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/watches/always", test_always);
  g_test_add_func ("/watches/while", test_while);
  g_test_add_func ("/watches/conditions", test_conditions);
  g_test_add_func ("/watches/within", test_within);
  g_test_add_func ("/watches/time", test_time);
  g_test_add_func ("/watches/changes-nothing", test_changes_nothing);
  g_test_add_func ("/watches/marks-nothing", test_marks_nothing);
  g_test_add_func ("/watches/eventually", test_eventually);
  g_test_add_func ("/watches/end", test_end);
  g_test_add_func ("/watches/repeat", test_repeat);
  g_test_add_func ("/watches/dead", test_dead);
  g_test_add_func ("/watches/log", test_log);
  return g_test_run ();
}
