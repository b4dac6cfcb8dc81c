/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A play in a process of its own is nobody's once its parent is gone, and in real time it can go on
 * for days. SIGKILL leaves the parent no time to end it, so the kernel is asked to. */

#include "rebound-die-with.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "rebound-command.h"

void
rebound_die_with (pid_t parent, int messages)
{
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) < 0)
    {
      dprintf (messages,
               "rebound: the process of a play cannot begin: prctl (PR_SET_PDEATHSIG): %s\n",
               strerrorname_np (errno));
      _exit (REBOUND_EXIT_INTERNAL);
    }
  if (getppid () != parent)
    _exit (REBOUND_EXIT_INTERNAL);
}
