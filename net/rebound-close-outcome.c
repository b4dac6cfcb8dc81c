/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes of a way out: how much of what we gave the peer's program reads in the end, what its
 * last read says, and who is left in TIME_WAIT. The peer, where it is still there, does what is
 * best for us: it reads to the end, and then closes. */

#include "rebound-close-bench-private.h"

/* What the peer reads at once. */
#define READ_BYTES 1000

/* Fits into our send buffer, and is more than the peer's kernel takes unread: its receive buffer is
 * Linux's 128 KiB, half of which is the window. */
#define IN_TCP_BYTES (256 * 1024)

/* More than both buffers together. */
#define QUEUED_BYTES (1024 * 1024)

static gboolean
fail (GError **error, const char *how)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "the ways out of a connection cannot be measured here: %s", how);
  return FALSE;
}

static guint64
get_given_bytes (ReboundCloseFlight flight)
{
  static const guint64 bytes[] = { [REBOUND_CLOSE_FLIGHT_READ] = READ_BYTES,
                                   [REBOUND_CLOSE_FLIGHT_IN_TCP] = IN_TCP_BYTES,
                                   [REBOUND_CLOSE_FLIGHT_QUEUED] = QUEUED_BYTES };

  return bytes[flight];
}

/* What we gave is as far as @flight says. */
static gboolean
give (ReboundClosePair *pair, ReboundCloseFlight flight, GError **error)
{
  guint64 given_bytes = get_given_bytes (flight);
  g_autofree guint8 *bytes = g_malloc0 (given_bytes);
  gboolean is_queued;
  ReboundConnectionFigures figures;

  rebound_connection_send (pair->connection, bytes, given_bytes);
  if (flight == REBOUND_CLOSE_FLIGHT_READ)
    {
      if (!rebound_close_pair_settle (pair, error))
        return FALSE;
    }
  else if (!rebound_close_pair_deliver (pair, error))
    return FALSE;
  rebound_connection_get_figures (pair->connection, &figures);
  is_queued = rebound_connection_get_queued_bytes (pair->connection) > 0;
  if (is_queued != (flight == REBOUND_CLOSE_FLIGHT_QUEUED)
      || (figures.acknowledged_bytes == given_bytes) != (flight == REBOUND_CLOSE_FLIGHT_READ))
    return fail (error, "the kernel's buffers are of other sizes than Linux gives them");
  return TRUE;
}

static void
go (ReboundConnection *connection, ReboundCloseWay way)
{
  switch (way)
    {
    case REBOUND_CLOSE_WAY_FINISH:
      rebound_connection_finish (connection, REBOUND_CONNECTION_FINISH_USEC,
                                 REBOUND_CONNECTION_DRAIN_BYTES);
      break;
    case REBOUND_CLOSE_WAY_SHUTDOWN_SEND:
      rebound_connection_start_reading (connection);
      rebound_connection_shutdown_send (connection);
      break;
    case REBOUND_CLOSE_WAY_SHUTDOWN_CLOSE:
      rebound_connection_shutdown_send (connection);
      rebound_connection_close (connection);
      break;
    case REBOUND_CLOSE_WAY_CLOSE:
      rebound_connection_close (connection);
      break;
    default:
      rebound_connection_abort (connection);
    }
}

/* All that comes before we go. */
static gboolean
set_the_scene (ReboundClosePair *pair, const ReboundCloseOutcome *outcome, GError **error)
{
  if (!give (pair, outcome->flight, error))
    return FALSE;
  if (outcome->has_unread && !rebound_close_pair_say (pair, error))
    return FALSE;
  if (!rebound_close_pair_act (pair, outcome->peer, error))
    return FALSE;
  if (outcome->peer != REBOUND_CLOSE_PEER_RESET_SEEN)
    return TRUE;
  rebound_connection_start_reading (pair->connection);
  return rebound_close_pair_settle (pair, error);
}

gboolean
rebound_close_measure_outcome (ReboundCloseBench *bench,
                               ReboundCloseOutcome *outcome,
                               GError **error)
{
  g_autoptr (ReboundClosePair) pair = rebound_close_pair_new (bench, error);
  ReboundConnectionFigures figures;

  if (pair == NULL || !set_the_scene (pair, outcome, error))
    return FALSE;
  go (pair->connection, outcome->way);
  if (!rebound_close_pair_deliver (pair, error) || !rebound_close_pair_settle (pair, error)
      || !rebound_close_pair_close_peer (pair, error) || !rebound_close_pair_settle (pair, error))
    return FALSE;
  if (rebound_connection_get_state (pair->connection) != REBOUND_CONNECTION_STATE_CLOSED)
    return fail (error, "a connection whose peer has closed did not end");
  rebound_connection_get_figures (pair->connection, &figures);
  outcome->given_bytes = figures.given_bytes;
  outcome->delivered_bytes = pair->delivered_bytes;
  outcome->peer_end = pair->peer_end;
  outcome->time_wait = rebound_close_pair_get_time_wait (pair);
  outcome->lost_bytes = figures.lost_bytes;
  outcome->left_bytes = figures.left_bytes;
  return TRUE;
}
