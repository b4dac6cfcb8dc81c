/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An application is a state, a list of actors and a context that is iterated as long as it is not
 * suspended. What each word does stands in rebound-transition.c; here a row is played: the state is
 * set, the signal is emitted, the actors are told.
 *
 * The signal comes first, because it is what the log shows, and what the actors then do is its
 * consequence. */

#include "rebound-application-private.h"

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-clock-private.h"
#include "rebound-error.h"
#include "rebound-member.h"
#include "rebound-param-specs.h"
#include "rebound-transition-private.h"

/* A day: more than any watchdog waits. */
#define WORK_MAXIMUM_USEC (24 * 3600 * (gint64) G_USEC_PER_SEC)

struct _ReboundApplication
{
  GObject parent_instance;

  ReboundSite *site;
  ReboundApplicationState state;
  GPtrArray *actors; /* ReboundActor */
  ReboundPopulateFunc populate;
  gpointer populate_data;
  ReboundPassTimeFunc pass_time;
  gpointer pass_time_data;
  gint64 work_usec[REBOUND_N_CALLBACKS]; /* to be done in the next callback of the kind */
  gboolean is_performing;
};

enum
{
  PROP_STATE = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint callback_signals[REBOUND_N_CALLBACKS];
static guint suspended_signal;
static guint resumed_signal;
static guint died_signal;
static guint busy_signal;

G_DEFINE_FINAL_TYPE (ReboundApplication, rebound_application, G_TYPE_OBJECT)

static GQuark
application_quark (void)
{
  static GQuark quark;

  if (quark == 0)
    quark = g_quark_from_static_string ("rebound-application");
  return quark;
}

static GError *
perform_word (ReboundApplication *self, gpointer word)
{
  GError *error = NULL;

  rebound_application_perform (self, word, &error);
  return error;
}

static gboolean
find_callback (const char *name, ReboundCallback *callback)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (REBOUND_TYPE_CALLBACK);
  GEnumValue *value = g_enum_get_value_by_nick (klass, name);

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
  if (self->state == REBOUND_APPLICATION_STATE_NOT_RUNNING
      || self->state == REBOUND_APPLICATION_STATE_SUSPENDED)
    return g_error_new_literal (
        REBOUND_ERROR, REBOUND_ERROR_STATE,
        "an application that does not run cannot work; expected a launch or an "
        "open before, or in=CALLBACK");
  rebound_application_work (self, duration_usec);
  return NULL;
}

