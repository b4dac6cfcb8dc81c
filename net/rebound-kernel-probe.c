/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A version number says little about a kernel: distributions add to old ones and leave things out
 * of new ones. So the probe does what a run will do, once, with one connection over each loopback:
 * opens it, closes one half, looks whether that was acknowledged, closes the rest, and removes what
 * remains in TIME_WAIT. */

#include "rebound-kernel-probe-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rebound-fence-private.h"
#include "rebound-socket-diag-private.h"
#include "rebound-sysctl-private.h"

typedef struct
{
  int listener;
  int client;
  int server;
} Connection;

typedef union
{
  struct sockaddr any;
  struct sockaddr_in in;
  struct sockaddr_in6 in6;
} Address;

static void
close_descriptor (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static Address
loopback_of (sa_family_t family)
{
  Address address = { 0 };

  address.any.sa_family = family;
  if (family == AF_INET)
    address.in.sin_addr.s_addr = g_htonl (INADDR_LOOPBACK);
  else
    address.in6.sin6_addr = in6addr_loopback;
  return address;
}

/* FALSE where @family has no loopback address, or no port is free. */
static gboolean
listen_on_loopback (Connection *connection, sa_family_t family, Address *address)
{
  socklen_t size_bytes = sizeof *address;

  *address = loopback_of (family);
  connection->listener = socket (family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  return connection->listener >= 0 && bind (connection->listener, &address->any, size_bytes) == 0
         && listen (connection->listener, 1) == 0
         && getsockname (connection->listener, &address->any, &size_bytes) == 0;
}

/* The handshake is over when the fence has passed, so nothing here blocks. */
static gboolean
connect_both_ends (Connection *connection, ReboundFence *fence, const Address *address)
{
  connection->client
      = socket (address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connection->client < 0)
    return FALSE;
  if (connect (connection->client, &address->any, sizeof *address) < 0 && errno != EINPROGRESS)
    return FALSE;
  if (!rebound_fence_pass (fence, NULL))
    return FALSE;
  connection->server = accept4 (connection->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return connection->server >= 0;
}

/* A half-close that has been acknowledged is FIN_WAIT2; a delayed ACK leaves it in FIN_WAIT1. */
static gboolean
half_close_is_acknowledged (const Connection *connection, ReboundFence *fence)
{
  return shutdown (connection->client, SHUT_WR) == 0 && rebound_fence_pass (fence, NULL)
         && rebound_socket_state (connection->client) == TCP_FIN_WAIT2;
}

/* The client was the first to close, so it is the one that stays in TIME_WAIT. */
static gboolean
remainder_can_be_destroyed (Connection *connection, ReboundFence *fence, ReboundSocketDiag *diag)
{
  guint64 cookie = rebound_socket_cookie (connection->client);
  ReboundSocketInfo info;
  ReboundTuple tuple;

  if (!rebound_tuple_from_descriptor (connection->client, &tuple))
    return FALSE;
  close_descriptor (&connection->server);
  close_descriptor (&connection->client);
  return rebound_fence_pass (fence, NULL)
         && rebound_socket_diag_look_up (diag, &tuple, cookie, &info) == 0
         && info.state == TCP_TIME_WAIT && rebound_socket_diag_destroy (diag, &tuple, cookie) == 0
         && rebound_socket_diag_look_up (diag, &tuple, cookie, &info) == -ENOENT;
}

/* FALSE where @family has no loopback at all; else both answers are set. */
static gboolean
try_family (sa_family_t family,
            ReboundFence *fence,
            ReboundSocketDiag *diag,
            gboolean *acknowledges,
            gboolean *destroys)
{
  Connection connection = { -1, -1, -1 };
  Address address;
  gboolean has_loopback = listen_on_loopback (&connection, family, &address);

  *acknowledges = *destroys = FALSE;
  if (has_loopback && connect_both_ends (&connection, fence, &address))
    {
      *acknowledges = half_close_is_acknowledged (&connection, fence);
      *destroys = remainder_can_be_destroyed (&connection, fence, diag);
    }
  close_descriptor (&connection.server);
  close_descriptor (&connection.client);
  close_descriptor (&connection.listener);
  return has_loopback;
}

/* A namespace with a table of its own shows its size; one that uses the host's shows that as a
 * negative. */
static gboolean
find_small_tables (void)
{
  g_autofree char *entries = NULL;

  return rebound_sysctl_try_read ("net/ipv4/tcp_ehash_entries", &entries) == 0
         && g_ascii_strtoll (entries, NULL, 10) > 0;
}

static void
probe_kernel (ReboundKernelProbe *probe)
{
  g_autoptr (ReboundFence) fence = rebound_fence_new (NULL);
  g_autoptr (ReboundSocketDiag) diag = rebound_socket_diag_new (NULL);
  gboolean acknowledges_ipv6, destroys_ipv6;

  probe->has_small_tables = find_small_tables ();
  if (fence == NULL || diag == NULL)
    return;

  try_family (AF_INET, fence, diag, &probe->acknowledges_at_once, &probe->destroys_time_wait);
  if (try_family (AF_INET6, fence, diag, &acknowledges_ipv6, &destroys_ipv6))
    {
      probe->acknowledges_at_once = probe->acknowledges_at_once && acknowledges_ipv6;
      probe->destroys_time_wait = probe->destroys_time_wait && destroys_ipv6;
    }
}

const ReboundKernelProbe *
rebound_kernel_probe (void)
{
  static ReboundKernelProbe probe;
  static gsize is_probed;

  if (g_once_init_enter (&is_probed))
    {
      probe_kernel (&probe);
      g_once_init_leave (&is_probed, 1);
    }
  return &probe;
}

GPtrArray *
rebound_kernel_probe_list_lacks (const ReboundKernelProbe *probe)
{
  const struct
  {
    gboolean is_there;
    const char *lack;
  } findings[] = {
    { probe->destroys_time_wait, "this kernel cannot remove a socket in TIME_WAIT (SOCK_DESTROY, "
                                 "Linux 6.0): what remains of a "
                                 "connection goes by the kernel's own clock" },
    { probe->acknowledges_at_once, "this kernel delays acknowledgements on the loopback (quickack "
                                   "on a local route): a half-close "
                                   "may take up to 200 ms of real time" },
    { probe->has_small_tables, "this kernel gives a run no table of sockets of its own "
                               "(tcp_child_ehash_entries, Linux 6.1): "
                               "listing them takes longer" },
  };
  GPtrArray *lacks = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < G_N_ELEMENTS (findings); i++)
    if (!findings[i].is_there)
      g_ptr_array_add (lacks, g_strdup (findings[i].lack));
  return lacks;
}
