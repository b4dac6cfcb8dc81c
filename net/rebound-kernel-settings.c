/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cures that people pass on for EADDRINUSE are lines for /etc/sysctl.conf. What they do can be
 * tried in a run, whose namespace has values of its own: nothing outside sees them, and
 * CAP_NET_ADMIN over the namespace, which a run keeps, is enough to write them.
 *
 * Only those that are about the end of a connection can be changed: others, such as the windows or
 * the range of ports, are what makes one run like the next. They are given back at the end of the
 * run, for a process can have several. */

#include "rebound-kernel-settings-private.h"

#include <string.h>

#include "rebound-sysctl-private.h"

static const char *const names[] = {
  "net.ipv4.tcp_abort_on_overflow", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_max_tw_buckets",
  "net.ipv4.tcp_rfc1337",           "net.ipv4.tcp_tw_reuse",
};

struct _ReboundKernelSettings
{
  GHashTable *before; /* path to value, both owned */
};

ReboundKernelSettings *
rebound_kernel_settings_new (void)
{
  ReboundKernelSettings *self = g_new0 (ReboundKernelSettings, 1);

  self->before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
rebound_kernel_settings_free (ReboundKernelSettings *self)
{
  GHashTableIter iter;
  gpointer path;
  gpointer value;

  g_hash_table_iter_init (&iter, self->before);
  while (g_hash_table_iter_next (&iter, &path, &value))
    rebound_sysctl_try_write (path, value);
  g_hash_table_unref (self->before);
  g_free (self);
}

gboolean
rebound_kernel_settings_is_known (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

char *
rebound_kernel_settings_dup_names (void)
{
  GString *text = g_string_new (names[0]);

  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    g_string_append_printf (text, ", %s", names[i]);
  return g_string_free (text, FALSE);
}

int
rebound_kernel_settings_write (ReboundKernelSettings *self, const char *name, int value)
{
  g_autofree char *path = g_strdelimit (g_strdup (name), ".", '/');
  g_autofree char *text = g_strdup_printf ("%d", value);
  g_autofree char *before = NULL;
  int result = rebound_sysctl_try_read (path, &before);

  if (result == 0)
    result = rebound_sysctl_try_write (path, text);
  if (result == 0 && !g_hash_table_contains (self->before, path))
    g_hash_table_insert (self->before, g_steal_pointer (&path), g_steal_pointer (&before));
  return result;
}
