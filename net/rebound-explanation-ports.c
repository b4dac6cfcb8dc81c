/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is refused, or hangs, asks who listened. The kernel knows only that nobody does; the run
 * knows who did, and what became of that: so whoever has a port, gives it up or cannot have it is
 * written down here, and looked up when somebody connects in vain. */

#include "rebound-explanation-parts-private.h"

#include <errno.h>

#include "lifecycle/rebound-application.h"
#include "rebound-errno.h"

void
rebound_port_record_free (gpointer data)
{
  ReboundPortRecord *port = data;

  g_clear_object (&port->site);
  g_free (port);
}

static gboolean
is_in (ReboundSite *site, ReboundApplicationState state)
{
  ReboundApplication *application = site != NULL ? rebound_application_of_site (site) : NULL;

  return application != NULL && rebound_application_get_state (application) == state;
}

gboolean
rebound_explanation_is_suspended (ReboundSite *site)
{
  return is_in (site, REBOUND_APPLICATION_STATE_SUSPENDED);
}

gboolean
rebound_explanation_is_not_running (ReboundSite *site)
{
  return is_in (site, REBOUND_APPLICATION_STATE_NOT_RUNNING);
}

/* -- who has a port -- */

ReboundPortRecord *
rebound_explanation_find_port (ReboundExplanation *self, guint16 port)
{
  return g_hash_table_lookup (self->ports, GUINT_TO_POINTER (port));
}

static ReboundPortRecord *
get_port (ReboundExplanation *self, guint16 number)
{
  ReboundPortRecord *port = rebound_explanation_find_port (self, number);

  if (port != NULL)
    return port;
  port = g_new0 (ReboundPortRecord, 1);
  port->lost_usec = -1;
  g_hash_table_insert (self->ports, GUINT_TO_POINTER (number), port);
  return port;
}

void
rebound_explanation_note_bound (ReboundExplanation *self, ReboundSocket *socket)
{
  ReboundPortRecord *port;

  if (self == NULL || socket->local_port == 0)
    return;
  port = get_port (self, socket->local_port);
  port->end = socket->end;
  g_set_object (&port->site, socket->site);
  port->n_open++;
  port->refused_to = NULL;
}

static void
lose (ReboundExplanation *self, ReboundSocket *socket, ReboundEndFate fate)
{
  ReboundPortRecord *port = get_port (self, socket->local_port);

  port->end = socket->end;
  port->n_open -= socket->has_lost_port || port->n_open == 0 ? 0 : 1;
  port->fate = fate;
  port->lost_usec = rebound_explanation_get_time_usec (self);
  port->why = fate == REBOUND_END_CLOSED ? socket->why : NULL;
  port->refused_to = NULL;
}

void
rebound_explanation_note_unbound (ReboundExplanation *self, ReboundSocket *socket)
{
  if (self != NULL && socket->local_port != 0)
    lose (self, socket,
          rebound_explanation_is_not_running (socket->site) ? REBOUND_END_EXITED
                                                            : REBOUND_END_CLOSED);
}

void
rebound_explanation_note_listener_taken (ReboundExplanation *self, ReboundSocket *socket)
{
  if (self == NULL || socket->local_port == 0)
    return;
  lose (self, socket, REBOUND_END_TAKEN);
  socket->has_lost_port = TRUE;
}

/* Those that share a port are not told apart by it. */
void
rebound_explanation_find_listener (ReboundExplanation *self, ReboundHistory *history)
{
  ReboundPortRecord *port = rebound_explanation_find_port (self, history->port);

  if (port == NULL || port->n_open != 1)
    return;
  history->listener = port->end;
  history->is_to_suspended = rebound_explanation_is_suspended (port->site);
}

void
rebound_explanation_note_bind_failed (ReboundExplanation *self,
                                      const char *end,
                                      guint16 port,
                                      const ReboundBindCause *cause)
{
  ReboundIncident *incident;
  g_autofree char *variant = NULL;

  if (self == NULL)
    return;
  end = g_intern_string (end);
  if (port != 0)
    get_port (self, port)->refused_to = end;
  variant = g_strdup_printf ("%s %d %d", end, port, cause->met);
  incident = rebound_explanation_add (self, REBOUND_CAUSE_ADDRESS_IN_USE, g_intern_string (variant),
                                      end, rebound_explanation_get_time_usec (self));
  if (incident->count > 1)
    return;
  incident->bind = *cause;
  incident->port = port;
  incident->error_number = EADDRINUSE;
}

/* -- who has come in vain -- */

/* By whose doing, and why, nobody listens on the port. */
static ReboundAbsence
find_absence (ReboundExplanation *self, guint16 number)
{
  static const ReboundAbsenceKind kinds[] = {
    [REBOUND_END_OPEN] = REBOUND_ABSENCE_NEVER,
    [REBOUND_END_CLOSED] = REBOUND_ABSENCE_CLOSED,
    [REBOUND_END_EXITED] = REBOUND_ABSENCE_EXITED,
    [REBOUND_END_TAKEN] = REBOUND_ABSENCE_TAKEN,
  };
  ReboundPortRecord *port = rebound_explanation_find_port (self, number);
  ReboundAbsence absence = { number, REBOUND_ABSENCE_NEVER, NULL, NULL, 1 };

  if (port == NULL)
    return absence;
  absence.end = port->refused_to != NULL ? port->refused_to : port->end;
  if (port->n_open > 0)
    {
      absence.kind = REBOUND_ABSENCE_NOT_LISTENING;
      absence.end = port->end;
    }
  else if (port->refused_to != NULL)
    absence.kind = REBOUND_ABSENCE_BIND_FAILED;
  else
    {
      absence.kind = kinds[port->fate];
      absence.why = port->why;
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

      if (known->port == absence->port && known->kind == absence->kind && known->end == absence->end
          && known->why == absence->why)
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
  ReboundAbsence absence = find_absence (self, port);
  ReboundIncident *incident
      = rebound_explanation_add (self, REBOUND_CAUSE_NOBODY_LISTENS, NULL, end,
                                 rebound_explanation_get_time_usec (self));

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
  gboolean is_timeout = error_number == ETIMEDOUT;
  ReboundIncident *incident;

  if (self == NULL)
    return;
  end = g_intern_string (end);
  if (error_number == ECONNREFUSED)
    {
      note_refused (self, end, port);
      return;
    }
  if (!is_timeout && !is_link_down)
    return;
  incident
      = rebound_explanation_add (self,
                                 is_timeout ? REBOUND_CAUSE_NO_ANSWER : REBOUND_CAUSE_LINK_DOWN,
                                 rebound_errno_name (error_number), end,
                                 rebound_explanation_get_time_usec (self));
  incident->error_number = error_number;
  if (incident->count == 1)
    incident->port = port;
}

void
rebound_explanation_note_dropped (ReboundExplanation *self, const char *end, guint16 number)
{
  ReboundPortRecord *port;
  ReboundIncident *incident;

  if (self == NULL)
    return;
  port = rebound_explanation_find_port (self, number);
  incident = rebound_explanation_add (self, REBOUND_CAUSE_BACKLOG_FULL, NULL, g_intern_string (end),
                                      rebound_explanation_get_time_usec (self));
  if (incident->count > 1)
    return;
  incident->port = number;
  incident->by = port != NULL ? port->end : NULL;
  incident->is_suspended = port != NULL && rebound_explanation_is_suspended (port->site);
}
