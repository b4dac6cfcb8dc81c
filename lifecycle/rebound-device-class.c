/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script sees of the phone: what a person does as actions, what differs from one system to
 * the next as properties. A profile sets many of them at once; each can then be set by itself. */

#include "rebound-device-class-private.h"

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-member.h"
#include "rebound-param-specs.h"

#define TIME_WAIT_MAXIMUM_USEC (3600 * (gint64) G_USEC_PER_SEC)
#define LIMIT_MAXIMUM_USEC     (24 * 3600 * (gint64) G_USEC_PER_SEC)

enum
{
  PROP_PROFILE = 1,
  PROP_LOCK_MEANS,
  PROP_RECLAIM,
  PROP_RECLAIM_STYLE,
  PROP_RECLAIMED_LISTENER,
  PROP_REBIND_RULE,
  PROP_TIME_WAIT,
  PROP_BACKGROUND_BUDGET,
  PROP_PASSCODE,
  PROP_DEBUGGER,
  PROP_LAUNCH_LIMIT,
  PROP_RESUME_LIMIT,
  PROP_BACKGROUND_LIMIT,
  PROP_TERMINATE_LIMIT,
  PROP_LOCKED,
  N_PROPS
};

enum
{
  SOCKETS_RECLAIMED,
  RECLAIM_PUT_OFF,
  KEPT_RUNNING,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ReboundDevice, rebound_device, G_TYPE_OBJECT)

/* -- properties -- */

static gint64 *
find_duration (ReboundDevice *self, guint id)
{
  switch (id)
    {
    case PROP_TIME_WAIT:
      return &self->data.time_wait_usec;
    case PROP_BACKGROUND_BUDGET:
      return &self->data.background_budget_usec;
    case PROP_LAUNCH_LIMIT:
      return &self->limits.launch_usec;
    case PROP_RESUME_LIMIT:
      return &self->limits.resume_usec;
    case PROP_BACKGROUND_LIMIT:
      return &self->limits.background_usec;
    case PROP_TERMINATE_LIMIT:
      return &self->limits.terminate_usec;
    default:
      return NULL;
    }
}

static gboolean *
find_flag (ReboundDevice *self, guint id)
{
  return id == PROP_PASSCODE   ? &self->has_passcode
         : id == PROP_DEBUGGER ? &self->has_debugger
         : id == PROP_LOCKED   ? &self->is_locked
                               : NULL;
}

static int
get_choice (ReboundDevice *self, guint id)
{
  switch (id)
    {
    case PROP_PROFILE:
      return (int) self->profile;
    case PROP_LOCK_MEANS:
      return (int) self->data.lock_means;
    case PROP_RECLAIM:
      return (int) self->data.reclaim;
    case PROP_RECLAIM_STYLE:
      return (int) self->data.reclaim_style;
    case PROP_RECLAIMED_LISTENER:
      return (int) self->reclaimed_listener;
    default:
      return (int) self->data.rebind_rule;
    }
}

/* All that the profile says is told of, because all of it may have changed. */
static void
set_profile (ReboundDevice *self, ReboundProfile profile)
{
  self->profile = profile;
  self->data = *rebound_profile_get (profile);
  for (guint i = PROP_LOCK_MEANS; i <= PROP_BACKGROUND_BUDGET; i++)
    if (i != PROP_RECLAIMED_LISTENER)
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

static void
set_choice (ReboundDevice *self, guint id, int choice)
{
  switch (id)
    {
    case PROP_PROFILE:
      set_profile (self, (ReboundProfile) choice);
      break;
    case PROP_LOCK_MEANS:
      self->data.lock_means = (ReboundLockMeans) choice;
      break;
    case PROP_RECLAIM:
      self->data.reclaim = (ReboundReclaim) choice;
      break;
    case PROP_RECLAIM_STYLE:
      self->data.reclaim_style = (ReboundReclaimStyle) choice;
      break;
    case PROP_RECLAIMED_LISTENER:
      self->reclaimed_listener = (ReboundReclaimedListener) choice;
      break;
    default:
      self->data.rebind_rule = (ReboundRebindRule) choice;
      break;
    }
}

static void
rebound_device_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundDevice *self = REBOUND_DEVICE (object);

  if (find_duration (self, id) != NULL)
    g_value_set_int64 (value, *find_duration (self, id));
  else if (find_flag (self, id) != NULL)
    g_value_set_boolean (value, *find_flag (self, id));
  else
    g_value_set_enum (value, get_choice (self, id));
}

