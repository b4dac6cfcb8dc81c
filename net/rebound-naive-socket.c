/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Code as it is written when the network is believed to be there for ever: it calls the kernel when
 * the script says so, and hears of nothing in between, not of a callback and not of a FIN. What it
 * learns is the result of its next call, and the log reads like an strace of the story.
 *
 * Such code uses blocking calls. The descriptor here is non-blocking all the same, for a call that
 * hangs would stop the world with it. On a loopback on which everything that was sent has arrived
 * there is nothing to wait for: a call that would block then, blocks for ever, or until the script
 * has done something else. That is a mistake of the script, or what it wants to show; either way
 * the script is told, and no EAGAIN is made up that blocking code never sees. */

#include "rebound-naive-socket-private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lifecycle/rebound-trouble-private.h"
#include "rebound-address-private.h"
#include "rebound-explanation-private.h"

/* -- what a call came to -- */

void
rebound_naive_note (ReboundNaiveSocket *self)
{
  if (self->socket != NULL)
    rebound_socket_touch (self->socket);
  rebound_site_note_progress (self->site);
}

static void
keep_result (ReboundNaiveSocket *self, gint64 result)
{
  self->error_number = result < 0 ? errno : 0;
  self->result = result;
}

void
rebound_naive_take_result (ReboundNaiveSocket *self, gint64 result)
{
  keep_result (self, result);
  rebound_naive_note (self);
}

void
rebound_naive_take_transfer (ReboundNaiveSocket *self, const char *call, gint64 result)
{
  rebound_naive_take_result (self, result);
  if (self->error_number != 0)
    rebound_history_note_error (self->socket, call, self->error_number);
  else if (strcmp (call, "send") == 0)
    rebound_history_note_sent (self->socket, (gsize) result);
}

void
rebound_naive_tell (ReboundNaiveSocket *self,
                    const char *call,
                    const char *arguments,
                    const char *success,
                    const char *detail)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, self->result);
  gboolean shows_number = self->error_number != 0 || success == NULL;

  rebound_naive_socket_emit_returned (self, call, arguments, shows_number ? number : success,
                                      detail);
}

char *
rebound_naive_socket_dup_name (ReboundNaiveSocket *self)
{
  return g_strdup_printf ("%s#%u", rebound_actor_get_name (REBOUND_ACTOR (self)), self->number);
}

/* -- the table of sockets -- */

static void
enlist_bound (ReboundNaiveSocket *self)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);

  if (table != NULL && self->socket == NULL)
    self->socket = rebound_socket_table_add_listener (table, self->site,
                                                      rebound_actor_get_name (REBOUND_ACTOR (self)),
                                                      self->fd, self->number, self->is_reusing);
}

/* It was connected between the same two ends before, and dissolved. */
static gboolean
is_known (ReboundNaiveSocket *self)
{
  ReboundTuple tuple;

  return self->socket != NULL && rebound_tuple_from_descriptor (self->fd, &tuple)
         && rebound_tuple_equal (&tuple, &self->socket->tuple);
}

/* The table knows a socket by what it was when it was added. One that was bound before, or had
 * another connection, goes on under a second descriptor; the table takes the first for closed. */
static void
leave_table (ReboundNaiveSocket *self)
{
  int again = fcntl (self->fd, F_DUPFD_CLOEXEC, 0);

  if (again < 0)
    return;
  self->socket->is_shared = TRUE;
  rebound_socket_close_descriptor (&self->socket, &self->fd);
  self->fd = again;
}

void
rebound_naive_socket_enlist (ReboundNaiveSocket *self, const char *connection)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);

  if (is_known (self))
    self->socket->is_reclaimed = FALSE;
  else if (self->socket != NULL)
    leave_table (self);
  if (table != NULL && self->socket == NULL)
    self->socket
        = rebound_socket_table_add_connection (table, self->site,
                                               rebound_actor_get_name (REBOUND_ACTOR (self)),
                                               connection, self->fd, self->number,
                                               self->is_reusing);
}

/* -- a socket, and its port -- */

static void
begin_anew (ReboundNaiveSocket *self, int fd, sa_family_t family)
{
  self->fd = fd;
  self->family = family;
  self->is_bound = FALSE;
  self->is_reusing = FALSE;
  self->is_lingering = FALSE;
  self->sent_bytes = 0;
  self->received_bytes = 0;
  self->number++;
}

