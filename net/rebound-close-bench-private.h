/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-clock-private.h"
#include "rebound-close-table.h"
#include "rebound-connection-private.h"
#include "rebound-fence-private.h"
#include "rebound-socket-diag-private.h"

G_BEGIN_DECLS

/* What the cells of the table are measured on: connections over the loopback of our own namespace,
 * one end a ReboundConnection in virtual time, the other a descriptor that is read and closed by
 * hand. */

/* What the peer has said before, where we have not read it. */
#define REBOUND_CLOSE_INPUT "hello"

typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *site;
  ReboundFence *fence;
  ReboundSocketDiag *diag;
  int listener;
  struct sockaddr_in address;
} ReboundCloseBench;

typedef struct
{
  ReboundTuple tuple;
  guint64 cookie;
} ReboundCloseEnd;

/* One connection of it. */
typedef struct
{
  ReboundCloseBench *bench;
  ReboundConnection *connection;
  int peer_fd; /* -1 once it is closed */
  ReboundCloseEnd own, peer;
  guint64 delivered_bytes;
  int peer_end; /* -1: not yet; 0 or an errno */
} ReboundClosePair;

ReboundCloseBench *rebound_close_bench_new (GError **error);
void rebound_close_bench_free (ReboundCloseBench *self);

ReboundClosePair *rebound_close_pair_new (ReboundCloseBench *bench, GError **error);
void rebound_close_pair_free (ReboundClosePair *self);

/* Everything that was sent has been delivered. No source of ours is dispatched. */
gboolean rebound_close_pair_deliver (ReboundClosePair *self, GError **error);

/* Everything happens that can happen now, to both ends: the peer reads all there is. */
gboolean rebound_close_pair_settle (ReboundClosePair *self, GError **error);

/* The peer says something that we do not read. */
gboolean rebound_close_pair_say (ReboundClosePair *self, GError **error);

/* The peer does what @deed says. */
gboolean rebound_close_pair_act (ReboundClosePair *self, ReboundClosePeer deed, GError **error);
gboolean rebound_close_pair_close_peer (ReboundClosePair *self, GError **error);

/* The state that netstat would show of our end: TCP_TIME_WAIT also where a descriptor is open. */
guint8 rebound_close_pair_look (ReboundClosePair *self);
ReboundTimeWaitOwner rebound_close_pair_get_time_wait (ReboundClosePair *self);

/* "cannot @what: ECONNABORTED", of errno. FALSE, for whoever returns it. */
gboolean rebound_close_fail (GError **error, const char *what);

/* Fill in what is measured; what is asked for is there already. */
gboolean rebound_close_measure_answers (ReboundCloseBench *bench,
                                        ReboundCloseAnswers *answers,
                                        GError **error);
gboolean rebound_close_measure_outcome (ReboundCloseBench *bench,
                                        ReboundCloseOutcome *outcome,
                                        GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundCloseBench, rebound_close_bench_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundClosePair, rebound_close_pair_free)

G_END_DECLS
