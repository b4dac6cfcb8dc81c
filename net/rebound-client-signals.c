/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client tells of, each with the words that describe and the log show. */

#include "rebound-client-private.h"

#include "lifecycle/rebound-event.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "rebound-bytes-private.h"
#include "rebound-errno.h"
#include "rebound-field-private.h"

/* Of an answer in the log: a few lines of a terminal. */
#define TOLD_CHARACTERS 200

enum
{
  CONNECTED,
  REFUSED,
  FAILED,
  BACKLOG_FULL,
  ANSWERED,
  WRONG_ANSWER,
  CLOSED,
  HALF_CLOSED,
  PEER_FINISHED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GParamSpec *
bytes_spec (const char *name, const char *blurb)
{
  return rebound_param_spec_size (name, NULL, blurb, 0, G_MAXINT64, 0,
                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

#define GIVEN    bytes_spec ("given", "what was given to be sent")
#define RECEIVED bytes_spec ("received", "what was read")
#define LOST                                                                                       \
  bytes_spec ("lost", "what of the given will not come to the other end, as far as this side can " \
                      "know")

static void
install_dialling_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;
  const char *const connection = "connection";

  signals[CONNECTED]
      = rebound_class_install_signal (klass, "connected", group, "connected as {connection}",
                                      "a connection came about",
                                      rebound_field_string_spec (connection, "the connection"),
                                      NULL);
  signals[REFUSED]
      = rebound_class_install_signal (klass, "refused", group,
                                      "refused: {error} (nobody listens there)",
                                      "nobody listens at that address",
                                      rebound_field_string_spec ("error", "ECONNREFUSED"), NULL);
  signals[FAILED] = rebound_class_install_signal (
      klass, "failed", group, "{connection} failed: {error}",
      "a connection did not come about, or broke; ECONNRESET is the other end's RST",
      rebound_field_string_spec (connection, "the connection"),
      rebound_field_string_spec ("error", "the errno, by name"), GIVEN, RECEIVED, LOST, NULL);
  signals[BACKLOG_FULL] = rebound_class_install_signal (
      klass, "backlog-full", group,
      "{connection}: the backlog is full and the kernel dropped the SYN; the kernel's own clock "
      "decides: it is "
      "sent again in {again}",
      "more clients than the backlog holds",
      rebound_field_string_spec (connection, "the connection"),
      rebound_param_spec_duration ("again", NULL, "until the retransmission", 0, G_MAXINT64, 0,
                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS),
      NULL);
}

static void
install_talking_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;
  const char *const connection = "connection";

  signals[ANSWERED]
      = rebound_class_install_signal (klass, "answered", group,
                                      "{connection} was answered: {answer}",
                                      "an answer came, and it was as expected",
                                      rebound_field_string_spec (connection, "the connection"),
                                      rebound_field_string_spec ("answer", "what came"), NULL);
  signals[WRONG_ANSWER] = rebound_class_install_signal (
      klass, "wrong-answer", group, "{connection} was answered: {answer}; expected {expected}",
      "an answer came that was not expected",
      rebound_field_string_spec (connection, "the connection"),
      rebound_field_string_spec ("answer", "what came"),
      rebound_field_string_spec ("expected", "what should have come"), NULL);
  signals[CLOSED] = rebound_class_install_signal (
      klass, "closed", group, "{connection} ended: {how}",
      "a connection ended, and not by an error: by whoever closed first, or by its way out",
      rebound_field_string_spec (connection, "the connection"),
      rebound_field_string_spec ("how", "who closed first, or what the way out came to"), GIVEN,
      RECEIVED, LOST, NULL);
  signals[HALF_CLOSED] = rebound_class_install_signal (
      klass, "half-closed", group, "{connection}: our half is closed; the other end may go on",
      "everything was handed to TCP, and the FIN behind it; the other end has not ended yet",
      rebound_field_string_spec (connection, "the connection"), NULL);
  signals[PEER_FINISHED] = rebound_class_install_signal (
      klass, "peer-finished", group, "{connection}: the other end has said all; we go on",
      "recv() has returned 0, and our own half is not over yet, for something is still queued; "
      "where "
      "nothing is the connection ends at once, and only that is told",
      rebound_field_string_spec (connection, "the connection"), NULL);
}

void
rebound_client_install_signals (gpointer klass)
{
  install_dialling_signals (klass);
  install_talking_signals (klass);
}

void
rebound_client_emit_connected (ReboundClient *self, const char *connection)
{
  if (self->tells_connections)
    g_signal_emit (self, signals[CONNECTED], 0, connection);
}

void
rebound_client_emit_refused (ReboundClient *self)
{
  g_signal_emit (self, signals[REFUSED], 0, rebound_errno_name (self->last_error));
}

/* Whether it is @how, or by @error_number. */
static void
emit_end (ReboundClient *self, guint signal, ReboundCall *call, const char *what)
{
  ReboundConnection *connection = rebound_call_get_connection (call);
  ReboundConnectionFigures figures = { 0 };

  if (connection != NULL)
    rebound_connection_get_figures (connection, &figures);
  g_signal_emit (self, signals[signal], 0, rebound_call_get_name (call), what,
                 (gint64) figures.given_bytes, (gint64) figures.received_bytes,
                 (gint64) figures.lost_bytes);
}

void
rebound_client_emit_failed (ReboundClient *self, ReboundCall *call, int error_number)
{
  emit_end (self, FAILED, call, rebound_errno_name (error_number));
}

void
rebound_client_emit_closed (ReboundClient *self, ReboundCall *call, const char *how)
{
  if (self->tells_connections)
    emit_end (self, CLOSED, call, how);
}

void
rebound_client_emit_backlog_full (ReboundClient *self, const char *connection, gint64 again_usec)
{
  g_signal_emit (self, signals[BACKLOG_FULL], 0, connection, again_usec);
}

/* Of a download the beginning says enough; how much of it comes at once is the kernel's affair. */
static char *
dup_beginning (const char *answer)
{
  const char *end = answer;

  for (guint i = 0; i < TOLD_CHARACTERS && *end != '\0'; i++)
    end = g_utf8_next_char (end);
  if (*end == '\0')
    return rebound_bytes_dup_line (answer);
  else
    {
      g_autofree char *beginning = g_strndup (answer, (gsize) (end - answer));
      g_autofree char *line = rebound_bytes_dup_line (beginning);

      return g_strconcat (line, "…", NULL);
    }
}

void
rebound_client_emit_answered (ReboundClient *self, const char *connection, const char *answer)
{
  g_autofree char *line = NULL;

  if (!self->tells_connections)
    return;
  line = dup_beginning (answer);
  g_signal_emit (self, signals[ANSWERED], 0, connection, line);
}

void
rebound_client_emit_wrong_answer (ReboundClient *self, const char *connection, const char *answer)
{
  g_autofree char *line = dup_beginning (answer);
  g_autofree char *expected = rebound_bytes_dup_line (self->expected_answer);

  g_signal_emit (self, signals[WRONG_ANSWER], 0, connection, line, expected);
}

void
rebound_client_emit_half_closed (ReboundClient *self, const char *connection)
{
  if (self->tells_connections)
    g_signal_emit (self, signals[HALF_CLOSED], 0, connection);
}

void
rebound_client_emit_peer_finished (ReboundClient *self, const char *connection)
{
  if (self->tells_connections)
    g_signal_emit (self, signals[PEER_FINISHED], 0, connection);
}
