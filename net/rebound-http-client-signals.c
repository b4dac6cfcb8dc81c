/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an HTTP client tells of, each with the words that describe and the log show. Where
 * ASIHTTPRequest had words for it, they are its words: whoever knows its log finds it again here.
 */

#include "rebound-http-client-private.h"
#include "rebound-field-private.h"

#include "lifecycle/rebound-event.h"
#include "lifecycle/rebound-member.h"

enum
{
  WILL_USE,
  WILL_NOT_PERSIST,
  WAITS,
  CONNECTED,
  WILL_RETRY,
  MUST_GIVE_UP,
  INVALIDATES,
  KEEPS,
  KEEPS_AS_TOLD,
  DOES_NOT_KEEP,
  FINISHED_USING,
  EXPIRED,
  SERVER_CLOSED,
  FOUND_DEAD,
  RETIRED,
  CLEARED,
  ANSWERED,
  FAILED,
  MAYBE_DELIVERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GParamSpec *
request_spec (void)
{
  return rebound_field_count_spec ("request",
                                   "the number of the request, which it keeps over a retry");
}

static GParamSpec *
connection_spec (void)
{
  return rebound_field_count_spec ("connection",
                                   "the number of the connection, in the order of making");
}

static GParamSpec *
reason_spec (void)
{
  return rebound_field_string_spec ("reason", "why");
}

static void
install_taking_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_POOL;

  signals[WILL_USE] = rebound_class_install_signal (
      klass, "will-use", group, "Request #{request} will use connection #{connection}",
      "a request has a connection of the pool, or a new place in it", request_spec (),
      connection_spec (), NULL);
  signals[WILL_NOT_PERSIST]
      = rebound_class_install_signal (klass, "will-not-persist", group,
                                      "Request #{request} will not use a persistent connection",
                                      "a request with a body has a connection of its own",
                                      request_spec (), NULL);
  signals[WAITS] = rebound_class_install_signal (
      klass, "waits", group, "Request #{request} waits: max-per-host of {origin} are in use",
      "a request waits for its turn", request_spec (),
      rebound_field_string_spec ("origin", "scheme, host and port"), NULL);
  signals[CONNECTED]
      = rebound_class_install_signal (klass, "connected", group,
                                      "Connection #{connection} is established",
                                      "a connection came about", connection_spec (), NULL);
}

static void
install_failing_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_POOL;

  signals[WILL_RETRY] = rebound_class_install_signal (
      klass, "will-retry", group,
      "Request attempted to use connection #{connection}, but it has been closed - will retry with "
      "a new connection",
      "a request is sent again", request_spec (), connection_spec (),
      rebound_field_string_spec ("error", "what happened to the connection, with its errno"),
      reason_spec (), NULL);
  signals[MUST_GIVE_UP] = rebound_class_install_signal (
      klass, "must-give-up", group,
      "Request attempted to use connection #{connection}, but it has been closed - we have already "
      "retried with a new connection, so we must give up",
      "policy asi: a request has met a dead connection for the second time", request_spec (),
      connection_spec (), NULL);
  signals[INVALIDATES] = rebound_class_install_signal (
      klass, "invalidates", group,
      "Request #{request} failed and will invalidate connection #{connection}",
      "policy asi: the connection of a request that has failed is taken out of the pool",
      request_spec (), connection_spec (), NULL);
}

static void
install_keeping_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_POOL;
  const char *seconds = "for how long, in seconds";

  signals[KEEPS] = rebound_class_install_signal (
      klass, "keeps", group,
      "Got no keep-alive header, will keep this connection open for {seconds} seconds",
      "a connection goes back to the pool; the server has not said for how long",
      connection_spec (), rebound_field_string_spec ("seconds", seconds), NULL);
  signals[KEEPS_AS_TOLD] = rebound_class_install_signal (
      klass, "keeps-as-told", group,
      "Got a keep-alive header, will keep this connection open for {seconds} seconds",
      "a connection goes back to the pool, for as long as the server has said", connection_spec (),
      rebound_field_string_spec ("seconds", seconds), NULL);
  signals[DOES_NOT_KEEP]
      = rebound_class_install_signal (klass, "does-not-keep", group,
                                      "Connection #{connection} is not kept: {reason}",
                                      "a connection is closed after the answer", connection_spec (),
                                      reason_spec (), NULL);
  signals[FINISHED_USING]
      = rebound_class_install_signal (klass, "finished-using", group,
                                      "Request #{request} finished using connection #{connection}",
                                      "a request has its answer", request_spec (),
                                      connection_spec (), NULL);
}

static void
install_closing_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_POOL;

  signals[EXPIRED]
      = rebound_class_install_signal (klass, "expired", group,
                                      "Closing connection #{connection} because it has expired",
                                      "an idle connection is past its time", connection_spec (),
                                      NULL);
  signals[SERVER_CLOSED] = rebound_class_install_signal (
      klass, "server-closed", group, "Connection #{connection} is gone while idle: {how}",
      "an idle connection was closed by the server, and nobody will meet it", connection_spec (),
      rebound_field_string_spec ("how", "what was seen of it"), NULL);
  signals[FOUND_DEAD] = rebound_class_install_signal (
      klass, "found-dead", group, "Connection #{connection} was found dead before use",
      "a look at an idle connection has found its end, or what nobody had asked for",
      connection_spec (), NULL);
  signals[RETIRED] = rebound_class_install_signal (
      klass, "retired", group, "Closing connection #{connection}, which is from before: {reason}",
      "an idle connection is of an earlier generation", connection_spec (), reason_spec (), NULL);
  signals[CLEARED]
      = rebound_class_install_signal (klass, "cleared", group,
                                      "Closing connection #{connection} manually",
                                      "an idle connection is closed because the program says so",
                                      connection_spec (), NULL);
}

