/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What does a request cost the client? The same nginx answers ours, libsoup and libcurl in one run;
 * the CPU's time is that of the client's thread. It includes what the kernel does in its system
 * calls, which on the loopback is some of what it does for the server, too: the same for all.
 *
 * A pool is there for what is idle, so the price of many idle connections is measured as well, and
 * that of those which died while the application was away. */

#include <curl/curl.h>
#include <libsoup/soup.h>

#include "bench.h"
#include "http-clients.h"
#include "nginx.h"

#define N_ROUNDS 7

static Nginx *nginx;
static char *uri;

/* -- requests -- */

typedef struct
{
  const HttpClientClass *klass;
  HttpClient *client;
  guint n_left; /* to be begun */
  guint n_open;
} Load;

static void
begin (Load *load, HttpTry *try)
{
  load->n_left--;
  load->n_open++;
  load->klass->begin (load->client, try);
}

static void
on_over (HttpTry *try)
{
  Load *load = try->user_data;

  if (try->status != 200)
    g_error ("%s: %s (%u)", load->klass->name, try->error, try->status);
  load->n_open--;
  if (load->n_left > 0)
    begin (load, try);
}

/* @n_requests, of which @n_at_once are on their way at any time. */
static void
play (const HttpClientClass *klass, HttpClient *client, guint n_at_once, guint n_requests)
{
  g_autofree HttpTry *tries = g_new0 (HttpTry, n_at_once);
  Load load = { .klass = klass, .client = client, .n_left = n_requests };

  for (guint i = 0; i < n_at_once; i++)
    {
      tries[i] = (HttpTry){ .method = "GET", .uri = uri, .over = on_over, .user_data = &load };
      begin (&load, &tries[i]);
    }
  while (load.n_open > 0)
    klass->iterate (client);
}

/* -- what is measured -- */

typedef struct
{
  const char *title;
  guint n_idle; /* connections, before anything is measured */
  guint n_at_once;
  guint n_requests;
  guint n_ways; /* libsoup comes last: to open 5,000 connections takes it minutes */
} Case;

static void
measure (const HttpClientClass *klass, const Case *data, BenchTime *time)
{
  HttpClient *client = klass->open (data->n_idle);

  play (klass, client, data->n_idle, data->n_idle);
  bench_start (time);
  play (klass, client, data->n_at_once, data->n_requests);
  bench_stop (time);
  klass->close (client);
}

/* The server has gone and come again while the application was away. */
static void
measure_return (const HttpClientClass *klass, gboolean is_told, const Case *data, BenchTime *time)
{
  HttpClient *client = klass->open (data->n_idle);

  play (klass, client, data->n_idle, data->n_idle);
  if (is_told)
    klass->go_away (client);
  nginx_stop (nginx);
  nginx_start (nginx);
  bench_start (time);
  if (is_told)
    klass->come_back (client);
  play (klass, client, 1, 1);
  bench_stop (time);
  klass->close (client);
}

#define DEFINE_WAYS(name)                                                                          \
  static void measure_##name (gconstpointer data, BenchTime *time)                                 \
  {                                                                                                \
    measure (&http_client_##name, data, time);                                                     \
  }                                                                                                \
  static void return_##name (gconstpointer data, BenchTime *time)                                  \
  {                                                                                                \
    measure_return (&http_client_##name, FALSE, data, time);                                       \
  }

DEFINE_WAYS (soup)
DEFINE_WAYS (curl)
DEFINE_WAYS (rebound)

static void
return_rebound_told (gconstpointer data, BenchTime *time)
{
  measure_return (&http_client_rebound, TRUE, data, time);
}

static const Case cases[] = {
  { "A GET, the pool's one connection is idle", 1, 1, 1000, 3 },
  { "A GET, 16 connections are idle", 16, 1, 1000, 3 },
  { "A GET, 100 connections are idle", 100, 1, 1000, 3 },
  { "A GET of 16 at once", 16, 16, 4000, 3 },
  { "A GET, 5,000 connections are idle", 5000, 1, 200, 2 },
};

static const Case return_case = { "Back, with 100 dead connections: the first answer", 100, 1, 1 };

int
main (int argc, char **argv)
{
  static const BenchWay ways[] = { { "libcurl", measure_curl, 1 },
                                   { "rebound", measure_rebound, 1 },
                                   { "libsoup", measure_soup, 1 } };
  static const BenchWay return_ways[] = { { "libsoup", return_soup, 3 },
                                          { "libcurl", return_curl, 3 },
                                          { "rebound, told of nothing", return_rebound, 3 },
                                          { "rebound", return_rebound_told, 3 } };
  g_autofree char *peers
      = g_strdup_printf ("libsoup %u.%u.%u, libcurl %s", soup_get_major_version (),
                         soup_get_minor_version (), soup_get_micro_version (),
                         curl_version_info (CURLVERSION_NOW)->version);
  g_autoptr (GError) error = NULL;

  bench_begin (argc, argv, peers);
  if (!bench_raise_descriptor_limit (5000 + 200))
    return 77;
  nginx = nginx_new ("location / { return 200 hello; }\n"
                     "keepalive_requests 1000000;\n"
                     "keepalive_timeout 600s;\n",
                     &error);
  if (nginx == NULL)
    {
      g_print ("cannot be measured here: %s\n", error->message);
      return 77;
    }
  uri = nginx_dup_uri (nginx, "/");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    bench_compare (cases[i].title, BENCH_TIME_OF_ONE, ways, cases[i].n_ways, &cases[i], N_ROUNDS,
                   cases[i].n_requests);
  bench_compare (return_case.title, BENCH_TIME_OF_ONE, return_ways, G_N_ELEMENTS (return_ways),
                 &return_case, N_ROUNDS, 1);
  nginx_free (nginx);
  g_free (uri);
  return 0;
}
