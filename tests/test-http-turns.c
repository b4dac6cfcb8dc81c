/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose turn it is, and what is left when the application goes: found by random days
 * (test-http-seeds.c), and told here one by one. A handler may do anything within what the client
 * tells of, so some of them ask for more. */

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-http-client-private.h"

typedef struct
{
  NetTest *test;
  const char *signal;
  const char *uri;
  guint n_left; /* how often it asks for more */
} Asker;

static void
on_done (ReboundHttpClient *client,
         ReboundHttpRequest *request,
         const GError *error,
         gpointer user_data)
{
}

static void
ask (Asker *self)
{
  ReboundHttpClient *client = net_test_find (self->test, "http");
  g_autoptr (ReboundHttpRequest) request = rebound_http_request_new ("GET", self->uri, NULL);

  if (self->n_left == 0 || client->site == NULL)
    return;
  self->n_left--;
  rebound_http_client_submit (client, request, NULL, on_done, NULL);
}

static void
on_launched (Asker *self)
{
  g_signal_connect_swapped (net_test_find (self->test, "http"), self->signal, G_CALLBACK (ask),
                            self);
}

/* Plays @script, where an asker has a request of its own within the first @n_asks of @signal. */
static NetTest *
play_with_asker (const char *script, const char *signal, const char *uri, guint n_asks)
{
  NetTest *test = net_test_new (script);
  Asker asker = { test, signal, uri, n_asks };

  g_signal_connect_swapped (rebound_run_get_application (test->run), "did-finish-launching",
                            G_CALLBACK (on_launched), &asker);
  net_test_play (test);
  g_signal_handlers_disconnect_by_data (rebound_run_get_application (test->run), &asker);
  return test;
}

#define BEGIN                                                                                      \
  "# SPDX-License-Identifier: LGPL-2.1-or-later\n# t\npeer http-server server port=30000 "         \
  "delay=100ms\n"

static void
test_overtaking (void)
{
  g_autoptr (NetTest) test = play_with_asker (BEGIN "http-client http max-per-host=1\nlaunch\n"
                                                    "http.get uri=\"http://server/1\"\nhttp.get "
                                                    "uri=\"http://server/2\"\nafter 1s home\n",
                                              "answered", "http://server/3", 1);
  g_autofree char *story = net_test_dup_story (test, "server");

  g_test_summary ("Who is asked within the end of another does not overtake who waits");
  g_assert_cmpstr (story, ==,
                   "0s server: listens on port 30000\n0s server: GET /1 on http#1\n"
                   "100ms server: GET /2 on http#1\n200ms server: GET /3 on http#1\n"
                   "1s server: http#1 ended: the client closed first\n");
}

static void
test_place_of_expired (void)
{
  g_autoptr (NetTest) test = play_with_asker (
      BEGIN "http-client http policy=asi max-per-host=1 idle-timeout=1s\nlaunch\n"
            "http.get uri=\"http://server/1\"\nafter 5s http.get uri=\"http://server/2\"\n"
            "expect server.open-count == 1\nafter 1s\nexpect http.answered-count == 3\n"
            "expect server.accept-count == 2\n",
      "expired", "http://server/3", 1);

  g_test_summary ("Who is asked while a request looks for a connection does not get its place");
}

static void
test_asking_again (void)
{
  g_autoptr (NetTest) test = play_with_asker (
      BEGIN "http-client http in-background=fail\nlaunch\nhttp.get uri=\"http://server/1\"\n"
            "home\nexpect http.failed-count == 1\n",
      "failed", "http://server/2", 50);

  g_test_summary ("Who asks again when a request fails at the background is not failed for ever");
}

static void
test_body (void)
{
  g_test_summary ("An answer that is on its way keeps its body");
  net_test_play_story (BEGIN "http-client http\nlaunch\nhttp.get uri=\"http://server/\"\n"
                             "after 10ms set server body=\"another body, which is longer\"\n"
                             "after 1s\n",
                       "http", "100ms http: GET #1 is answered: 200 OK, 6 bytes, over #1\n");
}

/* Each is as expected, or fails. */
static const struct
{
  const char *name;
  const char *summary;
  const char *script;
} scripts[] = {
  { "kill", "A kill closes the connections that are idle",
    BEGIN "http-client http\nlaunch\nhttp.get uri=\"http://server/\" count=3\nafter 1s\n"
          "expect http.idle-count == 3\nkill\nafter 1ms\nexpect server.open-count == 0\n" },
  { "lives", "The requests of another life are not those of the one before",
    BEGIN "http-client http\nlaunch\nhttp.get uri=\"http://server/\"\nafter 1s kill\n"
          "launch\nhttp.get uri=\"http://server/\"\nafter 1s\n"
          "expect server.request-count == 2\nexpect server.duplicate-count == 0\n" },
  { "post-at-background", "A POST that was sent and fails at the background may be delivered",
    BEGIN "http-client http in-background=fail\nlaunch\n"
          "http.request method=POST uri=\"http://server/\" body=x\nafter 10ms home\n"
          "expect http.maybe-delivered-count == 1\nexpect http.failed-count == 1\n" },
  { "get-at-background", "A GET that was sent has failed, and no more",
    BEGIN "http-client http in-background=fail\nlaunch\n"
          "http.get uri=\"http://server/\"\nafter 10ms home\n"
          "expect http.maybe-delivered-count == 0\nexpect http.failed-count == 1\n" },
  { "wait-at-background", "Who waits for a turn fails at the background without having one",
    BEGIN "http-client http in-background=fail max-per-host=1\nlaunch\n"
          "http.get uri=\"http://server/\" count=5\nafter 10ms home\n"
          "expect http.failed-count == 5\nafter 1s\nexpect server.accept-count == 1\n" },
  { "idle-in-background", "A connection that served in the background is not kept there",
    BEGIN "http-client http max-per-host=2\nlaunch\nhttp.get uri=\"http://server/\" count=6\n"
          "after 10ms home\nafter 1s\nexpect http.answered-count == 6\n"
          "expect server.accept-count == 4\nexpect http.idle-count == 0\n"
          "expect server.open-count == 0\n" },
};

static void
test_script (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (NetTest) test = net_test_new (scripts[i].script);

  g_test_summary (scripts[i].summary);
  net_test_play (test);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  g_test_add_func ("/http/turns/overtaking", test_overtaking);
  g_test_add_func ("/http/turns/place-of-expired", test_place_of_expired);
  g_test_add_func ("/http/turns/asking-again", test_asking_again);
  g_test_add_func ("/http/turns/body", test_body);
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http/turns/%s", scripts[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_script);
    }
  return g_test_run ();
}