static void
install_ending_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;

  signals[ANSWERED] = rebound_class_install_signal (
      klass, "answered", group,
      "{method} #{request} is answered: {status} {reason}, {bytes} bytes, over #{connection}",
      "a request has its answer", request_spec (),
      rebound_field_string_spec ("method", "its method"),
      rebound_field_count_spec ("status", "the answer's status"), reason_spec (),
      rebound_field_count_spec ("bytes", "the length of its body"), connection_spec (), NULL);
  signals[FAILED] = rebound_class_install_signal (
      klass, "failed", group, "{method} #{request} failed: {error}", "a request has failed",
      request_spec (), rebound_field_string_spec ("method", "its method"),
      rebound_field_string_spec ("error", "what went wrong, with its errno"), NULL);
  signals[MAYBE_DELIVERED] = rebound_class_install_signal (
      klass, "maybe-delivered", group, "{method} #{request} may have been delivered: {error}",
      "a request has failed after it was sent, and is not to be sent twice", request_spec (),
      rebound_field_string_spec ("method", "its method"),
      rebound_field_string_spec ("error", "what went wrong, with its errno"), NULL);
}

void
rebound_http_client_install_signals (gpointer klass)
{
  install_taking_signals (klass);
  install_failing_signals (klass);
  install_keeping_signals (klass);
  install_closing_signals (klass);
  install_ending_signals (klass);
}

/* -- emitting -- */

void
rebound_http_client_emit_will_use (ReboundHttpClient *self, guint request, guint connection)
{
  g_signal_emit (self, signals[WILL_USE], 0, request, connection);
}

void
rebound_http_client_emit_will_not_persist (ReboundHttpClient *self, guint request)
{
  g_signal_emit (self, signals[WILL_NOT_PERSIST], 0, request);
}

void
rebound_http_client_emit_waits (ReboundHttpClient *self, guint request, const char *origin)
{
  g_signal_emit (self, signals[WAITS], 0, request, origin);
}

void
rebound_http_client_emit_connected (ReboundHttpClient *self, guint connection)
{
  g_signal_emit (self, signals[CONNECTED], 0, connection);
}

void
rebound_http_client_emit_will_retry (ReboundHttpClient *self,
                                     guint request,
                                     guint connection,
                                     const char *error,
                                     const char *reason)
{
  g_signal_emit (self, signals[WILL_RETRY], 0, request, connection, error, reason);
}

void
rebound_http_client_emit_must_give_up (ReboundHttpClient *self, guint request, guint connection)
{
  g_signal_emit (self, signals[MUST_GIVE_UP], 0, request, connection);
}

void
rebound_http_client_emit_invalidates (ReboundHttpClient *self, guint request, guint connection)
{
  g_signal_emit (self, signals[INVALIDATES], 0, request, connection);
}

/* With six places, as printf's %f has them, and ASIHTTPRequest had it. */
void
rebound_http_client_emit_kept (ReboundHttpClient *self,
                               guint connection,
                               const ReboundHttpKeeping *keeping)
{
  guint signal = signals[keeping->by_server ? KEEPS_AS_TOLD : KEEPS];
  g_autofree char *seconds = NULL;

  if (!g_signal_has_handler_pending (self, signal, 0, FALSE))
    return; /* of a program that listens to nothing each request would pay for the words */
  seconds = g_strdup_printf ("%" G_GINT64_FORMAT ".%06d", keeping->lifetime_usec / G_USEC_PER_SEC,
                             (int) (keeping->lifetime_usec % G_USEC_PER_SEC));
  g_signal_emit (self, signal, 0, connection, seconds);
}

void
rebound_http_client_emit_not_kept (ReboundHttpClient *self, guint connection, const char *reason)
{
  g_signal_emit (self, signals[DOES_NOT_KEEP], 0, connection, reason);
}

void
rebound_http_client_emit_used (ReboundHttpClient *self, guint request, guint connection)
{
  g_signal_emit (self, signals[FINISHED_USING], 0, request, connection);
}

void
rebound_http_client_emit_expired (ReboundHttpClient *self, guint connection)
{
  g_signal_emit (self, signals[EXPIRED], 0, connection);
}

void
rebound_http_client_emit_server_closed (ReboundHttpClient *self, guint connection, const char *how)
{
  g_signal_emit (self, signals[SERVER_CLOSED], 0, connection, how);
}

void
rebound_http_client_emit_found_dead (ReboundHttpClient *self, guint connection)
{
  g_signal_emit (self, signals[FOUND_DEAD], 0, connection);
}

void
rebound_http_client_emit_retired (ReboundHttpClient *self, guint connection, const char *why)
{
  g_signal_emit (self, signals[RETIRED], 0, connection, why);
}

void
rebound_http_client_emit_cleared (ReboundHttpClient *self, guint connection)
{
  g_signal_emit (self, signals[CLEARED], 0, connection);
}

void
rebound_http_client_emit_answered (ReboundHttpClient *self, ReboundHttpRequest *request)
{
  g_signal_emit (self, signals[ANSWERED], 0, request->number, request->method,
                 request->head->status, request->head->reason,
                 (guint) g_bytes_get_size (request->answer_body), request->connection);
}

void
rebound_http_client_emit_failed (ReboundHttpClient *self,
                                 ReboundHttpRequest *request,
                                 const char *error)
{
  g_signal_emit (self, signals[FAILED], 0, request->number, request->method, error);
}

void
rebound_http_client_emit_maybe_delivered (ReboundHttpClient *self,
                                          ReboundHttpRequest *request,
                                          const char *error)
{
  g_signal_emit (self, signals[MAYBE_DELIVERED], 0, request->number, request->method, error);
}
