/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel knows of a socket that nobody holds any more: a TIME_WAIT, an orphan in
 * FIN_WAIT2.
 *
 * A look-up by tuple alone is a trap. The kernel searches as it would for a segment that comes in,
 * and where the connection is gone it finds the listener on that port; SOCK_DESTROY would then take
 * the listener away. So each question carries the socket's cookie, which is given once and follows
 * the socket into TIME_WAIT, and the kernel answers ENOENT for any other socket.
 *
 * A netlink request is carried out within send(), and its answer (of a dump: the first part) is in
 * the queue when send() returns. So nothing here ever waits, and the socket is non-blocking to
 * prove it. */

#include "rebound-socket-diag-private.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "rebound-errno.h"
#include "lifecycle/rebound-trouble-private.h"

/* The cookie by which a request says that it has none (two times INET_DIAG_NOCOOKIE). */
#define NO_COOKIE G_MAXUINT64

/* The kernel fills at most this much of a reader's buffer with one part of a dump (32 KiB
 * since 4.9). */
#define ANSWER_MAX_BYTES 32768

/* idiag_timer of a socket whose remaining time is that of TIME_WAIT: sock_diag(7). */
#define TIMER_TIME_WAIT 3

struct _ReboundSocketDiag
{
  struct mnl_socket *netlink;
  guint32 sequence; /* answers to another question are not ours */
  char answer[ANSWER_MAX_BYTES];
};

typedef struct
{
  struct nlmsghdr header;
  struct inet_diag_req_v2 request;
} Question;

/* By TCP_* of <netinet/tcp.h>; 12 and 13 are the kernel's own TCP_NEW_SYN_RECV and
 * TCP_BOUND_INACTIVE. */
static const char *const state_names[] = {
  [TCP_ESTABLISHED] = "ESTABLISHED",
  [TCP_SYN_SENT] = "SYN_SENT",
  [TCP_SYN_RECV] = "SYN_RECV",
  [TCP_FIN_WAIT1] = "FIN_WAIT1",
  [TCP_FIN_WAIT2] = "FIN_WAIT2",
  [TCP_TIME_WAIT] = "TIME_WAIT",
  [TCP_CLOSE] = "CLOSED",
  [TCP_CLOSE_WAIT] = "CLOSE_WAIT",
  [TCP_LAST_ACK] = "LAST_ACK",
  [TCP_LISTEN] = "LISTEN",
  [TCP_CLOSING] = "CLOSING",
  [12] = "SYN_RECV",
  [13] = "BOUND",
};

const char *
rebound_tcp_state_name (guint8 state)
{
  if (state >= G_N_ELEMENTS (state_names) || state_names[state] == NULL)
    return "UNKNOWN";
  return state_names[state];
}

/* How many words of an address field are the address. */
static guint
address_words (sa_family_t family)
{
  return family == AF_INET ? 1 : 4;
}

static gsize
address_bytes (sa_family_t family)
{
  return address_words (family) * sizeof (guint32);
}

guint
rebound_tuple_hash (gconstpointer tuple)
{
  const ReboundTuple *self = tuple;
  guint hash = self->local_port * 65537u + self->remote_port;

  /* 31: as in g_str_hash()'s elder relatives; the ports alone tell nearly all of a run's sockets
   * apart. */
  for (guint i = 0; i < address_words (self->family); i++)
    hash = (hash * 31 + self->local_address[i]) * 31 + self->remote_address[i];
  return hash * 31 + self->family;
}

gboolean
rebound_tuple_equal (gconstpointer a, gconstpointer b)
{
  const ReboundTuple *one = a;
  const ReboundTuple *other = b;
  gsize size_bytes = address_bytes (one->family);

  return one->family == other->family && one->local_port == other->local_port
         && one->remote_port == other->remote_port
         && memcmp (one->local_address, other->local_address, size_bytes) == 0
         && memcmp (one->remote_address, other->remote_address, size_bytes) == 0;
}

ReboundTuple
rebound_tuple_reverse (const ReboundTuple *tuple)
{
  ReboundTuple reversed = {
    .family = tuple->family,
    .local_port = tuple->remote_port,
    .remote_port = tuple->local_port,
  };

  memcpy (reversed.local_address, tuple->remote_address, sizeof reversed.local_address);
  memcpy (reversed.remote_address, tuple->local_address, sizeof reversed.remote_address);
  return reversed;
}

static gboolean
is_mapped (const guint32 *address)
{
  return IN6_IS_ADDR_V4MAPPED ((const struct in6_addr *) address);
}

ReboundTuple
rebound_tuple_unmap (const ReboundTuple *tuple)
{
  ReboundTuple unmapped = { AF_INET,
                            tuple->local_port,
                            tuple->remote_port,
                            { tuple->local_address[3] },
                            { tuple->remote_address[3] } };

  if (tuple->family == AF_INET6 && is_mapped (tuple->local_address)
      && is_mapped (tuple->remote_address))
    return unmapped;
  return *tuple;
}

