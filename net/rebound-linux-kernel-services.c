/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What actors ask of the kernel of their run: which port to take, whether the link is up, whose
 * sockets there are. All of it has an answer where there is no run, too: then sockets are just
 * sockets, and the kernel chooses. */

#include "rebound-linux-kernel-class-private.h"

#include <errno.h>
#include <sys/socket.h>

#include "lifecycle/rebound-trouble-private.h"
#include "rebound-sysctl-private.h"

static ReboundLinuxKernel *
kernel_of (ReboundSite *site)
{
  ReboundKernel *kernel = rebound_site_get_kernel (site);

  return REBOUND_IS_LINUX_KERNEL (kernel) ? REBOUND_LINUX_KERNEL (kernel) : NULL;
}

ReboundSocketTable *
rebound_linux_kernel_table_of (ReboundSite *site)
{
  ReboundLinuxKernel *self = kernel_of (site);

  return self != NULL ? self->table : NULL;
}

ReboundExplanation *
rebound_linux_kernel_explanation_of (ReboundSite *site)
{
  ReboundLinuxKernel *self = kernel_of (site);

  return self != NULL ? self->explanation : NULL;
}

guint16
rebound_linux_kernel_next_port (ReboundSite *site)
{
  ReboundLinuxKernel *self = kernel_of (site);
  guint16 port;

  if (self == NULL || !self->is_isolated)
    return 0;
  port = self->next_port;
  self->next_port = port == REBOUND_LAST_PORT ? REBOUND_FIRST_PORT : (guint16) (port + 1);
  return port;
}

void
rebound_linux_kernel_name_port (ReboundSite *site, guint16 port, const char *connection)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (site);

  if (table != NULL && port != 0)
    rebound_port_names_add (rebound_socket_table_get_names (table), port, connection);
}

gboolean
rebound_linux_kernel_keeps_to_loopback (ReboundSite *site)
{
  ReboundLinuxKernel *self = kernel_of (site);

  return self != NULL && !self->is_isolated && !self->is_exposed;
}

gboolean
rebound_linux_kernel_is_exact (ReboundSite *site)
{
  ReboundLinuxKernel *self = kernel_of (site);

  return self != NULL && self->is_isolated
         && rebound_clock_get_mode (rebound_site_get_clock (site)) == REBOUND_CLOCK_VIRTUAL;
}

void
rebound_linux_kernel_pass_fence (ReboundSite *site)
{
  ReboundLinuxKernel *self = kernel_of (site);

  /* A fence that cannot be passed stops the stage, which passes one at every look. */
  if (self != NULL && self->fence != NULL)
    rebound_fence_pass (self->fence, NULL);
}

gboolean
rebound_linux_kernel_is_link_down (ReboundSite *site)
{
  ReboundLinuxKernel *self = kernel_of (site);

  return self != NULL && self->link == REBOUND_LINK_DOWN;
}

gboolean
rebound_linux_kernel_apply_rebind_rule (ReboundSite *site, int fd)
{
  ReboundLinuxKernel *self = kernel_of (site);
  const int on = 1;

  return self != NULL && self->rebind_rule == REBOUND_REBIND_RULE_NEW
         && rebound_trouble_is_done (setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on),
                                     "setsockopt (SO_REUSEADDR)");
}

ReboundRunPort *
rebound_linux_kernel_look_at_port (ReboundSite *site,
                                   const ReboundPortQuestion *question,
                                   gboolean binds)
{
  ReboundLinuxKernel *self = kernel_of (site);

  return self != NULL && self->table != NULL
             ? rebound_run_port_new (self->table, self->diag, site, question, binds)
             : NULL;
}

int
rebound_linux_kernel_listen_unbound (ReboundSite *site, int fd, int backlog)
{
  static const char name[] = "net/ipv4/ip_local_port_range";
  ReboundLinuxKernel *self = kernel_of (site);
  g_autofree char *before = NULL;
  g_autofree char *range = NULL;
  int result, error_number;

  if (self == NULL || !self->is_isolated || rebound_sysctl_try_read (name, &before) < 0)
    return listen (fd, backlog);
  /* A range of one port and its neighbour: the kernel takes the upper one, and complains in its log
   * of a range whose two ends have one parity. Where it cannot be written the kernel draws one,
   * which no output shows. */
  range = g_strdup_printf ("%u %u", self->next_ephemeral_port - 1, self->next_ephemeral_port);
  self->next_ephemeral_port = self->next_ephemeral_port == REBOUND_LAST_EPHEMERAL_PORT
                                  ? REBOUND_FIRST_EPHEMERAL_PORT
                                  : (guint16) (self->next_ephemeral_port + 2);
  rebound_sysctl_try_write (name, range);
  result = listen (fd, backlog);
  error_number = errno;
  rebound_sysctl_try_write (name, before);
  errno = error_number;
  return result;
}
