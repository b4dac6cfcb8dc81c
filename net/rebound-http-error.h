/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-macros.h"

G_BEGIN_DECLS

/**
 * REBOUND_HTTP_ERROR:
 *
 * The error domain of HTTP. A message that comes from a system call names its errno. Since: 0.1
 */
#define REBOUND_HTTP_ERROR (rebound_http_error_quark ())

/**
 * ReboundHttpError:
 * @REBOUND_HTTP_ERROR_CONNECT: no connection could be made
 * @REBOUND_HTTP_ERROR_CONNECTION: the connection failed or ended before the answer was complete,
 *   and the server cannot have acted on the request, or may do so twice without harm
 * @REBOUND_HTTP_ERROR_MAYBE_DELIVERED: the connection failed after the request was sent, and before
 *   an answer came: the server may have acted on it. Whoever sends it again may have it done twice
 * @REBOUND_HTTP_ERROR_TIMED_OUT: the request's time was over
 * @REBOUND_HTTP_ERROR_MALFORMED: what came is no answer in the sense of RFC 9112, or one that can
 *   be read in two ways
 * @REBOUND_HTTP_ERROR_TOO_LARGE: the answer's head or body is larger than the limit
 * @REBOUND_HTTP_ERROR_REQUEST: the request cannot be sent: its URI, method or header is not valid
 *
 * What a request can fail with. A request that is cancelled fails with %G_IO_ERROR_CANCELLED.
 * Since: 0.1
 */
typedef enum
{
  REBOUND_HTTP_ERROR_CONNECT,
  REBOUND_HTTP_ERROR_CONNECTION,
  REBOUND_HTTP_ERROR_MAYBE_DELIVERED,
  REBOUND_HTTP_ERROR_TIMED_OUT,
  REBOUND_HTTP_ERROR_MALFORMED,
  REBOUND_HTTP_ERROR_TOO_LARGE,
  REBOUND_HTTP_ERROR_REQUEST,
} ReboundHttpError;

REBOUND_API GQuark rebound_http_error_quark (void);

G_END_DECLS
