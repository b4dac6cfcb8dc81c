/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/kernel-test.h"
#include "net/rebound-routes-private.h"

/* How many looks for a datagram are to be too early, and how many were sent. */
static guint n_early;
static guint n_sent;

ssize_t
recv (int fd, void *buffer, size_t size_bytes, int flags)
{
  ssize_t (*next) (int, void *, size_t, int) = dlsym (RTLD_NEXT, "recv");

  if (n_early == 0)
    return next (fd, buffer, size_bytes, flags);
  n_early--;
  errno = EAGAIN;
  return -1;
}

ssize_t
send (int fd, const void *buffer, size_t size_bytes, int flags)
{
  ssize_t (*next) (int, const void *, size_t, int) = dlsym (RTLD_NEXT, "send");

  n_sent++;
  return next (fd, buffer, size_bytes, flags);
}

static void
test_late (void)
{
  static const guint cases[] = { 1, 5 };
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundFence) fence = rebound_fence_new (&error);

  g_test_summary ("a datagram that is late has others behind it: the fence passes when one is not");
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      n_early = cases[i];
      n_sent = 0;
      rebound_fence_pass (fence, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (n_sent, >=, 2);
    }
}

static void
test_passes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundFence) fence = rebound_fence_new (&error);

  g_test_summary ("the fence passes as often as it is asked to");
  g_assert_no_error (error);
  for (guint i = 0; i < 1000; i++)
    {
      rebound_fence_pass (fence, &error);
      g_assert_no_error (error);
    }
}

static void
test_two_fences (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundFence) one = rebound_fence_new (&error);
  g_autoptr (ReboundFence) other = rebound_fence_new (&error);

  g_test_summary ("two fences do not take each other's datagrams");
  g_assert_no_error (error);
  for (guint i = 0; i < 100; i++)
    {
      rebound_fence_pass (i % 3 == 0 ? one : other, &error);
      g_assert_no_error (error);
    }
}

static void
set_link (gboolean is_up)
{
  g_assert_cmpint (rebound_routes_set_loopback_up (is_up), ==, 0);
  if (is_up)
    g_assert_cmpint (rebound_routes_acknowledge_at_once (), ==, 0);
}

static void
test_link_down (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundFence) fence = rebound_fence_new (&error);

  g_test_summary ("with the link down the fence fails at once; with the link back it passes");
  g_assert_no_error (error);
  set_link (FALSE);
  g_assert_false (rebound_fence_pass (fence, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "ENETDOWN"));
  g_clear_error (&error);

  set_link (TRUE);
  rebound_fence_pass (fence, &error);
  g_assert_no_error (error);
}

/* What was sent over TCP just before has been taken in by the other end. */
static void
test_orders_tcp (gconstpointer data)
{
  sa_family_t family = GPOINTER_TO_INT (data);
  guint16 port = kernel_test_new_port ();
  int listener = raw_listen (family, port, TRUE, 1);
  int client = raw_connect (family, port, 0);
  int server = raw_accept (listener);
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundFence) fence = rebound_fence_new (&error);

  g_test_summary ("behind the fence is what was sent before it, and the end of the stream too");
  g_assert_no_error (error);
  g_assert_cmpint (send (client, "hello", 5, MSG_NOSIGNAL), ==, 5);
  g_assert_no_errno (shutdown (client, SHUT_WR));
  rebound_fence_pass (fence, &error);
  g_assert_no_error (error);
  g_assert_cmpint (raw_receive (server), ==, 5);
  g_assert_cmpint (raw_receive (server), ==, 0);

  raw_close (client);
  raw_close (server);
  raw_close (listener);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add_func ("/fence/late", test_late);
  g_test_add_func ("/fence/passes", test_passes);
  g_test_add_func ("/fence/two-fences", test_two_fences);
  g_test_add_func ("/fence/link-down", test_link_down);
  g_test_add_data_func ("/fence/orders-tcp/ipv4", GINT_TO_POINTER (AF_INET), test_orders_tcp);
  g_test_add_data_func ("/fence/orders-tcp/ipv6", GINT_TO_POINTER (AF_INET6), test_orders_tcp);
  return g_test_run ();
}
