/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several applications in one script: how they are declared and meant, what befalls all of them,
 * whose turn it is, and where checker and player have to agree. */

#include <string.h>

#include "lifecycle/rebound-lifecycle.h"
#include "lifecycle/rebound-scriptable.h"
#include "script-test.h"

#define TWO "application mail\n"

/* Two in the script, one in front: mail. */
#define BOTH TWO "launch\nlaunch mail\nprint ---\n"

typedef const char *Row[3];

static const Row scripts[] = {
  { "by-name",
    TWO "launch\nprint ---\nlaunch mail\nexpect app.state == suspended\nopen app\n"
        "expect mail.state == suspended\nopen application=mail\nexpect app.state == suspended\n",
    "0s app will-resign-active\n0s app did-enter-background\n0s app suspended\n"
    "0s mail will-finish-launching\n0s mail did-finish-launching\n0s mail did-become-active\n"
    "0s mail will-resign-active\n0s mail did-enter-background\n0s mail suspended\n0s app resumed\n"
    "0s app will-enter-foreground\n0s app did-become-active\n"
    "0s app will-resign-active\n0s app did-enter-background\n0s app suspended\n0s mail resumed\n"
    "0s mail will-enter-foreground\n0s mail did-become-active\n" },
  { "by-action",
    BOTH "mail.resign-active\nmail.become-active\nmail.kill\napp.resume\n"
         "device.open application=app\n",
    "0s mail will-resign-active\n0s mail did-become-active\n0s mail died kill\n0s app resumed\n"
    "0s app will-enter-foreground\n0s app did-become-active\n" },
  { "own-words-by-name",
    BOTH
    "resign-active mail\nbecome-active mail\nwake app\nkill mail\nlaunch mail background=yes\n",
    "0s mail will-resign-active\n0s mail did-become-active\n0s app resumed\n"
    "0s app did-enter-background\n0s app suspended\n0s mail died kill\n"
    "0s mail will-finish-launching\n0s mail did-finish-launching\n0s mail did-enter-background\n"
    "0s mail suspended\n" },
  { "without-a-name-it-is-the-first", BOTH "resume\nexpect app.state == background\n",
    "0s app resumed\n" },
  { "whoever-is-in-front",
    BOTH "home\nexpect mail.state == suspended\nopen\ninterrupt\nexpect app.state == inactive\n"
         "end-interrupt\nexpect app.state == active\n",
    "0s mail will-resign-active\n0s mail did-enter-background\n0s mail suspended\n0s app resumed\n"
    "0s app will-enter-foreground\n0s app did-become-active\n0s app will-resign-active\n"
    "0s app did-become-active\n" },
  { "after-a-while", BOTH "after 1s open app\nexpect mail.state == suspended\n",
    "1s mail will-resign-active\n1s mail did-enter-background\n1s mail suspended\n1s app resumed\n"
    "1s app will-enter-foreground\n1s app did-become-active\n" },
  { "called-like-a-verb", "application home\nlaunch home\nprint ---\nhome\nopen home\n",
    "0s home will-resign-active\n0s home did-enter-background\n0s home suspended\n0s home resumed\n"
    "0s home will-enter-foreground\n0s home did-become-active\n" },

  /* What is the phone's is for all. */
  { "lock-and-unlock",
    BOTH "lock\nexpect app.state == suspended\nunlock\nexpect app.state == suspended\n"
         "expect mail.state == active\n",
    "0s mail will-resign-active\n0s mail did-enter-background\n0s mail suspended\n0s mail resumed\n"
    "0s mail will-enter-foreground\n0s mail did-become-active\n" },
  { "memory-warning-for-all-who-run", BOTH "app.resume\nmemory-warning\n",
    "0s app resumed\n0s app did-receive-memory-warning\n0s mail did-receive-memory-warning\n" },
  { "memory-warning-for-those-who-run", BOTH "memory-warning\n",
    "0s mail did-receive-memory-warning\n" },
  { "memory-warning-for-one", BOTH "app.resume\napp.memory-warning\n",
    "0s app resumed\n0s app did-receive-memory-warning\n" },
  { "reboot", BOTH "reboot\nexpect app.state == not-running\nexpect mail.state == not-running\n",
    "0s app died reboot\n0s mail died reboot\n" },

  /* The one that holds a task goes on behind the other's back. */
  { "a-task-of-one",
    BOTH "begin-task mail name=send\nopen app\nexpect mail.state == background\n"
         "after 5s end-task mail name=send\nexpect mail.state == suspended\n"
         "expect app.state == active\n",
    "0s mail task-begun send\n0s mail will-resign-active\n0s mail did-enter-background\n"
    "0s device kept-running mail send 30s\n0s app resumed\n0s app will-enter-foreground\n"
    "0s app did-become-active\n5s mail task-ended send\n5s mail suspended\n" },
  { "a-task-of-each",
    BOTH "begin-task mail name=send\nresume\nbegin-task name=upload\nopen app\nopen mail\n"
         "expect app.background-time-remaining == 30s\n"
         "expect mail.background-time-remaining > 24h\nafter 1min\nexpect mail.state == active\n",
    "0s mail task-begun send\n0s app resumed\n0s app task-begun upload\n"
    "0s mail will-resign-active\n0s mail did-enter-background\n"
    "0s device kept-running mail send 30s\n0s app will-enter-foreground\n0s app did-become-active\n"
    "0s app will-resign-active\n0s app did-enter-background\n"
    "0s device kept-running app upload 30s\n0s mail will-enter-foreground\n"
    "0s mail did-become-active\n29s app task-expiring upload\n"
    "30s app died watchdog 0x8badf00d app has active assertions beyond permitted time: background "
    "task upload\n" },

  /* mail takes its time on the way out, and meanwhile app dies. */
  { "dead-meanwhile",
    "set device background-budget=3s\n" TWO
    "launch\nbegin-task name=upload\nlaunch mail\nwork mail time=4s in=did-enter-background\n"
    "print ---\nopen app\nexpect app.state == not-running\nexpect mail.state == suspended\n",
    "0s mail will-resign-active\n0s mail did-enter-background\n2s app task-expiring upload\n"
    "3s app died watchdog 0x8badf00d app has active assertions beyond permitted time: background "
    "task upload\n4s mail busy 4s\n4s mail suspended\n" },

  /* The watchdog of one is nothing to the other. */
  { "killed-on-its-way-out",
    BOTH "work mail time=20s in=did-enter-background\nopen app\nexpect app.state == active\n",
    "0s mail will-resign-active\n0s mail did-enter-background\n10s mail busy 10s\n"
    "10s mail died watchdog 0x8badf00d scene-update watchdog transgression: mail exhausted real "
    "(wall clock) time allowance of 10.00 seconds (ProcessVisibility: Background)\n10s app "
    "resumed\n"
    "10s app will-enter-foreground\n10s app did-become-active\n" },

  /* Time passes for each by itself. */
  { "frozen-on-its-own",
    TWO "app-bell one\nin mail app-bell two\nlaunch\nlaunch mail\none.ring-later delay=5s\n"
        "two.ring-later delay=5s\nprint ---\nafter 10s open app\nafter 10s open mail\n",
    "5s two rang 1 \n"
    "10s mail will-resign-active\n10s two told RA\n10s mail did-enter-background\n10s two told EB\n"
    "10s mail suspended\n10s app resumed\n10s app will-enter-foreground\n10s one told EF\n"
    "10s app did-become-active\n10s one told BA\n10s one rang 1 \n20s app will-resign-active\n"
    "20s one told RA\n20s app did-enter-background\n20s one told EB\n20s app suspended\n"
    "20s mail resumed\n20s mail will-enter-foreground\n20s two told EF\n"
    "20s mail did-become-active\n20s two told BA\n" },

  /* World, app, the others as they were declared; whoever armed its timer first does not matter. */
  { "order-of-turns",
    "application mail\napplication chat\nin chat app-bell c\nin mail app-bell b\napp-bell a\nbell "
    "w\n"
    "launch background=yes\nlaunch mail background=yes\nlaunch chat background=yes\n"
    "app.resume\nmail.resume\nchat.resume\nc.ring-later delay=1s\nb.ring-later delay=1s\n"
    "a.ring-later delay=1s\nw.ring-later delay=1s\nprint ---\nafter 1s\n",
    "1s w rang 1 \n1s a rang 1 \n1s b rang 1 \n1s c rang 1 \n" },

  /* Each has its own actors; they die with its process and come back with it. */
  { "actors-of-each",
    TWO "in mail app-bell b\napp-bell a\nprint ---\nlaunch\nlaunch mail\nkill mail\nlaunch mail\n"
        "expect b.rung == 0\n",
    "0s a lived\n0s app will-finish-launching\n0s a told WF\n0s app did-finish-launching\n"
    "0s a told DF\n0s app did-become-active\n0s a told BA\n0s app will-resign-active\n0s a told "
    "RA\n"
    "0s app did-enter-background\n0s a told EB\n0s app suspended\n"
    "0s b lived\n0s mail will-finish-launching\n0s b told WF\n0s mail did-finish-launching\n"
    "0s b told DF\n0s mail did-become-active\n0s b told BA\n0s b abandoned\n0s mail died kill\n"
    "0s b lived\n0s mail will-finish-launching\n0s b told WF\n0s mail did-finish-launching\n"
    "0s b told DF\n0s mail did-become-active\n0s b told BA\n" },

  /* An application that is declared when the phone is locked already is behind its lock, too. */
  { "declared-behind-the-lock",
    "lock\n" TWO "launch mail background=yes\nunlock\nexpect mail.state == suspended\nprint ---\n"
    "open mail\n",
    "0s mail resumed\n0s mail will-enter-foreground\n0s mail did-become-active\n" },
  { "declared-under-ios-4",
    "set device profile=ios-4\n" TWO "launch mail\nprint ---\nlock\n"
    "expect mail.state == inactive\nunlock\nexpect mail.state == active\n",
    "0s mail will-resign-active\n0s mail "
    "did-become-active\n" },
};

