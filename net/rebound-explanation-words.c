/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of each cause: what happened to whom, what the other end or the kernel had done
 * before, the rule by which it follows, and what to do instead. Two sentences, seldom three. The
 * names are those of the first time; how often it came is said beside them. */

#include "rebound-explanation-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "rebound-errno.h"
#include "rebound-socket-diag-private.h"

/* A page: what is less is in one piece. Of more the kernel decides how much had gone when it ended,
 * and it differs by some bytes from one run to the next. */
#define EXACT_MAXIMUM_BYTES 4096

/* Reasons, and names, that are told one by one. */
#define MANY 3

typedef void (*Writer) (GString *text, const ReboundIncident *incident);

/* -- parts of sentences -- */

static void
append_time (GString *text, gint64 usec)
{
  g_string_append_printf (text, "%" G_GINT64_FORMAT ".%03" G_GINT64_FORMAT, usec / G_USEC_PER_SEC,
                          usec % G_USEC_PER_SEC / 1000);
}

/* "at 0.200", "295 times, from 0.400 to 59.200". */
static void
append_times (GString *text, const ReboundIncident *incident)
{
  if (incident->count > 1)
    g_string_append_printf (text, "%u times, ", incident->count);
  g_string_append (text, incident->last_usec > incident->first_usec ? "from " : "at ");
  append_time (text, incident->first_usec);
  if (incident->last_usec == incident->first_usec)
    return;
  g_string_append (text, " to ");
  append_time (text, incident->last_usec);
}

/* "phone", "phone and post", "bob, cyd, dan and 4 others". */
static void
append_ends (GString *text, const ReboundIncident *incident)
{
  guint n_named = MIN (incident->ends->len, MANY);
  guint n_others = incident->ends->len - n_named;

  for (guint i = 0; i < n_named; i++)
    g_string_append_printf (text, "%s%s",
                            i == 0                              ? ""
                            : i == n_named - 1 && n_others == 0 ? " and "
                                                                : ", ",
                            (const char *) incident->ends->pdata[i]);
  if (n_others > 0)
    g_string_append_printf (text, " and %u other%s", n_others, n_others == 1 ? "" : "s");
}

/* "near#4", "near#4 and 99 more". */
static void
append_connections (GString *text, const ReboundIncident *incident)
{
  g_string_append (text, incident->connection);
  if (incident->count > 1)
    g_string_append_printf (text, " and %u more", incident->count - 1);
}

static void
append_bytes (GString *text, guint64 size_bytes)
{
  guint64 kib = 1;

  if (size_bytes < EXACT_MAXIMUM_BYTES)
    {
      g_string_append_printf (text, "%" G_GUINT64_FORMAT " byte%s", size_bytes,
                              size_bytes == 1 ? "" : "s");
      return;
    }
  while (kib * 2 * 1024 <= size_bytes)
    kib *= 2;
  g_string_append_printf (text, "%" G_GUINT64_FORMAT " KiB and more", kib);
}

/* " (line 14)", " (common.life:3)". */
static void
append_place (GString *text, const char *place)
{
  if (place == NULL)
    return;
  g_string_append_printf (text, strchr (place, ':') != NULL ? " (%s)" : " (line %s)", place);
}

/* "; near got ECONNRESET", where somebody was told. */
static void
append_error (GString *text, const ReboundIncident *incident, const char *otherwise)
{
  if (incident->error_number == 0 || incident->ends->len == 0)
    {
      g_string_append (text, otherwise);
      return;
    }
  g_string_append (text, "; ");
  append_ends (text, incident);
  g_string_append_printf (text, " got %s", rebound_errno_name (incident->error_number));
}

static const char *
other_of (const ReboundIncident *incident)
{
  return incident->ends->len > 0 ? incident->ends->pdata[0] : "the other end";
}

/* -- bind -- */

