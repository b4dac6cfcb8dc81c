/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A source that is suspended must not be called at all, which only a source of the test's own can
 * tell: the probe counts its prepare, check and dispatch. */

#include "stage-test.h"

#include <glib-unix.h>
#include <poll.h>
#include <unistd.h>

#include "lifecycle/rebound-clock-private.h"

void
stage_test_set_up (StageTest *self, gconstpointer mode)
{
  self->clock = rebound_clock_new (GPOINTER_TO_UINT (mode));
  self->kernel = fake_kernel_new ();
  for (guint i = 0; i < 2; i++)
    {
      self->contexts[i] = g_main_context_new ();
      self->sites[i] = rebound_site_new (self->clock, self->contexts[i]);
      rebound_site_set_kernel (self->sites[i], REBOUND_KERNEL (self->kernel));
    }
  self->journal = rebound_journal_new (self->clock);
  self->sink = recording_sink_new ();
  rebound_journal_add_sink (self->journal, REBOUND_EVENT_SINK (self->sink));
  self->stage = rebound_stage_new (self->sites[WORLD], self->sites[HOME], self->journal);
  self->log = g_string_new (NULL);
}

void
stage_test_tear_down (StageTest *self, gconstpointer mode)
{
  rebound_stage_free (self->stage);
  rebound_journal_free (self->journal);
  g_object_unref (self->sink);
  g_object_unref (self->kernel);
  g_string_free (self->log, TRUE);
  for (guint i = 0; i < 2; i++)
    {
      g_object_unref (self->sites[i]);
      g_main_context_unref (self->contexts[i]);
    }
  g_assert_finalize_object (self->clock);
}

void
stage_test_settle (StageTest *self)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rebound_stage_settle (self->stage, &error));
  g_assert_no_error (error);
}

void
stage_test_advance (StageTest *self, gint64 usec)
{
  g_autoptr (GError) error = NULL;
  gint64 until_usec = rebound_clock_get_time_usec (self->clock) + usec;

  g_assert_cmpint (rebound_stage_advance (self->stage, until_usec, NULL, NULL, &error), ==,
                   REBOUND_ADVANCE_REACHED);
  g_assert_no_error (error);
}

void
stage_test_suspend (StageTest *self, gboolean suspended)
{
  rebound_clock_set_paused (self->clock, self->contexts[HOME], suspended);
}

static void
on_alarm (gpointer user_data)
{
  StageAlarm *alarm = user_data;

  g_string_append_printf (alarm->fixture->log, "%s@%" G_GINT64_FORMAT "\n", alarm->name,
                          rebound_clock_get_time_usec (alarm->fixture->clock) / 1000);
}

void
stage_alarm_init (StageAlarm *alarm,
                  StageTest *fixture,
                  guint side,
                  const char *name,
                  gint64 delay_usec)
{
  alarm->fixture = fixture;
  alarm->name = name;
  alarm->timer = rebound_site_new_timer (fixture->sites[side], name, on_alarm, alarm);
  rebound_timer_arm (alarm->timer, delay_usec);
}

static gboolean
probe_prepare (GSource *source, gint *timeout_msec)
{
  StageProbe *self = (StageProbe *) source;

  self->n_prepared++;
  *timeout_msec = -1;
  return self->fds[0] < 0;
}

static gboolean
probe_check (GSource *source)
{
  StageProbe *self = (StageProbe *) source;
  struct pollfd fd = { self->fds[0], POLLIN, 0 };

  self->n_checked++;
  return self->fds[0] < 0 || poll (&fd, 1, 0) > 0;
}

static gboolean
probe_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  StageProbe *self = (StageProbe *) source;

  self->n_dispatched++;
  if (self->log != NULL)
    g_string_append_printf (self->log, "%s\n", g_source_get_name (source));
  if (self->on_dispatch != NULL)
    self->on_dispatch (self->user_data);
  return self->left == 0 || --self->left > 0;
}

static void
probe_finalize (GSource *source)
{
  StageProbe *self = (StageProbe *) source;

  for (guint i = 0; i < 2; i++)
    if (self->fds[i] >= 0)
      close (self->fds[i]);
}

static GSourceFuncs probe_funcs = {
  .prepare = probe_prepare,
  .check = probe_check,
  .dispatch = probe_dispatch,
  .finalize = probe_finalize,
};

StageProbe *
stage_probe_new (StageTest *fixture, guint side, const char *name, guint left)
{
  StageProbe *self = (StageProbe *) g_source_new (&probe_funcs, sizeof (StageProbe));

  self->fds[0] = self->fds[1] = -1;
  self->left = left;
  self->log = fixture->log;
  g_source_set_static_name (&self->source, name);
  g_source_attach (&self->source, fixture->contexts[side]);
  return self;
}

StageProbe *
stage_probe_new_with_pipe (StageTest *fixture, guint side, const char *name)
{
  StageProbe *self = stage_probe_new (fixture, side, name, 1);

  g_assert_true (g_unix_open_pipe (self->fds, FD_CLOEXEC, NULL));
  g_source_add_unix_fd (&self->source, self->fds[0], G_IO_IN);
  return self;
}

void
stage_probe_free (StageProbe *self)
{
  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}

gboolean
stage_test_has_logged (gpointer user_data)
{
  return ((StageTest *) user_data)->log->len > 0;
}
