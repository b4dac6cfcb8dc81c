/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every message of the checker and of the look-up behind it, at its place, word for word: it is
 * what somebody who writes scripts sees of Rebound first. What is wrong with the form of a script
 * is in test-statement.c, test-script.c and test-lexer.c. */

#include "script-test.h"

#include <string.h>

#include "lifecycle/rebound-member.h"

#define PROPERTIES "every, weight, volume, pitch, loud, tone, metal, inscription, tower, serial"

/* All of @script's messages; NULL where it is good. */
static char *
check (const char *script, gboolean fill)
{
  g_autoptr (ScriptTest) test = script_test_new (script);
  g_autoptr (GError) error = NULL;

  rebound_run_set_fill (test->run, fill);
  if (rebound_run_check (test->run, &error))
    {
      g_assert_no_error (error);
      return NULL;
    }
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT);
  return g_strdup (error->message);
}

typedef struct
{
  const char *script;
  const char *message; /* NULL: none */
} Case;

static void
check_all (const Case *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      g_autofree char *message = check (cases[i].script, FALSE);

      if (g_strcmp0 (message, cases[i].message) != 0)
        g_test_message ("of the script\n%s", cases[i].script);
      g_assert_cmpstr (message, ==, cases[i].message);
    }
}

#define CHECK_ALL(cases) check_all (cases, G_N_ELEMENTS (cases))

static void
test_good (void)
{
  static const Case cases[] = {
    { "launch", NULL },
    { "bell b every=1s weight=1KiB volume=-10 pitch=0.5 loud=yes tone=high metal=tin+lead "
      "inscription='' tower=b serial=99",
      NULL },
    { "let x=1\nbell b volume=$x\nrepeat 2 as i\nset b volume=$i\nend\nprint \"{b.volume} $x\"",
      NULL },
    { "wait until app.state == active within 1s\nexpect device.locked != yes", NULL },
    { "bell b\nalways b.volume <= 3 while app.state == active\neventually b.tone == high within 1s",
      NULL },
    { "set device time-wait=30s rebind-rule=new profile=linux", NULL },
    { "bell b\nexpect b.tone ~ h*\nwait b.plain\nexpect no b.rang for 1s", NULL },
  };

  g_test_summary ("What is right is not complained of");

  CHECK_ALL (cases);
}

