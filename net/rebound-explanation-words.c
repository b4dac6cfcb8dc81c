/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is said of each cause: what was done before, the rule by which the rest follows, what it
 * came to, and what to do instead. Two sentences, seldom three. The names are those of the first
 * time; how often it came is said beside them.
 *
 * The rules are named so that they can be looked up: a section of an RFC, a function of the kernel.
 */

#include "rebound-explanation-parts-private.h"

#include <string.h>

#include "rebound-errno.h"

/* A page: what is less is in one piece. Of more the kernel decides how much had gone when it ended,
 * and it differs by some bytes from one run to the next. */
#define EXACT_MAXIMUM_BYTES 4096

/* Names that are told one by one. */
#define MANY_ENDS 3

typedef void (*Writer) (GString *text, const ReboundIncident *incident);

/* -- parts of sentences -- */

void
rebound_words_add_time (GString *text, gint64 usec)
{
  g_string_append_printf (text, "%" G_GINT64_FORMAT ".%03" G_GINT64_FORMAT, usec / G_USEC_PER_SEC,
                          usec % G_USEC_PER_SEC / 1000);
}

void
rebound_words_add_times (GString *text, const ReboundIncident *incident)
{
  if (incident->count > 1)
    g_string_append_printf (text, "%u times, ", incident->count);
  g_string_append (text, incident->last_usec > incident->first_usec ? "from " : "at ");
  rebound_words_add_time (text, incident->first_usec);
  if (incident->last_usec == incident->first_usec)
    return;
  g_string_append (text, " to ");
  rebound_words_add_time (text, incident->last_usec);
}

void
rebound_words_add_ends (GString *text, const ReboundIncident *incident)
{
  guint n_named = MIN (incident->ends->len, MANY_ENDS);
  guint n_others = incident->ends->len - n_named;

  for (guint i = 0; i < n_named; i++)
    {
      gboolean is_last = i > 0 && i == n_named - 1 && n_others == 0;

      g_string_append (text, i == 0 ? "" : is_last ? " and " : ", ");
      g_string_append (text, incident->ends->pdata[i]);
    }
  if (n_others > 0)
    g_string_append_printf (text, " and %u other%s", n_others, n_others == 1 ? "" : "s");
}

static void
add_bare_place (GString *text, const char *place)
{
  g_string_append_printf (text, strchr (place, ':') != NULL ? "%s" : "line %s", place);
}

void
rebound_words_add_place (GString *text, const char *place)
{
  if (place == NULL)
    return;
  g_string_append (text, " (");
  add_bare_place (text, place);
  g_string_append_c (text, ')');
}

void
rebound_words_add_connection (GString *text, const ReboundIncident *incident, const char *place)
{
  g_string_append (text, incident->connection);
  if (place == NULL && incident->count == 1)
    return;
  g_string_append (text, " (");
  if (place != NULL)
    add_bare_place (text, place);
  if (incident->count > 1)
    g_string_append_printf (text, "%s%u more like it", place != NULL ? "; " : "",
                            incident->count - 1);
  g_string_append_c (text, ')');
}

void
rebound_words_add_bytes (GString *text, guint64 size_bytes)
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

void
rebound_words_add_rule (GString *text, const ReboundIncident *incident)
{
  const char *rule = rebound_incident_get_rule (incident);

  if (rule != NULL)
    g_string_append_printf (text, " (%s)", rule);
}

void
rebound_words_add_error (GString *text, const ReboundIncident *incident, const char *otherwise)
{
  if (incident->error_number == 0 || incident->ends->len == 0)
    {
      g_string_append (text, otherwise);
      return;
    }
  g_string_append (text, "; ");
  rebound_words_add_ends (text, incident);
  g_string_append_printf (text, " got %s", rebound_errno_name (incident->error_number));
}

const char *
rebound_words_other (const ReboundIncident *incident)
{
  return incident->ends->len > 0 ? incident->ends->pdata[0] : "the other end";
}

