/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run knows its sockets by asking the kernel: their cookies, addresses and states, once an
 * instant and for each of thousands. Where it does not answer, for want of memory say, the one who
 * asked goes on as if there were nothing to be known, and the log would differ without a word. So
 * the first such failure is kept, and the run that no longer knows its own sockets ends when it
 * looks the next time. A thread plays one run at a time; outside of any run nobody looks. */

#include "rebound-trouble-private.h"

#include <errno.h>
#include <string.h>

#include "rebound-error.h"

static _Thread_local GError *kept;

void
rebound_trouble_note (const char *call)
{
  if (errno == EBADF || errno == ENOTSOCK || errno == ENOTCONN || kept != NULL)
    return;
  kept = g_error_new (REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
                      "cannot look after the run's sockets: %s: %s", call, strerrorname_np (errno));
}

void
rebound_trouble_keep (const GError *error)
{
  if (kept == NULL)
    kept = g_error_new (REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
                        "cannot look after the run's sockets: %s", error->message);
}

gboolean
rebound_trouble_is_done (int result, const char *call)
{
  if (result < 0)
    rebound_trouble_note (call);
  return result >= 0;
}

gboolean
rebound_trouble_check (GError **error)
{
  if (kept == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&kept));
  return FALSE;
}

void
rebound_trouble_forget (void)
{
  g_clear_error (&kept);
}
