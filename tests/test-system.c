/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "test-system.h"

#include "kernel/kernel-test.h"
#include "lifecycle/rebound-kernel-private.h"
#include "lifecycle/rebound-lifecycle-enums.h"
#include "lifecycle/rebound-member.h"

/* Where the script's listener or its own is. */
#define PORT 30000

struct _TestSystem
{
  GObject parent_instance;

  NetTest *test;
  guint n_taken;
  gint style; /* that is planned */
  int peer;   /* plain sockets, -1 where there is none */
  int listener;
};

G_DEFINE_FINAL_TYPE (TestSystem, test_system, G_TYPE_OBJECT)

static ReboundSite *
get_home (TestSystem *self)
{
  return rebound_application_get_site (rebound_run_get_application (self->test->run));
}

static GError *
take (TestSystem *self, gint style, gint listener, gpointer data)
{
  self->n_taken
      += rebound_kernel_reclaim (REBOUND_KERNEL (self->test->kernel), get_home (self),
                                 (ReboundReclaimStyle) style, (ReboundReclaimedListener) listener);
  return NULL;
}

static GError *
forget (TestSystem *self, gpointer data)
{
  rebound_kernel_forget (REBOUND_KERNEL (self->test->kernel), get_home (self));
  return NULL;
}

/* A peer that no actor is, and that says something when the script says so. */
static GError *
dial (TestSystem *self, gpointer data)
{
  self->peer = raw_connect (AF_INET, PORT, 0);
  return NULL;
}

static GError *
say (TestSystem *self, gpointer data)
{
  g_assert_cmpint (raw_send (self->peer, "hi"), ==, 2);
  return NULL;
}

static GError *
hang_up (TestSystem *self, gpointer data)
{
  raw_close (self->peer);
  self->peer = -1;
  return NULL;
}

static void
take_as_planned (TestSystem *self)
{
  take (self, self->style, REBOUND_RECLAIMED_LISTENER_DEAD, NULL);
}

/* Takes them away while the application has begun to do something and seen nothing come of it. */
static GError *
plan (TestSystem *self, gint style, gpointer data)
{
  self->style = style;
  g_signal_connect_object (rebound_run_get_application (self->test->run), "did-become-active",
                           G_CALLBACK (take_as_planned), self, G_CONNECT_SWAPPED);
  return NULL;
}

/* A listener whose backlog is full. */
static GError *
fill_backlog (TestSystem *self, gpointer data)
{
  self->listener = raw_listen (AF_INET, PORT, TRUE, 0);
  return dial (self, data);
}

static void
test_system_finalize (GObject *object)
{
  TestSystem *self = TEST_SYSTEM (object);

  if (self->peer >= 0)
    raw_close (self->peer);
  if (self->listener >= 0)
    raw_close (self->listener);
  G_OBJECT_CLASS (test_system_parent_class)->finalize (object);
}

static void
test_system_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_uint (value, TEST_SYSTEM (object)->n_taken);
}

static void
test_system_class_init (TestSystemClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  G_OBJECT_CLASS (klass)->get_property = test_system_get_property;
  G_OBJECT_CLASS (klass)->finalize = test_system_finalize;
  g_object_class_install_property (G_OBJECT_CLASS (klass), 1,
                                   g_param_spec_uint ("taken", NULL, "how many", 0, G_MAXUINT, 0,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  rebound_class_install_action (klass, "take", G_CALLBACK (take), NULL,
                                "take the application's sockets away",
                                g_param_spec_enum ("style", NULL, "how", REBOUND_TYPE_RECLAIM_STYLE,
                                                   REBOUND_RECLAIM_STYLE_FIN, flags),
                                g_param_spec_enum ("listener", NULL, "what listeners are then",
                                                   REBOUND_TYPE_RECLAIMED_LISTENER,
                                                   REBOUND_RECLAIMED_LISTENER_DEAD, flags),
                                NULL);
  rebound_class_install_action (klass, "forget", G_CALLBACK (forget), NULL, "start anew", NULL);
  rebound_class_install_action (klass, "dial", G_CALLBACK (dial), NULL, "connect to port 30000",
                                NULL);
  rebound_class_install_action (klass, "clog", G_CALLBACK (fill_backlog), NULL,
                                "leave no room there", NULL);
  rebound_class_install_action (klass, "plan", G_CALLBACK (plan), NULL,
                                "take them away at the next did-become-active",
                                g_param_spec_enum ("style", NULL, "how", REBOUND_TYPE_RECLAIM_STYLE,
                                                   REBOUND_RECLAIM_STYLE_FIN, flags),
                                NULL);
  rebound_class_install_action (klass, "say", G_CALLBACK (say), NULL, "say something", NULL);
  rebound_class_install_action (klass, "hang-up", G_CALLBACK (hang_up), NULL, "close it", NULL);
}

static void
test_system_init (TestSystem *self)
{
  self->peer = -1;
  self->listener = -1;
}

void
test_system_add (NetTest *test)
{
  TestSystem *self = g_object_new (TEST_TYPE_SYSTEM, NULL);

  self->test = test;
  net_test_add (test, "system", self);
}
