/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a port of a run is taken: the facts. The kernel is asked as `rebound why` asks it, and bind()
 * has the last word here too; but whose a socket is, with which option it was bound, and for how
 * long it remains is the run's to say, for in its own network nothing happens that it did not do,
 * and a TIME_WAIT ends when its clock says so.
 *
 * Neither a process nor a drawn port is in it, and the order is that in which the sockets came: the
 * same in every run. */

#include "rebound-run-port-private.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "lifecycle/rebound-trouble-private.h"
#include "rebound-isolation.h"
#include "rebound-socket-private.h"

/* Sockets that are bound and do not listen: TCP_BOUND_INACTIVE of include/net/tcp_states.h. The
 * kernel looks for them in a table of the host's size, milliseconds long, and those of the run are
 * known without. */
#define BOUND_STATES ((guint32) (1 << TCP_CLOSE | 1 << 13))

void
rebound_run_port_free (ReboundRunPort *self)
{
  g_ptr_array_unref (self->claims);
  g_ptr_array_unref (self->sockets);
  rebound_port_report_free (self->report);
  g_free (self);
}

/* The descriptor of what has the port: of a listener that was silenced what is kept of it. */
static int
descriptor_of (const ReboundSocket *socket)
{
  if (socket->is_adopted)
    return socket->adopted_fd;
  return socket->is_listener && socket->kept_fd >= 0 ? socket->kept_fd : socket->fd;
}

/* What the table knows, and of an open one its descriptor. */
static void
fill_in_facts (ReboundPortHolder *holder, const ReboundSocket *socket, gboolean is_virtual)
{
  int fd = descriptor_of (socket);
  gint64 left_usec = rebound_socket_get_time_left_usec (socket);

  holder->reuse_address = socket->reuse_address ? REBOUND_PORT_YES : REBOUND_PORT_NO;
  holder->reuse_port = socket->reuse_port ? REBOUND_PORT_YES : REBOUND_PORT_NO;
  holder->v6only = socket->v6only ? REBOUND_PORT_YES : REBOUND_PORT_NO;
  if (holder->inode != 0 && fd >= 0)
    {
      rebound_port_ask_option (fd, SOL_SOCKET, SO_REUSEADDR, &holder->reuse_address);
      rebound_port_ask_option (fd, SOL_SOCKET, SO_REUSEPORT, &holder->reuse_port);
      if (g_inet_address_get_family (holder->address) == G_SOCKET_FAMILY_IPV6)
        rebound_port_ask_option (fd, IPPROTO_IPV6, IPV6_V6ONLY, &holder->v6only);
    }
  if (left_usec >= 0 || is_virtual)
    holder->time_left_usec = left_usec;
}

/* As the log has them: no drawn port is a number. */
static void
name_ends (const ReboundRunPort *self, ReboundPortHolder *holder, const ReboundTuple *tuple)
{
  ReboundPortNames *names = rebound_socket_table_get_names (self->table);
  ReboundTuple plain = rebound_tuple_unmap (tuple);

  g_free (holder->local);
  holder->local = rebound_port_names_dup_end (names, plain.family, plain.local_address,
                                              g_ntohs (plain.local_port));
  g_free (holder->remote);
  holder->remote = rebound_port_names_dup_end (names, plain.family, plain.remote_address,
                                               g_ntohs (plain.remote_port));
}

static void
add_claim (ReboundRunPort *self, const ReboundSocketInfo *info, ReboundSocket *socket)
{
  ReboundPortClaim *claim = g_new0 (ReboundPortClaim, 1);

  claim->holder = rebound_port_holder_new (info);
  claim->socket = socket;
  if (socket != NULL)
    fill_in_facts (claim->holder, socket, rebound_socket_table_is_virtual (self->table));
  else
    claim->client = rebound_socket_table_find_other (self->table, &info->tuple);
  name_ends (self, claim->holder, &info->tuple);
  g_ptr_array_add (self->claims, claim);
}

