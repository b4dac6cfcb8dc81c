/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client of HTTP as it is seen from outside: a server knows what came, how often and when, and
 * whoever asked knows how it ended. Generations are counted here a second time, from what the
 * application could know, as epochs. */

#include "http-walk.h"

#include <string.h>

#include "net/rebound-http-job-private.h"

static HttpErrand *
errand_of (HttpWalk *self, guint number)
{
  g_assert_cmpuint (number, >, 0);
  g_assert_cmpuint (number, <=, self->numbered->len);
  return self->numbered->pdata[number - 1];
}

static void
errand_free (gpointer data)
{
  HttpErrand *errand = data;

  g_assert_finalize_object (errand->request);
  g_assert_finalize_object (errand->cancellable);
  g_free (errand->promise.body);
  g_free (errand->id);
  g_free (errand);
}

/* -- how it ends -- */

static gboolean
can_be_answered (HttpErrand *errand)
{
  switch (errand->promise.kind)
    {
    case REBOUND_HTTP_ANSWER_KIND_LENGTH:
    case REBOUND_HTTP_ANSWER_KIND_CHUNKED:
    case REBOUND_HTTP_ANSWER_KIND_UNTIL_CLOSE:
      return TRUE;
    case REBOUND_HTTP_ANSWER_KIND_HALF_THEN_CLOSE:
    case REBOUND_HTTP_ANSWER_KIND_HALF_THEN_RESET:
      return errand->is_to_head || errand->promise.body_bytes == 0;
    default:
      return FALSE;
    }
}

/* The answer to this request, all of it, and as it was when the request came. */
static void
assert_answer (HttpErrand *errand)
{
  GBytes *body = rebound_http_request_get_answer_body (errand->request);
  gsize period_bytes, length_bytes;
  const char *bytes = g_bytes_get_data (body, &length_bytes);

  g_assert_cmpuint (errand->n_deliveries, >, 0);
  g_assert_true (can_be_answered (errand));
  g_assert_cmpstr (rebound_http_request_get_answer_header (errand->request, "X-Request-Id"), ==,
                   errand->id);
  g_assert_cmpuint (rebound_http_request_get_status (errand->request), ==, errand->promise.status);
  g_assert_cmpuint (length_bytes, ==, errand->is_to_head ? 0 : errand->promise.body_bytes);
  period_bytes = strlen (errand->promise.body);
  for (gsize i = 0; i < length_bytes; i += period_bytes)
    g_assert_cmpmem (bytes + i, MIN (period_bytes, length_bytes - i), errand->promise.body,
                     MIN (period_bytes, length_bytes - i));
}

/* Who is told that it has failed, and not that it may have been delivered, may send it again. */
static void
assert_error (HttpErrand *errand, const GError *error)
{
  HttpWalk *self = errand->walk;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_assert_true (errand->is_cancelled || self->client == NULL || self->client->site == NULL
                     || errand->request->number == 0
                     || errand->request->number > self->numbered->len
                     || self->numbered->pdata[errand->request->number - 1] != errand);
      return;
    }
  g_assert_true (error->domain == REBOUND_HTTP_ERROR);
  g_assert_cmpint (error->code, !=, REBOUND_HTTP_ERROR_REQUEST);
  if (self->policy != REBOUND_HTTP_POLICY_REBOUND || errand->is_idempotent)
    return;
  errand->is_claimed_undelivered = error->code != REBOUND_HTTP_ERROR_MAYBE_DELIVERED
                                   && error->code != REBOUND_HTTP_ERROR_TIMED_OUT;
  if (errand->is_claimed_undelivered)
    g_assert_cmpuint (errand->n_deliveries, ==, 0);
}

static void
end_errand (HttpErrand *errand, const GError *error)
{
  HttpWalk *self = errand->walk;

  g_queue_remove (&self->waiting, errand);
  g_string_append_printf (self->story, "[%u %s] ", errand->index,
                          error != NULL ? error->message : "answered");
  errand->n_ends++;
  g_assert_cmpuint (errand->n_ends, ==, 1);
  if (error == NULL)
    assert_answer (errand);
  else
    assert_error (errand, error);
  if (self->on_event != NULL)
    self->on_event (self);
}

static void
on_done (ReboundHttpClient *client,
         ReboundHttpRequest *request,
         const GError *error,
         gpointer errand)
{
  end_errand (errand, error);
}