static void
test_script (gconstpointer data)
{
  const char *const *row = data;

  script_test_check_life (row[1], row[2]);
}

/* -- what a handler of one does to another -- */

static guint task;

/* What mail does on its way out is the end of what kept app from being suspended. */
static void
end_others_task (ReboundApplication *mail, gpointer app)
{
  rebound_application_end_task (app, task);
  g_assert_true (rebound_application_work (mail, G_USEC_PER_SEC));
}

static void
begin_task (ReboundApplication *app, gpointer user_data)
{
  GObject *mail = rebound_site_find (rebound_application_get_site (app), "mail");

  task = rebound_application_begin_task (app, "upload", NULL, NULL);
  g_signal_connect (mail, "did-enter-background", G_CALLBACK (end_others_task), app);
}

static void
test_suspended_meanwhile (void)
{
  g_autoptr (ScriptTest) test = script_test_new (TWO "launch\nlaunch mail\nprint ---\nopen app\n");

  g_test_summary ("An application may be suspended while another is still on its way out for it");

  g_signal_connect (rebound_run_get_application (test->run), "did-finish-launching",
                    G_CALLBACK (begin_task), NULL);
  script_test_play_and_check_life (
      test, "0s mail will-resign-active\n0s mail did-enter-background\n0s app task-ended upload\n"
            "0s app suspended\n1s mail busy 1s\n1s mail suspended\n1s app resumed\n"
            "1s app will-enter-foreground\n1s app did-become-active\n");
}

