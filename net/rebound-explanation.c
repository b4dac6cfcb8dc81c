/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whoever reads a log sees ECONNRESET and asks why. The answer lies at the other end, and some
 * lines before: who closed first, what was unread, who had the port. Here the answers are collected
 * while the run goes on, from what was seen and nothing else, and each is kept once, with how often
 * it came: a client that was refused three hundred times has one reason. */

#include "rebound-explanation-parts-private.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#include "rebound-errno.h"

/* An application that runs accepts at the same instant; in real time a turn of its main loop later.
 * Whoever waits for as long as this hangs. */
#define HANGING_USEC G_USEC_PER_SEC

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
  ReboundExplanation *self = g_rc_box_new0 (ReboundExplanation);

  self->incidents = g_ptr_array_new_with_free_func (incident_free);
  self->ports = g_hash_table_new_full (NULL, NULL, NULL, rebound_port_record_free);
  return self;
}

ReboundExplanation *
rebound_explanation_ref (ReboundExplanation *self)
{
  return g_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  ReboundExplanation *self = data;

  g_ptr_array_unref (self->incidents);
  g_hash_table_unref (self->ports);
  g_clear_object (&self->clock);
}

void
rebound_explanation_unref (ReboundExplanation *self)
{
  g_rc_box_release_full (self, clear);
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

ReboundIncident *
rebound_explanation_add (ReboundExplanation *self,
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
      g_ptr_array_add (self->incidents, incident);
    }
  incident->count++;
  incident->first_usec = MIN (incident->first_usec, usec);
  incident->last_usec = MAX (incident->last_usec, usec);
  if (end != NULL && !g_ptr_array_find (incident->ends, end, NULL))
    g_ptr_array_add (incident->ends, (gpointer) end);
  return incident;
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
  incident
      = rebound_explanation_add (self, REBOUND_CAUSE_NO_READER, g_intern_string (what),
                                 g_intern_string (end), rebound_explanation_get_time_usec (self));
  incident->call = call;
  incident->error_number = error_number;
}

/* -- histories -- */

/* The names that are told are those of the first one, and a history that began later may be over
 * sooner. FALSE where they are told already. */
static gboolean
begin_with (ReboundIncident *incident, const ReboundHistory *history)
{
  if (incident->connection != NULL && incident->serial < history->serial)
    return FALSE;
  g_free (incident->connection);
  incident->connection = g_strdup (history->connection);
  incident->serial = history->serial;
  incident->port = history->port;
  return TRUE;
}

gboolean
rebound_explanation_note_reset_in_backlog (ReboundExplanation *self, ReboundHistory *history)
{
  const ReboundHistoryEnd *end = &history->ends[0];
  ReboundPortRecord *port = rebound_explanation_find_port (self, history->port);
  ReboundIncident *incident;

  if (port == NULL || port->lost_usec < history->begun_usec)
    return FALSE;
  incident = rebound_explanation_add (self, REBOUND_CAUSE_RESET_IN_BACKLOG, NULL, end->end,
                                      end->error_usec);
  if (!begin_with (incident, history))
    return TRUE;
  incident->by = port->end;
  incident->fate = port->fate;
  g_free (incident->why);
  incident->why = g_strdup (port->why);
  incident->error_number = end->error_number;
  return TRUE;
}

static void
add_account (ReboundIncident *incident, const ReboundHistoryEnd *end)
{
  if (end->lost_bytes == 0)
    return;
  incident->loser = end->end;
  incident->given_bytes += end->given_bytes;
  incident->lost_bytes += end->lost_bytes;
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
      = rebound_explanation_add (self, cause, variant, victim->end,
                                 doer->fate != REBOUND_END_OPEN ? doer->fate_usec
                                                                : victim->error_usec);

  incident->unread_bytes += doer->unread_bytes;
  incident->unsent_bytes += doer->unsent_bytes;
  incident->late_bytes += victim->late_bytes;
  if (incident->error_number == 0)
    {
      incident->call = victim->call;
      incident->error_number = victim->error_number;
    }
  if (incident->own_error_number == 0)
    {
      incident->own_end = doer->end;
      incident->own_error_number = doer->error_number;
    }
  add_account (incident, doer->lost_bytes > 0 ? doer : victim);
  if (!begin_with (incident, history))
    return;
  incident->by = doer->end;
  incident->fate = doer->fate;
  incident->has_shut_both = doer->has_shut_both;
  incident->place = doer->place;
  incident->style = doer->style;
  g_free (incident->why);
  incident->why = g_strdup (doer->why);
}

/* What was done by one end to the other. FALSE where that explains nothing. */
static gboolean
take_act (ReboundExplanation *self,
          ReboundHistory *history,
          const ReboundHistoryEnd *doer,
          const ReboundHistoryEnd *victim)
{
  if (doer->fate == REBOUND_END_TAKEN
      && (!doer->was_over || victim->error_number != 0 || victim->late_bytes > 0
          || doer->error_number != 0))
    add_act (self, history, REBOUND_CAUSE_TAKEN_AWAY, doer->style, doer, victim);
  else if (doer->is_abortive)
    add_act (self, history, REBOUND_CAUSE_ABORTED, NULL, doer, victim);
  else if (doer->is_reset)
    add_act (self, history, REBOUND_CAUSE_CLOSED_UNREAD,
             doer->fate == REBOUND_END_EXITED ? "exited" : NULL, doer, victim);
  else if (victim->late_bytes > 0)
    add_act (self, history, REBOUND_CAUSE_SENT_TO_CLOSED, doer->has_shut_both ? "both" : NULL, doer,
             victim);
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
  else if (end->lost_bytes > 0 && end->was_over)
    add_act (self, history, REBOUND_CAUSE_UNSEEN, "over", other, end);
  else if (end->lost_bytes > 0)
    add_act (self, history, REBOUND_CAUSE_CLOSED_QUEUED, NULL, end, other);
}

/* Whoever was connected, and not accepted until the end of the run, or after long. */
static void
take_waiting (ReboundExplanation *self, ReboundHistory *history)
{
  const ReboundHistoryEnd *end = &history->ends[0];
  ReboundPortRecord *port = rebound_explanation_find_port (self, history->port);
  gboolean is_over = history->joined_usec >= 0;
  gint64 until_usec = is_over ? history->joined_usec : rebound_explanation_get_time_usec (self);
  ReboundIncident *incident;

  if (port == NULL || end->is_explained
      || (is_over && until_usec - history->begun_usec < HANGING_USEC)
      || (!is_over && (!history->is_waiting || port->n_open == 0)))
    return;
  incident = rebound_explanation_add (self, REBOUND_CAUSE_NOT_ACCEPTED, is_over ? NULL : "open",
                                      end->end, history->begun_usec);
  incident->longest_usec = MAX (incident->longest_usec, until_usec - history->begun_usec);
  incident->is_over = is_over;
  if (!begin_with (incident, history))
    return;
  incident->by = is_over ? history->ends[1].end : history->listener;
  incident->is_suspended = history->is_to_suspended;
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

      if (socket->history == NULL)
        continue;
      socket->history->is_waiting = socket->fd >= 0 && socket->state == TCP_ESTABLISHED;
      rebound_explanation_take_history (self, socket->history);
    }
  g_ptr_array_sort (self->incidents, compare_incidents);
  return g_ptr_array_ref (self->incidents);
}
