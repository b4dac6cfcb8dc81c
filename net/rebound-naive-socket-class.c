/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script sees of the naive code: its calls, what the last one came to, and one signal, a
 * line of the log for each call. */

#include "rebound-naive-socket-private.h"

#include "lifecycle/rebound-event.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "net/rebound-net-enums.h"
#include "rebound-address-private.h"
#include "rebound-endpoint-private.h"
#include "rebound-errno.h"
#include "rebound-field-private.h"

/* As much as naive code has on its stack, and as much as a run shall hold at once. */
#define RECV_DEFAULT_BYTES (64 * 1024)
#define RECV_MAXIMUM_BYTES (16 * 1024 * 1024)
#define SEND_MAXIMUM_BYTES (16 * 1024 * 1024)

/* struct linger counts seconds; a day is longer than anybody waits. */
#define LINGER_MAXIMUM_USEC (24 * 3600 * (gint64) G_USEC_PER_SEC)

/* As of a listener. */
#define BACKLOG_DEFAULT 128

enum
{
  PROP_RESULT = 1,
  PROP_ERRNO,
  PROP_DATA,
  PROP_REVENTS,
  PROP_SENT_BYTES,
  PROP_RECEIVED_BYTES,
  PROP_STATE,
  PROP_DESCRIPTOR_OPEN,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint returned_signal;

static void rebound_naive_socket_actor_init (ReboundActorInterface *iface);
static void rebound_naive_socket_endpoint_init (ReboundEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundNaiveSocket,
                               rebound_naive_socket,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR,
                                                      rebound_naive_socket_actor_init)
                                   G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ENDPOINT,
                                                          rebound_naive_socket_endpoint_init))

