/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-application.h"
#include "rebound-watchdog-private.h"

G_BEGIN_DECLS

/* How a process ended. */
typedef struct
{
  char *reason;      /* "kill", "watchdog" … */
  char *code;        /* "0x8badf00d", "SIGSEGV", or NULL */
  char *explanation; /* the phrase of the crash report, or NULL */
} ReboundExit;

void rebound_application_set_name (ReboundApplication *self, const char *name);
const char *rebound_application_get_name (ReboundApplication *self);

/* Called at launch, before the first callback, to make the actors anew and add them. What was there
 * is dropped first. */
typedef void (*ReboundPopulateFunc) (ReboundApplication *self, gpointer user_data);
void rebound_application_set_populate (ReboundApplication *self,
                                       ReboundPopulateFunc populate,
                                       gpointer user_data);

/* Lets time pass while the application is busy, until it is doomed; FALSE where it cannot. */
typedef gboolean (*ReboundPassTimeFunc) (ReboundApplication *self,
                                         gint64 duration_usec,
                                         gpointer user_data);
void rebound_application_set_pass_time (ReboundApplication *self,
                                        ReboundPassTimeFunc pass_time,
                                        gpointer user_data);

/* Who carries out the words that a script gives the application: the device, which knows what else
 * they bring about. Without one it does so itself. */
typedef gboolean (*ReboundSteerFunc) (ReboundApplication *self,
                                      const char *word,
                                      gpointer user_data,
                                      GError **error);
void rebound_application_set_steer (ReboundApplication *self,
                                    ReboundSteerFunc steer,
                                    gpointer user_data);

/* Called when the last background task was ended, and nothing is being performed: in the background
 * the application can be suspended. */
typedef void (*ReboundIdleFunc) (ReboundApplication *self, gpointer user_data);
void
rebound_application_set_idle (ReboundApplication *self, ReboundIdleFunc idle, gpointer user_data);

/* What a device is to an application: where the world is, how long callbacks and background tasks
 * may take, and whether anybody cares. */
void rebound_application_set_world (ReboundApplication *self, ReboundSite *world);
void rebound_application_set_limits (ReboundApplication *self,
                                     const ReboundLimits *limits,
                                     gint64 background_budget_usec,
                                     gboolean is_watched);

/* Whether protected data can be read now. The application is told if it runs, or when it next
 * does. */
void rebound_application_set_protected (ReboundApplication *self, gboolean is_protected);

/* "upload, download": why it is not suspended; NULL where nothing keeps it. (transfer full) */
char *rebound_application_dup_tasks (ReboundApplication *self);

/* FALSE while a word is performed or a handler is busy. */
gboolean rebound_application_is_idle (ReboundApplication *self);

/* Whether it is to end as soon as its handlers have returned. */
gboolean rebound_application_is_doomed (ReboundApplication *self);

/* Carries out one word on behalf of @act, what a person or the system did. */
gboolean rebound_application_perform_for (ReboundApplication *self,
                                          const char *word,
                                          const char *act,
                                          GError **error);

/* Ends the process, if there is one, at once or when its handlers have returned. */
void rebound_application_end (ReboundApplication *self,
                              const char *reason,
                              const char *code,
                              const char *explanation);

/* FALSE, with REBOUND_ERROR_STATE, while a word is being performed: a callback cannot perform
 * another. */
gboolean
rebound_application_is_between_words (ReboundApplication *self, const char *word, GError **error);

/* Abandons the actors without a word or a callback: the end of a run. */
void rebound_application_drop_actors (ReboundApplication *self);

G_END_DECLS
