/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whoever is told of something by a client may send more, or end the client's life: then and there.
 * And what a look before use finds that the watch has not told of yet. */

#include "http-test.h"
#include "kernel/kernel-test.h"
#include "net/rebound-http-client.h"

/* A client of the test's own under a script, and what came of the requests that the test sent. */
typedef struct
{
  NetTest *test;
  ReboundHttpClient *client;
  const char *uri;
  guint n_left; /* requests that are still to be sent */
  guint n_told; /* of their ends */
  gboolean is_done;
} Fixture;

static void
set_up (Fixture *self, ReboundHttpClient *client, const char *script)
{
  *self = (Fixture){ .test = net_test_new (script), .client = client };
  self->uri = "http://127.0.0.1:30000/more";
  g_object_ref (client);
  net_test_add (self->test, "http", client);
}

static void
tear_down (Fixture *self)
{
  net_test_free (self->test);
  g_object_unref (self->client);
}

static void on_sent (GObject *client, GAsyncResult *result, gpointer user_data);

static void
send_one (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundHttpRequest) request = NULL;

  if (self->n_left == 0)
    return;
  self->n_left--;
  request = rebound_http_request_new ("GET", self->uri, &error);
  g_assert_no_error (error);
  rebound_http_client_send_async (self->client, request, NULL, on_sent, self);
}

static void
on_sent (GObject *client, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->n_told++;
  rebound_http_client_send_finish (self->client, result, NULL);
  send_one (self);
}

/* -- sending more -- */

/* A request that is sent when another has just been answered waits behind those that wait. */
static void
test_queue (void)
{
  Fixture fixture;
  g_autofree char *story = NULL;

  set_up (&fixture, g_object_new (REBOUND_TYPE_HTTP_CLIENT, "max-per-host", 1, NULL),
          "peer http-server server port=30000 delay=1s\nlaunch\n"
          "http.get uri=\"http://127.0.0.1:30000/\" count=3\nafter 5s\n"
          "expect http.answered-count == 4\n");
  fixture.n_left = 1;
  g_signal_connect_swapped (fixture.client, "answered", G_CALLBACK (send_one), &fixture);
  net_test_play (fixture.test);
  story = net_test_dup_story (fixture.test, "server");
  g_assert_cmpstr (story, ==,
                   "0s server: listens on port 30000\n"
                   "0s server: GET / on http#1\n"
                   "1s server: GET / on http#1\n"
                   "2s server: GET / on http#1\n"
                   "3s server: GET /more on http#1\n");
  g_assert_cmpuint (fixture.n_told, ==, 1);
  tear_down (&fixture);
}

/* Those that fail in the background are those of then, and no loop comes of it. */
static void
test_again_when_failed (void)
{
  Fixture fixture;

  set_up (&fixture,
          g_object_new (REBOUND_TYPE_HTTP_CLIENT, "in-background", REBOUND_HTTP_IN_BACKGROUND_FAIL,
                        NULL),
          "peer http-server server port=30000 delay=1s\nlaunch\n"
          "http.get uri=\"http://127.0.0.1:30000/\" count=2\nhome\nexpect http.failed-count == 2\n"
          "open\nafter 2s\nexpect http.answered-count == 2\n");
  fixture.n_left = 2;
  g_signal_connect_swapped (fixture.client, "failed", G_CALLBACK (send_one), &fixture);
  net_test_play (fixture.test);
  g_assert_cmpuint (fixture.n_told, ==, 2);
  tear_down (&fixture);
}

/* The server has closed it in this very turn of the main loop: the watch has told nobody. */
static void
on_server_closed (Fixture *self)
{
  if (!self->is_done)
    send_one (self);
  self->is_done = TRUE;
}

static void
test_look_before_use (void)
{
  Fixture fixture;
  GObject *server;
  g_autofree char *story = NULL;

  set_up (&fixture, g_object_new (REBOUND_TYPE_HTTP_CLIENT, NULL),
          "launch\nhttp.get uri=\"http://127.0.0.1:30000/\"\n"
          "server.close-connections idle=yes\nafter 1s\n");
  server = g_object_new (g_type_from_name ("ReboundHttpServer"), "port", 30000, NULL);
  g_signal_connect_swapped (server, "connection-closed", G_CALLBACK (on_server_closed), &fixture);
  net_test_add (fixture.test, "server", server);
  fixture.n_left = 1;
  net_test_play (fixture.test);
  story = net_test_dup_story_of (fixture.test, HTTP_TEST_GROUPS, "http");
  g_assert_cmpstr (story, ==, FRESH ("0s", 1, 1) DEAD ("0s", 1) FRESH ("0s", 2, 2));
  tear_down (&fixture);
}

