/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One try of a request. A server may answer before it has read all of it, with an error above all,
 * and close: so what it says is read from the first moment on, and a connection that breaks while
 * we still send is broken only when everything that it has said is read. */

#include "rebound-http-exchange-private.h"

struct _ReboundHttpExchange
{
  ReboundConnection *connection;
  ReboundHttpRequest *request;
  ReboundHttpAnswer *answer;
  const ReboundHttpExchangeListener *listener;
  gpointer user_data;
  guint64 handed_before_bytes;
  gboolean was_sent;
  gboolean is_body_waiting;
  gboolean has_over_bytes; /* more came than was asked for */
  ReboundTimer *end_timer; /* of a connection that ended before */
};

static gboolean
look_whether_sent (ReboundHttpExchange *self)
{
  self->was_sent
      = self->was_sent || self->connection->figures.handed_bytes > self->handed_before_bytes;
  return self->was_sent;
}

/* -- the end -- */

static void
let_go (ReboundHttpExchange *self)
{
  look_whether_sent (self);
  rebound_connection_set_observer (self->connection, NULL, NULL);
}

static void
fail (ReboundHttpExchange *self, int error_number, const GError *malformed)
{
  let_go (self);
  self->listener->failed (error_number, malformed, self->user_data);
}

static void
complete (ReboundHttpExchange *self)
{
  let_go (self);
  self->listener->completed (self->user_data);
}

/* -- what the connection tells -- */

static void
on_received (ReboundConnection *connection, GBytes *bytes, gpointer user_data)
{
  ReboundHttpExchange *self = user_data;
  gboolean had_begun = rebound_http_answer_has_begun (self->answer);
  g_autoptr (GError) malformed = NULL;
  gsize length_bytes;
  const char *data = g_bytes_get_data (bytes, &length_bytes);
  gssize taken_bytes = rebound_http_answer_take (self->answer, data, length_bytes, &malformed);

  if (!had_begun)
    self->listener->answer_begun (self->user_data);
  if (taken_bytes < 0)
    {
      fail (self, 0, malformed);
      return;
    }
  self->has_over_bytes = (gsize) taken_bytes < length_bytes;
  if (rebound_http_answer_may_continue (self->answer))
    rebound_http_exchange_send_body (self);
  if (rebound_http_answer_is_complete (self->answer))
    complete (self);
}

static void
on_peer_finished (ReboundConnection *connection, gpointer user_data)
{
  ReboundHttpExchange *self = user_data;

  if (rebound_http_answer_end (self->answer, NULL))
    complete (self);
  else
    fail (self, 0, NULL);
}

static void
on_broken (ReboundConnection *connection, int error_number, gpointer user_data)
{
  fail (user_data, error_number, NULL);
}

/* -- the beginning -- */

static void
send_bytes (ReboundHttpExchange *self, GBytes *bytes)
{
  gsize length_bytes;
  gconstpointer data = g_bytes_get_data (bytes, &length_bytes);

  if (length_bytes > 0)
    rebound_connection_send (self->connection, data, length_bytes);
}

void
rebound_http_exchange_send_body (ReboundHttpExchange *self)
{
  if (!self->is_body_waiting)
    return;
  self->is_body_waiting = FALSE;
  send_bytes (self, self->request->body);
}

/* A connection that nobody watched may have ended by an error, and tells of it no second time. */
static void
on_ended_before (gpointer user_data)
{
  ReboundHttpExchange *self = user_data;

  fail (self, self->connection->error_number, NULL);
}

static void
tell_if_ended_before (ReboundHttpExchange *self)
{
  if (self->connection->state != REBOUND_CONNECTION_STATE_CLOSED)
    return;
  self->end_timer = rebound_site_new_timer (self->connection->site, "http-client: ended before",
                                            on_ended_before, self);
  rebound_timer_arm (self->end_timer, 0);
}

/* A small body goes with the head, in one segment. */
static void
send_request (ReboundHttpExchange *self, const ReboundHttpManner *manner)
{
  GString *head
      = rebound_http_request_to_head (self->request, manner->closes, self->is_body_waiting);
  g_autoptr (GBytes) bytes = NULL;
  gsize body_bytes;
  gconstpointer body;

  if (self->request->body != NULL && !self->is_body_waiting)
    {
      body = g_bytes_get_data (self->request->body, &body_bytes);
      g_string_append_len (head, body, (gssize) body_bytes);
    }
  bytes = g_string_free_to_bytes (head);
  send_bytes (self, bytes);
}

ReboundHttpExchange *
rebound_http_exchange_new (ReboundConnection *connection,
                           ReboundHttpRequest *request,
                           const ReboundHttpManner *manner,
                           const ReboundHttpExchangeListener *listener,
                           gpointer user_data)
{
  static const ReboundConnectionObserver observer = {
    .received = on_received,
    .peer_finished = on_peer_finished,
    .broken = on_broken,
  };
  ReboundHttpExchange *self = g_new0 (ReboundHttpExchange, 1);

  self->connection = g_object_ref (connection);
  self->request = g_object_ref (request);
  self->answer
      = rebound_http_answer_new (rebound_http_request_is_to_head (request), &manner->limits);
  self->listener = listener;
  self->user_data = user_data;
  self->handed_before_bytes = connection->figures.handed_bytes;
  self->is_body_waiting = manner->expects_continue && request->body != NULL;
  rebound_connection_set_observer (connection, &observer, self);
  rebound_connection_start_reading (connection);
  send_request (self, manner);
  tell_if_ended_before (self);
  return self;
}

void
rebound_http_exchange_free (ReboundHttpExchange *self)
{
  if (self->connection->observer_data == self)
    rebound_connection_set_observer (self->connection, NULL, NULL);
  g_clear_pointer (&self->end_timer, rebound_timer_free);
  rebound_http_answer_free (self->answer);
  g_object_unref (self->request);
  g_object_unref (self->connection);
  g_free (self);
}

gboolean
rebound_http_exchange_is_body_waiting (ReboundHttpExchange *self)
{
  return self->is_body_waiting;
}

gboolean
rebound_http_exchange_was_sent (ReboundHttpExchange *self)
{
  return look_whether_sent (self);
}

/* An answer that comes before the request is through leaves the rest of the request behind on the
 * connection: nobody knows how the server takes that. The same goes for bytes behind the answer. */
gboolean
rebound_http_exchange_leaves_usable (ReboundHttpExchange *self)
{
  return !self->has_over_bytes && !self->is_body_waiting
         && rebound_connection_get_queued_bytes (self->connection) == 0
         && rebound_http_answer_keeps_alive (self->answer);
}

ReboundHttpAnswer *
rebound_http_exchange_get_answer (ReboundHttpExchange *self)
{
  return self->answer;
}
