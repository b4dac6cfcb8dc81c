/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script sees of a client: its properties and signals, each with the words that describe and
 * the log show. */

#include "rebound-client-private.h"

#include "lifecycle/rebound-event.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "rebound-address-private.h"
#include "rebound-bytes-private.h"
#include "rebound-endpoint-private.h"
#include "rebound-errno.h"
#include "rebound-field-private.h"

#define RETRY_DEFAULT_USEC G_USEC_PER_SEC
#define RETRY_MAXIMUM_USEC (24 * 3600 * (gint64) G_USEC_PER_SEC)

/* What a person waits for; the kernel itself gives up after about 127 s (tcp_syn_retries = 6). */
#define CONNECT_TIMEOUT_DEFAULT_USEC (30 * G_USEC_PER_SEC)

/* The clients' ports of a run are 40000 to 60999. */
#define AT_ONCE_MAXIMUM 20000

enum
{
  PROP_CONNECT = 1,
  PROP_RETRY_EVERY,
  PROP_CONNECT_TIMEOUT,
  PROP_MESSAGE,
  PROP_EXPECTED_ANSWER,
  PROP_CLOSE_FIRST,
  PROP_COUNT,
  PROP_AT_ONCE,
  PROP_CONNECTED_COUNT,
  PROP_REFUSED_COUNT,
  PROP_ANSWERED_COUNT,
  PROP_CLOSED_COUNT,
  PROP_OPEN_COUNT,
  PROP_LAST_ERROR,
  PROP_LAST_ANSWER,
  N_PROPS
};

enum
{
  CONNECTED,
  REFUSED,
  FAILED,
  BACKLOG_FULL,
  ANSWERED,
  WRONG_ANSWER,
  CLOSED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void rebound_client_actor_init (ReboundActorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundClient,
                               rebound_client,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR,
                                                      rebound_client_actor_init))

/* The properties that are members, and nothing more. */
static const gsize fields[N_PROPS] = {
  [PROP_CONNECT] = G_STRUCT_OFFSET (ReboundClient, connect),
  [PROP_RETRY_EVERY] = G_STRUCT_OFFSET (ReboundClient, retry_every_usec),
  [PROP_CONNECT_TIMEOUT] = G_STRUCT_OFFSET (ReboundClient, connect_timeout_usec),
  [PROP_MESSAGE] = G_STRUCT_OFFSET (ReboundClient, message),
  [PROP_EXPECTED_ANSWER] = G_STRUCT_OFFSET (ReboundClient, expected_answer),
  [PROP_CLOSE_FIRST] = G_STRUCT_OFFSET (ReboundClient, close_first),
  [PROP_COUNT] = G_STRUCT_OFFSET (ReboundClient, count),
  [PROP_AT_ONCE] = G_STRUCT_OFFSET (ReboundClient, at_once),
  [PROP_CONNECTED_COUNT] = G_STRUCT_OFFSET (ReboundClient, n_connected),
  [PROP_REFUSED_COUNT] = G_STRUCT_OFFSET (ReboundClient, n_refused),
  [PROP_ANSWERED_COUNT] = G_STRUCT_OFFSET (ReboundClient, n_answered),
  [PROP_CLOSED_COUNT] = G_STRUCT_OFFSET (ReboundClient, n_closed),
  [PROP_OPEN_COUNT] = G_STRUCT_OFFSET (ReboundClient, n_open),
  [PROP_LAST_ANSWER] = G_STRUCT_OFFSET (ReboundClient, last_answer),
};

static void
rebound_client_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundClient *self = REBOUND_CLIENT (object);

  switch (id)
    {
    case PROP_LAST_ERROR:
      g_value_set_string (value, rebound_errno_name (self->last_error));
      break;
    default:
      rebound_field_get (G_STRUCT_MEMBER_P (self, fields[id]), value);
    }
}

static void
rebound_client_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  rebound_field_set (G_STRUCT_MEMBER_P (object, fields[id]), value);
}

static void
rebound_client_dispose (GObject *object)
{
  rebound_client_abandon (REBOUND_ACTOR (object));
  G_OBJECT_CLASS (rebound_client_parent_class)->dispose (object);
}

