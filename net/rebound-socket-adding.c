/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How sockets come into the table, and what is asked of them once, while their descriptors are
 * open: the cookie that survives into TIME_WAIT above all. Here, too, connections are counted. Both
 * ends of most are the run's, so it is the end that connects which counts; one that is accepted
 * counts where nobody of the run has connected from that port. */

#include "rebound-socket-table-private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "lifecycle/rebound-trouble-private.h"
#include "rebound-explanation-private.h"
#include "rebound-history-private.h"
#include "rebound-socket-private.h"

static gboolean
has_option (int fd, int level, int option)
{
  int value = 0;
  socklen_t size_bytes = sizeof value;

  /* IPv4 has none of IPv6's. */
  if (getsockopt (fd, level, option, &value, &size_bytes) < 0 && level == SOL_SOCKET)
    rebound_trouble_note ("getsockopt (SO_REUSEPORT)");
  return value != 0;
}

static ReboundSocket *
add (ReboundSocketTable *self,
     ReboundSite *site,
     const char *end,
     const char *connection,
     int fd,
     guint generation,
     gboolean reuse_address)
{
  ReboundSocket *socket = g_rc_box_new0 (ReboundSocket);

  socket->table = self;
  socket->site = g_object_ref (site);
  socket->end = g_intern_string (end);
  socket->connection = g_strdup (connection);
  socket->fd = fd;
  socket->adopted_fd = -1;
  socket->kept_fd = -1;
  socket->process = site != NULL ? rebound_site_get_process (site) : 0;
  socket->generation = generation;
  socket->made_at = self->statement;
  socket->reuse_address = reuse_address;
  socket->reuse_port = has_option (fd, SOL_SOCKET, SO_REUSEPORT);
  socket->v6only = has_option (fd, IPPROTO_IPV6, IPV6_V6ONLY);
  socket->cookie = rebound_socket_cookie (fd);
  socket->serial = self->next_serial++;
  socket->state = TCP_CLOSE;
  socket->link.data = socket;
  g_queue_push_tail_link (&self->sockets, &socket->link);
  return socket;
}

ReboundSocket *
rebound_socket_table_add_listener (ReboundSocketTable *self,
                                   ReboundSite *site,
                                   const char *end,
                                   int fd,
                                   guint generation,
                                   gboolean reuse_address)
{
  ReboundSocket *socket = add (self, site, end, end, fd, generation, reuse_address);

  socket->is_listener = TRUE;
  socket->local_port = rebound_socket_local_port (fd);
  rebound_port_names_add_listener (self->names, socket->local_port, end);
  rebound_explanation_note_bound (self->explanation, socket);
  rebound_socket_touch_alone (socket);
  return socket;
}

ReboundSocket *
rebound_socket_table_add_connection (ReboundSocketTable *self,
                                     ReboundSite *site,
                                     const char *end,
                                     const char *connection,
                                     int fd,
                                     guint generation,
                                     gboolean reuse_address)
{
  ReboundSocket *socket = add (self, site, end, connection, fd, generation, reuse_address);

  socket->local_port = rebound_socket_local_port (fd);
  rebound_port_names_add (self->names, socket->local_port, connection);
  socket->is_pairable = socket->cookie != 0 && rebound_tuple_from_descriptor (fd, &socket->tuple);
  if (socket->is_pairable)
    {
      ReboundSocket *before;

      socket->key = rebound_tuple_unmap (&socket->tuple);
      before = g_hash_table_lookup (self->by_key, &socket->key);
      /* A new connection between the same two ends: what was there before has been recycled by its
       * SYN. */
      if (before != NULL)
        rebound_socket_touch_alone (before);
      g_hash_table_replace (self->by_key, &socket->key, socket);
      rebound_history_begin (socket, rebound_socket_find_other (socket));
    }
  rebound_socket_touch (socket);
  return socket;
}

void
rebound_socket_table_adopt (ReboundSocketTable *self,
                            ReboundSite *site,
                            const char *end,
                            const char *connection,
                            int fd)
{
  ReboundSocket *socket
      = rebound_socket_table_add_connection (self, site, end, connection, fd, 0, FALSE);

  socket->fd = -1;
  socket->adopted_fd = fd;
  socket->is_adopted = TRUE;
  if (!socket->is_pairable)
    rebound_socket_forget (socket);
}

const char *
rebound_socket_table_name_of_peer (ReboundSocketTable *self, int fd)
{
  ReboundTuple tuple;
  ReboundSocket *other;

  if (!rebound_tuple_from_descriptor (fd, &tuple))
    return NULL;
  other = rebound_socket_table_find_other (self, &tuple);
  return other != NULL ? other->connection : NULL;
}

void
rebound_socket_table_note_connected (ReboundSocketTable *self)
{
  self->n_connections++;
}

void
rebound_socket_table_note_accepted (ReboundSocketTable *self, ReboundSocket *socket)
{
  if (socket != NULL && socket->is_pairable
      && !rebound_port_names_has (self->names, ntohs (socket->key.remote_port)))
    self->n_connections++;
}

guint
rebound_socket_table_count_connections (ReboundSocketTable *self)
{
  return self->n_connections;
}
