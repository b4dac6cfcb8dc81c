/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A close() is over when it returns, unless somebody else has the file for a moment, and anybody
 * can: whoever reads /proc/PID/fd, as ss -p, lsof and `rebound why` do, takes a reference to each
 * file that he looks at (proc_fd_link() in fs/proc/fd.c), and the kernel closes when the last one
 * goes: when he lets go of it, on his CPU. In the log of a run that would be an end in the midst of
 * something else, once in some ten thousand closes. So a close that is not over yet waits for
 * whoever looks. */
typedef struct
{
  gint64 until_usec; /* of the monotonic clock; 0: nobody was met yet */
} ReboundLookers;

/* Gives them a turn. FALSE when they have had time enough: whoever looks has a file for
 * microseconds, unless he has to wait for a CPU himself; this one does not look, a program with the
 * library in it has given its descriptors to another process. */
gboolean rebound_lookers_wait (ReboundLookers *self);

G_END_DECLS
