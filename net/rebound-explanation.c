/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whoever reads a log sees ECONNRESET and asks why. The answer lies at the other end, and some
 * lines before: who closed first, what was unread, who had the port. Here the answers are collected
 * while the run goes on, from what was seen and nothing else, and each is kept once, with how often
 * it came: a client that was refused three hundred times has one reason. */

#include "rebound-explanation-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "lifecycle/rebound-application.h"
#include "rebound-errno.h"

/* An application that runs accepts at the same instant; in real time a turn of its main loop later.
 * Whoever waits for as long as this hangs. */
#define HANGING_USEC G_USEC_PER_SEC

/* What has become of a port that somebody of the run had. */
typedef struct
{
  guint16 port;
  const char *end; /* the last one that had it; interned */
  ReboundSite *site;
  guint n_open;
  ReboundEndFate fate; /* of the last one that has it no more */
  gint64 lost_usec;    /* when that was, or -1 */
  const char *style;
  const char *why;
  const char *refused_to; /* who could not bind it since; interned, or NULL */
} Port;

struct _ReboundExplanation
{
  ReboundClock *clock;
  guint64 next_serial;
  GPtrArray *incidents; /* ReboundIncident, in the order in which they were found */
  GHashTable *ports;    /* guint → Port */
};

static void
port_free (gpointer data)
{
  Port *port = data;

  g_clear_object (&port->site);
  g_free (port);
}

static void
incident_free (gpointer data)
{
  ReboundIncident *incident = data;

  g_ptr_array_unref (incident->ends);
  g_clear_pointer (&incident->absences, g_array_unref);
  g_free (incident->connection);
  g_free (incident->why);
  g_free (incident);
}

ReboundExplanation *
rebound_explanation_new (void)
{
  ReboundExplanation *self = g_new0 (ReboundExplanation, 1);

  self->incidents = g_ptr_array_new_with_free_func (incident_free);
  self->ports = g_hash_table_new_full (NULL, NULL, NULL, port_free);
  return self;
}

void
rebound_explanation_free (ReboundExplanation *self)
{
  g_ptr_array_unref (self->incidents);
  g_hash_table_unref (self->ports);
  g_clear_object (&self->clock);
  g_free (self);
}

void
rebound_explanation_start (ReboundExplanation *self, ReboundClock *clock)
{
  g_set_object (&self->clock, clock);
}

gint64
rebound_explanation_get_time_usec (ReboundExplanation *self)
{
  return self->clock != NULL ? rebound_clock_get_time_usec (self->clock) : 0;
}

guint64
rebound_explanation_next_serial (ReboundExplanation *self)
{
  return self->next_serial++;
}

/* -- incidents -- */

static ReboundIncident *
find_incident (ReboundExplanation *self, ReboundCause cause, const char *variant)
{
  for (guint i = 0; i < self->incidents->len; i++)
    {
      ReboundIncident *incident = self->incidents->pdata[i];

      if (incident->cause == cause && incident->variant == variant)
        return incident;
    }
  return NULL;
}

/* Counts one more to whom it happened, @usec ago or now. @variant is interned. */
static ReboundIncident *
add_incident (ReboundExplanation *self,
              ReboundCause cause,
              const char *variant,
              const char *end,
              gint64 usec)
{
  ReboundIncident *incident = find_incident (self, cause, variant);

  if (incident == NULL)
    {
      incident = g_new0 (ReboundIncident, 1);
      incident->cause = cause;
      incident->variant = variant;
      incident->serial = rebound_explanation_next_serial (self);
      incident->ends = g_ptr_array_new ();
      incident->first_usec = usec;
      incident->last_usec = usec;
      incident->is_over = TRUE;
      g_ptr_array_add (self->incidents, incident);
    }
  incident->count++;
  incident->first_usec = MIN (incident->first_usec, usec);
  incident->last_usec = MAX (incident->last_usec, usec);
  if (end != NULL && !g_ptr_array_find (incident->ends, end, NULL))
    g_ptr_array_add (incident->ends, (gpointer) end);
  return incident;
}

static gboolean
is_suspended (ReboundSite *site)
{
  ReboundApplication *application = site != NULL ? rebound_application_of_site (site) : NULL;

  return application != NULL
         && rebound_application_get_state (application) == REBOUND_APPLICATION_STATE_SUSPENDED;
}

/* -- ports -- */

static Port *
find_port (ReboundExplanation *self, guint16 number)
{
  return g_hash_table_lookup (self->ports, GUINT_TO_POINTER (number));
}

