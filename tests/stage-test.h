/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fake-kernel.h"
#include "lifecycle/rebound-stage-private.h"
#include "recording-sink.h"

G_BEGIN_DECLS

/* A stage with a fake kernel, and things to happen on it: timers, and sources that keep count of
 * how often each of their functions is called. */

#define SEC ((gint64) G_USEC_PER_SEC)

enum
{
  WORLD,
  HOME,
};

typedef struct
{
  ReboundClock *clock;
  GMainContext *contexts[2]; /* the world's, the application's */
  ReboundSite *sites[2];
  FakeKernel *kernel;
  ReboundJournal *journal;
  RecordingSink *sink;
  ReboundStage *stage;
  GString *log;
} StageTest;

/* For g_test_add(); @mode is the clock's. */
void stage_test_set_up (StageTest *self, gconstpointer mode);
void stage_test_tear_down (StageTest *self, gconstpointer mode);

/* They assert that all goes well. */
void stage_test_settle (StageTest *self);
void stage_test_advance (StageTest *self, gint64 usec);

/* What the application does to the clock when it is suspended or resumed. */
void stage_test_suspend (StageTest *self, gboolean suspended);

/* A predicate: whether anything is in the log. */
gboolean stage_test_has_logged (gpointer user_data);

/* A timer that says who it is. */
typedef struct
{
  StageTest *fixture;
  const char *name;
  ReboundTimer *timer;
} StageAlarm;

void stage_alarm_init (StageAlarm *self,
                       StageTest *test,
                       guint side,
                       const char *name,
                       gint64 delay_usec);

/* A GSource that counts, on a pipe or without a descriptor. */
typedef struct
{
  GSource source;
  guint n_prepared;
  guint n_checked;
  guint n_dispatched;
  guint left; /* dispatches until it removes itself */
  GString *log;
  void (*on_dispatch) (gpointer user_data);
  gpointer user_data;
  int fds[2];
} StageProbe;

/* @left dispatches, then it is gone; 0: for ever. */
StageProbe *stage_probe_new (StageTest *test, guint side, const char *name, guint left);
StageProbe *stage_probe_new_with_pipe (StageTest *test, guint side, const char *name);
void stage_probe_free (StageProbe *self);

G_END_DECLS
