/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-kernel.h"

G_BEGIN_DECLS

/**
 * ReboundLink:
 * @REBOUND_LINK_UP: what is sent is delivered
 * @REBOUND_LINK_DOWN: nothing is sent, and nobody can connect
 *
 * The link of the network that a run is in. Since: 0.1
 */
typedef enum
{
  REBOUND_LINK_UP,
  REBOUND_LINK_DOWN,
} ReboundLink;

/**
 * ReboundReuseWanted:
 * @REBOUND_REUSE_WANTED_AS_IT_IS: as the actor that is asked for has it set; with a port's number
 * without
 * @REBOUND_REUSE_WANTED_NO: without
 * @REBOUND_REUSE_WANTED_YES: with
 *
 * Whether a port is asked for with SO_REUSEADDR. Since: 0.1
 */
typedef enum
{
  REBOUND_REUSE_WANTED_AS_IT_IS,
  REBOUND_REUSE_WANTED_NO,
  REBOUND_REUSE_WANTED_YES,
} ReboundReuseWanted;

/**
 * ReboundLinuxKernel:
 *
 * The kernel of this machine, with the sockets of a run. Since: 0.1
 */
#define REBOUND_TYPE_LINUX_KERNEL (rebound_linux_kernel_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundLinuxKernel, rebound_linux_kernel, REBOUND, LINUX_KERNEL, GObject)

/**
 * rebound_linux_kernel_new:
 *
 * The kernel of this machine, as a run needs it: in the namespace that rebound_isolation_enter()
 * made, or, where that was not called, on the host's network, whose timers then cannot be brought
 * along.
 *
 * Returns: (transfer full): a kernel for rebound_run_set_kernel()
 * Since: 0.1
 */
REBOUND_API ReboundKernel *rebound_linux_kernel_new (void);

/**
 * rebound_linux_kernel_set_exposed:
 * @exposed: whether listeners may bind other addresses than the loopback's
 *
 * On the host's network the listeners of a run keep to the loopback, whatever their address says,
 * unless this is called. In a namespace of the run's own it makes no difference. Since: 0.1
 */
REBOUND_API void rebound_linux_kernel_set_exposed (ReboundLinuxKernel *self, gboolean exposed);

/**
 * rebound_linux_kernel_set_watches:
 * @watches: whether the table of sockets is told of whenever it has changed
 *
 * Tells of the run's sockets as “print sockets” does, at the end of each instant at which a row of
 * the table is another than before. It is said before the run begins. Since: 0.1
 */
REBOUND_API void rebound_linux_kernel_set_watches (ReboundLinuxKernel *self, gboolean watches);

/**
 * rebound_linux_kernel_set_captures:
 * @captures: whether the segments that are sent are events
 *
 * Makes an event “packet” of every TCP segment, in the group %REBOUND_EVENT_GROUP_PACKETS: at the
 * instant at which it was sent, in the kernel's order. It needs a namespace that was entered after
 * rebound_isolation_allow_capture(), and is said before the run begins. Since: 0.1
 */
REBOUND_API void rebound_linux_kernel_set_captures (ReboundLinuxKernel *self, gboolean captures);

/**
 * ReboundPacketFunc:
 * @packet: (array length=captured_bytes): what was sent, from the IP header on; its checksums may
 * not have been computed
 * @captured_bytes: how much of it there is
 * @wire_bytes: how much was sent
 * @user_data: what was given with the function
 *
 * Takes a segment, just before the event that tells of it. Since: 0.1
 */
typedef void (*ReboundPacketFunc) (const guint8 *packet,
                                   gsize captured_bytes,
                                   gsize wire_bytes,
                                   gpointer user_data);

/**
 * rebound_linux_kernel_set_packet_func:
 * @func: (scope forever): who takes the segments
 * @user_data: passed to @func
 *
 * Hands the segments themselves over, some two thousand bytes of each; for a run that captures. It
 * is said before the run begins. Since: 0.1
 */
REBOUND_API void rebound_linux_kernel_set_packet_func (ReboundLinuxKernel *self,
                                                       ReboundPacketFunc func,
                                                       gpointer user_data);

/**
 * rebound_linux_kernel_adopt:
 * @site: where whose socket it is lives: the application's, which a device then takes it away from
 * like any other of its sockets, or the world's
 * @end: the name of whose socket it is
 * @connection: what the connection is to be called
 * @fd: a connected TCP socket; it stays the caller's to close
 *
 * Makes a socket of the program's own known to the run, so that its states are events and its
 * TIME_WAIT passes in virtual time. Call it once the socket is connected. Since: 0.1
 */
REBOUND_API void rebound_linux_kernel_adopt (ReboundLinuxKernel *self,
                                             ReboundSite *site,
                                             const char *end,
                                             const char *connection,
                                             int fd);

/**
 * rebound_net_init:
 * @error: return location for a #GError
 *
 * Makes the types of net/ known to scripts: listener, client, http-client, http-server, socket,
 * pipe, socketpair and child, and those of lifecycle/ by rebound_lifecycle_init().
 *
 * Returns: %TRUE unless a program has taken one of their names
 * Since: 0.1
 */
REBOUND_API gboolean rebound_net_init (GError **error);

G_END_DECLS