/* -- ending -- */

static void
add_sum (GString *text, const ReboundIncident *incident, guint64 size_bytes)
{
  rebound_words_add_bytes (text, size_bytes);
  g_string_append (text, incident->count > 1 ? " in all" : "");
}

static void
add_loss (GString *text, const ReboundIncident *incident)
{
  if (incident->lost_bytes > 0)
    g_string_append_printf (text,
                            ", and %" G_GUINT64_FORMAT " of the %" G_GUINT64_FORMAT
                            " bytes that %s was given to send are lost",
                            incident->lost_bytes, incident->given_bytes, incident->loser);
  else if (incident->unsent_bytes > 0)
    {
      g_string_append (text, ", and what was still to be sent is thrown away (");
      add_sum (text, incident, incident->unsent_bytes);
      g_string_append_c (text, ')');
    }
}

/* "6 bytes of far's unread", "data of far's unread (12 bytes in all)". */
static void
add_unread (GString *text, const ReboundIncident *incident)
{
  if (incident->count > 1)
    g_string_append (text, "data");
  else
    rebound_words_add_bytes (text, incident->unread_bytes);
  g_string_append_printf (text, " of %s's unread", rebound_words_other (incident));
  if (incident->count == 1)
    return;
  g_string_append (text, " (");
  add_sum (text, incident, incident->unread_bytes);
  g_string_append_c (text, ')');
}

static void
write_exited_unread (GString *text, const ReboundIncident *incident)
{
  g_string_append_printf (text, "the process of %s ended with ", incident->by);
  add_unread (text, incident);
  g_string_append (text, " on ");
  rebound_words_add_connection (text, incident, incident->place);
  g_string_append (text, ": the kernel closes what it had open, and where input is unread it sends "
                         "RST instead of FIN");
  rebound_words_add_rule (text, incident);
  add_loss (text, incident);
  rebound_words_add_error (text, incident, "");
}

static void
write_closed_unread (GString *text, const ReboundIncident *incident)
{
  if (incident->fate == REBOUND_END_EXITED)
    {
      write_exited_unread (text, incident);
      return;
    }
  g_string_append_printf (text, "%s closed ", incident->by);
  rebound_words_add_connection (text, incident, incident->place);
  g_string_append (text, " with ");
  add_unread (text, incident);
  g_string_append (text, ": close() then sends RST instead of FIN");
  rebound_words_add_rule (text, incident);
  add_loss (text, incident);
  rebound_words_add_error (text, incident, "");
  g_string_append (text, ". Read to the end (recv() = 0) before close()");
}

static void
write_aborted (GString *text, const ReboundIncident *incident)
{
  g_string_append_printf (text, "%s aborted ", incident->by);
  rebound_words_add_connection (text, incident, incident->place);
  if (incident->why != NULL)
    g_string_append_printf (text, ", for %s", incident->why);
  g_string_append (text, ": with SO_LINGER of 0 s close() sends RST instead of FIN");
  rebound_words_add_rule (text, incident);
  add_loss (text, incident);
  rebound_words_add_error (text, incident, "; no call of the other end has met it");
}

static void
write_taken_away (GString *text, const ReboundIncident *incident)
{
  g_string_append_printf (text, "the system took %s's end of ", incident->by);
  rebound_words_add_connection (text, incident, NULL);
  g_string_append (text, " away, ");
  if (strcmp (incident->style, "fin") == 0)
    g_string_append (text, "by shutdown() of both directions: the other end reads the end, its "
                           "first send succeeds, and the next fails; its owner, which is not told, "
                           "reads the end, too, and gets EPIPE from send()");
  else if (strcmp (incident->style, "destroy") == 0)
    g_string_append (text, "by RST: the other end gets ECONNRESET, and its owner, which is not "
                           "told, ECONNABORTED");
  else
    g_string_append (text, "by FIN and then RST: the other end reads the end, and its first send "
                           "fails; its owner, which is not told, gets ENOTCONN or EPIPE");
  rebound_words_add_rule (text, incident);
  add_loss (text, incident);
  if (incident->own_error_number != 0)
    g_string_append_printf (text, "; %s got %s", incident->own_end,
                            rebound_errno_name (incident->own_error_number));
}

