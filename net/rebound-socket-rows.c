/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The netstat table of a run. netstat dumps whatever the kernel has and shows ports that differ
 * from day to day; this asks for the run's sockets one by one, so that the rows come in the order
 * in which the sockets did, and calls them what the log calls them. The queues are the kernel's own
 * numbers: a FIN that was received or is not acknowledged counts as one byte, as it does there.
 *
 * Who waits in a backlog is connected as far as its client can see, and has sent perhaps, while the
 * server has no descriptor of it: the row for that end is the kernel's alone, and what explains a
 * client that hangs. */

#include "rebound-socket-rows-private.h"

#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "lifecycle/rebound-trouble-private.h"

/* netstat's word for what no process has open. */
#define NOBODY "-"

static void
row_clear (gpointer data)
{
  ReboundSocketRow *row = data;

  g_free (row->local);
  g_free (row->foreign);
  g_free (row->owner);
}

/* What has no two ends: TCP_INFO tells of a listener's backlog in fields that are of no use to it
 * otherwise. */
static gboolean
look_at_descriptor (const ReboundSocket *socket, ReboundSocketInfo *info)
{
  struct tcp_info tcp;
  socklen_t length = sizeof tcp;

  if (socket->fd < 0 || !rebound_tuple_from_local_end (socket->fd, &info->tuple)
      || !rebound_trouble_is_done (getsockopt (socket->fd, IPPROTO_TCP, TCP_INFO, &tcp, &length),
                                   "getsockopt (TCP_INFO)")
      || tcp.tcpi_state == TCP_CLOSE)
    return FALSE;
  info->state = tcp.tcpi_state;
  info->receive_queue_bytes = tcp.tcpi_unacked;
  info->send_queue_bytes = tcp.tcpi_sacked;
  return TRUE;
}

static void
add_row (GArray *rows, ReboundPortNames *names, const ReboundSocketInfo *info, const char *owner)
{
  ReboundTuple tuple = rebound_tuple_unmap (&info->tuple);
  ReboundSocketRow row = {
    .proto = info->tuple.family == AF_INET6 ? "tcp6" : "tcp",
    .receive_queue = info->receive_queue_bytes,
    .send_queue = info->send_queue_bytes,
    .state = info->state,
    .owner = g_strdup (owner),
  };

  row.local = rebound_port_names_dup_end (names, tuple.family, tuple.local_address,
                                          g_ntohs (tuple.local_port));
  row.foreign = rebound_port_names_dup_end (names, tuple.family, tuple.remote_address,
                                            g_ntohs (tuple.remote_port));
  g_array_append_val (rows, row);
}

/* -- who has not been accepted yet -- */

typedef struct
{
  ReboundSocketInfo info;
  ReboundTuple key; /* as its client has it, with the ends changed over */
  const char *listener;
} Waiting;

/* Nobody has it open, and nobody has closed it. */
static gboolean
is_waiting (const ReboundSocketInfo *info, const ReboundTuple *listener)
{
  static const guint32 any[4];

  return info->inode == 0
         && (memcmp (listener->local_address, any, sizeof any) == 0
             || memcmp (listener->local_address, info->tuple.local_address, sizeof any) == 0);
}

static void
add_waiting (GHashTable *waiting,
             ReboundSocketDiag *diag,
             const ReboundTuple *listener,
             const char *name)
{
  g_autoptr (GArray) infos
      = rebound_socket_diag_dump (diag, listener->family, g_ntohs (listener->local_port),
                                  1 << TCP_ESTABLISHED | 1 << TCP_CLOSE_WAIT, NULL);

  for (guint i = 0; infos != NULL && i < infos->len; i++)
    {
      const ReboundSocketInfo *info = &g_array_index (infos, ReboundSocketInfo, i);
      ReboundTuple plain = rebound_tuple_unmap (&info->tuple);
      Waiting *one;

      if (!is_waiting (info, listener))
        continue;
      one = g_new0 (Waiting, 1);
      one->info = *info;
      one->key = rebound_tuple_reverse (&plain);
      one->listener = name;
      g_hash_table_insert (waiting, &one->key, one);
    }
}

static void
add_waiting_row (GArray *rows, ReboundPortNames *names, const Waiting *one)
{
  g_autofree char *owner = g_strdup_printf ("backlog of %s", one->listener);

  add_row (rows, names, &one->info, owner);
}

/* Its server's end, behind the client's. */
static void
add_server_end (GArray *rows,
                ReboundPortNames *names,
                const ReboundSocket *client,
                GHashTable *waiting)
{
  const Waiting *one = g_hash_table_lookup (waiting, &client->key);

  if (one == NULL)
    return;
  add_waiting_row (rows, names, one);
  g_hash_table_remove (waiting, &client->key);
}

/* -- all of them -- */

static gboolean
look (const ReboundSocket *socket, ReboundSocketDiag *diag, ReboundSocketInfo *info)
{
  return socket->is_pairable
             ? rebound_socket_diag_look_up (diag, &socket->tuple, socket->cookie, info) == 0
             : look_at_descriptor (socket, info);
}

static GHashTable *
list_waiting (GPtrArray *sockets, ReboundSocketDiag *diag)
{
  GHashTable *waiting
      = g_hash_table_new_full (rebound_tuple_hash, rebound_tuple_equal, NULL, g_free);

  for (guint i = 0; i < sockets->len; i++)
    {
      const ReboundSocket *socket = sockets->pdata[i];
      ReboundSocketInfo info = { 0 };

      if (socket->is_listener && look_at_descriptor (socket, &info) && info.state == TCP_LISTEN
          && info.receive_queue_bytes > 0)
        add_waiting (waiting, diag, &info.tuple, socket->end);
    }
  return waiting;
}

GArray *
rebound_socket_rows_new (ReboundSocketTable *table, ReboundSocketDiag *diag)
{
  g_autoptr (GPtrArray) sockets = rebound_socket_table_list_site (table, NULL);
  g_autoptr (GHashTable) waiting = list_waiting (sockets, diag);
  ReboundPortNames *names = rebound_socket_table_get_names (table);
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (ReboundSocketRow));
  GHashTableIter left;
  gpointer one;

  g_array_set_clear_func (rows, row_clear);
  for (guint i = 0; i < sockets->len; i++)
    {
      const ReboundSocket *socket = sockets->pdata[i];
      ReboundSocketInfo info = { 0 };

      if (!look (socket, diag, &info))
        continue;
      add_row (rows, names, &info, socket->is_pairable && info.inode == 0 ? NOBODY : socket->end);
      if (socket->is_pairable)
        add_server_end (rows, names, socket, waiting);
    }
  g_hash_table_iter_init (&left, waiting);
  while (g_hash_table_iter_next (&left, NULL, &one)) /* of clients that the run does not know */
    add_waiting_row (rows, names, one);
  return rows;
}
