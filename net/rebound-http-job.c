/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request that has a connection: it is sent, and is answered, or fails, or is tried again. What
 * is decided at each fork is the policy's (rebound-http-policy.c); that it is told, with its
 * reason, is what tells a pool that can be trusted from one that works.
 *
 * Whoever is told may end the job, or the client's life. So a job is held while something is told,
 * and looked at after it. */

#include "rebound-http-job-private.h"

#include "rebound-errno.h"

/* How long a body waits for "100 Continue" before it is sent all the same: as libcurl has it. */
#define CONTINUE_USEC G_USEC_PER_SEC

/* -- a job -- */

static void
job_clear (gpointer data)
{
  ReboundHttpJob *job = data;

  g_clear_object (&job->request);
  g_clear_error (&job->error);
}

ReboundHttpJob *
rebound_http_job_ref (ReboundHttpJob *self)
{
  return g_rc_box_acquire (self);
}

void
rebound_http_job_unref (ReboundHttpJob *self)
{
  g_rc_box_release_full (self, job_clear);
}

void
rebound_http_job_stop_waiting (ReboundHttpJob *job)
{
  if (job->is_waiting)
    g_queue_remove (rebound_http_client_get_waiting (job->client, job->request->origin), job);
  job->is_waiting = FALSE;
}

/* Nothing comes to it any more. */
static void
detach (ReboundHttpJob *job)
{
  rebound_http_job_stop_connecting (job);
  g_clear_pointer (&job->exchange, rebound_http_exchange_free);
  g_clear_pointer (&job->error_timer, rebound_timer_free);
  g_clear_pointer (&job->timeout_timer, rebound_timer_free);
  g_clear_pointer (&job->continue_timer, rebound_timer_free);
  if (job->cancel_source != NULL)
    g_source_destroy (job->cancel_source);
  g_clear_pointer (&job->cancel_source, g_source_unref);
  rebound_http_job_stop_waiting (job);
}

/* Its connection is good for nothing. */
static void
drop_entry (ReboundHttpJob *job)
{
  ReboundHttpEntry *entry = g_steal_pointer (&job->entry);

  if (entry == NULL)
    return;
  rebound_http_client_disconnect (entry);
  rebound_http_pool_remove (job->client->pool, entry);
}

/* @error: NULL where it was answered. */
void
rebound_http_job_end (ReboundHttpJob *job, const GError *error)
{
  g_autoptr (ReboundHttpJob) held = rebound_http_job_ref (job);
  g_autoptr (ReboundHttpClient) client = g_object_ref (job->client);

  if (job->is_over)
    return;
  job->is_over = TRUE;
  detach (job);
  drop_entry (job);
  g_queue_unlink (&client->jobs, &job->place);
  job->done (client, job->request, error, job->user_data);
  rebound_http_job_unref (job);
  if (client->site != NULL)
    rebound_http_client_go_on (client, held->request->origin);
  if (client->site != NULL)
    rebound_http_client_keep_nothing_while_away (client);
  rebound_finishing_end_task_if_done (&client->finishing);
}

/* -- failing -- */

void
rebound_http_job_fail (ReboundHttpJob *job, const GError *error, int error_number)
{
  ReboundHttpClient *self = job->client;
  g_autoptr (ReboundHttpJob) held = rebound_http_job_ref (job);
  g_autoptr (ReboundHttpClient) held_client = g_object_ref (self);

  self->statistics.n_failed++;
  if (error_number != 0)
    self->last_error = error_number;
  if (self->policy == REBOUND_HTTP_POLICY_ASI && job->entry != NULL && job->entry->id != 0)
    rebound_http_client_emit_invalidates (self, job->request->number, job->entry->id);
  if (job->is_over)
    return;
  drop_entry (job);
  if (g_error_matches (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_MAYBE_DELIVERED))
    {
      self->statistics.n_maybe_delivered++;
      rebound_http_client_emit_maybe_delivered (self, job->request, error->message);
    }
  else
    rebound_http_client_emit_failed (self, job->request, error->message);
  rebound_http_job_end (job, error);
}

/* What happened, as an error's name and words. (transfer full) */
static char *
describe_break (int error_number)
{
  if (error_number == 0)
    return g_strdup ("the connection was closed");
  return g_strdup_printf ("%s (%s)", rebound_errno_name (error_number),
                          rebound_errno_text (error_number));
}

