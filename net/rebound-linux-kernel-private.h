/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-linux-kernel.h"
#include "rebound-run-port-private.h"
#include "rebound-socket-table-private.h"

G_BEGIN_DECLS

/* What the actors need of the kernel. All of it works with a NULL kernel or one that is not ours,
 * as in a program that has no run: then sockets are just sockets. */

/* The run's sockets, NULL where there is no run. */
ReboundSocketTable *rebound_linux_kernel_table_of (ReboundSite *site);

/* Who is told what came to nothing, NULL where there is no run. */
ReboundExplanation *rebound_linux_kernel_explanation_of (ReboundSite *site);

/* The port that the next client is to bind: 40000, 40001 … in a run of our own namespace, so that
 * no ephemeral port is ever drawn; 0 where the kernel shall choose. */
guint16 rebound_linux_kernel_next_port (ReboundSite *site);

/* Says what is about to connect from @port, before it does: one that is refused at once never comes
 * into the table. Nothing where @port is 0. */
void rebound_linux_kernel_name_port (ReboundSite *site, guint16 port, const char *connection);

/* TRUE where a listener has to keep to the loopback: a run on the host's network that was not told
 * otherwise. */
gboolean rebound_linux_kernel_keeps_to_loopback (ReboundSite *site);

/* TRUE in a run of virtual time in a namespace of our own: nothing happens there but what the run
 * does. */
gboolean rebound_linux_kernel_is_exact (ReboundSite *site);

/* Where rebound_linux_kernel_is_exact(): returns when all that was sent before has been
 * delivered. */
void rebound_linux_kernel_pass_fence (ReboundSite *site);

/* The option that Darwin's rule asks for nothing of: given to an accepted socket behind the
 * application's back, where the device says rebind-rule=new. TRUE if it was given. */
gboolean rebound_linux_kernel_apply_rebind_rule (ReboundSite *site, int fd);

/* The kernel had no memory for a connection, which tries again then. */
void rebound_linux_kernel_tell_rest (ReboundSite *site,
                                     const char *connection,
                                     const char *call,
                                     int error_number,
                                     gint64 again_in_usec);

/* TRUE while the run's link is down. */
gboolean rebound_linux_kernel_is_link_down (ReboundSite *site);

/* Who is on a port of the run, see rebound_run_port_new(); NULL where there is no run. (transfer
 * full) */
ReboundRunPort *rebound_linux_kernel_look_at_port (ReboundSite *site,
                                                   const ReboundPortQuestion *question,
                                                   gboolean binds);

/* listen() on a socket that is not bound: the kernel draws a port. In a namespace of our own it is
 * made to draw one that is the same in every run, other than the ones scripts choose. 0 or -1 with
 * errno. */
int rebound_linux_kernel_listen_unbound (ReboundSite *site, int fd, int backlog);

G_END_DECLS
