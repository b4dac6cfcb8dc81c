/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A classic BPF program of three instructions, attached to the group of listeners by
 * SO_ATTACH_REUSEPORT_CBPF. */

#include "rebound-reuseport-private.h"

#include <linux/filter.h>
#include <sys/socket.h>

#include "lifecycle/rebound-trouble-private.h"

/* Where the source port's low byte pair begins behind the network header: IPv4 without options, and
 * IPv6. */
#define IPV4_HEADER_BYTES 20
#define IPV6_HEADER_BYTES 40

void
rebound_reuseport_choose_by_port (int fd)
{
  int family = AF_INET;
  socklen_t length = sizeof family;

  rebound_trouble_is_done (getsockopt (fd, SOL_SOCKET, SO_DOMAIN, &family, &length),
                           "getsockopt (SO_DOMAIN)");

  struct sock_filter code[] = {
    BPF_STMT (BPF_LD | BPF_H | BPF_ABS,
              (guint32) (SKF_NET_OFF
                         + (family == AF_INET6 ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES))),
    BPF_STMT (BPF_ALU | BPF_AND | BPF_K, 1),
    BPF_STMT (BPF_RET | BPF_A, 0),
  };
  struct sock_fprog program = { G_N_ELEMENTS (code), code };

  rebound_trouble_is_done (setsockopt (fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
                                       sizeof program),
                           "setsockopt (SO_ATTACH_REUSEPORT_CBPF)");
}