/* -- whose actor it is -- */

static void
test_owners (void)
{
  static const char *const cases[][2] = {
    { "app", "app" },  { "mail", "mail" }, { "mine", "app" },  { "its", "mail" },
    { "other", NULL }, { "device", NULL }, { "kernel", NULL }, { "nobody", NULL },
  };
  g_autoptr (ScriptTest) test = script_test_new (
      TWO "in app bell mine\nin mail bell its\npeer bell other\nlaunch\nlaunch mail\n");

  g_test_summary ("An actor belongs to its application, and an application to itself");

  g_assert_null (rebound_run_get_owner (test->run, "mine"));
  script_test_play (test);
  g_assert_no_error (test->error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (rebound_run_get_owner (test->run, cases[i][0]), ==, cases[i][1]);
}

/* -- whose turn it is -- */

typedef struct
{
  GString *log;
  const char *name;
} Turn;

static gboolean
on_turn (gpointer user_data)
{
  Turn *turn = user_data;

  g_string_append_printf (turn->log, "%s ", turn->name);
  return G_SOURCE_REMOVE;
}

static void
add_turn (ReboundSite *site, GString *log, const char *name)
{
  Turn *turn = g_new0 (Turn, 1);
  g_autoptr (GSource) source = g_idle_source_new ();

  turn->log = log;
  turn->name = name;
  g_source_set_static_name (source, name);
  g_source_set_callback (source, on_turn, turn, g_free);
  g_source_attach (source, rebound_site_get_context (site));
}

/* Ready at the same instant, and made so from the last to the first. */
static void
make_all_ready (ReboundApplication *app, gpointer log)
{
  ReboundSite *site = rebound_application_get_site (app);
  GObject *mail = rebound_site_find (site, "mail");
  GObject *chat = rebound_site_find (site, "chat");

  add_turn (rebound_application_get_site (REBOUND_APPLICATION (chat)), log, "chat");
  add_turn (rebound_application_get_site (REBOUND_APPLICATION (mail)), log, "mail");
  add_turn (site, log, "app");
}

static void
test_turns (void)
{
  g_autoptr (ScriptTest) test = script_test_new (
      TWO "application chat\nlaunch chat background=yes\nlaunch mail background=yes\n"
          "resume chat\nresume mail\nlaunch\napp.memory-warning\n");
  g_autoptr (GString) log = g_string_new (NULL);

  g_test_summary ("What is ready has its turn in the order of declaration");

  g_signal_connect (rebound_run_get_application (test->run), "did-receive-memory-warning",
                    G_CALLBACK (make_all_ready), log);
  script_test_play (test);
  g_assert_no_error (test->error);
  g_assert_cmpstr (log->str, ==, "app mail chat ");
}

/* -- what is no script -- */

static const Row mistakes[] = {
  { "in-nobody", "in nobody app-bell b\n",
    "t.life:1:4: there is no application “nobody”; expected app" },
  { "in-no-application", "bell b\n" TWO "in b app-bell c\n",
    "t.life:3:4: there is no application “b”; expected app, mail" },
  { "open-nobody", TWO "open nobody\n",
    "t.life:2:6: there is no application “nobody”; expected app, mail" },
  { "open-no-application", "bell b\nlaunch\nopen b\n",
    "t.life:3:6: there is no application “b”; expected app" },
  { "open-nobody-by-argument", "open application=nobody\n",
    "t.life:1:18: there is no application “nobody”; expected app" },
  { "open-twice", TWO "open mail application=mail\n",
    "t.life:2:6: “application” is given twice; expected one of “open mail” and "
    "“application=NAME”" },
  { "open-before-it-is-declared", "open mail\n" TWO,
    "t.life:1:6: there is no application “mail”; expected app" },
  { "kill-nobody", "kill nobody\n", "t.life:1:6: there is no application “nobody”; expected app" },
  { "after-a-while", TWO "after 1s open nobody\n",
    "t.life:2:15: there is no application “nobody”; expected app, mail" },
  { "lock-one", TWO "lock mail\n",
    "t.life:2:6: “lock” is the phone's and for no application by name; expected it without "
    "“mail”" },
  { "home-for-one", TWO "home mail\n",
    "t.life:2:6: “home” is the phone's and for no application by name; expected it without "
    "“mail”" },
  { "a-verb-that-is-none", TWO "opne mail\n",
    "t.life:2:1: “opne” is no statement; expected a verb such as launch or home, a type, or one of "
    "set, after, wait, expect, always, eventually, let, repeat, include, print; did you mean "
    "“open”?" },
  { "a-name-that-is-taken", TWO "bell mail\n",
    "t.life:2:6: the name “mail” is taken; expected one that nothing else has" },
  { "declared-twice", TWO TWO,
    "t.life:2:13: the name “mail” is taken; expected one that nothing else has" },
  { "the-first-again", "application app\n",
    "t.life:1:13: the name “app” is taken; expected one that nothing else has" },
  { "set-on-it", TWO "set mail state=active\n",
    "t.life:2:10: the property “state” cannot be set; expected one that a script can set" },
  { "with-a-property", "application mail state=active\n",
    "t.life:1:18: the property “state” cannot be set; expected one that a script can set" },
  { "as-a-peer", "peer application mail\n",
    "t.life:1:1: an application is neither a peer nor in another; expected “application mail”" },
  { "in-another", "in app application mail\n",
    "t.life:1:1: an application is neither a peer nor in another; expected “application mail”" },
  { "impossible-for-one", TWO "launch\nlaunch mail\nmail.resume\n",
    "t.life:4:6: “resume” is not possible while mail is active; expected one of resign-active, "
    "memory-warning, kill, crash, home, open-other, lock, interrupt, app-switcher, reboot, "
    "network-down (--fill plays the missing steps)" },
  { "a-warning-for-one-that-is-suspended", TWO "launch\nlaunch mail\napp.memory-warning\n",
    "t.life:4:5: “memory-warning” is not possible while app is suspended; expected one of resume, "
    "wake, kill, crash, open, lock, swipe-kill, reboot, reclaim-sockets, network-down (--fill "
    "plays "
    "the missing steps)" },
  { "declared-behind-the-lock", "lock\n" TWO "launch mail background=yes\nopen mail\n",
    "t.life:4:1: “open” is not possible while mail is suspended, the phone is locked; expected one "
    "of resume, wake, kill, crash, unlock, reboot, reclaim-sockets, network-down (--fill plays the "
    "missing steps)" },
  { "nobody-in-front", TWO "launch\nhome\nhome\n",
    "t.life:4:1: “home” is not possible while app is suspended; expected one of resume, wake, "
    "kill, "
    "crash, open, lock, swipe-kill, reboot, reclaim-sockets, network-down (--fill plays the "
    "missing "
    "steps)" },
};

static void
test_mistake (gconstpointer data)
{
  const char *const *row = data;
  g_autoptr (ScriptTest) test = script_test_run (row[1]);

  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_SCRIPT_ERROR);
  g_assert_cmpstr (test->error->message, ==, row[2]);
  g_assert_cmpuint (recording_sink_get_events (test->sink)->len, ==, 0);
}

