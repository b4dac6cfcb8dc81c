/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "lifecycle/rebound-macros.h"

G_BEGIN_DECLS

/**
 * ReboundClosePeer:
 * @REBOUND_CLOSE_PEER_OPEN: nothing: it is open
 * @REBOUND_CLOSE_PEER_HALF_CLOSED: it has ended its half, and reads on
 * @REBOUND_CLOSE_PEER_CLOSED: it has closed; where it had not read everything, its kernel made that
 * an RST
 * @REBOUND_CLOSE_PEER_CLOSED_UNREAD: it has closed with data of ours unread
 * @REBOUND_CLOSE_PEER_RESET: it has aborted, and we have not looked
 * @REBOUND_CLOSE_PEER_RESET_SEEN: it has aborted, and a read of ours has said so
 *
 * What the peer has done before our turn comes. Since: 0.1
 */
typedef enum
{
  REBOUND_CLOSE_PEER_OPEN,
  REBOUND_CLOSE_PEER_HALF_CLOSED,
  REBOUND_CLOSE_PEER_CLOSED,
  REBOUND_CLOSE_PEER_CLOSED_UNREAD,
  REBOUND_CLOSE_PEER_RESET,
  REBOUND_CLOSE_PEER_RESET_SEEN,
} ReboundClosePeer;

/**
 * ReboundCloseWay:
 * @REBOUND_CLOSE_WAY_FINISH: rebound_connection_finish()
 * @REBOUND_CLOSE_WAY_SHUTDOWN_SEND: rebound_connection_shutdown_send(), and reading on until the
 * peer's end
 * @REBOUND_CLOSE_WAY_SHUTDOWN_CLOSE: rebound_connection_shutdown_send(), and
 * rebound_connection_close() at once
 * @REBOUND_CLOSE_WAY_CLOSE: rebound_connection_close()
 * @REBOUND_CLOSE_WAY_ABORT: rebound_connection_abort()
 *
 * How we go. Since: 0.1
 */
typedef enum
{
  REBOUND_CLOSE_WAY_FINISH,
  REBOUND_CLOSE_WAY_SHUTDOWN_SEND,
  REBOUND_CLOSE_WAY_SHUTDOWN_CLOSE,
  REBOUND_CLOSE_WAY_CLOSE,
  REBOUND_CLOSE_WAY_ABORT,
} ReboundCloseWay;

/**
 * ReboundCloseFlight:
 * @REBOUND_CLOSE_FLIGHT_READ: the peer has read all of it
 * @REBOUND_CLOSE_FLIGHT_IN_TCP: TCP has taken it, and the peer has read none of it; it is more than
 * the peer's kernel has room for
 * @REBOUND_CLOSE_FLIGHT_QUEUED: it is more than TCP has taken: the rest is queued in the program
 *
 * How far what we gave has come when we go. Since: 0.1
 */
typedef enum
{
  REBOUND_CLOSE_FLIGHT_READ,
  REBOUND_CLOSE_FLIGHT_IN_TCP,
  REBOUND_CLOSE_FLIGHT_QUEUED,
} ReboundCloseFlight;

/**
 * ReboundTimeWaitOwner:
 * @REBOUND_TIME_WAIT_OWNER_NOBODY: there is none
 * @REBOUND_TIME_WAIT_OWNER_US: this end
 * @REBOUND_TIME_WAIT_OWNER_PEER: the other end
 * @REBOUND_TIME_WAIT_OWNER_BOTH: each has one
 *
 * Who is left in TIME_WAIT when both ends have closed. Since: 0.1
 */
typedef enum
{
  REBOUND_TIME_WAIT_OWNER_NOBODY,
  REBOUND_TIME_WAIT_OWNER_US,
  REBOUND_TIME_WAIT_OWNER_PEER,
  REBOUND_TIME_WAIT_OWNER_BOTH,
} ReboundTimeWaitOwner;

/**
 * ReboundCloseAnswers:
 * @peer: what the peer has done
 * @is_shut_down: whether our half was ended before that
 * @has_unread: whether there is input that came before that, and that we have not read
 * @state: our socket's state, see rebound_port_state_name()
 * @input_bytes: reading first: what of that input recv() gave
 * @recvs: and then, twice: 0 for the end, or the negative errno
 * @sends_after: and then, what two sends of a byte said: 1, or the negative errno
 * @sends: writing first: the same
 * @input_bytes_after: and then, what of the input recv() gave
 * @recv_after: and then: 0 for the end, or the negative errno
 *
 * What system calls say to us, on two connections that are alike: one is read from and then written
 * to, the other the other way round. Since: 0.1
 */
typedef struct
{
  ReboundClosePeer peer;
  gboolean is_shut_down;
  gboolean has_unread;
  guint state;
  guint64 input_bytes;
  int recvs[2];
  int sends_after[2];
  int sends[2];
  guint64 input_bytes_after;
  int recv_after;
} ReboundCloseAnswers;

/**
 * ReboundCloseOutcome:
 * @peer: what the peer has done
 * @way: how we go then
 * @has_unread: whether there is input that we have not read
 * @flight: how far what we gave has come
 * @given_bytes: what we gave
 * @delivered_bytes: what of it the peer's program has read in the end
 * @peer_end: what its last read said: 0 for the end, or the errno; -1 where the peer had gone
 * @time_wait: who is left in TIME_WAIT
 * @lost_bytes: what our side knows to be lost (#ReboundConnectionFigures)
 * @left_bytes: what our side left to the kernel, and will not be told of
 *
 * What comes of a way out. Since: 0.1
 */
typedef struct
{
  ReboundClosePeer peer;
  ReboundCloseWay way;
  gboolean has_unread;
  ReboundCloseFlight flight;
  guint64 given_bytes;
  guint64 delivered_bytes;
  int peer_end;
  ReboundTimeWaitOwner time_wait;
  guint64 lost_bytes;
  guint64 left_bytes;
} ReboundCloseOutcome;

/**
 * ReboundCloseTable:
 * @answers: (element-type ReboundCloseAnswers): what calls say, by what the peer has done
 * @outcomes: (element-type ReboundCloseOutcome): what comes of each way out
 *
 * How a TCP connection ends, on the kernel that this runs on. Since: 0.1
 */
typedef struct
{
  GArray *answers;
  GArray *outcomes;
} ReboundCloseTable;

/**
 * rebound_close_table_measure:
 * @error: return location for a #GError
 *
 * Plays every cell on a connection of its own, over the loopback of the namespace that
 * rebound_isolation_enter() has made, and notes what comes of it. It takes a few hundredths of a
 * second.
 *
 * Returns: (transfer full): the table; %NULL without such a namespace, where a system call fails
 * that is not what is measured, or where a connection does not end
 * Since: 0.1
 */
REBOUND_API ReboundCloseTable *rebound_close_table_measure (GError **error);

/**
 * rebound_close_table_free:
 * @self: (transfer full): a table
 *
 * Frees it. Since: 0.1
 */
REBOUND_API void rebound_close_table_free (ReboundCloseTable *self);

/**
 * rebound_close_table_describe:
 *
 * The table for people: Markdown with padded columns, and what they mean. Rows that say the same
 * are one; bytes are “all”, “a part” or “nothing”.
 *
 * Returns: (transfer full): the text, with a line end behind its last line
 * Since: 0.1
 */
REBOUND_API char *rebound_close_table_describe (const ReboundCloseTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundCloseTable, rebound_close_table_free)

G_END_DECLS
