/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to a segment that is sent while the loopback is down depends on the routes. IPv4
 * keeps them: the segment goes to an interface that drops it, TCP believes that it is on its way,
 * and learns otherwise by its retransmission timer, 200 ms of real time and twice as long each
 * time; connect() waits for an answer. IPv6 drops its address and routes: the segment is not sent,
 * TCP knows it, and connect() fails at once. The latter is how a phone without a network is to an
 * application, and it is what makes the return of the link exact: what was not sent can be sent
 * when the link is up again, by us and in our order, where a retransmission comes when the kernel's
 * timer says so. So the routes of IPv4 are removed too.
 *
 * To bind an address would then fail as well, which a link that is down does not do to IPv4; the
 * kernel is told to let it be.
 *
 * A descriptor is what sending can be asked for with. A socket that was closed while the link was
 * down has none, and its FIN would have to wait for the kernel's timer; so a duplicate of it is
 * kept until then. */

#include "rebound-link-private.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lifecycle/rebound-descriptor-limit-private.h"
#include "lifecycle/rebound-trouble-private.h"
#include "rebound-routes-private.h"
#include "rebound-sysctl-private.h"

#define NONLOCAL_BIND "net/ipv4/ip_nonlocal_bind"

static int
take_down (void)
{
  int result = rebound_routes_set_loopback_up (FALSE);

  if (result == 0)
    result = rebound_routes_remove ();
  return result == 0 ? rebound_sysctl_try_write (NONLOCAL_BIND, "1") : result;
}

static int
bring_up (void)
{
  int result = rebound_routes_set_loopback_up (TRUE);

  if (result == 0)
    result = rebound_routes_acknowledge_at_once ();
  return result == 0 ? rebound_sysctl_try_write (NONLOCAL_BIND, "0") : result;
}

int
rebound_link_set_up (gboolean is_up)
{
  int result;

  rebound_descriptor_limit_pause ();
  result = is_up ? bring_up () : take_down ();
  rebound_descriptor_limit_resume ();
  return result;
}

static gboolean
read_info (int fd, struct tcp_info *info)
{
  socklen_t size_bytes = sizeof *info;

  return rebound_trouble_is_done (getsockopt (fd, IPPROTO_TCP, TCP_INFO, info, &size_bytes),
                                  "getsockopt (TCP_INFO)");
}

/* Unread input, or a linger time of 0, makes close() send RST, once and for good. */
static gboolean
closes_by_reset (int fd)
{
  struct linger linger = { 0 };
  socklen_t size_bytes = sizeof linger;
  int unread_bytes = 0;

  return !rebound_trouble_is_done (ioctl (fd, FIONREAD, &unread_bytes), "ioctl (FIONREAD)")
         || unread_bytes > 0
         || !rebound_trouble_is_done (getsockopt (fd, SOL_SOCKET, SO_LINGER, &linger, &size_bytes),
                                      "getsockopt (SO_LINGER)")
         || (linger.l_onoff && linger.l_linger == 0);
}

/* In the states in which a FIN is still to be sent, or to be acknowledged. */
static gboolean
has_fin_to_send (guint8 state)
{
  return state != TCP_CLOSE && state != TCP_SYN_SENT && state != TCP_LISTEN
         && state != TCP_FIN_WAIT2 && state != TCP_TIME_WAIT;
}

int
rebound_link_keep (int fd)
{
  struct tcp_info info;
  int kept;

  if (!read_info (fd, &info) || !has_fin_to_send (info.tcpi_state) || closes_by_reset (fd))
    return -1;
  rebound_descriptor_limit_pause ();
  kept = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  rebound_trouble_is_done (kept, "fcntl (F_DUPFD_CLOEXEC)");
  rebound_descriptor_limit_resume ();
  /* In FIN_WAIT1, CLOSING or LAST_ACK there is nothing left to shut down but the reading side. */
  if (kept >= 0)
    shutdown (kept, SHUT_RDWR);
  return kept;
}

gboolean
rebound_link_resume (int fd)
{
  struct tcp_info info;
  int unsent_bytes = 0; /* a FIN counts as one */
  int corked = 1;
  socklen_t size_bytes = sizeof corked;

  /* What is unacknowledged was sent before, and whoever does not take it has his reasons. */
  if (!read_info (fd, &info) || info.tcpi_unacked > 0
      || !rebound_trouble_is_done (ioctl (fd, SIOCOUTQNSD, &unsent_bytes), "ioctl (SIOCOUTQNSD)")
      || unsent_bytes == 0)
    return FALSE;
  /* To pull the cork that was not in sends what is pending, and changes nothing. */
  return rebound_trouble_is_done (getsockopt (fd, IPPROTO_TCP, TCP_CORK, &corked, &size_bytes),
                                  "getsockopt (TCP_CORK)")
         && corked == 0
         && rebound_trouble_is_done (setsockopt (fd, IPPROTO_TCP, TCP_CORK, &corked, sizeof corked),
                                     "setsockopt (TCP_CORK)");
}