/* FALSE with errno EAFNOSUPPORT for an end of any other family. */
static gboolean
take_end (const struct sockaddr_storage *end, guint16 *port, guint32 *address)
{
  if (end->ss_family == AF_INET)
    {
      const struct sockaddr_in *in = (const struct sockaddr_in *) end;

      *port = in->sin_port;
      memcpy (address, &in->sin_addr, sizeof in->sin_addr);
      return TRUE;
    }
  if (end->ss_family == AF_INET6)
    {
      const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) end;

      *port = in6->sin6_port;
      memcpy (address, &in6->sin6_addr, sizeof in6->sin6_addr);
      return TRUE;
    }
  errno = EAFNOSUPPORT;
  return FALSE;
}

gboolean
rebound_tuple_from_local_end (int fd, ReboundTuple *tuple)
{
  struct sockaddr_storage local;
  socklen_t local_bytes = sizeof local;

  if (getsockname (fd, (struct sockaddr *) &local, &local_bytes) < 0)
    {
      rebound_trouble_note ("getsockname");
      return FALSE;
    }

  memset (tuple, 0, sizeof *tuple);
  tuple->family = local.ss_family;
  return take_end (&local, &tuple->local_port, tuple->local_address);
}

gboolean
rebound_tuple_from_descriptor (int fd, ReboundTuple *tuple)
{
  struct sockaddr_storage remote;
  socklen_t remote_bytes = sizeof remote;

  if (!rebound_tuple_from_local_end (fd, tuple))
    return FALSE;
  if (getpeername (fd, (struct sockaddr *) &remote, &remote_bytes) < 0)
    {
      rebound_trouble_note ("getpeername");
      return FALSE;
    }
  return take_end (&remote, &tuple->remote_port, tuple->remote_address);
}

guint64
rebound_socket_cookie (int fd)
{
  guint64 cookie = 0;
  socklen_t size_bytes = sizeof cookie;

  if (getsockopt (fd, SOL_SOCKET, SO_COOKIE, &cookie, &size_bytes) < 0)
    {
      rebound_trouble_note ("getsockopt (SO_COOKIE)");
      return 0;
    }
  return cookie;
}

guint8
rebound_socket_state (int fd)
{
  struct tcp_info info = { 0 };
  socklen_t size_bytes = sizeof info;

  if (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &size_bytes) < 0)
    {
      rebound_trouble_note ("getsockopt (TCP_INFO)");
      return 0;
    }
  return info.tcpi_state;
}

/* Sends @question under a number of its own; 0 or a negative errno. */
static int
ask (ReboundSocketDiag *self, Question *question, guint16 type, guint16 flags)
{
  question->header.nlmsg_len = sizeof *question;
  question->header.nlmsg_type = type;
  question->header.nlmsg_flags = NLM_F_REQUEST | flags;
  question->header.nlmsg_seq = ++self->sequence;
  return mnl_socket_sendto (self->netlink, question, sizeof *question) < 0 ? -errno : 0;
}

/* Whether each message of a datagram ends within it. libmnl takes the length for a signed number,
 * and goes wherever one of 2 GiB and more leads. */
static gboolean
is_whole (const char *datagram, gsize length_bytes)
{
  struct nlmsghdr header;

  while (length_bytes >= sizeof header)
    {
      memcpy (&header, datagram, sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > length_bytes)
        return FALSE;
      /* The last one need not be filled up to the next boundary. */
      length_bytes -= MIN (NLMSG_ALIGN (header.nlmsg_len), length_bytes);
      datagram += NLMSG_ALIGN (header.nlmsg_len);
    }
  return TRUE;
}

/* Hands one datagram of the answer to @callback. 0: it is the last one, 1: there is more, or a
 * negative errno, which may be the kernel's verdict. */
static int
hear (ReboundSocketDiag *self, mnl_cb_t callback, gpointer data)
{
  ssize_t length = mnl_socket_recvfrom (self->netlink, self->answer, sizeof self->answer);
  int result;

  if (length < 0)
    return -errno;
  if (!is_whole (self->answer, (gsize) length))
    return -EPROTO;
  result = mnl_cb_run (self->answer, length, self->sequence, 0, callback, data);
  /* A verdict that is no errno comes out of libmnl as it is. */
  return result >= 0 ? result : errno > 0 ? -errno : -EPROTO;
}

/* Listeners and bound sockets of IPv6 come with it. */
static int
take_v6only (const struct nlattr *attribute, gpointer data)
{
  if (mnl_attr_get_type (attribute) == INET_DIAG_SKV6ONLY
      && mnl_attr_get_payload_len (attribute) >= sizeof (guint8))
    *(gint8 *) data = mnl_attr_get_u8 (attribute) != 0;
  return MNL_CB_OK;
}

