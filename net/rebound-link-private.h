/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The link of the run's own network: the loopback of its namespace, as a phone's radio. */

/* Takes the link down, or brings it up as isolation had it. While it is down nothing is sent:
 * connect() fails with ENETUNREACH (over IPv6, whose address is gone with the link, with
 * EADDRNOTAVAIL), what is written to a connection stays in its queue. Needs CAP_NET_ADMIN; 0 or a
 * negative errno. */
int rebound_link_set_up (gboolean is_up);

/* For a TCP descriptor that is to be closed while the link is down, so that the kernel could not
 * send its FIN: a duplicate by which it can be told to later, shut down, in the state that close()
 * would have left it in. -1 where it is simply to be closed: no FIN is due, or RST instead. The
 * caller closes @fd in either case. */
int rebound_link_keep (int fd);

/* Sends at once what TCP could not send while the link was down and would otherwise try again by
 * its own timer. TRUE if there was something. */
gboolean rebound_link_resume (int fd);

G_END_DECLS
