/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lifecycle/ asks the kernel five things, and each answer of this one is a field: so the order of
 * an instant, and what becomes of a kernel that is not quiet, can be tested without a socket. */

#include "fake-kernel.h"

static void fake_kernel_kernel_init (ReboundKernelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeKernel,
                               fake_kernel,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_KERNEL, fake_kernel_kernel_init))

static void
fake_kernel_class_init (FakeKernelClass *klass)
{
}

static void
fake_kernel_init (FakeKernel *self)
{
}

FakeKernel *
fake_kernel_new (void)
{
  return g_object_new (FAKE_TYPE_KERNEL, NULL);
}

static void
take_down (FakeKernel *self, const char *call)
{
  if (self->log != NULL)
    g_string_append_printf (self->log, "%s\n", call);
}

static gboolean
fake_kernel_start (ReboundKernel *kernel, ReboundSite *world, GError **error)
{
  FakeKernel *self = FAKE_KERNEL (kernel);

  take_down (self, "start");
  g_assert_true (REBOUND_IS_SITE (world));
  self->n_started++;
  if (self->fails_start)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "no such kernel (EPERM)");
  return !self->fails_start;
}

static void
fake_kernel_stop (ReboundKernel *kernel)
{
  FakeKernel *self = FAKE_KERNEL (kernel);

  take_down (self, "stop");
  self->n_stopped++;
}

static gboolean
fake_kernel_fence (ReboundKernel *kernel, GError **error)
{
  FakeKernel *self = FAKE_KERNEL (kernel);

  take_down (self, "fence");
  self->n_fences++;
  if (self->fails_fence)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the fence is down (ENETDOWN)");
  return !self->fails_fence;
}

static gboolean
fake_kernel_observe (ReboundKernel *kernel, char **waits_for)
{
  FakeKernel *self = FAKE_KERNEL (kernel);

  take_down (self, "observe");
  self->n_observed++;
  if (self->on_observe != NULL)
    self->on_observe (self->data);
  if (self->n_restless == 0)
    return TRUE;
  if (self->n_restless != G_MAXUINT)
    self->n_restless--;
  *waits_for = g_strdup (self->waits_for);
  return FALSE;
}

static void
fake_kernel_configure (ReboundKernel *kernel, ReboundRebindRule rule, gint64 time_wait_usec)
{
  FakeKernel *self = FAKE_KERNEL (kernel);

  self->rule = rule;
  self->time_wait_usec = time_wait_usec;
}

static void
fake_kernel_kernel_init (ReboundKernelInterface *iface)
{
  iface->start = fake_kernel_start;
  iface->stop = fake_kernel_stop;
  iface->fence = fake_kernel_fence;
  iface->observe = fake_kernel_observe;
  iface->configure = fake_kernel_configure;
}