static void
rebound_naive_socket_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundNaiveSocket *self = REBOUND_NAIVE_SOCKET (object);

  switch (id)
    {
    case PROP_RESULT:
      g_value_set_int64 (value, self->result);
      break;
    case PROP_ERRNO:
      g_value_set_string (value, rebound_errno_name (self->error_number));
      break;
    case PROP_DATA:
      g_value_set_string (value, self->data);
      break;
    case PROP_REVENTS:
      g_value_set_string (value, self->revents);
      break;
    case PROP_SENT_BYTES:
      g_value_set_int64 (value, self->sent_bytes);
      break;
    case PROP_RECEIVED_BYTES:
      g_value_set_int64 (value, self->received_bytes);
      break;
    case PROP_STATE:
      g_value_set_string (value, rebound_naive_socket_get_state (self));
      break;
    case PROP_DESCRIPTOR_OPEN:
      g_value_set_boolean (value, self->fd >= 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rebound_naive_socket_dispose (GObject *object)
{
  rebound_naive_socket_abandon (REBOUND_ACTOR (object));
  G_OBJECT_CLASS (rebound_naive_socket_parent_class)->dispose (object);
}

static void
rebound_naive_socket_finalize (GObject *object)
{
  ReboundNaiveSocket *self = REBOUND_NAIVE_SOCKET (object);

  g_free (self->address);
  g_free (self->bulk);
  g_free (self->data);
  g_free (self->revents);
  G_OBJECT_CLASS (rebound_naive_socket_parent_class)->finalize (object);
}

static GParamSpec *
size_spec (const char *name, const char *blurb)
{
  return rebound_param_spec_size (name, NULL, blurb, 0, G_MAXINT64, 0,
                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
install_readings (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_RESULT] = g_param_spec_int64 (
      "result", NULL,
      "what the last call returned; of socket and accept 0, for a descriptor's number says nothing",
      -1, G_MAXINT64, 0, flags);
  properties[PROP_ERRNO]
      = rebound_field_string_spec ("errno",
                                   "the errno that the last call failed with, by name, or none");
  properties[PROP_DATA]
      = rebound_field_string_spec ("data",
                                   "what the last recv read; bytes that are no UTF-8 as \\xHH");
  properties[PROP_REVENTS] = rebound_field_string_spec (
      "revents", "what the last poll said: IN, OUT, ERR, HUP, RDHUP, NVAL in this order, with | "
                 "between them, or none");
  properties[PROP_SENT_BYTES]
      = size_spec ("sent-bytes", "how much its calls have handed to the kernel, of its present "
                                 "connection; what that says of the other end is nothing");
  properties[PROP_RECEIVED_BYTES]
      = size_spec ("received-bytes", "how much its calls have read, of its present connection");
  properties[PROP_STATE] = rebound_field_string_spec (
      "state",
      "the TCP state that the descriptor is in, as ESTABLISHED; none without a descriptor");
  properties[PROP_DESCRIPTOR_OPEN]
      = g_param_spec_boolean ("descriptor-open", NULL, "whether it has a descriptor", FALSE, flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static gboolean
is_address_with_port (const char *text, char **expected)
{
  struct sockaddr_storage native;
  socklen_t length;

  return rebound_address_parse (text, &native, &length, expected);
}

static GParamSpec *
reference_spec (const char *name,
                const char *blurb,
                ReboundReferenceValidator validator,
                GType target)
{
  GParamSpec *pspec = rebound_param_spec_reference (name, NULL, blurb, validator,
                                                    G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
                                                        | REBOUND_PARAM_REQUIRED);

  rebound_param_spec_reference_set_target (pspec, target);
  return pspec;
}

static void
install_opening_calls (gpointer klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  rebound_class_install_action (
      klass, "socket", G_CALLBACK (rebound_naive_socket_open), NULL,
      "socket(): get a descriptor; every other call before it fails with EBADF",
      g_param_spec_enum ("family", NULL, "IPv4 or IPv6", REBOUND_TYPE_SOCKET_FAMILY,
                         REBOUND_SOCKET_FAMILY_IPV4, flags),
      NULL);
  rebound_class_install_action (
      klass, "bind", G_CALLBACK (rebound_naive_socket_bind), NULL, "bind()",
      g_param_spec_uint ("port", NULL, "the port; 0 lets one be drawn", 0, G_MAXUINT16, 0, flags),
      rebound_param_spec_text ("address", NULL, "the address, of the socket's family", "0.0.0.0",
                               rebound_address_is_numeric, flags),
      NULL);
  rebound_class_install_action (
      klass, "listen", G_CALLBACK (rebound_naive_socket_listen), NULL, "listen()",
      g_param_spec_int ("backlog", NULL,
                        "how many connections may wait to be accepted; the kernel takes one more",
                        0, G_MAXINT, BACKLOG_DEFAULT, flags),
      NULL);
  rebound_class_install_action (
      klass, "connect", G_CALLBACK (rebound_naive_socket_connect), NULL,
      "connect(): an error of the script where nobody answers, for it would block",
      reference_spec ("to", "who it connects to: an actor that listens, or an address and port",
                      is_address_with_port, REBOUND_TYPE_ENDPOINT),
      NULL);
  rebound_class_install_action (
      klass, "accept", G_CALLBACK (rebound_naive_socket_accept), NULL,
      "accept(): an error of the script where nobody has connected, for it would block",
      reference_spec ("into", "the socket, without a descriptor, that gets the one accepted", NULL,
                      REBOUND_TYPE_NAIVE_SOCKET),
      NULL);
}

static void
install_talking_calls (gpointer klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  rebound_class_install_action (
      klass, "send", G_CALLBACK (rebound_naive_socket_send), NULL,
      "send() with MSG_NOSIGNAL: of text an error of the script where it does not fit, for it "
      "would "
      "block; of bytes it goes on while the other end reads, and has returned when the kernel has "
      "taken all, or fewer where the connection has ended meanwhile",
      g_param_spec_string ("text", NULL, "what is sent", "", flags),
      rebound_param_spec_size ("bytes", NULL, "how much is sent instead of a text", 0,
                               SEND_MAXIMUM_BYTES, 0, flags),
      NULL);
  rebound_class_install_action (
      klass, "recv", G_CALLBACK (rebound_naive_socket_recv), NULL,
      "recv(): an error of the script where nothing has come, for it would block",
      rebound_param_spec_size ("bytes", NULL, "the size of the buffer", 1, RECV_MAXIMUM_BYTES,
                               RECV_DEFAULT_BYTES, flags),
      NULL);
  rebound_class_install_action (
      klass, "drain", G_CALLBACK (rebound_naive_socket_drain), NULL,
      "recv() again and again until it returns 0 or fails, which is when it has returned; what is "
      "read is counted and thrown away. How much arrives before an error is the kernel's affair",
      rebound_param_spec_size ("bytes", NULL, "the size of the buffer", 1, RECV_MAXIMUM_BYTES,
                               RECV_DEFAULT_BYTES, flags),
      rebound_param_spec_duration ("every", NULL,
                                   "how long it does something else after each recv that has read "
                                   "something, as a slow reader does",
                                   0, G_MAXINT64, 0, flags),
      NULL);
  rebound_class_install_action (klass, "poll", G_CALLBACK (rebound_naive_socket_poll), NULL,
                                "poll() for IN, OUT and RDHUP with a timeout of 0", NULL);
}

static void
install_closing_calls (gpointer klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  rebound_class_install_action (klass, "shutdown", G_CALLBACK (rebound_naive_socket_shut_down),
                                NULL, "shutdown()",
                                g_param_spec_enum ("how", NULL, "which direction ends",
                                                   REBOUND_TYPE_SHUTDOWN_HOW,
                                                   REBOUND_SHUTDOWN_HOW_WRITE, flags),
                                NULL);
  rebound_class_install_action (klass, "close", G_CALLBACK (rebound_naive_socket_close), NULL,
                                "close()", NULL);
  rebound_class_install_action (
      klass, "set-option", G_CALLBACK (rebound_naive_socket_set_option), NULL, "setsockopt()",
      g_param_spec_enum ("option", NULL, "which one", REBOUND_TYPE_SOCKET_OPTION,
                         REBOUND_SOCKET_OPTION_REUSE_ADDRESS, flags),
      g_param_spec_boolean ("on", NULL, "whether it is set", TRUE, flags),
      rebound_param_spec_duration ("time", NULL,
                                   "of linger: how long close() waits, in whole seconds; after 0s "
                                   "it is an abortive close, by RST",
                                   0, LINGER_MAXIMUM_USEC, 0, flags),
      NULL);
}

static void
rebound_naive_socket_class_init (ReboundNaiveSocketClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_naive_socket_get_property;
  object_class->dispose = rebound_naive_socket_dispose;
  object_class->finalize = rebound_naive_socket_finalize;
  install_readings (object_class);
  install_opening_calls (klass);
  install_talking_calls (klass);
  install_closing_calls (klass);
  returned_signal = rebound_naive_install_returned (klass);
}

static void
rebound_naive_socket_init (ReboundNaiveSocket *self)
{
  self->fd = -1;
  self->data = g_strdup ("");
  self->revents = g_strdup ("none");
  self->last_state = "none";
}

/* It is told of nothing: that is what makes it naive. */
static void
rebound_naive_socket_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = rebound_naive_socket_come_to_life;
  iface->abandon = rebound_naive_socket_abandon;
  iface->dup_waiting_for = rebound_naive_socket_dup_waiting_for;
}

static gboolean
fill_address (ReboundEndpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
  ReboundNaiveSocket *self = REBOUND_NAIVE_SOCKET (endpoint);

  return self->port != 0
         && rebound_address_fill (rebound_address_to_reach (self->address), self->port, address,
                                  length);
}

static void
rebound_naive_socket_endpoint_init (ReboundEndpointInterface *iface)
{
  iface->fill_address = fill_address;
}

void
rebound_naive_socket_emit_returned (ReboundNaiveSocket *self,
                                    const char *call,
                                    const char *arguments,
                                    const char *result,
                                    const char *detail)
{
  g_signal_emit (self, returned_signal, 0, call, arguments, result,
                 self->error_number != 0 ? rebound_errno_name (self->error_number) : NULL, detail);
}
