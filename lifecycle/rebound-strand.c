/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GLib's own loop asks, sleeps and dispatches in one call. A run takes these apart, so that whoever
 * iterates decides how long is slept (not at all, in virtual time), and whose context has its turn.
 */

#include "rebound-strand-private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>

#include "rebound-error.h"

ReboundStrand *
rebound_strand_new (ReboundSite *site)
{
  ReboundStrand *self = g_new0 (ReboundStrand, 1);

  self->site = g_object_ref (site);
  self->context = rebound_site_get_context (site);
  self->fds = g_array_new (FALSE, FALSE, sizeof (GPollFD));
  g_array_set_size (self->fds, 8);
  return self;
}

void
rebound_strand_free (gpointer data)
{
  ReboundStrand *strand = data;

  g_array_unref (strand->fds);
  g_object_unref (strand->site);
  g_free (strand);
}

void
rebound_strand_prepare (ReboundStrand *strand)
{
  int n_fds;

  g_main_context_prepare (strand->context, &strand->priority);
  while ((n_fds = g_main_context_query (strand->context, strand->priority, &strand->timeout_msec,
                                        (GPollFD *) strand->fds->data, (int) strand->fds->len))
         > (int) strand->fds->len)
    g_array_set_size (strand->fds, (guint) n_fds);
  g_array_set_size (strand->fds, (guint) n_fds);
}

/* The one thing that poll() finds wrong with what it was given: somebody has lowered the limit
 * meanwhile. */
static char *
dup_why_invalid (guint n_fds)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || n_fds <= limit.rlim_cur)
    return g_strdup ("");
  return g_strdup_printf (
      ": %u descriptors were looked at, and RLIMIT_NOFILE allows %" G_GUINT64_FORMAT, n_fds,
      (guint64) limit.rlim_cur);
}

gboolean
rebound_strand_poll (GArray *fds, int timeout_msec, GError **error)
{
  g_autofree char *why = NULL;
  int error_number;

  /* GPollFD is laid out as struct pollfd on every Unix; GLib's own poll function relies on it too.
   */
  if (poll ((struct pollfd *) fds->data, fds->len, timeout_msec) >= 0)
    return TRUE;
  error_number = errno;
  for (guint i = 0; i < fds->len; i++)
    g_array_index (fds, GPollFD, i).revents = 0;
  if (error_number == EINTR)
    return TRUE;
  why = error_number == EINVAL ? dup_why_invalid (fds->len) : g_strdup ("");
  g_set_error (error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL, "poll: %s (%s)%s",
               strerrorname_np (error_number), g_strerror (error_number), why);
  return FALSE;
}

gboolean
rebound_strand_dispatch (ReboundStrand *strand)
{
  gboolean ready = g_main_context_check (strand->context, strand->priority,
                                         (GPollFD *) strand->fds->data, (int) strand->fds->len);

  if (ready)
    {
      g_main_context_push_thread_default (strand->context);
      g_main_context_dispatch (strand->context);
      g_main_context_pop_thread_default (strand->context);
    }
  return ready;
}

char *
rebound_strand_dup_ready_descriptor (ReboundStrand *strand)
{
  for (guint i = 0; i < strand->fds->len; i++)
    if (g_array_index (strand->fds, GPollFD, i).revents != 0)
      return g_strdup_printf ("%d", g_array_index (strand->fds, GPollFD, i).fd);
  return NULL;
}