static void
add_late_error (GString *text, const ReboundIncident *incident)
{
  g_string_append (text, "; ");
  add_sum (text, incident, incident->late_bytes);
  g_string_append (text, " went to nobody");
  if (incident->error_number != 0)
    g_string_append_printf (text, ", RST came back, and a later %s() got %s", incident->call,
                            rebound_errno_name (incident->error_number));
}

static void
add_who_was_gone (GString *text, const ReboundIncident *incident)
{
  if (incident->has_shut_both)
    {
      g_string_append_printf (text, " after %s had shut down both directions of it", incident->by);
      return;
    }
  if (incident->fate == REBOUND_END_EXITED)
    g_string_append_printf (text, " after the process of %s had ended", incident->by);
  else
    g_string_append_printf (text, " after %s had closed it", incident->by);
  rebound_words_add_place (text, incident->place);
}

static void
write_sent_to_closed (GString *text, const ReboundIncident *incident)
{
  gboolean had_more = incident->unsent_bytes > 0;

  g_string_append_printf (text, "%s sent on ", rebound_words_other (incident));
  rebound_words_add_connection (text, incident, NULL);
  add_who_was_gone (text, incident);
  g_string_append (text, had_more
                             ? ": the kernel answers what comes for a closed socket with RST"
                             : ": send() succeeds, for from afar that looks like shutdown() of one "
                               "direction, a FIN, and a half-closed connection may be sent to");
  rebound_words_add_rule (text, incident);
  add_late_error (text, incident);
  if (had_more)
    {
      g_string_append_printf (text, ", and what the kernel still had to send for %s (",
                              incident->by);
      add_sum (text, incident, incident->unsent_bytes);
      g_string_append (text, ") is lost. Shut down and read to the end before close()");
    }
  else
    g_string_append (text, ". Look for the end (recv() = 0, POLLRDHUP) before send()");
}

static void
write_sent_after_shutdown (GString *text, const ReboundIncident *incident)
{
  rebound_words_add_ends (text, incident);
  g_string_append (text, " sent on ");
  rebound_words_add_connection (text, incident, NULL);
  g_string_append (text, " after its own shutdown(): that is EPIPE at once, and nothing is sent");
  rebound_words_add_rule (text, incident);
}

static void
write_no_reader (GString *text, const ReboundIncident *incident)
{
  rebound_words_add_ends (text, incident);
  g_string_append_printf (text, " got %s from the first %s() after the reader was closed",
                          rebound_errno_name (incident->error_number), incident->call);
  rebound_words_add_rule (text, incident);
  g_string_append_printf (text,
                          ": a %s has both ends in one kernel, which knows that nobody is "
                          "left to read; TCP does not know it of the other end",
                          incident->variant);
}

static void
write_closed_queued (GString *text, const ReboundIncident *incident)
{
  g_string_append_printf (text, "%s closed ", incident->by);
  rebound_words_add_connection (text, incident, incident->place);
  g_string_append_printf (text,
                          " with %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                          " bytes still queued in the process: they are lost, for after a close() "
                          "the kernel goes on sending only what it was given. Wait until the "
                          "queue is empty",
                          incident->lost_bytes, incident->given_bytes);
}

