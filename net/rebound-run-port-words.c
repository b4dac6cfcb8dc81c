/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a port of a run is taken, in a script's words: whose each socket is, who ended it first, and
 * what would have to be written for the port to be free. The verdict and the rule are those of
 * `rebound why`. */

#include "rebound-run-port-private.h"

#include <errno.h>

#include "lifecycle/rebound-duration.h"
#include "rebound-listener.h"

/* More names than this make a sentence that nobody reads. */
#define MOST_NAMES 3

/* Is it a listener, with properties to be set and generations? */
static gboolean
is_of_listener (const ReboundRunPort *self, const ReboundSocket *socket)
{
  return socket != NULL && self->world != NULL
         && REBOUND_IS_LISTENER (rebound_site_find (self->world, socket->end));
}

static gboolean
is_of_earlier_process (const ReboundSocket *socket)
{
  return socket->site != NULL && socket->process < rebound_site_get_process (socket->site);
}

char *
rebound_run_port_dup_owner (const ReboundRunPort *self, const ReboundPortClaim *claim)
{
  const ReboundPortClaim *listener = rebound_run_port_find_listener (self, claim);
  const ReboundSocket *socket = claim->socket;

  if (socket == NULL && listener != NULL && listener->socket != NULL)
    return g_strdup_printf ("backlog of %s", listener->socket->end);
  if (socket == NULL)
    return g_strdup ("somebody else");
  return is_of_earlier_process (socket) ? g_strdup_printf ("an earlier process of %s", socket->end)
                                        : g_strdup (socket->end);
}

guint
rebound_run_port_get_generation (const ReboundRunPort *self, const ReboundPortClaim *claim)
{
  return is_of_listener (self, claim->socket) ? claim->socket->generation : 0;
}

char *
rebound_run_port_dup_ending (const ReboundPortClaim *claim)
{
  const ReboundSocket *socket = claim->socket;

  if (socket == NULL)
    return NULL;
  switch (socket->first_end)
    {
    case REBOUND_FIRST_END_OURS:
      return g_strdup_printf ("%s closed first", socket->end);
    case REBOUND_FIRST_END_PEER:
      return g_strdup ("the peer closed first");
    case REBOUND_FIRST_END_SYSTEM:
      return g_strdup ("the system took it away");
    case REBOUND_FIRST_END_PEERS_SYSTEM:
      return g_strdup ("the system took the peer's end away");
    case REBOUND_FIRST_END_BOTH:
      return g_strdup ("both closed at once");
    case REBOUND_FIRST_END_NOBODY:
    default:
      return NULL;
    }
}

/* -- the cure -- */

/* Who is hardest to get rid of: the claims are sorted. */
static const ReboundPortClaim *
find_worst (const ReboundRunPort *self)
{
  static const ReboundPortAnswer order[] = { REBOUND_PORT_YES, REBOUND_PORT_UNSEEN };

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    for (guint j = 0; j < self->claims->len; j++)
      {
        const ReboundPortClaim *claim = self->claims->pdata[j];

        if (rebound_run_port_is_in_the_way (self, claim) == order[i])
          return claim;
      }
  return NULL;
}

/* " (phone#1 and phone#2 wait in its backlog, and would be reset)"; "" where nobody does. */
static char *
describe_backlog (const ReboundRunPort *self, const ReboundPortClaim *listener)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint count = 0;

  for (guint i = 0; i < self->claims->len; i++)
    {
      const ReboundPortClaim *claim = self->claims->pdata[i];

      if (rebound_run_port_find_listener (self, claim) != listener)
        continue;
      if (count++ < MOST_NAMES)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", claim->holder->remote);
    }
  if (count == 0)
    return g_strdup ("");
  if (count > MOST_NAMES)
    g_string_append_printf (names, " and %u more", count - MOST_NAMES);
  return g_strdup_printf (" (in its backlog %s wait%s, and would be reset)", names->str,
                          count == 1 ? "s" : "");
}

/* Whether a script can have its owner close it. An http-server goes when the world does. */
static gboolean
can_be_closed (const ReboundSocket *socket)
{
  GObject *owner = rebound_site_find (socket->site, socket->end);

  return owner == NULL || g_signal_lookup ("close", G_OBJECT_TYPE (owner)) != 0;
}

