/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Registering types for scripts: what is refused, and that a second time does no harm. */

#include "lifecycle/rebound-scriptable-private.h"

#include <string.h>

#include "bell.h"
#include "lifecycle/rebound-device.h"
#include "lifecycle/rebound-error.h"
#include "net/rebound.h"

/* -- classes in which a name stands for two things -- */

#define CLASS(Name, name, SIGNAL_FLAGS)                                                            \
  typedef struct                                                                                   \
  {                                                                                                \
    GObject parent_instance;                                                                       \
  } Name;                                                                                          \
  typedef GObjectClass Name##Class;                                                                \
  G_GNUC_UNUSED static GType name##_get_type (void);                                               \
  G_DEFINE_TYPE (Name, name, G_TYPE_OBJECT)                                                        \
  static void name##_get (GObject *object, guint id, GValue *value, GParamSpec *pspec)             \
  {                                                                                                \
  }                                                                                                \
  static void name##_class_init (Name##Class *klass)                                               \
  {                                                                                                \
    G_OBJECT_CLASS (klass)->get_property = name##_get;                                             \
    g_object_class_install_property (G_OBJECT_CLASS (klass), 1,                                    \
                                     g_param_spec_int ("same", NULL, NULL, 0, 1, 0,                \
                                                       G_PARAM_READABLE));                         \
    g_signal_new ("same", G_TYPE_FROM_CLASS (klass), SIGNAL_FLAGS, 0, NULL, NULL, NULL,            \
                  G_TYPE_NONE, 0);                                                                 \
  }                                                                                                \
  static void name##_init (Name *self)                                                             \
  {                                                                                                \
  }

CLASS (TestSignalClash, test_signal_clash, G_SIGNAL_RUN_LAST)
CLASS (TestActionClash, test_action_clash, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION)

#define TEST_TYPE_ABSTRACT (test_abstract_get_type ())
G_DECLARE_DERIVABLE_TYPE (TestAbstract, test_abstract, TEST, ABSTRACT, GObject)

struct _TestAbstractClass
{
  GObjectClass parent_class;
};

G_DEFINE_ABSTRACT_TYPE (TestAbstract, test_abstract, G_TYPE_OBJECT)

static void
test_abstract_class_init (TestAbstractClass *klass)
{
}

static void
test_abstract_init (TestAbstract *self)
{
}

/* -- tests -- */

static void
test_collisions (void)
{
  static const struct
  {
    GType (*get_type) (void);
    const char *message;
  } cases[] = {
    { test_signal_clash_get_type,
      "TestSignalClash has a property and a signal that are both called “same”; a script could not "
      "tell them apart" },
    { test_action_clash_get_type,
      "TestActionClash has a property and a signal that are both called “same”; a script could not "
      "tell them apart" },
  };

  g_test_summary ("Properties, actions and signals share one namespace: a collision is refused");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (rebound_scriptable_register (cases[i].get_type (), "clash",
                                                   REBOUND_SIDE_WORLD, "", &error));
      g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL);
      g_assert_cmpstr (error->message, ==, cases[i].message);
      g_assert_cmpint (rebound_scriptable_look_up ("clash", NULL), ==, G_TYPE_INVALID);
    }
}

/* They are not checked when they are registered. */
static void
test_known (void)
{
  g_autofree const char **names = NULL;

  g_test_summary ("The library's own types have a name for each member");

  g_assert_true (rebound_net_init (NULL));
  names = rebound_scriptable_list ();
  g_assert_cmpuint (g_strv_length ((char **) names), >=, 10);
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      rebound_scriptable_check_members (rebound_scriptable_look_up (names[i], NULL), &error);
      g_assert_no_error (error);
    }
  g_assert_true (rebound_scriptable_check_members (REBOUND_TYPE_DEVICE, NULL));
}

static void
test_refused (void)
{
  static const char *const names[]
      = { "", "Bell", "1bell", "-bell", "bell bell", "bell.x", "glöckchen" };

  g_test_summary ("A name that no script can write, and a type that cannot be made, are refused");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (
          rebound_scriptable_register (TEST_TYPE_BELL, names[i], REBOUND_SIDE_WORLD, "", &error));
      g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL);
    }
  g_assert_false (
      rebound_scriptable_register (TEST_TYPE_ABSTRACT, "a", REBOUND_SIDE_WORLD, "", NULL));
  g_assert_false (rebound_scriptable_register (G_TYPE_INT, "i", REBOUND_SIDE_WORLD, "", NULL));
  g_assert_false (
      rebound_scriptable_register (REBOUND_TYPE_ACTOR, "actor", REBOUND_SIDE_WORLD, "", NULL));
  g_assert_null (rebound_scriptable_get_blurb ("a"));
}

static void
test_again (void)
{
  g_autoptr (GError) error = NULL;
  ReboundSide side;

  g_test_summary ("The same type again is fine; another one under its name is not");

  test_bell_register ();
  test_bell_register ();
  g_assert_cmpint (rebound_scriptable_look_up ("bell", &side), ==, TEST_TYPE_BELL);
  g_assert_cmpint (side, ==, REBOUND_SIDE_WORLD);
  g_assert_cmpint (rebound_scriptable_look_up ("app-bell", &side), ==, TEST_TYPE_BELL);
  g_assert_cmpint (side, ==, REBOUND_SIDE_APPLICATION);
  g_assert_cmpstr (rebound_scriptable_get_blurb ("bell"), ==, "a bell");

  g_assert_false (
      rebound_scriptable_register (G_TYPE_OBJECT, "bell", REBOUND_SIDE_WORLD, "", &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL);
  g_assert_cmpstr (error->message, ==, "“bell” is TestBell already; it cannot be GObject too");
  g_assert_cmpint (rebound_scriptable_look_up ("bell", NULL), ==, TEST_TYPE_BELL);
}

static void
test_unknown (void)
{
  g_test_summary ("What nobody registered is not known");

  g_assert_cmpint (rebound_scriptable_look_up ("whistle", NULL), ==, G_TYPE_INVALID);
  g_assert_null (rebound_scriptable_get_blurb ("whistle"));
}

static void
test_list (void)
{
  g_autofree const char **names = NULL;
  g_autofree char *joined = NULL;

  g_test_summary ("All names, sorted");

  test_bell_register ();
  names = rebound_scriptable_list ();
  joined = g_strjoinv (" ", (char **) names);
  g_assert_cmpstr (joined, ==, "app-bell bell");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scriptable/collisions", test_collisions);
  g_test_add_func ("/scriptable/refused", test_refused);
  g_test_add_func ("/scriptable/unknown", test_unknown);
  g_test_add_func ("/scriptable/again", test_again);
  g_test_add_func ("/scriptable/list", test_list);
  g_test_add_func ("/scriptable/known", test_known);
  return g_test_run ();
}
