/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A version number says little about a kernel: distributions add to old ones and leave things out
 * of new ones. So the probe does what a run will do, once, with one connection over each loopback:
 * opens it, closes one half, looks whether that was acknowledged, closes the rest, and removes what
 * remains in TIME_WAIT. Only the answers to these two questions are findings. Whatever else fails,
 * for want of descriptors say, is an error: a run that took it for a lack would go on and differ.
 */

#include "rebound-kernel-probe-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rebound-errno.h"
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

/* What fails here says nothing of the kernel: that there were no descriptors left, say. */
static gboolean
fail (const char *what, int error_number, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
               "cannot find out what this kernel does: %s: %s", what,
               rebound_errno_name (error_number));
  return FALSE;
}

/* Where @family has no loopback address, as IPv6 on many machines, @listener stays -1. */
static gboolean
listen_on_loopback (sa_family_t family, int *listener, Address *address, GError **error)
{
  socklen_t size_bytes = sizeof *address;

  *address = loopback_of (family);
  *listener = socket (family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (*listener < 0)
    return errno == EAFNOSUPPORT || fail ("socket", errno, error);
  if (bind (*listener, &address->any, size_bytes) < 0)
    {
      if (errno != EADDRNOTAVAIL)
        return fail ("bind", errno, error);
      close_descriptor (listener);
      return TRUE;
    }
  if (listen (*listener, 1) < 0)
    return fail ("listen", errno, error);
  return getsockname (*listener, &address->any, &size_bytes) == 0
         || fail ("getsockname", errno, error);
}

/* The handshake is over when the fence has passed, so nothing here blocks. */
static gboolean
connect_both_ends (Connection *connection,
                   ReboundFence *fence,
                   const Address *address,
                   GError **error)
{
  connection->client
      = socket (address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connection->client < 0)
    return fail ("socket", errno, error);
  if (connect (connection->client, &address->any, sizeof *address) < 0 && errno != EINPROGRESS)
    return fail ("connect", errno, error);
  if (!rebound_fence_pass (fence, error))
    return FALSE;
  connection->server = accept4 (connection->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return connection->server >= 0 || fail ("accept4", errno, error);
}

/* A half-close that has been acknowledged is FIN_WAIT2; a delayed ACK leaves it in FIN_WAIT1. */
static gboolean
try_half_close (const Connection *connection,
                ReboundFence *fence,
                gboolean *acknowledges,
                GError **error)
{
  guint8 state;

  if (shutdown (connection->client, SHUT_WR) < 0)
    return fail ("shutdown", errno, error);
  if (!rebound_fence_pass (fence, error))
    return FALSE;
  state = rebound_socket_state (connection->client);
  *acknowledges = state == TCP_FIN_WAIT2;
  return state != 0 || fail ("getsockopt (TCP_INFO)", errno, error);
}

/* A kernel that cannot do it says EOPNOTSUPP. */
static gboolean
try_to_destroy (ReboundSocketDiag *diag,
                const ReboundTuple *tuple,
                guint64 cookie,
                gboolean *destroys,
                GError **error)
{
  ReboundSocketInfo info;
  int result = rebound_socket_diag_look_up (diag, tuple, cookie, &info);

  if (result < 0 && result != -ENOENT)
    return fail ("a look-up of a socket", -result, error);
  if (result == -ENOENT || info.state != TCP_TIME_WAIT)
    return TRUE;
  result = rebound_socket_diag_destroy (diag, tuple, cookie);
  if (result == -EOPNOTSUPP)
    return TRUE;
  if (result < 0)
    return fail ("SOCK_DESTROY", -result, error);
  result = rebound_socket_diag_look_up (diag, tuple, cookie, &info);
  *destroys = result == -ENOENT;
  return result >= 0 || result == -ENOENT || fail ("a look-up of a socket", -result, error);
}

/* The client was the first to close, so it is the one that stays in TIME_WAIT. */
static gboolean
try_remainder (Connection *connection,
               ReboundFence *fence,
               ReboundSocketDiag *diag,
               gboolean *destroys,
               GError **error)
{
  guint64 cookie = rebound_socket_cookie (connection->client);
  ReboundTuple tuple;

  if (cookie == 0)
    return fail ("getsockopt (SO_COOKIE)", errno, error);
  if (!rebound_tuple_from_descriptor (connection->client, &tuple))
    return fail ("getsockname, getpeername", errno, error);
  close_descriptor (&connection->server);
  close_descriptor (&connection->client);
  return rebound_fence_pass (fence, error)
         && try_to_destroy (diag, &tuple, cookie, destroys, error);
}

/* What @family does not do, the kernel does not. */
static gboolean
try_family (sa_family_t family,
            ReboundFence *fence,
            ReboundSocketDiag *diag,
            ReboundKernelProbe *probe,
            GError **error)
{
  Connection connection = { -1, -1, -1 };
  gboolean acknowledges = FALSE, destroys = FALSE, is_tried;
  Address address;

  is_tried = listen_on_loopback (family, &connection.listener, &address, error);
  if (is_tried && connection.listener < 0)
    return TRUE;
  is_tried = is_tried && connect_both_ends (&connection, fence, &address, error)
             && try_half_close (&connection, fence, &acknowledges, error)
             && try_remainder (&connection, fence, diag, &destroys, error);
  probe->acknowledges_at_once = probe->acknowledges_at_once && acknowledges;
  probe->destroys_time_wait = probe->destroys_time_wait && destroys;
  close_descriptor (&connection.server);
  close_descriptor (&connection.client);
  close_descriptor (&connection.listener);
  return is_tried;
}

/* A namespace with a table of its own shows its size; one that uses the host's shows that as a
 * negative. */
static gboolean
find_small_tables (gboolean *has_small_tables, GError **error)
{
  g_autofree char *entries = NULL;
  int result = rebound_sysctl_try_read ("net/ipv4/tcp_ehash_entries", &entries);

  *has_small_tables = result == 0 && g_ascii_strtoll (entries, NULL, 10) > 0;
  return result == 0 || result == -ENOENT || fail ("tcp_ehash_entries", -result, error);
}

static gboolean
probe_kernel (ReboundKernelProbe *probe, GError **error)
{
  g_autoptr (ReboundFence) fence = rebound_fence_new (error);
  g_autoptr (ReboundSocketDiag) diag = fence != NULL ? rebound_socket_diag_new (error) : NULL;

  probe->acknowledges_at_once = probe->destroys_time_wait = TRUE;
  return diag != NULL && find_small_tables (&probe->has_small_tables, error)
         && try_family (AF_INET, fence, diag, probe, error)
         && try_family (AF_INET6, fence, diag, probe, error);
}

/* What could not be found out is tried again by the next run. */
const ReboundKernelProbe *
rebound_kernel_probe (GError **error)
{
  static ReboundKernelProbe probe;
  static gboolean is_probed;
  static GMutex mutex;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

  is_probed = is_probed || probe_kernel (&probe, error);
  return is_probed ? &probe : NULL;
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
