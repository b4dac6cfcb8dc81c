/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "lifecycle/rebound-macros.h"

G_BEGIN_DECLS

/**
 * REBOUND_HTTP_TIMEOUT_USEC:
 *
 * How long a request may take unless it is told otherwise: 60 s, which is NSURLRequest's
 * timeoutInterval. Since: 0.1
 */
#define REBOUND_HTTP_TIMEOUT_USEC (60 * (gint64) G_USEC_PER_SEC)

/**
 * ReboundHttpRequest:
 *
 * A request of HTTP/1.1 and, once it has been answered, its answer. It can be sent once. Since: 0.1
 */
#define REBOUND_TYPE_HTTP_REQUEST (rebound_http_request_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundHttpRequest, rebound_http_request, REBOUND, HTTP_REQUEST, GObject)

/**
 * rebound_http_request_new:
 * @method: GET, HEAD, POST, PUT or DELETE
 * @uri: of the scheme http; its host may be an address, or a name that can be looked up
 * @error: where to return a #ReboundHttpError
 *
 * Returns: (transfer full) (nullable): a request; %NULL with %REBOUND_HTTP_ERROR_REQUEST
 * Since: 0.1
 */
REBOUND_API ReboundHttpRequest *
rebound_http_request_new (const char *method, const char *uri, GError **error);

/**
 * rebound_http_request_set_header:
 * @name: a field's name; Host, Content-Length, Transfer-Encoding, Connection and Expect are the
 * client's to set
 * @value: its value: one line
 * @error: where to return a #ReboundHttpError
 *
 * Replaces what was set for @name before.
 *
 * Returns: %FALSE with %REBOUND_HTTP_ERROR_REQUEST, and nothing is changed
 * Since: 0.1
 */
REBOUND_API gboolean rebound_http_request_set_header (ReboundHttpRequest *self,
                                                      const char *name,
                                                      const char *value,
                                                      GError **error);

/**
 * rebound_http_request_set_body:
 * @body: (nullable): what is sent behind the header
 * @content_type: (nullable): its Content-Type
 *
 * Since: 0.1
 */
REBOUND_API void
rebound_http_request_set_body (ReboundHttpRequest *self, GBytes *body, const char *content_type);

/**
 * rebound_http_request_set_timeout_usec:
 * @timeout_usec: microseconds from the moment it is sent to the end of its answer, the wait for a
 * connection and a retry included; > 0; %REBOUND_HTTP_TIMEOUT_USEC
 *
 * Since: 0.1
 */
REBOUND_API void rebound_http_request_set_timeout_usec (ReboundHttpRequest *self,
                                                        gint64 timeout_usec);

/**
 * rebound_http_request_get_status:
 *
 * Returns: the status of its answer, 200 to 599; 0 while there is none
 * Since: 0.1
 */
REBOUND_API guint rebound_http_request_get_status (ReboundHttpRequest *self);

/**
 * rebound_http_request_get_answer_header:
 * @name: a field's name
 *
 * Returns: (transfer none) (nullable): what its answer has for @name, as one list
 * Since: 0.1
 */
REBOUND_API const char *rebound_http_request_get_answer_header (ReboundHttpRequest *self,
                                                                const char *name);

/**
 * rebound_http_request_get_answer_body:
 *
 * Returns: (transfer none) (nullable): the body of its answer
 * Since: 0.1
 */
REBOUND_API GBytes *rebound_http_request_get_answer_body (ReboundHttpRequest *self);

/**
 * rebound_http_request_get_number:
 *
 * Returns: its number: from 1 in the order in which the client was given its requests, and kept
 * over a retry; 0 before it was sent
 * Since: 0.1
 */
REBOUND_API guint rebound_http_request_get_number (ReboundHttpRequest *self);

/**
 * rebound_http_request_get_connection:
 *
 * Returns: the number of the connection that it was last sent on; 0 before it was sent
 * Since: 0.1
 */
REBOUND_API guint rebound_http_request_get_connection (ReboundHttpRequest *self);

/**
 * rebound_http_request_get_tries:
 *
 * Returns: how many times it was sent, or begun to be
 * Since: 0.1
 */
REBOUND_API guint rebound_http_request_get_tries (ReboundHttpRequest *self);

G_END_DECLS
