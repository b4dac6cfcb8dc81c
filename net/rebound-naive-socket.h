/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-actor.h"

G_BEGIN_DECLS

/**
 * ReboundSocketFamily:
 * @REBOUND_SOCKET_FAMILY_IPV4: PF_INET
 * @REBOUND_SOCKET_FAMILY_IPV6: PF_INET6
 *
 * What socket() is asked for. Since: 0.1
 */
typedef enum
{
  REBOUND_SOCKET_FAMILY_IPV4,
  REBOUND_SOCKET_FAMILY_IPV6,
} ReboundSocketFamily;

/**
 * ReboundShutdownHow:
 * @REBOUND_SHUTDOWN_HOW_READ: SHUT_RD
 * @REBOUND_SHUTDOWN_HOW_WRITE: SHUT_WR: the other end gets a FIN
 * @REBOUND_SHUTDOWN_HOW_BOTH: SHUT_RDWR
 *
 * What shutdown() is asked to end. Since: 0.1
 */
typedef enum
{
  REBOUND_SHUTDOWN_HOW_READ,
  REBOUND_SHUTDOWN_HOW_WRITE,
  REBOUND_SHUTDOWN_HOW_BOTH,
} ReboundShutdownHow;

/**
 * ReboundSocketOption:
 * @REBOUND_SOCKET_OPTION_REUSE_ADDRESS: SO_REUSEADDR
 * @REBOUND_SOCKET_OPTION_LINGER: SO_LINGER
 * @REBOUND_SOCKET_OPTION_NODELAY: TCP_NODELAY
 *
 * What setsockopt() is asked to set. Since: 0.1
 */
typedef enum
{
  REBOUND_SOCKET_OPTION_REUSE_ADDRESS,
  REBOUND_SOCKET_OPTION_LINGER,
  REBOUND_SOCKET_OPTION_NODELAY,
} ReboundSocketOption;

/**
 * ReboundNaiveSocket:
 *
 * The naive code: a TCP socket whose every system call is an action of the script, and that does
 * nothing at an application's callbacks. Since: 0.1
 */
#define REBOUND_TYPE_NAIVE_SOCKET (rebound_naive_socket_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundNaiveSocket, rebound_naive_socket, REBOUND, NAIVE_SOCKET, GObject)

G_END_DECLS