static void
on_sent (GObject *client, GAsyncResult *result, gpointer errand)
{
  g_autoptr (GError) error = NULL;

  rebound_http_client_send_finish (REBOUND_HTTP_CLIENT (client), result, &error);
  end_errand (errand, error);
}

/* -- asking -- */

gboolean
http_walk_can_act (HttpWalk *self)
{
  ReboundApplicationState state
      = rebound_application_get_state (rebound_run_get_application (self->run));

  return self->client != NULL && self->client->site != NULL
         && state != REBOUND_APPLICATION_STATE_SUSPENDED
         && state != REBOUND_APPLICATION_STATE_NOT_RUNNING;
}

static HttpErrand *
new_errand (HttpWalk *self, const char *method, const char *uri)
{
  HttpErrand *errand = g_new0 (HttpErrand, 1);
  g_autofree char *text = g_strdup_printf ("%s/%u", uri, self->errands->len);

  errand->walk = self;
  errand->index = self->errands->len;
  errand->id = g_strdup_printf ("errand-%u", errand->index);
  errand->request = rebound_http_request_new (method, text, NULL);
  errand->is_idempotent = strcmp (method, "POST") != 0;
  errand->is_to_head = strcmp (method, "HEAD") == 0;
  errand->cancellable = g_cancellable_new ();
  rebound_http_request_set_header (errand->request, "X-Request-Id", errand->id, NULL);
  g_ptr_array_add (self->errands, errand);
  g_ptr_array_add (self->numbered, errand);
  return errand;
}

void
http_walk_ask (HttpWalk *self,
               const char *method,
               const char *uri,
               gsize body_bytes,
               gint64 timeout_usec,
               gboolean as_a_program_does)
{
  HttpErrand *errand = new_errand (self, method, uri);
  GMainContext *context = rebound_site_get_context (self->client->site);

  g_string_append_printf (self->story, "(%u %s %s %" G_GSIZE_FORMAT "B) ", errand->index, method,
                          uri, body_bytes);
  if (body_bytes > 0)
    {
      g_autoptr (GBytes) body = g_bytes_new_take (g_strnfill (body_bytes, 'b'), body_bytes);

      rebound_http_request_set_body (errand->request, body, NULL);
    }
  rebound_http_request_set_timeout_usec (errand->request, timeout_usec);
  if (!as_a_program_does)
    {
      rebound_http_client_submit (self->client, errand->request, errand->cancellable, on_done,
                                  errand);
      return;
    }
  g_main_context_push_thread_default (context);
  rebound_http_client_send_async (self->client, errand->request, errand->cancellable, on_sent,
                                  errand);
  g_main_context_pop_thread_default (context);
}

/* -- what the client tells of -- */

static const char *const events[]
    = { "will-use", "will-not-persist", "waits",          "connected",     "will-retry",
        "keeps",    "invalidates",      "expired",        "server-closed", "keeps-as-told",
        "retired",  "cleared",          "answered",       "found-dead",    "does-not-keep",
        "failed",   "maybe-delivered",  "finished-using", "must-give-up" };

/* The events that any walk has seen. */
static GHashTable *told;

/* Not one whose time is up, or that is about to fail with all others: it has no turn any more. */
static gboolean
still_waits (HttpWalk *self, HttpErrand *errand)
{
  for (GList *link = self->client->jobs.head; link != NULL; link = link->next)
    {
      ReboundHttpJob *job = link->data;

      if (job->request == errand->request)
        return job->is_waiting;
    }
  return FALSE;
}

/* Whoever has to wait gets there in the order in which they came, and before all who come later. */
static void
assert_turn (HttpWalk *self, HttpErrand *errand)
{
  for (GList *link = self->waiting.head; link != NULL; link = link->next)
    {
      HttpErrand *first = link->data;

      if (strcmp (first->request->origin, errand->request->origin) != 0
          || (first != errand && !still_waits (self, first)))
        continue;
      g_assert_cmpuint (errand->index, <=, first->index);
      if (errand == first)
        g_queue_delete_link (&self->waiting, link);
      return;
    }
}