static void
rebound_device_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ReboundDevice *self = REBOUND_DEVICE (object);

  if (find_duration (self, id) != NULL)
    *find_duration (self, id) = g_value_get_int64 (value);
  else if (find_flag (self, id) != NULL)
    *find_flag (self, id) = g_value_get_boolean (value);
  else
    set_choice (self, id, g_value_get_enum (value));
  rebound_device_apply (self);
}

static void
rebound_device_dispose (GObject *object)
{
  ReboundDevice *self = REBOUND_DEVICE (object);

  g_ptr_array_set_size (self->places, 0);
  g_clear_pointer (&self->protection_timer, rebound_timer_free);
  g_clear_object (&self->world);
  g_clear_object (&self->kernel);
  G_OBJECT_CLASS (rebound_device_parent_class)->dispose (object);
}

static void
rebound_device_finalize (GObject *object)
{
  g_ptr_array_unref (REBOUND_DEVICE (object)->places);
  G_OBJECT_CLASS (rebound_device_parent_class)->finalize (object);
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)

static GParamSpec *
choice_spec (const char *name, const char *blurb, GType type, int standard)
{
  return g_param_spec_enum (name, NULL, blurb, type, standard, FLAGS);
}

static GParamSpec *
duration_spec (const char *name, const char *blurb, gint64 maximum_usec, gint64 standard_usec)
{
  return rebound_param_spec_duration (name, NULL, blurb, 1, maximum_usec, standard_usec, FLAGS);
}

static void
install_profile (void)
{
  const ReboundProfileData *data = rebound_profile_get (REBOUND_PROFILE_LINUX);

  properties[PROP_PROFILE] = choice_spec (
      "profile",
      "the system that it plays; sets lock-means, reclaim, reclaim-style, rebind-rule, "
      "time-wait and background-budget",
      REBOUND_TYPE_PROFILE, REBOUND_PROFILE_LINUX);
  properties[PROP_LOCK_MEANS] = choice_spec (
      "lock-means",
      "what the lock does to the application in front: it enters the background (iOS 5 "
      "and later), or it resigns and goes on (iOS 4), by reports of the time",
      REBOUND_TYPE_LOCK_MEANS, (int) data->lock_means);
  properties[PROP_RECLAIM] = choice_spec (
      "reclaim",
      "when the system takes an application's sockets: never (Linux), when the phone is "
      "locked (up to iOS 11.3), or as soon as it is suspended (Apple TN2277); not "
      "while it holds a background task",
      REBOUND_TYPE_RECLAIM, (int) data->reclaim);
  properties[PROP_RECLAIM_STYLE]
      = choice_spec ("reclaim-style",
                     "how they are taken: shut down both ways (as iOS 5 was seen to), defunct (as "
                     "XNU does it), or destroyed with RST (as Android does it)",
                     REBOUND_TYPE_RECLAIM_STYLE, (int) data->reclaim_style);
  properties[PROP_RECLAIMED_LISTENER]
      = choice_spec ("reclaimed-listener",
                     "what a listener that was taken is like: dead, so that accept() fails "
                     "(Linux), or silent, never ready again though it looks alive (XNU)",
                     REBOUND_TYPE_RECLAIMED_LISTENER, REBOUND_RECLAIMED_LISTENER_DEAD);
  properties[PROP_REBIND_RULE]
      = choice_spec ("rebind-rule",
                     "whose SO_REUSEADDR counts when a port is bound again: both generations' "
                     "(Linux, inet_csk_get_port()) or the new one's alone (Darwin, in_pcbbind())",
                     REBOUND_TYPE_REBIND_RULE, (int) data->rebind_rule);
  properties[PROP_TIME_WAIT] = duration_spec (
      "time-wait",
      "how long a closed connection stays in TIME_WAIT (Linux 60 s, TCP_TIMEWAIT_LEN; "
      "Darwin 30 s, twice TCPTV_MSL)",
      TIME_WAIT_MAXIMUM_USEC, data->time_wait_usec);
  properties[PROP_BACKGROUND_BUDGET] = duration_spec (
      "background-budget",
      "how long background tasks may keep an application running, from "
      "entering the background on (iOS 4: 600 s, 7: 180 s, 13: 30 s, as developers read "
      "backgroundTimeRemaining)",
      LIMIT_MAXIMUM_USEC, data->background_budget_usec);
}

