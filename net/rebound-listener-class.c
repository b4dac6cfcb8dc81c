/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script sees of a listener: its properties and actions, each with the words that describe
 * shows. What it tells of is in rebound-listener-signals.c. */

#include "rebound-listener-private.h"

#include <sys/socket.h>

#include "lifecycle/rebound-trouble-private.h"
#include "lifecycle/rebound-error.h"
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

/* As much as a run shall hold at once. */
#define GREETING_MAXIMUM_BYTES (64 * 1024 * 1024)

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
  PROP_REBIND_AT,
  PROP_CHECK_ON_RETURN,
  PROP_REOPEN,
  PROP_ON_ACCEPT,
  PROP_ON_ACCEPT_ERROR,
  PROP_GREETING,
  PROP_GREETING_SIZE,
  PROP_SEND_BUFFER,
  PROP_GOODBYE,
  PROP_CLOSE_ORDER,
  PROP_CONNECTION_POLICY,
  PROP_FINISH_WITHIN,
  PROP_DRAIN_LIMIT,
  PROP_TELL_CONNECTIONS,
  PROP_FIGURES_OF,
  PROP_STATE,
  PROP_GENERATION,
  PROP_ACCEPT_COUNT,
  PROP_OPEN_COUNT,
  PROP_LAST_ERROR,
  PROP_BOUND_PORT,
  PROP_LEDGER, /* and those after it */
  N_PROPS = PROP_LEDGER + REBOUND_LEDGER_N_READINGS
};

static GParamSpec *properties[N_PROPS];

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
  if (self->fd < 0
      || !rebound_trouble_is_done (getsockname (self->fd, (struct sockaddr *) &address, &length),
                                   "getsockname"))
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
  [PROP_REBIND_AT] = G_STRUCT_OFFSET (ReboundListener, rebind_at),
  [PROP_CHECK_ON_RETURN] = G_STRUCT_OFFSET (ReboundListener, check_on_return),
  [PROP_REOPEN] = G_STRUCT_OFFSET (ReboundListener, reopen),
  [PROP_ON_ACCEPT] = G_STRUCT_OFFSET (ReboundListener, on_accept),
  [PROP_ON_ACCEPT_ERROR] = G_STRUCT_OFFSET (ReboundListener, on_accept_error),
  [PROP_GREETING] = G_STRUCT_OFFSET (ReboundListener, greeting),
  [PROP_GREETING_SIZE] = G_STRUCT_OFFSET (ReboundListener, greeting_bytes),
  [PROP_SEND_BUFFER] = G_STRUCT_OFFSET (ReboundListener, send_buffer_bytes),
  [PROP_GOODBYE] = G_STRUCT_OFFSET (ReboundListener, goodbye),
  [PROP_FINISH_WITHIN] = G_STRUCT_OFFSET (ReboundListener, finish_within_usec),
  [PROP_DRAIN_LIMIT] = G_STRUCT_OFFSET (ReboundListener, drain_limit_bytes),
  [PROP_CLOSE_ORDER] = G_STRUCT_OFFSET (ReboundListener, close_order),
  [PROP_TELL_CONNECTIONS] = G_STRUCT_OFFSET (ReboundListener, tells_connections),
  [PROP_FIGURES_OF] = G_STRUCT_OFFSET (ReboundListener, figures_of),
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
                        self->site != NULL ? self->connections.length : self->final_open_count);
      break;
    case PROP_LAST_ERROR:
      g_value_set_string (value, rebound_errno_name (self->last_error));
      break;
    case PROP_BOUND_PORT:
      g_value_set_uint (value, rebound_listener_get_bound_port (self));
      break;
    default:
      if (id >= PROP_LEDGER)
        rebound_ledger_get_reading (self->ledger, self->figures_of, id - PROP_LEDGER, value);
      else
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

  g_free (self->address);
  g_free (self->greeting);
  g_free (self->goodbye);
  g_free (self->figures_of);
  rebound_ledger_free (self->ledger);
  G_OBJECT_CLASS (rebound_listener_parent_class)->finalize (object);
}

#define SETTING_FLAGS (G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS)

