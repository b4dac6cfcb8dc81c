/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "rebound-site.h"

G_BEGIN_DECLS

/**
 * ReboundRebindRule:
 * @REBOUND_REBIND_RULE_BOTH: the option has to be on what remains and on the new socket (Linux)
 * @REBOUND_REBIND_RULE_NEW: the option on the new socket is enough (Darwin)
 *
 * Whose SO_REUSEADDR decides whether a port that has remainders can be bound. Since: 0.1
 */
typedef enum
{
  REBOUND_REBIND_RULE_BOTH,
  REBOUND_REBIND_RULE_NEW,
} ReboundRebindRule;

/**
 * ReboundReclaimStyle:
 * @REBOUND_RECLAIM_STYLE_FIN: both directions are shut down, as iOS 5 was seen to do: the peer gets
 * FIN
 * @REBOUND_RECLAIM_STYLE_DEFUNCT: as XNU marks a socket defunct: the peer gets FIN, and RST for
 * what it sends; what was unread is gone
 * @REBOUND_RECLAIM_STYLE_DESTROY: as Android destroys sockets: the peer gets RST
 *
 * How a system takes sockets away from an application. Since: 0.1
 */
typedef enum
{
  REBOUND_RECLAIM_STYLE_FIN,
  REBOUND_RECLAIM_STYLE_DEFUNCT,
  REBOUND_RECLAIM_STYLE_DESTROY,
} ReboundReclaimStyle;

/**
 * ReboundReclaimedListener:
 * @REBOUND_RECLAIMED_LISTENER_DEAD: accept() fails with EINVAL, and poll says so (Linux)
 * @REBOUND_RECLAIMED_LISTENER_SILENT: it looks alive and is never ready again (XNU)
 *
 * What a listening socket that was taken away is like. Since: 0.1
 */
typedef enum
{
  REBOUND_RECLAIMED_LISTENER_DEAD,
  REBOUND_RECLAIMED_LISTENER_SILENT,
} ReboundReclaimedListener;

/**
 * ReboundKernel:
 *
 * What a run asks of the kernel that its sockets are in. Since: 0.1
 */
#define REBOUND_TYPE_KERNEL (rebound_kernel_get_type ())
REBOUND_API
G_DECLARE_INTERFACE (ReboundKernel, rebound_kernel, REBOUND, KERNEL, GObject)

/**
 * ReboundKernelInterface:
 * @start: a run begins; @world is where the kernel's own timers are
 * @stop: the run is over
 * @fence: returns when all that was sent before has been delivered; never sleeps
 * @observe: an instant has settled: look at the sockets that were touched since the last time, tell
 * of their states, bring the kernel's long timers along. Returns %FALSE while something is on its
 * way that only real time brings, with @waits_for saying what
 * @configure: what the device's profile says
 * @reclaim: takes away every socket of the application that lives at @site, its listeners as
 * @listener says; returns how many there were
 * @set_link_up: takes the network's link down, or brings it up
 * @forget: the machine of the application at @site was started anew: nothing remains in the kernel
 * of the connections that it had
 * @tell_sockets: tells, by events of its own, of every socket of the run as it is now
 * @explain: the script has been played: tells, by events of its own, why what was lost, refused or
 * reset in the run was
 * @begin_statement: a statement of the script begins, at @place: what comes now is its doing. An
 * interned string: a line, and the file before it where it is not the script itself
 * @find_unsettled: time is about to jump: what of the run's own sockets was touched since they were
 * last observed, or is on its way, in words (transfer full); %NULL where nothing is. By what is
 * written down, without a look at a socket
 * @count_connections: how many connections have come about since @start
 *
 * What lifecycle/ asks of the kernel, and net/ implements. Since: 0.1
 */
struct _ReboundKernelInterface
{
  GTypeInterface parent_iface;

  gboolean (*start) (ReboundKernel *self, ReboundSite *world, GError **error);
  void (*stop) (ReboundKernel *self);
  gboolean (*fence) (ReboundKernel *self, GError **error);
  gboolean (*observe) (ReboundKernel *self, char **waits_for);
  void (*configure) (ReboundKernel *self, ReboundRebindRule rule, gint64 time_wait_usec);
  guint (*reclaim) (ReboundKernel *self,
                    ReboundSite *site,
                    ReboundReclaimStyle style,
                    ReboundReclaimedListener listener);
  gboolean (*set_link_up) (ReboundKernel *self, gboolean up, GError **error);
  void (*forget) (ReboundKernel *self, ReboundSite *site);
  void (*tell_sockets) (ReboundKernel *self);
  void (*explain) (ReboundKernel *self);
  void (*begin_statement) (ReboundKernel *self, const char *place);
  char *(*find_unsettled) (ReboundKernel *self);
  guint (*count_connections) (ReboundKernel *self);
};

G_END_DECLS