GError *
rebound_naive_socket_open (ReboundNaiveSocket *self, ReboundSocketFamily family, gpointer data)
{
  sa_family_t native = family == REBOUND_SOCKET_FAMILY_IPV6 ? AF_INET6 : AF_INET;
  GError *error = rebound_naive_check (self, "socket");
  g_autofree char *name = NULL;
  int fd;

  if (error != NULL)
    return error;
  if (self->fd >= 0)
    return rebound_naive_refuse ("socket", "it has a descriptor already; expected a close before");
  fd = socket (native, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  rebound_naive_take_result (self, fd < 0 ? -1 : 0);
  if (fd >= 0)
    begin_anew (self, fd, native);
  name = rebound_naive_socket_dup_name (self);
  rebound_naive_tell (self, "socket", native == AF_INET6 ? "ipv6" : "ipv4", name, NULL);
  return NULL;
}

static int
bind_native (ReboundNaiveSocket *self, const char *address, guint16 port)
{
  struct sockaddr_storage native;
  socklen_t length;

  if (!rebound_address_fill (address, port, &native, &length))
    {
      errno = EINVAL;
      return -1;
    }
  return bind (self->fd, (struct sockaddr *) &native, length);
}

/* Of a port that was drawn, too. */
static guint16
read_port (int fd)
{
  struct sockaddr_storage native = { 0 };
  socklen_t length = sizeof native;

  rebound_trouble_is_done (getsockname (fd, (struct sockaddr *) &native, &length), "getsockname");
  return rebound_address_get_port (&native);
}

static void
note_bind_failed (ReboundNaiveSocket *self, const char *address, guint16 port)
{
  const ReboundPortQuestion question = {
    .port = port,
    .asker = rebound_actor_get_name (REBOUND_ACTOR (self)),
    .address = address,
    .reuse_address = self->is_reusing,
  };
  ReboundBindCause cause;

  if (rebound_bind_find_cause (self->site, &question, &cause))
    rebound_explanation_note_bind_failed (rebound_linux_kernel_explanation_of (self->site),
                                          question.asker, port, &cause);
}

GError *
rebound_naive_socket_bind (ReboundNaiveSocket *self, guint port, const char *address, gpointer data)
{
  GError *error = rebound_naive_check (self, "bind");
  g_autofree char *arguments = NULL;
  guint16 drawn = (guint16) port;

  if (error != NULL)
    return error;
  if (rebound_linux_kernel_keeps_to_loopback (self->site))
    address = rebound_address_loopback_of (address);
  arguments = g_strdup_printf (strchr (address, ':') != NULL ? "[%s]:%u" : "%s:%u", address, port);
  if (port == 0)
    drawn = rebound_linux_kernel_next_port (self->site);
  rebound_naive_take_result (self, bind_native (self, address, drawn));
  if (self->error_number == EADDRINUSE)
    note_bind_failed (self, address, drawn);
  if (self->result == 0)
    {
      self->is_bound = TRUE;
      self->port = read_port (self->fd);
      rebound_naive_set_text (&self->address, g_strdup (address));
      enlist_bound (self);
    }
  rebound_naive_tell (self, "bind", arguments, NULL, NULL);
  return NULL;
}

static gboolean
set_native_option (ReboundNaiveSocket *self, ReboundSocketOption option, int value)
{
  const struct linger linger = { value >= 0, MAX (value, 0) };

  switch (option)
    {
    case REBOUND_SOCKET_OPTION_LINGER:
      return setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0;
    case REBOUND_SOCKET_OPTION_NODELAY:
      return setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &value, sizeof value) == 0;
    case REBOUND_SOCKET_OPTION_REUSE_ADDRESS:
    default:
      return setsockopt (self->fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof value) == 0;
    }
}

/* Whose option counts is what remains', so it may come late. */
static void
note_reuse (ReboundNaiveSocket *self, gboolean on)
{
  self->is_reusing = on;
  if (self->socket != NULL)
    self->socket->reuse_address = on;
}

