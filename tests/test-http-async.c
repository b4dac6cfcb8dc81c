/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The client as a GLib program has it: no script and no run, the real clock, a main loop, and calls
 * in GIO's manner. However a request ends, and whoever ends it, its callback is called once. */

#include <string.h>
#include <unistd.h>

#include "descriptors.h"
#include "kernel/kernel-test.h"
#include "net/rebound-http-client.h"
#include "net/rebound-http-server.h"

#define PORT       30000
#define DEAF_PORT  30001 /* its backlog is full: a SYN is not answered */
#define EARLY_PORT 30002 /* of a server of plain system calls; refused where there is none */

#define URI "http://127.0.0.1:30000/"

/* More than the buffers of a connection hold. */
#define BODY_BYTES (32 * 1024 * 1024)

typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *site;
  ReboundActor *server;
  ReboundHttpClient *client;
  int deaf_fd;
  int waiting_fds[2]; /* what fills its backlog */
  guint n_told;
  guint n_expected;
  GError *error; /* of the last that was told */
  guint n_descriptors;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->n_descriptors = count_descriptors ();
  self->context = g_main_context_ref (g_main_context_default ());
  self->clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  self->site = rebound_site_new (self->clock, self->context);
  self->server
      = g_object_new (REBOUND_TYPE_HTTP_SERVER, "address", "::", "port", PORT, "body", "hi", NULL);
  rebound_actor_set_name (self->server, "server");
  rebound_actor_come_to_life (self->server, self->site);
  self->client = g_object_new (REBOUND_TYPE_HTTP_CLIENT, NULL);
  rebound_actor_set_name (REBOUND_ACTOR (self->client), "http");
  rebound_actor_come_to_life (REBOUND_ACTOR (self->client), self->site);
  self->deaf_fd = -1;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (self->n_told, ==, self->n_expected);
  if (self->client != NULL)
    rebound_actor_abandon (REBOUND_ACTOR (self->client));
  g_clear_object (&self->client);
  rebound_actor_abandon (self->server);
  g_assert_finalize_object (self->server);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  if (self->deaf_fd >= 0)
    {
      close (self->deaf_fd);
      close (self->waiting_fds[0]);
      close (self->waiting_fds[1]);
    }
  g_assert_finalize_object (self->site);
  g_assert_finalize_object (self->clock);
  g_main_context_unref (self->context);
  g_clear_error (&self->error);
  if (self->n_descriptors != 0)
    g_assert_cmpuint (count_descriptors (), ==, self->n_descriptors);
}

static void
make_deaf (Fixture *self)
{
  self->deaf_fd = raw_listen (AF_INET, DEAF_PORT, FALSE, 0);
  for (guint i = 0; i < G_N_ELEMENTS (self->waiting_fds); i++)
    self->waiting_fds[i] = raw_start_connecting (AF_INET, DEAF_PORT, 0);
}

static void
on_sent (GObject *client, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;
  gboolean is_answered;

  self->n_told++;
  g_clear_error (&self->error);
  is_answered
      = rebound_http_client_send_finish (REBOUND_HTTP_CLIENT (client), result, &self->error);
  g_assert_cmpint (is_answered, ==, self->error == NULL);
}

/* (transfer full) */
static ReboundHttpRequest *
give (Fixture *self, const char *method, const char *uri, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  ReboundHttpRequest *request = rebound_http_request_new (method, uri, &error);

  g_assert_no_error (error);
  self->n_expected++;
  rebound_http_client_send_async (self->client, request, cancellable, on_sent, self);
  return request;
}

/* Until every callback was called. */
static void
await (Fixture *self)
{
  g_assert_cmpuint (self->n_told, <, self->n_expected);
  while (self->n_told < self->n_expected)
    g_main_context_iteration (self->context, TRUE);
}

/* What a process opens once is open from then on, and is no leak: GLib's contexts have
 * a descriptor each, and the test's own questions to the kernel. */
static void
open_what_stays (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture, NULL);
  make_deaf (&fixture);
  g_object_unref (give (&fixture, "GET", "http://localhost:30000/", NULL));
  await (&fixture);
  fixture.n_descriptors = 0;
  tear_down (&fixture, NULL);
}

