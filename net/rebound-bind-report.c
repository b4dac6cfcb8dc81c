/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EADDRINUSE has three causes, and a person can act on each in another way; the kernel gives one
 * number for all. Who is in the way is judged as “why” judges it, so that the two say the same; but
 * the event of a bind that failed has room for one sentence. */

#include "rebound-bind-report-private.h"

#include <netinet/tcp.h>
#include <string.h>

#include "lifecycle/rebound-application.h"
#include "rebound-run-port-private.h"

/* Remainders of one generation in one state, which share a sentence. */
typedef struct
{
  const char *end;
  gboolean is_earlier; /* of a process before this one */
  guint generation;
  guint8 state;
  gboolean reuse_address;
  guint count;
} Remainders;

static char *
report_open (const ReboundSocket *socket, const char *end)
{
  if (socket == NULL)
    return g_strdup ("somebody else has the port");
  if (g_strcmp0 (socket->end, end) == 0)
    return g_strdup_printf (
        "the descriptor of generation %u is still open; close it before the port is "
        "bound again",
        socket->generation);
  return g_strdup_printf ("%s has the port: its descriptor is open", socket->end);
}

static void
count_remainder (GArray *groups, const ReboundSocket *socket, guint8 state)
{
  gboolean is_earlier
      = socket->site != NULL && socket->process < rebound_site_get_process (socket->site);
  Remainders group
      = { socket->end, is_earlier, socket->generation, state, socket->reuse_address, 1 };

  for (guint i = 0; i < groups->len; i++)
    {
      Remainders *known = &g_array_index (groups, Remainders, i);

      if (known->end == group.end && known->is_earlier == group.is_earlier
          && known->generation == group.generation && known->state == group.state
          && known->reuse_address == group.reuse_address)
        {
          known->count++;
          return;
        }
    }
  g_array_append_val (groups, group);
}

/* Who has left them, as @end would say it. (transfer full) */
static char *
describe_owner (const Remainders *group, const char *end)
{
  if (g_strcmp0 (group->end, end) != 0)
    return g_strdup (group->end);
  if (group->is_earlier)
    return g_strdup ("the process before this one");
  return g_strdup_printf ("generation %u", group->generation);
}

/* Which of the two options is missing: Linux wants it on what remains and on the new socket. */
static const char *
missing_option (gboolean theirs, gboolean ours)
{
  if (!theirs && !ours)
    return "neither it nor the new socket has SO_REUSEADDR";
  return !theirs ? "it was bound without SO_REUSEADDR, and on the new socket alone that is too late"
                 : "the new socket has no SO_REUSEADDR";
}

static char *
report_remainders (GArray *groups, const char *end, gboolean reuse_address)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < groups->len; i++)
    {
      Remainders *group = &g_array_index (groups, Remainders, i);
      g_autofree char *owner = describe_owner (group, end);

      if (group->reuse_address && reuse_address)
        continue;
      g_string_append_printf (text, "%s%s left %u connection%s in %s, and %s",
                              text->len > 0 ? "; " : "", owner, group->count,
                              group->count == 1 ? "" : "s", rebound_tcp_state_name (group->state),
                              missing_option (group->reuse_address, reuse_address));
    }
  return g_string_free (text, text->len == 0);
}

char *
rebound_bind_report (ReboundSite *site, const ReboundPortQuestion *question)
{
  g_autoptr (ReboundRunPort) port = rebound_linux_kernel_look_at_port (site, question, FALSE);
  g_autoptr (GArray) groups = g_array_new (FALSE, FALSE, sizeof (Remainders));
  char *text;

  if (port == NULL)
    return NULL;
  for (guint i = 0; i < port->claims->len; i++)
    {
      const ReboundPortClaim *claim = port->claims->pdata[i];

      if (rebound_run_port_is_in_the_way (port, claim) == REBOUND_PORT_NO)
        continue;
      if (claim->socket == NULL || claim->holder->hold <= REBOUND_PORT_HOLD_BOUND)
        return report_open (claim->socket, question->asker);
      count_remainder (groups, claim->socket, (guint8) claim->holder->state);
    }
  text = report_remainders (groups, question->asker, question->reuse_address);
  return text != NULL ? text : g_strdup ("somebody else has the port");
}

static gboolean
is_suspended (ReboundSite *site)
{
  ReboundApplication *application = rebound_application_of_site (site);

  return application != NULL
         && rebound_application_get_state (application) == REBOUND_APPLICATION_STATE_SUSPENDED;
}

static void
describe_cause (const ReboundPortClaim *claim, ReboundBindCause *cause)
{
  const ReboundSocket *socket = claim->socket;

  cause->met = socket->is_listener ? REBOUND_BIND_MET_OPEN : REBOUND_BIND_MET_REMAINS;
  cause->end = socket->end;
  cause->generation = socket->generation;
  cause->is_earlier
      = socket->site != NULL && socket->process < rebound_site_get_process (socket->site);
  cause->is_suspended = is_suspended (socket->site);
  cause->connection = g_intern_string (socket->connection);
  cause->ended_at = socket->first_end != REBOUND_FIRST_END_NOBODY ? socket->ending.place : NULL;
  cause->state = (guint8) claim->holder->state;
  cause->theirs = socket->reuse_address;
}

gboolean
rebound_bind_find_cause (ReboundSite *site,
                         const ReboundPortQuestion *question,
                         ReboundBindCause *cause)
{
  g_autoptr (ReboundRunPort) port = rebound_linux_kernel_look_at_port (site, question, FALSE);

  if (port == NULL)
    return FALSE;
  memset (cause, 0, sizeof *cause);
  cause->ours = question->reuse_address;
  for (guint i = 0; i < port->claims->len; i++)
    {
      const ReboundPortClaim *claim = port->claims->pdata[i];

      if (claim->socket == NULL || rebound_run_port_is_in_the_way (port, claim) == REBOUND_PORT_NO)
        continue;
      describe_cause (claim, cause);
      break;
    }
  return TRUE;
}
