/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A person does not call enter-background; a person presses Home. The device turns such acts into
 * the application's words, by the table in rebound-transition.c, and holds what is the machine's
 * and not the application's: the lock, and what the system does to sockets (the profile). */

#include "rebound-device-private.h"

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-application-private.h"
#include "rebound-member.h"
#include "rebound-param-specs.h"

#include <string.h>

/* Linux: TCP_TIMEWAIT_LEN of include/net/tcp.h. */
#define TIME_WAIT_DEFAULT_USEC (60 * G_USEC_PER_SEC)
#define TIME_WAIT_MAXIMUM_USEC (3600 * (gint64) G_USEC_PER_SEC)

struct _ReboundDevice
{
  GObject parent_instance;

  ReboundApplication *application;
  ReboundTurnFunc turn;
  gpointer turn_data;
  ReboundProfile profile;
  ReboundRebindRule rebind_rule;
  gint64 time_wait_usec;
  gboolean locked;
  gboolean in_front;
};

enum
{
  PROP_PROFILE = 1,
  PROP_REBIND_RULE,
  PROP_TIME_WAIT,
  PROP_LOCKED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ReboundDevice, rebound_device, G_TYPE_OBJECT)

static GError *
perform_word (ReboundDevice *self, gpointer word)
{
  GError *error = NULL;

  rebound_device_perform (self, word, &error);
  return error;
}

static void
rebound_device_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundDevice *self = REBOUND_DEVICE (object);

  switch (id)
    {
    case PROP_PROFILE:
      g_value_set_enum (value, (gint) self->profile);
      break;
    case PROP_REBIND_RULE:
      g_value_set_enum (value, (gint) self->rebind_rule);
      break;
    case PROP_TIME_WAIT:
      g_value_set_int64 (value, self->time_wait_usec);
      break;
    case PROP_LOCKED:
      g_value_set_boolean (value, self->locked);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rebound_device_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  ReboundDevice *self = REBOUND_DEVICE (object);

  switch (id)
    {
    case PROP_PROFILE:
      self->profile = (ReboundProfile) g_value_get_enum (value);
      break;
    case PROP_REBIND_RULE:
      self->rebind_rule = (ReboundRebindRule) g_value_get_enum (value);
      break;
    case PROP_TIME_WAIT:
      self->time_wait_usec = g_value_get_int64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rebound_device_finalize (GObject *object)
{
  g_clear_object (&REBOUND_DEVICE (object)->application);
  G_OBJECT_CLASS (rebound_device_parent_class)->finalize (object);
}

static void
install_actions (GObjectClass *klass)
{
  static const struct
  {
    const char *word;
    const char *blurb;
  } words[] = {
    { "home", "press Home: the application leaves the front and is suspended" },
    { "open", "tap the application's icon: it comes back to the front" },
    { "lock", "lock the phone" },
    { "unlock", "unlock the phone: whoever was in front is in front again" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    rebound_class_install_action (klass, words[i].word, G_CALLBACK (perform_word),
                                  (gpointer) words[i].word, words[i].blurb, NULL);
}

static void
rebound_device_class_init (ReboundDeviceClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_device_get_property;
  object_class->set_property = rebound_device_set_property;
  object_class->finalize = rebound_device_finalize;

  properties[PROP_PROFILE] = g_param_spec_enum ("profile", NULL, "the system that it plays",
                                                REBOUND_TYPE_PROFILE, REBOUND_PROFILE_LINUX, flags);
  properties[PROP_REBIND_RULE] = g_param_spec_enum (
      "rebind-rule", NULL,
      "whose SO_REUSEADDR counts when a port is bound again: both generations' (Linux) or the new "
      "one's alone (Darwin)",
      REBOUND_TYPE_REBIND_RULE, REBOUND_REBIND_RULE_BOTH, flags);
  properties[PROP_TIME_WAIT] = rebound_param_spec_duration (
      "time-wait", NULL,
      "how long a closed connection stays in TIME_WAIT (Linux 60 s, Darwin 30 s)", 1,
      TIME_WAIT_MAXIMUM_USEC, TIME_WAIT_DEFAULT_USEC, flags);
  properties[PROP_LOCKED] = g_param_spec_boolean ("locked", NULL, "whether it is locked", FALSE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_actions (object_class);
}

static void
rebound_device_init (ReboundDevice *self)
{
  self->time_wait_usec = TIME_WAIT_DEFAULT_USEC;
}

ReboundDevice *
rebound_device_new (ReboundApplication *application)
{
  ReboundDevice *self = g_object_new (REBOUND_TYPE_DEVICE, NULL);

  self->application = g_object_ref (application);
  return self;
}

void
rebound_device_set_turn_func (ReboundDevice *self, ReboundTurnFunc turn, gpointer user_data)
{
  self->turn = turn;
  self->turn_data = user_data;
}

ReboundLife
rebound_device_get_life (ReboundDevice *self)
{
  ReboundLife life
      = { rebound_application_get_state (self->application), self->locked, self->in_front };

  return life;
}

gboolean
rebound_device_perform (ReboundDevice *self, const char *word, GError **error)
{
  ReboundLife life = rebound_device_get_life (self);
  const char *const *words = rebound_life_plan (&life, word);
  ReboundLife after;

  if (!rebound_application_is_between_words (self->application, word, error)
      || !rebound_life_check (&life, word, error))
    return FALSE;
  after = rebound_life_after (&life, word);
  self->in_front = after.in_front;
  if (self->locked != after.locked)
    {
      self->locked = after.locked;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOCKED]);
    }
  for (guint i = 0; words[i] != NULL; i++)
    {
      if (i > 0 && strcmp (words[i], "suspend") == 0 && self->turn != NULL)
        self->turn (self->turn_data);
      if (!rebound_application_perform (self->application, words[i], error))
        return FALSE;
    }
  return TRUE;
}
