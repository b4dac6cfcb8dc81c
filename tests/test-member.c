/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals and actions with names for their parameters, and how a script finds them: those of the
 * class, of its parents and of its interfaces, but not GObject's own. */

#include "lifecycle/rebound-member-private.h"

#include <string.h>

#include "bell.h"

/* -- a parent, an interface, and a child of both -- */

#define TEST_TYPE_SPEAKS (test_speaks_get_type ())
G_DECLARE_INTERFACE (TestSpeaks, test_speaks, TEST, SPEAKS, GObject)

struct _TestSpeaksInterface
{
  GTypeInterface parent_iface;
};

G_DEFINE_INTERFACE (TestSpeaks, test_speaks, G_TYPE_OBJECT)

static void
test_speaks_default_init (TestSpeaksInterface *iface)
{
  g_signal_new ("spoke", TEST_TYPE_SPEAKS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("speak", TEST_TYPE_SPEAKS, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

#define TEST_TYPE_PARENT (test_parent_get_type ())
G_DECLARE_DERIVABLE_TYPE (TestParent, test_parent, TEST, PARENT, GObject)

struct _TestParentClass
{
  GObjectClass parent_class;
};

G_DEFINE_TYPE (TestParent, test_parent, G_TYPE_OBJECT)

static void
test_parent_class_init (TestParentClass *klass)
{
  rebound_class_install_signal (klass, "aged", REBOUND_EVENT_GROUP_LIFE, "aged", "older now", NULL);
}

static void
test_parent_init (TestParent *self)
{
}

#define TEST_TYPE_CHILD (test_child_get_type ())
G_DECLARE_FINAL_TYPE (TestChild, test_child, TEST, CHILD, TestParent)

struct _TestChild
{
  TestParent parent_instance;
};

static void
test_child_speaks_init (TestSpeaksInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestChild,
                               test_child,
                               TEST_TYPE_PARENT,
                               G_IMPLEMENT_INTERFACE (TEST_TYPE_SPEAKS, test_child_speaks_init))

static void
test_child_class_init (TestChildClass *klass)
{
  g_signal_new ("cried", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

static void
test_child_init (TestChild *self)
{
}

/* -- tests -- */

static void
check_names (GType type, gboolean action, const char *expected)
{
  g_autofree const char **names = rebound_member_list_names (type, action);
  g_autofree char *joined = g_strjoinv (" ", (char **) names);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_lists (void)
{
  g_autoptr (GObject) child = g_object_new (TEST_TYPE_CHILD, NULL);
  g_autoptr (TestBell) bell = test_bell_new ();

  g_test_summary ("Own members, the parent's and the interfaces'; GObject's notify is none");

  check_names (TEST_TYPE_CHILD, FALSE, "aged spoke cried");
  check_names (TEST_TYPE_CHILD, TRUE, "speak");
  check_names (TEST_TYPE_PARENT, FALSE, "aged");
  check_names (TEST_TYPE_PARENT, TRUE, "");
  check_names (G_TYPE_OBJECT, FALSE, "");
  check_names (TEST_TYPE_BELL, FALSE, "rang lived told abandoned plain");
  check_names (TEST_TYPE_BELL, TRUE, "ring ring-later crack nameless");
}

static void
test_find (void)
{
  static const struct
  {
    const char *name;
    gboolean action;
    gboolean found;
  } cases[] = {
    { "cried", FALSE, TRUE },   { "aged", FALSE, TRUE },   { "spoke", FALSE, TRUE },
    { "speak", TRUE, TRUE },    { "speak", FALSE, FALSE }, { "cried", TRUE, FALSE },
    { "notify", FALSE, FALSE }, { "notify", TRUE, FALSE }, { "nope", FALSE, FALSE },
  };
  g_autoptr (GObject) child = g_object_new (TEST_TYPE_CHILD, NULL);

  g_test_summary ("An action is found as such and as nothing else, and so is a signal");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (rebound_member_find (TEST_TYPE_CHILD, cases[i].name, cases[i].action) != 0, ==,
                     cases[i].found);
}

static void
test_arguments (void)
{
  g_autoptr (TestBell) bell = test_bell_new ();
  guint rang = rebound_member_find (TEST_TYPE_BELL, "rang", FALSE);
  guint ring = rebound_member_find (TEST_TYPE_BELL, "ring", TRUE);
  guint plain = rebound_member_find (TEST_TYPE_BELL, "plain", FALSE);
  GParamSpec **arguments;
  guint n;

  g_test_summary ("What was installed with names has them; a plain signal has none");

  arguments = rebound_member_list_arguments (rang, &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpstr (arguments[0]->name, ==, "number");
  g_assert_cmpstr (arguments[1]->name, ==, "words");
  g_assert_cmpstr (rebound_member_get_blurb (rang), ==, "it rang");
  g_assert_cmpint (rebound_member_look_up (rang)->group, ==, REBOUND_EVENT_GROUP_ACTORS);
  arguments = rebound_member_list_arguments (ring, &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (G_PARAM_SPEC_UINT (arguments[0])->maximum, ==, 20000);
  g_assert_null (rebound_member_list_arguments (plain, &n));
  g_assert_cmpuint (n, ==, 0);
  g_assert_null (rebound_member_get_blurb (plain));
  g_assert_null (rebound_member_look_up (plain));
}

static void
test_perform (void)
{
  g_autoptr (TestBell) bell = test_bell_new ();
  GError *error = NULL;

  g_test_summary ("An action is a signal that anybody can emit; its result is its error");

  g_signal_emit_by_name (bell, "ring", 3u, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (test_bell_get_n_rung (bell), ==, 3);
  g_signal_emit_by_name (bell, "crack", "frost", &error);
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, "the bell is cracked: frost");
  g_clear_error (&error);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/member/lists", test_lists);
  g_test_add_func ("/member/find", test_find);
  g_test_add_func ("/member/arguments", test_arguments);
  g_test_add_func ("/member/perform", test_perform);
  return g_test_run ();
}
