/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* Numeric addresses as scripts write them; names are not resolved, for a resolver is a thread and a
 * network. */

/* A socket address of @address ("127.0.0.1", "::1") and @port. FALSE where it is no numeric
 * address. */
gboolean rebound_address_fill (const char *address,
                               guint16 port,
                               struct sockaddr_storage *native,
                               socklen_t *length);

/* Whether @text is an address that a script can name, for a property of it (a
 * ReboundReferenceValidator). FALSE, with what was expected (transfer full), where it is not. */
gboolean rebound_address_is_numeric (const char *text, char **expected);

/* "127.0.0.1:30000", "[::1]:30000". FALSE, with what was expected (transfer full), where it is
 * none. */
gboolean rebound_address_parse (const char *text,
                                struct sockaddr_storage *native,
                                socklen_t *length,
                                char **expected);

/* The address through which a client on this machine reaches a listener bound to @address: the
 * loopback where that is the wildcard. (transfer none) */
const char *rebound_address_to_reach (const char *address);

/* The loopback address of the family of @address, which is numeric. (transfer none) */
const char *rebound_address_loopback_of (const char *address);

/* The same with another port, 0 for any, on the wildcard address of the family: what a client
 * binds. */
void rebound_address_wildcard (sa_family_t family,
                               guint16 port,
                               struct sockaddr_storage *native,
                               socklen_t *length);

/* Binds what is to connect to @port on that address; nothing where it is 0 and the kernel chooses.
 * FALSE with errno. */
gboolean rebound_address_bind_port (int fd, sa_family_t family, guint16 port);

/* The port in host byte order. */
guint16 rebound_address_get_port (const struct sockaddr_storage *native);

G_END_DECLS
