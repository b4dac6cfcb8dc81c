/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run tells of its kernel only where somebody asks: the table of sockets, and the segments
 * on the wire. Nobody's log becomes longer by either. */

#include "rebound-linux-kernel-class-private.h"

#include "rebound-errno.h"
#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "rebound-socket-rows-private.h"
#include "rebound-field-private.h"

enum
{
  SOCKETS,
  SOCKET,
  PACKET,
  PACKETS_LOST,
  EXPLANATION,
  RESTS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* The table that netstat prints. Its rows are what a script prints, and the kernel's side. */
static void
install_row_signals (ReboundLinuxKernelClass *klass)
{
  const ReboundEventGroup group = REBOUND_EVENT_GROUP_SCRIPT | REBOUND_EVENT_GROUP_SOCKETS;

  signals[SOCKETS] = rebound_class_install_signal (
      klass, "sockets", group,
      "Proto Recv-Q Send-Q Local Address          Foreign Address        State       Owner",
      "print sockets, --show=sockets: the table's head; a row for each of the run's sockets "
      "follows, in the order in which they came",
      rebound_field_count_spec ("count", "how many rows follow"), NULL);
  signals[SOCKET] = rebound_class_install_signal (
      klass, "socket", group,
      "{proto:5} {recv-q:6} {send-q:6} {local:22} {foreign:22} {state:11} {owner}",
      "print sockets, --show=sockets: a row of the table, as netstat has it",
      rebound_field_string_spec ("proto", "tcp, or tcp6"),
      rebound_field_count_spec (
          "recv-q", "bytes that have come and were not read, a FIN counted as one; of a "
                    "listener: connections that wait to be accepted"),
      rebound_field_count_spec (
          "send-q", "bytes that the other end has not acknowledged, a FIN counted as one; "
                    "of a listener: how many connections may wait"),
      rebound_field_string_spec (
          "local", "its own end: ADDRESS:PORT, or the connection's name in place of a "
                   "port that nobody chose"),
      rebound_field_string_spec ("foreign", "the other end, in the same way"),
      rebound_field_string_spec ("state", "the TCP state"),
      rebound_field_string_spec (
          "owner", "the actor that has it open; “backlog of” a listener for what was not "
                   "accepted yet; - where nobody has it open any more"),
      NULL);
}

static GParamSpec *
time_spec (const char *name, const char *blurb)
{
  return rebound_param_spec_duration (name, NULL, blurb, 0, G_MAXINT64, 0,
                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
install_explanation_signal (ReboundLinuxKernelClass *klass)
{
  signals[EXPLANATION] = rebound_class_install_signal (
      klass, "explanation", REBOUND_EVENT_GROUP_EXPLANATIONS, "{text}",
      "at the end of a run: why something was lost, refused or reset in it, once for each cause",
      rebound_field_string_spec (
          "cause", "the cause, by a name that stays the same: docs/output.md has the list"),
      rebound_field_string_spec ("text",
                                 "what happened, and what was done before, in a sentence or two"),
      rebound_field_optional_spec (
          "rule", "the rule by which it follows, of an RFC or in the kernel's source; "
                  "none where there is none to name"),
      rebound_field_count_spec ("count", "how often it happened"),
      time_spec ("first", "when for the first time, by the run's clock"),
      time_spec ("last", "when for the last time"), NULL);
}

static void
install_rest_signal (ReboundLinuxKernelClass *klass)
{
  signals[RESTS] = rebound_class_install_signal (
      klass, "rests", REBOUND_EVENT_GROUP_ACTORS,
      "has no memory for {connection}: {call}: {error}; again in {again-in}",
      "the kernel has no memory for a connection, which tries again later",
      rebound_field_string_spec ("connection", "the connection"),
      rebound_field_string_spec ("call", "the call that failed"),
      rebound_field_string_spec ("error", "the failing call's errno, by name"),
      time_spec ("again-in", "after how long it tries again"), NULL);
}

void
rebound_linux_kernel_tell_rest (ReboundSite *site,
                                const char *connection,
                                const char *call,
                                int error_number,
                                gint64 again_in_usec)
{
  ReboundKernel *kernel = rebound_site_get_kernel (site);

  if (REBOUND_IS_LINUX_KERNEL (kernel))
    g_signal_emit (kernel, signals[RESTS], 0, connection, call, rebound_errno_name (error_number),
                   again_in_usec);
}

void
rebound_linux_kernel_install_reports (ReboundLinuxKernelClass *klass)
{
  install_rest_signal (klass);
  install_row_signals (klass);
  install_explanation_signal (klass);
  signals[PACKET] = rebound_class_install_signal (
      klass, "packet", REBOUND_EVENT_GROUP_PACKETS,
      "{from:15} > {to:15}  {flags:3} seq {seq}[, ack {ack}], length {length}",
      "a TCP segment was sent; only where packets are captured, as --show=packets does",
      rebound_field_string_spec (
          "from", "who sent it: ADDRESS:PORT, or the connection's name in place of a "
                  "port that nobody chose"),
      rebound_field_string_spec ("to", "whom it was sent to, in the same way"),
      rebound_field_string_spec ("flags",
                                 "S for SYN, F for FIN, P for PSH, R for RST, and a point for ACK"),
      rebound_field_count_spec ("seq", "its sequence number, counted from the SYN of who sent it"),
      rebound_field_count_spec ("ack", "what it acknowledges, counted from the other's SYN"),
      rebound_field_count_spec ("length", "the bytes of data in it"), NULL);
  signals[PACKETS_LOST]
      = rebound_class_install_signal (klass, "packets-lost", REBOUND_EVENT_GROUP_PACKETS, "{why}",
                                      "the capture is not whole; in virtual time the run ends here",
                                      rebound_field_string_spec ("why", "what was lost, and why"),
                                      NULL);
}

static void
tell_rows (ReboundLinuxKernel *self, GArray *rows)
{
  g_signal_emit (self, signals[SOCKETS], 0, rows->len);
  for (guint i = 0; i < rows->len; i++)
    {
      const ReboundSocketRow *row = &g_array_index (rows, ReboundSocketRow, i);

      g_signal_emit (self, signals[SOCKET], 0, row->proto, row->receive_queue, row->send_queue,
                     row->local, row->foreign, rebound_tcp_state_name (row->state), row->owner);
    }
}

/* Whether they are others than those told of last. */
static gboolean
take_note (ReboundLinuxKernel *self, GArray *rows)
{
  GString *text = g_string_new (NULL);
  gboolean is_new;

  for (guint i = 0; i < rows->len; i++)
    {
      const ReboundSocketRow *row = &g_array_index (rows, ReboundSocketRow, i);

      g_string_append_printf (text, "%s %u %u %s %s %u %s\n", row->proto, row->receive_queue,
                              row->send_queue, row->local, row->foreign, row->state, row->owner);
    }
  is_new = g_strcmp0 (self->told_rows != NULL ? self->told_rows : "", text->str) != 0;
  g_free (self->told_rows);
  self->told_rows = g_string_free (text, FALSE);
  return is_new;
}

void
rebound_linux_kernel_tell_sockets (ReboundKernel *kernel)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);
  g_autoptr (GArray) rows = NULL;

  if (self->table == NULL)
    return;
  rows = rebound_socket_rows_new (self->table, self->diag);
  take_note (self, rows);
  tell_rows (self, rows);
}

void
rebound_linux_kernel_tell_new_sockets (ReboundLinuxKernel *self)
{
  g_autoptr (GArray) rows = NULL;

  if (!self->watches)
    return;
  rows = rebound_socket_rows_new (self->table, self->diag);
  if (take_note (self, rows))
    tell_rows (self, rows);
}

void
rebound_linux_kernel_set_watches (ReboundLinuxKernel *self, gboolean watches)
{
  self->watches = watches;
}

void
rebound_linux_kernel_explain (ReboundKernel *kernel)
{
  ReboundLinuxKernel *self = REBOUND_LINUX_KERNEL (kernel);
  g_autoptr (GPtrArray) incidents = NULL;

  if (self->table == NULL) /* a handler has ended the run */
    return;
  incidents = rebound_explanation_list (self->explanation, self->table);
  for (guint i = 0; i < incidents->len; i++)
    {
      const ReboundIncident *incident = incidents->pdata[i];
      g_autofree char *text = rebound_incident_dup_text (incident);

      g_signal_emit (self, signals[EXPLANATION], 0, rebound_cause_get_name (incident->cause), text,
                     rebound_incident_get_rule (incident), incident->count, incident->first_usec,
                     incident->last_usec);
    }
}

static void
on_packet (const guint8 *packet, gsize captured_bytes, gsize wire_bytes, gpointer user_data)
{
  ReboundLinuxKernel *self = user_data;
  g_autofree char *flags = NULL;
  ReboundSegment segment;
  const char *from;
  const char *to;

  if (!rebound_segment_parse (packet, captured_bytes, wire_bytes, &segment))
    return;
  rebound_trace_relate (self->trace, &segment, &from, &to);
  flags = rebound_segment_dup_flags (&segment);
  if (self->packet_func != NULL)
    self->packet_func (packet, captured_bytes, wire_bytes, self->packet_data);
  g_signal_emit (self, signals[PACKET], 0, from, to, flags, segment.sequence,
                 segment.acknowledgement, segment.payload_bytes);
}

gboolean
rebound_linux_kernel_open_capture (ReboundLinuxKernel *self, GError **error)
{
  if (!self->captures)
    return TRUE;
  if (!self->is_isolated)
    {
      g_set_error_literal (error, REBOUND_ERROR, REBOUND_ERROR_ACTION,
                           "without isolation the packets on the network are everybody's, and a "
                           "run leaves them alone; expected to be played with isolation");
      return FALSE;
    }
  self->capture = rebound_capture_new (self->packet_func != NULL, error);
  if (self->capture == NULL)
    return FALSE;
  self->trace = rebound_trace_new (rebound_socket_table_get_names (self->table));
  return TRUE;
}

void
rebound_linux_kernel_close_capture (ReboundLinuxKernel *self)
{
  g_clear_pointer (&self->trace, rebound_trace_free);
  g_clear_pointer (&self->capture, rebound_capture_free);
}

gboolean
rebound_linux_kernel_drain_capture (ReboundLinuxKernel *self, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (self->capture == NULL || rebound_capture_drain (self->capture, on_packet, self, &problem))
    return TRUE;
  g_signal_emit (self, signals[PACKETS_LOST], 0, problem->message);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

void
rebound_linux_kernel_set_captures (ReboundLinuxKernel *self, gboolean captures)
{
  self->captures = captures;
}

void
rebound_linux_kernel_set_packet_func (ReboundLinuxKernel *self,
                                      ReboundPacketFunc func,
                                      gpointer user_data)
{
  self->packet_func = func;
  self->packet_data = user_data;
}
