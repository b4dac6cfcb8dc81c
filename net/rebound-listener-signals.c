/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a listener tells of, each with the words that describe and the log show. */

#include "rebound-listener-private.h"

#include "lifecycle/rebound-event.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "rebound-errno.h"
#include "rebound-field-private.h"

enum
{
  LISTENING,
  LISTENING_ELSEWHERE,
  BIND_FAILED,
  LISTEN_FAILED,
  ERROR_IGNORED,
  ACCEPTED,
  CONNECTION_CLOSED,
  PEER_FINISHED,
  HALF_CLOSED,
  EXHAUSTED,
  DISARMED,
  DIED,
  SERVING_ON,
  FOUND_ALIVE,
  FOUND_DEAD,
  CHECK_FAILED,
  DESCRIPTOR_REPLACED,
  SOURCE_DESTROYED,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Where one handler is connected GObject puts a call together by libffi, argument by argument,
 * which took a third of all that an accepted connection cost outside of the kernel. The texts live
 * until the emission is over. */
static void
marshal_connection_closed (GClosure *closure,
                           GValue *result,
                           gpointer instance,
                           va_list arguments,
                           gpointer marshal_data,
                           int n_params,
                           GType *param_types)
{
  typedef void (*Handler) (gpointer first, const char *connection, const char *how, gint64 given,
                           gint64 received, gint64 lost, gpointer last);
  Handler handler
      = (Handler) (marshal_data != NULL ? marshal_data : ((GCClosure *) closure)->callback);
  gboolean is_swapped = G_CCLOSURE_SWAP_DATA (closure);
  va_list copy;

  va_copy (copy, arguments);
  const char *connection = va_arg (copy, const char *);
  const char *how = va_arg (copy, const char *);
  gint64 given = va_arg (copy, gint64);
  gint64 received = va_arg (copy, gint64);
  gint64 lost = va_arg (copy, gint64);
  va_end (copy);
  handler (is_swapped ? closure->data : instance, connection, how, given, received, lost,
           is_swapped ? instance : closure->data);
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
  return rebound_field_string_spec ("error", "the failing call's errno, by name");
}

static GParamSpec *
bytes_spec (const char *name, const char *blurb)
{
  return rebound_param_spec_size (name, NULL, blurb, 0, G_MAXINT64, 0,
                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static GParamSpec *
connection_spec (void)
{
  return rebound_field_string_spec ("connection", "the connection");
}

static void
install_opening_signals (gpointer klass)
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
      rebound_field_optional_spec ("why", "whose the port is, and which option is missing"), NULL);
  signals[LISTEN_FAILED]
      = rebound_class_install_signal (klass, "listen-failed", group,
                                      "cannot listen (generation {generation}): {error}",
                                      "socket(), setsockopt(), listen() or dup2() failed",
                                      generation_spec (), error_spec (), NULL);
  signals[ERROR_IGNORED] = rebound_class_install_signal (
      klass, "error-ignored", group,
      "nobody looks at the error: the socket is “valid”, and no client can connect",
      "on-error=ignore: the application goes on as if it listened", generation_spec (), NULL);
}

static void
install_closing_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;

  signals[SOURCE_DESTROYED]
      = rebound_class_install_signal (klass, "source-destroyed", REBOUND_EVENT_GROUP_SOCKETS,
                                      "accept source destroyed (generation {generation})",
                                      "the GSource is gone; when it closes, the descriptor is next",
                                      generation_spec (), NULL);
  signals[CLOSED]
      = rebound_class_install_signal (klass, "closed", group,
                                      "closed (generation {generation}), at {reason}",
                                      "the descriptor is closed", generation_spec (),
                                      rebound_field_string_spec ("reason", "what made it close"),
                                      NULL);
  signals[SERVING_ON] = rebound_class_install_signal (
      klass, "serving-on", group, "serves on in the background: connections open: {open}",
      "background-policy=serve-then-close: it holds a background task until the last one has gone",
      g_param_spec_uint ("open", NULL, "how many connections are being served", 0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS),
      NULL);
}

static void
install_ending_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;

  signals[HALF_CLOSED] = rebound_class_install_signal (
      klass, "half-closed", group, "{connection}: our half is closed; the other end may go on",
      "everything was handed to TCP, and the FIN behind it; the client has not ended yet",
      connection_spec (), NULL);
  signals[PEER_FINISHED] = rebound_class_install_signal (
      klass, "peer-finished", group, "{connection}: the other end has said all; we go on",
      "recv() has returned 0, and our own half is not over yet, for something is still queued; "
      "where "
      "nothing is the connection ends at once, and only that is told",
      connection_spec (), NULL);
}

