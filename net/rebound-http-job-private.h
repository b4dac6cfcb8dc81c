/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-http-client-private.h"

G_BEGIN_DECLS

/* A request on its way through a client. Whoever is told of something may end it, and the client's
 * life with it: so it is counted, and is_over is looked at after everything that is told. */
struct _ReboundHttpJob
{
  ReboundHttpClient *client; /* not owned: the client ends its jobs */
  ReboundHttpRequest *request;
  ReboundHttpDone done;
  gpointer user_data;
  GSource *cancel_source;
  GList place; /* among the client's jobs; a reference is held */
  gboolean is_over;

  gboolean is_waiting; /* for its turn */
  gboolean is_retry;
  gboolean wants_fresh;
  gboolean was_reused; /* the connection had served before */

  ReboundHttpEntry *entry; /* that it has */
  ReboundDial *dial;
  GCancellable *look_up; /* of its host's address */
  GList *addresses;      /* that were found, and are not tried yet; GInetAddress */
  ReboundHttpExchange *exchange;
  GError *error; /* to be told from the main loop */
  ReboundTimer *error_timer;
  ReboundTimer *timeout_timer;
  ReboundTimer *continue_timer;
};

ReboundHttpJob *rebound_http_job_ref (ReboundHttpJob *self);
void rebound_http_job_unref (ReboundHttpJob *self);

/* It will not have its turn, if it waits for it. */
void rebound_http_job_stop_waiting (ReboundHttpJob *self);

/* Takes a connection, and goes on with that. */
void rebound_http_job_start (ReboundHttpJob *self);

/* Sends it on the connection that its entry has. */
void rebound_http_job_begin_exchange (ReboundHttpJob *self);

/* It has failed, and that is told; the errno of what went wrong, or 0. */
void rebound_http_job_fail (ReboundHttpJob *self, const GError *error, int error_number);

/* The end; @error is NULL where it was answered. */
void rebound_http_job_end (ReboundHttpJob *self, const GError *error);

/* Those that wait for @origin. */
GQueue *rebound_http_client_get_waiting (ReboundHttpClient *self, const char *origin);

/* Makes the connection that the job's entry lacks. What comes of it is one of the next two, from
 * the main loop. */
void rebound_http_job_connect (ReboundHttpJob *self);
void rebound_http_job_on_connected (ReboundHttpJob *self);
void rebound_http_job_on_unreachable (ReboundHttpJob *self, const GError *error);

/* Leaves off, at whatever stage that is. */
void rebound_http_job_stop_connecting (ReboundHttpJob *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundHttpJob, rebound_http_job_unref)

G_END_DECLS
