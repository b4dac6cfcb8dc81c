/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script sees of a listener: its properties, actions and signals, each with the words that
 * describe and the log show. */

#include "rebound-listener-private.h"

#include <sys/socket.h>

#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-event.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "net/rebound-net-enums.h"
#include "rebound-address-private.h"
#include "rebound-endpoint-private.h"
#include "rebound-errno.h"
#include "rebound-field-private.h"

/* Linux: the default of net.core.somaxconn is 4096 since 5.4; this is the number that programs ask
 * for by tradition (SOMAXCONN of <sys/socket.h> before). */
#define BACKLOG_DEFAULT 128
#define BACKLOG_MAXIMUM 65535

#define RETRY_DEFAULT_USEC G_USEC_PER_SEC
#define RETRY_MAXIMUM_USEC (24 * 3600 * (gint64) G_USEC_PER_SEC)

enum
{
  PROP_ADDRESS = 1,
  PROP_PORT,
  PROP_BACKLOG,
  PROP_REUSE_ADDRESS,
  PROP_REUSE_PORT,
  PROP_ON_ERROR,
  PROP_RETRY_EVERY,
  PROP_BACKGROUND_POLICY,
  PROP_ON_ACCEPT,
  PROP_GREETING,
  PROP_CLOSE_ORDER,
  PROP_CONNECTION_POLICY,
  PROP_STATE,
  PROP_GENERATION,
  PROP_ACCEPT_COUNT,
  PROP_OPEN_COUNT,
  PROP_LAST_ERROR,
  PROP_BOUND_PORT,
  N_PROPS
};

enum
{
  LISTENING,
  LISTENING_ELSEWHERE,
  BIND_FAILED,
  LISTEN_FAILED,
  ERROR_IGNORED,
  ACCEPTED,
  CONNECTION_CLOSED,
  EXHAUSTED,
  DIED,
  SOURCE_DESTROYED,
  CLOSED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void rebound_listener_actor_init (ReboundActorInterface *iface);
static void rebound_listener_endpoint_init (ReboundEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundListener,
                               rebound_listener,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR,
                                                      rebound_listener_actor_init)
                                   G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ENDPOINT,
                                                          rebound_listener_endpoint_init))

guint
rebound_listener_get_bound_port (ReboundListener *self)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;

  if (self->site == NULL)
    return self->final_port;
  if (self->fd < 0 || getsockname (self->fd, (struct sockaddr *) &address, &length) < 0)
    return 0;
  return rebound_address_get_port (&address);
}

/* The properties that are members, and nothing more. */
static const gsize fields[N_PROPS] = {
  [PROP_ADDRESS] = G_STRUCT_OFFSET (ReboundListener, address),
  [PROP_PORT] = G_STRUCT_OFFSET (ReboundListener, port),
  [PROP_BACKLOG] = G_STRUCT_OFFSET (ReboundListener, backlog),
  [PROP_REUSE_ADDRESS] = G_STRUCT_OFFSET (ReboundListener, reuse_address),
  [PROP_REUSE_PORT] = G_STRUCT_OFFSET (ReboundListener, reuse_port),
  [PROP_ON_ERROR] = G_STRUCT_OFFSET (ReboundListener, on_error),
  [PROP_RETRY_EVERY] = G_STRUCT_OFFSET (ReboundListener, retry_every_usec),
  [PROP_BACKGROUND_POLICY] = G_STRUCT_OFFSET (ReboundListener, background_policy),
  [PROP_ON_ACCEPT] = G_STRUCT_OFFSET (ReboundListener, on_accept),
  [PROP_GREETING] = G_STRUCT_OFFSET (ReboundListener, greeting),
  [PROP_CLOSE_ORDER] = G_STRUCT_OFFSET (ReboundListener, close_order),
  [PROP_CONNECTION_POLICY] = G_STRUCT_OFFSET (ReboundListener, connection_policy),
  [PROP_STATE] = G_STRUCT_OFFSET (ReboundListener, state),
  [PROP_GENERATION] = G_STRUCT_OFFSET (ReboundListener, generation),
  [PROP_ACCEPT_COUNT] = G_STRUCT_OFFSET (ReboundListener, n_accepted),
};

