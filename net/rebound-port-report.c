/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a port is taken: the facts. Who is on it is asked of inet_diag, whose it is of /proc, and
 * whether a bind would succeed of bind() itself, for the rules have many parts of which the tables
 * show only some.
 *
 * The trial sockets never listen, so no client can reach one, and each is closed before the next
 * is bound. Somebody else who binds the same port in those few microseconds would be refused;
 * there is no way to ask without that. None has SO_REUSEPORT: the kernel would take it as a sample
 * of who may share the port from then on. */

#include "rebound-port-report-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rebound-address-private.h"
#include "rebound-errno.h"

/* TCP_BOUND_INACTIVE of include/net/tcp_states.h (6.8): a state of inet_diag's alone. */
#define STATE_BOUND 13

/* TCP_NEW_SYN_RECV of the same. */
#define STATE_NEW_SYN_RECV 12

void
rebound_port_process_free (gpointer data)
{
  ReboundPortProcess *process = data;

  g_free (process->name);
  g_free (process->command);
  g_free (process);
}

static void
holder_free (gpointer data)
{
  ReboundPortHolder *holder = data;

  g_object_unref (holder->address);
  g_free (holder->local);
  g_free (holder->remote);
  g_free (holder->user);
  g_free (holder->owner);
  g_free (holder->rule);
  g_ptr_array_unref (holder->processes);
  g_free (holder);
}

static void
try_free (gpointer data)
{
  ReboundPortTry *self = data;

  g_object_unref (self->address);
  g_free (self);
}

static ReboundPortHold
hold_of (const ReboundSocketInfo *info)
{
  gboolean is_orphan = info->inode == 0;

  switch (info->state)
    {
    case TCP_LISTEN:
      return REBOUND_PORT_HOLD_LISTENING;
    case TCP_CLOSE:
    case STATE_BOUND:
      return REBOUND_PORT_HOLD_BOUND;
    case TCP_TIME_WAIT:
      return REBOUND_PORT_HOLD_TIME_WAIT;
    case TCP_FIN_WAIT2:
      return REBOUND_PORT_HOLD_FIN_WAIT2;
    case TCP_SYN_RECV:
    case STATE_NEW_SYN_RECV:
      return REBOUND_PORT_HOLD_BACKLOG;
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT:
      return is_orphan ? REBOUND_PORT_HOLD_BACKLOG : REBOUND_PORT_HOLD_CONNECTION;
    default:
      return is_orphan ? REBOUND_PORT_HOLD_CLOSING : REBOUND_PORT_HOLD_CONNECTION;
    }
}

static GInetAddress *
address_of (const ReboundTuple *tuple, const guint32 *bytes)
{
  return g_inet_address_new_from_bytes ((const guint8 *) bytes, (GSocketFamily) tuple->family);
}

static char *
end_to_string (GInetAddress *address, guint16 port)
{
  g_autofree char *text = g_inet_address_to_string (address);

  return g_strdup_printf (strchr (text, ':') != NULL ? "[%s]:%u" : "%s:%u", text, port);
}

ReboundPortHolder *
rebound_port_holder_new (const ReboundSocketInfo *info)
{
  ReboundPortHolder *holder = g_new0 (ReboundPortHolder, 1);
  g_autoptr (GInetAddress) remote = address_of (&info->tuple, info->tuple.remote_address);

  holder->hold = hold_of (info);
  /* A dump of bound sockets calls them CLOSED, which is what they are besides. */
  holder->state = info->state == TCP_CLOSE ? STATE_BOUND : info->state;
  holder->address = address_of (&info->tuple, info->tuple.local_address);
  holder->local = end_to_string (holder->address, g_ntohs (info->tuple.local_port));
  if (info->tuple.remote_port != 0)
    holder->remote = end_to_string (remote, g_ntohs (info->tuple.remote_port));
  holder->v6only = info->v6only;
  holder->reuse_address = holder->reuse_port = REBOUND_PORT_UNSEEN;
  holder->time_left_usec = info->time_left_usec;
  if (holder->hold == REBOUND_PORT_HOLD_LISTENING)
    {
      holder->backlog = info->receive_queue_bytes;
      holder->backlog_limit = info->send_queue_bytes;
    }
  holder->uid = info->uid;
  holder->inode = info->inode;
  holder->processes = g_ptr_array_new_with_free_func (rebound_port_process_free);
  return holder;
}

