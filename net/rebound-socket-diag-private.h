/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <netinet/in.h>

#include "lifecycle/rebound-macros.h"

G_BEGIN_DECLS

/* Asking the kernel about TCP sockets, and taking them away: NETLINK_SOCK_DIAG through libmnl,
 * always for one exact socket (tuple and cookie) unless a dump is asked for by name. */

/* The two ends of a TCP socket as its owner sees them. Both of one family. */
typedef struct
{
  sa_family_t
      family; /* AF_INET or AF_INET6; the port and address fields are in network byte order */
  guint16 local_port;
  guint16 remote_port;
  guint32 local_address[4]; /* of AF_INET the first word */
  guint32 remote_address[4];
} ReboundTuple;

guint rebound_tuple_hash (gconstpointer tuple);
gboolean rebound_tuple_equal (gconstpointer a, gconstpointer b);
ReboundTuple rebound_tuple_reverse (const ReboundTuple *tuple);

/* IPv4 within IPv6 as plain IPv4: a listener on :: takes IPv4 clients too, and has their addresses
 * as ::ffff:127.0.0.1 where the client has 127.0.0.1. */
ReboundTuple rebound_tuple_unmap (const ReboundTuple *tuple);

/* From getsockname() and getpeername(); FALSE where the socket is not connected (errno is kept).
 * IPv4-mapped IPv6 addresses stay IPv6, as inet_diag has them. */
gboolean rebound_tuple_from_descriptor (int fd, ReboundTuple *tuple);

/* The same of a socket that has no other end: that is 0 then, as inet_diag has it of a listener. */
gboolean rebound_tuple_from_local_end (int fd, ReboundTuple *tuple);

/* What a look-up found. @state is a TCP_* of <netinet/tcp.h>. */
typedef struct
{
  ReboundTuple tuple;
  guint64 cookie;
  guint8 state;
  guint32 receive_queue_bytes; /* of a listener: handshakes in the backlog */
  guint32 send_queue_bytes;    /* of a listener: the backlog's limit */
  guint32 inode;               /* 0: no process has it open */
  guint32 uid;
  gint8 v6only;          /* IPV6_V6ONLY: -1 where the kernel does not tell (connections) */
  gint64 time_left_usec; /* of a TIME_WAIT, or of an orphan in FIN_WAIT2 in its place; else -1 */
} ReboundSocketInfo;

typedef struct _ReboundSocketDiag ReboundSocketDiag;

/* The state (TCP_*) of an open TCP descriptor by TCP_INFO, cheaper than a look-up; 0 if it is none.
 */
guint8 rebound_socket_state (int fd);

/* Opens the netlink socket, non-blocking, close-on-exec. Fails also where the kernel has no
 * inet_diag. */
ReboundSocketDiag *rebound_socket_diag_new (GError **error);
void rebound_socket_diag_free (ReboundSocketDiag *self);

/* SO_COOKIE of an open descriptor, 0 if it has none. It stays the socket's until the end of its
 * TIME_WAIT. */
guint64 rebound_socket_cookie (int fd);

/* Looks up the one socket with this tuple and cookie. Returns 0 with @info filled, or a negative
 * errno: -ENOENT when it is gone, -EINVAL for a cookie that is none. Never falls through to another
 * socket. */
int rebound_socket_diag_look_up (ReboundSocketDiag *self,
                                 const ReboundTuple *tuple,
                                 guint64 cookie,
                                 ReboundSocketInfo *info);

/* SOCK_DESTROY of that one socket; 0 or a negative errno (-ENOENT: it was gone already). */
int
rebound_socket_diag_destroy (ReboundSocketDiag *self, const ReboundTuple *tuple, guint64 cookie);

/* Every TCP socket of @family whose local port is @port (host byte order; 0: every one) in one of
 * @states (a mask of 1 << TCP_*; all ones for any, which includes bound sockets that do not listen,
 * where the kernel tells of them: 6.8). Bound and listening sockets are looked for in tables of the
 * host's size, 40 and 10 µs: ask for them only where they are wanted. (transfer full) (element-type
 * ReboundSocketInfo) */
GArray *rebound_socket_diag_dump (ReboundSocketDiag *self,
                                  sa_family_t family,
                                  guint16 port,
                                  guint32 states,
                                  GError **error);

/* "TIME_WAIT", "ESTABLISHED" …, as the RFC and netstat spell them with an underscore. */
const char *rebound_tcp_state_name (guint8 state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundSocketDiag, rebound_socket_diag_free)

G_END_DECLS