/* -- ending its life -- */

typedef struct
{
  const char *signal;
  ReboundHttpPolicy policy;
  guint max_per_host;
  const char *script;
} Abandonment;

#define PEER  "peer http-server server port=30000\n"
#define GETS  "http.get uri=\"http://127.0.0.1:30000/\""
#define POSTS "http.request method=POST body=x uri=\"http://127.0.0.1:30000/\""
#define LEFT  REBOUND_HTTP_POLICY_REBOUND
#define OLD   REBOUND_HTTP_POLICY_ASI

static const Abandonment abandonments[] = {
  { "will-use", LEFT, 6, PEER "launch\n" GETS "\nafter 1s\n" },
  { "will-not-persist", OLD, 6, PEER "launch\n" POSTS "\nafter 1s\n" },
  { "waits", LEFT, 1, PEER "set server delay=1s\nlaunch\n" GETS " count=2\nafter 1s\n" },
  { "connected", LEFT, 6, PEER "launch\n" GETS "\nafter 1s\n" },
  { "will-retry", OLD, 6, PEER "set server answer=close\nlaunch\n" GETS "\nafter 1s\n" },
  { "must-give-up", OLD, 6, PEER "set server answer=close\nlaunch\n" GETS "\nafter 1s\n" },
  { "invalidates", OLD, 6, PEER "set server answer=reset\nlaunch\n" GETS "\nafter 1s\n" },
  { "keeps", LEFT, 6, PEER "launch\n" GETS "\nafter 1s\n" },
  { "keeps-as-told", LEFT, 6,
    PEER "set server keep-alive-header=yes keep-alive-timeout=5s\nlaunch\n" GETS "\nafter 1s\n" },
  { "does-not-keep", LEFT, 6, PEER "set server answer=until-close\nlaunch\n" GETS "\nafter 1s\n" },
  { "finished-using", LEFT, 6, PEER "launch\n" GETS "\nafter 1s\n" },
  { "expired", LEFT, 6, PEER "set server delay=1s\nlaunch\n" GETS " count=3\nafter 70s\n" },
  { "expired", OLD, 6,
    PEER "set server delay=1s\nlaunch\n" GETS " count=3\nafter 70s\n" GETS "\nafter 2s\n" },
  { "server-closed", LEFT, 6,
    PEER "set server delay=1s\nlaunch\n" GETS
         " count=3\nafter 2s\nserver.close-connections\nafter 1s\n" },
  { "found-dead", REBOUND_HTTP_POLICY_CURL, 6,
    PEER "launch\n" GETS "\nserver.close-connections\n" GETS "\nafter 1s\n" },
  { "retired", LEFT, 6,
    PEER "set server delay=1s\nlaunch\n" GETS " count=3\nafter 2s\nhome\nafter 1s\n" },
  { "cleared", LEFT, 6,
    PEER "set server delay=1s\nlaunch\n" GETS " count=3\nafter 2s\nhttp.clear\nafter 1s\n" },
  { "answered", LEFT, 1, PEER "launch\n" GETS "\nafter 1s\n" },
  { "failed", LEFT, 6, PEER "set server answer=reset\nlaunch\n" GETS "\nafter 1s\n" },
  { "failed", LEFT, 1,
    PEER "set server delay=9s\nset http in-background=fail\nlaunch\n" GETS " count=3\nhome\n"
         "after 1s\n" },
  { "maybe-delivered", LEFT, 6, PEER "set server answer=reset\nlaunch\n" POSTS "\nafter 1s\n" },
};

static void
abandon (Fixture *self)
{
  self->is_done = TRUE;
  rebound_actor_abandon (REBOUND_ACTOR (self->client));
}

static void
test_abandoned (gconstpointer data)
{
  const Abandonment *abandonment = data;
  Fixture fixture;

  set_up (&fixture,
          g_object_new (REBOUND_TYPE_HTTP_CLIENT, "policy", abandonment->policy, "max-per-host",
                        abandonment->max_per_host, NULL),
          abandonment->script);
  g_signal_connect_swapped (fixture.client, abandonment->signal, G_CALLBACK (abandon), &fixture);
  net_test_play (fixture.test);
  g_assert_true (fixture.is_done);
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  g_test_add_func ("/http-interference/queue", test_queue);
  g_test_add_func ("/http-interference/again-when-failed", test_again_when_failed);
  g_test_add_func ("/http-interference/look-before-use", test_look_before_use);
  for (guint i = 0; i < G_N_ELEMENTS (abandonments); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/http-interference/abandoned-at/%s/%u", abandonments[i].signal, i);

      g_test_add_data_func (path, &abandonments[i], test_abandoned);
    }
  return g_test_run ();
}
