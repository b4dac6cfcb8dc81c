/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-port-report.h"
#include "rebound-socket-diag-private.h"

G_BEGIN_DECLS

/* The parts of a report, for whoever makes one by hand. */
ReboundPortReport *rebound_port_report_alloc (guint16 port, ReboundPortOption option);
ReboundPortHolder *rebound_port_holder_new (const ReboundSocketInfo *info);
ReboundPortTry *rebound_port_try_new (GInetAddress *address);
void rebound_port_process_free (gpointer process);

/* Whether @fd has that option; @answer stays as it is where it cannot be asked. */
void rebound_port_ask_option (int fd, int level, int option, ReboundPortAnswer *answer);

/* bind() of a new socket to the address and port of @try, without an option and with SO_REUSEADDR;
 * its errors and v6only are filled in. */
void rebound_port_try_bind (ReboundPortTry *self, guint16 port);

/* Do the two addresses have one in common? The kernel's ipv6_rcv_saddr_equal(). */
ReboundPortAnswer rebound_port_overlap (const ReboundPortHolder *holder,
                                        const ReboundPortTry *ours);

/* Does @holder keep a socket of @uid with @option from what @ours tries? The kernel's
 * inet_bind_conflict(). */
ReboundPortAnswer rebound_port_stands (const ReboundPortHolder *holder,
                                       const ReboundPortTry *ours,
                                       ReboundPortOption option,
                                       guint uid);

/* Fills in what the outcome of the tries says of options that could not be seen. */
void rebound_port_report_infer (ReboundPortReport *self);

/* Fills in the processes that have the holders' sockets open, and the options of those sockets that
 * can be had. What other users' processes hide goes into unseen. */
void rebound_socket_owner_find (ReboundPortReport *report);

/* The words of the judgement: the rule by which @holder is in the way of @ours with the report's
 * option; the verdict; the cure. @worst is who is hardest to get rid of, NULL where nobody is seen.
 * (transfer full) */
char *rebound_port_words_rule (const ReboundPortReport *report,
                               const ReboundPortHolder *holder,
                               const ReboundPortTry *ours);
char *rebound_port_words_verdict (const ReboundPortReport *report, const ReboundPortHolder *worst);
char *rebound_port_words_fix (const ReboundPortReport *report, const ReboundPortHolder *worst);

G_END_DECLS
