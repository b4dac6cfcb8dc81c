/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is compared is what a program would write. A GLib program has the asynchronous calls of ours
 * and of libsoup, in the default main context; one with libcurl has curl_multi_poll(), which is the
 * loop that libcurl itself offers, and easy handles that are used again. */

#include "http-clients.h"

#include <curl/curl.h>
#include <libsoup/soup.h>
#include <string.h>

#include "net/rebound.h"

static const char post_body[] = "name=value";

void
http_try_clear (HttpTry *self)
{
  g_clear_pointer (&self->error, g_free);
}

void
http_try_end (HttpTry *self, guint status, char *error)
{
  self->is_over = TRUE;
  self->status = status;
  self->error = error;
  if (self->over != NULL)
    self->over (self);
}

static gboolean
is_post (const HttpTry *try)
{
  return strcmp (try->method, "POST") == 0;
}

static void
iterate_main_context (HttpClient *client)
{
  g_main_context_iteration (NULL, TRUE);
}

/* -- ours -- */

typedef struct
{
  ReboundClock *clock;
  ReboundSite *site;
  ReboundHttpClient *client;
} Ours;

static HttpClient *
open_rebound (guint n_connections)
{
  Ours *self = g_new0 (Ours, 1);

  self->clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  self->site = rebound_site_new (self->clock, NULL);
  self->client = g_object_new (REBOUND_TYPE_HTTP_CLIENT, "max-per-host", n_connections, NULL);
  rebound_actor_come_to_life (REBOUND_ACTOR (self->client), self->site);
  return (HttpClient *) self;
}

static void
on_rebound_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HttpTry *try = user_data;
  g_autoptr (ReboundHttpRequest) request = g_steal_pointer (&try->handle);
  g_autoptr (GError) error = NULL;

  rebound_http_client_send_finish (REBOUND_HTTP_CLIENT (source), result, &error);
  try->n_retries = rebound_http_request_get_tries (request) - 1;
  try->is_maybe_delivered
      = g_error_matches (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_MAYBE_DELIVERED);
  http_try_end (try, rebound_http_request_get_status (request),
                error != NULL ? g_strdup (error->message) : NULL);
}

static void
begin_rebound (HttpClient *client, HttpTry *try)
{
  ReboundHttpRequest *request = rebound_http_request_new (try->method, try->uri, NULL);

  if (try->id != NULL)
    rebound_http_request_set_header (request, "X-Request-Id", try->id, NULL);
  if (is_post (try))
    {
      g_autoptr (GBytes) body = g_bytes_new_static (post_body, strlen (post_body));

      rebound_http_request_set_body (request, body, "application/x-www-form-urlencoded");
    }
  try->handle = request;
  rebound_http_client_send_async (((Ours *) client)->client, request, NULL, on_rebound_sent, try);
}

static void
go_away_rebound (HttpClient *client)
{
  rebound_actor_tell (REBOUND_ACTOR (((Ours *) client)->client),
                      REBOUND_CALLBACK_DID_ENTER_BACKGROUND);
}

static void
come_back_rebound (HttpClient *client)
{
  ReboundActor *actor = REBOUND_ACTOR (((Ours *) client)->client);

  rebound_actor_tell (actor, REBOUND_CALLBACK_WILL_ENTER_FOREGROUND);
  rebound_actor_tell (actor, REBOUND_CALLBACK_DID_BECOME_ACTIVE);
}

static void
close_rebound (HttpClient *client)
{
  Ours *self = (Ours *) client;

  rebound_actor_abandon (REBOUND_ACTOR (self->client));
  g_object_unref (self->client);
  g_object_unref (self->site);
  g_object_unref (self->clock);
  g_free (self);
}

const HttpClientClass http_client_rebound = {
  .name = "rebound",
  .open = open_rebound,
  .begin = begin_rebound,
  .iterate = iterate_main_context,
  .go_away = go_away_rebound,
  .come_back = come_back_rebound,
  .close = close_rebound,
};

/* -- libsoup -- */

static HttpClient *
open_soup (guint n_connections)
{
  return (HttpClient *) soup_session_new_with_options ("max-conns", n_connections,
                                                       "max-conns-per-host", n_connections, NULL);
}

static void
on_soup_restarted (SoupMessage *message, HttpTry *try)
{
  try->n_retries++;
}

static void
on_soup_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HttpTry *try = user_data;
  g_autoptr (SoupMessage) message = g_steal_pointer (&try->handle);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body
      = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  http_try_end (try, body != NULL ? soup_message_get_status (message) : 0,
                error != NULL ? g_strdup (error->message) : NULL);
}

static void
begin_soup (HttpClient *client, HttpTry *try)
{
  SoupMessage *message = soup_message_new (try->method, try->uri);

  if (try->id != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "X-Request-Id",
                                  try->id);
  if (is_post (try))
    {
      g_autoptr (GBytes) body = g_bytes_new_static (post_body, strlen (post_body));

      soup_message_set_request_body_from_bytes (message, "application/x-www-form-urlencoded", body);
    }
  g_signal_connect (message, "restarted", G_CALLBACK (on_soup_restarted), try);
  try->handle = message;
  soup_session_send_and_read_async (SOUP_SESSION (client), message, G_PRIORITY_DEFAULT, NULL,
                                    on_soup_sent, try);
}

