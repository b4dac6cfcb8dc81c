/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Statements that nobody has written: where they are played, what becomes of those that are
 * refused, and what whoever thinks of them can know. */

#include "script-test.h"

#include <string.h>

typedef struct
{
  const char *const *lines;
  guint n_asked;
  GString *refused;
  GString *words; /* that were possible when it was asked, or NULL */
} Improviser;

static char *
improvise (ReboundRun *run, const GError *refused, gpointer user_data)
{
  Improviser *self = user_data;

  if (refused != NULL)
    g_string_append_printf (self->refused, "%u: %s\n", self->n_asked, refused->message);
  if (self->words != NULL)
    {
      g_autofree const char **words
          = rebound_device_list_words (rebound_run_get_device (run), NULL);
      g_autofree char *list = g_strjoinv (", ", (char **) words);

      g_string_append_printf (self->words, "%s\n", list);
    }
  return g_strdup (self->lines[self->n_asked] != NULL ? self->lines[self->n_asked++] : NULL);
}

static void
improviser_clear (Improviser *self)
{
  g_string_free (self->refused, TRUE);
  if (self->words != NULL)
    g_string_free (self->words, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Improviser, improviser_clear)

static ScriptTest *
play (const char *script, Improviser *improviser)
{
  ScriptTest *test = script_test_new (script);

  improviser->refused = g_string_new (NULL);
  rebound_run_set_improviser (test->run, improvise, improviser);
  script_test_play (test);
  return test;
}

static void
test_place (void)
{
  static const char *const lines[] = { "home", "after 3s", "open", NULL };
  g_auto (Improviser) improviser = { .lines = lines };
  g_autoptr (ScriptTest) test = play ("launch\nafter 1s\n", &improviser);
  g_autofree char *log = recording_sink_dup_log (test->sink, REBOUND_EVENT_GROUP_SCRIPT);

  g_test_summary ("Behind the script, at places of their own, one after another as in a script");

  g_assert_no_error (test->error);
  g_assert_cmpstr (log, ==,
                   "0s script statement statement=launch line=1\n"
                   "0s script statement statement=after 1s line=2\n"
                   "1s script statement statement=home line=improvised:1\n"
                   "1s script statement statement=after 3s line=improvised:2\n"
                   "4s script statement statement=open line=improvised:3\n");
  g_assert_cmpstr (improviser.refused->str, ==, "");
}

static void
test_refused (void)
{
  static const char *const lines[]
      = { "app.end-task name=sync", "app.begin-task name=sync", "app.end-task name=sync", NULL };
  g_auto (Improviser) improviser = { .lines = lines };
  g_autoptr (ScriptTest) test = play ("launch\n", &improviser);

  g_test_summary ("An action that is refused ends nothing, and whoever asked for it is told");

  g_assert_no_error (test->error);
  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_AS_EXPECTED);
  g_assert_cmpstr (improviser.refused->str, ==,
                   "1: improvised:1:1: app holds no background task “sync”; expected one that it "
                   "holds: there is none\n");
  g_assert_cmpuint (recording_sink_count (test->sink, "app", "task-ended"), ==, 1);
}

static void
test_impossible_word (void)
{
  static const char *const lines[] = { "home", "home", "open", NULL };
  g_auto (Improviser) improviser = { .lines = lines };
  g_autoptr (ScriptTest) test = play ("launch\n", &improviser);

  g_test_summary ("A word that is impossible ends the run, as in a script");

  g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_FAILED);
  g_assert_nonnull (strstr (test->error->message, "improvised:2:1: “home” is not possible"));
  g_assert_cmpuint (improviser.n_asked, ==, 2);
}

static void
test_mistake (void)
{
  static const char *const mistakes[]
      = { "",         "# nothing", "fly", "nobody.rings", "after 3", "end", "set app state=active",
          "repeat 3", "\"",        "$x" };

  g_test_summary ("What makes no sense ends the run with what is wrong with it");

  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      const char *lines[] = { mistakes[i], NULL };
      g_auto (Improviser) improviser = { .lines = lines };
      g_autoptr (ScriptTest) test = play ("launch\n", &improviser);

      g_assert_cmpint (test->status, ==, REBOUND_RUN_STATUS_FAILED);
      g_assert_true (g_str_has_prefix (test->error->message, "improvised"));
    }
}

static void
test_words (void)
{
  static const char *const lines[]
      = { "home", "open", "app.begin-task name=sync", "home", "swipe-kill", NULL };
  g_auto (Improviser) improviser = { .lines = lines, .words = g_string_new (NULL) };
  g_autoptr (ScriptTest) test = play ("launch\n", &improviser);

  g_test_summary ("What is possible is what the messages say; and who holds a task is not "
                  "suspended by a word");

  g_assert_no_error (test->error);
  g_assert_cmpstr (improviser.words->str, ==,
                   ACTIVE_WORDS
                   "\n" SUSPENDED_WORDS "\n" ACTIVE_WORDS "\n" ACTIVE_WORDS "\n"
                   "enter-foreground, memory-warning, terminate, kill, crash, open, "
                   "lock, swipe-kill, reboot, reclaim-sockets, network-down\n" NOT_RUNNING_WORDS
                   "\n");
}

static void
test_names (void)
{
  g_autoptr (ScriptTest) test = script_test_new ("bell b\nlaunch\napp-bell c\n");
  g_autofree const char **names = NULL;
  g_autofree char *list = NULL;

  g_test_summary ("Who plays is known by name once it is declared");

  script_test_play (test);
  g_assert_no_error (test->error);
  names = rebound_run_list_names (test->run);
  list = g_strjoinv (" ", (char **) names);
  g_assert_cmpstr (list, ==, "device app b c");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/improvisation/place", test_place);
  g_test_add_func ("/improvisation/refused", test_refused);
  g_test_add_func ("/improvisation/impossible-word", test_impossible_word);
  g_test_add_func ("/improvisation/mistake", test_mistake);
  g_test_add_func ("/improvisation/words", test_words);
  g_test_add_func ("/improvisation/names", test_names);
  return g_test_run ();
}