static Port *
get_port (ReboundExplanation *self, guint16 number)
{
  Port *port = find_port (self, number);

  if (port != NULL)
    return port;
  port = g_new0 (Port, 1);
  port->port = number;
  port->lost_usec = -1;
  g_hash_table_insert (self->ports, GUINT_TO_POINTER (number), port);
  return port;
}

void
rebound_explanation_note_bound (ReboundExplanation *self, ReboundSocket *socket)
{
  Port *port;

  if (self == NULL || socket->local_port == 0)
    return;
  port = get_port (self, socket->local_port);
  port->end = socket->end;
  g_set_object (&port->site, socket->site);
  port->n_open++;
  port->refused_to = NULL;
}

static void
lose_port (ReboundExplanation *self, ReboundSocket *socket, ReboundEndFate fate)
{
  Port *port = get_port (self, socket->local_port);

  port->end = socket->end;
  port->n_open -= socket->has_lost_port || port->n_open == 0 ? 0 : 1;
  port->fate = fate;
  port->lost_usec = rebound_explanation_get_time_usec (self);
  port->why = socket->why;
  port->style = NULL;
  port->refused_to = NULL;
}

void
rebound_explanation_note_unbound (ReboundExplanation *self, ReboundSocket *socket)
{
  ReboundApplication *application;
  gboolean is_gone;

  if (self == NULL || socket->local_port == 0)
    return;
  application = socket->site != NULL ? rebound_application_of_site (socket->site) : NULL;
  is_gone = application != NULL
            && rebound_application_get_state (application) == REBOUND_APPLICATION_STATE_NOT_RUNNING;
  lose_port (self, socket, is_gone ? REBOUND_END_EXITED : REBOUND_END_CLOSED);
}

void
rebound_explanation_note_listener_taken (ReboundExplanation *self,
                                         ReboundSocket *socket,
                                         const char *style)
{
  if (self == NULL || socket->local_port == 0)
    return;
  lose_port (self, socket, REBOUND_END_TAKEN);
  socket->has_lost_port = TRUE;
  get_port (self, socket->local_port)->style = style;
}

void
rebound_explanation_note_bind_failed (ReboundExplanation *self,
                                      const char *end,
                                      guint16 port,
                                      const ReboundBindCause *cause)
{
  ReboundIncident *incident;
  const char *variant;
  g_autofree char *key = NULL;

  if (self == NULL)
    return;
  end = g_intern_string (end);
  if (port != 0)
    get_port (self, port)->refused_to = end;
  key = g_strdup_printf ("%s %d %d", end, port, cause->met);
  variant = g_intern_string (key);
  incident = add_incident (self, REBOUND_CAUSE_ADDRESS_IN_USE, variant, end,
                           rebound_explanation_get_time_usec (self));
  if (incident->count > 1)
    return;
  incident->bind = *cause;
  incident->port = port;
  incident->error_number = EADDRINUSE;
}

/* -- what came to nothing -- */

/* By whom, and why, the port has nobody who listens on it. */
static ReboundAbsence
find_absence (ReboundExplanation *self, guint16 number)
{
  static const ReboundAbsenceKind kinds[] = {
    [REBOUND_END_OPEN] = REBOUND_ABSENCE_NEVER,
    [REBOUND_END_CLOSED] = REBOUND_ABSENCE_CLOSED,
    [REBOUND_END_EXITED] = REBOUND_ABSENCE_EXITED,
    [REBOUND_END_TAKEN] = REBOUND_ABSENCE_TAKEN,
  };
  Port *port = find_port (self, number);
  ReboundAbsence absence = { REBOUND_ABSENCE_NEVER, NULL, NULL, 1 };

  if (port == NULL)
    return absence;
  absence.end = port->end;
  if (port->n_open > 0)
    absence.kind = REBOUND_ABSENCE_NOT_LISTENING;
  else if (port->refused_to != NULL)
    {
      absence.kind = REBOUND_ABSENCE_BIND_FAILED;
      absence.end = port->refused_to;
    }
  else
    {
      absence.kind = kinds[port->fate];
      absence.why = port->fate == REBOUND_END_TAKEN ? port->style : port->why;
    }
  return absence;
}

static void
count_absence (ReboundIncident *incident, const ReboundAbsence *absence)
{
  if (incident->absences == NULL)
    incident->absences = g_array_new (FALSE, FALSE, sizeof (ReboundAbsence));
  for (guint i = 0; i < incident->absences->len; i++)
    {
      ReboundAbsence *known = &g_array_index (incident->absences, ReboundAbsence, i);

      if (known->kind == absence->kind && known->end == absence->end && known->why == absence->why)
        {
          known->count++;
          return;
        }
    }
  g_array_append_val (incident->absences, *absence);
}

