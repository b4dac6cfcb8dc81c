/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What recv() and send() say to us once the peer has done something. An error is told once, to
 * whoever asks first, so each cell is two connections: one that is read from first, and one that is
 * written to first. The calls go to the connection's own descriptor, for a ReboundConnection tells
 * of what it has read and not of what each call said; no source of it is dispatched meanwhile. */

#include "rebound-close-bench-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* Said by us before the peer closes without having read it. */
#define UNREAD_THERE "unread"

/* Two, each a byte: 1, or the negative errno. */
static gboolean
call_sends (ReboundClosePair *pair, int results[2], GError **error)
{
  for (guint i = 0; i < 2; i++)
    {
      results[i] = (int) send (pair->connection->fd, "x", 1, MSG_NOSIGNAL);
      if (results[i] < 0)
        results[i] = -errno;
      if (!rebound_close_pair_deliver (pair, error))
        return FALSE;
    }
  return TRUE;
}

/* Counts what is read before @result: 0 for the end, or a negative errno. */
static guint64
call_recvs (ReboundClosePair *pair, int *result)
{
  guint64 input_bytes = 0;
  char buffer[64];
  ssize_t received;

  while ((received = recv (pair->connection->fd, buffer, sizeof buffer, 0)) > 0)
    input_bytes += (guint64) received;
  *result = received < 0 ? -errno : 0;
  return input_bytes;
}

static ReboundClosePair *
new_pair_as_asked (ReboundCloseBench *bench, const ReboundCloseAnswers *answers, GError **error)
{
  g_autoptr (ReboundClosePair) pair = rebound_close_pair_new (bench, error);

  if (pair == NULL)
    return NULL;
  if (answers->peer == REBOUND_CLOSE_PEER_CLOSED_UNREAD)
    rebound_connection_send (pair->connection, UNREAD_THERE, strlen (UNREAD_THERE));
  if (answers->is_shut_down)
    rebound_connection_shutdown_send (pair->connection);
  if (!rebound_close_pair_deliver (pair, error)
      || (answers->has_unread && !rebound_close_pair_say (pair, error))
      || !rebound_close_pair_act (pair, answers->peer, error))
    return NULL;
  return g_steal_pointer (&pair);
}

gboolean
rebound_close_measure_answers (ReboundCloseBench *bench,
                               ReboundCloseAnswers *answers,
                               GError **error)
{
  g_autoptr (ReboundClosePair) read_first = new_pair_as_asked (bench, answers, error);
  g_autoptr (ReboundClosePair) written_first = NULL;

  if (read_first == NULL)
    return FALSE;
  answers->state = rebound_close_pair_look (read_first);
  answers->input_bytes = call_recvs (read_first, &answers->recvs[0]);
  call_recvs (read_first, &answers->recvs[1]);
  if (!call_sends (read_first, answers->sends_after, error))
    return FALSE;
  written_first = new_pair_as_asked (bench, answers, error);
  if (written_first == NULL || !call_sends (written_first, answers->sends, error))
    return FALSE;
  answers->input_bytes_after = call_recvs (written_first, &answers->recv_after);
  return TRUE;
}
