/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "net/rebound-http-error.h"

G_BEGIN_DECLS

/* What a server sends that means no good, and what becomes of it. */

/* What a client may make of an answer, besides the ReboundHttpError that it fails with. */
#define HTTP_VIOLATION_ANSWERED (-1)

typedef enum
{
  HTTP_VIOLATION_AT_ONCE,
  HTTP_VIOLATION_DRIPS, /* a byte each second */
  HTTP_VIOLATION_LATER, /* what is in “more”, once, when the request is answered */
} HttpViolationPace;

typedef enum
{
  HTTP_VIOLATION_STAYS, /* the connection, on the server's side */
  HTTP_VIOLATION_FIN,
  HTTP_VIOLATION_RST,
} HttpViolationEnd;

typedef struct
{
  const char *group;
  const char *name;
  const char *section; /* of RFC 9112, unless it says another one */
  const char *start;
  gsize start_bytes;
  const char *more; /* sent behind it without end: a gigabyte, unless somebody stops it */
  HttpViolationPace pace;
  HttpViolationEnd end;
  int outcome;        /* ReboundHttpError, or HTTP_VIOLATION_ANSWERED */
  const char *says;   /* the error: a pattern; of an answer "STATUS BODY" */
  gboolean keeps;     /* the next request goes over the same connection */
  const char *method; /* NULL: GET */
} HttpViolation;

extern const HttpViolation http_violations[];
extern const guint n_http_violations;

G_END_DECLS
