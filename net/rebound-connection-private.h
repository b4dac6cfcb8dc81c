/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-connection.h"
#include "rebound-linux-kernel-private.h"
#include "rebound-poll-private.h"

G_BEGIN_DECLS

/* The connection is one class in three files: rebound-connection.c is what goes in and out of it;
 * -ending.c the ways out; -class.c the object, and what it tells of. */
struct _ReboundConnection
{
  GObject parent_instance;

  ReboundSite *site;
  int fd;
  ReboundSocket *socket; /* NULL where it is not in a run's table */
  ReboundWatch *watch;
  ReboundTimer *rest_timer;
  ReboundTimer *deadline_timer;

  ReboundConnectionState state;
  gboolean is_reading;
  gboolean is_resting; /* the kernel has no memory for us */
  gboolean is_parked;  /* both streams are over, and nobody reads: a source would spin */
  gboolean has_shut_down;
  gboolean has_peer_finished;
  gboolean has_peer_said_goodbye;
  gboolean holds_itself;
  int pending_error; /* of a call; told from the main loop, when what came before it is read */

  GByteArray *queue;
  gsize queue_start; /* what of it was handed over */
  char *goodbye;
  GString *tail;          /* of what was drained: as long as the goodbye */
  gint64 deadline_usec;   /* of finish(), from when it was last shortened */
  gint64 finish_end_usec; /* on the site's clock */
  gint64 drain_limit_bytes;

  guint64 acknowledged_before_bytes; /* by the kernel's count, when it was taken over */
  ReboundConnectionFigures figures;
};

/* As rebound_connection_new(), of a socket that may be in the run's table. */
ReboundConnection *
rebound_connection_new_of_table (ReboundSite *site, int fd, ReboundSocket *socket);

/* Closes without a word: what an exit does. */
void rebound_connection_abandon (ReboundConnection *self);

/* Aborts what is finishing, or anything else, because of @why. */
void rebound_connection_give_up (ReboundConnection *self, const char *why);

/* Bytes that nobody has read, and that turn the FIN of a close into an RST. */
int rebound_connection_count_unread (ReboundConnection *self);

/* -- in and out -- */

void rebound_connection_enqueue (ReboundConnection *self, gconstpointer bytes, gsize length_bytes);
void rebound_connection_on_rested (gpointer self);

/* The watch, and the reference to itself, as the connection stands now. To be called last: it may
 * be gone after it. */
void rebound_connection_update (ReboundConnection *self);
void rebound_connection_touch (ReboundConnection *self);

/* Asks the kernel what is acknowledged; what others have sent before is none of ours. FALSE where
 * it cannot tell any more. */
void rebound_connection_begin_counting (ReboundConnection *self);
gboolean rebound_connection_count_acknowledged (ReboundConnection *self);

/* -- the ways out -- */

void rebound_connection_on_deadline (gpointer self);

/* Nothing is queued any more: our half ends, if that was asked for. */
void rebound_connection_shut_down_if_asked (ReboundConnection *self);

/* Both streams have ended. */
void rebound_connection_end_in_order (ReboundConnection *self);

/* Tells of the error, and ends. */
void rebound_connection_fail (ReboundConnection *self, int error_number);

/* @length_bytes were read while finishing. */
void rebound_connection_drain (ReboundConnection *self, const guint8 *bytes, gsize length_bytes);

/* -- what it tells of -- */

void rebound_connection_emit_received (ReboundConnection *self, GBytes *bytes);
void rebound_connection_emit_flushed (ReboundConnection *self);
void rebound_connection_emit_peer_finished (ReboundConnection *self);
void rebound_connection_emit_half_closed (ReboundConnection *self);
void rebound_connection_emit_error (ReboundConnection *self, int error_number);
void rebound_connection_emit_ended (ReboundConnection *self, const char *how);

G_END_DECLS
