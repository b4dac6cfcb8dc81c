/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The netstat table of a run. netstat dumps whatever the kernel has and shows ports that differ
 * from day to day; this asks for the run's sockets one by one, so that the rows come in the order
 * in which the sockets did, and calls them what the log calls them. The queues are the kernel's own
 * numbers: a FIN that was received or is not acknowledged counts as one byte, as it does there. */

#include "rebound-socket-rows-private.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

static void
row_clear (gpointer data)
{
  ReboundSocketRow *row = data;

  g_free (row->local);
  g_free (row->foreign);
}

/* What has no two ends: TCP_INFO tells of a listener's backlog in fields that are of no use to it
 * otherwise. */
static gboolean
look_at_descriptor (const ReboundSocket *socket, ReboundSocketInfo *info)
{
  struct tcp_info tcp;
  socklen_t length = sizeof tcp;

  if (socket->fd < 0 || !rebound_tuple_from_local_end (socket->fd, &info->tuple)
      || getsockopt (socket->fd, IPPROTO_TCP, TCP_INFO, &tcp, &length) < 0
      || tcp.tcpi_state == TCP_CLOSE)
    return FALSE;
  info->state = tcp.tcpi_state;
  info->receive_queue_bytes = tcp.tcpi_unacked;
  info->send_queue_bytes = tcp.tcpi_sacked;
  return TRUE;
}

static void
add_row (GArray *rows, ReboundPortNames *names, const ReboundSocketInfo *info)
{
  ReboundTuple tuple = rebound_tuple_unmap (&info->tuple);
  ReboundSocketRow row = {
    .proto = info->tuple.family == AF_INET6 ? "tcp6" : "tcp",
    .receive_queue = info->receive_queue_bytes,
    .send_queue = info->send_queue_bytes,
    .state = info->state,
  };

  row.local = rebound_port_names_dup_end (names, tuple.family, tuple.local_address,
                                          g_ntohs (tuple.local_port));
  row.foreign = rebound_port_names_dup_end (names, tuple.family, tuple.remote_address,
                                            g_ntohs (tuple.remote_port));
  g_array_append_val (rows, row);
}

GArray *
rebound_socket_rows_new (ReboundSocketTable *table, ReboundSocketDiag *diag)
{
  g_autoptr (GPtrArray) sockets = rebound_socket_table_list_site (table, NULL);
  ReboundPortNames *names = rebound_socket_table_get_names (table);
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (ReboundSocketRow));

  g_array_set_clear_func (rows, row_clear);
  for (guint i = 0; i < sockets->len; i++)
    {
      ReboundSocket *socket = sockets->pdata[i];
      ReboundSocketInfo info = { 0 };
      gboolean is_there
          = socket->is_pairable
                ? rebound_socket_diag_look_up (diag, &socket->tuple, socket->cookie, &info) == 0
                : look_at_descriptor (socket, &info);

      if (is_there)
        add_row (rows, names, &info);
    }
  return rows;
}
