/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server does with one connection. It does what servers do to their clients: it keeps the
 * connection for a while and closes it when nobody says anything, which may be while the next
 * request is on its way; it answers late, in part, or not at all. */

#include "rebound-http-visit-private.h"

#include <string.h>

#include "rebound-soup-private.h"

/* As Apache has it for a line (LimitRequestLine, 8190), and all lines of a request here. */
#define HEAD_LIMIT_BYTES (64 * 1024)

typedef enum
{
  READING_HEAD,
  READING_BODY,
  ANSWERING,
} Phase;

struct _ReboundHttpVisit
{
  ReboundConnection *connection;
  char *name;
  const ReboundHttpVisitListener *listener;
  gpointer user_data;
  gboolean is_over; /* freed by whoever was told of something; looked at after that */

  Phase phase;
  GString *input;
  guint64 body_left_bytes;
  char *method;
  char *path;
  char *id;
  gboolean wants_close; /* the client does */
  guint n_requests;

  ReboundHttpService service;
  char *body; /* the service's; the server may have another one by the time of the answer */
  ReboundTimer *delay_timer;
  ReboundTimer *idle_timer;
  ReboundTimer *handshake_timer;
};

/* -- the end -- */

static void
clear_request (ReboundHttpVisit *self)
{
  g_clear_pointer (&self->method, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->id, g_free);
}

static void
visit_clear (gpointer data)
{
  ReboundHttpVisit *self = data;

  g_object_unref (self->connection);
  g_string_free (self->input, TRUE);
  clear_request (self);
  g_free (self->body);
  g_free (self->name);
}

static void
visit_unref (ReboundHttpVisit *self)
{
  g_rc_box_release_full (self, visit_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundHttpVisit, visit_unref)

void
rebound_http_visit_free (gpointer data)
{
  ReboundHttpVisit *self = data;

  self->is_over = TRUE;
  rebound_connection_set_observer (self->connection, NULL, NULL);
  rebound_connection_close (self->connection);
  rebound_timer_free (self->delay_timer);
  rebound_timer_free (self->idle_timer);
  rebound_timer_free (self->handshake_timer);
  visit_unref (self);
}

void
rebound_http_visit_close (ReboundHttpVisit *self, const char *how)
{
  rebound_connection_set_observer (self->connection, NULL, NULL);
  rebound_connection_close (self->connection);
  self->listener->ended (self, how, self->user_data);
}

void
rebound_http_visit_reset (ReboundHttpVisit *self, const char *how)
{
  rebound_connection_set_observer (self->connection, NULL, NULL);
  rebound_connection_abort (self->connection);
  self->listener->ended (self, how, self->user_data);
}

/* What is queued is still sent; then it closes. */
static void
finish (ReboundHttpVisit *self)
{
  rebound_connection_finish (self->connection, REBOUND_CONNECTION_FINISH_USEC,
                             REBOUND_CONNECTION_DRAIN_BYTES);
}

static void
on_idle (gpointer user_data)
{
  rebound_http_visit_close (user_data, "it was idle for too long");
}

/* -- answering -- */

static gboolean
closes_after (ReboundHttpVisit *self)
{
  const ReboundHttpService *service = &self->service;

  return self->wants_close || service->kind == REBOUND_HTTP_ANSWER_KIND_UNTIL_CLOSE
         || (service->keep_alive_max > 0 && self->n_requests >= service->keep_alive_max);
}

static void
append_keep_alive (ReboundHttpVisit *self, GString *text)
{
  const ReboundHttpService *service = &self->service;
  const char *separator = "";

  if (!service->says_keep_alive || (service->keep_alive_usec == 0 && service->keep_alive_max == 0))
    return;
  g_string_append (text, "Keep-Alive: ");
  if (service->keep_alive_usec > 0)
    {
      g_string_append_printf (text, "timeout=%" G_GINT64_FORMAT,
                              service->keep_alive_usec / G_USEC_PER_SEC);
      separator = ", ";
    }
  if (service->keep_alive_max > 0)
    g_string_append_printf (text, "%smax=%u", separator,
                            service->keep_alive_max - self->n_requests);
  g_string_append (text, "\r\n");
}

/* RFC 9112, 6.3: these have none, and so say nothing of its length (RFC 9110, 8.6). */
static gboolean
has_no_body (guint status)
{
  return status == SOUP_STATUS_NO_CONTENT || status == SOUP_STATUS_NOT_MODIFIED;
}

static void
append_framing (GString *text, ReboundHttpAnswerKind kind, gsize body_bytes)
{
  if (kind == REBOUND_HTTP_ANSWER_KIND_CHUNKED)
    g_string_append (text, "Transfer-Encoding: chunked\r\n");
  else if (kind != REBOUND_HTTP_ANSWER_KIND_UNTIL_CLOSE)
    g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\n", body_bytes);
}

static GString *
new_head (ReboundHttpVisit *self, gsize body_bytes)
{
  const ReboundHttpService *service = &self->service;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "HTTP/1.1 %u %s\r\n", service->status,
                          rebound_soup.status_get_phrase (service->status));
  if (!has_no_body (service->status))
    append_framing (text, service->kind, body_bytes);
  if (closes_after (self))
    g_string_append (text, "Connection: close\r\n");
  else
    append_keep_alive (self, text);
  if (self->id != NULL)
    g_string_append_printf (text, "X-Request-Id: %s\r\n", self->id);
  g_string_append (text, "\r\n");
  return text;
}

