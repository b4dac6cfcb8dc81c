/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script sees of an HTTP server: its properties, actions and signals, each with the words
 * that describe and the log show. */

#include "rebound-http-server-private.h"

#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-event.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "net/rebound-net-enums.h"
#include "rebound-address-private.h"
#include "rebound-endpoint-private.h"
#include "rebound-field-private.h"
#include "rebound-soup-private.h"

#define DAY_USEC           (24 * 3600 * (gint64) G_USEC_PER_SEC)
#define BODY_MAXIMUM_BYTES ((gint64) 64 * 1024 * 1024)

enum
{
  PROP_ADDRESS = 1,
  PROP_PORT,
  PROP_ANSWER,
  PROP_STATUS,
  PROP_BODY,
  PROP_BODY_SIZE,
  PROP_DELAY,
  PROP_KEEP_ALIVE_TIMEOUT,
  PROP_KEEP_ALIVE_MAX,
  PROP_KEEP_ALIVE_HEADER,
  PROP_CLOSE_AFTER,
  PROP_HANDSHAKE,
  PROP_QUIET,
  PROP_ACCEPT_COUNT,
  PROP_OPEN_COUNT,
  PROP_REQUEST_COUNT,
  PROP_DUPLICATE_COUNT,
  PROP_DUPLICATE_POST_COUNT,
  PROP_EARLY_COUNT,
  N_PROPS
};

enum
{
  LISTENING,
  BIND_FAILED,
  REQUESTED,
  DELIVERED_TWICE,
  CONNECTION_CLOSED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void rebound_http_server_actor_init (ReboundActorInterface *iface);
static void rebound_http_server_endpoint_init (ReboundEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundHttpServer,
                               rebound_http_server,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR,
                                                      rebound_http_server_actor_init)
                                   G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ENDPOINT,
                                                          rebound_http_server_endpoint_init))

/* The properties that are members, and nothing more. */
#define FIELD(member) G_STRUCT_OFFSET (ReboundHttpServer, member)

static const gsize fields[N_PROPS] = {
  [PROP_ADDRESS] = FIELD (address),
  [PROP_PORT] = FIELD (port),
  [PROP_ANSWER] = FIELD (answer),
  [PROP_STATUS] = FIELD (status),
  [PROP_BODY] = FIELD (body),
  [PROP_BODY_SIZE] = FIELD (body_bytes),
  [PROP_DELAY] = FIELD (delay_usec),
  [PROP_KEEP_ALIVE_TIMEOUT] = FIELD (keep_alive_usec),
  [PROP_KEEP_ALIVE_MAX] = FIELD (keep_alive_max),
  [PROP_KEEP_ALIVE_HEADER] = FIELD (says_keep_alive),
  [PROP_CLOSE_AFTER] = FIELD (close_after),
  [PROP_HANDSHAKE] = FIELD (handshake_usec),
  [PROP_QUIET] = FIELD (is_quiet),
  [PROP_ACCEPT_COUNT] = FIELD (n_accepted),
  [PROP_OPEN_COUNT] = FIELD (visits.length),
  [PROP_REQUEST_COUNT] = FIELD (n_requests),
  [PROP_DUPLICATE_COUNT] = FIELD (n_duplicates),
  [PROP_DUPLICATE_POST_COUNT] = FIELD (n_duplicate_posts),
  [PROP_EARLY_COUNT] = FIELD (n_early),
};

static void
rebound_http_server_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  rebound_field_get (G_STRUCT_MEMBER_P (object, fields[id]), value);
}

static void
rebound_http_server_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  rebound_field_set (G_STRUCT_MEMBER_P (object, fields[id]), value);
}

static void
rebound_http_server_dispose (GObject *object)
{
  rebound_http_server_abandon (REBOUND_ACTOR (object));
  G_OBJECT_CLASS (rebound_http_server_parent_class)->dispose (object);
}

static void
rebound_http_server_finalize (GObject *object)
{
  ReboundHttpServer *self = REBOUND_HTTP_SERVER (object);

  rebound_http_server_forget_deliveries (self);
  g_hash_table_unref (self->deliveries);
  g_free (self->address);
  g_free (self->body);
  G_OBJECT_CLASS (rebound_http_server_parent_class)->finalize (object);
}

#define SETTING_FLAGS (G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS)