static void
install_accept_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;

  signals[ACCEPTED]
      = rebound_class_install_signal (klass, "accepted", group, "accepted {connection}",
                                      "a connection was taken from the backlog", connection_spec (),
                                      generation_spec (), NULL);
  signals[CONNECTION_CLOSED] = rebound_class_install_signal (
      klass, "connection-closed", group, "{connection} ended: {how}",
      "an accepted connection is closed", connection_spec (),
      rebound_field_string_spec ("how", "who closed first, or what ended it"),
      bytes_spec ("given", "what was given to be sent"), bytes_spec ("received", "what was read"),
      bytes_spec ("lost", "what of the given will not come to the "
                          "client, as far as this side can know"),
      NULL);
  g_signal_set_va_marshaller (signals[CONNECTION_CLOSED], G_TYPE_FROM_CLASS (klass),
                              marshal_connection_closed);
  signals[EXHAUSTED] = rebound_class_install_signal (
      klass, "exhausted", group, "cannot accept: {error}; rests for 50ms",
      "no descriptors or memory are left, or an error stays; one client is turned away if possible",
      error_spec (), NULL);
  signals[DISARMED] = rebound_class_install_signal (
      klass, "disarmed", group,
      "cannot accept: {error}; the source is disarmed for good, and the socket is “valid”",
      "on-accept-error=disarm: nobody will be accepted any more, and nobody is told", error_spec (),
      NULL);
  signals[DIED]
      = rebound_class_install_signal (klass, "died", group,
                                      "cannot accept: {error}; the socket does not listen any more",
                                      "the listening socket is none any more", error_spec (), NULL);
}

static void
install_liveness_signals (gpointer klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_ACTORS;

  signals[FOUND_ALIVE]
      = rebound_class_install_signal (klass, "found-alive", REBOUND_EVENT_GROUP_SOCKETS,
                                      "still listens (generation {generation}): {how}",
                                      "the check on return found the socket that was kept alive",
                                      generation_spec (),
                                      rebound_field_string_spec ("how", "how it was found"), NULL);
  signals[FOUND_DEAD] = rebound_class_install_signal (
      klass, "found-dead", group,
      "does not listen any more (generation {generation}): {how}[: {error}]",
      "the check on return found that the socket was taken away; it is replaced",
      generation_spec (), rebound_field_string_spec ("how", "how it was found"),
      rebound_field_optional_spec (
          "error", "the errno that it was found by, by name; none where there was none"),
      NULL);
  signals[CHECK_FAILED] = rebound_class_install_signal (
      klass, "check-failed", group,
      "cannot tell whether it still listens (generation {generation}): {error}",
      "the check on return could not be made; the socket stays as it is", generation_spec (),
      error_spec (), NULL);
  signals[DESCRIPTOR_REPLACED] = rebound_class_install_signal (
      klass, "descriptor-replaced", group,
      "the new socket took over the old descriptor's number (generation {generation})",
      "reopen=dup2: whoever polls the number goes on", generation_spec (), NULL);
}

void
rebound_listener_install_signals (gpointer klass)
{
  install_opening_signals (klass);
  install_closing_signals (klass);
  install_accept_signals (klass);
  install_ending_signals (klass);
  install_liveness_signals (klass);
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
rebound_listener_emit_bind_failed (ReboundListener *self,
                                   guint generation,
                                   int error_number,
                                   const char *why)
{
  g_signal_emit (self, signals[BIND_FAILED], 0, generation, self->port,
                 rebound_errno_name (error_number), why);
}

void
rebound_listener_emit_listen_failed (ReboundListener *self, guint generation, int error_number)
{
  g_signal_emit (self, signals[LISTEN_FAILED], 0, generation, rebound_errno_name (error_number));
}

void
rebound_listener_emit_error_ignored (ReboundListener *self)
{
  g_signal_emit (self, signals[ERROR_IGNORED], 0, self->generation);
}

void
rebound_listener_emit_accepted (ReboundListener *self, const char *connection)
{
  if (self->tells_connections)
    g_signal_emit (self, signals[ACCEPTED], 0, connection, self->generation);
}

void
rebound_listener_emit_connection_closed (ReboundListener *self,
                                         ReboundAccepted *accepted,
                                         const char *how)
{
  ReboundConnectionFigures figures;

  if (!self->tells_connections)
    return;
  rebound_connection_get_figures (rebound_accepted_get_connection (accepted), &figures);
  g_signal_emit (self, signals[CONNECTION_CLOSED], 0, rebound_accepted_get_name (accepted), how,
                 (gint64) figures.given_bytes, (gint64) figures.received_bytes,
                 (gint64) figures.lost_bytes);
}

void
rebound_listener_emit_peer_finished (ReboundListener *self, const char *connection)
{
  if (self->tells_connections)
    g_signal_emit (self, signals[PEER_FINISHED], 0, connection);
}

void
rebound_listener_emit_half_closed (ReboundListener *self, const char *connection)
{
  if (self->tells_connections)
    g_signal_emit (self, signals[HALF_CLOSED], 0, connection);
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
rebound_listener_emit_disarmed (ReboundListener *self, int error_number)
{
  g_signal_emit (self, signals[DISARMED], 0, rebound_errno_name (error_number));
}

void
rebound_listener_emit_serving_on (ReboundListener *self, guint n_open)
{
  g_signal_emit (self, signals[SERVING_ON], 0, n_open);
}

void
rebound_listener_emit_found_alive (ReboundListener *self, const char *how)
{
  g_signal_emit (self, signals[FOUND_ALIVE], 0, self->generation, how);
}

void
rebound_listener_emit_found_dead (ReboundListener *self, const char *how, int error_number)
{
  g_signal_emit (self, signals[FOUND_DEAD], 0, self->generation, how,
                 error_number != 0 ? rebound_errno_name (error_number) : NULL);
}

void
rebound_listener_emit_check_failed (ReboundListener *self, int error_number)
{
  g_signal_emit (self, signals[CHECK_FAILED], 0, self->generation,
                 rebound_errno_name (error_number));
}

void
rebound_listener_emit_descriptor_replaced (ReboundListener *self)
{
  g_signal_emit (self, signals[DESCRIPTOR_REPLACED], 0, self->generation);
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