static void
append_body (GString *text, const char *body, gsize length_bytes)
{
  gsize once_bytes = strlen (body);

  for (gsize done_bytes = 0; done_bytes < length_bytes && once_bytes > 0; done_bytes += once_bytes)
    g_string_append_len (text, body, (gssize) MIN (once_bytes, length_bytes - done_bytes));
}

static gboolean
is_half (ReboundHttpAnswerKind kind)
{
  return kind == REBOUND_HTTP_ANSWER_KIND_HALF_THEN_CLOSE
         || kind == REBOUND_HTTP_ANSWER_KIND_HALF_THEN_RESET;
}

static void
send_answer (ReboundHttpVisit *self)
{
  const ReboundHttpService *service = &self->service;
  gsize length_bytes = service->body_bytes > 0 ? service->body_bytes : strlen (service->body);
  GString *text = new_head (self, length_bytes);
  gboolean is_chunked = service->kind == REBOUND_HTTP_ANSWER_KIND_CHUNKED;

  if (strcmp (self->method, "HEAD") != 0 && !has_no_body (service->status))
    {
      if (is_chunked && length_bytes > 0)
        g_string_append_printf (text, "%" G_GSIZE_MODIFIER "x\r\n", length_bytes);
      append_body (text, service->body, is_half (service->kind) ? length_bytes / 2 : length_bytes);
      if (is_chunked)
        g_string_append (text, length_bytes > 0 ? "\r\n0\r\n\r\n" : "0\r\n\r\n");
    }
  rebound_connection_send (self->connection, text->str, text->len);
  g_string_free (text, TRUE);
}

static void
wait_for_request (ReboundHttpVisit *self)
{
  if (self->service.keep_alive_usec > 0)
    rebound_timer_arm (self->idle_timer, self->service.keep_alive_usec);
}

static void
end_request (ReboundHttpVisit *self)
{
  const ReboundHttpService *service = &self->service;

  clear_request (self);
  if (is_half (service->kind) || closes_after (self)
      || (service->close_after > 0 && self->n_requests >= service->close_after))
    {
      finish (self);
      return;
    }
  self->phase = READING_HEAD;
  wait_for_request (self);
}