static void
list_what_the_kernel_has (ReboundRunPort *self, ReboundSocketDiag *diag, guint32 states)
{
  static const sa_family_t families[] = { AF_INET, AF_INET6 };
  g_autoptr (GHashTable) by_cookie = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; i < self->sockets->len; i++)
    {
      ReboundSocket *socket = self->sockets->pdata[i];

      if (socket->local_port == self->question.port)
        g_hash_table_insert (by_cookie, &socket->cookie, socket);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GArray) infos
          = rebound_socket_diag_dump (diag, families[i], self->question.port, states, &error);

      /* A family that the kernel has not has no sockets. */
      if (infos == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        rebound_trouble_keep (error);

      for (guint j = 0; infos != NULL && j < infos->len; j++)
        {
          const ReboundSocketInfo *info = &g_array_index (infos, ReboundSocketInfo, j);

          add_claim (self, info, g_hash_table_lookup (by_cookie, &info->cookie));
        }
    }
}

static gboolean
has_claim (const ReboundRunPort *self, const ReboundSocket *socket)
{
  for (guint i = 0; i < self->claims->len; i++)
    if (((const ReboundPortClaim *) self->claims->pdata[i])->socket == socket)
      return TRUE;
  return FALSE;
}

/* The run's own sockets that are bound and do not listen, of which Linux tells since 6.8. */
static void
list_what_is_bound (ReboundRunPort *self)
{
  for (guint i = 0; i < self->sockets->len; i++)
    {
      ReboundSocket *socket = self->sockets->pdata[i];
      ReboundSocketInfo info
          = { .state = TCP_CLOSE, .inode = 1, .v6only = -1, .uid = self->report->uid };

      info.time_left_usec = -1;
      if (socket->is_listener && socket->local_port == self->question.port
          && descriptor_of (socket) >= 0 && !has_claim (self, socket)
          && rebound_tuple_from_local_end (descriptor_of (socket), &info.tuple))
        add_claim (self, &info, socket);
    }
}

static guint64
serial_of (const ReboundPortClaim *claim)
{
  const ReboundSocket *socket = claim->socket != NULL ? claim->socket : claim->client;

  return socket != NULL ? socket->serial : G_MAXUINT64;
}

static int
compare_claims (gconstpointer a, gconstpointer b)
{
  const ReboundPortClaim *one = *(ReboundPortClaim *const *) a;
  const ReboundPortClaim *other = *(ReboundPortClaim *const *) b;

  if (one->holder->hold != other->holder->hold)
    return one->holder->hold < other->holder->hold ? -1 : 1;
  if (serial_of (one) != serial_of (other))
    return serial_of (one) < serial_of (other) ? -1 : 1;
  return g_strcmp0 (one->holder->remote, other->holder->remote);
}

const ReboundPortClaim *
rebound_run_port_find_listener (const ReboundRunPort *self, const ReboundPortClaim *claim)
{
  const ReboundPortClaim *found = NULL;

  if (claim->holder->hold != REBOUND_PORT_HOLD_BACKLOG)
    return NULL;
  for (guint i = 0; i < self->claims->len; i++)
    {
      const ReboundPortClaim *other = self->claims->pdata[i];

      if (other->holder->hold != REBOUND_PORT_HOLD_LISTENING) /* they come first */
        break;
      if (g_inet_address_equal (other->holder->address, claim->holder->address))
        return other;
      if (found == NULL && g_inet_address_get_is_any (other->holder->address))
        found = other;
    }
  return found;
}

/* Who waits in a backlog has the options of the listener. */
static void
inherit_options (ReboundRunPort *self)
{
  for (guint i = 0; i < self->claims->len; i++)
    {
      ReboundPortClaim *claim = self->claims->pdata[i];
      const ReboundPortClaim *listener = rebound_run_port_find_listener (self, claim);

      if (listener == NULL || claim->socket != NULL)
        continue;
      claim->holder->reuse_address = listener->holder->reuse_address;
      claim->holder->reuse_port = listener->holder->reuse_port;
      claim->holder->v6only = listener->holder->v6only;
    }
}

