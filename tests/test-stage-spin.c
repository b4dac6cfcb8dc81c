/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Busy loops: what is one and what is none, and that the source, its actor and its descriptor are
 * named. */

#include "stage-test.h"

#include <glib-unix.h>
#include <unistd.h>

#include "lifecycle/rebound-error.h"

static gpointer culprit;

static const char *
blame (gpointer suspect, gpointer user_data)
{
  return suspect != NULL && suspect == culprit ? user_data : NULL;
}

static char *
spin (StageTest *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (rebound_stage_settle (self->stage, &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_ACTION);
  g_assert_cmpuint (recording_sink_count (self->sink, NULL, "spin"), ==, 1);
  return recording_sink_dup_log (self->sink, REBOUND_EVENT_GROUP_CHECKS);
}

static gboolean
leave_it (int fd, GIOCondition condition, gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
test_spin_descriptor (StageTest *self, gconstpointer mode)
{
  g_autofree char *log = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSource) idle = g_timeout_source_new_seconds (3600);
  g_autoptr (GSource) source = NULL;
  int fds[2];

  g_test_summary ("A busy loop is named: the source among others, its actor, its descriptor");

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  g_assert_cmpint (write (fds[1], "x", 1), ==, 1);
  culprit = self;
  rebound_stage_set_blame (self->stage, blame, (gpointer) "web");
  g_source_set_static_name (idle, "innocent");
  g_source_attach (idle, self->contexts[HOME]);
  source = g_unix_fd_source_new (fds[0], G_IO_IN);
  g_source_set_static_name (source, "deaf");
  g_source_set_callback (source, G_SOURCE_FUNC (leave_it), self, NULL);
  g_source_attach (source, self->contexts[HOME]);

  log = spin (self);
  expected = g_strdup_printf ("0s web spin source=“deaf” descriptor=%d\n", fds[0]);
  g_assert_cmpstr (log, ==, expected);
  g_free (expected);
  expected = g_strdup_printf (
      "web: busy loop: “deaf” was dispatched 10000 times in a row at one instant and nothing "
      "changed; ready for ever is descriptor %d; expected it to make progress or to be removed",
      fds[0]);
  g_assert_false (rebound_stage_settle (self->stage, &error));
  g_assert_cmpstr (error->message, ==, expected);
  g_source_destroy (source);
  g_source_destroy (idle);
  close (fds[0]);
  close (fds[1]);
}

static void
test_spin_nobody (StageTest *self, gconstpointer mode)
{
  g_autofree char *log = NULL;
  StageProbe *probe = stage_probe_new (self, WORLD, "nobody's", 0);

  g_test_summary ("A busy loop that no actor owns is the run's");

  probe->log = NULL;
  log = spin (self);
  g_assert_cmpstr (log, ==, "0s run spin source=“nobody's”\n");
  g_assert_cmpuint (probe->n_dispatched, ==, 10000);
  stage_probe_free (probe);
}

static void
arm_again (gpointer user_data)
{
  rebound_timer_arm (*(ReboundTimer **) user_data, 0);
}

static void
test_spin_timer (StageTest *self, gconstpointer mode)
{
  g_autofree char *log = NULL;
  g_autoptr (ReboundTimer) timer = NULL;

  g_test_summary ("A timer that arms itself for now, for ever, is a busy loop of that name");

  culprit = &timer;
  rebound_stage_set_blame (self->stage, blame, (gpointer) "clock");
  timer = rebound_site_new_timer (self->sites[HOME], "zero", arm_again, &timer);
  rebound_timer_arm (timer, 0);
  log = spin (self);
  g_assert_cmpstr (log, ==, "0s clock spin source=“zero”\n");
}

static void
make_progress (gpointer user_data)
{
  rebound_site_note_progress (user_data);
}

static void
make_event (gpointer user_data)
{
  static const ReboundNote thing
      = { .kind = "thing", .group = REBOUND_EVENT_GROUP_ACTORS, .text = "a thing" };

  rebound_journal_note (user_data, "a", &thing);
}

static void
test_no_spin (StageTest *self, gconstpointer mode)
{
  StageProbe *probe;

  g_test_summary ("A source that is dispatched often and makes progress is no busy loop");

  for (guint i = 0; i < 2; i++)
    {
      probe = stage_probe_new (self, i, "worker", 30000);
      probe->log = NULL;
      probe->on_dispatch = i == 0 ? make_progress : make_event;
      probe->user_data = i == 0 ? (gpointer) self->sites[HOME] : self->journal;
      stage_test_settle (self);
      g_assert_cmpuint (probe->n_dispatched, ==, 30000);
      stage_probe_free (probe);
    }
  probe = stage_probe_new (self, HOME, "short", 9999);
  probe->log = NULL;
  stage_test_settle (self);
  stage_probe_free (probe);
}

static gboolean
read_one (int fd, GIOCondition condition, gpointer user_data)
{
  char byte;

  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  return G_SOURCE_CONTINUE;
}

static void
test_reading_is_no_spin (StageTest *self, gconstpointer mode)
{
  g_autofree char *bytes = g_malloc0 (20000);
  g_autoptr (GSource) source = NULL;
  int fds[2];

  g_test_summary ("Bytes that are read are progress, though nobody says so");

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  g_assert_cmpint (write (fds[1], bytes, 20000), ==, 20000);
  source = g_unix_fd_source_new (fds[0], G_IO_IN);
  g_source_set_callback (source, G_SOURCE_FUNC (read_one), self, NULL);
  g_source_attach (source, self->contexts[HOME]);
  stage_test_settle (self);
  g_source_destroy (source);
  close (fds[0]);
  close (fds[1]);
}

#define ADD(path, mode, function)                                                                  \
  g_test_add ("/stage-spin/" path, StageTest, GUINT_TO_POINTER (mode), stage_test_set_up,          \
              function, stage_test_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("descriptor", REBOUND_CLOCK_VIRTUAL, test_spin_descriptor);
  ADD ("nobody", REBOUND_CLOCK_VIRTUAL, test_spin_nobody);
  ADD ("timer", REBOUND_CLOCK_VIRTUAL, test_spin_timer);
  ADD ("none", REBOUND_CLOCK_VIRTUAL, test_no_spin);
  ADD ("reading", REBOUND_CLOCK_VIRTUAL, test_reading_is_no_spin);
  return g_test_run ();
}
