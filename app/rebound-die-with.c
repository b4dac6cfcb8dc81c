/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A play in a process of its own is nobody's once its parent is gone, and in real time it can go on
 * for days. SIGKILL leaves the parent no time to end it, so the kernel is asked to. */

#include "rebound-die-with.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "rebound-command.h"

void
rebound_die_with (pid_t parent)
{
  if (prctl (PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid () != parent)
    _exit (REBOUND_EXIT_INTERNAL);
}
