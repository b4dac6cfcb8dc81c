/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same scenarios, in real time, with servers that are not ours: nginx and libsoup's SoupServer,
 * and three clients: ours, libsoup and libcurl. A table says what became of each. What is asserted
 * is what we promise: no request of ours fails that a fresh connection would have brought through,
 * and no POST is delivered twice. */

#include <gio/gio.h>
#include <libsoup/soup.h>
#include <unistd.h>

#include "http-clients.h"
#include "nginx.h"

/* -- a server that acts and does not answer -- */

typedef struct
{
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SoupServer *server;
  char *uri;
  GMutex lock;
  GCond ready;
  GHashTable *deliveries; /* by X-Request-Id: how many */
} Counter;

static guint
count_up (Counter *self, const char *id)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = GPOINTER_TO_UINT (g_hash_table_lookup (self->deliveries, id)) + 1;
  g_hash_table_insert (self->deliveries, g_strdup (id), GUINT_TO_POINTER (count));
  g_mutex_unlock (&self->lock);
  return count;
}

static gboolean
is_answered (Counter *self, const char *method, const char *id)
{
  g_autofree char *met = g_strconcat ("met: ", id, NULL);

  if (g_str_equal (method, "POST"))
    return count_up (self, id) > 1;
  return count_up (self, met) > 1 && count_up (self, id) > 0;
}

/* The first time it comes it is not answered, and the connection is closed. A POST has been done
 * then; a GET has met a server that closes at the same moment, and does not look at it. */
static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  const char *id = soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                                 "X-Request-Id");

  soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_STATIC, "done", 4);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  if (id == NULL || is_answered (user_data, soup_server_message_get_method (message), id))
    return;
  g_socket_shutdown (soup_server_message_get_socket (message), TRUE, TRUE, NULL);
}

static gpointer
serve (gpointer data)
{
  Counter *self = data;
  GSList *uris;

  g_main_context_push_thread_default (self->context);
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL);
  uris = soup_server_get_uris (self->server);
  g_mutex_lock (&self->lock);
  self->uri = g_uri_to_string (uris->data);
  g_cond_signal (&self->ready);
  g_mutex_unlock (&self->lock);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_main_loop_run (self->loop);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static void
counter_start (Counter *self)
{
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->deliveries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->thread = g_thread_new ("SoupServer", serve, self);
  g_mutex_lock (&self->lock);
  while (self->uri == NULL)
    g_cond_wait (&self->ready, &self->lock);
  g_mutex_unlock (&self->lock);
}