static void
rebound_listener_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundListener *self = REBOUND_LISTENER (object);

  switch (id)
    {
    case PROP_OPEN_COUNT:
      g_value_set_uint (value,
                        self->site != NULL ? self->connections->len : self->final_open_count);
      break;
    case PROP_LAST_ERROR:
      g_value_set_string (value, rebound_errno_name (self->last_error));
      break;
    case PROP_BOUND_PORT:
      g_value_set_uint (value, rebound_listener_get_bound_port (self));
      break;
    default:
      rebound_field_get (G_STRUCT_MEMBER_P (self, fields[id]), value);
    }
}

static void
rebound_listener_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  rebound_field_set (G_STRUCT_MEMBER_P (object, fields[id]), value);
}

static void
rebound_listener_dispose (GObject *object)
{
  ReboundListener *self = REBOUND_LISTENER (object);

  if (self->source != NULL)
    g_critical ("a ReboundListener was let go while its source was alive");
  rebound_listener_abandon (REBOUND_ACTOR (self));
  G_OBJECT_CLASS (rebound_listener_parent_class)->dispose (object);
}

static void
rebound_listener_finalize (GObject *object)
{
  ReboundListener *self = REBOUND_LISTENER (object);

  g_ptr_array_unref (self->connections);
  g_free (self->address);
  g_free (self->greeting);
  G_OBJECT_CLASS (rebound_listener_parent_class)->finalize (object);
}

static gboolean
is_address (const char *text, char **expected)
{
  struct sockaddr_storage native;
  socklen_t length;

  if (rebound_address_fill (text, 0, &native, &length))
    return TRUE;
  *expected = g_strdup ("a numeric address such as 0.0.0.0, 127.0.0.1 or ::1");
  return FALSE;
}

static void
install_settings (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  properties[PROP_ADDRESS]
      = rebound_param_spec_text ("address", NULL, "the address to bind, IPv4 or IPv6", "0.0.0.0",
                                 is_address, flags);
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, "the port to bind; 0 lets one be drawn",
                                             0, G_MAXUINT16, 0, flags);
  properties[PROP_BACKLOG]
      = g_param_spec_int ("backlog", NULL,
                          "how many connections may wait to be accepted; the kernel takes one more",
                          0, BACKLOG_MAXIMUM, BACKLOG_DEFAULT, flags);
  properties[PROP_REUSE_ADDRESS]
      = g_param_spec_boolean ("reuse-address", NULL,
                              "whether the next socket gets SO_REUSEADDR before it is bound", TRUE,
                              flags);
  properties[PROP_REUSE_PORT]
      = g_param_spec_boolean ("reuse-port", NULL,
                              "whether the next socket gets SO_REUSEPORT before it is bound", FALSE,
                              flags);
  properties[PROP_ON_ERROR]
      = g_param_spec_enum ("on-error", NULL, "what is done when the port cannot be bound",
                           REBOUND_TYPE_ON_ERROR, REBOUND_ON_ERROR_REPORT, flags);
  properties[PROP_RETRY_EVERY]
      = rebound_param_spec_duration ("retry-every", NULL,
                                     "on-error=retry: how long between two tries", 1,
                                     RETRY_MAXIMUM_USEC, RETRY_DEFAULT_USEC, flags);
  properties[PROP_BACKGROUND_POLICY]
      = g_param_spec_enum ("background-policy", NULL,
                           "when the socket is closed; it is opened at did-become-active",
                           REBOUND_TYPE_BACKGROUND_POLICY,
                           REBOUND_BACKGROUND_POLICY_CLOSE_ON_BACKGROUND, flags);
  properties[PROP_ON_ACCEPT]
      = g_param_spec_enum ("on-accept", NULL, "what is done with a connection",
                           REBOUND_TYPE_ON_ACCEPT, REBOUND_ON_ACCEPT_ECHO, flags);
  properties[PROP_GREETING]
      = g_param_spec_string ("greeting", NULL, "on-accept=hello: what is sent", "hello\n", flags);
  properties[PROP_CLOSE_ORDER] = g_param_spec_enum (
      "close-order", NULL,
      "who closes first: the server, as soon as it has served (echo: one message), or the client",
      REBOUND_TYPE_CLOSE_ORDER, REBOUND_CLOSE_ORDER_SERVER_FIRST, flags);
  properties[PROP_CONNECTION_POLICY]
      = g_param_spec_enum ("connection-policy", NULL,
                           "what becomes of the connections when the listener closes",
                           REBOUND_TYPE_CONNECTION_POLICY, REBOUND_CONNECTION_POLICY_CLOSE, flags);
}