static void
install_limits (void)
{
  properties[PROP_LAUNCH_LIMIT]
      = duration_spec ("launch-limit",
                       "how long will- and did-finish-launching may take together before the "
                       "watchdog kills the application (20 s: Apple QA1693)",
                       LIMIT_MAXIMUM_USEC, REBOUND_LIMIT_LAUNCH_USEC);
  properties[PROP_RESUME_LIMIT] = duration_spec (
      "resume-limit",
      "how long will-enter-foreground and did-become-active may take together (10 s: Apple QA1693)",
      LIMIT_MAXIMUM_USEC, REBOUND_LIMIT_RESUME_USEC);
  properties[PROP_BACKGROUND_LIMIT] = duration_spec (
      "background-limit",
      "how long did-enter-background may take (10 s: Apple QA1693; Apple advises 5 s)",
      LIMIT_MAXIMUM_USEC, REBOUND_LIMIT_BACKGROUND_USEC);
  properties[PROP_TERMINATE_LIMIT]
      = duration_spec ("terminate-limit",
                       "how long will-terminate may take (5 s: Apple on applicationWillTerminate:)",
                       LIMIT_MAXIMUM_USEC, REBOUND_LIMIT_TERMINATE_USEC);
}

static void
install_readings (void)
{
  properties[PROP_PASSCODE] = g_param_spec_boolean (
      "passcode", NULL,
      "whether it has a passcode: ten seconds after the lock (UIKit's reference) protected data "
      "cannot be read",
      FALSE, FLAGS);
  properties[PROP_DEBUGGER] = g_param_spec_boolean (
      "debugger", NULL,
      "whether a debugger is attached: nobody is suspended and no watchdog bites, which is why "
      "these bugs hide from whoever looks for them",
      FALSE, FLAGS);
  properties[PROP_LOCKED] = g_param_spec_boolean ("locked", NULL, "whether it is locked", FALSE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

/* -- actions -- */

static GError *
action_word (ReboundDevice *self, gpointer word)
{
  return rebound_device_obey (self, NULL, word);
}

static GError *
action_word_for (ReboundDevice *self, const char *application, gpointer word)
{
  return rebound_device_obey (self, application, word);
}

static GParamSpec *
application_spec (void)
{
  GParamSpec *pspec = rebound_param_spec_reference ("application", NULL, "which application", NULL,
                                                    G_PARAM_READWRITE);

  rebound_param_spec_reference_set_target (pspec, REBOUND_TYPE_APPLICATION);
  return pspec;
}

static void
install_actions (GObjectClass *klass)
{
  static const struct
  {
    const char *word;
    gboolean is_for_one; /* that can be named */
    const char *blurb;
  } words[] = {
    { "home", FALSE, "press Home: the application in front leaves it and is suspended" },
    { "open", TRUE, "tap the application's icon: it comes back, and another one in front leaves" },
    { "open-other", FALSE, "open something that is not in the script: the one in front leaves" },
    { "lock", FALSE, "lock the phone" },
    { "unlock", FALSE, "unlock the phone: whoever was in front is in front again" },
    { "interrupt", FALSE,
      "a call, an alert, the control or the notification centre, Siri: the one in front resigns" },
    { "end-interrupt", FALSE, "the interruption is over, and the application active again" },
    { "accept-call", FALSE, "take the call: the application goes to the background" },
    { "app-switcher", FALSE, "open the application switcher" },
    { "pick-same", FALSE, "choose the application that was in front" },
    { "pick-other", FALSE, "choose another one" },
    { "swipe-kill", TRUE, "swipe the application out of the switcher" },
    { "memory-warning", FALSE, "memory is short: every application that runs is told" },
    { "reboot", FALSE, "start the phone anew: nothing runs, and nothing of its sockets remains" },
    { "reclaim-sockets", FALSE,
      "take the sockets of every application in the background, unless a background task holds "
      "it" },
    { "network-down", FALSE, "the network's link goes down" },
    { "network-up", FALSE, "it is up again" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i].is_for_one)
      rebound_class_install_action (klass, words[i].word, G_CALLBACK (action_word_for),
                                    (gpointer) words[i].word, words[i].blurb, application_spec (),
                                    NULL);
    else
      rebound_class_install_action (klass, words[i].word, G_CALLBACK (action_word),
                                    (gpointer) words[i].word, words[i].blurb, NULL);
}

/* -- signals -- */

static GParamSpec *
string_field (const char *name, const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, "", G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
application_field (void)
{
  return string_field ("application", "whose");
}

static void
install_signals (GObjectClass *klass)
{
  signals[SOCKETS_RECLAIMED] = rebound_class_install_signal (
      klass, "sockets-reclaimed", REBOUND_EVENT_GROUP_LIFE,
      "takes {application}'s sockets away ({count} of them, {style})",
      "the system has taken an application's sockets", application_field (),
      g_param_spec_uint ("count", NULL, "how many", 0, G_MAXUINT, 0, G_PARAM_READABLE),
      g_param_spec_enum ("style", NULL, "how", REBOUND_TYPE_RECLAIM_STYLE,
                         REBOUND_RECLAIM_STYLE_FIN, G_PARAM_READABLE),
      NULL);
  signals[RECLAIM_PUT_OFF] = rebound_class_install_signal (
      klass, "reclaim-put-off", REBOUND_EVENT_GROUP_LIFE,
      "leaves {application} its sockets for now: a background task holds it ({tasks})",
      "an application's sockets are not taken yet", application_field (),
      string_field ("tasks", "its background tasks"), NULL);
  signals[KEPT_RUNNING] = rebound_class_install_signal (
      klass, "kept-running", REBOUND_EVENT_GROUP_LIFE,
      "does not suspend {application}: a background task holds it ({tasks}), for {left} at most",
      "an application goes on running in the background", application_field (),
      string_field ("tasks", "its background tasks"),
      rebound_param_spec_duration ("left", NULL, "what is left of its budget", 0, G_MAXINT64, 0,
                                   G_PARAM_READABLE),
      NULL);
}

static void
rebound_device_class_init (ReboundDeviceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_device_get_property;
  object_class->set_property = rebound_device_set_property;
  object_class->dispose = rebound_device_dispose;
  object_class->finalize = rebound_device_finalize;

  install_profile ();
  install_limits ();
  install_readings ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_actions (object_class);
  install_signals (object_class);
}

static void
rebound_device_init (ReboundDevice *self)
{
  const ReboundLimits limits = { REBOUND_LIMIT_LAUNCH_USEC, REBOUND_LIMIT_RESUME_USEC,
                                 REBOUND_LIMIT_BACKGROUND_USEC, REBOUND_LIMIT_TERMINATE_USEC };

  rebound_device_set_up (self);
  self->limits = limits;
  self->data = *rebound_profile_get (REBOUND_PROFILE_LINUX);
}

ReboundDevice *
rebound_device_new (ReboundApplication *application)
{
  ReboundDevice *self = g_object_new (REBOUND_TYPE_DEVICE, NULL);

  rebound_device_add_application (self, application);
  return self;
}

void
rebound_device_notify_locked (ReboundDevice *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOCKED]);
}

void
rebound_device_emit_reclaimed (ReboundDevice *self, const char *application, guint count)
{
  g_signal_emit (self, signals[SOCKETS_RECLAIMED], 0, application, count, self->data.reclaim_style);
}

void
rebound_device_emit_put_off (ReboundDevice *self, const char *application, const char *tasks)
{
  g_signal_emit (self, signals[RECLAIM_PUT_OFF], 0, application, tasks);
}

void
rebound_device_emit_kept_running (ReboundDevice *self,
                                  const char *application,
                                  const char *tasks,
                                  gint64 left_usec)
{
  g_signal_emit (self, signals[KEPT_RUNNING], 0, application, tasks, left_usec);
}