static void
assert_body (ReboundHttpRequest *request, const char *expected)
{
  gsize length_bytes;
  const char *body
      = g_bytes_get_data (rebound_http_request_get_answer_body (request), &length_bytes);

  g_assert_cmpmem (body, length_bytes, expected, strlen (expected));
}

/* -- answered -- */

static void
test_answered (Fixture *self, gconstpointer uri)
{
  g_autoptr (ReboundHttpRequest) first = give (self, "GET", uri, NULL);
  g_autoptr (ReboundHttpRequest) second = NULL;

  g_assert_cmpuint (rebound_http_request_get_status (first), ==, 0);
  g_assert_null (rebound_http_request_get_answer_body (first));
  await (self);
  g_assert_no_error (self->error);
  g_assert_cmpuint (rebound_http_request_get_status (first), ==, 200);
  g_assert_cmpstr (rebound_http_request_get_answer_header (first, "content-length"), ==, "2");
  assert_body (first, "hi");
  second = give (self, "GET", uri, NULL);
  await (self);
  g_assert_no_error (self->error);
  g_assert_cmpuint (rebound_http_request_get_number (second), ==, 2);
  g_assert_cmpuint (rebound_http_request_get_connection (second), ==, 1);
  g_assert_cmpuint (rebound_http_request_get_tries (second), ==, 1);
}

/* A server that has one of a name's addresses alone. */
static void
test_address_of_name (Fixture *self, gconstpointer address)
{
  g_autoptr (ReboundHttpRequest) request = NULL;

  rebound_actor_abandon (self->server);
  g_object_set (self->server, "address", address, NULL);
  rebound_actor_come_to_life (self->server, self->site);
  request = give (self, "GET", "http://localhost:30000/", NULL);
  await (self);
  g_assert_no_error (self->error);
  assert_body (request, "hi");
}

/* It does not read what it refuses: the answer comes while most of the request is still here. */
static void
test_answered_early (Fixture *self, gconstpointer data)
{
  const char answer[] = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n";
  gboolean closes = GPOINTER_TO_INT (data);
  int listener_fd = raw_listen (AF_INET, EARLY_PORT, FALSE, 1);
  g_autoptr (ReboundHttpRequest) request
      = rebound_http_request_new ("PUT", "http://127.0.0.1:30002/", NULL);
  g_autoptr (GBytes) body = g_bytes_new_take (g_malloc0 (BODY_BYTES), BODY_BYTES);
  guint n_open;
  int fd;

  rebound_http_request_set_body (request, body, NULL);
  self->n_expected++;
  rebound_http_client_send_async (self->client, request, NULL, on_sent, self);
  while ((fd = raw_try_accept (listener_fd)) < 0)
    g_main_context_iteration (self->context, TRUE);
  g_assert_cmpint (raw_send (fd, answer), ==, strlen (answer));
  if (closes)
    raw_close (fd); /* by RST, for what it has not read */
  await (self);
  g_assert_no_error (self->error);
  g_assert_cmpuint (rebound_http_request_get_status (request), ==, 413);
  g_object_get (self->client, "open-count", &n_open, NULL);
  g_assert_cmpuint (n_open, ==, 0);
  if (!closes)
    close (fd);
  close (listener_fd);
}

/* -- failed -- */

typedef struct
{
  const char *name;
  const char *method;
  const char *uri;
  ReboundHttpAnswerKind answer;
  gint64 timeout_usec; /* 0: its own */
  ReboundHttpError code;
} Failure;

