/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script can do to an application: the lifecycle's words, each an action of its own, and
 * what a program would do in its handlers: be busy, hold a background task. The words go to the
 * device where there is one, because it knows what else they bring about. */

#include "rebound-application-class-private.h"

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-error.h"
#include "rebound-member.h"
#include "rebound-param-specs.h"

/* A day: more than any watchdog waits. */
#define WORK_MAXIMUM_USEC (24 * 3600 * (gint64) G_USEC_PER_SEC)

/* UIKit sets no limit; a name is for the log. */
#define TASK_NAME_MAXIMUM_CHARACTERS 64

static GError *
steer (ReboundApplication *self, const char *word)
{
  GError *error = NULL;

  if (self->steer != NULL)
    self->steer (self, word, self->steer_data, &error);
  else
    rebound_application_perform (self, word, &error);
  return error;
}

static GError *
action_word (ReboundApplication *self, gpointer word)
{
  return steer (self, word);
}

static GError *
action_launch (ReboundApplication *self, gboolean in_background, gpointer data)
{
  return steer (self, in_background ? "launch background=yes" : "launch");
}

static GError *
action_crash (ReboundApplication *self, const char *name, gpointer data)
{
  self->crash_signal = g_intern_string (name);
  return steer (self, "crash");
}

/* The signals that iOS writes a crash report for. */
static const char *const crash_signals[]
    = { "SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSYS", "SIGTRAP", NULL };

static gboolean
is_crash_signal (const char *text, char **expected)
{
  g_autofree char *list = NULL;

  if (g_strv_contains (crash_signals, text))
    return TRUE;
  list = g_strjoinv (", ", (char **) crash_signals);
  *expected = g_strconcat ("one of ", list, NULL);
  return FALSE;
}

/* Not in what a timer of the phone's tells: no time can pass within a dispatch. */
static gboolean
can_take_time (const GEnumValue *value)
{
  return value != NULL
         && value->value != (int) REBOUND_CALLBACK_PROTECTED_DATA_WILL_BECOME_UNAVAILABLE;
}

static gboolean
find_callback (const char *name, ReboundCallback *callback)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (REBOUND_TYPE_CALLBACK);
  GEnumValue *value = g_enum_get_value_by_nick (klass, name);

  if (!can_take_time (value))
    value = NULL;
  if (value != NULL)
    *callback = (ReboundCallback) value->value;
  return value != NULL;
}

static gboolean
is_callback (const char *text, char **expected)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (REBOUND_TYPE_CALLBACK);
  g_autoptr (GString) list = g_string_new ("one of ");
  ReboundCallback callback;

  if (find_callback (text, &callback))
    return TRUE;
  for (guint i = 0; i < klass->n_values; i++)
    if (can_take_time (&klass->values[i]))
      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", klass->values[i].value_nick);
  *expected = g_strdup (list->str);
  return FALSE;
}

static GError *
action_work (ReboundApplication *self, gint64 duration_usec, const char *name, gpointer data)
{
  ReboundCallback callback;

  if (find_callback (name, &callback))
    {
      self->work_usec[callback] = duration_usec;
      return NULL;
    }
  if (!rebound_application_runs (self))
    return g_error_new_literal (
        REBOUND_ERROR, REBOUND_ERROR_STATE,
        "an application that does not run cannot work; expected a launch or an "
        "open before, or in=CALLBACK");
  rebound_application_work (self, duration_usec);
  return NULL;
}

static GError *
action_begin_task (ReboundApplication *self, const char *name, gpointer data)
{
  if (rebound_application_begin_task (self, name, NULL, NULL) != 0)
    return NULL;
  return g_error_new (REBOUND_ERROR, REBOUND_ERROR_STATE,
                      "%s does not run and cannot begin a background task; expected a launch or an "
                      "open before",
                      self->name);
}

