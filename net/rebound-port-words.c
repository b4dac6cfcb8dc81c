/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a port is taken: the judgement in words, for whoever stands before EADDRINUSE and wants to
 * know what to do. The same words go to the text and to the JSON. */

#include <errno.h>
#include <string.h>

#include "rebound-errno.h"
#include "rebound-port-report-private.h"

/* "0.0.0.0", "[::]". */
static char *
name_address (GInetAddress *address)
{
  g_autofree char *text = g_inet_address_to_string (address);

  return g_strdup_printf (strchr (text, ':') != NULL ? "[%s]" : "%s", text);
}

/* What the two addresses have to do with each other, where they are not the same. */
static char *
describe_overlap (const ReboundPortHolder *holder, const ReboundPortTry *ours)
{
  g_autofree char *its = name_address (holder->address);
  g_autofree char *own = name_address (ours->address);
  GSocketFamily its_family = g_inet_address_get_family (holder->address);

  if (g_inet_address_equal (holder->address, ours->address))
    return g_strdup ("");
  if (g_inet_address_get_is_any (holder->address))
    return its_family != g_inet_address_get_family (ours->address)
                   && its_family == G_SOCKET_FAMILY_IPV6
               ? g_strdup_printf ("; %s without IPV6_V6ONLY is every IPv4 address as well", its)
               : g_strdup_printf ("; %s is every address, %s as well", its, own);
  if (g_inet_address_get_is_any (ours->address))
    return g_strdup_printf ("; %s would be every address, %s as well", own, its);
  return g_strdup_printf ("; %s and %s are one address", own, its);
}

static const char *
reuse_rule (ReboundPortAnswer its, ReboundPortOption ours)
{
  if (ours == REBOUND_PORT_REUSE_ADDRESS)
    return its == REBOUND_PORT_NO
               ? "it was bound without SO_REUSEADDR, and on the new socket alone that is too late"
               : "the new socket has SO_REUSEADDR, so one of those that are left has not (whose "
                 "option it is cannot be seen)";
  if (its == REBOUND_PORT_YES)
    return "it has SO_REUSEADDR, and the new socket has not: it takes both";
  return its == REBOUND_PORT_NO ? "neither it nor the new socket has SO_REUSEADDR: it takes both"
                                : "the new socket has no SO_REUSEADDR, and it takes both (whether "
                                  "the old one has cannot be seen)";
}

char *
rebound_port_words_rule (const ReboundPortReport *report,
                         const ReboundPortHolder *holder,
                         const ReboundPortTry *ours)
{
  g_autofree char *overlap = describe_overlap (holder, ours);

  if (holder->hold == REBOUND_PORT_HOLD_LISTENING)
    return g_strdup_printf ("a socket that listens has its address to itself, with SO_REUSEADDR or "
                            "without%s",
                            overlap);
  return g_strdup_printf ("%s%s", reuse_rule (holder->reuse_address, report->option), overlap);
}

/* "nginx (pid 12) and 3 more processes"; in a run the actor. */
static char *
name_owner (const ReboundPortHolder *holder)
{
  const ReboundPortProcess *first;

  if (holder->owner != NULL)
    return g_strdup (holder->owner);
  if (holder->processes->len == 0)
    return holder->user != NULL
               ? g_strdup_printf ("a process of %s that cannot be seen", holder->user)
               : g_strdup_printf ("a process of user %u that cannot be seen", holder->uid);
  first = holder->processes->pdata[0];
  if (holder->processes->len == 1)
    return g_strdup_printf ("%s (pid %" G_GINT64_FORMAT ")", first->name, first->pid);
  return g_strdup_printf ("%s (pid %" G_GINT64_FORMAT ") and %u more process%s", first->name,
                          first->pid, holder->processes->len - 1,
                          holder->processes->len == 2 ? "" : "es");
}

static guint
count_in_the_way (const ReboundPortReport *report)
{
  guint count = 0;

  for (guint i = 0; i < report->holders->len; i++)
    {
      const ReboundPortHolder *holder = report->holders->pdata[i];

      count += holder->in_the_way[report->option] != REBOUND_PORT_NO;
    }
  return count;
}

/* How many are in the way as @worst is, and for how long the last of them. */
static guint
count_like (const ReboundPortReport *report, const ReboundPortHolder *worst, gint64 *time_left_usec)
{
  guint count = 0;

  *time_left_usec = -1;
  for (guint i = 0; i < report->holders->len; i++)
    {
      const ReboundPortHolder *holder = report->holders->pdata[i];

      if (holder->hold != worst->hold || holder->in_the_way[report->option] == REBOUND_PORT_NO)
        continue;
      count++;
      *time_left_usec = MAX (*time_left_usec, holder->time_left_usec);
    }
  return count;
}