ReboundPortTry *
rebound_port_try_new (GInetAddress *address)
{
  ReboundPortTry *self = g_new0 (ReboundPortTry, 1);

  self->address = g_object_ref (address);
  return self;
}

ReboundPortReport *
rebound_port_report_alloc (guint16 port, ReboundPortOption option)
{
  ReboundPortReport *self = g_new0 (ReboundPortReport, 1);

  self->port = port;
  self->name = g_strdup_printf ("port %u", port);
  self->option = option;
  self->uid = geteuid ();
  self->tries = g_ptr_array_new_with_free_func (try_free);
  self->holders = g_ptr_array_new_with_free_func (holder_free);
  self->unseen = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
rebound_port_report_free (ReboundPortReport *self)
{
  g_ptr_array_unref (self->tries);
  g_ptr_array_unref (self->holders);
  g_ptr_array_unref (self->unseen);
  g_free (self->name);
  g_free (self->verdict);
  g_free (self->fix);
  g_free (self);
}

/* 0 or the errno of the first call that failed. */
static int
bind_once (ReboundPortTry *self,
           const struct sockaddr_storage *native,
           socklen_t length,
           int option)
{
  int fd = socket (native->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  int v6only = 0;
  socklen_t size_bytes = sizeof v6only;
  int error_number = 0;

  if (fd < 0)
    return errno;
  if ((option != 0 && setsockopt (fd, SOL_SOCKET, option, &on, sizeof on) < 0)
      || bind (fd, (const struct sockaddr *) native, length) < 0)
    error_number = errno;
  /* After bind(), which sets it by itself on an address that has no IPv4 in it. */
  if (native->ss_family == AF_INET6
      && getsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, &size_bytes) == 0)
    self->v6only = v6only != 0;
  close (fd);
  return error_number;
}

gboolean
rebound_port_parse (const char *text, guint16 *port)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &number, NULL))
    return FALSE;
  *port = (guint16) number;
  return TRUE;
}

void
rebound_port_ask_option (int fd, int level, int option, ReboundPortAnswer *answer)
{
  int value;
  socklen_t size_bytes = sizeof value;

  if (getsockopt (fd, level, option, &value, &size_bytes) == 0)
    *answer = value != 0 ? REBOUND_PORT_YES : REBOUND_PORT_NO;
}

void
rebound_port_try_bind (ReboundPortTry *self, guint16 port)
{
  static const int options[REBOUND_PORT_N_TRIED] = {
    [REBOUND_PORT_PLAIN] = 0,
    [REBOUND_PORT_REUSE_ADDRESS] = SO_REUSEADDR,
  };
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (self->address, port);
  struct sockaddr_storage native = { 0 };
  socklen_t length = (socklen_t) g_socket_address_get_native_size (address);

  if (!g_socket_address_to_native (address, &native, sizeof native, NULL))
    return; /* both families fit */
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    self->errors[i] = bind_once (self, &native, length, options[i]);
}

/* Without an address both wildcards are meant, that of IPv6 where there is IPv6. */
static gboolean
try_addresses (ReboundPortReport *self, const char *address, GError **error)
{
  const char *const wildcards[] = { "0.0.0.0", "::" };
  g_autoptr (GInetAddress) given
      = address != NULL ? g_inet_address_new_from_string (address) : NULL;

  if (address != NULL && given == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” is no numeric address, such as 127.0.0.1 or ::1", address);
      return FALSE;
    }
  for (gsize i = 0; i < (given != NULL ? 1 : G_N_ELEMENTS (wildcards)); i++)
    {
      g_autoptr (GInetAddress) wildcard = g_inet_address_new_from_string (wildcards[i]);
      ReboundPortTry *attempt = rebound_port_try_new (given != NULL ? given : wildcard);

      rebound_port_try_bind (attempt, self->port);
      if (i > 0 && attempt->errors[REBOUND_PORT_PLAIN] == EAFNOSUPPORT)
        try_free (attempt);
      else
        g_ptr_array_add (self->tries, attempt);
    }
  return TRUE;
}

/* Found out by doing it: a socket of ours on a port that the kernel chooses is listed or not.
 * NULL: it could not be done. (transfer full) */
