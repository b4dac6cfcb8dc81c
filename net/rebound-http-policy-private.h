/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-http-head-private.h"
#include "rebound-http-policy.h"

G_BEGIN_DECLS

/* A request that came to nothing on a connection. */
typedef struct
{
  gboolean is_first_try;
  gboolean was_reused;       /* the connection had served another request before */
  gboolean was_sent;         /* a byte of the request was handed to TCP */
  gboolean has_answer_begun; /* a byte of an answer has come */
  gboolean is_idempotent;
  int error_number; /* 0: the stream ended in good order */
} ReboundHttpFailure;

typedef enum
{
  REBOUND_HTTP_VERDICT_RETRY,       /* with whatever the pool has */
  REBOUND_HTTP_VERDICT_RETRY_FRESH, /* on a connection that is made for it */
  REBOUND_HTTP_VERDICT_FAIL,
  REBOUND_HTTP_VERDICT_MAYBE_DELIVERED,
} ReboundHttpVerdict;

/* What is to be done about it, and @reason (transfer none): why. */
ReboundHttpVerdict rebound_http_policy_judge (ReboundHttpPolicy policy,
                                              const ReboundHttpFailure *failure,
                                              const char **reason);

/* The errors by which ASIHTTPRequest told that a connection had been closed under it. */
gboolean rebound_http_policy_looks_closed (const ReboundHttpFailure *failure);

/* How long a connection is kept after an answer. */
typedef struct
{
  gboolean is_kept;
  gboolean by_server;   /* the server has said so */
  gint64 lifetime_usec; /* from the end of the answer */
  gint64 left_requests; /* that the server will still answer; -1: not known */
  const char *reason;   /* (transfer none): why it is not kept; NULL where it is */
} ReboundHttpKeeping;

/* @idle_usec is what a connection is kept where the server says nothing; @left_requests is what was
 * left before this answer, -1 where it is not known. @margin_usec is how much earlier than the
 * server one's own time is up: an answer takes its time to come. */
void rebound_http_policy_decide_keeping (ReboundHttpPolicy policy,
                                         const ReboundHttpHead *head,
                                         gint64 idle_usec,
                                         gint64 margin_usec,
                                         gint64 left_requests,
                                         ReboundHttpKeeping *keeping);

G_END_DECLS