static void
note_refused (ReboundExplanation *self, const char *end, guint16 port)
{
  g_autofree char *key = g_strdup_printf ("%u", port);
  ReboundAbsence absence = find_absence (self, port);
  ReboundIncident *incident
      = add_incident (self, REBOUND_CAUSE_NOBODY_LISTENS, g_intern_string (key), end,
                      rebound_explanation_get_time_usec (self));

  incident->port = port;
  incident->error_number = ECONNREFUSED;
  count_absence (incident, &absence);
}

void
rebound_explanation_note_not_connected (ReboundExplanation *self,
                                        const char *end,
                                        guint16 port,
                                        int error_number,
                                        gboolean is_link_down)
{
  ReboundIncident *incident;

  if (self == NULL)
    return;
  end = g_intern_string (end);
  if (error_number == ECONNREFUSED)
    {
      note_refused (self, end, port);
      return;
    }
  if (error_number != ETIMEDOUT && !is_link_down)
    return;
  incident
      = add_incident (self,
                      error_number == ETIMEDOUT ? REBOUND_CAUSE_NO_ANSWER : REBOUND_CAUSE_LINK_DOWN,
                      rebound_errno_name (error_number), end,
                      rebound_explanation_get_time_usec (self));
  incident->error_number = error_number;
  incident->port = port;
}

void
rebound_explanation_note_dropped (ReboundExplanation *self, const char *end, guint16 number)
{
  ReboundIncident *incident;
  Port *port;

  if (self == NULL)
    return;
  port = find_port (self, number);
  incident = add_incident (self, REBOUND_CAUSE_BACKLOG_FULL, NULL, g_intern_string (end),
                           rebound_explanation_get_time_usec (self));
  if (incident->count > 1)
    return;
  incident->port = number;
  incident->by = port != NULL ? port->end : NULL;
  incident->is_suspended = port != NULL && is_suspended (port->site);
}

void
rebound_explanation_note_no_reader (ReboundExplanation *self,
                                    const char *end,
                                    const char *call,
                                    const char *what,
                                    int error_number)
{
  ReboundIncident *incident;

  if (self == NULL)
    return;
  incident = add_incident (self, REBOUND_CAUSE_NO_READER, g_intern_string (what),
                           g_intern_string (end), rebound_explanation_get_time_usec (self));
  incident->call = call;
  incident->error_number = error_number;
}

/* -- histories -- */

gboolean
rebound_explanation_note_reset_in_backlog (ReboundExplanation *self, ReboundHistory *history)
{
  const ReboundHistoryEnd *end = &history->ends[0];
  Port *port = find_port (self, history->port);
  ReboundIncident *incident;

  if (port == NULL || port->lost_usec < history->begun_usec)
    return FALSE;
  incident = add_incident (self, REBOUND_CAUSE_RESET_IN_BACKLOG, NULL, end->end, end->error_usec);
  if (incident->count > 1)
    return TRUE;
  incident->connection = g_strdup (history->connection);
  incident->by = port->end;
  incident->fate = port->fate;
  incident->style = port->style;
  incident->why = g_strdup (port->why);
  incident->error_number = end->error_number;
  return TRUE;
}

/* @doer has done it, and @victim is who was told, or lost what it had sent. */
static void
add_act (ReboundExplanation *self,
         ReboundHistory *history,
         ReboundCause cause,
         const char *variant,
         const ReboundHistoryEnd *doer,
         const ReboundHistoryEnd *victim)
{
  ReboundIncident *incident
      = add_incident (self, cause, variant, victim->end,
                      doer->fate != REBOUND_END_OPEN ? doer->fate_usec : victim->error_usec);

  incident->unread_bytes += doer->unread_bytes;
  incident->unsent_bytes += doer->unsent_bytes;
  incident->late_bytes += victim->late_bytes;
  incident->given_bytes += doer->given_bytes;
  incident->lost_bytes += doer->lost_bytes;
  if (incident->error_number == 0)
    {
      incident->call = victim->call;
      incident->error_number = victim->error_number;
    }
  if (incident->count > 1)
    return;
  incident->connection = g_strdup (history->connection);
  incident->by = doer->end;
  incident->fate = doer->fate;
  incident->place = doer->place;
  incident->style = doer->style;
  incident->why = g_strdup (doer->why);
  incident->port = history->port;
  incident->serial = history->serial;
}

