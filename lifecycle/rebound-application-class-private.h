/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-application-private.h"
#include "rebound-background-tasks-private.h"
#include "rebound-watchdog-private.h"

G_BEGIN_DECLS

/* The application is one class in four files: rebound-application.c plays its words and callbacks,
 * -tasks.c has its background tasks, -class.c is what a script sees of it and -actions.c what a
 * script does to it. */

/* What iOS calls it in a crash report: “ate bad food”. */
#define REBOUND_EXIT_CODE_WATCHDOG "0x8badf00d"

struct _ReboundApplication
{
  GObject parent_instance;

  char *name; /* as the script calls it */
  ReboundSite *site;
  ReboundApplicationState state;
  GPtrArray *actors; /* ReboundActor */
  ReboundBackgroundTasks *tasks;
  ReboundWatchdog watchdog;
  gboolean is_watched;                   /* by a watchdog, and no debugger is attached */
  gint64 work_usec[REBOUND_N_CALLBACKS]; /* to be done in the next callback of the kind */

  gboolean is_performing; /* a word */
  gboolean is_in_callback;
  gboolean is_busy;
  gboolean owes_suspension;        /* it has ended its last task: nothing keeps it any more */
  gboolean is_protected;           /* as the device has it: protected data cannot be read */
  gboolean was_told_of_protection; /* as the process knows it */
  const char *crash_signal;        /* of the next crash; interned */

  /* Why it is to end, from the moment when that is known to the moment when its handlers have
   * returned. */
  ReboundExit *doom;

  /* Of the last process that ended. */
  ReboundExit exit;

  ReboundPopulateFunc populate;
  gpointer populate_data;
  ReboundPassTimeFunc pass_time;
  gpointer pass_time_data;
  ReboundSteerFunc steer;
  gpointer steer_data;
  ReboundIdleFunc idle;
  gpointer idle_data;
};

void rebound_application_install_actions (GObjectClass *klass);
void rebound_application_make_tasks (ReboundApplication *self);

/* There is a process, and it is not suspended. */
gboolean rebound_application_runs (ReboundApplication *self);

/* Something that kept it running has gone: its last task, or a handler that was busy. */
void rebound_application_note_idle (ReboundApplication *self);

void rebound_application_emit_callback (ReboundApplication *self, ReboundCallback callback);

/* Whoever listens to the callback's signal and has not been called yet is not called any more. */
void rebound_application_stop_callback (ReboundApplication *self, ReboundCallback callback);
void rebound_application_notify_state (ReboundApplication *self);
void rebound_application_emit_suspended (ReboundApplication *self);
void rebound_application_emit_resumed (ReboundApplication *self);
void rebound_application_emit_busy (ReboundApplication *self, gint64 time_usec);
void rebound_application_emit_slow (ReboundApplication *self, gint64 time_usec);
void rebound_application_emit_task_begun (ReboundApplication *self, const char *name);
void rebound_application_emit_task_expiring (ReboundApplication *self, const char *name);
void rebound_application_emit_task_ended (ReboundApplication *self, const char *name);
void rebound_application_emit_died (ReboundApplication *self, const ReboundExit *how);

G_END_DECLS