static void
close_soup (HttpClient *client)
{
  soup_session_abort (SOUP_SESSION (client));
  g_object_unref (client);
}

const HttpClientClass http_client_soup = {
  .name = "libsoup",
  .open = open_soup,
  .begin = begin_soup,
  .iterate = iterate_main_context,
  .close = close_soup,
};

/* -- libcurl -- */

typedef struct
{
  CURLM *multi;
  GPtrArray *spare; /* Transfer */
} Curl;

typedef struct
{
  CURL *easy;
  HttpTry *try;
  GByteArray *body;
  struct curl_slist *headers;
} Transfer;

static void
transfer_free (gpointer data)
{
  Transfer *self = data;

  curl_easy_cleanup (self->easy);
  curl_slist_free_all (self->headers);
  g_byte_array_unref (self->body);
  g_free (self);
}

static size_t
take_body (char *bytes, size_t size, size_t count, void *transfer)
{
  g_byte_array_append (((Transfer *) transfer)->body, (const guint8 *) bytes,
                       (guint) (size * count));
  return size * count;
}

static Transfer *
transfer_new (void)
{
  Transfer *self = g_new0 (Transfer, 1);

  self->easy = curl_easy_init ();
  self->body = g_byte_array_new ();
  curl_easy_setopt (self->easy, CURLOPT_PRIVATE, self);
  curl_easy_setopt (self->easy, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt (self->easy, CURLOPT_WRITEDATA, self);
  curl_easy_setopt (self->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (self->easy, CURLOPT_PROXY, "");
  return self;
}

static HttpClient *
open_curl (guint n_connections)
{
  Curl *self = g_new0 (Curl, 1);

  self->multi = curl_multi_init ();
  self->spare = g_ptr_array_new_with_free_func (transfer_free);
  curl_multi_setopt (self->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long) n_connections);
  curl_multi_setopt (self->multi, CURLMOPT_MAXCONNECTS, (long) n_connections);
  return (HttpClient *) self;
}

/* libcurl tells of a retry in its log only. */
static int
on_curl_debug (CURL *easy, curl_infotype type, char *text, size_t length, void *transfer)
{
  g_autofree char *line = g_strndup (text, length);

  if (type == CURLINFO_TEXT && strstr (line, "retrying a fresh connect") != NULL)
    ((Transfer *) transfer)->try->n_retries++;
  return 0;
}

static void
set_id (Transfer *self, const char *id)
{
  g_autofree char *line = g_strconcat ("X-Request-Id: ", id, NULL);

  g_clear_pointer (&self->headers, curl_slist_free_all);
  self->headers = curl_slist_append (NULL, line);
  curl_easy_setopt (self->easy, CURLOPT_HTTPHEADER, self->headers);
  curl_easy_setopt (self->easy, CURLOPT_DEBUGFUNCTION, on_curl_debug);
  curl_easy_setopt (self->easy, CURLOPT_DEBUGDATA, self);
  curl_easy_setopt (self->easy, CURLOPT_VERBOSE, 1L);
}

static void
begin_curl (HttpClient *client, HttpTry *try)
{
  Curl *self = (Curl *) client;
  Transfer *transfer = self->spare->len > 0
                           ? g_ptr_array_steal_index_fast (self->spare, self->spare->len - 1)
                           : transfer_new ();

  transfer->try = try;
  g_byte_array_set_size (transfer->body, 0);
  curl_easy_setopt (transfer->easy, CURLOPT_URL, try->uri);
  if (is_post (try))
    curl_easy_setopt (transfer->easy, CURLOPT_POSTFIELDS, post_body);
  else
    curl_easy_setopt (transfer->easy, CURLOPT_HTTPGET, 1L);
  if (try->id != NULL)
    set_id (transfer, try->id);
  curl_multi_add_handle (self->multi, transfer->easy);
}

static void
take_message (Curl *self, const CURLMsg *message)
{
  CURLcode result = message->data.result;
  Transfer *transfer;
  long status = 0;

  curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, &transfer);
  curl_easy_getinfo (message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
  curl_multi_remove_handle (self->multi, message->easy_handle);
  g_ptr_array_add (self->spare, transfer);
  http_try_end (transfer->try, result == CURLE_OK ? (guint) status : 0,
                result != CURLE_OK ? g_strdup (curl_easy_strerror (result)) : NULL);
}

static void
iterate_curl (HttpClient *client)
{
  Curl *self = (Curl *) client;
  gboolean has_taken = FALSE;
  CURLMsg *message;
  int n_running, n_left;

  curl_multi_perform (self->multi, &n_running);
  while ((message = curl_multi_info_read (self->multi, &n_left)) != NULL)
    {
      take_message (self, message);
      has_taken = TRUE;
    }
  if (!has_taken)
    curl_multi_poll (self->multi, NULL, 0, 1000, NULL);
}

static void
close_curl (HttpClient *client)
{
  Curl *self = (Curl *) client;

  g_ptr_array_unref (self->spare);
  curl_multi_cleanup (self->multi);
  g_free (self);
}

const HttpClientClass http_client_curl = {
  .name = "libcurl",
  .open = open_curl,
  .begin = begin_curl,
  .iterate = iterate_curl,
  .close = close_curl,
};