static GError *
new_error (ReboundHttpJob *job,
           ReboundHttpVerdict verdict,
           const ReboundHttpFailure *failure,
           const char *reason)
{
  g_autofree char *what = describe_break (failure->error_number);

  if (job->client->policy == REBOUND_HTTP_POLICY_ASI) /* its words */
    return g_error_new (REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_CONNECTION,
                        "A connection failure occurred: %s", what);
  return g_error_new (REBOUND_HTTP_ERROR,
                      verdict == REBOUND_HTTP_VERDICT_MAYBE_DELIVERED
                          ? REBOUND_HTTP_ERROR_MAYBE_DELIVERED
                          : REBOUND_HTTP_ERROR_CONNECTION,
                      "%s: %s; %s", job->request->text, what, reason);
}

static void
try_again (ReboundHttpJob *job, gboolean on_fresh, int error_number, const char *reason)
{
  ReboundHttpClient *self = job->client;
  g_autofree char *what = describe_break (error_number);

  self->statistics.n_retried++;
  rebound_http_client_emit_will_retry (self, job->request->number, job->request->connection, what,
                                       reason);
  if (job->is_over)
    return;
  drop_entry (job);
  job->is_retry = TRUE;
  job->wants_fresh = on_fresh;
  rebound_http_job_start (job);
}

static void
judge (ReboundHttpJob *job, const ReboundHttpFailure *failure)
{
  ReboundHttpClient *self = job->client;
  const char *reason;
  ReboundHttpVerdict verdict = rebound_http_policy_judge (self->policy, failure, &reason);
  g_autoptr (GError) error = NULL;

  if (verdict == REBOUND_HTTP_VERDICT_RETRY || verdict == REBOUND_HTTP_VERDICT_RETRY_FRESH)
    {
      try_again (job, verdict == REBOUND_HTTP_VERDICT_RETRY_FRESH, failure->error_number, reason);
      return;
    }
  if (self->policy == REBOUND_HTTP_POLICY_ASI && rebound_http_policy_looks_closed (failure))
    rebound_http_client_emit_must_give_up (self, job->request->number, job->request->connection);
  if (job->is_over)
    return;
  error = new_error (job, verdict, failure, reason);
  rebound_http_job_fail (job, error, failure->error_number);
}

/* -- an exchange -- */

static void
on_answer_begun (gpointer user_data)
{
  ReboundHttpJob *job = user_data;
  gint64 now_usec = rebound_clock_get_time_usec (rebound_site_get_clock (job->client->site));

  job->request->first_byte_usec = now_usec - job->request->began_usec;
}

static void
on_failed (int error_number, const GError *malformed, gpointer user_data)
{
  g_autoptr (ReboundHttpJob) job = rebound_http_job_ref (user_data);
  ReboundHttpFailure failure = {
    .is_first_try = !job->is_retry,
    .was_reused = job->was_reused,
    .was_sent = rebound_http_exchange_was_sent (job->exchange),
    .has_answer_begun
    = rebound_http_answer_has_begun (rebound_http_exchange_get_answer (job->exchange)),
    .is_idempotent = rebound_http_request_is_idempotent (job->request),
    .error_number = error_number,
  };
  g_autoptr (GError) error = malformed != NULL ? g_error_copy (malformed) : NULL;

  g_clear_pointer (&job->exchange, rebound_http_exchange_free);
  if (error != NULL)
    rebound_http_job_fail (job, error, 0);
  else
    judge (job, &failure);
}

/* By policy asi the place in the pool is kept, whatever becomes of the connection. */
static void
let_go (ReboundHttpJob *job, const ReboundHttpKeeping *keeping)
{
  ReboundHttpClient *self = job->client;
  ReboundHttpEntry *entry = g_steal_pointer (&job->entry);
  gint64 now_usec = rebound_clock_get_time_usec (rebound_site_get_clock (self->site));

  if (!keeping->is_kept)
    rebound_http_client_disconnect (entry);
  if (entry->id == 0 || (!keeping->is_kept && self->policy != REBOUND_HTTP_POLICY_ASI))
    {
      rebound_http_pool_remove (self->pool, entry);
      return;
    }
  entry->left_requests = keeping->left_requests;
  rebound_http_pool_give_back (self->pool, entry, now_usec + keeping->lifetime_usec);
  rebound_http_client_watch_idle (self, entry);
}

