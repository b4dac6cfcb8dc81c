/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-capture-private.h"
#include "lifecycle/rebound-descriptor-limit-private.h"
#include "rebound-explanation-private.h"
#include "rebound-fence-private.h"
#include "rebound-kernel-settings-private.h"
#include "rebound-linux-kernel-private.h"
#include "rebound-trace-private.h"

G_BEGIN_DECLS

/* The kernel is one class in five files: rebound-linux-kernel.c is what a run asks of it,
 * rebound-linux-kernel-services.c what the actors do, -reports.c what it tells where somebody wants
 * to know, -actions.c what a script does to it, -why.c whether a port of it is taken. */
struct _ReboundLinuxKernel
{
  GObject parent_instance;

  ReboundSite *world; /* for the length of a run; the table's reference */
  ReboundSocketDiag *diag;
  ReboundFence *fence;
  ReboundSocketTable *table;
  ReboundExplanation *explanation;
  ReboundDescriptorLimit *descriptor_limit; /* NULL: the machine's own */
  ReboundKernelSettings *settings;          /* NULL: no script has changed one */
  ReboundRebindRule rebind_rule;
  gint64 time_wait_usec; /* 0: the kernel's own */
  gboolean is_isolated;
  gboolean wants_silence; /* listeners are to be silenced, by the reclaim that goes on */
  gboolean is_exposed;
  ReboundLink link;
  guint16 next_port;
  guint16 next_ephemeral_port;

  gboolean watches; /* the table of sockets is told of whenever it has changed */
  char *told_rows;  /* as they were told of last */

  gboolean captures;
  ReboundPacketFunc packet_func;
  gpointer packet_data;
  gboolean port_free; /* of the last why */
  char *port_verdict;
  char *port_fix;

  ReboundCapture *capture; /* NULL: packets are not wanted */
  ReboundTrace *trace;
};

void rebound_linux_kernel_install_reports (ReboundLinuxKernelClass *klass);
void rebound_linux_kernel_tell_sockets (ReboundKernel *kernel);
void rebound_linux_kernel_tell_new_sockets (ReboundLinuxKernel *self);

void rebound_linux_kernel_install_why (ReboundLinuxKernelClass *klass);
void rebound_linux_kernel_explain (ReboundKernel *kernel);

/* Where packets are wanted; what was sent since the last time is told of by the drain. */
gboolean rebound_linux_kernel_open_capture (ReboundLinuxKernel *self, GError **error);
void rebound_linux_kernel_close_capture (ReboundLinuxKernel *self);
gboolean rebound_linux_kernel_drain_capture (ReboundLinuxKernel *self, GError **error);

/* The clients' ports. Below Linux's default ephemeral range is no need: the namespace is ours, and
 * its own range is set above this one. */
#define REBOUND_FIRST_PORT 40000
#define REBOUND_LAST_PORT  60999

/* Ports for sockets that listen without being bound, above the clients' and inside of the
 * namespace's range. */
#define REBOUND_FIRST_EPHEMERAL_PORT 61001
#define REBOUND_LAST_EPHEMERAL_PORT  64999

void rebound_linux_kernel_install_actions (gpointer klass);

G_END_DECLS
