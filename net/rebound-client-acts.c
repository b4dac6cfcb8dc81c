/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done to a client's connections: by a script, on one of them or on all; and where the
 * client lives in an application, by its going to the background. There it does what a listener
 * does with its own connections (rebound-listener-background.c), and does not dial until it is
 * back: an application that is about to be suspended has no use for a new connection. */

#include "rebound-client-private.h"

#include <string.h>

#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"

#define OWN_END "the client closed first"

/* -- the background -- */

static void
find_leaving (ReboundClientSlot *slot, gconstpointer found)
{
  if (rebound_connection_is_leaving (rebound_call_get_connection (slot->call)))
    *(gboolean *) found = TRUE;
}

static gboolean
is_finishing (ReboundActor *actor)
{
  gboolean found = FALSE;

  rebound_client_visit (REBOUND_CLIENT (actor), "", find_leaving, &found);
  return found;
}

static void
give_up_slot (ReboundClientSlot *slot, gconstpointer why)
{
  ReboundConnection *connection = rebound_call_get_connection (slot->call);

  if (rebound_connection_is_leaving (connection))
    rebound_connection_give_up (connection, why);
}

static void
give_up (ReboundActor *actor, const char *why)
{
  rebound_client_visit (REBOUND_CLIENT (actor), "", give_up_slot, why);
}

const ReboundFinishingFuncs rebound_client_finishing_funcs = {
  .is_finishing = is_finishing,
  .give_up = give_up,
};

typedef struct
{
  ReboundWayOut way;
  gint64 deadline_usec;
  gint64 drain_bytes;
  const char *how; /* of a plain close */
} Leave;

static void
leave (ReboundClientSlot *slot, gconstpointer data)
{
  const Leave *how = data;

  rebound_call_leave (slot->call, how->way, how->deadline_usec, how->drain_bytes, how->how);
}

/* As connection-policy says. */
static void
dismiss (ReboundClient *self)
{
  const ReboundWayOut ways[] = {
    [REBOUND_CONNECTION_POLICY_CLOSE] = REBOUND_WAY_OUT_CLOSE,
    [REBOUND_CONNECTION_POLICY_FINISH] = REBOUND_WAY_OUT_FINISH,
    [REBOUND_CONNECTION_POLICY_ABORT] = REBOUND_WAY_OUT_ABORT,
  };
  Leave how_all = { ways[self->connection_policy], self->ending.finish_within_usec,
                    self->ending.drain_limit_bytes, OWN_END ", at did-enter-background" };

  self->is_away = TRUE;
  for (guint i = 0; i < self->slots->len; i++)
    rebound_client_stop_dialling (self->slots->pdata[i]);
  rebound_client_visit (self, "", leave, &how_all);
}

static void
enter_background (ReboundClient *self)
{
  if (self->connection_policy != REBOUND_CONNECTION_POLICY_KEEP)
    dismiss (self);
  if (self->site != NULL)
    rebound_finishing_enter_background (&self->finishing, self->site);
}

static void
come_back (ReboundClient *self)
{
  rebound_finishing_end_task (&self->finishing);
  if (!self->is_away)
    return;
  self->is_away = FALSE;
  for (guint i = 0; i < self->slots->len; i++)
    {
      ReboundClientSlot *slot = self->slots->pdata[i];

      if (rebound_call_get_phase (slot->call) == REBOUND_CALL_IDLE)
        rebound_client_dial (slot);
    }
}

void
rebound_client_told (ReboundActor *actor, ReboundCallback callback)
{
  g_autoptr (ReboundClient) self = g_object_ref (REBOUND_CLIENT (actor));

  if (self->site == NULL)
    return;
  switch (callback)
    {
    case REBOUND_CALLBACK_DID_ENTER_BACKGROUND:
      enter_background (self);
      break;
    case REBOUND_CALLBACK_WILL_ENTER_FOREGROUND:
      come_back (self);
      break;
    case REBOUND_CALLBACK_WILL_TERMINATE:
      give_up (actor, "the application is about to end");
      break;
    default: /* it has nothing to do with launching, memory or files */
      break;
    }
}

/* -- what a script does -- */

static GError *
act (ReboundClient *self, const char *connection, const Leave *how)
{
  GError *error = rebound_ledger_check (self->ledger, connection);

  if (error == NULL)
    rebound_client_visit (self, connection, leave, how);
  return error;
}

static void
hang_up (ReboundClientSlot *slot, gconstpointer data)
{
  rebound_call_hang_up (slot->call);
}

static GError *
action_hang_up (ReboundClient *self, gpointer data)
{
  rebound_client_visit (self, "", hang_up, NULL);
  return NULL;
}

/* shutdown-send, close, abort. */
static GError *
action_leave (ReboundClient *self, const char *connection, gpointer way)
{
  const Leave how = { GPOINTER_TO_INT (way), 0, 0, OWN_END };

  return act (self, connection, &how);
}

