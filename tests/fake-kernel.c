/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each answer of this kernel is a field: so the order of an instant, what becomes of a kernel that
 * is not quiet, and when a phone does what to it, can be tested without a socket. */

#include "fake-kernel.h"

#include "lifecycle/rebound-application-private.h"
#include "lifecycle/rebound-lifecycle-enums.h"

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
  self->n_sockets = 1;
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

static char *
fake_kernel_find_unsettled (ReboundKernel *kernel)
{
  FakeKernel *self = FAKE_KERNEL (kernel);

  if (self->on_jump != NULL)
    self->on_jump (self->data);
  return g_strdup (self->unsettled);
}

static void
fake_kernel_configure (ReboundKernel *kernel, ReboundRebindRule rule, gint64 time_wait_usec)
{
  FakeKernel *self = FAKE_KERNEL (kernel);

  self->rule = rule;
  self->time_wait_usec = time_wait_usec;
}

/* -- what the device does -- */

static const char *
name_of (ReboundSite *site)
{
  return rebound_application_get_name (rebound_application_of_site (site));
}

static const char *
nick_of (GType type, int value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, value)->value_nick; /* static, as all of ours */
}

static guint
fake_kernel_reclaim (ReboundKernel *kernel,
                     ReboundSite *site,
                     ReboundReclaimStyle style,
                     ReboundReclaimedListener listener)
{
  FakeKernel *self = FAKE_KERNEL (kernel);

  if (self->acts != NULL)
    g_string_append_printf (self->acts, "reclaim %s %s %s, ", name_of (site),
                            nick_of (REBOUND_TYPE_RECLAIM_STYLE, (int) style),
                            nick_of (REBOUND_TYPE_RECLAIMED_LISTENER, (int) listener));
  return self->n_sockets;
}

static gboolean
fake_kernel_set_link_up (ReboundKernel *kernel, gboolean up, GError **error)
{
  FakeKernel *self = FAKE_KERNEL (kernel);

  if (self->acts != NULL)
    g_string_append (self->acts, up ? "up, " : "down, ");
  if (self->fails_link)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "no such link (EPERM)");
  return !self->fails_link;
}

static void
fake_kernel_forget (ReboundKernel *kernel, ReboundSite *site)
{
  FakeKernel *self = FAKE_KERNEL (kernel);

  if (self->acts != NULL)
    g_string_append_printf (self->acts, "forget %s, ", name_of (site));
}

static void
fake_kernel_kernel_init (ReboundKernelInterface *iface)
{
  iface->start = fake_kernel_start;
  iface->stop = fake_kernel_stop;
  iface->fence = fake_kernel_fence;
  iface->observe = fake_kernel_observe;
  iface->find_unsettled = fake_kernel_find_unsettled;
  iface->configure = fake_kernel_configure;
  iface->reclaim = fake_kernel_reclaim;
  iface->set_link_up = fake_kernel_set_link_up;
  iface->forget = fake_kernel_forget;
}
