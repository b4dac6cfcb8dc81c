/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-kernel.h"
#include "rebound-socket-table-private.h"

G_BEGIN_DECLS

/* Takes the socket that @fd is away from whoever has it open: a listener, or a connection that is
 * established, on its way or half closed. The descriptor stays open. Returns 0 or a negative errno:
 * -ENOTCONN where there is nothing to be taken (never connected, or ended already), -EPERM where
 * SOCK_DESTROY is not allowed. */
int rebound_reclaim_descriptor (ReboundSocketDiag *diag, int fd, ReboundReclaimStyle style);

/* Told of each socket: @style is "fin", "defunct", "destroy" or, of a listener, "silent";
 * @error_number is 0 where it was taken away. */
typedef void (*ReboundReclaimFunc) (ReboundSocket *socket,
                                    const char *style,
                                    int error_number,
                                    gpointer user_data);

/* Takes away every socket of @site that is open, in the order in which they came, and that was not
 * taken away before. Returns how many they were. Who is told may close any, and end the run. */
guint rebound_reclaim_site (ReboundSocketTable *table,
                            ReboundSocketDiag *diag,
                            ReboundSite *site,
                            ReboundReclaimStyle style,
                            ReboundReclaimedListener listener,
                            ReboundReclaimFunc func,
                            gpointer user_data);

/* How a connection ended: @how, unless @socket (nullable) was taken away. Its owner then reads the
 * end of the stream, as if the other end had closed. */
const char *rebound_reclaim_tell_end (const ReboundSocket *socket, const char *how);

G_END_DECLS