static GError *
action_finish (ReboundClient *self,
               gint64 within_usec,
               gint64 drain_bytes,
               const char *connection,
               gpointer data)
{
  const Leave how
      = { REBOUND_WAY_OUT_FINISH, within_usec > 0 ? within_usec : self->ending.finish_within_usec,
          drain_bytes > 0 ? drain_bytes : self->ending.drain_limit_bytes, OWN_END };

  return act (self, connection, &how);
}

typedef struct
{
  GBytes *bytes;
  guint *n_taken;
} Words;

static void
say (ReboundClientSlot *slot, gconstpointer data)
{
  const Words *words = data;
  gsize length_bytes;
  gconstpointer bytes = g_bytes_get_data (words->bytes, &length_bytes);

  if (rebound_call_say (slot->call, bytes, length_bytes))
    *words->n_taken += 1;
}

static GBytes *
make_bytes (const char *text, gint64 size_bytes)
{
  char *filler;

  if (*text != '\0')
    return g_bytes_new (text, strlen (text));
  filler = g_malloc ((gsize) size_bytes);
  memset (filler, 'x', (gsize) size_bytes);
  return g_bytes_new_take (filler, (gsize) size_bytes);
}

static GError *
action_send (ReboundClient *self,
             const char *text,
             gint64 size_bytes,
             const char *connection,
             gpointer data)
{
  g_autoptr (GBytes) bytes = NULL;
  guint n_taken = 0;
  Words words = { NULL, &n_taken };
  GError *error = rebound_ledger_check (self->ledger, connection);

  if (error != NULL)
    return error;
  if ((*text != '\0') == (size_bytes > 0))
    return g_error_new_literal (REBOUND_ERROR, REBOUND_ERROR_ACTION,
                                "text= and bytes= both say what is sent; expected one of them");
  bytes = make_bytes (text, size_bytes);
  words.bytes = bytes;
  rebound_client_visit (self, connection, say, &words);
  if (n_taken == 0)
    return g_error_new_literal (REBOUND_ERROR, REBOUND_ERROR_STATE,
                                "there is no connection to send over; expected one that is open "
                                "and not on its way out");
  return NULL;
}

static GParamSpec *
connection_spec (void)
{
  return g_param_spec_string ("connection", NULL, "which connection (phone#2); all if empty", "",
                              G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
}

static void
install_finish (gpointer klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  rebound_class_install_action (
      klass, "finish", G_CALLBACK (action_finish), NULL,
      "the proper close. On the wire: what is queued here, a FIN, and nothing more until the other "
      "end's FIN; what it still says is read and thrown away. Nothing is lost; past the deadline, "
      "or with more than drain read, it is aborted, and what is not acknowledged then is lost",
      rebound_param_spec_duration ("within", NULL, "how long it may take; 0s: as finish-within", 0,
                                   REBOUND_CLIENT_DURATION_MAXIMUM_USEC, 0, flags),
      rebound_param_spec_size ("drain", NULL,
                               "how much the other end may still say; 0B: as drain-limit", 0,
                               REBOUND_CLIENT_SIZE_MAXIMUM_BYTES, 0, flags),
      connection_spec (), NULL);
}

static void
install_ways_out (gpointer klass)
{
  install_finish (klass);
  rebound_class_install_action (
      klass, "shutdown-send", G_CALLBACK (action_leave),
      GINT_TO_POINTER (REBOUND_WAY_OUT_SHUTDOWN_SEND),
      "end our half. On the wire: what is queued here, and a FIN when TCP has taken it; reading "
      "goes on until the other end's FIN, however long that takes. Nothing is lost unless it "
      "resets the connection",
      connection_spec (), NULL);
  rebound_class_install_action (
      klass, "close", G_CALLBACK (action_leave), GINT_TO_POINTER (REBOUND_WAY_OUT_CLOSE),
      "close at once. What is queued here is lost. On the wire: a FIN behind what TCP has taken; "
      "an RST where input is unread, and then what is not acknowledged is lost too, and the other "
      "end may lose what it has not read. TIME_WAIT is ours if our FIN was the first",
      connection_spec (), NULL);
  rebound_class_install_action (
      klass, "abort", G_CALLBACK (action_leave), GINT_TO_POINTER (REBOUND_WAY_OUT_ABORT),
      "close at once with linger 0. On the wire: an RST. What is queued here and what is not "
      "acknowledged is lost, and the other end may lose what it has not read; there is no "
      "TIME_WAIT on either side",
      connection_spec (), NULL);
}

void
rebound_client_install_actions (gpointer klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  rebound_class_install_action (klass, "hang-up", G_CALLBACK (action_hang_up), NULL,
                                "end every connection that is open, by its way-out; it connects "
                                "again after retry-every, unless it has had enough",
                                NULL);
  rebound_class_install_action (
      klass, "send", G_CALLBACK (action_send), NULL,
      "say something more over every connection that is open, or over the one that is named; what "
      "TCP does not take at once is queued. What comes after it is its answer",
      g_param_spec_string ("text", NULL, "what is said", "", flags),
      rebound_param_spec_size ("bytes", NULL, "how much is said instead of a text", 0,
                               REBOUND_CLIENT_SIZE_MAXIMUM_BYTES, 0, flags),
      connection_spec (), NULL);
  install_ways_out (klass);
}