static void
on_will_use (HttpWalk *self, guint number, guint connection)
{
  HttpErrand *errand = errand_of (self, number);
  const char *origin = errand->request->origin;

  if (rebound_http_request_get_tries (errand->request) == 1)
    assert_turn (self, errand);
  g_assert_cmpuint (rebound_http_request_get_tries (errand->request), <=, 2);
  g_assert_cmpuint (rebound_http_pool_count_busy (self->client->pool, origin), <=,
                    self->max_per_host);
  if (connection == 0)
    return;
  if (self->policy != REBOUND_HTTP_POLICY_ASI
      && rebound_http_request_get_tries (errand->request) > 1)
    g_assert_cmpuint (connection, >, self->first_epochs->len); /* it is sent again on a fresh one */
  g_assert_cmpuint (connection, <=, self->first_epochs->len + 1);
  if (connection > self->first_epochs->len)
    g_array_append_val (self->first_epochs, self->epoch);
  else if (self->policy == REBOUND_HTTP_POLICY_REBOUND)
    g_assert_cmpuint (g_array_index (self->first_epochs, guint, connection - 1), ==, self->epoch);
}

static void
on_will_not_persist (HttpWalk *self, guint number)
{
  on_will_use (self, number, 0);
}

static void
on_waits (HttpWalk *self, guint number)
{
  g_queue_push_tail (&self->waiting, errand_of (self, number));
}

/* A program is told of the end later than that. */
static void
on_failed (HttpWalk *self, guint number)
{
  g_queue_remove (&self->waiting, errand_of (self, number));
}

static void
on_any (HttpWalk *self)
{
  GSignalInvocationHint *hint = g_signal_get_invocation_hint (self->client);

  g_hash_table_add (told, GUINT_TO_POINTER (hint->signal_id));
  if (self->on_event != NULL)
    self->on_event (self);
}

static void
on_client_gone (gpointer walk, GObject *client)
{
  HttpWalk *self = walk;

  self->n_clients_left--;
  if ((gpointer) self->client == (gpointer) client)
    self->client = NULL;
}

static void
follow (HttpWalk *self, ReboundHttpClient *client)
{
  self->client = client;
  self->n_clients_left++;
  g_object_weak_ref (G_OBJECT (client), on_client_gone, self);
  g_ptr_array_set_size (self->numbered, 0);
  g_array_set_size (self->first_epochs, 0);
  g_queue_clear (&self->waiting);
  g_signal_connect_swapped (client, "will-use", G_CALLBACK (on_will_use), self);
  g_signal_connect_swapped (client, "will-not-persist", G_CALLBACK (on_will_not_persist), self);
  g_signal_connect_swapped (client, "waits", G_CALLBACK (on_waits), self);
  g_signal_connect_swapped (client, "failed", G_CALLBACK (on_failed), self);
  g_signal_connect_swapped (client, "maybe-delivered", G_CALLBACK (on_failed), self);
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    g_signal_connect_swapped (client, events[i], G_CALLBACK (on_any), self);
}

void
http_walk_assert_all_told (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    if (!g_hash_table_contains (told, GUINT_TO_POINTER (
                                          g_signal_lookup (events[i], REBOUND_TYPE_HTTP_CLIENT))))
      g_error ("no walk has seen “%s”", events[i]);
}

void
http_walk_look_for_client (HttpWalk *self)
{
  ReboundHttpClient *client
      = (ReboundHttpClient *) rebound_site_find (rebound_run_get_world (self->run), "http");

  if (client != NULL && client != self->client)
    follow (self, client);
}

/* -- what the servers tell of -- */

static void
on_requested (ReboundHttpServer *server,
              const char *connection,
              const char *method,
              const char *path,
              HttpWalk *self)
{
  guint64 index = g_ascii_strtoull (path + 1, NULL, 10);
  HttpErrand *errand = self->errands->pdata[index];

  errand->n_deliveries++;
  g_assert_false (errand->is_claimed_undelivered);
  if (self->policy == REBOUND_HTTP_POLICY_REBOUND && !errand->is_idempotent)
    g_assert_cmpuint (errand->n_deliveries, ==, 1);
  g_assert_cmpuint (errand->n_deliveries, <=, 2);
  g_free (errand->promise.body);
  errand->promise = (HttpPromise){ server->answer, server->status, g_strdup (server->body),
                                   server->body_bytes > 0 ? (gsize) server->body_bytes
                                                          : strlen (server->body) };
}

/* -- epochs -- */

static void
on_epoch (HttpWalk *self)
{
  self->epoch++;
}