/* A type wins over a verb of its name, as long as it is one that scripts can use. */
static void
test_type_called_like_a_verb (void)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A type that is called like a verb is a type");

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  test_bell_register ();
  rebound_scriptable_register (TEST_TYPE_BELL, "wake", REBOUND_SIDE_WORLD, "a bell", &error);
  g_assert_no_error (error);
  script_test_check_life ("wake app-clock\nlaunch\nhome\nprint ---\napp-clock.ring\nwake\n",
                          "0s app-clock rang 1 \n0s app resumed\n0s app did-enter-background\n"
                          "0s app suspended\n");
}

/* -- where the checker sees no further -- */

/* The same words behind what it cannot foresee: nothing is said before, and at run time the state
 * is found out. What stands before it is checked as ever. */
static const Row unforeseen[] = {
  { "begin-task", "launch\napp.begin-task name=upload\nhome\n", "app is background" },
  { "by-verb", "launch\nbegin-task app name=upload\nhome\n", "app is background" },
  { "of-another", "launch mail\nmail.begin-task name=upload\nhome\n", "app is not-running" },
  { "work", "launch\nwork time=20s in=did-enter-background\nhome\n", "app is not-running" },
  { "database", "database d\nlaunch\nhome\n", "app is suspended" },
};

static void
test_unforeseen (gconstpointer data)
{
  const char *const *row = data;
  g_autofree char *script = g_strconcat (TWO, row[1], "home\n", NULL);
  g_autofree char *before = g_strconcat (TWO "home\n", row[1], NULL);
  g_autofree char *message
      = g_strdup_printf ("“home” is not possible while %s; possible: ", row[2]);
  g_autoptr (ScriptTest) late = script_test_new (script);
  g_autoptr (ScriptTest) early = script_test_run (before);
  g_autoptr (GError) error = NULL;

  g_assert_true (rebound_run_check (late->run, &error));
  g_assert_no_error (error);
  script_test_play (late);
  g_assert_cmpint (late->status, ==, REBOUND_RUN_STATUS_FAILED);
  g_assert_nonnull (strstr (late->error->message, message));
  g_assert_cmpint (early->status, ==, REBOUND_RUN_STATUS_SCRIPT_ERROR);
  g_assert_true (g_str_has_prefix (early->error->message, "t.life:2:1: “home” is not possible"));
}

