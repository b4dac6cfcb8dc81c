/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-site.h"

G_BEGIN_DECLS

/**
 * REBOUND_CONNECTION_FINISH_USEC:
 *
 * How long rebound_connection_finish() takes at most, unless it is told otherwise: 5 s, which is
 * what UIKit advises for all that is to be done on the way into the background. Since: 0.1
 */
#define REBOUND_CONNECTION_FINISH_USEC (5 * (gint64) G_USEC_PER_SEC)

/**
 * REBOUND_CONNECTION_DRAIN_BYTES:
 *
 * How much rebound_connection_finish() reads at most, unless it is told otherwise: 1 MiB. Whoever
 * says more than that after being told of the end is not listening. Since: 0.1
 */
#define REBOUND_CONNECTION_DRAIN_BYTES ((gint64) 1024 * 1024)

/**
 * ReboundConnectionState:
 * @REBOUND_CONNECTION_STATE_OPEN: it can be written to
 * @REBOUND_CONNECTION_STATE_SHUTTING_DOWN: what is queued is still being handed to TCP; the FIN
 * comes after it
 * @REBOUND_CONNECTION_STATE_HALF_CLOSED: our FIN is sent; the peer may go on
 * @REBOUND_CONNECTION_STATE_FINISHING: on the proper way out: handing over, then draining
 * @REBOUND_CONNECTION_STATE_CLOSED: there is no descriptor any more
 *
 * Where a #ReboundConnection stands. Since: 0.1
 */
typedef enum
{
  REBOUND_CONNECTION_STATE_OPEN,
  REBOUND_CONNECTION_STATE_SHUTTING_DOWN,
  REBOUND_CONNECTION_STATE_HALF_CLOSED,
  REBOUND_CONNECTION_STATE_FINISHING,
  REBOUND_CONNECTION_STATE_CLOSED,
} ReboundConnectionState;

/**
 * ReboundWayOut:
 * @REBOUND_WAY_OUT_FINISH: rebound_connection_finish()
 * @REBOUND_WAY_OUT_SHUTDOWN_SEND: rebound_connection_shutdown_send()
 * @REBOUND_WAY_OUT_CLOSE: rebound_connection_close()
 * @REBOUND_WAY_OUT_ABORT: rebound_connection_abort()
 *
 * The ways out of a connection, for scripts. Since: 0.1
 */
typedef enum
{
  REBOUND_WAY_OUT_FINISH,
  REBOUND_WAY_OUT_SHUTDOWN_SEND,
  REBOUND_WAY_OUT_CLOSE,
  REBOUND_WAY_OUT_ABORT,
} ReboundWayOut;

/**
 * ReboundPeerReading:
 * @REBOUND_PEER_READING_UNKNOWN: not everything that was given is acknowledged
 * @REBOUND_PEER_READING_ACKNOWLEDGED: the peer's TCP has everything; whether its program has read
 * it is not known
 * @REBOUND_PEER_READING_ENDED: everything is acknowledged, and the peer's stream ended in good
 * order: a peer that closed has read everything, for a close with input unread is an RST, and bytes
 * that come after a close are answered by one. A peer that has only shut down its sending side may
 * have read nothing: that looks the same from here
 * @REBOUND_PEER_READING_SAID_GOODBYE: the peer's program has answered our goodbye, and so has read
 * everything before it
 *
 * What is known of how much of ours the peer has read. Since: 0.1
 */
typedef enum
{
  REBOUND_PEER_READING_UNKNOWN,
  REBOUND_PEER_READING_ACKNOWLEDGED,
  REBOUND_PEER_READING_ENDED,
  REBOUND_PEER_READING_SAID_GOODBYE,
} ReboundPeerReading;

/**
 * ReboundConnectionFigures:
 * @given_bytes: what the program gave to be sent
 * @handed_bytes: what of it was handed to TCP
 * @acknowledged_bytes: what of that the peer's TCP has acknowledged: it is there, read or not
 * @received_bytes: what was read, drained bytes included
 * @drained_bytes: what of that was read while finishing, and thrown away
 * @lost_bytes: what will not come as far as this side can know: given, and neither acknowledged nor
 * left to the kernel. Bytes whose acknowledgement was on its way at a reset count as lost
 * @left_bytes: handed to TCP, and nobody here will be told what came of it: not acknowledged when
 * the descriptor was closed, so that the kernel goes on sending; or the system has taken the socket
 * away, and the kernel's count with it
 *
 * What went over a #ReboundConnection. Once it is closed, given is acknowledged + lost + left.
 * Since: 0.1
 */
typedef struct
{
  guint64 given_bytes;
  guint64 handed_bytes;
  guint64 acknowledged_bytes;
  guint64 received_bytes;
  guint64 drained_bytes;
  guint64 lost_bytes;
  guint64 left_bytes;
} ReboundConnectionFigures;

/**
 * ReboundConnection:
 *
 * A TCP connection that never blocks. What is given to it is queued until TCP takes it; what comes
 * is told by “received” (a #GBytes). “flushed” says that the queue is empty again, “half-closed”
 * that our FIN is sent, “peer-finished” that the peer's has been read. “reset” and “failed” carry
 * the errno by name. The last signal is “ended”, with a sentence that says how: then the descriptor
 * is closed.
 *
 * While it is reading, has something queued, or is finishing, it holds a reference to itself; the
 * last reference closes it, as rebound_connection_close() does, without a word. Since: 0.1
 */
