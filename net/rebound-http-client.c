/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a request gets to a connection: it waits for its turn, and takes one of the pool or has one
 * made. What becomes of it then is in rebound-http-job.c. */

#include "rebound-http-job-private.h"

#include "lifecycle/rebound-planted-private.h"

GQueue *
rebound_http_client_get_waiting (ReboundHttpClient *self, const char *origin)
{
  GQueue *waiting = g_hash_table_lookup (self->waiting, origin);

  if (waiting == NULL)
    {
      waiting = g_queue_new ();
      g_hash_table_insert (self->waiting, g_strdup (origin), waiting);
    }
  return waiting;
}

/* Its timer is about to end it: a connection would be made for nothing. */
static gboolean
is_past_its_time (ReboundHttpJob *job)
{
  gint64 now_usec = rebound_clock_get_time_usec (rebound_site_get_clock (job->client->site));

  return now_usec - job->request->began_usec >= job->request->timeout_usec;
}

/* The next of those who wait for this host. */
void
rebound_http_client_go_on (ReboundHttpClient *self, const char *origin)
{
  g_autoptr (ReboundHttpClient) held = g_object_ref (self);
  g_autofree char *name = g_strdup (origin);

  while (self->site != NULL
         && rebound_http_pool_count_busy (self->pool, name)
                < self->max_per_host + REBOUND_PLANTED (limit_off_by_one))
    {
      ReboundHttpJob *job = g_queue_pop_head (rebound_http_client_get_waiting (self, name));

      if (job == NULL)
        return;
      job->is_waiting = FALSE;
      if (!is_past_its_time (job))
        rebound_http_job_start (job);
    }
}

/* -- taking a connection -- */

/* A body was not to be sent twice, and ASIHTTPRequest retried: so it had a connection of its own.
 */
static gboolean
is_single (ReboundHttpJob *job)
{
  return job->client->policy == REBOUND_HTTP_POLICY_ASI && job->request->body != NULL
         && !job->client->reuse_for_bodies;
}

/* One that is alive as far as a look can tell. */
static ReboundHttpEntry *
take_alive (ReboundHttpJob *job)
{
  ReboundHttpClient *self = job->client;
  ReboundHttpEntry *entry;

  while ((entry = rebound_http_pool_take (self->pool, job->request->origin, job->request->number))
         != NULL)
    {
      guint id = entry->id;

      rebound_http_client_unwatch_idle (entry);
      if (self->policy == REBOUND_HTTP_POLICY_ASI || rebound_http_client_probe (entry))
        return entry;
      rebound_http_client_disconnect (entry);
      rebound_http_pool_remove (self->pool, entry);
      self->statistics.n_closed_by_server++;
      rebound_http_client_emit_found_dead (self, id);
      if (job->is_over)
        return NULL;
    }
  return NULL;
}

static void
take_entry (ReboundHttpJob *job)
{
  ReboundHttpPool *pool = job->client->pool;
  const char *origin = job->request->origin;
  guint number = job->request->number;

  if (is_single (job))
    job->entry = rebound_http_pool_add_single (pool, origin, number);
  else if (job->is_retry && REBOUND_PLANTED (retry_from_pool))
    job->entry = rebound_http_pool_take (pool, origin, number);
  else if (!job->wants_fresh)
    job->entry = take_alive (job);
  if (job->entry == NULL && !job->is_over)
    job->entry = rebound_http_pool_add (pool, origin, number);
}

static void
use_entry (ReboundHttpJob *job)
{
  ReboundHttpRequest *request = job->request;

  request->tries++;
  request->connection = job->entry->id;
  if (job->entry->id != 0)
    rebound_http_client_emit_will_use (job->client, request->number, job->entry->id);
  else
    rebound_http_client_emit_will_not_persist (job->client, request->number);
  if (job->is_over)
    return;
  if (job->entry->connection != NULL)
    rebound_http_job_begin_exchange (job);
  else
    rebound_http_job_connect (job);
}

/* What is told of dead connections on the way must not let anybody else have the place. */
static void
find_entry (ReboundHttpJob *job)
{
  g_autoptr (ReboundHttpClient) self = g_object_ref (job->client);
  ReboundHttpPool *pool = self->pool;

  rebound_http_pool_hold_place (pool, job->request->origin);
  if (self->policy == REBOUND_HTTP_POLICY_ASI)
    rebound_http_client_expire (self);
  if (!job->is_over)
    take_entry (job);
  if (self->pool != pool) /* its life has ended */
    return;
  rebound_http_pool_release_place (pool, job->request->origin);
  if (job->is_over)
    rebound_http_client_go_on (self, job->request->origin);
}