static void
test_names (void)
{
  static const Case cases[] = {
    { "belll b", "t.life:1:1: there is no type “belll”; expected one of app-bell, bell; did you "
                 "mean “bell”?" },
    { "quux b", "t.life:1:1: there is no type “quux”; expected one of app-bell, bell" },
    { "in app quux b\npeer quux c",
      "t.life:1:8: there is no type “quux”; expected one of app-bell, bell\n"
      "t.life:2:6: there is no type “quux”; expected one of app-bell, bell" },
    { "in aap bell b", "t.life:1:4: there is no application “aap”; expected app" },
    { "bell b\nbell b", "t.life:2:6: the name “b” is taken; expected one that nothing else has" },
    { "bell app", "t.life:1:6: the name “app” is taken; expected one that nothing else has" },
    { "bell device", "t.life:1:6: the name “device” is taken; expected one that nothing else has" },
    { "bell run", "t.life:1:6: the name “run” is taken; expected one that nothing else has" },
    { "bell script", "t.life:1:6: the name “script” is taken; expected one that nothing else has" },
    { "wait b.rang\nbell b",
      "t.life:1:6: nothing is called “b”; expected a name that was declared before" },
    { "bell phone\nphome.ring", "t.life:2:1: nothing is called “phome”; expected a name that was "
                                "declared before; did you mean "
                                "“phone”?" },
    { "set x volume=1",
      "t.life:1:5: nothing is called “x”; expected a name that was declared before" },
    { "expect x.volume == 1",
      "t.life:1:8: nothing is called “x”; expected a name that was declared before" },
    { "wait until x.volume == 1",
      "t.life:1:12: nothing is called “x”; expected a name that was declared before" },
    { "bell b\nalways b.volume == 1 while b.tone == low and b.tune == 1 and z.volume == 1",
      "t.life:2:48: there is no property “tune”; expected one of every, weight, volume, pitch, "
      "loud, tone, metal, inscription, tower, serial, rung; did you mean “tone”?\n"
      "t.life:2:62: nothing is called “z”; expected a name that was declared before" },
    { "always x.volume == 1 while y.volume == 1\neventually x.volume == 1 within 1s",
      "t.life:1:8: nothing is called “x”; expected a name that was declared before\n"
      "t.life:1:28: nothing is called “y”; expected a name that was declared before\n"
      "t.life:2:12: nothing is called “x”; expected a name that was declared before" },
    { "expect no x.rang",
      "t.life:1:11: nothing is called “x”; expected a name that was declared before" },
    { "print \"{x.volume}\"",
      "t.life:1:7: nothing is called “x”; expected a name that was declared before" },
    { "lunch", "t.life:1:1: “lunch” is no statement; expected a verb such as launch or home, a "
               "type, or one of "
               "set, after, wait, expect, always, eventually, let, repeat, include, print; did you "
               "mean “launch”?" },
    { "quit", "t.life:1:1: “quit” is no statement; expected a verb such as launch or home, a type, "
              "or one of "
              "set, after, wait, expect, always, eventually, let, repeat, include, print" },
    { "after 1s unlok",
      "t.life:1:10: “unlok” is no statement; expected a verb such as launch or home, a type, or "
      "one "
      "of set, after, wait, expect, always, eventually, let, repeat, include, print; did you mean "
      "“unlock”?" },
    { "bel", "t.life:1:1: “bel” is no statement; expected a verb such as launch or home, a type, "
             "or one of "
             "set, after, wait, expect, always, eventually, let, repeat, include, print; did you "
             "mean “bell”?" },
    { "expct", "t.life:1:1: “expct” is no statement; expected a verb such as launch or home, a "
               "type, or one of "
               "set, after, wait, expect, always, eventually, let, repeat, include, print; did you "
               "mean “expect”?" },
    { "state", "t.life:1:1: “state” is no statement; expected a verb such as launch or home, a "
               "type, or one of "
               "set, after, wait, expect, always, eventually, let, repeat, include, print" },
  };

  g_test_summary ("Types, names and verbs that are not there");

  CHECK_ALL (cases);
}

static void
test_members (void)
{
  static const Case cases[] = {
    { "bell b volum=1", "t.life:1:8: there is no property “volum”; expected one of " PROPERTIES
                        "; did you mean “volume”?" },
    { "bell b xyz=1", "t.life:1:8: there is no property “xyz”; expected one of " PROPERTIES },
    { "bell b rung=1",
      "t.life:1:8: the property “rung” cannot be set; expected one that a script can set" },
    { "bell b secret=1",
      "t.life:1:8: the property “secret” cannot be set; expected one that a script can set" },
    { "bell b\nset b serial=3",
      "t.life:2:7: “serial” cannot change any more; expected it in the declaration" },
    { "bell b\nexpect b.secret == 1",
      "t.life:2:10: the property “secret” cannot be read; expected one that a script can read" },
    { "bell b\nexpect b.rang == 1",
      "t.life:2:10: there is no property “rang”; expected one of " PROPERTIES
      ", rung; did you mean “rung”?" },
    { "bell b\nprint \"{b.rang}\"",
      "t.life:2:7: there is no property “rang”; expected one of " PROPERTIES
      ", rung; did you mean “rung”?" },
    { "bell b\nb.rign", "t.life:2:3: there is no action “rign”; expected one of ring, ring-later, "
                        "crack, nameless; did "
                        "you mean “ring”?" },
    { "bell b\nb.rang", "t.life:2:3: there is no action “rang”; expected one of ring, ring-later, "
                        "crack, nameless; did "
                        "you mean “ring”?" },
    { "bell b\nwait b.ring", "t.life:2:8: there is no signal “ring”; expected one of rang, lived, "
                             "told, abandoned, plain; did "
                             "you mean “rang”?" },
    { "bell b\nexpect b.notify", "t.life:2:10: there is no signal “notify”; expected one of "
                                 "rang, lived, told, abandoned, plain" },
    { "bell b\nexpect no b.volume", "t.life:2:13: there is no signal “volume”; expected one of "
                                    "rang, lived, told, abandoned, plain" },
    { "bell b\nb.ring time=2",
      "t.life:2:8: there is no argument “time”; expected one of times; did you mean “times”?" },
    { "lock x=1", "t.life:1:6: there is no argument “x”; expected none" },
    { "device.lock fast=yes", "t.life:1:13: there is no argument “fast”; expected none" },
    { "bell b\nb.nameless", "t.life:2:1: the arguments of the action “nameless” have no names; "
                            "expected one that was made by "
                            "rebound_class_install_action() or takes none" },
  };

  g_test_summary ("Properties, actions, signals and arguments that are not there");

  CHECK_ALL (cases);
}