/* -- steps that are missing -- */

/* With --fill, what a script leaves out is played for the application that it is missing to. */
static const Row filled[] = {
  { "for-whoever-is-in-front", "launch\nlaunch mail\nprint ---\nend-interrupt\n",
    "> resign-active mail\n0s mail will-resign-active\n0s mail did-become-active\n" },
  { "for-the-one-that-is-named", "launch mail\nprint ---\nopen app\n",
    "> launch app\n0s mail will-resign-active\n0s mail did-enter-background\n0s mail suspended\n"
    "0s app will-finish-launching\n0s app did-finish-launching\n0s app did-become-active\n"
    "> home\n0s app will-resign-active\n0s app did-enter-background\n0s app suspended\n"
    "0s app resumed\n0s app will-enter-foreground\n0s app did-become-active\n" },
  { "not-where-another-can", "launch mail\nlaunch\nprint ---\nreclaim-sockets\n", "" },
  { "for-the-phone", "launch\nlock\nprint ---\nopen app\n",
    "> unlock\n0s app resumed\n0s app will-enter-foreground\n0s app did-become-active\n"
    "> home\n0s app will-resign-active\n0s app did-enter-background\n0s app suspended\n"
    "0s app resumed\n0s app will-enter-foreground\n0s app did-become-active\n" },
};