static void
decide_keeping (ReboundHttpJob *job, ReboundHttpKeeping *keeping)
{
  ReboundHttpClient *self = job->client;
  ReboundHttpAnswer *answer = rebound_http_exchange_get_answer (job->exchange);
  const char *reason = NULL;

  rebound_http_policy_decide_keeping (self->policy, rebound_http_answer_get_head (answer),
                                      self->idle_timeout_usec, self->margin_usec,
                                      job->entry->left_requests, keeping);
  if (job->entry->id == 0)
    reason = "it was made for this request alone";
  else if (keeping->is_kept && !rebound_http_answer_keeps_alive (answer))
    reason = "the answer ended with it";
  else if (keeping->is_kept && !rebound_http_exchange_leaves_usable (job->exchange))
    reason = "what is on it belongs to no request any more";
  else if (keeping->is_kept && self->policy == REBOUND_HTTP_POLICY_REBOUND
           && !rebound_http_pool_is_present (self->pool, job->entry))
    reason = "it is from before";
  if (reason == NULL)
    return;
  keeping->is_kept = FALSE;
  keeping->reason = reason;
}

static void
count_answer (ReboundHttpJob *job)
{
  ReboundHttpClient *self = job->client;

  self->statistics.n_answered++;
  if (job->was_reused)
    self->statistics.n_saved++;
  self->statistics.first_byte_usec += job->request->first_byte_usec;
  self->last_status = rebound_http_request_get_status (job->request);
}

static void
on_completed (gpointer user_data)
{
  g_autoptr (ReboundHttpJob) job = rebound_http_job_ref (user_data);
  g_autoptr (ReboundHttpClient) self = g_object_ref (job->client);
  guint connection = job->entry->id;
  ReboundHttpKeeping keeping;

  decide_keeping (job, &keeping);
  rebound_http_request_take_answer (job->request, rebound_http_exchange_get_answer (job->exchange));
  g_clear_pointer (&job->exchange, rebound_http_exchange_free);
  count_answer (job);
  let_go (job, &keeping);
  if (keeping.is_kept)
    rebound_http_client_emit_kept (self, connection, &keeping);
  else if (connection != 0)
    rebound_http_client_emit_not_kept (self, connection, keeping.reason);
  if (!job->is_over && connection != 0)
    rebound_http_client_emit_used (self, job->request->number, connection);
  if (!job->is_over && !self->is_quiet)
    rebound_http_client_emit_answered (self, job->request);
  rebound_http_job_end (job, NULL);
}

static void
on_continue_timeout (gpointer user_data)
{
  ReboundHttpJob *job = user_data;

  if (job->exchange != NULL)
    rebound_http_exchange_send_body (job->exchange);
}

static gboolean
expects_continue (ReboundHttpJob *job)
{
  ReboundHttpClient *self = job->client;

  return self->continue_from_bytes > 0 && job->request->body != NULL
         && g_bytes_get_size (job->request->body) >= (gsize) self->continue_from_bytes;
}

void
rebound_http_job_begin_exchange (ReboundHttpJob *job)
{
  static const ReboundHttpExchangeListener listener
      = { .answer_begun = on_answer_begun, .completed = on_completed, .failed = on_failed };
  ReboundHttpClient *self = job->client;
  const ReboundHttpManner manner = {
    .limits = { (gsize) self->head_limit_bytes, (guint64) self->body_limit_bytes },
    .closes = job->entry->id == 0,
    .expects_continue = expects_continue (job),
  };

  job->was_reused = job->entry->n_requests > 0;
  if (job->was_reused)
    self->statistics.n_reused++;
  job->entry->n_requests++;
  job->exchange
      = rebound_http_exchange_new (job->entry->connection, job->request, &manner, &listener, job);
  if (!rebound_http_exchange_is_body_waiting (job->exchange))
    return;
  if (job->continue_timer == NULL)
    job->continue_timer = rebound_site_new_timer (self->site, "http-client: 100-continue",
                                                  on_continue_timeout, job);
  rebound_timer_arm (job->continue_timer, CONTINUE_USEC);
}

void
rebound_http_job_on_connected (ReboundHttpJob *self)
{
  g_autoptr (ReboundHttpJob) job = rebound_http_job_ref (self);

  job->client->statistics.n_created++;
  if (job->entry->id != 0)
    rebound_http_client_emit_connected (job->client, job->entry->id);
  if (!job->is_over)
    rebound_http_job_begin_exchange (job);
}

void
rebound_http_job_on_unreachable (ReboundHttpJob *self, const GError *error)
{
  rebound_http_job_fail (self, error, self->client->last_error);
}
