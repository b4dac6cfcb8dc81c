/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>

#include "lifecycle/rebound-run.h"
#include "rebound-test-list.h"
#include "rebound-test-play.h"

G_BEGIN_DECLS

/* Loads what is to be played, in the process that plays it and before it has a namespace. What is
 * written to @notes is the play's. NULL after a complaint. (transfer full) */
typedef ReboundRun *(*ReboundTestLoadFunc) (const ReboundTestScript *script,
                                            FILE *notes,
                                            gpointer user_data);

/* What all jobs share. */
typedef struct
{
  gboolean wants_log;
  gboolean wants_events;
  char **include_dirs;      /* folders that scripts may include from besides their own; or NULL */
  gint64 limit_usec;        /* a job may take, by the clock on the wall; -1: any time */
  sigset_t mask;            /* the signals that were blocked before the pool blocked its own */
  int first_fd;             /* the descriptors from here on are the pool's */
  ReboundTestLoadFunc load; /* NULL: a script, by its word */
  gpointer load_data;
} ReboundTestJobSettings;

/* A play of a script in a process, a namespace and on a CPU of its own. */
typedef struct _ReboundTestJob ReboundTestJob;

/* NULL where there is no process to be had. The calling process must have one thread, and be still
 * there when the job ends: the job does not outlive it. */
ReboundTestJob *rebound_test_job_start (const ReboundTestScript *script,
                                        const ReboundTestJobSettings *settings,
                                        int cpu,
                                        GError **error);

/* When it is to be killed; -1: never. By g_get_monotonic_time(). */
gint64 rebound_test_job_get_deadline_usec (ReboundTestJob *self);

/* Kills it, with everything of it; the play will have ended with @verdict. */
void rebound_test_job_kill (ReboundTestJob *self, ReboundTestVerdict verdict);

/* What is left of the job where it has ended, else NULL; the job is then only to be freed. With
 * @wait it is waited for. (transfer full) */
ReboundTestPlay *rebound_test_job_collect (ReboundTestJob *self, gboolean wait);
void rebound_test_job_free (ReboundTestJob *self);

/* What a machine lacks that cannot play at all, found out by a process that tries; NULL where
 * nothing is lacking. (transfer full) */
ReboundTestPlay *rebound_test_job_probe (const ReboundTestJobSettings *settings, GError **error);

G_END_DECLS