/* What has a descriptor that is open. */
static char *
fix_open (const ReboundRunPort *self, const ReboundPortClaim *worst)
{
  g_autofree char *backlog = describe_backlog (self, worst);

  if (worst->socket == NULL)
    return g_strdup_printf ("it is none of the run's sockets%s; take another port", backlog);
  if (!can_be_closed (worst->socket))
    return g_strdup_printf ("%s keeps it; take another port", worst->socket->end);
  if (g_strcmp0 (worst->socket->end, self->question.asker) == 0)
    return g_strdup_printf ("%s has it itself: %s.close before it is opened anew%s",
                            worst->socket->end, worst->socket->end, backlog);
  return g_strdup_printf ("%s.close%s; or take another port", worst->socket->end, backlog);
}

/* The longest of those in the way, -1 where none has an end. */
static gint64
find_time_left_usec (const ReboundRunPort *self)
{
  gint64 left_usec = -1;

  for (guint i = 0; i < self->claims->len; i++)
    {
      const ReboundPortClaim *claim = self->claims->pdata[i];

      if (rebound_run_port_is_in_the_way (self, claim) != REBOUND_PORT_NO)
        left_usec = MAX (left_usec, claim->holder->time_left_usec);
    }
  return left_usec;
}

/* What would rid the script of the connection now. */
static char *
fix_now (const ReboundRunPort *self, const ReboundPortClaim *worst)
{
  gint64 left_usec = find_time_left_usec (self);
  g_autofree char *left = rebound_duration_to_string (MAX (left_usec, 0));

  if (worst->holder->inode != 0 && worst->socket != NULL)
    return is_of_listener (self, worst->socket)
               ? g_strdup_printf ("%s.close-connections way=abort", worst->socket->end)
               : g_strdup_printf ("%s.set-option option=linger time=0s and %s.close",
                                  worst->socket->end, worst->socket->end);
  return left_usec >= 0 ? g_strdup_printf ("wait %s", left)
                        : g_strdup ("wait until its peer has closed");
}

/* What would keep it from being left. */
static const char *
fix_next_time (const ReboundRunPort *self, const ReboundPortClaim *worst)
{
  if (worst->socket == NULL)
    return "";
  if (!is_of_listener (self, worst->socket))
    return "; or an abort, which leaves nothing: set-option option=linger time=0s before close";
  return worst->socket->first_end == REBOUND_FIRST_END_OURS
             ? "; or leave nothing: the client closes first (close-order=client-first), and what "
               "is open when the listener closes is aborted (connection-policy=abort)"
             : "; or leave nothing: what is open when the listener closes is aborted "
               "(connection-policy=abort)";
}

/* A connection, open or not, that the option on the new socket is not enough for. */
static char *
fix_connection (const ReboundRunPort *self, const ReboundPortClaim *worst)
{
  g_autofree char *now = fix_now (self, worst);
  g_autofree char *whose = NULL;
  const char *option = is_of_listener (self, worst->socket)
                           ? "reuse-address=yes from the first generation on"
                           : "set-option option=reuse-address on the one that listens";

  if (rebound_run_port_get_generation (self, worst) > 0)
    whose = g_strdup_printf (" (generation %u of %s was bound without)", worst->socket->generation,
                             worst->socket->end);
  return g_strdup_printf ("%s; next time %s, for what remains has the option of the listener that "
                          "accepted it%s%s",
                          now, option, whose != NULL ? whose : "", fix_next_time (self, worst));
}

/* What there is has the option, the new socket has not. */
static char *
fix_option (const ReboundRunPort *self)
{
  return self->question.asker != NULL
             ? g_strdup_printf ("set %s reuse-address=yes", self->question.asker)
             : g_strdup ("bind it with reuse-address=yes");
}

char *
rebound_run_port_dup_fix (const ReboundRunPort *self)
{
  const ReboundPortTry *attempt = self->report->tries->pdata[0];
  const ReboundPortClaim *worst = find_worst (self);

  if (self->report->is_free)
    return NULL;
  if (attempt->errors[self->report->option] != EADDRINUSE)
    return rebound_port_words_fix (self->report, NULL);
  if (attempt->errors[REBOUND_PORT_REUSE_ADDRESS] == 0)
    return fix_option (self);
  if (worst == NULL)
    return g_strdup ("it is none of the run's sockets; take another port");
  return worst->holder->hold <= REBOUND_PORT_HOLD_BOUND ? fix_open (self, worst)
                                                        : fix_connection (self, worst);
}
