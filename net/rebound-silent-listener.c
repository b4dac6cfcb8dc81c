/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A socket belongs to the network namespace that it was made in, wherever the process is. So a
 * listener of another namespace, whose loopback is nobody's, put over a descriptor by dup2(), is
 * one that listens and never hears anything.
 *
 * Such a namespace is at hand while isolation is entered (see rebound-isolation.c), but sockets for
 * it cannot be made later: that takes a capability that is dropped. They can be multiplied, though.
 * A socket that was accepted is of the namespace of the one that accepted it, and once it has been
 * disconnected it is as good as new. So a pair of sockets is brought along for each family, one
 * that listens and one that connects to it, and every connection between them is a silent listener
 * to be. The pair is put to use only when the first is asked for.
 *
 * Meanwhile the real listener is shut down: it refuses clients and is still bound. A duplicate of
 * it is what keeps the port. With SO_REUSEADDR it would not: that lets others bind beside what does
 * not listen, so the option is taken from it. */

#include "rebound-silent-listener-private.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lifecycle/rebound-trouble-private.h"
#include "rebound-sysctl-private.h"

/* As long as the fence waits for its datagram. */
#define MAX_YIELDS 100000

typedef struct
{
  sa_family_t family;
  guint16 port;
  int listener;
  int client;
  gboolean is_listening;
} Pair;

typedef union
{
  struct sockaddr any;
  struct sockaddr_in in;
  struct sockaddr_in6 in6;
} Address;

/* Ports that no listener of a run can have: it takes a capability, which is held while the pairs
 * are made. Two, for that of IPv6 is IPv4's as well. */
static Pair pairs[] = { { AF_INET, 1, -1, -1, FALSE }, { AF_INET6, 2, -1, -1, FALSE } };

static Address
make_address (sa_family_t family, guint16 port, gboolean is_loopback)
{
  Address address = { 0 };

  address.any.sa_family = family;
  if (family == AF_INET)
    {
      address.in.sin_port = g_htons (port);
      address.in.sin_addr.s_addr = g_htonl (is_loopback ? INADDR_LOOPBACK : INADDR_ANY);
    }
  else
    {
      address.in6.sin6_port = g_htons (port);
      address.in6.sin6_addr = is_loopback ? in6addr_loopback : in6addr_any;
    }
  return address;
}