static void
write_unseen (GString *text, const ReboundIncident *incident)
{
  if (incident->error_number == 0)
    {
      rebound_words_add_connection (text, incident, NULL);
      g_string_append (text, " was over when it was closed");
      add_loss (text, incident);
      g_string_append (text, "; what led to it was not seen");
      return;
    }
  rebound_words_add_ends (text, incident);
  g_string_append_printf (text, " got %s from %s() on ",
                          rebound_errno_name (incident->error_number), incident->call);
  rebound_words_add_connection (text, incident, NULL);
  g_string_append (text, incident->by == NULL
                             ? "; what the other end did is not known, it is none of the run's"
                             : "; what led to it was not seen");
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
      rebound_words_write_address_in_use },
  [REBOUND_CAUSE_NOBODY_LISTENS]
  = { "nobody-listens", "RFC 9293 3.5.2", rebound_words_write_nobody_listens },
  [REBOUND_CAUSE_BACKLOG_FULL] = { "backlog-full", "tcp_conn_request() in net/ipv4/tcp_input.c",
                                   rebound_words_write_backlog_full },
  [REBOUND_CAUSE_NOT_ACCEPTED] = { "not-accepted", "listen(2)", rebound_words_write_not_accepted },
  [REBOUND_CAUSE_RESET_IN_BACKLOG]
  = { "reset-in-backlog", "inet_csk_listen_stop() in net/ipv4/inet_connection_sock.c",
      rebound_words_write_reset_in_backlog },
  [REBOUND_CAUSE_CLOSED_UNREAD]
  = { "closed-with-input-unread", "RFC 1122 4.2.2.13, RFC 2525 2.17, tcp_close() in net/ipv4/tcp.c",
      write_closed_unread },
  [REBOUND_CAUSE_ABORTED]
  = { "aborted", "RFC 9293 3.10.5, tcp_close() in net/ipv4/tcp.c", write_aborted },
  [REBOUND_CAUSE_TAKEN_AWAY] = { "taken-away", NULL, write_taken_away },
  [REBOUND_CAUSE_SENT_TO_CLOSED]
  = { "sent-to-closed", "RFC 1122 4.2.2.13, RFC 9293 3.6.1", write_sent_to_closed },
  [REBOUND_CAUSE_SENT_AFTER_SHUTDOWN]
  = { "sent-after-shutdown", "tcp_sendmsg() in net/ipv4/tcp.c", write_sent_after_shutdown },
  [REBOUND_CAUSE_NO_READER] = { "no-reader", NULL, write_no_reader },
  [REBOUND_CAUSE_CLOSED_QUEUED] = { "closed-with-output-queued", NULL, write_closed_queued },
  [REBOUND_CAUSE_LINK_DOWN] = { "link-down", NULL, rebound_words_write_link_down },
  [REBOUND_CAUSE_NO_ANSWER] = { "no-answer", NULL, rebound_words_write_no_answer },
  [REBOUND_CAUSE_UNSEEN] = { "unseen", NULL, write_unseen },
};

G_STATIC_ASSERT (G_N_ELEMENTS (causes) == REBOUND_N_CAUSES);

const char *
rebound_cause_get_name (ReboundCause cause)
{
  return causes[cause].name;
}

static const char *
rule_of_style (const char *style)
{
  if (strcmp (style, "fin") == 0)
    return "shutdown(2)";
  return strcmp (style, "destroy") == 0 ? "tcp_abort() in net/ipv4/tcp.c"
                                        : "tcp_disconnect() in net/ipv4/tcp.c";
}

const char *
rebound_incident_get_rule (const ReboundIncident *incident)
{
  if (incident->cause == REBOUND_CAUSE_NO_READER)
    return strcmp (incident->variant, "pipe") == 0 ? "pipe(7)"
                                                   : "unix_stream_sendmsg() in net/unix/af_unix.c";
  if (incident->cause == REBOUND_CAUSE_TAKEN_AWAY)
    return rule_of_style (incident->style);
  return causes[incident->cause].rule;
}

char *
rebound_incident_dup_text (const ReboundIncident *incident)
{
  GString *text = g_string_new (NULL);

  causes[incident->cause].write (text, incident);
  return g_string_free (g_string_append_c (text, '.'), FALSE);
}