static const Failure failures[] = {
  { "refused", "GET", "http://127.0.0.1:30002/", REBOUND_HTTP_ANSWER_KIND_LENGTH, 0,
    REBOUND_HTTP_ERROR_CONNECT },
  { "no-such-name", "GET", "http://nobody.invalid/", REBOUND_HTTP_ANSWER_KIND_LENGTH, 0,
    REBOUND_HTTP_ERROR_CONNECT },
  { "closed", "GET", URI, REBOUND_HTTP_ANSWER_KIND_CLOSE, 0, REBOUND_HTTP_ERROR_CONNECTION },
  { "maybe-delivered", "POST", URI, REBOUND_HTTP_ANSWER_KIND_RESET, 0,
    REBOUND_HTTP_ERROR_MAYBE_DELIVERED },
  { "half", "GET", URI, REBOUND_HTTP_ANSWER_KIND_HALF_THEN_CLOSE, 0,
    REBOUND_HTTP_ERROR_CONNECTION },
  { "timed-out", "GET", URI, REBOUND_HTTP_ANSWER_KIND_NONE, 1, REBOUND_HTTP_ERROR_TIMED_OUT },
};

static void
test_failed (Fixture *self, gconstpointer data)
{
  const Failure *failure = data;
  g_autoptr (ReboundHttpRequest) request = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set (self->server, "answer", failure->answer, NULL);
  request = rebound_http_request_new (failure->method, failure->uri, &error);
  g_assert_no_error (error);
  if (failure->timeout_usec > 0)
    rebound_http_request_set_timeout_usec (request, failure->timeout_usec);
  self->n_expected++;
  rebound_http_client_send_async (self->client, request, NULL, on_sent, self);
  await (self);
  g_assert_error (self->error, REBOUND_HTTP_ERROR, (int) failure->code);
  g_assert_cmpuint (rebound_http_request_get_status (request), ==, 0);
}

/* -- cancelled, and left alone -- */

/* Where a request can be. */
typedef struct
{
  const char *name;
  const char *uri;
  gboolean has_turn;   /* another one has it, otherwise */
  gboolean is_reading; /* the server has it */
} Stage;

static const Stage stages[] = {
  { "waiting", URI, FALSE, FALSE },
  { "dialling", "http://127.0.0.1:30001/", TRUE, FALSE },
  { "looking-up", "http://localhost:30000/", TRUE, FALSE },
  { "connecting", URI, TRUE, FALSE },
  { "reading", URI, TRUE, TRUE },
};

static void
await_requests (Fixture *self, guint n_requests)
{
  guint n_here = 0;

  while (n_here < n_requests)
    {
      g_main_context_iteration (self->context, TRUE);
      g_object_get (self->server, "request-count", &n_here, NULL);
    }
}

static ReboundHttpRequest *
bring_to (Fixture *self, const Stage *stage, GCancellable *cancellable)
{
  ReboundHttpRequest *request;

  g_object_set (self->server, "answer", REBOUND_HTTP_ANSWER_KIND_NONE, NULL);
  make_deaf (self);
  if (!stage->has_turn)
    {
      g_object_set (self->client, "max-per-host", 1, NULL);
      g_object_unref (give (self, "GET", stage->uri, NULL));
      await_requests (self, 1);
    }
  request = give (self, "GET", stage->uri, cancellable);
  if (stage->is_reading)
    await_requests (self, 1);
  g_assert_cmpuint (self->n_told, ==, 0);
  return request;
}

static void
test_cancelled (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (ReboundHttpRequest) request = bring_to (self, data, cancellable);

  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (self->n_told, ==, 0); /* never from within the call */
  while (self->n_told == 0)
    g_main_context_iteration (self->context, TRUE);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (rebound_http_request_get_status (request), ==, 0);
  rebound_actor_abandon (REBOUND_ACTOR (self->client));
  while (self->n_told < self->n_expected)
    g_main_context_iteration (self->context, TRUE);
}

