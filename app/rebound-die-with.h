/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

/* Has this process end when @parent does, however that ends; at once if it has lost it before: it
 * has another one by then. To be said again after a user's namespace was entered, where it would be
 * forgotten if the process changed who it is. Where that cannot be had the process ends, and says
 * why on the descriptor @messages. */
void rebound_die_with (pid_t parent, int messages);
