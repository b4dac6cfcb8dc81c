/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script sees of an application, but for its actions: its readings, and UIKit's callbacks as
 * signals, each with the words that describe and the log show. */

#include "rebound-application-class-private.h"

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-member.h"
#include "rebound-param-specs.h"

enum
{
  PROP_STATE = 1,
  PROP_TASK_COUNT,
  PROP_BACKGROUND_TIME_REMAINING,
  PROP_EXIT_REASON,
  PROP_EXIT_CODE,
  PROP_EXIT_EXPLANATION,
  N_PROPS
};

enum
{
  SUSPENDED,
  RESUMED,
  BUSY,
  SLOW,
  TASK_BEGUN,
  TASK_EXPIRING,
  TASK_ENDED,
  DIED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint callback_signals[REBOUND_N_CALLBACKS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ReboundApplication, rebound_application, G_TYPE_OBJECT)

/* -- GObject -- */

static const char *
text_or_none (const char *text)
{
  return text != NULL ? text : "none";
}

static void
rebound_application_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundApplication *self = REBOUND_APPLICATION (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_enum (value, (gint) self->state);
      break;
    case PROP_TASK_COUNT:
      g_value_set_uint (value, rebound_background_tasks_get_count (self->tasks));
      break;
    case PROP_BACKGROUND_TIME_REMAINING:
      g_value_set_int64 (value, rebound_application_get_time_remaining_usec (self));
      break;
    case PROP_EXIT_REASON:
      g_value_set_string (value, text_or_none (self->exit.reason));
      break;
    case PROP_EXIT_CODE:
      g_value_set_string (value, text_or_none (self->exit.code));
      break;
    case PROP_EXIT_EXPLANATION:
      g_value_set_string (value, text_or_none (self->exit.explanation));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static GQuark
application_quark (void)
{
  static GQuark quark;

  if (quark == 0)
    quark = g_quark_from_static_string ("rebound-application");
  return quark;
}

static void
rebound_application_dispose (GObject *object)
{
  ReboundApplication *self = REBOUND_APPLICATION (object);

  rebound_application_drop_actors (self);
  g_clear_pointer (&self->tasks, rebound_background_tasks_free);
  if (self->site != NULL)
    g_object_set_qdata (G_OBJECT (self->site), application_quark (), NULL);
  g_clear_object (&self->site);
  G_OBJECT_CLASS (rebound_application_parent_class)->dispose (object);
}

static void
rebound_application_finalize (GObject *object)
{
  ReboundApplication *self = REBOUND_APPLICATION (object);

  g_ptr_array_unref (self->actors);
  g_free (self->name);
  g_free (self->exit.reason);
  g_free (self->exit.code);
  g_free (self->exit.explanation);
  G_OBJECT_CLASS (rebound_application_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_STATE]
      = g_param_spec_enum ("state", NULL, "the state it is in", REBOUND_TYPE_APPLICATION_STATE,
                           REBOUND_APPLICATION_STATE_NOT_RUNNING, flags | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_TASK_COUNT]
      = g_param_spec_uint ("task-count", NULL, "how many background tasks it holds", 0, G_MAXUINT,
                           0, flags);
  properties[PROP_BACKGROUND_TIME_REMAINING] = rebound_param_spec_duration (
      "background-time-remaining", NULL,
      "how long it may still run in the background; in the foreground more than any time", 0,
      G_MAXINT64, G_MAXINT64, flags);
  properties[PROP_EXIT_REASON]
      = g_param_spec_string ("exit-reason", NULL,
                             "what ended its last process: kill, crash, watchdog, terminate, "
                             "swipe-kill, reboot, file-lock, or none",
                             "none", flags);
  properties[PROP_EXIT_CODE]
      = g_param_spec_string ("exit-code", NULL,
                             "the code that the crash report of its last process has: 0x8badf00d, "
                             "0xdead10cc, or a signal such as SIGSEGV; none without a crash report",
                             "none", flags);
  properties[PROP_EXIT_EXPLANATION]
      = g_param_spec_string ("exit-explanation", NULL,
                             "the phrase that the crash report of its last process has, or none",
                             "none", flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static void
install_callbacks (GObjectClass *klass)
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
}

static GParamSpec *
string_field (const char *name, const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

/* An event may be without it. */
static GParamSpec *
optional_field (const char *name, const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

/* Not “time”: that is the event's own, and every line of JSON has it already. */
static GParamSpec *
duration_field (void)
{
  return rebound_param_spec_duration ("duration", NULL, "for how long", 0, G_MAXINT64, 0,
                                      G_PARAM_READABLE);
}

static void
install_signals (GObjectClass *klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_LIFE;

  signals[SUSPENDED]
      = rebound_class_install_signal (klass, "suspended", group,
                                      "is suspended: it does not run any more",
                                      "the application stopped running; it is not told itself",
                                      NULL);
  signals[RESUMED]
      = rebound_class_install_signal (klass, "resumed", group, "runs again",
                                      "the application was thawed; it is not told itself", NULL);
  signals[BUSY]
      = rebound_class_install_signal (klass, "busy", group, "was busy for {duration}",
                                      "it did something that took time, and did not run meanwhile",
                                      duration_field (), NULL);
  signals[SLOW] = rebound_class_install_signal (
      klass, "slow", group,
      "took {duration} to enter the background: about 5s are advised, and not much more is allowed",
      "did-enter-background took longer than Apple advises, and less than it kills for",
      duration_field (), NULL);
  signals[DIED] = rebound_class_install_signal (
      klass, "died", group,
      "is gone ({reason}[, {code}])[: {explanation}]; the kernel closed its sockets",
      "the process ended", string_field ("reason", "what ended it"),
      optional_field ("code", "the code or the signal of the crash report"),
      optional_field ("explanation", "the phrase of the crash report"), NULL);
}

static void
install_task_signals (GObjectClass *klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_LIFE;

  signals[TASK_BEGUN]
      = rebound_class_install_signal (klass, "task-begun", group, "background task “{name}” begun",
                                      "it holds a background task more",
                                      string_field ("name", "which task"), NULL);
  signals[TASK_EXPIRING] = rebound_class_install_signal (
      klass, "task-expiring", group,
      "background task “{name}” is about to expire: it has to be ended now",
      "the time in the background is nearly over: the expiration callback",
      string_field ("name", "which task"), NULL);
  signals[TASK_ENDED]
      = rebound_class_install_signal (klass, "task-ended", group, "background task “{name}” ended",
                                      "it holds a task less", string_field ("name", "which task"),
                                      NULL);
}

static void
rebound_application_class_init (ReboundApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_application_get_property;
  object_class->dispose = rebound_application_dispose;
  object_class->finalize = rebound_application_finalize;

  install_properties (object_class);
  rebound_application_install_actions (object_class);
  install_callbacks (object_class);
  install_signals (object_class);
  install_task_signals (object_class);
}

static void
rebound_application_init (ReboundApplication *self)
{
  self->name = g_strdup ("app");
  self->actors = g_ptr_array_new_with_free_func (g_object_unref);
  self->crash_signal = "SIGSEGV";
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
  rebound_application_make_tasks (self);
  return self;
}

/* -- what others read and give -- */

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

const char *
rebound_application_get_name (ReboundApplication *self)
{
  return self->name;
}

void
rebound_application_set_name (ReboundApplication *self, const char *name)
{
  g_free (self->name);
  self->name = g_strdup (name);
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
rebound_application_set_steer (ReboundApplication *self, ReboundSteerFunc func, gpointer user_data)
{
  self->steer = func;
  self->steer_data = user_data;
}

void
rebound_application_set_idle (ReboundApplication *self, ReboundIdleFunc idle, gpointer user_data)
{
  self->idle = idle;
  self->idle_data = user_data;
}

/* -- signals -- */

void
rebound_application_emit_callback (ReboundApplication *self, ReboundCallback callback)
{
  g_signal_emit (self, callback_signals[callback], 0);
}

void
rebound_application_stop_callback (ReboundApplication *self, ReboundCallback callback)
{
  GSignalInvocationHint *hint = g_signal_get_invocation_hint (self);

  if (hint != NULL && hint->signal_id == callback_signals[callback])
    g_signal_stop_emission (self, hint->signal_id, 0);
}

void
rebound_application_notify_state (ReboundApplication *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
rebound_application_emit_suspended (ReboundApplication *self)
{
  g_signal_emit (self, signals[SUSPENDED], 0);
}

void
rebound_application_emit_resumed (ReboundApplication *self)
{
  g_signal_emit (self, signals[RESUMED], 0);
}

void
rebound_application_emit_busy (ReboundApplication *self, gint64 time_usec)
{
  g_signal_emit (self, signals[BUSY], 0, time_usec);
}

void
rebound_application_emit_slow (ReboundApplication *self, gint64 time_usec)
{
  g_signal_emit (self, signals[SLOW], 0, time_usec);
}

void
rebound_application_emit_task_begun (ReboundApplication *self, const char *name)
{
  g_signal_emit (self, signals[TASK_BEGUN], 0, name);
}

void
rebound_application_emit_task_expiring (ReboundApplication *self, const char *name)
{
  g_signal_emit (self, signals[TASK_EXPIRING], 0, name);
}

void
rebound_application_emit_task_ended (ReboundApplication *self, const char *name)
{
  g_signal_emit (self, signals[TASK_ENDED], 0, name);
}

void
rebound_application_emit_died (ReboundApplication *self, const ReboundExit *how)
{
  g_signal_emit (self, signals[DIED], 0, how->reason, how->code, how->explanation);
}
