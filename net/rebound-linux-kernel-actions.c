/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a script can do to the kernel of its run: make descriptors scarce, and change what an
 * administrator would. Both end with the run. */

#include "rebound-linux-kernel-class-private.h"

#include <errno.h>
#include <string.h>

#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "rebound-errno.h"

/* Of the descriptors that limit-descriptors leaves: fs.nr_open, beyond which no limit can be, is
 * 1024 * 1024 by default. */
#define SPARE_MAXIMUM (1024 * 1024)

static GError *
action_limit_descriptors (ReboundLinuxKernel *self, guint spare, gpointer data)
{
  g_clear_pointer (&self->descriptor_limit, rebound_descriptor_limit_free);
  self->descriptor_limit = rebound_descriptor_limit_new (spare);
  if (self->descriptor_limit != NULL)
    return NULL;
  return g_error_new (REBOUND_ERROR, REBOUND_ERROR_ACTION,
                      "descriptors cannot be limited: %s; expected /proc and a descriptor to spare",
                      rebound_errno_name (errno));
}

static GError *
action_unlimit_descriptors (ReboundLinuxKernel *self, gpointer data)
{
  g_clear_pointer (&self->descriptor_limit, rebound_descriptor_limit_free);
  return NULL;
}

static gboolean
is_setting (const char *name, char **expected)
{
  if (rebound_kernel_settings_is_known (name))
    return TRUE;
  *expected = rebound_kernel_settings_dup_names ();
  return FALSE;
}

static GError *
action_sysctl (ReboundLinuxKernel *self, const char *name, int value, gpointer data)
{
  int result;

  if (!self->is_isolated)
    return g_error_new (REBOUND_ERROR, REBOUND_ERROR_ACTION,
                        "without isolation %s is the machine's, and a run leaves it alone; "
                        "expected to be played with isolation",
                        name);
  if (self->settings == NULL)
    self->settings = rebound_kernel_settings_new ();
  result = rebound_kernel_settings_write (self->settings, name, value);
  if (result == 0 && strcmp (name, "net.ipv4.tcp_fin_timeout") == 0)
    rebound_socket_table_set_fin_timeout (self->table, value * (gint64) G_USEC_PER_SEC);
  if (result == 0)
    return NULL;
  return g_error_new (REBOUND_ERROR, REBOUND_ERROR_ACTION, "%s cannot be set to %d: %s (%s)", name,
                      value, rebound_errno_text (-result), rebound_errno_name (-result));
}

static void
install_sysctl (gpointer klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | REBOUND_PARAM_REQUIRED;

  rebound_class_install_action (
      klass, "sysctl", G_CALLBACK (action_sysctl), NULL,
      "change one of the values that people change when a port is taken, in the run's own network "
      "and until its end",
      rebound_param_spec_text (
          "name", NULL,
          "net.ipv4.tcp_tw_reuse, net.ipv4.tcp_fin_timeout, net.ipv4.tcp_max_tw_buckets, "
          "net.ipv4.tcp_rfc1337 or net.ipv4.tcp_abort_on_overflow",
          "", is_setting, flags),
      g_param_spec_int ("value", NULL, "what it is to be", G_MININT, G_MAXINT, 0, flags), NULL);
}

void
rebound_linux_kernel_install_actions (gpointer klass)
{
  install_sysctl (klass);
  rebound_class_install_action (
      klass, "limit-descriptors", G_CALLBACK (action_limit_descriptors), NULL,
      "let the process, peers included, open just so many descriptors more; the next is EMFILE. "
      "One goes to the first connection that its side watches, so have one before",
      g_param_spec_uint ("spare", NULL, "how many more can be opened", 0, SPARE_MAXIMUM, 0,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS),
      NULL);
  rebound_class_install_action (klass, "unlimit-descriptors",
                                G_CALLBACK (action_unlimit_descriptors), NULL,
                                "give the descriptors back; the end of the run does so too", NULL);
}
