/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-actor.h"
#include "rebound-http-error.h"
#include "rebound-http-policy.h"
#include "rebound-http-request.h"

G_BEGIN_DECLS

/**
 * ReboundHttpClearOn:
 * @REBOUND_HTTP_CLEAR_ON_NOTHING: idle connections stay in the pool
 * @REBOUND_HTTP_CLEAR_ON_BACKGROUND: they are closed at did-enter-background, and those in use are
 *   left: the cure of the report
 *
 * When a pool that knows of no lifecycle is cleared all the same. Since: 0.1
 */
typedef enum
{
  REBOUND_HTTP_CLEAR_ON_NOTHING,
  REBOUND_HTTP_CLEAR_ON_BACKGROUND,
} ReboundHttpClearOn;

/**
 * ReboundHttpInBackground:
 * @REBOUND_HTTP_IN_BACKGROUND_FINISH: they have as long as a background task gives them
 * @REBOUND_HTTP_IN_BACKGROUND_FAIL: they fail at once
 * @REBOUND_HTTP_IN_BACKGROUND_KEEP: nothing is done about them
 *
 * What becomes of requests that are on their way when the application goes to the background.
 * Since: 0.1
 */
typedef enum
{
  REBOUND_HTTP_IN_BACKGROUND_FINISH,
  REBOUND_HTTP_IN_BACKGROUND_FAIL,
  REBOUND_HTTP_IN_BACKGROUND_KEEP,
} ReboundHttpInBackground;

/**
 * ReboundHttpClient:
 *
 * An HTTP/1.1 client that keeps its connections in a pool, and knows that its application may be
 * stopped. It speaks no TLS. Since: 0.1
 */
#define REBOUND_TYPE_HTTP_CLIENT (rebound_http_client_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundHttpClient, rebound_http_client, REBOUND, HTTP_CLIENT, GObject)

/**
 * rebound_http_client_send_async:
 * @request: a request that was not sent before
 * @cancellable: (nullable): cancels it, at whatever stage it is
 * @callback: (scope async): called from the main context that is the thread's default now
 * @user_data: for @callback
 *
 * Sends a request, on a connection of the pool or on one that is made for it; it waits its turn
 * where max-per-host of that host are in use. The client must have come to life. Since: 0.1
 */
REBOUND_API void rebound_http_client_send_async (ReboundHttpClient *self,
                                                 ReboundHttpRequest *request,
                                                 GCancellable *cancellable,
                                                 GAsyncReadyCallback callback,
                                                 gpointer user_data);

/**
 * rebound_http_client_send_finish:
 * @error: where to return a #ReboundHttpError, or %G_IO_ERROR_CANCELLED
 *
 * An answer of any status is an answer; look at rebound_http_request_get_status().
 *
 * Returns: %TRUE if the request has been answered
 * Since: 0.1
 */
REBOUND_API gboolean rebound_http_client_send_finish (ReboundHttpClient *self,
                                                      GAsyncResult *result,
                                                      GError **error);

/**
 * rebound_http_client_clear:
 *
 * Closes every idle connection. Those in use are left. Since: 0.1
 */
REBOUND_API void rebound_http_client_clear (ReboundHttpClient *self);

/**
 * rebound_http_client_note_network_change:
 *
 * The machine has another network than before, or has one again: by policy rebound nothing from
 * before is used again. To be called from GNetworkMonitor's network-changed. Since: 0.1
 */
REBOUND_API void rebound_http_client_note_network_change (ReboundHttpClient *self);

G_END_DECLS
