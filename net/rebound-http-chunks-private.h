/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-http-error.h"

G_BEGIN_DECLS

/* A body in chunks (RFC 9112, 7.1), taken apart as it comes. */
typedef enum
{
  REBOUND_HTTP_CHUNKS_SIZE,
  REBOUND_HTTP_CHUNKS_DATA,
  REBOUND_HTTP_CHUNKS_DATA_END,
  REBOUND_HTTP_CHUNKS_TRAILER,
  REBOUND_HTTP_CHUNKS_DONE,
} ReboundHttpChunksState;

typedef struct
{
  ReboundHttpChunksState state;
  guint64 left_bytes; /* of the chunk */
  GString *line;      /* that is not complete yet */
  gsize extra_bytes;  /* of chunk extensions and trailers, which have a limit */
  gsize extra_limit_bytes;
} ReboundHttpChunks;

void rebound_http_chunks_init (ReboundHttpChunks *self, gsize extra_limit_bytes);
void rebound_http_chunks_clear (ReboundHttpChunks *self);

/* Takes the next piece of @bytes; of it @data points at what belongs to the body, which may be
 * nothing. Returns how many bytes were taken, at least one; -1 with an error. Not to be called with
 * nothing, or when it is done. */
gssize rebound_http_chunks_take (ReboundHttpChunks *self,
                                 const char *bytes,
                                 gsize length_bytes,
                                 const char **data,
                                 gsize *data_bytes,
                                 GError **error);

G_END_DECLS