static void
test_values (void)
{
  static const Case cases[] = {
    { "bell b volume=11",
      "t.life:1:15: volume: “11” is out of range; expected an integer from -10 to 10" },
    { "bell b volume=loud",
      "t.life:1:15: volume: “loud” is no integer; expected an integer from -10 to 10" },
    { "bell b volume=",
      "t.life:1:15: volume: “” is no integer; expected an integer from -10 to 10" },
    { "bell b pitch=2.5",
      "t.life:1:14: pitch: “2.5” is out of range; expected a number from 0 to 2" },
    { "bell b loud=true", "t.life:1:13: loud: “true” is neither yes nor no; expected yes or no" },
    { "bell b tone=hihg",
      "t.life:1:13: tone: “hihg” is not known; expected one of low, high; did you mean “high”?" },
    { "bell b metal=tin+gold",
      "t.life:1:14: metal: “gold” is not known; expected any of tin, lead, joined by +" },
    { "bell b every=2h",
      "t.life:1:14: every: “2h” is out of range; expected a duration from 0s to 1h" },
    { "bell b weight=2MiB",
      "t.life:1:15: weight: “2MiB” is out of range; expected a size from 0B to 1MiB" },
    { "bell b serial=100",
      "t.life:1:15: serial: “100” is out of range; expected an integer from 0 to 99" },
    { "bell b\nset b volume=99",
      "t.life:2:14: volume: “99” is out of range; expected an integer from -10 to 10" },
    { "bell b\nexpect b.volume == 99",
      "t.life:2:20: volume: “99” is out of range; expected an integer from -10 to 10" },
    { "expect app.state == aktive",
      "t.life:1:21: state: “aktive” is not known; expected one of not-running, inactive, active, "
      "background, suspended; did you mean “active”?" },
    { "bell b\nb.ring times=0",
      "t.life:2:14: times: “0” is out of range; expected an integer from 1 to 20000" },
    { "set device time-wait=0s",
      "t.life:1:22: time-wait: “0s” is out of range; expected a duration from 1us to 1h" },
    { "bell b\nexpect b.tone < high",
      "t.life:2:10: “tone” has no order, so < says nothing; expected ==, != or ~" },
    { "bell b\nexpect b.inscription >= a",
      "t.life:2:10: “inscription” has no order, so >= says nothing; expected ==, != or ~" },
  };

  g_test_summary ("Values that do not fit, and comparisons that say nothing");

  CHECK_ALL (cases);
}

/* The units' messages are test-units.c's to know. */
static void
test_units (void)
{
  g_autofree char *message = check ("bell b every=5 weight=5", FALSE);

  g_test_summary ("A number without its unit is told at its place, with the property's name");

  g_assert_true (g_str_has_prefix (message, "t.life:1:14: every: “5” "));
  g_assert_nonnull (strstr (message, "\nt.life:1:23: weight: “5” "));
}

static void
test_references (void)
{
  static const Case cases[] = {
    { "bell a tower=b\nbell b tower=a", NULL },
    { "bell b tower=17", NULL },
    { "bell b tower=device", NULL },
    { "bell b\nset b tower=b", NULL },
    { "bell b tower=c",
      "t.life:1:14: tower: nothing is called “c”; expected the name of an actor or a number" },
    { "bell phone\nset phone tower=phne", "t.life:2:17: tower: nothing is called “phne”; expected "
                                          "the name of an actor or a number; did "
                                          "you mean “phone”?" },
  };

  g_test_summary ("A reference may be to a name that is declared later, and not to nobody");

  CHECK_ALL (cases);
}