/* What was done by one end to the other. FALSE where that explains nothing. */
static gboolean
take_act (ReboundExplanation *self,
          ReboundHistory *history,
          const ReboundHistoryEnd *doer,
          const ReboundHistoryEnd *victim)
{
  if (doer->fate == REBOUND_END_TAKEN
      && (victim->error_number != 0 || victim->late_bytes > 0 || doer->error_number != 0))
    add_act (self, history, REBOUND_CAUSE_TAKEN_AWAY, doer->style, doer, victim);
  else if (doer->is_abortive)
    add_act (self, history, REBOUND_CAUSE_ABORTED, NULL, doer, victim);
  else if (doer->is_reset)
    add_act (self, history, REBOUND_CAUSE_CLOSED_UNREAD,
             doer->fate == REBOUND_END_EXITED ? "exited" : NULL, doer, victim);
  else if (victim->late_bytes > 0)
    add_act (self, history, REBOUND_CAUSE_SENT_TO_CLOSED, NULL, doer, victim);
  else
    return FALSE;
  return TRUE;
}

/* What an end has done to itself, or cannot be seen from here. */
static void
take_rest (ReboundExplanation *self,
           ReboundHistory *history,
           const ReboundHistoryEnd *end,
           const ReboundHistoryEnd *other)
{
  if (end->error_number == EPIPE && end->has_shut_down)
    add_act (self, history, REBOUND_CAUSE_SENT_AFTER_SHUTDOWN, NULL, other, end);
  else if (end->error_number != 0 && !end->is_explained)
    add_act (self, history, REBOUND_CAUSE_UNSEEN, NULL, other, end);
  else if (end->lost_bytes > 0)
    add_act (self, history, REBOUND_CAUSE_CLOSED_QUEUED, NULL, end, other);
}

/* Whoever was connected, and not accepted until the end of the run, or after long. */
static void
take_waiting (ReboundExplanation *self, ReboundHistory *history)
{
  const ReboundHistoryEnd *end = &history->ends[0];
  Port *port = find_port (self, history->port);
  gboolean is_over = history->joined_usec >= 0;
  gint64 until_usec = is_over ? history->joined_usec : rebound_explanation_get_time_usec (self);
  ReboundIncident *incident;

  if (port == NULL || end->is_explained
      || (is_over && until_usec - history->begun_usec < HANGING_USEC)
      || (!is_over && (end->fate != REBOUND_END_OPEN || port->n_open == 0)))
    return;
  incident = add_incident (self, REBOUND_CAUSE_NOT_ACCEPTED, NULL, end->end, history->begun_usec);
  incident->longest_usec = MAX (incident->longest_usec, until_usec - history->begun_usec);
  incident->is_over = incident->is_over && is_over;
  if (incident->count > 1)
    return;
  incident->connection = g_strdup (history->connection);
  incident->by = port->end;
  incident->is_suspended = is_suspended (port->site);
}

void
rebound_explanation_take_history (ReboundExplanation *self, ReboundHistory *history)
{
  ReboundHistoryEnd *ends = history->ends;

  if (history->is_told)
    return;
  history->is_told = TRUE;
  take_waiting (self, history);
  if (take_act (self, history, &ends[0], &ends[1]) || take_act (self, history, &ends[1], &ends[0]))
    return;
  take_rest (self, history, &ends[0], &ends[1]);
  take_rest (self, history, &ends[1], &ends[0]);
}

static int
compare_incidents (gconstpointer a, gconstpointer b)
{
  const ReboundIncident *first = *(ReboundIncident *const *) a;
  const ReboundIncident *second = *(ReboundIncident *const *) b;

  if (first->first_usec != second->first_usec)
    return first->first_usec < second->first_usec ? -1 : 1;
  return first->serial < second->serial ? -1 : first->serial > second->serial;
}

GPtrArray *
rebound_explanation_list (ReboundExplanation *self, ReboundSocketTable *table)
{
  g_autoptr (GPtrArray) sockets = rebound_socket_table_list_site (table, NULL);

  for (guint i = 0; i < sockets->len; i++)
    {
      ReboundSocket *socket = sockets->pdata[i];

      if (socket->history != NULL)
        rebound_explanation_take_history (self, socket->history);
    }
  g_ptr_array_sort (self->incidents, compare_incidents);
  return g_ptr_array_ref (self->incidents);
}
