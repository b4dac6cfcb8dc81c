/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-http-head-private.h"

G_BEGIN_DECLS

/* An answer as it comes: bytes go in, a head and a body come out, and where the answer ends. */
typedef struct _ReboundHttpAnswer ReboundHttpAnswer;

typedef struct
{
  gsize head_bytes; /* of all heads of one answer, and of what is between chunks */
  guint64 body_bytes;
} ReboundHttpLimits;

ReboundHttpAnswer *rebound_http_answer_new (gboolean is_to_head, const ReboundHttpLimits *limits);
void rebound_http_answer_free (ReboundHttpAnswer *self);

/* Takes what belongs to the answer. Returns how many bytes that were: fewer than @length_bytes
 * where it is complete, and there is more than was asked for. -1 with an error of
 * REBOUND_HTTP_ERROR, and nothing can be taken any more. */
gssize rebound_http_answer_take (ReboundHttpAnswer *self,
                                 const char *bytes,
                                 gsize length_bytes,
                                 GError **error);

/* The stream has ended. FALSE with REBOUND_HTTP_ERROR_CONNECTION where the answer is not complete
 * with that. */
gboolean rebound_http_answer_end (ReboundHttpAnswer *self, GError **error);

/* A byte of it has come, an interim answer's included. */
gboolean rebound_http_answer_has_begun (ReboundHttpAnswer *self);
gboolean rebound_http_answer_is_complete (ReboundHttpAnswer *self);

/* An answer "100 Continue" has come and nothing final yet. */
gboolean rebound_http_answer_may_continue (ReboundHttpAnswer *self);

/* Of the final answer; NULL until it is there. (transfer none) */
const ReboundHttpHead *rebound_http_answer_get_head (ReboundHttpAnswer *self);

/* The connection can be used again after it. */
gboolean rebound_http_answer_keeps_alive (ReboundHttpAnswer *self);

/* (transfer full): the head of an answer that is complete, which has none any more */
ReboundHttpHead *rebound_http_answer_steal_head (ReboundHttpAnswer *self);

/* (transfer full): the body so far, which is the answer's no more */
GBytes *rebound_http_answer_steal_body (ReboundHttpAnswer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundHttpAnswer, rebound_http_answer_free)

G_END_DECLS