static void
write_who_remains (GString *text, const ReboundBindCause *bind, const char *end)
{
  g_autofree char *owner = NULL;

  if (g_strcmp0 (bind->end, end) != 0)
    owner = g_strdup (bind->end);
  else if (bind->is_earlier)
    owner = g_strdup ("the process before this one");
  else
    owner = g_strdup ("it");
  switch (bind->state)
    {
    case TCP_TIME_WAIT:
      g_string_append_printf (text, "%s had closed %s first", owner, bind->connection);
      append_place (text, bind->ended_at);
      g_string_append (text, ", and whoever closes first keeps TIME_WAIT (RFC 9293 3.6.1)");
      break;
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
      g_string_append_printf (text, "%s had closed %s first", owner, bind->connection);
      append_place (text, bind->ended_at);
      g_string_append (text, ", and the other end has not closed yet");
      break;
    case TCP_CLOSE_WAIT:
      g_string_append_printf (text, "the other end had closed %s, and %s had not", bind->connection,
                              owner);
      break;
    default:
      g_string_append_printf (text, "%s had %s in %s", owner, bind->connection,
                              rebound_tcp_state_name (bind->state));
    }
}

static const char *
missing_option (const ReboundBindCause *bind)
{
  if (!bind->theirs && !bind->ours)
    return "neither has it: set it on every generation, before the first bind()";
  if (!bind->theirs)
    return "what remains has not: set it on every generation, from the first on";
  return "the new socket has not: set it before bind()";
}

static void
write_address_in_use (GString *text, const ReboundIncident *incident)
{
  const ReboundBindCause *bind = &incident->bind;
  const char *end = other_of (incident);

  g_string_append_printf (text, "%s could not bind port %u (EADDRINUSE, ", end, incident->port);
  append_times (text, incident);
  g_string_append (text, "): ");
  if (bind->met == REBOUND_BIND_MET_SOMEBODY)
    g_string_append (text, "none of the run's own sockets has that port, so somebody else has");
  else if (bind->met == REBOUND_BIND_MET_OPEN)
    {
      if (g_strcmp0 (bind->end, end) == 0)
        g_string_append_printf (text, "the descriptor of its generation %u is still open",
                                bind->generation);
      else
        g_string_append_printf (text, "%s has it open%s", bind->end,
                                bind->is_suspended
                                    ? ", whose application is suspended and closes nothing"
                                    : "");
      g_string_append (text,
                       ". Against a socket that listens no option helps: close that one first");
    }
  else
    {
      write_who_remains (text, bind, end);
      g_string_append_printf (text,
                              ". Linux binds the port beside that only where both that and the "
                              "new socket have SO_REUSEADDR, and %s",
                              missing_option (bind));
    }
}

/* -- connecting -- */

static void
append_absence (GString *text, const ReboundAbsence *absence)
{
  switch (absence->kind)
    {
    case REBOUND_ABSENCE_CLOSED:
      g_string_append_printf (text, "%s had closed its socket%s%s", absence->end,
                              absence->why != NULL ? " at " : "",
                              absence->why != NULL ? absence->why : "");
      break;
    case REBOUND_ABSENCE_EXITED:
      g_string_append_printf (text, "the process of %s had ended", absence->end);
      break;
    case REBOUND_ABSENCE_TAKEN:
      g_string_append_printf (text, "the system had taken the socket of %s away (%s)", absence->end,
                              absence->why);
      break;
    case REBOUND_ABSENCE_BIND_FAILED:
      g_string_append_printf (text, "%s had not been able to bind it", absence->end);
      break;
    case REBOUND_ABSENCE_NOT_LISTENING:
      g_string_append_printf (text, "%s had the port, and did not listen there", absence->end);
      break;
    case REBOUND_ABSENCE_NEVER:
    default:
      g_string_append (text, "nobody had done so yet");
    }
}

static void
write_nobody_listens (GString *text, const ReboundIncident *incident)
{
  guint n = incident->absences->len;

  append_ends (text, incident);
  g_string_append (text, incident->ends->len == 1 ? " was refused " : " were refused ");
  append_times (text, incident);
  g_string_append_printf (text, ": nobody listened on port %u, for ", incident->port);
  for (guint i = 0; i < MIN (n, MANY); i++)
    {
      const ReboundAbsence *absence = &g_array_index (incident->absences, ReboundAbsence, i);

      g_string_append (text, i == 0 ? "" : ", or ");
      append_absence (text, absence);
      if (n > 1)
        g_string_append_printf (text, " (%u)", absence->count);
    }
  if (n > MANY)
    g_string_append_printf (text, ", and for %u reasons more", n - MANY);
  g_string_append (text, ". The kernel answers a SYN to such a port with RST");
}