#define REBOUND_TYPE_CONNECTION (rebound_connection_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundConnection, rebound_connection, REBOUND, CONNECTION, GObject)

/**
 * rebound_connection_new:
 * @site: where it lives
 * @fd: a connected TCP socket with nothing on its way; it is taken over and made non-blocking
 *
 * Returns: (transfer full): a connection that does not read yet
 * Since: 0.1
 */
REBOUND_API ReboundConnection *rebound_connection_new (ReboundSite *site, int fd);

/**
 * rebound_connection_send:
 * @bytes: what is to be sent; copied
 * @length_bytes: its length
 *
 * Hands over to TCP what it takes now, and queues the rest. An error is told from the main loop,
 * never from within this call.
 *
 * Returns: %FALSE, and nothing is taken, unless the connection is open
 * Since: 0.1
 */
REBOUND_API gboolean rebound_connection_send (ReboundConnection *self,
                                              gconstpointer bytes,
                                              gsize length_bytes);

/**
 * rebound_connection_start_reading:
 *
 * Reads from now on, and tells. The pending read holds a reference until the peer's end, an error,
 * a way out, or rebound_connection_stop_reading(). Since: 0.1
 */
REBOUND_API void rebound_connection_start_reading (ReboundConnection *self);

/**
 * rebound_connection_stop_reading:
 *
 * Leaves what comes to the kernel, until its window is closed. A close then meets input that is
 * unread. Since: 0.1
 */
REBOUND_API void rebound_connection_stop_reading (ReboundConnection *self);

/**
 * rebound_connection_set_goodbye:
 * @goodbye: (nullable): what is said last, and answered
 *
 * The other way to agree on the end: rebound_connection_shutdown_send() and
 * rebound_connection_finish() say @goodbye after what is queued, and finishing looks for it at the
 * end of what the peer says. Only a peer whose program answers it is known to have read everything.
 * The bytes of @goodbye count as given. Since: 0.1
 */
REBOUND_API void rebound_connection_set_goodbye (ReboundConnection *self, const char *goodbye);

/**
 * rebound_connection_shutdown_send:
 *
 * Ends our half. On the wire: what is queued here, then a FIN, as soon as TCP has taken every byte;
 * nothing blocks. Reading goes on; when the peer's end comes the connection closes by itself.
 * Nothing is lost by this of itself, unless the peer resets; but there is no deadline, and a
 * connection that is not reading does not see the peer's end. Since: 0.1
 */
REBOUND_API void rebound_connection_shutdown_send (ReboundConnection *self);

/**
 * rebound_connection_finish:
 * @deadline_usec: microseconds from now; %REBOUND_CONNECTION_FINISH_USEC. It is never longer than
 * what is left of the stay in the background of the application whose connection it is
 * @drain_bytes: how much the peer may still say; %REBOUND_CONNECTION_DRAIN_BYTES
 *
 * The proper close. On the wire: what is queued here, a FIN, and nothing more until the peer's FIN;
 * then the descriptor is closed. What the peer still says is read, counted, and thrown away: input
 * that stays unread would turn the close into an RST, and that can cost the peer what it has not
 * read yet. Past the deadline, or with more than @drain_bytes read, it is aborted, and “ended” says
 * which, and how much was lost. Asked again, it can only become shorter. Since: 0.1
 */
REBOUND_API void
rebound_connection_finish (ReboundConnection *self, gint64 deadline_usec, gint64 drain_bytes);

/**
 * rebound_connection_close:
 *
 * Closes at once. What is queued here is lost. On the wire: a FIN after what TCP has already taken,
 * which the kernel goes on sending; an RST instead where input is unread, and then what is not
 * acknowledged is lost as well, and the peer may lose even what it has not read yet. TIME_WAIT is
 * ours if our FIN was the first. Since: 0.1
 */
REBOUND_API void rebound_connection_close (ReboundConnection *self);

/**
 * rebound_connection_abort:
 *
 * Closes at once with linger 0. On the wire: an RST. What is queued here and what TCP has not
 * brought over is lost; there is no TIME_WAIT on either side. Since: 0.1
 */
REBOUND_API void rebound_connection_abort (ReboundConnection *self);

/**
 * rebound_connection_get_state:
 *
 * Returns: where it stands
 * Since: 0.1
 */
REBOUND_API ReboundConnectionState rebound_connection_get_state (ReboundConnection *self);

/**
 * rebound_connection_get_queued_bytes:
 *
 * Returns: how much is queued here, for TCP has not taken it yet
 * Since: 0.1
 */
REBOUND_API gsize rebound_connection_get_queued_bytes (ReboundConnection *self);

/**
 * rebound_connection_get_figures:
 * @figures: (out caller-allocates): what went over it so far
 *
 * Since: 0.1
 */
REBOUND_API void rebound_connection_get_figures (ReboundConnection *self,
                                                 ReboundConnectionFigures *figures);

/**
 * rebound_connection_get_peer_reading:
 *
 * Returns: what is known of how much of ours the peer has read
 * Since: 0.1
 */
REBOUND_API ReboundPeerReading rebound_connection_get_peer_reading (ReboundConnection *self);

/**
 * rebound_connection_dup_waiting_for:
 *
 * Returns: (transfer full) (nullable): what keeps it from ending, as “waits for the peer's end”, or
 * “is not read from, and so does not see the peer's end”; %NULL where nobody has asked it to end
 * Since: 0.1
 */
REBOUND_API char *rebound_connection_dup_waiting_for (ReboundConnection *self);

G_END_DECLS
