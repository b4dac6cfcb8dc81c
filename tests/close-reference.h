/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a TCP connection ends, by plain system calls: what net/rebound-close-table.h is held against.
 * Nothing of Rebound's and nothing of GLib's is used here, so that a mistake of theirs cannot be on
 * both sides. It is for a process that is alone in its network namespace, and aborts where a call
 * fails that is not what is asked about. */

typedef enum
{
  REFERENCE_PEER_OPEN,
  REFERENCE_PEER_HALF_CLOSED,
  REFERENCE_PEER_CLOSED,
  REFERENCE_PEER_CLOSED_UNREAD,
  REFERENCE_PEER_RESET,
  REFERENCE_PEER_RESET_SEEN,
} ReferencePeer;

typedef enum
{
  REFERENCE_WAY_FINISH,
  REFERENCE_WAY_SHUTDOWN_SEND,
  REFERENCE_WAY_SHUTDOWN_CLOSE,
  REFERENCE_WAY_CLOSE,
  REFERENCE_WAY_ABORT,
} ReferenceWay;

/* Of recv() and send(): bytes, or the negative errno. States are as /proc/net/tcp has them; 7 is
 * that of a socket that is not there. */
typedef struct
{
  int state;
  long input_bytes;
  int recvs[2];
  int sends_after[2];
  int sends[2];
  long input_bytes_after;
  int recv_after;
} ReferenceAnswers;

typedef struct
{
  long delivered_bytes;
  int peer_end; /* -1 where the peer had gone, 0, or an errno */
  int is_our_time_wait;
  int is_peers_time_wait;
} ReferenceOutcome;

ReferenceAnswers reference_ask (ReferencePeer peer, int is_shut_down, int has_unread);

/* @given_bytes are given: where @is_read, the peer reads them before anything else happens; what
 * TCP does not take stays queued. */
ReferenceOutcome reference_leave (ReferencePeer peer,
                                  ReferenceWay way,
                                  int has_unread,
                                  long given_bytes,
                                  int is_read,
                                  int send_buffer_bytes);
