/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A packet socket sees what goes over the loopback twice, once on its way out and once on its way
 * in. The way out is where a segment gets its place among the others, so only that is kept; a
 * filter in the kernel does it, and leaves the fence's datagrams out as well.
 *
 * Nothing is read in time with the run: a handler that closes ten thousand connections sends tens
 * of thousands of segments before anybody looks. A receive queue would have room for a few hundred
 * of them, so they go into a ring that is mapped, of frames of one size. (The third version of the
 * ring packs them better, and gives them away by a timer of the real clock, which is no use here.)
 */

#include "rebound-capture-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lifecycle/rebound-error.h"
#include "rebound-errno.h"

/* The kernel's own header takes 80 of these; 176 are left for an IPv6 and a TCP header with every
 * option (100). */
#define HEADER_FRAME_BYTES 256

/* For an Ethernet's MTU (1500) and more, and a divisor of the block's size. */
#define PAYLOAD_FRAME_BYTES 2048

/* 9,000 connections that are closed by one handler send four segments each. */
#define N_HEADER_FRAMES 65536

/* What is no more than 64 MiB. */
#define N_PAYLOAD_FRAMES 32768

/* A multiple of every page size, and sixteen pages of the usual one, which the kernel finds in one
 * piece without effort. */
#define BLOCK_BYTES 65536

struct _ReboundCapture
{
  int fd;
  guint8 *ring;
  gsize ring_bytes;
  gsize frame_bytes;
  guint n_frames;
  guint next;
  gboolean is_draining;
};

/* Outgoing TCP over IPv4 or IPv6; all of it, or nothing. Offsets are of the network header. */
static struct sock_filter tcp_on_its_way_out[] = {
  BPF_STMT (BPF_LD | BPF_H | BPF_ABS, (guint32) (SKF_AD_OFF + SKF_AD_PKTTYPE)),
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 7),
  BPF_STMT (BPF_LD | BPF_H | BPF_ABS, (guint32) (SKF_AD_OFF + SKF_AD_PROTOCOL)),
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 2),
  BPF_STMT (BPF_LD | BPF_B | BPF_ABS, 9), /* iphdr.protocol */
  BPF_JUMP (BPF_JMP | BPF_JA, 2, 0, 0),
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 2),
  BPF_STMT (BPF_LD | BPF_B | BPF_ABS, 6), /* ip6_hdr.nexthdr */
  BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 1, 0),
  BPF_STMT (BPF_RET | BPF_K, 0),
  BPF_STMT (BPF_RET | BPF_K, 0xffffffff),
};

static gboolean
fail (const char *what, GError **error)
{
  int saved_errno = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               "packets cannot be captured: %s: %s%s", what, rebound_errno_name (saved_errno),
               saved_errno == EPERM ? "; expected the namespace to have been entered for that"
                                    : "");
  return FALSE;
}

static gboolean
make_ring (ReboundCapture *self, gboolean wants_payload, GError **error)
{
  const int version = TPACKET_V2;
  struct tpacket_req request = { .tp_block_size = BLOCK_BYTES };

  self->frame_bytes = wants_payload ? PAYLOAD_FRAME_BYTES : HEADER_FRAME_BYTES;
  self->n_frames = wants_payload ? N_PAYLOAD_FRAMES : N_HEADER_FRAMES;
  self->ring_bytes = self->frame_bytes * self->n_frames;
  request.tp_frame_size = (unsigned int) self->frame_bytes;
  request.tp_frame_nr = self->n_frames;
  request.tp_block_nr = (unsigned int) (self->ring_bytes / BLOCK_BYTES);
  if (setsockopt (self->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) < 0)
    return fail ("PACKET_VERSION", error);
  if (setsockopt (self->fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) < 0)
    return fail ("PACKET_RX_RING", error);
  self->ring = mmap (NULL, self->ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, self->fd, 0);
  return self->ring != MAP_FAILED || fail ("mmap", error);
}

/* Nothing is captured before the last step, so that nothing has to be thrown away. */
static gboolean
open_socket (ReboundCapture *self, gboolean wants_payload, GError **error)
{
  struct sock_fprog filter = { G_N_ELEMENTS (tcp_on_its_way_out), tcp_on_its_way_out };
  struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons (ETH_P_ALL) };

  self->fd = socket (AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0)
    return fail ("socket", error);
  if (setsockopt (self->fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) < 0)
    return fail ("SO_ATTACH_FILTER", error);
  if (!make_ring (self, wants_payload, error))
    return FALSE;
  address.sll_ifindex = (int) if_nametoindex ("lo");
  if (address.sll_ifindex == 0)
    return fail ("lo", error);
  if (bind (self->fd, (struct sockaddr *) &address, sizeof address) < 0)
    return fail ("bind", error);
  return TRUE;
}

ReboundCapture *
rebound_capture_new (gboolean wants_payload, GError **error)
{
  g_autoptr (ReboundCapture) self = g_new0 (ReboundCapture, 1);

  self->ring = MAP_FAILED;
  return open_socket (self, wants_payload, error) ? g_steal_pointer (&self) : NULL;
}

void
rebound_capture_free (ReboundCapture *self)
{
  if (self->ring != MAP_FAILED)
    munmap (self->ring, self->ring_bytes);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

static gboolean
check_drops (ReboundCapture *self, GError **error)
{
  struct tpacket_stats statistics;
  socklen_t length = sizeof statistics;

  if (getsockopt (self->fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) < 0)
    return fail ("PACKET_STATISTICS", error);
  if (statistics.tp_drops == 0)
    return TRUE;
  g_set_error (
      error, REBOUND_ERROR, REBOUND_ERROR_INTERNAL,
      "the capture is not whole: the kernel dropped %u packets, for more than %u were sent "
      "at one instant; expected fewer, or no capture",
      statistics.tp_drops, self->n_frames);
  return FALSE;
}

gboolean
rebound_capture_drain (ReboundCapture *self,
                       ReboundCaptureFunc func,
                       gpointer user_data,
                       GError **error)
{
  if (self->is_draining)
    return TRUE;
  self->is_draining = TRUE;
  for (;;)
    {
      struct tpacket2_hdr *frame = (gpointer) (self->ring + (gsize) self->next * self->frame_bytes);

      if ((__atomic_load_n (&frame->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0)
        break;
      func ((const guint8 *) frame + frame->tp_net, frame->tp_snaplen, frame->tp_len, user_data);
      __atomic_store_n (&frame->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
      self->next = (self->next + 1) % self->n_frames;
    }
  self->is_draining = FALSE;
  return check_drops (self, error);
}