static void
prepare_pair (Pair *pair)
{
  Address address = make_address (pair->family, pair->port, FALSE);

  pair->listener = socket (pair->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  pair->client = socket (pair->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (pair->listener >= 0)
    bind (pair->listener, &address.any, sizeof address); /* where it fails nobody can connect */
}

/* They are the process's, like its namespaces; but whoever counts descriptors at its end is to find
 * none that are not its own. */
static void
close_pairs (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      if (pairs[i].listener >= 0)
        close (pairs[i].listener);
      if (pairs[i].client >= 0)
        close (pairs[i].client);
      pairs[i].listener = pairs[i].client = -1;
    }
}

void
rebound_silent_listener_prepare (void)
{
  /* What the host says may have been taken over. */
  rebound_sysctl_try_write ("net/ipv6/conf/all/disable_ipv6", "0");
  rebound_sysctl_try_write ("net/ipv6/conf/lo/disable_ipv6", "0");
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    prepare_pair (&pairs[i]);
  atexit (close_pairs);
}

/* An interface is looked for in the namespace of the socket that is asked, and CAP_NET_ADMIN is
 * held over both. */
static gboolean
bring_loopback_up (int fd)
{
  struct ifreq request = { .ifr_name = "lo" };

  if (ioctl (fd, SIOCGIFFLAGS, &request) < 0)
    return FALSE;
  request.ifr_flags |= IFF_UP;
  return ioctl (fd, SIOCSIFFLAGS, &request) == 0;
}

/* The pair that multiplies sockets of @family, ready for use; NULL with errno. */
static Pair *
get_pair (sa_family_t family)
{
  Pair *pair = &pairs[family == AF_INET ? 0 : 1];

  if (pair->listener < 0 || pair->client < 0)
    {
      errno = ENOTSUP;
      return NULL;
    }
  if (pair->is_listening)
    return pair;
  if (!bring_loopback_up (pair->listener) || listen (pair->listener, 1) < 0)
    return NULL;
  pair->is_listening = TRUE;
  return pair;
}

/* Makes it as it was when it was new: not connected, not bound, without an error. */
static void
disconnect (int fd)
{
  const struct sockaddr unspecified = { .sa_family = AF_UNSPEC };
  int error_number;
  socklen_t size_bytes = sizeof error_number;

  rebound_trouble_is_done (connect (fd, &unspecified, sizeof unspecified), "connect (AF_UNSPEC)");
  rebound_trouble_is_done (getsockopt (fd, SOL_SOCKET, SO_ERROR, &error_number, &size_bytes),
                           "getsockopt (SO_ERROR)");
}

/* The handshake is nearly always over when connect() returns; see rebound-fence.c. What an earlier
 * try left in the queue, for want of a descriptor, does as well. */
static int
accept_soon (int listener)
{
  int fd;

  for (guint i = 0; i < MAX_YIELDS; i++)
    {
      fd = accept4 (listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
        return fd;
      sched_yield ();
    }
  return -1;
}

/* A new socket of the other namespace, or -1 with errno. */
static int
multiply (sa_family_t family)
{
  Pair *pair = get_pair (family);
  Address address;
  int fd = -1;
  int error_number;

  if (pair == NULL)
    return -1;
  address = make_address (family, pair->port, TRUE);
  if (connect (pair->client, &address.any, sizeof address) == 0 || errno == EINPROGRESS)
    fd = accept_soon (pair->listener);
  error_number = errno;
  if (fd >= 0)
    disconnect (fd);
  disconnect (pair->client);
  errno = error_number;
  return fd;
}

static int
get_option (int fd, int level, int name)
{
  int value = 0;
  socklen_t size_bytes = sizeof value;

  rebound_trouble_is_done (getsockopt (fd, level, name, &value, &size_bytes), "getsockopt");
  return value;
}

static gboolean
copy_option (int from, int to, int level, int name)
{
  int value = get_option (from, level, name);

  return setsockopt (to, level, name, &value, sizeof value) == 0;
}

/* The other namespace has none of the addresses that the run's own may have. */
static gboolean
copy_options (int from, int to, sa_family_t family)
{
  const int on = 1;

  return copy_option (from, to, SOL_SOCKET, SO_REUSEADDR)
         && copy_option (from, to, SOL_SOCKET, SO_REUSEPORT)
         && (family == AF_INET || copy_option (from, to, IPPROTO_IPV6, IPV6_V6ONLY))
         && setsockopt (to, IPPROTO_IP, IP_FREEBIND, &on, sizeof on) == 0
         && fcntl (to, F_SETFL, fcntl (from, F_GETFL)) == 0;
}

/* Of a listening socket tcpi_sacked is its backlog. */
static int
get_backlog (int fd)
{
  struct tcp_info info = { 0 };
  socklen_t size_bytes = sizeof info;

  rebound_trouble_is_done (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &size_bytes),
                           "getsockopt (TCP_INFO)");
  return (int) info.tcpi_sacked;
}

/* A listener like @fd in the other namespace, or -1 with errno. */
static int
make_silent (int fd)
{
  Address address;
  socklen_t size_bytes = sizeof address;
  int silent, error_number;

  if (getsockname (fd, &address.any, &size_bytes) < 0)
    return -1;
  silent = multiply (address.any.sa_family);
  if (silent < 0)
    return -1;
  if (copy_options (fd, silent, address.any.sa_family)
      && bind (silent, &address.any, size_bytes) == 0 && listen (silent, get_backlog (fd)) == 0)
    return silent;
  error_number = errno;
  close (silent);
  errno = error_number;
  return -1;
}

/* Takes the place of @fd, which stays open as @keeper and refuses clients. */
static gboolean
exchange (int fd, int silent, int *keeper)
{
  const int off = 0;
  Address address;
  socklen_t size_bytes = sizeof address;
  int flags = fcntl (fd, F_GETFD);
  int kept = fcntl (fd, F_DUPFD_CLOEXEC, 0);

  if (kept < 0)
    return FALSE;
  if (dup3 (silent, fd, (flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0) < 0)
    {
      int error_number = errno;

      close (kept);
      errno = error_number;
      return FALSE;
    }
  rebound_trouble_is_done (getsockname (silent, &address.any, &size_bytes), "getsockname");
  rebound_trouble_is_done (shutdown (kept, SHUT_RDWR), "shutdown");
  /* A port that the kernel had drawn is given back with that. One that was bound stays, and this is
   * EINVAL. */
  if (bind (kept, &address.any, size_bytes) < 0 && errno != EINVAL)
    rebound_trouble_note ("bind");
  rebound_trouble_is_done (setsockopt (kept, SOL_SOCKET, SO_REUSEADDR, &off, sizeof off),
                           "setsockopt (SO_REUSEADDR)");
  *keeper = kept;
  return TRUE;
}

gboolean
rebound_silent_listener_replace (int fd, int *keeper)
{
  gboolean is_replaced;
  int silent, error_number;

  if (get_option (fd, SOL_SOCKET, SO_ACCEPTCONN) == 0)
    {
      errno = EINVAL;
      return FALSE;
    }
  silent = make_silent (fd);
  if (silent < 0)
    return FALSE;
  is_replaced = exchange (fd, silent, keeper);
  error_number = errno;
  close (silent);
  errno = error_number;
  return is_replaced;
}