static void
append_listener (GString *text, const ReboundIncident *incident)
{
  if (incident->by != NULL)
    g_string_append_printf (text, "%s%s", incident->by,
                            incident->is_suspended ? ", whose application was suspended," : "");
  else
    g_string_append_printf (text, "whoever listens on port %u", incident->port);
}

static void
write_backlog_full (GString *text, const ReboundIncident *incident)
{
  g_string_append (text, "the SYN of ");
  append_ends (text, incident);
  g_string_append (text, " was dropped ");
  append_times (text, incident);
  g_string_append (text, ": ");
  append_listener (text, incident);
  g_string_append (text,
                   " did not accept, and the backlog was full. The kernel says nothing to the "
                   "client, which sends the SYN again after 1 s, 2 s, 4 s …");
}

static void
write_not_accepted (GString *text, const ReboundIncident *incident)
{
  append_connections (text, incident);
  g_string_append (text, incident->is_over ? " waited " : " waits since ");
  if (incident->is_over)
    {
      g_string_append (text, incident->count > 1 ? "up to " : "");
      append_time (text, incident->longest_usec);
      g_string_append (text, " s");
    }
  else
    append_time (text, incident->first_usec);
  g_string_append (text, ", connected, to be accepted by ");
  g_string_append (text, incident->by);
  g_string_append (text, incident->is_suspended ? ", whose application is suspended" : "");
  g_string_append (text, ": the kernel completes the handshake into the backlog of a listening "
                         "socket, whether or not anybody accepts");
}

static void
write_reset_in_backlog (GString *text, const ReboundIncident *incident)
{
  append_connections (text, incident);
  g_string_append_printf (text, incident->count > 1 ? " were" : " was");
  g_string_append_printf (text, " connected, and not accepted yet, when ");
  if (incident->fate == REBOUND_END_TAKEN)
    g_string_append_printf (text, "the system took the listening socket of %s away (%s)",
                            incident->by, incident->style);
  else if (incident->fate == REBOUND_END_EXITED)
    g_string_append_printf (text, "the process of %s ended", incident->by);
  else
    g_string_append_printf (text, "%s closed its listening socket%s%s", incident->by,
                            incident->why != NULL ? " at " : "",
                            incident->why != NULL ? incident->why : "");
  g_string_append (text, ": the kernel resets who waits in the backlog then");
  append_error (text, incident, "");
}

static void
write_link_down (GString *text, const ReboundIncident *incident)
{
  append_ends (text, incident);
  g_string_append (text, " could not connect ");
  append_times (text, incident);
  g_string_append_printf (text, " (%s): the network's link was down, and no route left",
                          rebound_errno_name (incident->error_number));
}

static void
write_no_answer (GString *text, const ReboundIncident *incident)
{
  append_ends (text, incident);
  g_string_append_printf (text, " gave up connecting to port %u ", incident->port);
  append_times (text, incident);
  g_string_append (text, " (ETIMEDOUT): nothing had answered its SYN, neither SYN nor RST");
}

/* -- ending -- */

static void
append_own_loss (GString *text, const ReboundIncident *incident)
{
  if (incident->lost_bytes > 0)
    g_string_append_printf (text,
                            ", and %" G_GUINT64_FORMAT " of the %" G_GUINT64_FORMAT
                            " bytes that %s was given to send are lost",
                            incident->lost_bytes, incident->given_bytes, incident->by);
  else if (incident->unsent_bytes > 0)
    {
      g_string_append (text, ", which throws away what was still on its way (");
      append_bytes (text, incident->unsent_bytes);
      g_string_append_c (text, ')');
    }
}

