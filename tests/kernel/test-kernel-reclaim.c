/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Taking a socket away from whoever has it open, by the plain system calls that do it: every cell
 * of the table is in taking-test.c. */

#include <errno.h>

#include "net/rebound-errno.h"
#include "taking-test.h"

static void
disconnect (int fd)
{
  struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

  g_assert_no_errno (connect (fd, &nowhere, sizeof nowhere));
}

static gboolean
is_listener (int fd)
{
  int value = 0;
  socklen_t size_bytes = sizeof value;

  g_assert_no_errno (getsockopt (fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size_bytes));
  return value != 0;
}

static void
destroy (int fd)
{
  RawIdentity identity = is_listener (fd) ? taking_test_identify_listener (fd) : raw_identify (fd);

  assert_errno (rebound_socket_diag_destroy (kernel_test_diag (), &identity.tuple, identity.cookie),
                0);
}

static void
take (int fd, TakingStyle style)
{
  int error_number;
  socklen_t size_bytes = sizeof error_number;

  switch (style)
    {
    case TAKING_FIN:
      g_assert_no_errno (shutdown (fd, SHUT_RDWR));
      break;
    case TAKING_DEFUNCT:
      g_assert_no_errno (shutdown (fd, SHUT_WR));
      disconnect (fd);
      g_assert_no_errno (getsockopt (fd, SOL_SOCKET, SO_ERROR, &error_number, &size_bytes));
      break;
    case TAKING_DESTROY:
      destroy (fd);
      break;
    case TAKING_DISCONNECT:
    case TAKING_N_STYLES:
      disconnect (fd);
      break;
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  taking_test_add ("/kernel/reclaim", take, TAKING_N_STYLES);
  return g_test_run ();
}
