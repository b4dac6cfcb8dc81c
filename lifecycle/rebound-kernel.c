/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The seam between the lifecycle, which knows no socket, and the kernel, which knows nothing else.
 */

#include "rebound-kernel-private.h"

G_DEFINE_INTERFACE (ReboundKernel, rebound_kernel, G_TYPE_OBJECT)

static void
rebound_kernel_default_init (ReboundKernelInterface *iface)
{
}

/* The interface, if there is a kernel and it implements @method. */
#define IFACE_WITH(self, method)                                                                   \
  ((self) != NULL && REBOUND_KERNEL_GET_IFACE (self)->method != NULL                               \
       ? REBOUND_KERNEL_GET_IFACE (self)                                                           \
       : NULL)

gboolean
rebound_kernel_start (ReboundKernel *self, ReboundSite *world, GError **error)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, start);

  return iface == NULL || iface->start (self, world, error);
}

void
rebound_kernel_stop (ReboundKernel *self)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, stop);

  if (iface != NULL)
    iface->stop (self);
}

gboolean
rebound_kernel_fence (ReboundKernel *self, GError **error)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, fence);

  return iface == NULL || iface->fence (self, error);
}

gboolean
rebound_kernel_observe (ReboundKernel *self, char **waits_for)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, observe);

  return iface == NULL || iface->observe (self, waits_for);
}

void
rebound_kernel_configure (ReboundKernel *self, ReboundRebindRule rule, gint64 time_wait_usec)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, configure);

  if (iface != NULL)
    iface->configure (self, rule, time_wait_usec);
}

guint
rebound_kernel_reclaim (ReboundKernel *self,
                        ReboundSite *site,
                        ReboundReclaimStyle style,
                        ReboundReclaimedListener listener)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, reclaim);

  return iface != NULL ? iface->reclaim (self, site, style, listener) : 0;
}

gboolean
rebound_kernel_set_link_up (ReboundKernel *self, gboolean up, GError **error)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, set_link_up);

  return iface == NULL || iface->set_link_up (self, up, error);
}

void
rebound_kernel_forget (ReboundKernel *self, ReboundSite *site)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, forget);

  if (iface != NULL)
    iface->forget (self, site);
}

void
rebound_kernel_tell_sockets (ReboundKernel *self)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, tell_sockets);

  if (iface != NULL)
    iface->tell_sockets (self);
}

void
rebound_kernel_explain (ReboundKernel *self)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, explain);

  if (iface != NULL)
    iface->explain (self);
}

void
rebound_kernel_begin_statement (ReboundKernel *self, const char *place)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, begin_statement);

  if (iface != NULL)
    iface->begin_statement (self, place);
}

char *
rebound_kernel_find_unsettled (ReboundKernel *self)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, find_unsettled);

  return iface != NULL ? iface->find_unsettled (self) : NULL;
}

guint
rebound_kernel_count_connections (ReboundKernel *self)
{
  ReboundKernelInterface *iface = IFACE_WITH (self, count_connections);

  return iface != NULL ? iface->count_connections (self) : 0;
}