static void
write_closed_unread (GString *text, const ReboundIncident *incident)
{
  gboolean has_exited = incident->fate == REBOUND_END_EXITED;

  g_string_append_printf (text, has_exited ? "the process of %s ended" : "%s closed ",
                          incident->by);
  if (!has_exited)
    append_connections (text, incident);
  append_place (text, incident->place);
  g_string_append (text, " with ");
  append_bytes (text, incident->unread_bytes);
  g_string_append_printf (text, " of %s's unread", other_of (incident));
  if (has_exited)
    {
      g_string_append (text, " on ");
      append_connections (text, incident);
    }
  g_string_append (text, has_exited
                             ? ": the kernel closes its descriptors, and sends RST instead of "
                               "FIN to show that data was lost"
                             : ": close() then sends RST instead of FIN, to show that data "
                               "was lost");
  append_own_loss (text, incident);
  append_error (text, incident, "");
  if (!has_exited)
    g_string_append (text, ". Read to the end (recv() = 0) before closing");
}

static void
write_aborted (GString *text, const ReboundIncident *incident)
{
  g_string_append_printf (text, "%s aborted ", incident->by);
  append_connections (text, incident);
  append_place (text, incident->place);
  if (incident->why != NULL)
    g_string_append_printf (text, ", for %s", incident->why);
  g_string_append (text, ": with SO_LINGER of 0 s close() sends RST instead of FIN");
  append_own_loss (text, incident);
  append_error (text, incident, "; nobody was told, for nobody has read or sent since");
}

static void
write_taken_away (GString *text, const ReboundIncident *incident)
{
  const char *style = incident->style;

  g_string_append_printf (text, "the system took %s's end of ", incident->by);
  append_connections (text, incident);
  g_string_append_printf (text, " away%s", incident->unread_bytes > 0 ? ", with input unread" : "");
  if (strcmp (style, "fin") == 0)
    g_string_append (text, ", by FIN in both directions: the other end's first send succeeds, the "
                           "next fails");
  else if (strcmp (style, "destroy") == 0)
    g_string_append (text, ", by RST: the other end gets ECONNRESET, and its owner, which is not "
                           "told, ECONNABORTED");
  else
    g_string_append (text,
                     ", by FIN and then RST (defunct): the other end reads the end and its "
                     "first send fails; its owner, which is not told, gets ENOTCONN or EPIPE");
}

static void
write_sent_to_closed (GString *text, const ReboundIncident *incident)
{
  const char *end = other_of (incident);

  g_string_append_printf (text, "%s went on sending on ", end);
  append_connections (text, incident);
  g_string_append (text, " after ");
  if (incident->fate == REBOUND_END_EXITED)
    g_string_append_printf (text, "the process of %s had ended", incident->by);
  else
    {
      g_string_append_printf (text, "%s had closed it", incident->by);
      append_place (text, incident->place);
    }
  g_string_append (text, ": send() succeeds, for close() and shutdown() look the same from afar, a "
                         "FIN. ");
  append_bytes (text, incident->late_bytes);
  g_string_append (text, " went to nobody and RST came back");
  if (incident->error_number != 0)
    g_string_append_printf (text, ", so a later %s() got %s", incident->call,
                            rebound_errno_name (incident->error_number));
  g_string_append (text, ". Look for the end (recv() = 0, POLLRDHUP) before sending");
}

static void
write_sent_after_shutdown (GString *text, const ReboundIncident *incident)
{
  append_ends (text, incident);
  g_string_append (text, " sent on ");
  append_connections (text, incident);
  g_string_append (text, " after its own shutdown(): that is EPIPE at once, and nothing is sent");
}

static void
write_no_reader (GString *text, const ReboundIncident *incident)
{
  append_ends (text, incident);
  g_string_append_printf (text,
                          " got %s from the first %s() after the reader was closed: both ends of a "
                          "%s are in one kernel, which knows that nobody is left to read. That of "
                          "a TCP connection does not",
                          rebound_errno_name (incident->error_number), incident->call,
                          incident->variant);
}

static void
write_closed_queued (GString *text, const ReboundIncident *incident)
{
  g_string_append_printf (text, "%s closed ", incident->by);
  append_connections (text, incident);
  append_place (text, incident->place);
  g_string_append_printf (text,
                          " with %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                          " bytes still queued in the process: they are lost, for the kernel "
                          "sends on after a close() only what it has been given. Wait until the "
                          "queue is empty",
                          incident->lost_bytes, incident->given_bytes);
}

