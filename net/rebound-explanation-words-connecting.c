/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of connections that did not begin: a port that could not be bound, a SYN that was
 * refused or dropped, a client that nobody accepted. */

#include "rebound-explanation-parts-private.h"

#include <netinet/tcp.h>

#include "rebound-errno.h"
#include "rebound-socket-diag-private.h"

/* Reasons that are told one by one. */
#define MANY_REASONS 4

/* -- bind -- */

static void
add_remains (GString *text, const ReboundBindCause *bind, const char *end)
{
  const char *owner = bind->is_earlier ? "the process before this one" : "it";

  if (g_strcmp0 (bind->end, end) != 0)
    owner = bind->end;
  switch (bind->state)
    {
    case TCP_TIME_WAIT:
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
      g_string_append_printf (text, "%s had closed %s first", owner, bind->connection);
      rebound_words_add_place (text, bind->ended_at);
      g_string_append (text, bind->state == TCP_TIME_WAIT
                                 ? ", and whoever closes first keeps TIME_WAIT (RFC 9293 3.6.1)"
                                 : ", and the other end has not closed it yet");
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
    return "Neither has it: set it on every socket of the port, before its bind()";
  return bind->theirs ? "The new one has it not: set it before bind()"
                      : "The older one has it not, and on the new one alone it is too late: set it "
                        "on both, before bind()";
}

/* Which option would have helped, and whether any does. */
static void
add_cure (GString *text, const ReboundIncident *incident)
{
  const ReboundBindCause *bind = &incident->bind;

  if (bind->met == REBOUND_BIND_MET_OPEN && bind->state == TCP_LISTEN)
    {
      g_string_append (text, ". Beside a socket that listens SO_REUSEADDR does not help");
      rebound_words_add_rule (text, incident);
      g_string_append (text, ": that one has to be closed first");
      return;
    }
  g_string_append (text, ". Linux binds the port beside that only where both have SO_REUSEADDR");
  rebound_words_add_rule (text, incident);
  g_string_append_printf (text, ". %s", missing_option (bind));
}

static void
add_open (GString *text, const ReboundIncident *incident)
{
  const ReboundBindCause *bind = &incident->bind;

  if (g_strcmp0 (bind->end, rebound_words_other (incident)) == 0)
    g_string_append_printf (text, "the descriptor of its generation %u is still open",
                            bind->generation);
  else
    g_string_append_printf (text, "%s has it open%s", bind->end,
                            bind->is_suspended ? ", whose application is suspended" : "");
}

void
rebound_words_write_address_in_use (GString *text, const ReboundIncident *incident)
{
  const ReboundBindCause *bind = &incident->bind;
  const char *end = rebound_words_other (incident);

  g_string_append_printf (text, "%s could not bind port %u (EADDRINUSE, ", end, incident->port);
  rebound_words_add_times (text, incident);
  g_string_append (text, "): ");
  if (bind->met == REBOUND_BIND_MET_SOMEBODY)
    g_string_append (text, "none of the run's sockets has that port, so somebody else has");
  else if (bind->met == REBOUND_BIND_MET_OPEN)
    add_open (text, incident);
  else
    add_remains (text, bind, end);
  if (bind->met != REBOUND_BIND_MET_SOMEBODY)
    add_cure (text, incident);
}

/* -- refused -- */

static void
add_absence (GString *text, const ReboundAbsence *absence)
{
  switch (absence->kind)
    {
    case REBOUND_ABSENCE_CLOSED:
      g_string_append_printf (text, "%s had closed its socket", absence->end);
      if (absence->why != NULL)
        g_string_append_printf (text, " at %s", absence->why);
      break;
    case REBOUND_ABSENCE_EXITED:
      g_string_append_printf (text, "the process of %s had ended", absence->end);
      break;
    case REBOUND_ABSENCE_TAKEN:
      g_string_append_printf (text, "the system had taken the socket of %s away", absence->end);
      break;
    case REBOUND_ABSENCE_BIND_FAILED:
      g_string_append_printf (text, "%s had not been able to bind it", absence->end);
      break;
    case REBOUND_ABSENCE_NOT_LISTENING:
      g_string_append_printf (text, "%s had the port, and did not listen there", absence->end);
      break;
    case REBOUND_ABSENCE_NEVER:
    default:
      g_string_append (text, "nobody of the run had bound it yet");
    }
}

static int
compare_absences (gconstpointer a, gconstpointer b)
{
  return (int) ((const ReboundAbsence *) b)->count - (int) ((const ReboundAbsence *) a)->count;
}

static gboolean
is_of_one_port (GArray *absences)
{
  for (guint i = 1; i < absences->len; i++)
    if (g_array_index (absences, ReboundAbsence, i).port
        != g_array_index (absences, ReboundAbsence, 0).port)
      return FALSE;
  return TRUE;
}

/* The most frequent first. */
static void
add_absences (GString *text, GArray *absences)
{
  gboolean is_one_port = is_of_one_port (absences);
  guint n_told = absences->len > MANY_REASONS ? MANY_REASONS - 1 : absences->len;
  guint n_rest = 0;

  for (guint i = 0; i < n_told; i++)
    {
      const ReboundAbsence *absence = &g_array_index (absences, ReboundAbsence, i);

      g_string_append (text, i > 0 ? "; " : "");
      if (i == 0 || !is_one_port)
        g_string_append_printf (text, "%s %u: ", i == 0 ? "Port" : "port", absence->port);
      add_absence (text, absence);
      if (absences->len > 1)
        g_string_append_printf (text, " (%u)", absence->count);
    }
  for (guint i = n_told; i < absences->len; i++)
    n_rest += g_array_index (absences, ReboundAbsence, i).count;
  if (n_rest > 0)
    g_string_append_printf (text, "; other reasons (%u)", n_rest);
}

void
rebound_words_write_nobody_listens (GString *text, const ReboundIncident *incident)
{
  rebound_words_add_ends (text, incident);
  g_string_append (text, incident->ends->len == 1 ? " was refused " : " were refused ");
  rebound_words_add_times (text, incident);
  g_string_append (text, ": where nobody listens the kernel answers a SYN with RST");
  rebound_words_add_rule (text, incident);
  g_string_append (text, ". ");
  g_array_sort (incident->absences, compare_absences);
  add_absences (text, incident->absences);
}

/* -- the backlog -- */

static void
add_listener (GString *text, const ReboundIncident *incident, const char *tense)
{
  if (incident->by == NULL)
    g_string_append_printf (text, "whoever listens on port %u", incident->port);
  else
    g_string_append (text, incident->by);
  if (incident->is_suspended)
    g_string_append_printf (text, ", whose application %s suspended", tense);
}

void
rebound_words_write_backlog_full (GString *text, const ReboundIncident *incident)
{
  g_string_append (text, "the SYN of ");
  rebound_words_add_ends (text, incident);
  g_string_append (text, " was dropped ");
  rebound_words_add_times (text, incident);
  g_string_append (text, ": the backlog of ");
  add_listener (text, incident, "was");
  g_string_append (text, incident->is_suspended ? ", was full" : " was full");
  g_string_append (text, ". The kernel does not tell the client");
  rebound_words_add_rule (text, incident);
  g_string_append (text, ", which sends it again after 1 s, 2 s, 4 s and so on");
}

void
rebound_words_write_not_accepted (GString *text, const ReboundIncident *incident)
{
  rebound_words_add_connection (text, incident, NULL);
  if (incident->is_over)
    {
      g_string_append (text, " was connected for ");
      rebound_words_add_time (text, incident->longest_usec);
      g_string_append (text, incident->count > 1 ? " s or less before it was accepted by "
                                                 : " s before it was accepted by ");
      add_listener (text, incident, "was");
    }
  else
    {
      g_string_append (text, " is connected since ");
      rebound_words_add_time (text, incident->first_usec);
      g_string_append (text, ", and not accepted by ");
      add_listener (text, incident, "was");
    }
  g_string_append (text, ": the kernel completes a handshake by itself, into the backlog, and the "
                         "client cannot tell");
  rebound_words_add_rule (text, incident);
}

void
rebound_words_write_reset_in_backlog (GString *text, const ReboundIncident *incident)
{
  rebound_words_add_connection (text, incident, NULL);
  g_string_append (text, " was connected and not accepted yet when ");
  if (incident->fate == REBOUND_END_TAKEN)
    g_string_append_printf (text, "the system took the listening socket of %s away", incident->by);
  else if (incident->fate == REBOUND_END_EXITED)
    g_string_append_printf (text, "the process of %s ended", incident->by);
  else
    {
      g_string_append_printf (text, "%s closed its listening socket", incident->by);
      if (incident->why != NULL)
        g_string_append_printf (text, " at %s", incident->why);
    }
  g_string_append (text, ": with that the kernel resets who waits in the backlog");
  rebound_words_add_rule (text, incident);
  rebound_words_add_error (text, incident, "");
}

/* -- no answer -- */

void
rebound_words_write_link_down (GString *text, const ReboundIncident *incident)
{
  rebound_words_add_ends (text, incident);
  g_string_append (text, " could not connect ");
  rebound_words_add_times (text, incident);
  g_string_append_printf (text, " (%s): the network's link was down, and without it is no route",
                          rebound_errno_name (incident->error_number));
}

void
rebound_words_write_no_answer (GString *text, const ReboundIncident *incident)
{
  rebound_words_add_ends (text, incident);
  g_string_append_printf (text, " gave up connecting to port %u ", incident->port);
  rebound_words_add_times (text, incident);
  g_string_append (text, " (ETIMEDOUT): its SYN was not answered, neither by SYN nor by RST");
}