/* In a run, of those in the way as @worst is: " of web", or "" where they are not all one's. */
static char *
name_common_owner (const ReboundPortReport *report, const ReboundPortHolder *worst)
{
  for (guint i = 0; i < report->holders->len; i++)
    {
      const ReboundPortHolder *holder = report->holders->pdata[i];

      if (holder->hold == worst->hold && holder->in_the_way[report->option] != REBOUND_PORT_NO
          && g_strcmp0 (holder->owner, worst->owner) != 0)
        return g_strdup ("");
    }
  /* Of one that is open it is said who has it open. */
  return worst->owner != NULL && worst->inode == 0 ? g_strdup_printf (" of %s", worst->owner)
                                                   : g_strdup ("");
}

static char *
seconds (gint64 time_usec)
{
  return g_strdup_printf ("%.1f s", (double) time_usec / G_USEC_PER_SEC);
}

static char *
describe_connections (const ReboundPortReport *report, const ReboundPortHolder *worst)
{
  gint64 time_left_usec;
  guint count = count_like (report, worst, &time_left_usec);
  g_autofree char *left = seconds (MAX (time_left_usec, 0));
  guint others = count_in_the_way (report) - count;
  g_autofree char *more = others > 0 ? g_strdup_printf (" (and %u more in the way)", others) : NULL;
  g_autofree char *whose = name_common_owner (report, worst);
  g_autofree char *text
      = g_strdup_printf ("%u connection%s%s in %s%s", count, count == 1 ? "" : "s", whose,
                         rebound_port_state_name (worst->state), more != NULL ? more : "");

  if (time_left_usec >= 0)
    return g_strdup_printf ("%s, which nobody has open and the kernel keeps for another %s", text,
                            left);
  if (worst->inode == 0)
    return g_strdup_printf ("%s, which nobody has open", text);
  g_autofree char *owner = name_owner (worst);
  return g_strdup_printf ("%s, %s has %s open", text, owner, count == 1 ? "it" : "the first");
}

static char *
describe_worst (const ReboundPortReport *report, const ReboundPortHolder *worst)
{
  g_autofree char *owner = NULL;
  gboolean is_one;

  if (worst == NULL)
    return g_strdup (report->sees_bound ? "by whom cannot be seen"
                                        : "by a socket that cannot be seen, bound and not listening"
                                          " most likely");
  if (worst->hold > REBOUND_PORT_HOLD_BOUND)
    return describe_connections (report, worst);
  owner = name_owner (worst);
  is_one = worst->processes->len <= 1;
  if (worst->hold == REBOUND_PORT_HOLD_LISTENING)
    return g_strdup_printf ("%s listen%s on %s", owner, is_one ? "s" : "", worst->local);
  return g_strdup_printf ("%s %s bound %s, and %s not listen", owner, is_one ? "has" : "have",
                          worst->local, is_one ? "does" : "do");
}

/* The first errno that is none of "in use", else the first; 0 where all binds succeed. */
static int
error_with (const ReboundPortReport *report, ReboundPortOption option)
{
  int found = 0;

  for (guint i = 0; i < report->tries->len; i++)
    {
      int error_number = ((const ReboundPortTry *) report->tries->pdata[i])->errors[option];

      if (error_number != 0 && (found == 0 || found == EADDRINUSE))
        found = error_number;
    }
  return found;
}

/* "0.0.0.0 and [::]": where it succeeds, or where not. */
static char *
list_addresses (const ReboundPortReport *report, gboolean succeed)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < report->tries->len; i++)
    {
      const ReboundPortTry *ours = report->tries->pdata[i];
      g_autofree char *name = name_address (ours->address);

      if ((ours->errors[report->option] == 0) == succeed)
        g_string_append_printf (text, "%s%s", text->len > 0 ? " and " : "", name);
    }
  return g_string_free (text, FALSE);
}

static char *
say_free (const ReboundPortReport *report)
{
  g_autofree char *where = list_addresses (report, TRUE);
  gboolean needs_option = error_with (report, REBOUND_PORT_PLAIN) != 0;

  if (report->option == REBOUND_PORT_PLAIN)
    return g_strdup_printf ("%s is free on %s", report->name, where);
  return g_strdup_printf ("%s is free on %s with SO_REUSEADDR%s", report->name, where,
                          needs_option ? ", and without it is not" : "");
}

char *
rebound_port_words_verdict (const ReboundPortReport *report, const ReboundPortHolder *worst)
{
  int error_number = error_with (report, report->option);
  gboolean would_help = report->option == REBOUND_PORT_PLAIN
                        && error_with (report, REBOUND_PORT_REUSE_ADDRESS) == 0;
  g_autofree char *taken_on = list_addresses (report, FALSE);
  g_autofree char *free_on = list_addresses (report, TRUE);
  g_autofree char *because = NULL;

  if (report->is_free)
    return say_free (report);
  if (error_number == EADDRNOTAVAIL)
    return g_strdup_printf ("%s cannot be bound: EADDRNOTAVAIL: %s is no address of this machine",
                            report->name, taken_on);
  if (error_number != EADDRINUSE)
    return g_strdup_printf ("%s cannot be bound on %s: %s: %s", report->name, taken_on,
                            rebound_errno_name (error_number), rebound_errno_text (error_number));
  because = describe_worst (report, worst);
  return g_strdup_printf ("%s is taken on %s%s%s: %s%s", report->name, taken_on,
                          *free_on != '\0' ? " and free on " : "", free_on, because,
                          would_help ? "; with SO_REUSEADDR it is free" : "");
}