static void
test_life (void)
{
  static const Case cases[] = {
    { "launch\nhome\nopen\nlock\nunlock\nkill\nlaunch", NULL },
    { "launch\nresign-active\nenter-background\nterminate\nlock\nunlock", NULL },
    { "repeat 3\nlaunch\nkill\nend", NULL },
    { "home", "t.life:1:1: “home” is not possible while the application is not-running; expected "
              "one of " NOT_RUNNING_WORDS " (--fill plays the missing steps)" },
    { "launch\nlaunch", "t.life:2:1: “launch” is not possible while the application is active; "
                        "expected one of " ACTIVE_WORDS },
    { "launch\nlock\nopen",
      "t.life:3:1: “open” is not possible while the application is suspended, the phone is locked; "
      "expected one of " LOCKED_WORDS " (--fill plays the missing steps)" },
    { "launch\nafter 1s app.suspend",
      "t.life:2:14: “suspend” is not possible while the application is active; expected one "
      "of " ACTIVE_WORDS " (--fill plays the missing steps)" },
    { "launch\ndevice.unlock",
      "t.life:2:8: “unlock” is not possible while the application is active; expected one "
      "of " ACTIVE_WORDS " (--fill plays the missing steps)" },
    /* It is seen in the second turn of a repeat, and told once. */
    { "repeat 5\nlaunch\nend", "t.life:2:1: “launch” is not possible while the application is "
                               "active; expected one of " ACTIVE_WORDS },
    /* What follows is judged as if the missing steps had been there. */
    { "home\nopen\nhome\nhome",
      "t.life:1:1: “home” is not possible while the application is not-running; expected one "
      "of " NOT_RUNNING_WORDS " (--fill plays the missing steps)\n"
      "t.life:4:1: “home” is not possible while the application is suspended; expected one "
      "of " SUSPENDED_WORDS " (--fill plays the missing steps)" },
  };

  g_test_summary ("Words that are not possible where they stand are seen before anything is run");

  CHECK_ALL (cases);
}

static void
test_fill (void)
{
  static const Case cases[] = {
    { "home\nhome\napp.suspend\ndevice.unlock\nopen", NULL },
    { "launch\nlaunch", "t.life:2:1: “launch” is not possible while the application is active; "
                        "expected one of " ACTIVE_WORDS },
  };

  g_test_summary ("With --fill missing steps are no mistake; what no step makes possible is");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = check (cases[i].script, TRUE);

      g_assert_cmpstr (message, ==, cases[i].message);
    }
}

static void
test_variables (void)
{
  static const Case cases[] = {
    { "bell b volume=$x",
      "t.life:1:15: the variable “x” is not set; expected a let or a repeat before, or --set" },
    { "repeat 2 as i\nbell b$i\nend\nbell c volume=$i",
      "t.life:4:15: the variable “i” is not set; expected a let or a repeat before, or --set" },
    { "let volume=1\nrepeat 2\nlet volume=${volume}1\nend\nbell b volume=$volume",
      "t.life:5:15: volume: “111” is out of range; expected an integer from -10 to 10" },
    { "repeat 3 as i\nbell b$i volume=$i$i\nend",
      "t.life:2:17: volume: “11” is out of range; expected an integer from -10 to 10\n"
      "t.life:2:17: volume: “22” is out of range; expected an integer from -10 to 10\n"
      "t.life:2:17: volume: “33” is out of range; expected an integer from -10 to 10" },
    { "repeat 2\nbell b\nend",
      "t.life:2:6: the name “b” is taken; expected one that nothing else has" },
    { "let t=bel\n$t b",
      "t.life:2:1: there is no type “bel”; expected one of app-bell, bell; did you mean “bell”?" },
  };

  g_test_summary ("Variables are followed through lets and repeats, turn by turn");

  CHECK_ALL (cases);
}

