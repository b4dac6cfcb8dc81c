/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script sees of a client: its properties, each with the words that describe shows. What it
 * tells of is in rebound-client-signals.c, what can be done to it in rebound-client-acts.c. */

#include "rebound-client-private.h"

#include "lifecycle/rebound-param-specs.h"
#include "net/rebound-net-enums.h"
#include "rebound-address-private.h"
#include "rebound-endpoint-private.h"
#include "rebound-errno.h"
#include "rebound-field-private.h"

#define RETRY_DEFAULT_USEC G_USEC_PER_SEC

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
  PROP_WAY_OUT,
  PROP_FINISH_WITHIN,
  PROP_DRAIN_LIMIT,
  PROP_GOODBYE,
  PROP_CONNECTION_POLICY,
  PROP_TELL_CONNECTIONS,
  PROP_FIGURES_OF,
  PROP_CONNECTED_COUNT,
  PROP_REFUSED_COUNT,
  PROP_ANSWERED_COUNT,
  PROP_CLOSED_COUNT,
  PROP_OPEN_COUNT,
  PROP_LAST_ERROR,
  PROP_LAST_ANSWER,
  PROP_LEDGER, /* and those after it */
  N_PROPS = PROP_LEDGER + REBOUND_LEDGER_N_READINGS
};

static GParamSpec *properties[N_PROPS];

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
  [PROP_WAY_OUT] = G_STRUCT_OFFSET (ReboundClient, ending.way_out),
  [PROP_FINISH_WITHIN] = G_STRUCT_OFFSET (ReboundClient, ending.finish_within_usec),
  [PROP_DRAIN_LIMIT] = G_STRUCT_OFFSET (ReboundClient, ending.drain_limit_bytes),
  [PROP_GOODBYE] = G_STRUCT_OFFSET (ReboundClient, ending.goodbye),
  [PROP_CONNECTION_POLICY] = G_STRUCT_OFFSET (ReboundClient, connection_policy),
  [PROP_TELL_CONNECTIONS] = G_STRUCT_OFFSET (ReboundClient, tells_connections),
  [PROP_FIGURES_OF] = G_STRUCT_OFFSET (ReboundClient, figures_of),
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
      if (id >= PROP_LEDGER)
        rebound_ledger_get_reading (self->ledger, self->figures_of, id - PROP_LEDGER, value);
      else
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
  rebound_ledger_free (self->ledger);
  g_free (self->ending.goodbye);
  g_free (self->figures_of);
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
                                     REBOUND_CLIENT_DURATION_MAXIMUM_USEC, RETRY_DEFAULT_USEC,
                                     flags);
  properties[PROP_CONNECT_TIMEOUT]
      = rebound_param_spec_duration ("connect-timeout", NULL,
                                     "how long it waits for a connection to come about", 1,
                                     REBOUND_CLIENT_DURATION_MAXIMUM_USEC,
                                     CONNECT_TIMEOUT_DEFAULT_USEC, flags);
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

static void
install_ending_settings (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  properties[PROP_WAY_OUT] = g_param_spec_enum (
      "way-out", NULL,
      "how it ends a connection: when it closes first, at hang-up, and when the other end has "
      "ended; the actions of these names say what each costs",
      REBOUND_TYPE_WAY_OUT, REBOUND_WAY_OUT_CLOSE, flags);
  properties[PROP_FINISH_WITHIN] = rebound_param_spec_duration (
      "finish-within", NULL,
      "how long it may take to finish a connection; never longer than what is left of the stay in "
      "the background",
      1, REBOUND_CLIENT_DURATION_MAXIMUM_USEC, REBOUND_CONNECTION_FINISH_USEC, flags);
  properties[PROP_DRAIN_LIMIT] = rebound_param_spec_size (
      "drain-limit", NULL, "how much the other end may still say while its connection is finished",
      0, REBOUND_CLIENT_SIZE_MAXIMUM_BYTES, REBOUND_CONNECTION_DRAIN_BYTES, flags);
  properties[PROP_GOODBYE] = g_param_spec_string (
      "goodbye", NULL,
      "what it says last when it finishes a connection or shuts it down, and answers where the "
      "other end has said it last: then that one knows that everything was read; nothing if empty",
      "", flags);
  properties[PROP_CONNECTION_POLICY] = g_param_spec_enum (
      "connection-policy", NULL,
      "of a client in an application: what becomes of its connections at did-enter-background. "
      "finish holds a background task while they end in good order, and aborts those that have not "
      "ended in time. Unless they are kept it connects again at will-enter-foreground, not before",
      REBOUND_TYPE_CONNECTION_POLICY, REBOUND_CONNECTION_POLICY_KEEP, flags);
  rebound_param_spec_set_holding (properties[PROP_CONNECTION_POLICY],
                                  REBOUND_CONNECTION_POLICY_FINISH);
  properties[PROP_TELL_CONNECTIONS] = g_param_spec_boolean (
      "tell-connections", NULL,
      "whether each connection is told of when it comes about, is answered and ends; of a great "
      "many the counts say enough. What goes wrong is told all the same",
      TRUE, flags);
  properties[PROP_FIGURES_OF] = rebound_ledger_spec_of (flags);
}

static void
install_readings (void)
{
  properties[PROP_CONNECTED_COUNT]
      = rebound_field_count_spec ("connected-count", "how many connections have come about");
  properties[PROP_REFUSED_COUNT]
      = rebound_field_count_spec ("refused-count", "how many were refused");
  properties[PROP_ANSWERED_COUNT]
      = rebound_field_count_spec ("answered-count", "how many were answered, and as expected");
  properties[PROP_CLOSED_COUNT]
      = rebound_field_count_spec ("closed-count", "how many have ended, and not by an error");
  properties[PROP_OPEN_COUNT] = rebound_field_count_spec ("open-count", "how many are open now");
  properties[PROP_LAST_ERROR] = g_param_spec_string (
      "last-error", NULL,
      "the errno of the last failure since the last connection, by name, or none", "none",
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_LAST_ANSWER] = g_param_spec_string ("last-answer", NULL, "the last answer", "",
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  rebound_ledger_install_readings (&properties[PROP_LEDGER]);
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
  install_ending_settings ();
  install_readings ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  rebound_client_install_signals (klass);
  rebound_client_install_actions (klass);
}

static void
rebound_client_init (ReboundClient *self)
{
  self->free_numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  self->last_answer = g_strdup ("");
  self->ledger = rebound_ledger_new ();
  self->finishing.actor = REBOUND_ACTOR (self);
  self->finishing.funcs = &rebound_client_finishing_funcs;
}

static void
rebound_client_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = rebound_client_come_to_life;
  iface->told = rebound_client_told;
  iface->abandon = rebound_client_abandon;
  iface->dup_waiting_for = rebound_client_dup_waiting_for;
}

void
rebound_client_set_last_error (ReboundClient *self, int error_number)
{
  self->last_error = error_number;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_ERROR]);
}
