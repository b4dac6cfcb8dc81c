/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-connection.h"
#include "rebound-linux-kernel-private.h"
#include "rebound-poll-private.h"

G_BEGIN_DECLS

/* Whoever of this library has a connection is called directly, before the signal of that name: ten
 * thousand connections are not to have six closures each. Any may be left out, and any may let go
 * of the connection. */
typedef struct
{
  void (*received) (ReboundConnection *self, GBytes *bytes, gpointer user_data);

  /* Reads in one turn whatever the kernel has, and is told when there is no more. */
  void (*read_dry) (ReboundConnection *self, gpointer user_data);
  void (*flushed) (ReboundConnection *self, gpointer user_data);
  void (*peer_finished) (ReboundConnection *self, gpointer user_data);
  void (*half_closed) (ReboundConnection *self, gpointer user_data);
  void (*broken) (ReboundConnection *self, int error_number, gpointer user_data);
  void (*ended) (ReboundConnection *self, const char *how, gpointer user_data);
} ReboundConnectionObserver;

/* The connection is one class in three files: rebound-connection.c is what goes in and out of it;
 * -ending.c the ways out; -class.c the object, and what it tells of. */
struct _ReboundConnection
{
  GObject parent_instance;

  const ReboundConnectionObserver *observer; /* NULL: none; static */
  gpointer observer_data;

  ReboundSite *site;
  int fd;
  ReboundSocket *socket; /* NULL where it is not in a run's table */
  gpointer ledger_entry; /* NULL where it is in no ledger */
  ReboundWatch *watch;
  ReboundTimer *rest_timer; /* NULL until it is wanted, as the deadline's, the queue, the tail */
  ReboundTimer *deadline_timer;

  ReboundConnectionState state;
  gboolean is_reading;
  gboolean is_reading_at_once; /* there is no watch until it is over */
  gboolean is_resting;         /* the kernel has no memory for us */
  gboolean is_parked;          /* both streams are over, and nobody reads: a source would spin */
  gboolean has_shut_down;
  gboolean has_peer_finished;
  gboolean has_peer_said_goodbye;
  gboolean holds_itself;
  int pending_error; /* of a call; told from the main loop, when what came before it is read */
  int error_number;  /* that it ended by; 0: none */

  GByteArray *queue; /* NULL: nothing was ever queued */
  gsize queue_start; /* what of it was handed over */
  char *goodbye;
  GString *tail;          /* of what was read: as long as the goodbye; NULL without one */
  gint64 deadline_usec;   /* of finish(), from when it was last shortened */
  gint64 finish_end_usec; /* on the site's clock */
  gint64 drain_limit_bytes;

  gboolean is_fresh;                 /* nobody has sent anything over it before */
  gboolean is_counting;              /* from the first byte that was handed over */
  guint64 acknowledged_before_bytes; /* by the kernel's count then */
  ReboundConnectionFigures figures;
  void (*change_func) (gpointer user_data); /* NULL: nobody waits for one */
  gpointer change_data;
};

/* As rebound_connection_get_queued_bytes(). */
static inline gsize
rebound_connection_count_queued (const ReboundConnection *self)
{
  return self->queue != NULL ? self->queue->len - self->queue_start : 0;
}

/* As rebound_connection_new(), of a socket that has just been connected, and may be in the run's
 * table. */
ReboundConnection *
rebound_connection_new_of_table (ReboundSite *site, int fd, ReboundSocket *socket);

/* As that, of one that accept() has just returned. */
ReboundConnection *
rebound_connection_new_accepted (ReboundSite *site, int fd, ReboundSocket *socket);

/* The watch that @fd was connected by goes on as the connection's own. (transfer full) */
void rebound_connection_take_watch (ReboundConnection *self, ReboundWatch *watch);
void rebound_connection_set_observer (ReboundConnection *self,
                                      const ReboundConnectionObserver *observer,
                                      gpointer user_data);

/* Closes without a word: what an exit does. */
void rebound_connection_abandon (ReboundConnection *self);

/* Aborts what is finishing, or anything else, because of @why. */
void rebound_connection_give_up (ReboundConnection *self, const char *why);

/* Takes @way. The last two are for finishing alone. */
void rebound_connection_leave (ReboundConnection *self,
                               ReboundWayOut way,
                               gint64 deadline_usec,
                               gint64 drain_bytes);

/* Somebody has asked it to end, and it has not ended yet. */
gboolean rebound_connection_is_leaving (ReboundConnection *self);

/* The peer's stream has ended, with the goodbye for its last word: it has asked whether we have
 * read everything. */
gboolean rebound_connection_is_asked_goodbye (ReboundConnection *self);

/* @how, and what a close costs now: input is unread, and it is an RST; something is queued, and
 * lost. (transfer full) */
char *rebound_connection_describe_close (ReboundConnection *self, const char *how);

/* Closes at once, as rebound_connection_close(); what is told of its end is @how and that cost. */
void rebound_connection_close_saying (ReboundConnection *self, const char *how);

/* Bytes that nobody has read, and that turn the FIN of a close into an RST. */
int rebound_connection_count_unread (ReboundConnection *self);

/* -- in and out -- */

void rebound_connection_enqueue (ReboundConnection *self, gconstpointer bytes, gsize length_bytes);

/* As rebound_connection_start_reading(), and looks whether something is there already: whoever has
 * connected has often asked by then, and where one message is all there is nothing needs to be
 * watched. To be called last: it may be gone after it. */
void rebound_connection_read_at_once (ReboundConnection *self);
void rebound_connection_arm_rest (ReboundConnection *self, gint64 delay_usec);

/* The watch, and the reference to itself, as the connection stands now. To be called last: it may
 * be gone after it. */
void rebound_connection_update (ReboundConnection *self);
void rebound_connection_touch (ReboundConnection *self);

/* Asks the kernel what is acknowledged. FALSE where it cannot tell any more. */
gboolean rebound_connection_count_acknowledged (ReboundConnection *self);

/* @func is called when something is given, sent or read, once, before any of the figures change;
 * NULL: not any more. What the kernel does by itself, acknowledging, is not seen. */
void rebound_connection_await_change (ReboundConnection *self,
                                      void (*func) (gpointer user_data),
                                      gpointer user_data);

/* -- the ways out -- */

/* Nothing is queued any more: our half ends, if that was asked for. */
void rebound_connection_shut_down_if_asked (ReboundConnection *self);

/* Both streams have ended, ours first. */
void rebound_connection_end_in_order (ReboundConnection *self);

/* Tells of the error, and ends. */
void rebound_connection_fail (ReboundConnection *self, int error_number);

/* @length_bytes were read. FALSE if they are to be thrown away: it is finishing. */
gboolean
rebound_connection_judge_input (ReboundConnection *self, const guint8 *bytes, gsize length_bytes);

/* -- what it tells of -- */

void rebound_connection_emit_received (ReboundConnection *self, GBytes *bytes);
void rebound_connection_emit_read_dry (ReboundConnection *self); /* to the observer alone */
void rebound_connection_emit_flushed (ReboundConnection *self);
void rebound_connection_emit_peer_finished (ReboundConnection *self);
void rebound_connection_emit_half_closed (ReboundConnection *self);
void rebound_connection_emit_error (ReboundConnection *self, int error_number);
void rebound_connection_emit_ended (ReboundConnection *self, const char *how);

G_END_DECLS
