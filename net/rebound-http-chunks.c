/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Chunks: a size in hexadecimal, so many bytes, and again; a size of zero and a trailer end it. As
 * with the head, leniency here makes a place where two programs read two different answers: a size
 * is digits and nothing else, and its line and its data end with CR LF. Extensions and trailers are
 * read and dropped, but not without end. */

#include "rebound-http-chunks-private.h"

#include <string.h>

/* 15 digits of four bits are less than 2^63. */
#define MAXIMUM_SIZE_DIGITS 15

void
rebound_http_chunks_init (ReboundHttpChunks *self, gsize extra_limit_bytes)
{
  *self
      = (ReboundHttpChunks){ .line = g_string_new (NULL), .extra_limit_bytes = extra_limit_bytes };
}

void
rebound_http_chunks_clear (ReboundHttpChunks *self)
{
  if (self->line != NULL)
    g_string_free (g_steal_pointer (&self->line), TRUE);
}

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_MALFORMED,
               "the answer's chunks are not as RFC 9112 has them: %s", what);
  return FALSE;
}

static gboolean
take_size (ReboundHttpChunks *self, GError **error)
{
  const char *text = self->line->str;
  gsize digits = strspn (text, "0123456789abcdefABCDEF");
  gsize rest = digits + strspn (text + digits, " \t"); /* "BWS", which RFC 9112 has to be read */

  if (digits == 0 || (text[rest] != '\0' && text[rest] != ';'))
    return refuse (error, "a chunk's size is not a hexadecimal number");
  if (rest > digits && text[rest] == '\0')
    return refuse (error, "a chunk's size is followed by a space");
  if (digits > MAXIMUM_SIZE_DIGITS)
    return refuse (error, "a chunk's size has too many digits");
  self->extra_bytes += self->line->len - digits;
  self->left_bytes = g_ascii_strtoull (text, NULL, 16);
  self->state = self->left_bytes > 0 ? REBOUND_HTTP_CHUNKS_DATA : REBOUND_HTTP_CHUNKS_TRAILER;
  return TRUE;
}

static gboolean
take_line (ReboundHttpChunks *self, GError **error)
{
  switch (self->state)
    {
    case REBOUND_HTTP_CHUNKS_SIZE:
      return take_size (self, error);
    case REBOUND_HTTP_CHUNKS_DATA_END:
      self->state = REBOUND_HTTP_CHUNKS_SIZE;
      return self->line->len == 0
             || refuse (error, "a chunk is followed by something else than CR LF");
    default:
      self->extra_bytes += self->line->len;
      if (self->line->len == 0)
        self->state = REBOUND_HTTP_CHUNKS_DONE;
      return TRUE;
    }
}

/* Up to the end of the line, or to the end of what there is. */
static gssize
take_text (ReboundHttpChunks *self, const char *bytes, gsize length_bytes, GError **error)
{
  const char *end = memchr (bytes, '\n', length_bytes);
  gsize taken_bytes = end != NULL ? (gsize) (end - bytes) + 1 : length_bytes;

  if (self->extra_bytes + self->line->len + taken_bytes > self->extra_limit_bytes)
    {
      g_set_error (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_TOO_LARGE,
                   "what stands between the answer's chunks and behind them is larger than the "
                   "limit of %" G_GSIZE_FORMAT " bytes",
                   self->extra_limit_bytes);
      return -1;
    }
  g_string_append_len (self->line, bytes, (gssize) taken_bytes);
  if (end == NULL)
    return (gssize) taken_bytes;
  if (!g_str_has_suffix (self->line->str, "\r\n") || strlen (self->line->str) != self->line->len)
    {
      refuse (error, "a line does not end with CR LF");
      return -1;
    }
  g_string_truncate (self->line, self->line->len - 2);
  if (strchr (self->line->str, '\r') != NULL)
    {
      refuse (error, "a line has a CR within");
      return -1;
    }
  if (!take_line (self, error))
    return -1;
  g_string_truncate (self->line, 0);
  return (gssize) taken_bytes;
}

gssize
rebound_http_chunks_take (ReboundHttpChunks *self,
                          const char *bytes,
                          gsize length_bytes,
                          const char **data,
                          gsize *data_bytes,
                          GError **error)
{
  *data = bytes;
  *data_bytes = 0;
  if (self->state != REBOUND_HTTP_CHUNKS_DATA)
    return take_text (self, bytes, length_bytes, error);
  *data_bytes = (gsize) MIN (self->left_bytes, length_bytes);
  self->left_bytes -= *data_bytes;
  if (self->left_bytes == 0)
    self->state = REBOUND_HTTP_CHUNKS_DATA_END;
  return (gssize) *data_bytes;
}
