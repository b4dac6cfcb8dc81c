/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-connection.h"
#include "rebound-linux-kernel-private.h"
#include "rebound-listener.h"

G_BEGIN_DECLS

/* One connection that a listener has accepted, and what is done with it. A reference keeps the
 * memory of one that was freed: whoever goes through many may find that it is closed by now. */
typedef struct _ReboundAccepted ReboundAccepted;

/* What a connection tells of. The last thing it tells of is finished: then it is closed, and to be
 * freed. The other two are of one that goes on after it. */
typedef struct
{
  void (*peer_finished) (ReboundAccepted *accepted, gpointer user_data);
  void (*half_closed) (ReboundAccepted *accepted, gpointer user_data);
  void (*finished) (ReboundAccepted *accepted, const char *how, gpointer user_data);
  gpointer user_data;
} ReboundAcceptedListener;

typedef struct
{
  ReboundOnAccept on_accept;
  ReboundCloseOrder close_order;
  const char *greeting;
  gint64 greeting_bytes;     /* the greeting again and again, up to so many; 0: once */
  const char *goodbye;       /* "" : none */
  gint64 finish_within_usec; /* to answer a goodbye */
} ReboundAcceptedManner;

/* Takes over @fd. @socket may be NULL, @name is a GRefString. */
ReboundAccepted *rebound_accepted_new (ReboundSite *site,
                                       int fd,
                                       ReboundSocket *socket,
                                       char *name,
                                       const ReboundAcceptedManner *manner,
                                       const ReboundAcceptedListener *listener);

/* Begins to serve; may finish at once. @is_read_at_once: what has come already is read before the
 * descriptor is watched. */
void rebound_accepted_serve (ReboundAccepted *self, gboolean is_read_at_once);
char *rebound_accepted_get_name (ReboundAccepted *self); /* a GRefString */

/* Where the listener has it in its queue. */
GList *rebound_accepted_get_link (ReboundAccepted *self);

ReboundConnection *rebound_accepted_get_connection (ReboundAccepted *self);

/* Takes a way out; may finish at once. */
void rebound_accepted_leave (ReboundAccepted *self,
                             ReboundWayOut way,
                             gint64 deadline_usec,
                             gint64 drain_bytes);

/* Aborts it if it is on its way out, because of @why. */
void rebound_accepted_give_up (ReboundAccepted *self, const char *why);

/* What keeps it from ending, where it is on its way out. (transfer full) (nullable) */
char *rebound_accepted_dup_waiting_for (ReboundAccepted *self);

/* Whether nothing can be sent over it any more: it was taken away, or reset. */
gboolean rebound_accepted_is_dead (ReboundAccepted *self);

/* What it died of. (transfer full) */
char *rebound_accepted_describe_death (ReboundAccepted *self);

/* Closes the descriptor if it is open, without a word. */
void rebound_accepted_close (ReboundAccepted *self);

void rebound_accepted_free (gpointer self); /* the same, and lets go of it */

ReboundAccepted *rebound_accepted_ref (ReboundAccepted *self);
void rebound_accepted_unref (gpointer self);

G_END_DECLS
