/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-http-answer-private.h"
#include "rebound-http-request.h"

G_BEGIN_DECLS

struct _ReboundHttpRequest
{
  GObject parent_instance;

  char *method;
  GUri *uri;
  char *text;      /* the URI as it was given */
  char *authority; /* "127.0.0.1:30000", "[::1]", "example.org" */
  char *origin;    /* "http://host:port" */
  guint16 port;
  SoupMessageHeaders *headers;
  GBytes *body; /* nullable */
  gint64 timeout_usec;

  /* As it stands. */
  guint number;
  guint connection;
  guint tries;
  gint64 began_usec;      /* when it was given to the client */
  gint64 first_byte_usec; /* from then to the answer's first byte; -1: none has come */
  ReboundHttpHead *head;  /* of the answer */
  GBytes *answer_body;
};

/* RFC 9110, 9.2.2: to do it twice is to do it once. */
gboolean rebound_http_request_is_idempotent (ReboundHttpRequest *self);
gboolean rebound_http_request_is_to_head (ReboundHttpRequest *self);

/* The head of the request; the body follows it, at once or when the server says so
 * (@expects_continue). (transfer full) */
GString *
rebound_http_request_to_head (ReboundHttpRequest *self, gboolean closes, gboolean expects_continue);

/* What came, of an answer that is complete. */
void rebound_http_request_take_answer (ReboundHttpRequest *self, ReboundHttpAnswer *answer);

G_END_DECLS