static void
rebound_application_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundApplication *self = REBOUND_APPLICATION (object);

  if (id == PROP_STATE)
    g_value_set_enum (value, (gint) self->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
rebound_application_dispose (GObject *object)
{
  ReboundApplication *self = REBOUND_APPLICATION (object);

  rebound_application_drop_actors (self);
  if (self->site != NULL)
    g_object_set_qdata (G_OBJECT (self->site), application_quark (), NULL);
  g_clear_object (&self->site);
  G_OBJECT_CLASS (rebound_application_parent_class)->dispose (object);
}

static void
rebound_application_finalize (GObject *object)
{
  g_ptr_array_unref (REBOUND_APPLICATION (object)->actors);
  G_OBJECT_CLASS (rebound_application_parent_class)->finalize (object);
}

static void
install_actions (GObjectClass *klass)
{
  static const struct
  {
    const char *word;
    const char *blurb;
  } words[] = {
    { "launch", "start the process and bring it to the front" },
    { "resign-active", "stop getting events: a call, an alert, on the way out" },
    { "become-active", "get events again" },
    { "enter-background", "go out of sight" },
    { "enter-foreground", "come back into sight" },
    { "suspend", "stop running; nobody is told" },
    { "resume", "run again, in the background; nobody is told" },
    { "terminate", "end in good order: told first, then gone" },
    { "kill", "end at once; nobody is told" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    rebound_class_install_action (klass, words[i].word, G_CALLBACK (perform_word),
                                  (gpointer) words[i].word, words[i].blurb, NULL);
  rebound_class_install_action (
      klass, "work", G_CALLBACK (action_work), NULL,
      "be busy, now or in the next callback of a kind: it does not run, and the world goes on",
      rebound_param_spec_duration ("time", NULL, "for how long", 1, WORK_MAXIMUM_USEC, 1,
                                   G_PARAM_READWRITE | REBOUND_PARAM_REQUIRED),
      rebound_param_spec_text ("in", NULL, "in which callback; now where none is given", "",
                               is_callback, G_PARAM_READWRITE),
      NULL);
}

static void
install_signals (GObjectClass *klass)
{
  static const struct
  {
    const char *name;
    const char *text;
  } callbacks[REBOUND_N_CALLBACKS] = {
    { "will-finish-launching", "will finish launching" },
    { "did-finish-launching", "did finish launching" },
    { "did-become-active", "did become active" },
    { "will-resign-active", "will resign active" },
    { "did-enter-background", "did enter background" },
    { "will-enter-foreground", "will enter foreground" },
    { "will-terminate", "will terminate" },
    { "did-receive-memory-warning", "did receive memory warning" },
    { "protected-data-will-become-unavailable", "protected data will become unavailable" },
    { "protected-data-did-become-available", "protected data did become available" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (callbacks); i++)
    callback_signals[i]
        = rebound_class_install_signal (klass, callbacks[i].name, REBOUND_EVENT_GROUP_LIFE,
                                        callbacks[i].text, "the callback of UIKit's name", NULL);
  suspended_signal
      = rebound_class_install_signal (klass, "suspended", REBOUND_EVENT_GROUP_LIFE,
                                      "is suspended: it does not run any more",
                                      "the application stopped running; it is not told itself",
                                      NULL);
  resumed_signal
      = rebound_class_install_signal (klass, "resumed", REBOUND_EVENT_GROUP_LIFE, "runs again",
                                      "the application was thawed; it is not told itself", NULL);
  busy_signal
      = rebound_class_install_signal (klass, "busy", REBOUND_EVENT_GROUP_LIFE,
                                      "was busy for {time}",
                                      "it did something that took time, and did not run meanwhile",
                                      rebound_param_spec_duration ("time", NULL, "for how long", 0,
                                                                   G_MAXINT64, 0, G_PARAM_READABLE),
                                      NULL);
  died_signal = rebound_class_install_signal (
      klass, "died", REBOUND_EVENT_GROUP_LIFE, "is gone ({reason}): the kernel closed its sockets",
      "the process ended",
      g_param_spec_string ("reason", NULL, "what ended it", NULL, G_PARAM_READABLE), NULL);
}

static void
rebound_application_class_init (ReboundApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_application_get_property;
  object_class->dispose = rebound_application_dispose;
  object_class->finalize = rebound_application_finalize;

  properties[PROP_STATE]
      = g_param_spec_enum ("state", NULL, "the state it is in", REBOUND_TYPE_APPLICATION_STATE,
                           REBOUND_APPLICATION_STATE_NOT_RUNNING,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_actions (object_class);
  install_signals (object_class);
}

static void
rebound_application_init (ReboundApplication *self)
{
  self->actors = g_ptr_array_new_with_free_func (g_object_unref);
}

ReboundApplication *
rebound_application_new (ReboundSite *site)
{
  ReboundApplication *self;

  g_return_val_if_fail (REBOUND_IS_SITE (site), NULL);

  self = g_object_new (REBOUND_TYPE_APPLICATION, NULL);
  self->site = g_object_ref (site);
  g_object_set_qdata (G_OBJECT (site), application_quark (), self);
  rebound_site_set_side (site, REBOUND_SIDE_APPLICATION);
  return self;
}

ReboundApplication *
rebound_application_of_site (ReboundSite *site)
{
  return g_object_get_qdata (G_OBJECT (site), application_quark ());
}

ReboundSite *
rebound_application_get_site (ReboundApplication *self)
{
  return self->site;
}

ReboundApplicationState
rebound_application_get_state (ReboundApplication *self)
{
  return self->state;
}

void
rebound_application_set_populate (ReboundApplication *self,
                                  ReboundPopulateFunc populate,
                                  gpointer user_data)
{
  self->populate = populate;
  self->populate_data = user_data;
}

void
rebound_application_set_pass_time (ReboundApplication *self,
                                   ReboundPassTimeFunc pass_time,
                                   gpointer user_data)
{
  self->pass_time = pass_time;
  self->pass_time_data = user_data;
}

void
rebound_application_add_actor (ReboundApplication *self, ReboundActor *actor)
{
  g_return_if_fail (REBOUND_IS_ACTOR (actor));

  g_ptr_array_add (self->actors, g_object_ref (actor));
  if (self->state != REBOUND_APPLICATION_STATE_NOT_RUNNING)
    rebound_actor_come_to_life (actor, self->site);
}

/* Timers of a suspended application wait with it. */
static void
set_state (ReboundApplication *self, ReboundApplicationState state)
{
  if (self->state == state)
    return;
  self->state = state;
  rebound_clock_set_paused (rebound_site_get_clock (self->site),
                            rebound_site_get_context (self->site),
                            state == REBOUND_APPLICATION_STATE_SUSPENDED);
  rebound_site_note_progress (self->site);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

/* Who was set up last is torn down first. */
static gboolean
is_on_the_way_down (ReboundCallback callback)
{
  return callback == REBOUND_CALLBACK_WILL_RESIGN_ACTIVE
         || callback == REBOUND_CALLBACK_DID_ENTER_BACKGROUND
         || callback == REBOUND_CALLBACK_WILL_TERMINATE;
}

static void
tell (ReboundApplication *self, ReboundCallback callback)
{
  g_autoptr (GPtrArray) actors = g_ptr_array_copy (self->actors, (GCopyFunc) g_object_ref, NULL);
  gint64 work_usec = self->work_usec[callback];

  self->work_usec[callback] = 0;
  g_ptr_array_set_free_func (actors, g_object_unref);
  g_signal_emit (self, callback_signals[callback], 0);
  for (guint i = 0; i < actors->len; i++)
    rebound_actor_tell (actors->pdata[is_on_the_way_down (callback) ? actors->len - 1 - i : i],
                        callback);
  if (work_usec > 0)
    rebound_application_work (self, work_usec);
}

gboolean
rebound_application_work (ReboundApplication *self, gint64 duration_usec)
{
  ReboundClock *clock = rebound_site_get_clock (self->site);
  GMainContext *context = rebound_site_get_context (self->site);
  gboolean has_passed = TRUE;

  g_return_val_if_fail (duration_usec > 0, FALSE);

  rebound_clock_set_paused (clock, context, TRUE);
  if (self->pass_time != NULL)
    has_passed = self->pass_time (duration_usec, self->pass_time_data);
  else
    g_usleep ((gulong) duration_usec);
  rebound_clock_set_paused (clock, context, self->state == REBOUND_APPLICATION_STATE_SUSPENDED);
  if (has_passed) /* told afterwards: it is true then */
    g_signal_emit (self, busy_signal, 0, duration_usec);
  return has_passed;
}

/* A new process: its actors are made anew where somebody knows how, else they begin another life.
 */
static void
begin (ReboundApplication *self)
{
  set_state (self, REBOUND_APPLICATION_STATE_INACTIVE);
  if (self->populate != NULL)
    {
      self->populate (self, self->populate_data);
      return;
    }
  for (guint i = 0; i < self->actors->len; i++)
    rebound_actor_come_to_life (self->actors->pdata[i], self->site);
}

static void
abandon_actors (ReboundApplication *self)
{
  for (guint i = self->actors->len; i > 0; i--)
    rebound_actor_abandon (self->actors->pdata[i - 1]);
}

static void
end (ReboundApplication *self, const char *word)
{
  abandon_actors (self);
  if (self->populate != NULL)
    g_ptr_array_set_size (self->actors, 0);
  g_signal_emit (self, died_signal, 0, word);
}

static void
perform (ReboundApplication *self, const ReboundTransition *transition)
{
  GMainContext *context = rebound_site_get_context (self->site);

  g_main_context_push_thread_default (context);
  if (self->state == REBOUND_APPLICATION_STATE_NOT_RUNNING)
    begin (self);
  for (guint i = 0; i < transition->n_steps; i++)
    {
      set_state (self, transition->steps[i].state);
      tell (self, transition->steps[i].callback);
    }
  set_state (self, transition->to);
  if (transition->to == REBOUND_APPLICATION_STATE_NOT_RUNNING)
    end (self, transition->words[0]);
  else if (transition->to == REBOUND_APPLICATION_STATE_SUSPENDED)
    g_signal_emit (self, suspended_signal, 0);
  else if (transition->from == REBOUND_APPLICATION_STATE_SUSPENDED)
    g_signal_emit (self, resumed_signal, 0);
  g_main_context_pop_thread_default (context);
}

gboolean
rebound_application_is_between_words (ReboundApplication *self, const char *word, GError **error)
{
  if (!self->is_performing)
    return TRUE;
  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_STATE,
               "“%s” is not possible within a callback; expected it from the main loop", word);
  return FALSE;
}

gboolean
rebound_application_perform (ReboundApplication *self, const char *word, GError **error)
{
  g_return_val_if_fail (REBOUND_IS_APPLICATION (self), FALSE);

  if (!rebound_application_is_between_words (self, word, error)
      || !rebound_transition_check (self->state, word, error))
    return FALSE;
  self->is_performing = TRUE;
  perform (self, rebound_transition_find (word, self->state));
  self->is_performing = FALSE;
  return TRUE;
}

void
rebound_application_drop_actors (ReboundApplication *self)
{
  if (self->state != REBOUND_APPLICATION_STATE_NOT_RUNNING)
    abandon_actors (self);
  g_ptr_array_set_size (self->actors, 0);
}

guint
rebound_application_begin_task (ReboundApplication *self,
                                const char *name,
                                ReboundExpirationFunc expired,
                                gpointer user_data)
{
  return 0;
}

void
rebound_application_end_task (ReboundApplication *self, guint task)
{
}

gint64
rebound_application_get_time_remaining_usec (ReboundApplication *self)
{
  return G_MAXINT64;
}