static gboolean
quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
counter_stop (Counter *self)
{
  g_main_context_invoke (self->context, quit, self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_hash_table_unref (self->deliveries);
  g_free (self->uri);
}

/* -- the world of a scenario -- */

static Nginx *nginx;
static Counter counter;

static const char locations[] = "access_log access.log ids;\n"
                                "keepalive_requests 100000;\n"
                                "location / { return 200 hello; }\n"
                                "location /short { keepalive_timeout 1s; return 200 hello; }\n"
                                "location /three { keepalive_requests 3; return 200 hello; }\n"
                                "location /close { keepalive_timeout 0; return 200 hello; }\n"
                                "location /slow { limit_rate 1000; try_files /slow.txt =500; }\n"
                                "location /chunked { ssi on; ssi_types text/plain;\n"
                                "  try_files /chunked.txt =500; }\n";

/* More than a second's worth at the rate of /slow. */
#define SLOW_BYTES 1500

static void
add_file (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (nginx_get_folder (nginx), name, NULL);

  g_file_set_contents (path, text, -1, NULL);
}

static void
let_time_out (const char *path)
{
  nginx_wait_for_end (nginx_open_idle (nginx, path));
}

static void
reload (const char *path)
{
  nginx_reload (nginx);
}

static void
restart (const char *path)
{
  nginx_stop (nginx);
  nginx_start (nginx);
}

typedef struct
{
  const char *name;
  const char *method;
  const char *path; /* NULL: of the server that acts and does not answer */
  guint n_connections;
  guint n_requests;
  void (*between) (
      const char *path);       /* while the connections are idle, and the client is stopped */
  gboolean is_told;            /* it is told that it was in the background */
  gboolean is_maybe_delivered; /* and nobody can know better */
} Scenario;

static const Scenario scenarios[] = {
  { "keep-alive is used", "GET", "/", 1, 10 },
  { "the server ends each third", "GET", "/three", 1, 10 },
  { "the server closes after each", "GET", "/close", 4, 20 },
  { "a slow answer", "GET", "/slow", 1, 1 },
  { "answers in chunks", "GET", "/chunked", 4, 20 },
  { "idle past the server's timeout", "GET", "/short", 4, 8, let_time_out },
  { "a POST past the server's timeout", "POST", "/short", 1, 1, let_time_out },
  { "the server reloads", "GET", "/", 4, 8, reload },
  { "a POST after a reload", "POST", "/", 4, 8, reload },
  { "the server is restarted", "GET", "/", 4, 8, restart },
  { "a POST after a restart", "POST", "/", 4, 8, restart },
  { "100 dead connections", "GET", "/", 100, 200, restart },
  { "100 dead connections, POST", "POST", "/", 100, 200, restart },
  { "100 dead, told of the background", "GET", "/", 100, 200, restart, TRUE },
  { "the server closes at that moment", "GET", NULL, 1, 1 },
  { "a POST is done, and not answered", "POST", NULL, 1, 1, NULL, FALSE, TRUE },
};

/* -- playing -- */

typedef struct
{
  guint n_failed;
  guint n_retried;
  guint n_twice;
  guint n_maybe_delivered;
} Outcome;

/* All of them are begun, and @n_at_once of them are on their way at any time. */
static void
play (const HttpClientClass *klass, HttpClient *client, HttpTry *tries, guint n, guint n_at_once)
{
  guint n_begun = 0;
  guint n_over = 0;

  while (n_over < n)
    {
      n_over = 0;
      for (guint i = 0; i < n_begun; i++)
        n_over += tries[i].is_over;
      while (n_begun < n && n_begun - n_over < n_at_once)
        klass->begin (client, &tries[n_begun++]);
      if (n_over < n)
        klass->iterate (client);
    }
}

static void
warm_up (const HttpClientClass *klass, HttpClient *client, const char *uri, guint n_connections)
{
  g_autofree HttpTry *tries = g_new0 (HttpTry, n_connections);

  for (guint i = 0; i < n_connections; i++)
    tries[i] = (HttpTry){ .method = "GET", .uri = uri };
  play (klass, client, tries, n_connections, n_connections);
  for (guint i = 0; i < n_connections; i++)
    g_assert_cmpuint (tries[i].status, ==, 200);
}

static guint
count_deliveries (const Scenario *scenario, const char *id)
{
  guint count;

  if (scenario->path != NULL)
    return nginx_count_deliveries (nginx, id);
  g_mutex_lock (&counter.lock);
  count = GPOINTER_TO_UINT (g_hash_table_lookup (counter.deliveries, id));
  g_mutex_unlock (&counter.lock);
  return count;
}

static void
judge (const Scenario *scenario, const HttpTry *try, Outcome *outcome)
{
  outcome->n_failed += try->status != 200;
  outcome->n_retried += try->n_retries > 0;
  outcome->n_twice += count_deliveries (scenario, try->id) > 1;
  outcome->n_maybe_delivered += try->is_maybe_delivered;
  if (try->error != NULL)
    g_test_message ("    %s: %s", try->id, try->error);
}

static Outcome
play_scenario (const Scenario *scenario, const HttpClientClass *klass)
{
  HttpClient *client = klass->open (scenario->n_connections);
  g_autofree HttpTry *tries = g_new0 (HttpTry, scenario->n_requests);
  g_autofree char *root = nginx_dup_uri (nginx, "/");
  g_autofree char *uri
      = scenario->path != NULL ? nginx_dup_uri (nginx, scenario->path) : g_strdup (counter.uri);
  Outcome outcome = { 0 };

  /* What a connection was last asked for decides how long nginx keeps it. */
  warm_up (klass, client, scenario->path != NULL && scenario->between == NULL ? root : uri,
           scenario->n_connections);
  if (scenario->is_told && klass->go_away != NULL)
    klass->go_away (client);
  if (scenario->between != NULL)
    scenario->between (scenario->path);
  if (scenario->is_told && klass->come_back != NULL)
    klass->come_back (client);
  for (guint i = 0; i < scenario->n_requests; i++)
    tries[i] = (HttpTry){ .method = scenario->method,
                          .uri = uri,
                          .id = g_strdup_printf ("%s, %s, %u", scenario->name, klass->name, i) };
  play (klass, client, tries, scenario->n_requests, scenario->n_connections);
  klass->close (client);
  for (guint i = 0; i < scenario->n_requests; i++)
    {
      judge (scenario, &tries[i], &outcome);
      g_free ((char *) tries[i].id);
      http_try_clear (&tries[i]);
    }
  return outcome;
}

static void
print_row (const Scenario *scenario, const HttpClientClass *klass, const Outcome *outcome)
{
  g_test_message ("%-34s %-8s %4u sent, %3u failed, %3u retried, %3u delivered twice%s",
                  scenario->name, klass->name, scenario->n_requests, outcome->n_failed,
                  outcome->n_retried, outcome->n_twice,
                  outcome->n_maybe_delivered > 0 ? ", and says so: MAYBE_DELIVERED" : "");
}

static void
test_scenario (gconstpointer data)
{
  static const HttpClientClass *const classes[]
      = { &http_client_soup, &http_client_curl, &http_client_rebound };
  const Scenario *scenario = data;
  Outcome outcome;

  if (nginx == NULL)
    {
      g_test_skip ("there is no nginx here (Debian: nginx-light)");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      outcome = play_scenario (scenario, classes[i]);
      print_row (scenario, classes[i], &outcome);
    }
  /* Ours is the last. */
  g_assert_cmpuint (outcome.n_failed, ==, outcome.n_maybe_delivered);
  g_assert_cmpuint (outcome.n_maybe_delivered, ==, scenario->is_maybe_delivered ? 1 : 0);
  g_assert_cmpuint (outcome.n_twice, ==, 0);
}

/* GIO tells of each connection that libsoup makes. */
static void
keep_quiet (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *slow = g_strnfill (SLOW_BYTES, 'a');
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_handler ("GLib-GIO", G_LOG_LEVEL_DEBUG, keep_quiet, NULL);
  nginx = nginx_new (locations, &error);
  if (nginx != NULL)
    {
      add_file ("slow.txt", slow);
      add_file ("chunked.txt", "<!--# echo var=\"host\" --> and more");
    }
  counter_start (&counter);
  for (guint i = 0; i < G_N_ELEMENTS (scenarios); i++)
    {
      g_autofree char *name = g_strconcat ("/http-real/", scenarios[i].name, NULL);

      g_strdelimit (name, " ,'", '-');
      g_test_add_data_func (name, &scenarios[i], test_scenario);
    }
  status = g_test_run ();
  counter_stop (&counter);
  g_clear_pointer (&nginx, nginx_free);
  return status;
}
