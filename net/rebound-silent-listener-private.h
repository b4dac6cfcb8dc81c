/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a listening socket is on XNU after the system has taken it away: it looks alive, and nothing
 * will ever come of it. */

/* Called by rebound_isolation_enter() while the process is in a network namespace that it is about
 * to leave for good. What it cannot have it goes without. */
void rebound_silent_listener_prepare (void);

/* Puts a silent listener in the place of the listening TCP socket @fd, with its address, its
 * options and its flags: poll is never ready, accept() fails with EAGAIN, SO_ACCEPTCONN is 1 and
 * SO_ERROR 0. Who waited in the backlog is reset, who connects is refused. The port stays taken for
 * bind() as long as @keeper, which is the caller's, is open: it is to be closed with @fd. (A socket
 * with SO_REUSEPORT never kept others with it from the port, and does not now.)
 *
 * FALSE with errno, and nothing changed: EINVAL where @fd does not listen, ENOTSUP where the
 * isolation was not entered or the kernel is older than 6.1 (there is no second namespace), or what
 * a system call failed with. An epoll set that has @fd in it keeps the old socket; poll() and GLib
 * do not. */
gboolean rebound_silent_listener_replace (int fd, int *keeper);

G_END_DECLS