static void
rebound_client_finalize (GObject *object)
{
  ReboundClient *self = REBOUND_CLIENT (object);

  g_array_unref (self->free_numbers);
  g_free (self->connect);
  g_free (self->message);
  g_free (self->expected_answer);
  g_free (self->last_answer);
  G_OBJECT_CLASS (rebound_client_parent_class)->finalize (object);
}

static gboolean
is_address (const char *text, char **expected)
{
  struct sockaddr_storage native;
  socklen_t length;

  return rebound_address_parse (text, &native, &length, expected);
}

static void
install_settings (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;
  const GParamFlags once = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  properties[PROP_CONNECT] = rebound_param_spec_reference (
      "connect", NULL, "the listener, or the numeric address and port, that it connects to",
      is_address, flags | REBOUND_PARAM_REQUIRED);
  rebound_param_spec_reference_set_target (properties[PROP_CONNECT], REBOUND_TYPE_ENDPOINT);
  properties[PROP_RETRY_EVERY]
      = rebound_param_spec_duration ("retry-every", NULL,
                                     "how long after a refusal or a close it connects again", 1,
                                     RETRY_MAXIMUM_USEC, RETRY_DEFAULT_USEC, flags);
  properties[PROP_CONNECT_TIMEOUT]
      = rebound_param_spec_duration ("connect-timeout", NULL,
                                     "how long it waits for a connection to come about", 1,
                                     RETRY_MAXIMUM_USEC, CONNECT_TIMEOUT_DEFAULT_USEC, flags);
  properties[PROP_MESSAGE]
      = g_param_spec_string ("message", NULL, "what it says once it is connected", "", flags);
  properties[PROP_EXPECTED_ANSWER]
      = g_param_spec_string ("expected-answer", NULL, "what the answer has to be; empty: any", "",
                             flags);
  properties[PROP_CLOSE_FIRST]
      = g_param_spec_boolean ("close-first", NULL,
                              "whether it closes first: as soon as it is answered, or connected "
                              "where it has nothing to say and expects no answer",
                              FALSE, flags);
  properties[PROP_COUNT]
      = g_param_spec_uint ("count", NULL, "after how many connections it has had enough; 0: never",
                           0, G_MAXUINT, 0, flags);
  properties[PROP_AT_ONCE]
      = g_param_spec_uint ("at-once", NULL, "how many connections it keeps going at the same time",
                           1, AT_ONCE_MAXIMUM, 1, once);
}