static void
test_many (void)
{
  static const Case cases[] = {
    { "bell b volume=99 tone=x quux=1\nhome\nwait c.rang\nwat\nexpect b.rung == x",
      "t.life:1:15: volume: “99” is out of range; expected an integer from -10 to 10\n"
      "t.life:1:23: tone: “x” is not known; expected one of low, high\n"
      "t.life:1:25: there is no property “quux”; expected one of " PROPERTIES "\n"
      "t.life:2:1: “home” is not possible while the application is not-running; expected one "
      "of " NOT_RUNNING_WORDS " (--fill plays the missing steps)\n"
      "t.life:3:6: nothing is called “c”; expected a name that was declared before\n"
      "t.life:4:1: “wat” is no statement; expected a verb such as launch or home, a type, or one "
      "of "
      "set, after, wait, expect, always, eventually, let, repeat, include, print; did you mean "
      "“wait”?\n"
      "t.life:5:18: rung: “x” is no integer; expected an integer from 0 to 4294967295" },
    /* A name whose declaration is wrong is declared all the same: one mistake, one message. */
    { "quux b\nb.ring\nwait b.rang\nset b x=1\nexpect b.x == 1\nprint \"{b.x}\"",
      "t.life:1:1: there is no type “quux”; expected one of app-bell, bell" },
  };

  g_test_summary ("All mistakes are told, in the order of the script, each once");

  CHECK_ALL (cases);
}

static void
test_too_many_statements (void)
{
  static const Case cases[] = {
    { "bell b\nrepeat 1000000\nrepeat 1000000\nb.ring\nend\nend",
      "t.life:4:1: the script comes to more than 1000000 statements with its repeats; expected "
      "fewer" },
  };

  g_test_summary ("Repeats of repeats come to an end");

  CHECK_ALL (cases);
}

static void
test_nothing_is_run (void)
{
  g_autoptr (ScriptTest) test = script_test_run ("launch\nprint now\nbell b volume=99");

  g_test_summary ("With a mistake at its end nothing of a script is run");

  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_SCRIPT_ERROR);
  g_assert_cmpuint (recording_sink_get_events (test->sink)->len, ==, 0);
  g_assert_cmpint (rebound_application_get_state (rebound_run_get_application (test->run)), ==,
                   REBOUND_APPLICATION_STATE_NOT_RUNNING);
}

static void
test_scope_is_left (void)
{
  g_autoptr (ScriptTest) test
      = script_test_new ("bell b\nrepeat 1\nlet x=3\nend\nset b volume=$x\nexpect b.volume == 5");
  g_autoptr (ScriptTest) early = script_test_new ("bell b volume=$x\nlet x=3");
  g_autoptr (GError) error = NULL;

  g_test_summary ("Checking twice and playing then is as good as playing: nothing is remembered");

  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (rebound_run_check (early->run, &error));
      g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT);
      g_clear_error (&error);
    }
  g_assert_true (rebound_run_set_variable (test->run, "x", "5", NULL));
  g_assert_true (rebound_run_check (test->run, &error));
  g_assert_true (rebound_run_check (test->run, &error));
  script_test_play (test);
  g_assert_no_error (test->error);
}

static void
test_plain_object (void)
{
  static const Case cases[] = {
    { "set plain x=1", "t.life:1:11: there is no property “x”; expected none" },
    { "plain.go", "t.life:1:7: there is no action “go”; expected none" },
    { "wait plain.gone", "t.life:1:12: there is no signal “gone”; expected none" },
  };

  g_test_summary ("An object that has nothing to say is not taken for a mistake's");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ScriptTest) test = script_test_new (cases[i].script);
      g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_true (rebound_run_add_object (test->run, "plain", object));
      g_assert_false (rebound_run_check (test->run, &error));
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checker/good", test_good);
  g_test_add_func ("/checker/names", test_names);
  g_test_add_func ("/checker/members", test_members);
  g_test_add_func ("/checker/values", test_values);
  g_test_add_func ("/checker/units", test_units);
  g_test_add_func ("/checker/references", test_references);
  g_test_add_func ("/checker/life", test_life);
  g_test_add_func ("/checker/fill", test_fill);
  g_test_add_func ("/checker/variables", test_variables);
  g_test_add_func ("/checker/many", test_many);
  g_test_add_func ("/checker/too-many-statements", test_too_many_statements);
  g_test_add_func ("/checker/nothing-is-run", test_nothing_is_run);
  g_test_add_func ("/checker/scope-is-left", test_scope_is_left);
  g_test_add_func ("/checker/plain-object", test_plain_object);
  return g_test_run ();
}