static GArray *
list_own_bound (ReboundSocketDiag *diag, GError **error)
{
  struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  socklen_t size_bytes = sizeof own;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autoptr (GArray) found = NULL;

  if (fd >= 0 && bind (fd, (struct sockaddr *) &own, sizeof own) == 0
      && getsockname (fd, (struct sockaddr *) &own, &size_bytes) == 0)
    found
        = rebound_socket_diag_dump (diag, AF_INET, g_ntohs (own.sin_port), 1 << STATE_BOUND, error);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "a socket to try it with: %s",
                 rebound_errno_name (errno));
  if (fd >= 0)
    close (fd);
  return g_steal_pointer (&found);
}

static void
find_bound (ReboundPortReport *self, ReboundSocketDiag *diag)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) found = list_own_bound (diag, &error);

  self->sees_bound = found != NULL && found->len > 0;
  if (found == NULL)
    g_ptr_array_add (self->unseen,
                     g_strdup_printf ("perhaps sockets that are bound and do not listen: %s",
                                      error->message));
  else if (!self->sees_bound)
    g_ptr_array_add (self->unseen, g_strdup ("sockets that are bound and do not listen: this "
                                             "kernel does not list them (Linux 6.8 does)"));
}

static int
compare_holders (gconstpointer a, gconstpointer b)
{
  const ReboundPortHolder *one = *(ReboundPortHolder *const *) a;
  const ReboundPortHolder *other = *(ReboundPortHolder *const *) b;

  if (one->hold != other->hold)
    return one->hold < other->hold ? -1 : 1;
  if (one->time_left_usec != other->time_left_usec)
    return one->time_left_usec < other->time_left_usec ? -1 : 1;
  return g_strcmp0 (one->remote, other->remote);
}

static void
list_holders (ReboundPortReport *self, ReboundSocketDiag *diag)
{
  static const sa_family_t families[] = { AF_INET, AF_INET6 };

  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) infos
          = rebound_socket_diag_dump (diag, families[i], self->port, G_MAXUINT32, &error);

      /* A family that the kernel has not has no sockets. */
      if (infos == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        g_ptr_array_add (self->unseen,
                         g_strdup_printf ("the sockets of IPv%c: %s",
                                          families[i] == AF_INET ? '4' : '6', error->message));
      for (guint j = 0; infos != NULL && j < infos->len; j++)
        g_ptr_array_add (self->holders,
                         rebound_port_holder_new (&g_array_index (infos, ReboundSocketInfo, j)));
    }
  g_ptr_array_sort (self->holders, compare_holders);
}

static void
look (ReboundPortReport *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundSocketDiag) diag = rebound_socket_diag_new (&error);

  if (diag == NULL)
    {
      g_ptr_array_add (self->unseen, g_strdup_printf ("every socket: %s", error->message));
      return;
    }
  find_bound (self, diag);
  list_holders (self, diag);
  rebound_socket_owner_find (self);
}

ReboundPortReport *
rebound_port_report_new (guint16 port,
                         const char *address,
                         ReboundPortOption option,
                         GError **error)
{
  g_autoptr (ReboundPortReport) self = NULL;

  g_return_val_if_fail (port != 0 && option < REBOUND_PORT_N_TRIED, NULL);
  self = rebound_port_report_alloc (port, option);
  look (self);
  if (!try_addresses (self, address, error))
    return NULL;
  rebound_port_report_judge (self);
  return g_steal_pointer (&self);
}

const char *
rebound_port_state_name (guint state)
{
  return rebound_tcp_state_name ((guint8) MIN (state, G_MAXUINT8));
}

const char *
rebound_port_hold_nick (ReboundPortHold hold)
{
  static const char *const nicks[] = {
    [REBOUND_PORT_HOLD_LISTENING] = "listening",   [REBOUND_PORT_HOLD_BOUND] = "bound",
    [REBOUND_PORT_HOLD_CONNECTION] = "connection", [REBOUND_PORT_HOLD_BACKLOG] = "backlog",
    [REBOUND_PORT_HOLD_CLOSING] = "closing",       [REBOUND_PORT_HOLD_FIN_WAIT2] = "fin-wait2",
    [REBOUND_PORT_HOLD_TIME_WAIT] = "time-wait",
  };

  g_return_val_if_fail ((guint) hold < G_N_ELEMENTS (nicks), "unknown");
  return nicks[hold];
}