static GParamSpec *
count_spec (const char *name, const char *blurb)
{
  return g_param_spec_uint (name, NULL, blurb, 0, G_MAXUINT, 0,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
string_spec (const char *name, const char *blurb)
{
  return g_param_spec_string (name, NULL, blurb, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
install_readings (void)
{
  properties[PROP_CONNECTED_COUNT]
      = count_spec ("connected-count", "how many connections have come about");
  properties[PROP_REFUSED_COUNT] = count_spec ("refused-count", "how many were refused");
  properties[PROP_ANSWERED_COUNT]
      = count_spec ("answered-count", "how many were answered, and as expected");
  properties[PROP_CLOSED_COUNT] = count_spec ("closed-count", "how many were closed in good order");
  properties[PROP_OPEN_COUNT] = count_spec ("open-count", "how many are open now");
  properties[PROP_LAST_ERROR] = g_param_spec_string (
      "last-error", NULL,
      "the errno of the last failure since the last connection, by name, or none", "none",
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_LAST_ANSWER] = g_param_spec_string ("last-answer", NULL, "the last answer", "",
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
install_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;
  const char *const connection = "connection";

  signals[CONNECTED]
      = rebound_class_install_signal (klass, "connected", group, "connected as {connection}",
                                      "a connection came about",
                                      string_spec (connection, "the connection"), NULL);
  signals[REFUSED] = rebound_class_install_signal (klass, "refused", group,
                                                   "refused: {error} (nobody listens there)",
                                                   "nobody listens at that address",
                                                   string_spec ("error", "ECONNREFUSED"), NULL);
  signals[FAILED]
      = rebound_class_install_signal (klass, "failed", group, "{connection} failed: {error}",
                                      "a connection did not come about, or broke",
                                      string_spec (connection, "the connection"),
                                      string_spec ("error", "the errno, by name"), NULL);
  signals[BACKLOG_FULL] = rebound_class_install_signal (
      klass, "backlog-full", group,
      "{connection}: the backlog is full and the kernel dropped the SYN; the kernel's own clock "
      "decides: it is "
      "sent again in {again}",
      "more clients than the backlog holds", string_spec (connection, "the connection"),
      rebound_param_spec_duration ("again", NULL, "until the retransmission", 0, G_MAXINT64, 0,
                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS),
      NULL);
  signals[ANSWERED] = rebound_class_install_signal (klass, "answered", group,
                                                    "{connection} was answered: {answer}",
                                                    "an answer came, and it was as expected",
                                                    string_spec (connection, "the connection"),
                                                    string_spec ("answer", "what came"), NULL);
  signals[WRONG_ANSWER] = rebound_class_install_signal (
      klass, "wrong-answer", group, "{connection} was answered: {answer}; expected {expected}",
      "an answer came that was not expected", string_spec (connection, "the connection"),
      string_spec ("answer", "what came"), string_spec ("expected", "what should have come"), NULL);
  signals[CLOSED]
      = rebound_class_install_signal (klass, "closed", group, "{connection} ended: {how}",
                                      "a connection ended in good order",
                                      string_spec (connection, "the connection"),
                                      string_spec ("how", "who closed first"), NULL);
}

static GError *
action_hang_up (ReboundClient *self, gpointer data)
{
  rebound_client_hang_up (self);
  return NULL;
}

static void
rebound_client_class_init (ReboundClientClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_client_get_property;
  object_class->set_property = rebound_client_set_property;
  object_class->dispose = rebound_client_dispose;
  object_class->finalize = rebound_client_finalize;
  install_settings ();
  install_readings ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_signals (klass);
  rebound_class_install_action (klass, "hang-up", G_CALLBACK (action_hang_up), NULL,
                                "close every connection that is open; it connects again after "
                                "retry-every, unless it has had enough",
                                NULL);
}

static void
rebound_client_init (ReboundClient *self)
{
  self->free_numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  self->last_answer = g_strdup ("");
}

static void
rebound_client_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = rebound_client_come_to_life;
  iface->abandon = rebound_client_abandon;
  iface->dup_waiting_for = rebound_client_dup_waiting_for;
}

void
rebound_client_set_last_error (ReboundClient *self, int error_number)
{
  self->last_error = error_number;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_ERROR]);
}

void
rebound_client_emit_connected (ReboundClient *self, const char *connection)
{
  g_signal_emit (self, signals[CONNECTED], 0, connection);
}

void
rebound_client_emit_refused (ReboundClient *self)
{
  g_signal_emit (self, signals[REFUSED], 0, rebound_errno_name (self->last_error));
}

void
rebound_client_emit_failed (ReboundClient *self, const char *connection, int error_number)
{
  g_signal_emit (self, signals[FAILED], 0, connection, rebound_errno_name (error_number));
}

void
rebound_client_emit_backlog_full (ReboundClient *self, const char *connection, gint64 again_usec)
{
  g_signal_emit (self, signals[BACKLOG_FULL], 0, connection, again_usec);
}

void
rebound_client_emit_answered (ReboundClient *self, const char *connection, const char *answer)
{
  g_autofree char *line = rebound_bytes_dup_line (answer);

  g_signal_emit (self, signals[ANSWERED], 0, connection, line);
}

void
rebound_client_emit_wrong_answer (ReboundClient *self, const char *connection, const char *answer)
{
  g_autofree char *line = rebound_bytes_dup_line (answer);
  g_autofree char *expected = rebound_bytes_dup_line (self->expected_answer);

  g_signal_emit (self, signals[WRONG_ANSWER], 0, connection, line, expected);
}

void
rebound_client_emit_closed (ReboundClient *self, const char *connection, const char *how)
{
  g_signal_emit (self, signals[CLOSED], 0, connection, how);
}