static gboolean
read_info (const struct nlmsghdr *header, ReboundSocketInfo *info)
{
  const struct inet_diag_msg *message = mnl_nlmsg_get_payload (header);

  if (mnl_nlmsg_get_payload_len (header) < sizeof *message)
    {
      errno = EPROTO;
      return FALSE;
    }

  *info = (ReboundSocketInfo){
    .tuple = { .family = message->idiag_family,
               .local_port = message->id.idiag_sport,
               .remote_port = message->id.idiag_dport },
    .cookie = (guint64) message->id.idiag_cookie[1] << 32 | message->id.idiag_cookie[0],
    .state = message->idiag_state,
    .receive_queue_bytes = message->idiag_rqueue,
    .send_queue_bytes = message->idiag_wqueue,
    .inode = message->idiag_inode,
    .uid = message->idiag_uid,
    .v6only = -1,
    .time_left_usec = -1,
  };
  if (message->idiag_timer == TIMER_TIME_WAIT)
    info->time_left_usec = (gint64) message->idiag_expires * 1000;
  mnl_attr_parse (header, sizeof *message, take_v6only, &info->v6only);
  memcpy (info->tuple.local_address, message->id.idiag_src, address_bytes (message->idiag_family));
  memcpy (info->tuple.remote_address, message->id.idiag_dst, address_bytes (message->idiag_family));
  return TRUE;
}

static int
take_one (const struct nlmsghdr *header, gpointer data)
{
  return read_info (header, data) ? MNL_CB_STOP : MNL_CB_ERROR;
}

/* What a dump is to list. */
typedef struct
{
  GArray *infos;
  guint16 port; /* network byte order; 0: any */
} Dump;

/* Linux leaves the choice by port to the asker where a socket is bound and does not listen. */
static int
take_many (const struct nlmsghdr *header, gpointer data)
{
  Dump *dump = data;
  ReboundSocketInfo info;

  if (!read_info (header, &info))
    return MNL_CB_ERROR;
  if (dump->port == 0 || info.tuple.local_port == dump->port)
    g_array_append_val (dump->infos, info);
  return MNL_CB_OK;
}

ReboundSocketDiag *
rebound_socket_diag_new (GError **error)
{
  g_autoptr (ReboundSocketDiag) self = g_new0 (ReboundSocketDiag, 1);
  g_autoptr (GArray) none = NULL;

  self->netlink = mnl_socket_open2 (NETLINK_SOCK_DIAG, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (self->netlink == NULL)
    {
      int saved_errno = errno;

      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
                   "cannot open a netlink socket for socket diagnosis: %s",
                   rebound_errno_name (saved_errno));
      return NULL;
    }

  /* Without inet_diag each look-up would be answered ENOENT, as if the socket were gone. A dump of
   * the sockets in none of the states costs nothing and tells the two apart. */
  none = rebound_socket_diag_dump (self, AF_INET, 0, 0, error);
  return none != NULL ? g_steal_pointer (&self) : NULL;
}

void
rebound_socket_diag_free (ReboundSocketDiag *self)
{
  if (self->netlink != NULL)
    mnl_socket_close (self->netlink);
  g_free (self);
}

static Question
question_about (const ReboundTuple *tuple, guint64 cookie)
{
  Question question = {
    .request = { .sdiag_family = tuple->family,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = G_MAXUINT32,
                 .id = { .idiag_sport = tuple->local_port,
                         .idiag_dport = tuple->remote_port,
                         .idiag_cookie = { (guint32) cookie, (guint32) (cookie >> 32) } } },
  };

  memcpy (question.request.id.idiag_src, tuple->local_address, address_bytes (tuple->family));
  memcpy (question.request.id.idiag_dst, tuple->remote_address, address_bytes (tuple->family));
  return question;
}

int
rebound_socket_diag_look_up (ReboundSocketDiag *self,
                             const ReboundTuple *tuple,
                             guint64 cookie,
                             ReboundSocketInfo *info)
{
  Question question = question_about (tuple, cookie);
  int result;

  if (cookie == NO_COOKIE || cookie == 0)
    return -EINVAL;

  memset (info, 0, sizeof *info);
  result = ask (self, &question, SOCK_DIAG_BY_FAMILY, 0);
  if (result == 0)
    result = hear (self, take_one, info);
  /* An acknowledgement alone says nothing of a socket. */
  return result >= 0 && info->tuple.family == AF_UNSPEC ? -EPROTO : MIN (result, 0);
}

int
rebound_socket_diag_destroy (ReboundSocketDiag *self, const ReboundTuple *tuple, guint64 cookie)
{
  Question question = question_about (tuple, cookie);
  int result;

  if (cookie == NO_COOKIE || cookie == 0)
    return -EINVAL;

  result = ask (self, &question, SOCK_DESTROY, NLM_F_ACK);
  return result < 0 ? result : hear (self, NULL, NULL);
}

GArray *
rebound_socket_diag_dump (ReboundSocketDiag *self,
                          sa_family_t family,
                          guint16 port,
                          guint32 states,
                          GError **error)
{
  g_autoptr (GArray) infos = g_array_new (FALSE, FALSE, sizeof (ReboundSocketInfo));
  Question question = {
    .request = { .sdiag_family = family,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = states,
                 .id = { .idiag_sport = g_htons (port) } },
  };
  Dump dump = { infos, g_htons (port) };
  int result = ask (self, &question, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);

  if (result == 0)
    do
      result = hear (self, take_many, &dump);
    while (result > 0);
  if (result == 0)
    return g_steal_pointer (&infos);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (-result),
               "cannot list the TCP sockets (inet_diag): %s", rebound_errno_name (-result));
  return NULL;
}
