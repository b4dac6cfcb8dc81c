/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "net-test.h"

#include "descriptors.h"

#include <string.h>

#include "lifecycle/rebound-clock-private.h"
#include "net/rebound-isolation.h"
#include "net/rebound-kernel-probe-private.h"

NetTest *
net_test_new (const char *script)
{
  g_autoptr (GBytes) bytes = g_bytes_new (script, strlen (script));
  g_autoptr (GError) error = NULL;
  NetTest *self = g_new0 (NetTest, 1);

  if (rebound_isolation_is_entered ())
    rebound_kernel_probe (
        NULL); /* once a process, with sockets of its own that no test is to meet */
  rebound_net_init (&error);
  g_assert_no_error (error);
  self->run = rebound_run_new_from_bytes (bytes, "test.life", NULL, REBOUND_CLOCK_VIRTUAL, &error);
  g_assert_no_error (error);
  self->kernel = REBOUND_LINUX_KERNEL (rebound_linux_kernel_new ());
  rebound_run_set_kernel (self->run, REBOUND_KERNEL (self->kernel));
  self->sink = recording_sink_new ();
  rebound_run_add_sink (self->run, REBOUND_EVENT_SINK (self->sink));
  return self;
}

void
net_test_free (NetTest *self)
{
  g_object_unref (self->run);
  g_object_unref (self->kernel);
  g_object_unref (self->sink);
  g_free (self);
}

void
net_test_add (NetTest *self, const char *name, gpointer actor)
{
  g_assert_true (rebound_run_add_object (self->run, name, actor));
  g_object_unref (actor);
}

gpointer
net_test_find (NetTest *self, const char *name)
{
  return rebound_site_find (rebound_run_get_world (self->run), name);
}

void
net_test_play (NetTest *self)
{
  g_autoptr (GError) error = NULL;
  ReboundRunStatus status = rebound_run_play (self->run, &error);

  if (status != REBOUND_RUN_STATUS_AS_EXPECTED)
    {
      g_autofree char *text = recording_sink_dup_text (self->sink, RECORDING_ALL_GROUPS);

      g_test_message ("%s", text);
    }
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, REBOUND_RUN_STATUS_AS_EXPECTED);
}

#define STORY_GROUPS (REBOUND_EVENT_GROUP_ACTORS | REBOUND_EVENT_GROUP_SOCKETS)

char *
net_test_dup_story_of (NetTest *self, ReboundEventGroup groups, const char *actors)
{
  g_auto (GStrv) names = g_strsplit (actors, " ", -1);
  g_autofree char *text = recording_sink_dup_text (self->sink, groups);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *story = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *actor = strchr (lines[i], ' ');
      const char *end = actor != NULL ? strchr (actor, ':') : NULL;
      g_autofree char *name = end != NULL ? g_strndup (actor + 1, end - actor - 1) : NULL;

      if (name != NULL && g_strv_contains ((const char *const *) names, name))
        g_string_append_printf (story, "%s\n", lines[i]);
    }
  return g_string_free (story, FALSE);
}

char *
net_test_dup_story (NetTest *self, const char *actors)
{
  return net_test_dup_story_of (self, STORY_GROUPS, actors);
}

/* What is made once a process: GLib has a thread for tasks, with an eventfd. */
static void
warm_up (void)
{
  static gboolean is_warm;
  g_autoptr (NetTest) test = NULL;

  if (is_warm)
    return;
  is_warm = TRUE;
  g_type_ensure (G_TYPE_TASK);
  test = net_test_new ("launch\n");
  net_test_play (test);
}

/* However a story ends, no descriptor of it is left open. */
static void
play_story (ReboundEventGroup groups, const char *script, const char *actors, const char *expected)
{
  g_autofree char *story = NULL;
  guint n_descriptors;
  NetTest *test;

  warm_up ();
  n_descriptors = count_descriptors ();
  test = net_test_new (script);
  net_test_play (test);
  story = net_test_dup_story_of (test, groups, actors);
  g_assert_cmpstr (story, ==, expected);
  net_test_free (test);
  g_assert_cmpuint (count_descriptors (), ==, n_descriptors);
}

void
net_test_play_story (const char *script, const char *actors, const char *expected)
{
  play_story (STORY_GROUPS, script, actors, expected);
}

void
net_test_come_to (ReboundClock *clock, GMainContext *context, gint64 time_usec)
{
  gint64 next_usec;

  while ((next_usec = rebound_clock_get_next_deadline_usec (clock)) >= 0 && next_usec <= time_usec)
    {
      rebound_clock_jump (clock, next_usec);
      while (rebound_clock_grant (clock))
        g_main_context_iteration (context, FALSE);
    }
  rebound_clock_jump (clock, time_usec);
}

/* -- tables -- */

typedef struct
{
  char *script;
  ReboundEventGroup groups;
  gconstpointer row;
} Case;

static void
case_free (gpointer data)
{
  Case *self = data;

  g_free (self->script);
  g_free (self);
}

static void
add_case (const char *folder,
          const char *name,
          const char *preamble,
          const char *script,
          ReboundEventGroup groups,
          gconstpointer row,
          GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("%s/%s", folder, name);
  Case *self = g_new (Case, 1);

  self->script = g_strconcat (preamble != NULL ? preamble : "", script, NULL);
  self->groups = groups;
  self->row = row;
  g_test_add_data_func_full (path, self, test, case_free);
}

static void
test_story (gconstpointer data)
{
  const Case *self = data;
  const NetTestStory *story = self->row;

  play_story (self->groups, self->script, story->actors, story->story);
}

void
net_test_add_stories_of (const char *folder,
                         const char *preamble,
                         ReboundEventGroup groups,
                         const NetTestStory *stories,
                         guint n_stories)
{
  for (guint i = 0; i < n_stories; i++)
    add_case (folder, stories[i].name, preamble, stories[i].script, groups, &stories[i],
              test_story);
}

void
net_test_add_stories (const char *folder,
                      const char *preamble,
                      const NetTestStory *stories,
                      guint n_stories)
{
  net_test_add_stories_of (folder, preamble, STORY_GROUPS, stories, n_stories);
}

static void
test_refusal (gconstpointer data)
{
  const Case *self = data;
  const NetTestRefusal *refusal = self->row;
  g_autoptr (NetTest) test = net_test_new (self->script);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (rebound_run_play (test->run, &error), ==, REBOUND_RUN_STATUS_FAILED);
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_suffix (error->message, refusal->message));
}

void
net_test_add_refusals (const char *folder,
                       const char *preamble,
                       const NetTestRefusal *refusals,
                       guint n_refusals)
{
  for (guint i = 0; i < n_refusals; i++)
    add_case (folder, refusals[i].name, preamble, refusals[i].script, 0, &refusals[i],
              test_refusal);
}