static void
test_abandoned (Fixture *self, gconstpointer data)
{
  g_autoptr (ReboundHttpRequest) request = bring_to (self, data, NULL);

  rebound_actor_abandon (REBOUND_ACTOR (self->client));
  await (self);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Nobody has the client any more but its requests. */
static void
test_let_go (Fixture *self, gconstpointer data)
{
  g_autoptr (ReboundHttpRequest) request = give (self, "GET", URI, NULL);
  gpointer client = self->client;

  g_object_add_weak_pointer (client, &client);
  g_clear_object (&self->client);
  await (self);
  g_assert_no_error (self->error);
  assert_body (request, "hi");
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_assert_null (client);
}

static void
test_cancelled_before (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (ReboundHttpRequest) request = NULL;

  g_cancellable_cancel (cancellable);
  request = give (self, "GET", URI, cancellable);
  g_assert_cmpuint (self->n_told, ==, 0);
  await (self);
  g_assert_error (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (rebound_http_request_get_number (request), ==, 0);
}

/* Too late: it has been answered, and its cancellable outlives it. */
static void
test_cancelled_after (Fixture *self, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (ReboundHttpRequest) request = give (self, "GET", URI, cancellable);

  await (self);
  g_cancellable_cancel (cancellable);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_assert_cmpuint (self->n_told, ==, 1);
  assert_body (request, "hi");
}

/* -- used wrongly -- */

static void
test_sent_twice (Fixture *self, gconstpointer data)
{
  g_autoptr (ReboundHttpRequest) request = give (self, "GET", URI, NULL);

  self->n_expected++;
  rebound_http_client_send_async (self->client, request, NULL, on_sent, self);
  g_assert_cmpuint (self->n_told, ==, 0);
  while (self->n_told == 0)
    g_main_context_iteration (self->context, TRUE);
  g_assert_error (self->error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_REQUEST);
  await (self);
  g_assert_no_error (self->error);
  self->n_expected++;
  rebound_http_client_send_async (self->client, request, NULL, on_sent, self);
  await (self);
  g_assert_error (self->error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_REQUEST);
  assert_body (request, "hi");
}

static void
test_not_alive (Fixture *self, gconstpointer data)
{
  g_autoptr (ReboundHttpRequest) request = NULL;

  rebound_actor_abandon (REBOUND_ACTOR (self->client));
  request = give (self, "GET", URI, NULL);
  await (self);
  g_assert_error (self->error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_REQUEST);
  rebound_actor_come_to_life (REBOUND_ACTOR (self->client), self->site);
  self->n_expected++;
  rebound_http_client_send_async (self->client, request, NULL, on_sent, self);
  await (self);
  g_assert_no_error (self->error);
}

/* The callback comes from the context that was the thread's default when it was sent. */
static void
test_context (Fixture *self, gconstpointer data)
{
  g_autoptr (GMainContext) own = g_main_context_new ();
  g_autoptr (ReboundHttpRequest) request = NULL;
  guint n_here = 0;

  g_main_context_push_thread_default (own);
  request = give (self, "GET", URI, NULL);
  g_main_context_pop_thread_default (own);
  while (n_here == 0)
    {
      g_main_context_iteration (self->context, TRUE);
      g_object_get (self->client, "answered-count", &n_here, NULL);
    }
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_assert_cmpuint (self->n_told, ==, 0);
  while (self->n_told == 0)
    g_main_context_iteration (own, TRUE);
  g_assert_no_error (self->error);
}

static void
add (const char *folder,
     const char *name,
     gconstpointer data,
     void (*test) (Fixture *self, gconstpointer data))
{
  g_autofree char *path = g_strdup_printf ("/http-async/%s/%s", folder, name);

  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  open_what_stays ();
  add ("answered", "ipv4", URI, test_answered);
  add ("answered", "ipv6", "http://[::1]:30000/", test_answered);
  add ("answered", "name", "http://localhost:30000/", test_answered);
  add ("answered", "name-of-ipv4", "127.0.0.1", test_address_of_name);
  add ("answered", "name-of-ipv6", "::1", test_address_of_name);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    add ("failed", failures[i].name, &failures[i], test_failed);
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      add ("cancelled", stages[i].name, &stages[i], test_cancelled);
      add ("abandoned", stages[i].name, &stages[i], test_abandoned);
    }
  add ("answered", "early", GINT_TO_POINTER (FALSE), test_answered_early);
  add ("answered", "early-and-reset", GINT_TO_POINTER (TRUE), test_answered_early);
  add ("cancelled", "before", NULL, test_cancelled_before);
  add ("cancelled", "after", NULL, test_cancelled_after);
  add ("use", "let-go", NULL, test_let_go);
  add ("use", "sent-twice", NULL, test_sent_twice);
  add ("use", "not-alive", NULL, test_not_alive);
  add ("use", "context", NULL, test_context);
  return g_test_run ();
}