static void
write_unseen (GString *text, const ReboundIncident *incident)
{
  append_ends (text, incident);
  g_string_append_printf (text, " got %s from %s() on ",
                          rebound_errno_name (incident->error_number), incident->call);
  append_connections (text, incident);
  g_string_append (text, ". What the other end has done is not known: ");
  g_string_append (text, incident->by == NULL ? "it is none of the run's sockets"
                                              : "this run has not seen it");
}

/* -- causes -- */

static const struct
{
  const char *name;
  const char *rule;
  Writer write;
} causes[] = {
  [REBOUND_CAUSE_ADDRESS_IN_USE]
  = { "address-in-use", "inet_csk_bind_conflict() in net/ipv4/inet_connection_sock.c",
      write_address_in_use },
  [REBOUND_CAUSE_NOBODY_LISTENS]
  = { "nobody-listens", "RFC 9293 3.5.2; tcp_v4_send_reset() in net/ipv4/tcp_ipv4.c",
      write_nobody_listens },
  [REBOUND_CAUSE_BACKLOG_FULL]
  = { "backlog-full", "tcp_conn_request() in net/ipv4/tcp_input.c", write_backlog_full },
  [REBOUND_CAUSE_NOT_ACCEPTED] = { "not-accepted", "listen(2)", write_not_accepted },
  [REBOUND_CAUSE_RESET_IN_BACKLOG]
  = { "reset-in-backlog", "inet_csk_listen_stop() in net/ipv4/inet_connection_sock.c",
      write_reset_in_backlog },
  [REBOUND_CAUSE_CLOSED_UNREAD]
  = { "closed-with-input-unread", "RFC 1122 4.2.2.13, RFC 2525 2.17; tcp_close() in net/ipv4/tcp.c",
      write_closed_unread },
  [REBOUND_CAUSE_ABORTED]
  = { "aborted", "RFC 9293 3.10.5; tcp_close() in net/ipv4/tcp.c", write_aborted },
  [REBOUND_CAUSE_TAKEN_AWAY] = { "taken-away", NULL, write_taken_away },
  [REBOUND_CAUSE_SENT_TO_CLOSED]
  = { "sent-to-closed", "RFC 1122 4.2.2.13, RFC 9293 3.6.1; tcp_reset() in net/ipv4/tcp_input.c",
      write_sent_to_closed },
  [REBOUND_CAUSE_SENT_AFTER_SHUTDOWN]
  = { "sent-after-shutdown", "tcp_sendmsg() in net/ipv4/tcp.c", write_sent_after_shutdown },
  [REBOUND_CAUSE_NO_READER] = { "no-reader", NULL, write_no_reader },
  [REBOUND_CAUSE_CLOSED_QUEUED] = { "closed-with-output-queued", NULL, write_closed_queued },
  [REBOUND_CAUSE_LINK_DOWN] = { "link-down", NULL, write_link_down },
  [REBOUND_CAUSE_NO_ANSWER] = { "no-answer", "RFC 9293 3.8.3", write_no_answer },
  [REBOUND_CAUSE_UNSEEN] = { "unseen", NULL, write_unseen },
};

G_STATIC_ASSERT (G_N_ELEMENTS (causes) == REBOUND_N_CAUSES);

const char *
rebound_cause_get_name (ReboundCause cause)
{
  return causes[cause].name;
}

const char *
rebound_incident_get_rule (const ReboundIncident *incident)
{
  if (incident->cause == REBOUND_CAUSE_NO_READER)
    return strcmp (incident->variant, "pipe") == 0 ? "pipe_write() in fs/pipe.c"
                                                   : "unix_stream_sendmsg() in net/unix/af_unix.c";
  if (incident->cause == REBOUND_CAUSE_TAKEN_AWAY && strcmp (incident->style, "destroy") == 0)
    return "tcp_abort() in net/ipv4/tcp.c";
  return causes[incident->cause].rule;
}

char *
rebound_incident_dup_text (const ReboundIncident *incident)
{
  const char *rule = rebound_incident_get_rule (incident);
  GString *text = g_string_new (NULL);

  causes[incident->cause].write (text, incident);
  if (rule != NULL)
    g_string_append_printf (text, " (%s)", rule);
  return g_string_free (g_string_append_c (text, '.'), FALSE);
}