static char *
describe_option (ReboundSocketOption option, int value)
{
  static const char *const names[] = {
    [REBOUND_SOCKET_OPTION_REUSE_ADDRESS] = "reuse-address",
    [REBOUND_SOCKET_OPTION_LINGER] = "linger",
    [REBOUND_SOCKET_OPTION_NODELAY] = "nodelay",
  };

  if (option == REBOUND_SOCKET_OPTION_LINGER && value >= 0)
    return g_strdup_printf ("linger, %ds", value);
  return g_strdup_printf ("%s, %s", names[option], value > 0 ? "on" : "off");
}

GError *
rebound_naive_socket_set_option (ReboundNaiveSocket *self,
                                 ReboundSocketOption option,
                                 gboolean on,
                                 gint64 time_usec,
                                 gpointer data)
{
  gboolean is_linger = option == REBOUND_SOCKET_OPTION_LINGER;
  GError *error = rebound_naive_check (self, "setsockopt");
  g_autofree char *arguments = NULL;
  int value = on;

  if (error != NULL)
    return error;
  if (is_linger && time_usec % G_USEC_PER_SEC != 0)
    return rebound_naive_refuse (
        "setsockopt", "SO_LINGER knows no parts of a second; expected time=0s, 1s, 2s …");
  if (is_linger)
    value = on ? (int) (time_usec / G_USEC_PER_SEC) : -1;
  rebound_naive_take_result (self, set_native_option (self, option, value) ? 0 : -1);
  if (self->result == 0 && option == REBOUND_SOCKET_OPTION_REUSE_ADDRESS)
    note_reuse (self, on);
  if (self->result == 0 && is_linger)
    self->is_lingering = value > 0;
  arguments = describe_option (option, value);
  rebound_naive_tell (self, "setsockopt", arguments, NULL, NULL);
  return NULL;
}

/* -- listening -- */

GError *
rebound_naive_socket_listen (ReboundNaiveSocket *self, int backlog, gpointer data)
{
  GError *error = rebound_naive_check (self, "listen");
  g_autofree char *arguments = g_strdup_printf ("%d", backlog);

  if (error != NULL)
    return error;
  rebound_naive_take_result (self, self->is_bound
                                       ? listen (self->fd, backlog)
                                       : rebound_linux_kernel_listen_unbound (self->site, self->fd,
                                                                              backlog));
  if (self->result == 0)
    enlist_bound (self);
  rebound_naive_tell (self, "listen", arguments, NULL, NULL);
  return NULL;
}

/* What the other end calls the connection, where it is of this run. (transfer full) */
static char *
name_accepted (ReboundNaiveSocket *self, ReboundNaiveSocket *into)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);
  const char *name = table != NULL ? rebound_socket_table_name_of_peer (table, into->fd) : NULL;

  return name != NULL ? g_strdup (name) : rebound_naive_socket_dup_name (into);
}

/* Linux hands SO_REUSEADDR and SO_LINGER down to what is accepted. Returns what the connection is
 * called. (transfer full) */
static char *
take_over (ReboundNaiveSocket *self, ReboundNaiveSocket *into, int fd)
{
  ReboundSocketTable *table = rebound_linux_kernel_table_of (self->site);
  char *name;

  begin_anew (into, fd, self->family);
  into->is_bound = TRUE;
  into->is_reusing = self->is_reusing || rebound_linux_kernel_apply_rebind_rule (self->site, fd);
  into->is_lingering = self->is_lingering;
  name = name_accepted (self, into);
  rebound_naive_socket_enlist (into, name);
  if (table != NULL)
    rebound_socket_table_note_accepted (table, into->socket);
  return name;
}

/* NULL where @into can take what is accepted. */
static GError *
check_into (ReboundNaiveSocket *self, GObject *into)
{
  if (!REBOUND_IS_NAIVE_SOCKET (into) || REBOUND_NAIVE_SOCKET (into)->site != self->site)
    return rebound_naive_refuse (
        "accept", "into= does not live here; expected a socket of the same application");
  if (REBOUND_NAIVE_SOCKET (into)->fd >= 0)
    return rebound_naive_refuse ("accept",
                                 "into= has a descriptor already; expected a close before");
  return NULL;
}

