/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <netinet/tcp.h>

#include "kernel/kernel-test.h"
#include "net/rebound-kernel-probe-private.h"
#include "net/rebound-routes-private.h"
#include "net/rebound-sysctl-private.h"

static guint
count_sockets (sa_family_t family)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) infos
      = rebound_socket_diag_dump (kernel_test_diag (), family, 0, G_MAXUINT32, &error);

  g_assert_no_error (error);
  return infos->len;
}

static void
find (void)
{
  const ReboundKernelProbe *probe = rebound_kernel_probe (NULL);
  g_autoptr (GPtrArray) lacks = rebound_kernel_probe_list_lacks (probe);

  g_assert_true (probe->acknowledges_at_once);
  g_assert_true (probe->destroys_time_wait);
  g_assert_true (probe->has_small_tables);
  g_assert_cmpuint (lacks->len, ==, 0);
  g_assert_true (probe == rebound_kernel_probe (NULL));
  g_assert_cmpuint (count_sockets (AF_INET), ==, 0);
  g_assert_cmpuint (count_sockets (AF_INET6), ==, 0);
}

/* The kernels that Rebound is for have all three; one that has not shows in this test's name. */
static void
test_findings (void)
{
  g_test_summary (
      "the probe finds on this kernel all that a run wants, and leaves no socket behind");
  kernel_test_in_child (find);
}

static void
bring_link_back (void)
{
  g_assert_cmpint (rebound_routes_set_loopback_up (TRUE), ==, 0);
  g_assert_cmpint (rebound_routes_acknowledge_at_once (), ==, 0);
}

/* A lo that goes down and comes back has the kernel's own routes, without quickack. */
static void
find_delayed_acknowledgements (void)
{
  g_assert_cmpint (rebound_routes_set_loopback_up (FALSE), ==, 0);
  g_assert_cmpint (rebound_routes_set_loopback_up (TRUE), ==, 0);
  g_assert_false (rebound_kernel_probe (NULL)->acknowledges_at_once);
  g_assert_true (rebound_kernel_probe (NULL)->destroys_time_wait);
  bring_link_back ();
}

static void
test_finds_delayed_acknowledgements (void)
{
  g_test_summary ("the probe tells a loopback with delayed acknowledgements from one without");
  kernel_test_in_child (find_delayed_acknowledgements);
}

static void
find_routes_of_a_returned_link (void)
{
  g_assert_cmpint (rebound_routes_set_loopback_up (FALSE), ==, 0);
  bring_link_back ();
  g_assert_true (rebound_kernel_probe (NULL)->acknowledges_at_once);
}

static void
test_finds_routes_of_a_returned_link (void)
{
  g_test_summary ("after the link has been down, setting the routes again brings quickack back");
  kernel_test_in_child (find_routes_of_a_returned_link);
}

static void
find_link_down (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (rebound_routes_set_loopback_up (FALSE), ==, 0);
  g_assert_null (rebound_kernel_probe (&error));
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, "fence: the loopback is down: ENETDOWN");
  bring_link_back ();
  g_assert_true (rebound_kernel_probe (NULL)->destroys_time_wait);
}

static void
test_link_down (void)
{
  g_test_summary ("without a loopback the probe finds nothing, says so, and tries again");
  kernel_test_in_child (find_link_down);
}

static void
test_lacks (void)
{
  static const struct
  {
    ReboundKernelProbe probe;
    guint n_lacks;
    const char *word;
  } cases[] = {
    { { TRUE, TRUE, TRUE }, 0, NULL },
    { { FALSE, TRUE, TRUE }, 1, "TIME_WAIT" },
    { { TRUE, FALSE, TRUE }, 1, "half-close" },
    { { TRUE, TRUE, FALSE }, 1, "tcp_child_ehash_entries" },
    { { FALSE, FALSE, FALSE }, 3, "TIME_WAIT" },
  };

  g_test_summary ("each thing that a kernel lacks has a sentence");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) lacks = rebound_kernel_probe_list_lacks (&cases[i].probe);

      g_assert_cmpuint (lacks->len, ==, cases[i].n_lacks);
      if (cases[i].word != NULL)
        g_assert_nonnull (strstr (lacks->pdata[0], cases[i].word));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  g_test_add_func ("/kernel-probe/findings", test_findings);
  g_test_add_func ("/kernel-probe/finds-delayed-acknowledgements",
                   test_finds_delayed_acknowledgements);
  g_test_add_func ("/kernel-probe/finds-routes-of-a-returned-link",
                   test_finds_routes_of_a_returned_link);
  g_test_add_func ("/kernel-probe/link-down", test_link_down);
  g_test_add_func ("/kernel-probe/lacks", test_lacks);
  return g_test_run ();
}