static char *
fix_processes (const ReboundPortHolder *worst)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < worst->processes->len; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "",
                            ((ReboundPortProcess *) worst->processes->pdata[i])->pid);
  return g_string_free (text, FALSE);
}

/* systemd listens for a service; who kills it has other troubles. */
static gboolean
is_held_by_systemd (const ReboundPortHolder *holder)
{
  for (guint i = 0; i < holder->processes->len; i++)
    if (g_str_equal (((ReboundPortProcess *) holder->processes->pdata[i])->name, "systemd"))
      return TRUE;
  return FALSE;
}

static void
append_consequences (GString *text, const ReboundPortHolder *worst)
{
  if (worst->backlog > 0)
    g_string_append_printf (text, " (%u client%s in its backlog would be reset)", worst->backlog,
                            worst->backlog == 1 ? "" : "s");
  g_string_append (text, worst->hold == REBOUND_PORT_HOLD_CONNECTION
                             ? "; next time bind every generation of the listener with "
                               "SO_REUSEADDR, which what it accepts inherits"
                             : "; or take another port");
  if (worst->hold == REBOUND_PORT_HOLD_LISTENING
      && worst->in_the_way[REBOUND_PORT_REUSE_PORT] == REBOUND_PORT_NO)
    g_string_append (text, " (SO_REUSEPORT would be let in, and is no cure: half of the clients "
                           "would still go to the old socket)");
}

/* What goes on holding it: a process has to let go. */
static char *
fix_open (const ReboundPortReport *report, const ReboundPortHolder *worst)
{
  g_autofree char *pids = fix_processes (worst);
  GString *text = g_string_new (NULL);

  if (worst->processes->len == 0 && report->uid != 0)
    g_string_append_printf (text, "ask as root who it is: sudo rebound why %u", report->port);
  else if (worst->processes->len == 0)
    g_string_append (text, "look for its process outside of this container");
  else if (is_held_by_systemd (worst))
    g_string_append (text, "stop its unit, which “systemctl list-sockets” names");
  else if (worst->processes->len > 1)
    g_string_append_printf (text,
                            "every one of its %u processes has to close it, for a child inherits "
                            "it (SOCK_CLOEXEC): kill %s",
                            worst->processes->len, pids);
  else
    g_string_append_printf (text, "have it closed: kill %s", pids);
  append_consequences (text, worst);
  return g_string_free (text, FALSE);
}

/* What goes by itself. */
static char *
fix_remainder (const ReboundPortReport *report)
{
  gint64 time_left_usec = -1;
  g_autofree char *left = NULL;
  g_autofree char *wait = NULL;

  for (guint i = 0; i < report->holders->len; i++)
    {
      const ReboundPortHolder *holder = report->holders->pdata[i];

      if (holder->in_the_way[report->option] != REBOUND_PORT_NO)
        time_left_usec = MAX (time_left_usec, holder->time_left_usec);
    }
  left = seconds (MAX (time_left_usec, 0));
  wait = time_left_usec >= 0 ? g_strdup_printf ("wait %s", left)
                             : g_strdup ("wait until its peer has answered");
  if (report->option == REBOUND_PORT_PLAIN && error_with (report, REBOUND_PORT_REUSE_ADDRESS) == 0)
    return g_strdup_printf ("set SO_REUSEADDR before bind (), or %s", wait);
  return g_strdup_printf (
      "%s; next time set SO_REUSEADDR on every generation of the listener, the first as well, for "
      "what remains of a connection has the option of the listener that accepted it",
      wait);
}

char *
rebound_port_words_fix (const ReboundPortReport *report, const ReboundPortHolder *worst)
{
  int error_number = error_with (report, report->option);

  if (error_number == EACCES)
    return g_strdup ("take a port from 1024 up, or have CAP_NET_BIND_SERVICE (systemd: "
                     "AmbientCapabilities=), or lower net.ipv4.ip_unprivileged_port_start");
  if (error_number == EADDRNOTAVAIL)
    return g_strdup ("take one that “ip address” lists, or 0.0.0.0 for all of them");
  if (error_number != EADDRINUSE)
    return NULL;
  if (worst != NULL && worst->hold >= REBOUND_PORT_HOLD_CLOSING && worst->inode == 0)
    return fix_remainder (report);
  if (report->option == REBOUND_PORT_PLAIN && error_with (report, REBOUND_PORT_REUSE_ADDRESS) == 0)
    return g_strdup ("set SO_REUSEADDR before bind ()");
  if (worst != NULL)
    return fix_open (report, worst);
  return g_strdup_printf ("ask again, for it may have gone in the meantime; or as root: sudo "
                          "rebound why %u",
                          report->port);
}