static void
install_answer_settings (void)
{
  properties[PROP_ADDRESS]
      = rebound_param_spec_text ("address", NULL, "the address to bind, IPv4 or IPv6", "0.0.0.0",
                                 rebound_address_is_numeric, SETTING_FLAGS);
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, "the port to bind; 0 lets one be drawn",
                                             0, G_MAXUINT16, 0, SETTING_FLAGS);
  properties[PROP_ANSWER] = g_param_spec_enum ("answer", NULL, "how the next request is answered",
                                               REBOUND_TYPE_HTTP_ANSWER_KIND,
                                               REBOUND_HTTP_ANSWER_KIND_LENGTH, SETTING_FLAGS);
  properties[PROP_STATUS]
      = g_param_spec_uint ("status", NULL, "the status of an answer", 200, 599, 200, SETTING_FLAGS);
  properties[PROP_BODY]
      = g_param_spec_string ("body", NULL, "the body of an answer", "hello\n", SETTING_FLAGS);
  properties[PROP_BODY_SIZE] = rebound_param_spec_size (
      "body-size", NULL, "how long the body is, the text again and again; 0B: the text once", 0,
      BODY_MAXIMUM_BYTES, 0, SETTING_FLAGS);
  properties[PROP_DELAY] = rebound_param_spec_duration ("delay", NULL, "how long an answer takes",
                                                        0, DAY_USEC, 0, SETTING_FLAGS);
}

static void
install_keeping_settings (void)
{
  properties[PROP_KEEP_ALIVE_TIMEOUT] = rebound_param_spec_duration (
      "keep-alive-timeout", NULL,
      "for how long a connection is kept on which no request comes; 0s: for ever", 0, DAY_USEC, 0,
      SETTING_FLAGS);
  properties[PROP_KEEP_ALIVE_MAX] = g_param_spec_uint (
      "keep-alive-max", NULL,
      "how many requests it answers on one connection, and says Connection: close with the last; "
      "0: without end",
      0, G_MAXUINT, 0, SETTING_FLAGS);
  properties[PROP_KEEP_ALIVE_HEADER]
      = g_param_spec_boolean ("keep-alive-header", NULL,
                              "whether it says both in a Keep-Alive header", FALSE, SETTING_FLAGS);
  properties[PROP_CLOSE_AFTER] = g_param_spec_uint (
      "close-after", NULL,
      "after how many requests it closes a connection without having said so; 0: never", 0,
      G_MAXUINT, 0, SETTING_FLAGS);
  properties[PROP_HANDSHAKE] = rebound_param_spec_duration (
      "handshake", NULL,
      "how long a new connection takes until its first request is read: the round trips of a "
      "connect, and of TLS, which take no time on a loopback",
      0, DAY_USEC, 0, SETTING_FLAGS);
  properties[PROP_QUIET] = g_param_spec_boolean (
      "quiet", NULL,
      "whether requests and ends of connections are counted alone, and told of only where a "
      "request comes twice: for thousands of them",
      FALSE, SETTING_FLAGS);
}

static void
install_count (guint id, const char *name, const char *blurb)
{
  properties[id] = rebound_field_count_spec (name, blurb);
}

static void
install_readings (void)
{
  install_count (PROP_ACCEPT_COUNT, "accept-count", "how many connections it has accepted");
  install_count (PROP_OPEN_COUNT, "open-count", "how many of them are still open");
  install_count (PROP_REQUEST_COUNT, "request-count", "how many requests came");
  install_count (PROP_DUPLICATE_COUNT, "duplicate-count",
                 "how many of them had come before, by their X-Request-Id; it remembers the last "
                 "thousand");
  install_count (PROP_DUPLICATE_POST_COUNT, "duplicate-post-count",
                 "how many of these were a POST: what it asks for may be done twice");
  install_count (PROP_EARLY_COUNT, "early-count",
                 "how many times something came on a connection before the request before it was "
                 "answered");
}

