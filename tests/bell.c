/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The smallest class that uses all that scripts can use. It rings when it is told to, at once or
 * later, and every so often if “every” says so; nothing in it knows of a script. */

#include "bell.h"

#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "lifecycle/rebound-scriptable.h"

typedef enum
{
  TEST_TONE_LOW,
  TEST_TONE_HIGH,
} TestTone;

typedef enum
{
  TEST_METAL_TIN = 1 << 0,
  TEST_METAL_LEAD = 1 << 1,
} TestMetal;

struct _TestBell
{
  GObject parent_instance;

  ReboundSite *site;
  ReboundTimer *timer;
  gint64 every_usec;
  gint64 weight_bytes;
  gint volume;
  double pitch;
  gboolean loud;
  TestTone tone;
  TestMetal metal;
  char *inscription;
  char *tower;
  guint serial;
  guint n_rung;
  guint n_lives;
  guint n_abandoned;
};

enum
{
  PROP_EVERY = 1,
  PROP_WEIGHT,
  PROP_VOLUME,
  PROP_PITCH,
  PROP_LOUD,
  PROP_TONE,
  PROP_METAL,
  PROP_INSCRIPTION,
  PROP_TOWER,
  PROP_SERIAL,
  PROP_RUNG,
  PROP_SECRET,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint rang_signal;
static guint lived_signal;
static guint told_signal;
static guint abandoned_signal;

static void test_bell_actor_init (ReboundActorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TestBell,
                               test_bell,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR, test_bell_actor_init))

static GType
test_tone_get_type (void)
{
  static const GEnumValue values[]
      = { { TEST_TONE_LOW, "LOW", "low" }, { TEST_TONE_HIGH, "HIGH", "high" }, { 0 } };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("TestTone", values));
  return type;
}

static GType
test_metal_get_type (void)
{
  static const GFlagsValue values[]
      = { { TEST_METAL_TIN, "TIN", "tin" }, { TEST_METAL_LEAD, "LEAD", "lead" }, { 0 } };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_flags_register_static ("TestMetal", values));
  return type;
}

void
test_bell_ring (TestBell *self)
{
  self->n_rung++;
  g_signal_emit (self, rang_signal, 0, self->n_rung, self->inscription);
}

static void
on_timer (gpointer user_data)
{
  TestBell *self = user_data;

  if (self->every_usec > 0)
    rebound_timer_arm (self->timer, self->every_usec);
  test_bell_ring (self);
}

/* -- actions -- */

static GError *
ring (TestBell *self, guint times, gpointer unused)
{
  for (guint i = 0; i < times; i++)
    test_bell_ring (self);
  return NULL;
}

static GError *
ring_later (TestBell *self, gint64 delay_usec, gpointer unused)
{
  if (self->timer == NULL)
    return g_error_new_literal (REBOUND_ERROR, REBOUND_ERROR_ACTION, "there is no bell any more");
  rebound_timer_arm (self->timer, delay_usec);
  return NULL;
}

static GError *
crack (TestBell *self, const char *why, gpointer unused)
{
  return g_error_new (REBOUND_ERROR, REBOUND_ERROR_ACTION, "the bell is cracked: %s", why);
}

/* -- the actor -- */

static void
test_bell_come_to_life (ReboundActor *actor, ReboundSite *site)
{
  TestBell *self = TEST_BELL (actor);

  g_set_object (&self->site, site);
  g_clear_pointer (&self->timer, rebound_timer_free);
  self->timer = rebound_site_new_timer (site, "TestBell", on_timer, self);
  self->n_lives++;
  g_signal_emit (self, lived_signal, 0);
  if (self->every_usec > 0)
    rebound_timer_arm (self->timer, self->every_usec);
}

static void
test_bell_told (ReboundActor *actor, ReboundCallback callback)
{
  static const char *const names[REBOUND_N_CALLBACKS]
      = { "WF", "DF", "BA", "RA", "EB", "EF", "WT", "MW", "PDU", "PDA" };

  g_signal_emit (actor, told_signal, 0, names[callback]);
}