static GError *
action_end_task (ReboundApplication *self, const char *name, gpointer data)
{
  guint task = rebound_background_tasks_find (self->tasks, name);
  g_autofree char *held = rebound_background_tasks_dup_names (self->tasks);

  if (task == 0)
    return g_error_new (REBOUND_ERROR, REBOUND_ERROR_STATE,
                        "%s holds no background task “%s”; expected one that it holds: %s",
                        self->name, name, held != NULL ? held : "there is none");
  rebound_application_end_task (self, task);
  return NULL;
}

static gboolean
is_task_name (const char *text, char **expected)
{
  if (*text != '\0' && g_utf8_strlen (text, -1) <= TASK_NAME_MAXIMUM_CHARACTERS)
    return TRUE;
  *expected = g_strdup_printf ("a name of at most %d characters", TASK_NAME_MAXIMUM_CHARACTERS);
  return FALSE;
}

static void
install_words (GObjectClass *klass)
{
  static const struct
  {
    const char *word;
    const char *blurb;
  } words[] = {
    { "resign-active", "stop getting events: a call, an alert, on the way out" },
    { "become-active", "get events again" },
    { "enter-background", "go out of sight" },
    { "enter-foreground", "come back into sight" },
    { "suspend", "stop running; nobody is told" },
    { "resume", "run again, in the background; nobody is told" },
    { "wake", "be run for an event in the background, and suspended again" },
    { "memory-warning", "be told, it alone, that memory is short" },
    { "terminate", "end in good order: told first, then gone" },
    { "kill", "end at once; nobody is told" },
  };

  rebound_class_install_action (
      klass, "launch", G_CALLBACK (action_launch), NULL,
      "start the process and bring it to the front, or run it in the background",
      g_param_spec_boolean ("background", NULL,
                            "whether it is for an event in the background: nobody sees it, and it "
                            "is suspended again",
                            FALSE, G_PARAM_READWRITE),
      NULL);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    rebound_class_install_action (klass, words[i].word, G_CALLBACK (action_word),
                                  (gpointer) words[i].word, words[i].blurb, NULL);
  rebound_class_install_action (klass, "crash", G_CALLBACK (action_crash), NULL,
                                "end by a signal, as a fault in its code does; nobody is told",
                                rebound_param_spec_text ("signal", NULL,
                                                         "which signal the crash report names",
                                                         "SIGSEGV", is_crash_signal,
                                                         G_PARAM_READWRITE),
                                NULL);
}

static GParamSpec *
task_spec (const char *blurb)
{
  return rebound_param_spec_text ("name", NULL, blurb, "", is_task_name,
                                  G_PARAM_READWRITE | REBOUND_PARAM_REQUIRED);
}

static void
install_doings (GObjectClass *klass)
{
  rebound_class_install_action (
      klass, "work", G_CALLBACK (action_work), NULL,
      "be busy, now or in the next callback of a kind: it does not run, and the world goes on; a "
      "callback that takes too long is the watchdog's",
      rebound_param_spec_duration ("time", NULL, "for how long", 1, WORK_MAXIMUM_USEC, 1,
                                   G_PARAM_READWRITE | REBOUND_PARAM_REQUIRED),
      rebound_param_spec_text ("in", NULL, "in which callback; now where none is given", "",
                               is_callback, G_PARAM_READWRITE),
      NULL);
  rebound_class_install_action (
      klass, "begin-task", G_CALLBACK (action_begin_task), NULL,
      "ask for time in the background: it is not suspended as long as it holds a task and its "
      "budget lasts; whoever holds one longer is killed",
      task_spec ("what the task is called"), NULL);
  rebound_class_install_action (klass, "end-task", G_CALLBACK (action_end_task), NULL,
                                "end a background task; after the last one it is suspended",
                                task_spec ("which one"), NULL);
}

void
rebound_application_install_actions (GObjectClass *klass)
{
  install_words (klass);
  install_doings (klass);
}