GError *
rebound_naive_socket_accept (ReboundNaiveSocket *self, const char *into, gpointer data)
{
  GError *error = rebound_naive_check (self, "accept");
  GObject *taker = error == NULL ? rebound_site_find (self->site, into) : NULL;
  g_autofree char *name = NULL;
  g_autofree char *detail = NULL;
  int fd;

  if (error == NULL)
    error = check_into (self, taker);
  if (error != NULL)
    return error;
  fd = accept4 (self->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0 && errno == EAGAIN)
    return rebound_naive_would_block ("accept",
                                      "nobody has connected; expected a client, or a wait for one, "
                                      "before it");
  /* The listener has not changed by it, and to look at one is to look at all its clients. */
  keep_result (self, fd < 0 ? -1 : 0);
  rebound_site_note_progress (self->site);
  if (fd >= 0)
    {
      name = take_over (self, REBOUND_NAIVE_SOCKET (taker), fd);
      detail = g_strdup_printf ("(%s)", name);
    }
  rebound_naive_tell (self, "accept", NULL, into, detail);
  return NULL;
}

/* -- ending -- */

GError *
rebound_naive_socket_shut_down (ReboundNaiveSocket *self, ReboundShutdownHow how, gpointer data)
{
  static const struct
  {
    int native;
    const char *name;
  } hows[] = {
    [REBOUND_SHUTDOWN_HOW_READ] = { SHUT_RD, "read" },
    [REBOUND_SHUTDOWN_HOW_WRITE] = { SHUT_WR, "write" },
    [REBOUND_SHUTDOWN_HOW_BOTH] = { SHUT_RDWR, "both" },
  };
  GError *error = rebound_naive_check (self, "shutdown");

  if (error != NULL)
    return error;
  rebound_naive_take_result (self, shutdown (self->fd, hows[how].native));
  if (self->result == 0 && how != REBOUND_SHUTDOWN_HOW_READ)
    rebound_history_note_shutdown (self->socket, how == REBOUND_SHUTDOWN_HOW_BOTH);
  rebound_naive_tell (self, "shutdown", hows[how].name, NULL, NULL);
  return NULL;
}

/* A close() that lingers sleeps until all is acknowledged. Where all is acknowledged already it
 * does not, so there nothing is changed by going without. */
static void
stop_lingering (ReboundNaiveSocket *self)
{
  if (self->is_lingering)
    set_native_option (self, REBOUND_SOCKET_OPTION_LINGER, -1);
  self->is_lingering = FALSE;
}

GError *
rebound_naive_socket_close (ReboundNaiveSocket *self, gpointer data)
{
  GError *error = rebound_naive_check (self, "close");
  int unacknowledged_bytes = 0;

  if (error != NULL)
    return error;
  if (self->is_lingering && ioctl (self->fd, SIOCOUTQ, &unacknowledged_bytes) == 0
      && unacknowledged_bytes > 0)
    return rebound_naive_would_block ("close",
                                      "it lingers, and the other end does not read what was sent; "
                                      "expected a recv there before it");
  stop_lingering (self);
  errno = EBADF;
  rebound_naive_take_result (self, self->fd < 0 ? -1 : 0);
  rebound_socket_close_descriptor (&self->socket, &self->fd);
  rebound_naive_tell (self, "close", NULL, NULL, NULL);
  return NULL;
}

/* -- living -- */

const char *
rebound_naive_socket_get_state (ReboundNaiveSocket *self)
{
  if (self->site == NULL)
    return self->last_state;
  return self->fd < 0 ? "none" : rebound_tcp_state_name (rebound_socket_state (self->fd));
}

void
rebound_naive_socket_come_to_life (ReboundActor *actor, ReboundSite *site)
{
  ReboundNaiveSocket *self = REBOUND_NAIVE_SOCKET (actor);

  g_set_object (&self->site, site);
  self->number = 0; /* it may have had another life before */
  self->result = 0;
  self->error_number = 0;
  self->sent_bytes = 0;
  self->received_bytes = 0;
  rebound_naive_set_text (&self->data, g_strdup (""));
  rebound_naive_set_text (&self->revents, g_strdup ("none"));
}

/* As the kernel does at exit, where no close() lingers. */
void
rebound_naive_socket_abandon (ReboundActor *actor)
{
  ReboundNaiveSocket *self = REBOUND_NAIVE_SOCKET (actor);

  if (self->site == NULL)
    return;
  self->last_state = rebound_naive_socket_get_state (self);
  stop_lingering (self);
  rebound_naive_end_waiting (self);
  g_clear_pointer (&self->connecting_name, g_free);
  rebound_socket_close_descriptor (&self->socket, &self->fd);
  g_clear_object (&self->site);
}