static void
test_bell_abandon (ReboundActor *actor)
{
  TestBell *self = TEST_BELL (actor);

  self->n_abandoned++;
  g_clear_pointer (&self->timer, rebound_timer_free);
  g_signal_emit (self, abandoned_signal, 0);
}

static char *
test_bell_dup_waiting_for (ReboundActor *actor)
{
  return g_strdup (g_str_equal (TEST_BELL (actor)->inscription, "waits") ? "waits for a ringer"
                                                                         : NULL);
}

static void
test_bell_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = test_bell_come_to_life;
  iface->told = test_bell_told;
  iface->abandon = test_bell_abandon;
  iface->dup_waiting_for = test_bell_dup_waiting_for;
}

/* -- the class -- */

static void
test_bell_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TestBell *self = TEST_BELL (object);

  switch (id)
    {
    case PROP_EVERY:
      g_value_set_int64 (value, self->every_usec);
      break;
    case PROP_WEIGHT:
      g_value_set_int64 (value, self->weight_bytes);
      break;
    case PROP_VOLUME:
      g_value_set_int (value, self->volume);
      break;
    case PROP_PITCH:
      g_value_set_double (value, self->pitch);
      break;
    case PROP_LOUD:
      g_value_set_boolean (value, self->loud);
      break;
    case PROP_TONE:
      g_value_set_enum (value, (gint) self->tone);
      break;
    case PROP_METAL:
      g_value_set_flags (value, self->metal);
      break;
    case PROP_INSCRIPTION:
      g_value_set_string (value, self->inscription);
      break;
    case PROP_TOWER:
      g_value_set_string (value, self->tower);
      break;
    case PROP_SERIAL:
      g_value_set_uint (value, self->serial);
      break;
    case PROP_RUNG:
      g_value_set_uint (value, self->n_rung);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
test_bell_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TestBell *self = TEST_BELL (object);

  switch (id)
    {
    case PROP_EVERY:
      self->every_usec = g_value_get_int64 (value);
      break;
    case PROP_WEIGHT:
      self->weight_bytes = g_value_get_int64 (value);
      break;
    case PROP_VOLUME:
      self->volume = g_value_get_int (value);
      break;
    case PROP_PITCH:
      self->pitch = g_value_get_double (value);
      break;
    case PROP_LOUD:
      self->loud = g_value_get_boolean (value);
      break;
    case PROP_TONE:
      self->tone = (TestTone) g_value_get_enum (value);
      break;
    case PROP_METAL:
      self->metal = (TestMetal) g_value_get_flags (value);
      break;
    case PROP_INSCRIPTION:
      g_free (self->inscription);
      self->inscription = g_value_dup_string (value);
      break;
    case PROP_TOWER:
      g_free (self->tower);
      self->tower = g_value_dup_string (value);
      break;
    case PROP_SERIAL:
      self->serial = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
test_bell_finalize (GObject *object)
{
  TestBell *self = TEST_BELL (object);

  g_clear_pointer (&self->timer, rebound_timer_free);
  g_clear_object (&self->site);
  g_free (self->inscription);
  g_free (self->tower);
  G_OBJECT_CLASS (test_bell_parent_class)->finalize (object);
}

/* A tower that is no actor has to be a number. */
static gboolean
validate_tower (const char *text, char **expected)
{
  if (g_ascii_isdigit (*text))
    return TRUE;
  *expected = g_strdup ("a number");
  return FALSE;
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const GParamFlags once = flags | G_PARAM_CONSTRUCT_ONLY;

  properties[PROP_EVERY]
      = rebound_param_spec_duration ("every", NULL, "how often it rings by itself", 0,
                                     3600 * (gint64) G_USEC_PER_SEC, 0, flags);
  properties[PROP_WEIGHT]
      = rebound_param_spec_size ("weight", NULL, "as bytes", 0, 1 << 20, 1024, flags);
  properties[PROP_VOLUME] = g_param_spec_int ("volume", NULL, "how loud", -10, 10, 3, flags);
  properties[PROP_PITCH] = g_param_spec_double ("pitch", NULL, "how high", 0, 2, 0.5, flags);
  properties[PROP_LOUD] = g_param_spec_boolean ("loud", NULL, "whether loud", FALSE, flags);
  properties[PROP_TONE] = g_param_spec_enum ("tone", NULL, "low or high", test_tone_get_type (),
                                             TEST_TONE_LOW, flags);
  properties[PROP_METAL]
      = g_param_spec_flags ("metal", NULL, "what it is of", test_metal_get_type (), 0, flags);
  properties[PROP_INSCRIPTION] = g_param_spec_string ("inscription", NULL, "what stands on it", "",
                                                      flags | G_PARAM_CONSTRUCT);
  properties[PROP_TOWER]
      = rebound_param_spec_reference ("tower", NULL, "where it hangs", validate_tower, flags);
  properties[PROP_SERIAL] = g_param_spec_uint ("serial", NULL, "a number", 0, 99, 7, once);
  properties[PROP_RUNG] = g_param_spec_uint ("rung", NULL, "how often it rang", 0, G_MAXUINT, 0,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_SECRET] = g_param_spec_pointer ("secret", NULL, "not for scripts", flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static void
install_actions (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  rebound_class_install_action (klass, "ring", G_CALLBACK (ring), NULL, "ring now",
                                g_param_spec_uint ("times", NULL, "how often", 1, 20000, 1, flags),
                                NULL);
  rebound_class_install_action (klass, "ring-later", G_CALLBACK (ring_later), NULL, "ring later",
                                rebound_param_spec_duration ("delay", NULL, "when", 0, G_MAXINT64,
                                                             G_USEC_PER_SEC, flags),
                                NULL);
  rebound_class_install_action (klass, "crack", G_CALLBACK (crack), NULL, "break",
                                g_param_spec_string ("why", NULL, "why", "age", flags), NULL);
  g_signal_new ("nameless", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, 0, NULL,
                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
test_bell_class_init (TestBellClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_bell_get_property;
  object_class->set_property = test_bell_set_property;
  object_class->finalize = test_bell_finalize;
  install_properties (object_class);
  install_actions (object_class);
  rang_signal = rebound_class_install_signal (
      klass, "rang", REBOUND_EVENT_GROUP_ACTORS, "rang, for the {number}. time[: “{words}”]",
      "it rang", g_param_spec_uint ("number", NULL, "how often", 0, G_MAXUINT, 0, G_PARAM_READABLE),
      g_param_spec_string ("words", NULL, "its inscription", NULL, G_PARAM_READABLE), NULL);
  lived_signal = rebound_class_install_signal (klass, "lived", REBOUND_EVENT_GROUP_ACTORS,
                                               "came to life", "it came to life", NULL);
  told_signal = rebound_class_install_signal (
      klass, "told", REBOUND_EVENT_GROUP_ACTORS, "was told {callback}", "it was told",
      g_param_spec_string ("callback", NULL, "of what", NULL, G_PARAM_READABLE), NULL);
  abandoned_signal = rebound_class_install_signal (klass, "abandoned", REBOUND_EVENT_GROUP_ACTORS,
                                                   "was abandoned", "its process is gone", NULL);
  g_signal_new ("plain", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

static void
test_bell_init (TestBell *self)
{
  self->weight_bytes = 1024;
  self->volume = 3;
  self->pitch = 0.5;
}

void
test_bell_register (void)
{
  g_autoptr (GError) error = NULL;

  rebound_scriptable_register (TEST_TYPE_BELL, "bell", REBOUND_SIDE_WORLD, "a bell", &error);
  g_assert_no_error (error);
  rebound_scriptable_register (TEST_TYPE_BELL, "app-bell", REBOUND_SIDE_APPLICATION,
                               "a bell of the application's", &error);
  g_assert_no_error (error);
}

TestBell *
test_bell_new (void)
{
  return g_object_new (TEST_TYPE_BELL, NULL);
}

guint
test_bell_get_n_rung (TestBell *self)
{
  return self->n_rung;
}

guint
test_bell_get_n_lives (TestBell *self)
{
  return self->n_lives;
}

guint
test_bell_get_n_abandoned (TestBell *self)
{
  return self->n_abandoned;
}
