/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A delayed ACK is a timer of the kernel's own, on the kernel's own clock: after a half-close the
 * FIN would stay unacknowledged for up to 200 ms of real time, in which virtual time cannot go on.
 * TCP_QUICKACK on a socket does not cure that; the quickack metric on the route by which the
 * segments come back does. On a loopback that is a route of type local, which the kernel itself
 * made when lo came up.
 *
 * The kernel's other timer that a run can meet is that of what could not be sent: a window that is
 * closed, or almost, is probed after 200 ms of real time, with what the window has room for. A run
 * that a busy machine holds up for so long would send what others have not sent. rto_min makes it
 * wait for longer than anybody is held up; nothing is lost on a loopback, so nothing waits for it.
 *
 * IPv4 lets such a route be replaced in place. For IPv6 a replacement is told apart by its metric
 * and does nothing, so that route is deleted and made again. */

#include "rebound-routes-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* lo is the first interface of every network namespace; the kernel insists on it
 * (LOOPBACK_IFINDEX). */
#define LOOPBACK_INDEX 1

/* Ours are of 100 bytes at most; an error answer repeats them behind its own header. */
#define ROUTE_MESSAGE_MAX_BYTES 1024

/* In milliseconds. Ten times what a run was ever seen to be held up for, and short enough for who
 * has to wait for it: a socket that nobody here knows, after the link was down. */
#define RTO_MIN_MSEC 5000

typedef struct
{
  guint8 family;
  guint8 prefix_bits;
  guint8 scope;
  const char *destination;
  const char *preferred_source; /* NULL: none */
} LocalRoute;

/* What the kernel makes for lo: `ip route show table local` and `ip -6 route show table local`. */
static const LocalRoute ipv4_routes[] = {
  { AF_INET, 8, RT_SCOPE_HOST, "127.0.0.0", "127.0.0.1" },
  { AF_INET, 32, RT_SCOPE_HOST, "127.0.0.1", "127.0.0.1" },
};
static const LocalRoute ipv6_route = { AF_INET6, 128, RT_SCOPE_UNIVERSE, "::1", NULL };

int
rebound_routes_set_loopback_up (gboolean is_up)
{
  struct ifreq request = { .ifr_name = "lo" };
  int result = 0;
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return -errno;

  if (ioctl (fd, SIOCGIFFLAGS, &request) < 0)
    result = -errno;
  else
    {
      request.ifr_flags = is_up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP;
      if (ioctl (fd, SIOCSIFFLAGS, &request) < 0)
        result = -errno;
    }
  close (fd);
  return result;
}

static void
put_address (struct nlmsghdr *header, const LocalRoute *route, guint16 type, const char *text)
{
  guint8 address[sizeof (struct in6_addr)];

  inet_pton (route->family, text, address);
  mnl_attr_put (header, type,
                route->family == AF_INET ? sizeof (struct in_addr) : sizeof (struct in6_addr),
                address);
}

static void
put_route (struct nlmsghdr *header, const LocalRoute *route)
{
  struct rtmsg *message = mnl_nlmsg_put_extra_header (header, sizeof *message);

  message->rtm_family = route->family;
  message->rtm_dst_len = route->prefix_bits;
  message->rtm_table = RT_TABLE_LOCAL;
  message->rtm_protocol = RTPROT_KERNEL;
  message->rtm_scope = route->scope;
  message->rtm_type = RTN_LOCAL;
  put_address (header, route, RTA_DST, route->destination);
  mnl_attr_put_u32 (header, RTA_OIF, LOOPBACK_INDEX);
  if (route->preferred_source != NULL)
    put_address (header, route, RTA_PREFSRC, route->preferred_source);
}

/* Sends @header and reads the kernel's verdict, which is in the queue by the time the send returns.
 */
static int
transact (struct mnl_socket *netlink, const struct nlmsghdr *header)
{
  char answer[ROUTE_MESSAGE_MAX_BYTES];
  ssize_t length;

  if (mnl_socket_sendto (netlink, header, header->nlmsg_len) < 0)
    return -errno;
  length = mnl_socket_recvfrom (netlink, answer, sizeof answer);
  if (length < 0)
    return -errno;
  if (mnl_cb_run (answer, length, 0, 0, NULL, NULL) < 0)
    return -errno;
  return 0;
}

static int
change_route (struct mnl_socket *netlink, const LocalRoute *route, guint16 type, guint16 flags)
{
  char buffer[ROUTE_MESSAGE_MAX_BYTES];
  struct nlmsghdr *header = mnl_nlmsg_put_header (buffer);

  header->nlmsg_type = type;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
  put_route (header, route);
  if (type == RTM_NEWROUTE)
    {
      struct nlattr *metrics = mnl_attr_nest_start (header, RTA_METRICS);

      mnl_attr_put_u32 (header, RTAX_QUICKACK, 1);
      mnl_attr_put_u32 (header, RTAX_RTO_MIN, RTO_MIN_MSEC);
      mnl_attr_put_u32 (header, RTAX_LOCK, 1 << RTAX_RTO_MIN); /* or it is a hint */
      mnl_attr_nest_end (header, metrics);
    }
  return transact (netlink, header);
}

static int
change_ipv6_route (struct mnl_socket *netlink)
{
  int result = change_route (netlink, &ipv6_route, RTM_DELROUTE, 0);

  /* A kernel without IPv6 has nobody who would answer the message, one where it is disabled has no
   * ::1. */
  if (result == -EOPNOTSUPP || result == -EAFNOSUPPORT || result == -ESRCH)
    return 0;
  if (result < 0)
    return result;
  return change_route (netlink, &ipv6_route, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
}

int
rebound_routes_acknowledge_at_once (void)
{
  struct mnl_socket *netlink = mnl_socket_open2 (NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
  int result = 0;

  if (netlink == NULL)
    return -errno;

  for (gsize i = 0; i < G_N_ELEMENTS (ipv4_routes) && result == 0; i++)
    result = change_route (netlink, &ipv4_routes[i], RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  if (result == 0)
    result = change_ipv6_route (netlink);
  mnl_socket_close (netlink);
  return result;
}

/* There are two to a destination where lo was down and up with ours in place: the kernel then adds
 * its own. */
static int
remove_routes_like (struct mnl_socket *netlink, const LocalRoute *route)
{
  int result;

  do
    result = change_route (netlink, route, RTM_DELROUTE, 0);
  while (result == 0);
  return result == -ESRCH ? 0 : result;
}

int
rebound_routes_remove (void)
{
  struct mnl_socket *netlink = mnl_socket_open2 (NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC);
  int result = 0;

  if (netlink == NULL)
    return -errno;

  for (gsize i = 0; i < G_N_ELEMENTS (ipv4_routes) && result == 0; i++)
    result = remove_routes_like (netlink, &ipv4_routes[i]);
  mnl_socket_close (netlink);
  return result;
}