static void
answer (ReboundHttpVisit *self)
{
  switch (self->service.kind)
    {
    case REBOUND_HTTP_ANSWER_KIND_NONE:
      break;
    case REBOUND_HTTP_ANSWER_KIND_CLOSE:
      rebound_http_visit_close (self, "it was closed without an answer");
      break;
    case REBOUND_HTTP_ANSWER_KIND_RESET:
      rebound_http_visit_reset (self, "it was reset without an answer");
      break;
    case REBOUND_HTTP_ANSWER_KIND_HALF_THEN_RESET:
      send_answer (self);
      rebound_http_visit_reset (self, "it was reset within an answer");
      break;
    default:
      send_answer (self);
      end_request (self);
      break;
    }
}

/* -- reading -- */

static void
take_request (ReboundHttpVisit *self)
{
  self->phase = ANSWERING;
  self->n_requests++;
  self->listener->fill_service (&self->service, self->user_data);
  g_free (self->body);
  self->body = g_strdup (self->service.body);
  self->service.body = self->body;
  self->listener->requested (self, self->method, self->path, self->id, self->user_data);
  if (self->is_over)
    return;
  if (self->service.delay_usec > 0)
    rebound_timer_arm (self->delay_timer, self->service.delay_usec);
  else
    answer (self);
}

static void
take_headers (ReboundHttpVisit *self, SoupMessageHeaders *headers)
{
  self->id = g_strdup (rebound_soup.message_headers_get_one (headers, "X-Request-Id"));
  self->wants_close = rebound_soup.message_headers_header_contains (headers, "Connection", "close");
  self->body_left_bytes
      = (guint64) MAX (rebound_soup.message_headers_get_content_length (headers), 0);
  if (rebound_soup.message_headers_get_expectations (headers) == SOUP_EXPECTATION_CONTINUE)
    rebound_connection_send (self->connection, "HTTP/1.1 100 Continue\r\n\r\n", 25);
}

/* What is repeated in an answer (X-Request-Id) could break it in two, so that nothing but lines of
 * characters is taken: no NUL, no CR or LF alone (RFC 9112, 2.2). */
static gboolean
is_text (const char *head, gsize head_bytes)
{
  for (gsize i = 0; i < head_bytes; i++)
    {
      if (head[i] == '\r' && i + 1 < head_bytes && head[i + 1] == '\n')
        i++;
      else if (g_ascii_iscntrl (head[i]) && head[i] != '\t')
        return FALSE;
    }
  return TRUE;
}

/* libsoup takes all up to a space for the method, be it another line; what is told of a request is
 * one line. */
static gboolean
is_word (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text) || g_ascii_isspace (*text))
      return FALSE;
  return TRUE;
}

/* FALSE where it is no request. */
static gboolean
parse_head (ReboundHttpVisit *self, gsize head_bytes)
{
  SoupMessageHeaders *headers = rebound_soup.message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  SoupHTTPVersion version;
  gboolean is_request
      = is_text (self->input->str, head_bytes)
        && rebound_soup.headers_parse_request (self->input->str, (int) head_bytes, headers,
                                               &self->method, &self->path, &version)
               == SOUP_STATUS_OK
        && is_word (self->method) && is_word (self->path)
        && rebound_soup.message_headers_get_encoding (headers) != SOUP_ENCODING_CHUNKED;

  if (is_request)
    take_headers (self, headers);
  rebound_soup.message_headers_unref (headers);
  g_string_erase (self->input, 0, (gssize) head_bytes);
  return is_request;
}

/* Nobody wants the body, and so it is not kept. TRUE once all of it was there. */
static gboolean
skip_body (ReboundHttpVisit *self)
{
  gsize skipped_bytes = (gsize) MIN (self->body_left_bytes, self->input->len);

  g_string_erase (self->input, 0, (gssize) skipped_bytes);
  self->body_left_bytes -= skipped_bytes;
  return self->body_left_bytes == 0;
}

/* TRUE once a whole request is there. What has come and belongs to the next one waits until this
 * one is answered. */