static void
install_socket_settings (void)
{
  properties[PROP_ADDRESS]
      = rebound_param_spec_text ("address", NULL, "the address to bind, IPv4 or IPv6", "0.0.0.0",
                                 rebound_address_is_numeric, SETTING_FLAGS);
  properties[PROP_PORT] = g_param_spec_uint ("port", NULL, "the port to bind; 0 lets one be drawn",
                                             0, G_MAXUINT16, 0, SETTING_FLAGS);
  properties[PROP_BACKLOG]
      = g_param_spec_int ("backlog", NULL,
                          "how many connections may wait to be accepted; the kernel takes one more",
                          0, BACKLOG_MAXIMUM, BACKLOG_DEFAULT, SETTING_FLAGS);
  properties[PROP_REUSE_ADDRESS]
      = g_param_spec_boolean ("reuse-address", NULL,
                              "whether the next socket gets SO_REUSEADDR before it is bound", TRUE,
                              SETTING_FLAGS);
  properties[PROP_REUSE_PORT]
      = g_param_spec_boolean ("reuse-port", NULL,
                              "whether the next socket gets SO_REUSEPORT before it is bound", FALSE,
                              SETTING_FLAGS);
  properties[PROP_ON_ERROR] = g_param_spec_enum (
      "on-error", NULL,
      "what is done when the port cannot be bound; retry also when no socket is to be had",
      REBOUND_TYPE_ON_ERROR, REBOUND_ON_ERROR_REPORT, SETTING_FLAGS);
  properties[PROP_RETRY_EVERY]
      = rebound_param_spec_duration ("retry-every", NULL,
                                     "on-error=retry: how long between two tries", 1,
                                     RETRY_MAXIMUM_USEC, RETRY_DEFAULT_USEC, SETTING_FLAGS);
}

static void
install_background_settings (void)
{
  properties[PROP_BACKGROUND_POLICY] = g_param_spec_enum (
      "background-policy", NULL,
      "when the socket is closed; serve-then-close holds a background task while connections are "
      "being served, and has a drawn port again",
      REBOUND_TYPE_BACKGROUND_POLICY, REBOUND_BACKGROUND_POLICY_CLOSE_ON_BACKGROUND, SETTING_FLAGS);
  rebound_param_spec_set_holding (properties[PROP_BACKGROUND_POLICY],
                                  REBOUND_BACKGROUND_POLICY_SERVE_THEN_CLOSE);
  properties[PROP_REBIND_AT] = g_param_spec_enum (
      "rebind-at", NULL,
      "when it comes back, to open a socket that is closed and to look at one that is not: at "
      "did-become-active, at will-enter-foreground (did-become-active where there was none: at "
      "launch, after an interruption), or at the next turn of the main loop after "
      "did-become-active; never at a launch or a wake in the background",
      REBOUND_TYPE_REBIND_AT, REBOUND_REBIND_AT_BECOME_ACTIVE, SETTING_FLAGS);
  properties[PROP_CHECK_ON_RETURN] = g_param_spec_enum (
      "check-on-return", NULL,
      "how it finds out, when it comes back, whether a socket that stayed open still listens, so "
      "that one that does not is replaced: ask the descriptor (SO_ERROR, SO_ACCEPTCONN), or dial "
      "itself, and accept that within a second; none relies on luck",
      REBOUND_TYPE_CHECK_ON_RETURN, REBOUND_CHECK_ON_RETURN_ASK, SETTING_FLAGS);
  properties[PROP_REOPEN] = g_param_spec_enum (
      "reopen", NULL,
      "how a socket that it still has is replaced: close-first, or dup2: a new one is bound first "
      "and takes over the descriptor's number, with check-on-return=none at each return; where "
      "that "
      "fails the old one stays as it is",
      REBOUND_TYPE_REOPEN, REBOUND_REOPEN_CLOSE_FIRST, SETTING_FLAGS);
}

static void
install_connection_settings (void)
{
  properties[PROP_ON_ACCEPT]
      = g_param_spec_enum ("on-accept", NULL, "what is done with a connection",
                           REBOUND_TYPE_ON_ACCEPT, REBOUND_ON_ACCEPT_ECHO, SETTING_FLAGS);
  properties[PROP_ON_ACCEPT_ERROR] = g_param_spec_enum (
      "on-accept-error", NULL,
      "what is done when accept() fails: go on, after a rest where that helps; or, as CFSocket, "
      "disarm the source for good and tell nobody",
      REBOUND_TYPE_ON_ACCEPT_ERROR, REBOUND_ON_ACCEPT_ERROR_GO_ON, SETTING_FLAGS);
  properties[PROP_GREETING]
      = g_param_spec_string ("greeting", NULL, "on-accept=hello: what is sent", "hello\n",
                             SETTING_FLAGS);
  properties[PROP_GREETING_SIZE] = rebound_param_spec_size (
      "greeting-size", NULL,
      "on-accept=hello: how much is sent, the greeting again and again; 0B: the greeting once", 0,
      GREETING_MAXIMUM_BYTES, 0, SETTING_FLAGS);
  properties[PROP_SEND_BUFFER] = rebound_param_spec_size (
      "send-buffer", NULL,
      "SO_SNDBUF of a connection: how much TCP takes before a write is queued here; 0B: as the "
      "kernel has it, which grows",
      0, GREETING_MAXIMUM_BYTES, 0, SETTING_FLAGS);
  properties[PROP_CLOSE_ORDER] = g_param_spec_enum (
      "close-order", NULL,
      "who closes first: the server, as soon as it has served (echo: one message), or the client",
      REBOUND_TYPE_CLOSE_ORDER, REBOUND_CLOSE_ORDER_SERVER_FIRST, SETTING_FLAGS);
}