/* The refusal, if there is one, has a reason among the claims. */
static gboolean
is_explained (const ReboundRunPort *self)
{
  const ReboundPortTry *attempt = self->report->tries->pdata[0];
  ReboundPortOption option = self->report->option;

  if (attempt->errors[option] != EADDRINUSE)
    return TRUE;
  for (guint i = 0; i < self->claims->len; i++)
    if (rebound_port_stands (((const ReboundPortClaim *) self->claims->pdata[i])->holder, attempt,
                             option, self->report->uid)
        != REBOUND_PORT_NO)
      return TRUE;
  return FALSE;
}

static void
try_bind (ReboundRunPort *self, gboolean binds)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (self->question.address);
  ReboundPortTry *attempt = rebound_port_try_new (address);

  if (binds)
    rebound_port_try_bind (attempt, self->question.port);
  else
    for (guint i = 0; i < REBOUND_PORT_N_TRIED; i++)
      attempt->errors[i] = EADDRINUSE;
  g_ptr_array_add (self->report->tries, attempt);
}

ReboundPortAnswer
rebound_run_port_is_in_the_way (const ReboundRunPort *self, const ReboundPortClaim *claim)
{
  ReboundPortAnswer answer = claim->holder->in_the_way[self->report->option];
  ReboundPortAnswer sharing = claim->holder->in_the_way[REBOUND_PORT_REUSE_PORT];

  return self->question.reuse_port && sharing == REBOUND_PORT_NO ? sharing : answer;
}

/* The kernel would keep a trace of a bind with SO_REUSEPORT, so the rule has to do. */
static void
judge_reuse_port (ReboundRunPort *self)
{
  ReboundPortReport *report = self->report;
  const ReboundPortTry *attempt = report->tries->pdata[0];

  if (report->is_free || !self->question.reuse_port
      || attempt->errors[report->option] != EADDRINUSE)
    return;
  for (guint i = 0; i < self->claims->len; i++)
    if (rebound_run_port_is_in_the_way (self, self->claims->pdata[i]) != REBOUND_PORT_NO)
      return;
  report->is_free = TRUE;
  g_free (report->verdict);
  report->verdict = g_strdup_printf ("%s is free on %s with SO_REUSEPORT", report->name,
                                     self->question.address);
}

static void
judge (ReboundRunPort *self)
{
  ReboundPortReport *report = self->report;

  g_ptr_array_sort (self->claims, compare_claims);
  inherit_options (self);
  for (guint i = 0; i < self->claims->len; i++)
    {
      ReboundPortClaim *claim = self->claims->pdata[i];

      claim->holder->owner = rebound_run_port_dup_owner (self, claim);
      g_ptr_array_add (report->holders, claim->holder);
    }
  g_free (report->name);
  report->name = self->question.is_drawn ? g_strdup_printf ("the port of %s", self->question.asker)
                                         : g_strdup_printf ("port %u", report->port);
  rebound_port_report_judge (report);
  judge_reuse_port (self);
}

ReboundRunPort *
rebound_run_port_new (ReboundSocketTable *table,
                      ReboundSocketDiag *diag,
                      ReboundSite *world,
                      const ReboundPortQuestion *question,
                      gboolean binds)
{
  ReboundRunPort *self = g_new0 (ReboundRunPort, 1);

  self->question = *question;
  self->world = world;
  self->table = table;
  self->sockets = rebound_socket_table_list_site (table, NULL);
  self->claims = g_ptr_array_new_with_free_func (g_free);
  self->report = rebound_port_report_alloc (question->port, question->reuse_address
                                                                ? REBOUND_PORT_REUSE_ADDRESS
                                                                : REBOUND_PORT_PLAIN);
  self->report->sees_bound = rebound_isolation_is_entered ();
  list_what_the_kernel_has (self, diag, ~BOUND_STATES);
  list_what_is_bound (self);
  try_bind (self, binds);
  if (!is_explained (self))
    list_what_the_kernel_has (self, diag, BOUND_STATES);
  judge (self);
  g_free (self->report->fix);
  self->report->fix = NULL;
  self->report->fix = rebound_run_port_dup_fix (self);
  return self;
}