static void
append_filled (GString *out, GPtrArray *events)
{
  for (guint i = 0; i < events->len; i++)
    {
      ReboundEvent *event = events->pdata[i];

      if (strcmp (rebound_event_get_kind (event), "filled") == 0)
        g_string_append_printf (out, "> %s\n",
                                g_value_get_string (rebound_event_get_field_value (event, 0)));
    }
}

static void
test_filled (gconstpointer data)
{
  const char *const *row = data;
  g_autofree char *script = g_strconcat (TWO, row[1], NULL);
  g_autoptr (ScriptTest) test = script_test_new (script);
  g_autoptr (GString) steps = g_string_new (NULL);
  g_autoptr (GString) expected_steps = g_string_new (NULL);
  g_autoptr (GString) expected_life = g_string_new (NULL);
  g_auto (GStrv) lines = g_strsplit (row[2], "\n", -1);
  g_autofree char *life = NULL;
  g_autoptr (GError) error = NULL;

  rebound_run_set_fill (test->run, TRUE);
  g_assert_true (rebound_run_check (test->run, &error)); /* checker and player agree */
  g_assert_no_error (error);
  script_test_play (test);
  append_filled (steps, recording_sink_get_events (test->sink));
  life = script_test_dup_life (test);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    g_string_append_printf (*lines[i] == '>' ? expected_steps : expected_life, "%s\n", lines[i]);
  g_assert_cmpstr (life, ==, expected_life->str);
  g_assert_cmpstr (steps->str, ==, expected_steps->str);
}

/* Settings that mean something to a life are followed by the checker, too. */
static void
test_settings_are_followed (void)
{
  g_autoptr (ScriptTest) standard = script_test_run ("launch\nlock\napp.become-active\n");
  g_autoptr (ScriptTest) debugged
      = script_test_run ("set device debugger=yes\nlaunch\nhome\napp.resume\n");

  g_test_summary ("The checker knows what a setting of the device does to the applications' lives");

  g_assert_cmpint (standard->status, ==, REBOUND_RUN_STATUS_SCRIPT_ERROR);
  script_test_check ("set device profile=ios-4\nlaunch\nlock\napp.become-active\n", "status 0\n");
  g_assert_cmpint (debugged->status, ==, REBOUND_RUN_STATUS_SCRIPT_ERROR);
}

#define ADD(table, function)                                                                       \
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)                                                 \
    {                                                                                              \
      g_autofree char *path = g_strconcat ("/applications/" #table "/", table[i][0], NULL);        \
                                                                                                   \
      g_test_add_data_func (path, table[i], function);                                             \
    }

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  rebound_lifecycle_init (NULL);
  ADD (scripts, test_script);
  ADD (mistakes, test_mistake);
  ADD (unforeseen, test_unforeseen);
  ADD (filled, test_filled);
  g_test_add_func ("/applications/owners", test_owners);
  g_test_add_func ("/applications/turns", test_turns);
  g_test_add_func ("/applications/suspended-meanwhile", test_suspended_meanwhile);
  g_test_add_func ("/applications/type-called-like-a-verb", test_type_called_like_a_verb);
  g_test_add_func ("/applications/settings-are-followed", test_settings_are_followed);
  return g_test_run ();
}
