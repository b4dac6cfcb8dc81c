/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which bugs are planted in the program that this is linked to, and what each stands for: a report
 * from the field, or a mend in this program's own history. REBOUND_PLANT says which one is there;
 * REBOUND_PLANT=list lists them. A name that is none is refused, or a test would find that a bug
 * which nobody has planted does no harm. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/rebound-planted-private.h"

static const struct
{
  const char *name;
  const char *text;
} plants[] = {
  { "no_reuse_option", "SO_REUSEADDR is set on the first socket and forgotten on the next" },
  { "port_survives_kill", "a listening descriptor outlives its process" },
  { "source_left_alive", "the accept source is left alive over close()" },
  { "kept_when_busy", "the listener is not closed on resign while somebody is connected" },
  { "connection_leaked", "the last connection is forgotten when its listener closes" },
  { "bind_error_ignored", "the error of bind() is ignored, and listen() finds a port of its own" },
  { "retry_outlives_close", "the retry timer is not cancelled on teardown" },
  { "cap_disarms", "the accept loop reaches its cap and does not go back to poll" },
  { "never_rearmed", "a source that rests after EMFILE is never armed again" },
  { "asks_so_error_alone", "a defunct listener is taken for alive: SO_ERROR was read once" },
  { "task_never_ended", "a background task is begun and not ended" },
  { "task_ended_early", "a background task ends with the first request, not with the last" },
  { "suspension_forgotten", "nobody is suspended when the last background task ends" },
  { "drain_skipped", "close() follows shutdown() at once, without a look at the peer's end" },
  { "link_up_not_noticed", "who was told ENETUNREACH does not try again" },
  { "link_not_noticed", "connections of the network before are kept" },
  { "generation_not_raised", "connections from before the background are used after it" },
  { "dead_kept", "a pooled connection is kept after the server's FIN" },
  { "keep_alive_ignored", "Keep-Alive: timeout=N is not looked at" },
  { "expiry_never_rearmed", "the expiry timer is armed for the first connection alone" },
  { "limit_off_by_one", "one request more than max-per-host is on its way" },
  { "post_retried", "a POST that may have been delivered is sent again" },
  { "retry_from_pool", "a request is tried again over a connection that is as old" },
};

static const char *planted = "";

/* Before main(): whatever is wrong with the name is said before anything is played. */
__attribute__ ((constructor)) static void
choose (void)
{
  const char *name = getenv ("REBOUND_PLANT");

  if (name == NULL || *name == '\0')
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (plants); i++)
    if (strcmp (name, "list") == 0)
      printf ("%s\t%s\n", plants[i].name, plants[i].text);
    else if (strcmp (name, plants[i].name) == 0)
      planted = plants[i].name;
  if (strcmp (name, "list") == 0)
    exit (0);
  if (*planted != '\0')
    return;
  fprintf (stderr, "REBOUND_PLANT: there is no bug “%s”; expected one of REBOUND_PLANT=list\n",
           name);
  exit (2);
}

gboolean
rebound_is_planted (const char *name)
{
  return strcmp (planted, name) == 0;
}