static void
count_epochs (HttpWalk *self)
{
  static const char *const of_application[]
      = { "did-enter-background", "will-enter-foreground", "resumed" };
  static const char *const of_kernel[] = { "link-down", "link-up" };

  for (guint i = 0; i < G_N_ELEMENTS (of_application); i++)
    g_signal_connect_swapped (rebound_run_get_application (self->run), of_application[i],
                              G_CALLBACK (on_epoch), self);
  for (guint i = 0; i < G_N_ELEMENTS (of_kernel); i++)
    g_signal_connect_swapped (self->kernel, of_kernel[i], G_CALLBACK (on_epoch), self);
}

/* -- a walk -- */

static GSourceFuncs canary_funcs = { .prepare = NULL };

typedef struct
{
  GSource source;
  HttpWalk *walk;
} Canary;

static void
on_canary_gone (GSource *source)
{
  ((Canary *) source)->walk->n_contexts_left--;
}

/* A source that sees its context go: which it does not as long as anybody holds it. */
static void
add_canary (HttpWalk *self, ReboundSite *site)
{
  g_autoptr (GSource) source = g_source_new (&canary_funcs, sizeof (Canary));

  ((Canary *) source)->walk = self;
  self->n_contexts_left++;
  g_source_set_static_name (source, "canary");
  g_source_set_dispose_function (source, on_canary_gone);
  g_source_attach (source, rebound_site_get_context (site));
}

HttpWalk *
http_walk_new (const char *script, guint32 seed, GObject *chance, gboolean is_recorded)
{
  HttpWalk *self = g_new0 (HttpWalk, 1);
  g_autoptr (GBytes) bytes = g_bytes_new (script, strlen (script));
  g_autoptr (GError) error = NULL;

  if (told == NULL)
    told = g_hash_table_new (NULL, NULL);
  self->rand = g_rand_new_with_seed (seed);
  self->story = g_string_new (NULL);
  self->errands = g_ptr_array_new_with_free_func (errand_free);
  self->numbered = g_ptr_array_new ();
  self->first_epochs = g_array_new (FALSE, FALSE, sizeof (guint));
  self->run = rebound_run_new_from_bytes (bytes, "walk.life", NULL, REBOUND_CLOCK_VIRTUAL, &error);
  g_assert_no_error (error);
  self->kernel = REBOUND_LINUX_KERNEL (rebound_linux_kernel_new ());
  rebound_run_set_kernel (self->run, REBOUND_KERNEL (self->kernel));
  g_assert_true (rebound_run_add_object (self->run, "chance", chance));
  if (is_recorded)
    {
      self->sink = recording_sink_new ();
      rebound_run_add_sink (self->run, REBOUND_EVENT_SINK (self->sink));
    }
  add_canary (self, rebound_run_get_world (self->run));
  add_canary (self, rebound_application_get_site (rebound_run_get_application (self->run)));
  count_epochs (self);
  return self;
}

void
http_walk_meet_servers (HttpWalk *self)
{
  static const char *const names[HTTP_WALK_N_SERVERS] = { "one", "two" };

  for (guint i = 0; i < HTTP_WALK_N_SERVERS; i++)
    {
      self->servers[i]
          = REBOUND_HTTP_SERVER (rebound_site_find (rebound_run_get_world (self->run), names[i]));
      g_signal_connect (self->servers[i], "requested", G_CALLBACK (on_requested), self);
      g_signal_connect (self->servers[i], "delivered-twice", G_CALLBACK (on_requested), self);
    }
}

void
http_walk_play (HttpWalk *self)
{
  g_autoptr (GError) error = NULL;
  ReboundRunStatus status = rebound_run_play (self->run, &error);

  g_assert_no_error (error);
  g_assert_cmpint (status, ==, REBOUND_RUN_STATUS_AS_EXPECTED);
}

void
http_walk_free (HttpWalk *self)
{
  self->on_event = NULL;
  g_assert_finalize_object (self->run);
  g_assert_finalize_object (self->kernel);
  g_clear_object (&self->sink);
  g_assert_cmpuint (self->n_clients_left, ==, 0);
  g_assert_cmpuint (self->n_contexts_left, ==, 0);
  g_queue_clear (&self->waiting);
  g_ptr_array_unref (self->numbered);
  g_ptr_array_unref (self->errands);
  g_array_unref (self->first_epochs);
  g_string_free (self->story, TRUE);
  g_rand_free (self->rand);
  g_free (self);
}