static void
install_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;

  signals[LISTENING]
      = rebound_class_install_signal (klass, "listening", group, "listens on port {port}",
                                      "the port is bound and clients can connect",
                                      g_param_spec_uint ("port", NULL, "the port", 0, G_MAXUINT16,
                                                         0,
                                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS),
                                      NULL);
  signals[BIND_FAILED] = rebound_class_install_signal (
      klass, "bind-failed", group, "cannot listen: {error}", "the port could not be had",
      rebound_field_string_spec ("error", "the failing call's errno, by name"), NULL);
  signals[REQUESTED]
      = rebound_class_install_signal (klass, "requested", group, "{method} {path} on {connection}",
                                      "a request has come",
                                      rebound_field_string_spec ("connection", "the connection"),
                                      rebound_field_string_spec ("method", "its method"),
                                      rebound_field_string_spec ("path", "what is asked for"),
                                      NULL);
  signals[DELIVERED_TWICE]
      = rebound_class_install_signal (klass, "delivered-twice", group,
                                      "{method} {path} on {connection}: it has come before",
                                      "a request has come that had come before",
                                      rebound_field_string_spec ("connection", "the connection"),
                                      rebound_field_string_spec ("method", "its method"),
                                      rebound_field_string_spec ("path", "what is asked for"),
                                      NULL);
  signals[CONNECTION_CLOSED]
      = rebound_class_install_signal (klass, "connection-closed", group,
                                      "{connection} ended: {reason}", "a connection has ended",
                                      rebound_field_string_spec ("connection", "the connection"),
                                      rebound_field_string_spec ("reason", "how"), NULL);
}

static GError *
action_close_connections (ReboundHttpServer *self, gboolean idle, gboolean reset, gpointer data)
{
  if (self->site == NULL)
    return g_error_new_literal (REBOUND_ERROR, REBOUND_ERROR_STATE, "the server does not live");
  rebound_http_server_close_visits (self, idle, reset);
  return NULL;
}

static void
rebound_http_server_class_init (ReboundHttpServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_http_server_get_property;
  object_class->set_property = rebound_http_server_set_property;
  object_class->dispose = rebound_http_server_dispose;
  object_class->finalize = rebound_http_server_finalize;
  install_answer_settings ();
  install_keeping_settings ();
  install_readings ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_signals (klass);
  rebound_class_install_action (
      klass, "close-connections", G_CALLBACK (action_close_connections), NULL,
      "close the connections that are open",
      g_param_spec_boolean ("idle", NULL, "only those on which no request is being answered", FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS),
      g_param_spec_boolean ("reset", NULL,
                            "by a RST, as of one that was started anew, or of a NAT that has "
                            "forgotten it",
                            FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS),
      NULL);
}

static void
rebound_http_server_init (ReboundHttpServer *self)
{
  g_queue_init (&self->visits);
  g_queue_init (&self->recent);
  self->deliveries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
rebound_http_server_actor_init (ReboundActorInterface *iface)
{
  iface->prepare = rebound_soup_load;
  iface->come_to_life = rebound_http_server_come_to_life;
  iface->abandon = rebound_http_server_abandon;
}

static gboolean
fill_address (ReboundEndpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
  ReboundHttpServer *self = REBOUND_HTTP_SERVER (endpoint);
  guint port = self->port;

  if (port == 0 && self->listener != NULL)
    port = rebound_listener_get_bound_port (self->listener);
  return port != 0
         && rebound_address_fill (rebound_address_to_reach (self->address), (guint16) port, address,
                                  length);
}

static void
rebound_http_server_endpoint_init (ReboundEndpointInterface *iface)
{
  iface->fill_address = fill_address;
}

/* -- emitting -- */

void
rebound_http_server_emit_listening (ReboundHttpServer *self, guint port)
{
  g_signal_emit (self, signals[LISTENING], 0, port);
}

void
rebound_http_server_emit_bind_failed (ReboundHttpServer *self, const char *error)
{
  g_signal_emit (self, signals[BIND_FAILED], 0, error);
}

void
rebound_http_server_emit_requested (ReboundHttpServer *self,
                                    const char *connection,
                                    const char *method,
                                    const char *path)
{
  g_signal_emit (self, signals[REQUESTED], 0, connection, method, path);
}

void
rebound_http_server_emit_delivered_twice (ReboundHttpServer *self,
                                          const char *connection,
                                          const char *method,
                                          const char *path)
{
  g_signal_emit (self, signals[DELIVERED_TWICE], 0, connection, method, path);
}

void
rebound_http_server_emit_closed (ReboundHttpServer *self, const char *connection, const char *how)
{
  g_signal_emit (self, signals[CONNECTION_CLOSED], 0, connection, how);
}
