/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The kernel's values that a script may change: which, how they are refused, and that they are as
 * before when the run is over. */

#include "net/rebound-kernel-settings-private.h"

#include <errno.h>

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-sysctl-private.h"

static void
assert_value (const char *name, const char *expected)
{
  g_autofree char *value = NULL;

  g_assert_cmpint (rebound_sysctl_try_read (name, &value), ==, 0);
  g_assert_cmpstr (value, ==, expected);
}

static void
test_restored (void)
{
  g_autoptr (ReboundKernelSettings) self = rebound_kernel_settings_new ();

  assert_value ("net/ipv4/tcp_rfc1337", "0");
  g_assert_cmpint (rebound_kernel_settings_write (self, "net.ipv4.tcp_rfc1337", 1), ==, 0);
  g_assert_cmpint (rebound_kernel_settings_write (self, "net.ipv4.tcp_tw_reuse", 2), ==, 0);
  g_assert_cmpint (rebound_kernel_settings_write (self, "net.ipv4.tcp_tw_reuse", 1), ==, 0);
  assert_value ("net/ipv4/tcp_rfc1337", "1");
  assert_value ("net/ipv4/tcp_tw_reuse", "1");
  g_clear_pointer (&self, rebound_kernel_settings_free);
  assert_value ("net/ipv4/tcp_rfc1337", "0");
  assert_value ("net/ipv4/tcp_tw_reuse", "0");
}

static void
test_refused (void)
{
  g_autoptr (ReboundKernelSettings) self = rebound_kernel_settings_new ();

  g_assert_cmpint (rebound_kernel_settings_write (self, "net.ipv4.tcp_rfc1337", -1), ==, -EINVAL);
  g_assert_cmpint (rebound_kernel_settings_write (self, "net.ipv4.tcp_none", 1), ==, -ENOENT);
  assert_value ("net/ipv4/tcp_rfc1337", "0");
}

static void
test_known (void)
{
  g_autofree char *names = rebound_kernel_settings_dup_names ();
  g_auto (GStrv) each = g_strsplit (names, ", ", -1);

  for (guint i = 0; each[i] != NULL; i++)
    {
      g_autofree char *path = g_strdelimit (g_strdup (each[i]), ".", '/');
      g_autofree char *value = NULL;

      g_assert_true (rebound_kernel_settings_is_known (each[i]));
      g_assert_cmpint (rebound_sysctl_try_read (path, &value), ==, 0);
    }
  g_assert_false (rebound_kernel_settings_is_known ("net.ipv4.tcp_rmem"));
  g_assert_false (rebound_kernel_settings_is_known ("../../etc/passwd"));
}

/* A server that has closed first, whose peer has or has not. */
#define SERVED                                                                                     \
  "peer socket phone\nsocket web\nsocket conn\nlaunch\nweb.socket\nweb.bind port=30000\n"          \
  "web.listen\nphone.socket\nphone.connect to=web\nweb.accept into=conn\nconn.close\n"

static void
test_in_a_run (void)
{
  net_test_play_story ("kernel.sysctl name=net.ipv4.tcp_max_tw_buckets value=0\n" SERVED
                       "phone.close\nexpect kernel.time-wait-count == 0\n",
                       "conn", "0s conn: close() = 0\n");
  assert_value ("net/ipv4/tcp_max_tw_buckets", "131072");
}

static void
test_fin_timeout (void)
{
  g_test_summary ("how long FIN_WAIT2 lasts is a time of the run's clock");
  net_test_play_story ("kernel.sysctl name=net.ipv4.tcp_fin_timeout value=600\n" SERVED
                       "after 11min\n",
                       "kernel",
                       "0s kernel: web, web's end: CLOSED -> LISTEN\n"
                       "0s kernel: phone#1, phone's end: CLOSED -> ESTABLISHED\n"
                       "0s kernel: phone#1, conn's end: CLOSED -> ESTABLISHED\n"
                       "0s kernel: phone#1, phone's end: ESTABLISHED -> CLOSE_WAIT\n"
                       "0s kernel: phone#1, conn's end: ESTABLISHED -> FIN_WAIT2\n"
                       "10min kernel: phone#1, conn's end: FIN_WAIT2 is over; nothing is left of "
                       "it\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add_func ("/kernel-settings/restored", test_restored);
  g_test_add_func ("/kernel-settings/refused", test_refused);
  g_test_add_func ("/kernel-settings/known", test_known);
  g_test_add_func ("/kernel-settings/in-a-run", test_in_a_run);
  g_test_add_func ("/kernel-settings/fin-timeout", test_fin_timeout);
  return g_test_run ();
}
