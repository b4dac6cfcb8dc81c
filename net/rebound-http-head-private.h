/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-http-error.h"
#include "rebound-soup-private.h"

G_BEGIN_DECLS

/* The head of an answer: its status line and its header. */
typedef struct
{
  SoupHTTPVersion version;
  guint status;
  char *reason;
  SoupMessageHeaders *headers;
} ReboundHttpHead;

/* How the end of a body is told from what comes after it. */
typedef enum
{
  REBOUND_HTTP_FRAMING_NONE, /* there is no body, whatever the header says */
  REBOUND_HTTP_FRAMING_LENGTH,
  REBOUND_HTTP_FRAMING_CHUNKED,
  REBOUND_HTTP_FRAMING_UNTIL_CLOSE,
} ReboundHttpFraming;

/* What a server says of how long it keeps a connection. */
typedef struct
{
  gint64 timeout_usec; /* -1: not said */
  gint64 max_requests; /* -1: not said */
} ReboundHttpKeepAlive;

/* Parses @text, which ends with an empty line. NULL with REBOUND_HTTP_ERROR_MALFORMED. */
ReboundHttpHead *rebound_http_head_parse (const char *text, gsize length_bytes, GError **error);
void rebound_http_head_free (ReboundHttpHead *self);

/* By RFC 9112, 6.3, of an answer to a request that was (@is_to_head) a HEAD; @length_bytes is that
 * of REBOUND_HTTP_FRAMING_LENGTH. FALSE where it could be read in two ways. */
gboolean rebound_http_head_decide_framing (const ReboundHttpHead *self,
                                           gboolean is_to_head,
                                           ReboundHttpFraming *framing,
                                           guint64 *length_bytes,
                                           GError **error);

/* 100 to 199: another head follows. */
gboolean rebound_http_head_is_interim (const ReboundHttpHead *self);

/* The server goes on with this connection after the answer (RFC 9112, 9.3). */
gboolean rebound_http_head_keeps_alive (const ReboundHttpHead *self);

/* FALSE where there is no such header. */
gboolean rebound_http_head_get_keep_alive (const ReboundHttpHead *self,
                                           ReboundHttpKeepAlive *keep_alive);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundHttpHead, rebound_http_head_free)

G_END_DECLS