static gboolean
read_request (ReboundHttpVisit *self)
{
  const char *end;

  if (self->phase == READING_HEAD && self->input->len > 0)
    {
      rebound_timer_disarm (self->idle_timer);
      end = memmem (self->input->str, self->input->len, "\r\n\r\n", 4);
      if (end == NULL && self->input->len <= HEAD_LIMIT_BYTES)
        return FALSE;
      if (end == NULL || !parse_head (self, (gsize) (end - self->input->str) + 4))
        {
          rebound_http_visit_close (self, "what came was no request");
          return FALSE;
        }
      self->phase = READING_BODY;
    }
  return self->phase == READING_BODY && skip_body (self);
}

/* A client may send any number of requests at once. */
static void
go_on (ReboundHttpVisit *self)
{
  g_autoptr (ReboundHttpVisit) held = g_rc_box_acquire (self);

  while (!self->is_over && read_request (self))
    take_request (self);
}

static void
on_delay (gpointer user_data)
{
  g_autoptr (ReboundHttpVisit) self = g_rc_box_acquire (user_data);

  answer (self);
  go_on (self);
}

static void
on_received (ReboundConnection *connection, GBytes *bytes, gpointer user_data)
{
  ReboundHttpVisit *self = user_data;
  gsize length_bytes;
  const char *data = g_bytes_get_data (bytes, &length_bytes);

  if (self->phase == ANSWERING)
    self->listener->came_early (self->user_data);
  if (self->phase == ANSWERING && self->service.kind == REBOUND_HTTP_ANSWER_KIND_NONE)
    return; /* nothing behind it is ever answered either, and so it is not kept */
  g_string_append_len (self->input, data, (gssize) length_bytes);
  go_on (self);
}

static void
on_peer_finished (ReboundConnection *connection, gpointer user_data)
{
  ReboundHttpVisit *self = user_data;

  if (rebound_connection_get_state (connection) == REBOUND_CONNECTION_STATE_OPEN)
    rebound_http_visit_close (self, "the client closed first");
}

static void
on_ended (ReboundConnection *connection, const char *how, gpointer user_data)
{
  ReboundHttpVisit *self = user_data;

  self->listener->ended (self, how, self->user_data);
}

static void
begin (ReboundHttpVisit *self)
{
  rebound_connection_start_reading (self->connection);
  wait_for_request (self);
}

static void
on_handshake (gpointer user_data)
{
  begin (user_data);
}

ReboundHttpVisit *
rebound_http_visit_new (ReboundSite *site,
                        int fd,
                        ReboundSocket *socket,
                        const char *name,
                        const ReboundHttpVisitListener *listener,
                        gpointer user_data)
{
  static const ReboundConnectionObserver observer
      = { .received = on_received, .peer_finished = on_peer_finished, .ended = on_ended };
  ReboundHttpVisit *self = g_rc_box_new0 (ReboundHttpVisit);

  self->connection = rebound_connection_new_of_table (site, fd, socket);
  self->name = g_strdup (name);
  self->listener = listener;
  self->user_data = user_data;
  self->input = g_string_new (NULL);
  self->delay_timer = rebound_site_new_timer (site, "http-server: delay", on_delay, self);
  self->idle_timer
      = rebound_site_new_timer (site, "http-server: keep-alive-timeout", on_idle, self);
  self->handshake_timer
      = rebound_site_new_timer (site, "http-server: handshake", on_handshake, self);
  rebound_connection_set_observer (self->connection, &observer, self);
  listener->fill_service (&self->service, user_data);
  if (self->service.handshake_usec > 0)
    rebound_timer_arm (self->handshake_timer, self->service.handshake_usec);
  else
    begin (self);
  return self;
}

const char *
rebound_http_visit_get_name (ReboundHttpVisit *self)
{
  return self->name;
}

gboolean
rebound_http_visit_is_idle (ReboundHttpVisit *self)
{
  return self->phase == READING_HEAD && self->input->len == 0;
}
