/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-actor.h"

G_BEGIN_DECLS

/**
 * ReboundHttpAnswerKind:
 * @REBOUND_HTTP_ANSWER_KIND_LENGTH: a body with its Content-Length
 * @REBOUND_HTTP_ANSWER_KIND_CHUNKED: a body in chunks
 * @REBOUND_HTTP_ANSWER_KIND_UNTIL_CLOSE: a body that ends with the connection
 * @REBOUND_HTTP_ANSWER_KIND_NONE: the request is read, and never answered
 * @REBOUND_HTTP_ANSWER_KIND_CLOSE: the request is read, and the connection closed
 * @REBOUND_HTTP_ANSWER_KIND_RESET: the same with an RST
 * @REBOUND_HTTP_ANSWER_KIND_HALF_THEN_CLOSE: half a body, and the connection is closed
 * @REBOUND_HTTP_ANSWER_KIND_HALF_THEN_RESET: the same with an RST
 *
 * How a server answers. Since: 0.1
 */
typedef enum
{
  REBOUND_HTTP_ANSWER_KIND_LENGTH,
  REBOUND_HTTP_ANSWER_KIND_CHUNKED,
  REBOUND_HTTP_ANSWER_KIND_UNTIL_CLOSE,
  REBOUND_HTTP_ANSWER_KIND_NONE,
  REBOUND_HTTP_ANSWER_KIND_CLOSE,
  REBOUND_HTTP_ANSWER_KIND_RESET,
  REBOUND_HTTP_ANSWER_KIND_HALF_THEN_CLOSE,
  REBOUND_HTTP_ANSWER_KIND_HALF_THEN_RESET,
} ReboundHttpAnswerKind;

/**
 * ReboundHttpServer:
 *
 * A peer that answers HTTP/1.1 requests, keeps connections for as long as it is told to, and counts
 * how often each request came. Since: 0.1
 */
#define REBOUND_TYPE_HTTP_SERVER (rebound_http_server_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundHttpServer, rebound_http_server, REBOUND, HTTP_SERVER, GObject)

G_END_DECLS