static void
install_ending_settings (void)
{
  properties[PROP_CONNECTION_POLICY] = g_param_spec_enum (
      "connection-policy", NULL,
      "what becomes of the connections when the listener closes; finish holds a background task "
      "while they end in good order, and aborts those that have not ended in time",
      REBOUND_TYPE_CONNECTION_POLICY, REBOUND_CONNECTION_POLICY_CLOSE, SETTING_FLAGS);
  rebound_param_spec_set_holding (properties[PROP_CONNECTION_POLICY],
                                  REBOUND_CONNECTION_POLICY_FINISH);
  properties[PROP_FINISH_WITHIN] = rebound_param_spec_duration (
      "finish-within", NULL,
      "how long it may take to finish a connection; never longer than what is left of the stay in "
      "the background",
      1, RETRY_MAXIMUM_USEC, REBOUND_CONNECTION_FINISH_USEC, SETTING_FLAGS);
  properties[PROP_DRAIN_LIMIT]
      = rebound_param_spec_size ("drain-limit", NULL,
                                 "how much a client may still say while its connection is finished",
                                 0, GREETING_MAXIMUM_BYTES, REBOUND_CONNECTION_DRAIN_BYTES,
                                 SETTING_FLAGS);
  properties[PROP_GOODBYE] = g_param_spec_string (
      "goodbye", NULL,
      "what is said last when a connection is finished or shut down, and answered where the client "
      "has said it last; a client that answers it has read everything; nothing if empty",
      "", SETTING_FLAGS);
}

static void
install_telling_settings (void)
{
  properties[PROP_TELL_CONNECTIONS] = g_param_spec_boolean (
      "tell-connections", NULL,
      "whether each connection is told of when it is accepted and when it ends; of a great many "
      "the counts say enough",
      TRUE, SETTING_FLAGS);
  properties[PROP_FIGURES_OF] = rebound_ledger_spec_of (SETTING_FLAGS);
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
  rebound_ledger_install_readings (&properties[PROP_LEDGER]);
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

static GError *
action_close_connections (ReboundListener *self,
                          ReboundWayOut way,
                          const char *connection,
                          gpointer data)
{
  GError *error;

  if (self->site == NULL)
    return g_error_new_literal (REBOUND_ERROR, REBOUND_ERROR_STATE,
                                "the listener does not live; expected a launch before");
  error = rebound_ledger_check (self->ledger, connection);
  if (error == NULL)
    rebound_listener_close_connections (self, way, connection);
  return error;
}

static void
rebound_listener_class_init (ReboundListenerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_listener_get_property;
  object_class->set_property = rebound_listener_set_property;
  object_class->dispose = rebound_listener_dispose;
  object_class->finalize = rebound_listener_finalize;
  install_socket_settings ();
  install_background_settings ();
  install_connection_settings ();
  install_ending_settings ();
  install_telling_settings ();
  install_readings ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  rebound_listener_install_signals (klass);
  rebound_class_install_action (klass, "open", G_CALLBACK (action_open), NULL,
                                "open the socket, if it is closed", NULL);
  rebound_class_install_action (klass, "close", G_CALLBACK (action_close), NULL, "close the socket",
                                NULL);
  rebound_class_install_action (
      klass, "close-connections", G_CALLBACK (action_close_connections), NULL,
      "end each connection, or the one that is named. finish is the proper close: on the wire "
      "what is queued and a FIN, then nothing until the client's FIN, and nothing is lost; past "
      "finish-within or drain-limit an RST, and what is not acknowledged then is lost. "
      "shutdown-send: what is queued and a FIN; reading goes on, without a limit in time; nothing "
      "is lost unless the client resets. close: a FIN behind what TCP has taken, and what is "
      "queued here is lost; where input is unread an RST, and with it all that is not acknowledged "
      "and what the client has not read. abort: an RST, the same loss, and no TIME_WAIT",
      g_param_spec_enum ("way", NULL, "which way out", REBOUND_TYPE_WAY_OUT, REBOUND_WAY_OUT_FINISH,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS),
      g_param_spec_string ("connection", NULL, "which connection (phone#2); all if empty", "",
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS),
      NULL);
}

static void
rebound_listener_init (ReboundListener *self)
{
  self->fd = -1;
  self->accept.spare_fd = -1;
  self->ledger = rebound_ledger_new ();
  self->finishing.actor = REBOUND_ACTOR (self);
  self->finishing.funcs = &rebound_listener_finishing_funcs;
}

static void
rebound_listener_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = rebound_listener_come_to_life;
  iface->told = rebound_listener_told;
  iface->abandon = rebound_listener_abandon;
  iface->dup_waiting_for = rebound_listener_dup_waiting_for;
}

static gboolean
fill_address (ReboundEndpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
  ReboundListener *self = REBOUND_LISTENER (endpoint);
  guint port = self->port != 0 ? self->port : rebound_listener_get_bound_port (self);

  if (port == 0)
    port = self->drawn_port;
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