static void
install_readings (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_STATE]
      = g_param_spec_enum ("state", NULL, "where the listener stands", REBOUND_TYPE_LISTENER_STATE,
                           REBOUND_LISTENER_STATE_CLOSED, flags);
  properties[PROP_GENERATION]
      = g_param_spec_uint ("generation", NULL,
                           "how often it was opened in this life of the application", 0, G_MAXUINT,
                           0, flags);
  properties[PROP_ACCEPT_COUNT]
      = g_param_spec_uint ("accept-count", NULL, "how many connections it has accepted", 0,
                           G_MAXUINT, 0, flags);
  properties[PROP_OPEN_COUNT]
      = g_param_spec_uint ("open-count", NULL, "how many of them are still open", 0, G_MAXUINT, 0,
                           flags);
  properties[PROP_LAST_ERROR] = g_param_spec_string (
      "last-error", NULL, "the errno of the last failed call of this generation by name, or none",
      "none", flags);
  properties[PROP_BOUND_PORT]
      = g_param_spec_uint ("bound-port", NULL, "the port that the socket has, 0 if none", 0,
                           G_MAXUINT16, 0, flags);
}

static GParamSpec *
string_spec (const char *name, const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
generation_spec (void)
{
  return g_param_spec_uint ("generation", NULL, "which opening of the listener", 0, G_MAXUINT, 0,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
port_spec (void)
{
  return g_param_spec_uint ("port", NULL, "the port that was asked for; 0 where one was drawn", 0,
                            G_MAXUINT16, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
error_spec (void)
{
  return string_spec ("error", "the failing call's errno, by name");
}

static GParamSpec *
connection_spec (void)
{
  return string_spec ("connection", "the connection");
}

static void
install_socket_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;

  signals[LISTENING]
      = rebound_class_install_signal (klass, "listening", group,
                                      "listens[ on port {port}] (generation {generation})",
                                      "the port is bound and clients can connect",
                                      generation_spec (), port_spec (), NULL);
  signals[LISTENING_ELSEWHERE] = rebound_class_install_signal (
      klass, "listening-elsewhere", group,
      "listen() succeeds all the same: on a port that was drawn, where nobody looks for it "
      "(generation {generation})",
      "bind failed and listen did not: the kernel drew a port", generation_spec (), NULL);
  signals[BIND_FAILED] = rebound_class_install_signal (
      klass, "bind-failed", group,
      "cannot bind[ port {port}] (generation {generation}): {error}[: {why}]", "bind() failed",
      generation_spec (), port_spec (), error_spec (),
      string_spec ("why", "whose the port is, and which option is missing"), NULL);
  signals[LISTEN_FAILED]
      = rebound_class_install_signal (klass, "listen-failed", group,
                                      "cannot listen (generation {generation}): {error}",
                                      "socket(), setsockopt() or listen() failed",
                                      generation_spec (), error_spec (), NULL);
  signals[ERROR_IGNORED] = rebound_class_install_signal (
      klass, "error-ignored", group,
      "nobody looks at the error: the socket is “valid”, and no client can connect",
      "on-error=ignore: the application goes on as if it listened", generation_spec (), NULL);
  signals[EXHAUSTED] = rebound_class_install_signal (
      klass, "exhausted", group, "cannot accept: {error}; rests for 100ms",
      "no descriptors or memory are left, or an error stays; one client is turned away if possible",
      error_spec (), NULL);
  signals[DIED]
      = rebound_class_install_signal (klass, "died", group,
                                      "cannot accept: {error}; the socket does not listen any more",
                                      "the listening socket is none any more", error_spec (), NULL);
  signals[SOURCE_DESTROYED]
      = rebound_class_install_signal (klass, "source-destroyed", REBOUND_EVENT_GROUP_SOCKETS,
                                      "accept source destroyed (generation {generation})",
                                      "the GSource is gone; the descriptor is next",
                                      generation_spec (), NULL);
  signals[CLOSED]
      = rebound_class_install_signal (klass, "closed", group,
                                      "closed (generation {generation}), at {reason}",
                                      "the descriptor is closed", generation_spec (),
                                      string_spec ("reason", "what made it close"), NULL);
}

static void
install_connection_signals (gpointer klass)
{
  signals[ACCEPTED] = rebound_class_install_signal (klass, "accepted", REBOUND_EVENT_GROUP_ACTORS,
                                                    "accepted {connection}",
                                                    "a connection was taken from the backlog",
                                                    connection_spec (), generation_spec (), NULL);
  signals[CONNECTION_CLOSED] = rebound_class_install_signal (
      klass, "connection-closed", REBOUND_EVENT_GROUP_ACTORS, "{connection} ended: {how}",
      "an accepted connection is closed", connection_spec (),
      string_spec ("how", "who closed first, or the errno that ended it"), NULL);
}

static GError *
action_open (ReboundListener *self, gpointer data)
{
  if (self->site == NULL)
    return g_error_new_literal (REBOUND_ERROR, REBOUND_ERROR_STATE,
                                "the listener does not live; expected a launch before");
  rebound_listener_open (self);
  return NULL;
}

static GError *
action_close (ReboundListener *self, gpointer data)
{
  if (self->site == NULL)
    return g_error_new_literal (REBOUND_ERROR, REBOUND_ERROR_STATE,
                                "the listener does not live; expected a launch before");
  rebound_listener_close (self, "the script's word");
  return NULL;
}

static void
rebound_listener_class_init (ReboundListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_listener_get_property;
  object_class->set_property = rebound_listener_set_property;
  object_class->dispose = rebound_listener_dispose;
  object_class->finalize = rebound_listener_finalize;
  install_settings ();
  install_readings ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_socket_signals (klass);
  install_connection_signals (klass);
  rebound_class_install_action (klass, "open", G_CALLBACK (action_open), NULL,
                                "open the socket, if it is closed", NULL);
  rebound_class_install_action (klass, "close", G_CALLBACK (action_close), NULL, "close the socket",
                                NULL);
}

static void
rebound_listener_init (ReboundListener *self)
{
  self->fd = -1;
  self->accept.spare_fd = -1;
  self->connections = g_ptr_array_new_with_free_func (rebound_accepted_free);
}

static void
rebound_listener_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = rebound_listener_come_to_life;
  iface->told = rebound_listener_told;
  iface->abandon = rebound_listener_abandon;
}

static gboolean
fill_address (ReboundEndpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
  ReboundListener *self = REBOUND_LISTENER (endpoint);
  guint port = self->port != 0 ? self->port : rebound_listener_get_bound_port (self);

  return port != 0
         && rebound_address_fill (rebound_address_to_reach (self->address), (guint16) port, address,
                                  length);
}

static void
rebound_listener_endpoint_init (ReboundEndpointInterface *iface)
{
  iface->fill_address = fill_address;
}

void
rebound_listener_set_last_error (ReboundListener *self, int error_number)
{
  self->last_error = error_number;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_ERROR]);
}

void
rebound_listener_emit_listening (ReboundListener *self)
{
  g_signal_emit (self, signals[LISTENING], 0, self->generation, self->port);
}

void
rebound_listener_emit_listening_elsewhere (ReboundListener *self)
{
  g_signal_emit (self, signals[LISTENING_ELSEWHERE], 0, self->generation);
}

void
rebound_listener_emit_bind_failed (ReboundListener *self, int error_number, const char *why)
{
  g_signal_emit (self, signals[BIND_FAILED], 0, self->generation, self->port,
                 rebound_errno_name (error_number), why);
}

void
rebound_listener_emit_listen_failed (ReboundListener *self, int error_number)
{
  g_signal_emit (self, signals[LISTEN_FAILED], 0, self->generation,
                 rebound_errno_name (error_number));
}

void
rebound_listener_emit_error_ignored (ReboundListener *self)
{
  g_signal_emit (self, signals[ERROR_IGNORED], 0, self->generation);
}

void
rebound_listener_emit_accepted (ReboundListener *self, const char *connection)
{
  g_signal_emit (self, signals[ACCEPTED], 0, connection, self->generation);
}

void
rebound_listener_emit_connection_closed (ReboundListener *self,
                                         const char *connection,
                                         const char *how)
{
  g_signal_emit (self, signals[CONNECTION_CLOSED], 0, connection, how);
}

void
rebound_listener_emit_exhausted (ReboundListener *self, int error_number)
{
  g_signal_emit (self, signals[EXHAUSTED], 0, rebound_errno_name (error_number));
}

void
rebound_listener_emit_died (ReboundListener *self, int error_number)
{
  g_signal_emit (self, signals[DIED], 0, rebound_errno_name (error_number));
}

void
rebound_listener_emit_source_destroyed (ReboundListener *self)
{
  g_signal_emit (self, signals[SOURCE_DESTROYED], 0, self->generation);
}

void
rebound_listener_emit_closed (ReboundListener *self, const char *why)
{
  g_signal_emit (self, signals[CLOSED], 0, self->generation, why);
}