void
rebound_http_job_start (ReboundHttpJob *job)
{
  g_autoptr (ReboundHttpJob) held = rebound_http_job_ref (job);

  rebound_site_note_progress (job->client->site);
  find_entry (job);
  if (!job->is_over)
    use_entry (job);
}

/* -- the beginning -- */

static gboolean
may_be_delivered (ReboundHttpJob *job)
{
  return job->exchange != NULL && rebound_http_exchange_was_sent (job->exchange)
         && !rebound_http_request_is_idempotent (job->request);
}

static void
on_timeout (gpointer user_data)
{
  ReboundHttpJob *job = user_data;
  g_autoptr (GError) error
      = g_error_new (REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_TIMED_OUT,
                     "%s: no answer within its time%s", job->request->text,
                     may_be_delivered (job) ? "; the server may have acted on it" : "");

  rebound_http_job_fail (job, error, 0);
}

static gboolean
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  ReboundHttpJob *job = user_data;
  g_autoptr (GError) error = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, &error))
    rebound_http_job_end (job, error);
  return G_SOURCE_REMOVE;
}

static void
watch_cancellable (ReboundHttpJob *job, GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;
  job->cancel_source = g_cancellable_source_new (cancellable);
  g_source_set_static_name (job->cancel_source, "ReboundHttpClient: cancellable");
  g_source_set_callback (job->cancel_source, G_SOURCE_FUNC (on_cancelled), job, NULL);
  g_source_attach (job->cancel_source, rebound_site_get_context (job->client->site));
}

/* Whoever is told that one has ended may send another before the next has had its turn: that one
 * waits behind those that wait. */
static void
take_turn (ReboundHttpJob *job)
{
  ReboundHttpClient *self = job->client;
  const char *origin = job->request->origin;
  GQueue *waiting = rebound_http_client_get_waiting (self, origin);

  job->is_waiting = TRUE;
  g_queue_push_tail (waiting, job);
  rebound_http_client_go_on (self, origin);
  if (job->is_waiting)
    rebound_http_client_emit_waits (self, job->request->number, origin);
}

void
rebound_http_client_submit (ReboundHttpClient *self,
                            ReboundHttpRequest *request,
                            GCancellable *cancellable,
                            ReboundHttpDone done,
                            gpointer user_data)
{
  ReboundHttpJob *job = g_rc_box_new0 (ReboundHttpJob);
  g_autoptr (ReboundHttpJob) held = rebound_http_job_ref (job);

  job->client = self;
  job->request = g_object_ref (request);
  job->done = done;
  job->user_data = user_data;
  job->place.data = job;
  g_queue_push_tail_link (&self->jobs, &job->place);
  request->number = ++self->last_request;
  request->began_usec = rebound_clock_get_time_usec (rebound_site_get_clock (self->site));
  self->statistics.n_sent++;
  job->timeout_timer = rebound_site_new_timer (self->site, "http-client: timeout", on_timeout, job);
  rebound_timer_arm (job->timeout_timer, request->timeout_usec);
  watch_cancellable (job, cancellable);
  take_turn (job);
}

/* Whoever is told that it has failed, and no more, may send it again. */
static void
fail_from_outside (ReboundHttpJob *job, const GError *error)
{
  g_autoptr (GError) careful = NULL;

  if (job->client->policy == REBOUND_HTTP_POLICY_REBOUND && may_be_delivered (job))
    careful = g_error_new (REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_MAYBE_DELIVERED,
                           "%s: %s; the server may have acted on it", job->request->text,
                           error->message);
  rebound_http_job_fail (job, careful != NULL ? careful : error, 0);
}

/* Those that are on their way now. None of them has its turn any more, and what is sent by whoever
 * is told goes on. */
void
rebound_http_client_fail_jobs (ReboundHttpClient *self, const GError *error)
{
  g_autoptr (GPtrArray) jobs
      = g_ptr_array_new_with_free_func ((GDestroyNotify) rebound_http_job_unref);

  for (GList *place = self->jobs.head; place != NULL; place = place->next)
    {
      g_ptr_array_add (jobs, rebound_http_job_ref (place->data));
      rebound_http_job_stop_waiting (place->data);
    }
  for (guint i = 0; i < jobs->len; i++)
    {
      ReboundHttpJob *job = jobs->pdata[i];

      if (!job->is_over)
        fail_from_outside (job, error);
    }
}

void
rebound_http_client_end_jobs (ReboundHttpClient *self, const GError *error)
{
  while (!g_queue_is_empty (&self->jobs))
    rebound_http_job_end (g_queue_peek_head (&self->jobs), error);
}
