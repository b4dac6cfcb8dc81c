/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-connection-private.h"
#include "rebound-http-request-private.h"

G_BEGIN_DECLS

/* One try of a request: it is sent on a connection, and its answer is read. */
typedef struct _ReboundHttpExchange ReboundHttpExchange;

/* What comes of it, always told from the main loop. Either of the last two is the end of it, and
 * may free it. */
typedef struct
{
  void (*answer_begun) (gpointer user_data);

  /* The connection is open, and goes on reading: one that is kept is to be read from at once, and
   * to stop in between would be two system calls for nothing. */
  void (*completed) (gpointer user_data);

  /* The connection is closed, or not to be used any more: by @error_number, or by 0 where the
   * peer's stream ended in good order; @malformed (transfer none) where the peer talks nonsense. */
  void (*failed) (int error_number, const GError *malformed, gpointer user_data);
} ReboundHttpExchangeListener;

typedef struct
{
  ReboundHttpLimits limits;
  gboolean closes;           /* asks the server to close the connection after it */
  gboolean expects_continue; /* the body waits until the server says so */
} ReboundHttpManner;

/* Begins: @connection is observed by it until it ends. @listener is static. */
ReboundHttpExchange *rebound_http_exchange_new (ReboundConnection *connection,
                                                ReboundHttpRequest *request,
                                                const ReboundHttpManner *manner,
                                                const ReboundHttpExchangeListener *listener,
                                                gpointer user_data);

/* Without a word, and without closing the connection. */
void rebound_http_exchange_free (ReboundHttpExchange *self);

/* Sends the body that waits; whoever sets a limit to the wait calls this. */
void rebound_http_exchange_send_body (ReboundHttpExchange *self);
gboolean rebound_http_exchange_is_body_waiting (ReboundHttpExchange *self);

/* A byte of the request was handed to TCP. */
gboolean rebound_http_exchange_was_sent (ReboundHttpExchange *self);

/* Once it is complete: another request can be sent on the connection. */
gboolean rebound_http_exchange_leaves_usable (ReboundHttpExchange *self);
ReboundHttpAnswer *rebound_http_exchange_get_answer (ReboundHttpExchange *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundHttpExchange, rebound_http_exchange_free)

G_END_DECLS
