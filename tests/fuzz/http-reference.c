/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 9112, 6.3 once more, to hold the client's reading against: all of the stream is there, and
 * nothing of a header is understood but the two fields that frame a body. Written from the RFC, and
 * without libsoup, which the client's reading leans on. */

#include "http-reference.h"

#include <string.h>

typedef struct
{
  guint status;
  gboolean is_1_0;
  guint n_lengths;
  guint n_codings;
  guint64 length_bytes;
  gboolean is_chunked;
  gboolean has_bad_length; /* which frames nothing in an interim answer (RFC 9110, 15.2) */
} Fields;

static gboolean
is_named (const char *line, const char *name)
{
  return g_ascii_strncasecmp (line, name, strlen (name)) == 0;
}

/* The value of a line without the blanks around it. (transfer full) */
static char *
dup_value (const char *line, gsize n_bytes)
{
  const char *colon = memchr (line, ':', n_bytes);

  return g_strstrip (g_strndup (colon + 1, n_bytes - (gsize) (colon + 1 - line)));
}

static gboolean
take_field (Fields *fields, const char *line, gsize n_bytes)
{
  g_autofree char *value = NULL;

  if (memchr (line, ':', n_bytes) == NULL || *line == ' ' || *line == '\t')
    return FALSE;
  value = dup_value (line, n_bytes);
  if (is_named (line, "content-length:"))
    {
      fields->n_lengths++;
      if (*value == '\0' || strspn (value, "0123456789") != strlen (value) || strlen (value) > 18)
        fields->has_bad_length = TRUE;
      fields->length_bytes = g_ascii_strtoull (value, NULL, 10);
    }
  else if (is_named (line, "transfer-encoding:"))
    {
      fields->n_codings++;
      fields->is_chunked = g_ascii_strcasecmp (value, "chunked") == 0;
    }
  return TRUE;
}

/* How many bytes the head has, 0 where there is no whole one, or it is none. */
static gsize
read_head (const char *stream, gsize n_bytes, Fields *fields)
{
  const char *end = memmem (stream, n_bytes, "\r\n\r\n", 4);

  memset (fields, 0, sizeof *fields);
  if (end == NULL || end - stream < 12 || !is_named (stream, "HTTP/1."))
    return 0;
  fields->is_1_0 = stream[7] == '0';
  fields->status = (guint) g_ascii_strtoull (stream + 9, NULL, 10);
  for (const char *line = strstr (stream, "\r\n") + 2; line < end + 2;)
    {
      const char *stop = strstr (line, "\r\n");

      if (!take_field (fields, line, (gsize) (stop - line)))
        return 0;
      line = stop + 2;
    }
  return (gsize) (end - stream) + 4;
}

/* The end of what is chunked from @start on, or -1. */
static gssize
read_chunks (const char *stream, gsize n_bytes, gsize start, GByteArray *body)
{
  gsize at = start;

  for (;;)
    {
      const char *line_end = memmem (stream + at, n_bytes - at, "\r\n", 2);
      guint64 size = line_end != NULL ? g_ascii_strtoull (stream + at, NULL, 16) : 0;

      if (line_end == NULL || !g_ascii_isxdigit (stream[at]))
        return -1;
      at = (gsize) (line_end - stream) + 2;
      if (size == 0)
        break;
      if (size > n_bytes - at || n_bytes - at - size < 2
          || memcmp (stream + at + size, "\r\n", 2) != 0)
        return -1;
      g_byte_array_append (body, (const guint8 *) stream + at, (guint) size);
      at += size + 2;
    }
  for (;;)
    {
      const char *line_end = memmem (stream + at, n_bytes - at, "\r\n", 2);
      gboolean is_empty = line_end == stream + at;

      if (line_end == NULL)
        return -1;
      at = (gsize) (line_end - stream) + 2;
      if (is_empty)
        return (gssize) at;
    }
}

/* Rules 1 to 8 of RFC 9112, 6.3, those for requests left out. */
static gssize
read_body (const char *stream,
           gsize n_bytes,
           gsize head_bytes,
           const Fields *fields,
           GByteArray *body,
           gboolean *is_until_close)
{
  gsize rest_bytes = n_bytes - head_bytes;

  if (fields->n_codings > 0)
    return read_chunks (stream, n_bytes, head_bytes, body);
  if (fields->n_lengths > 0)
    {
      if (fields->length_bytes > rest_bytes)
        return -1;
      g_byte_array_append (body, (const guint8 *) stream + head_bytes,
                           (guint) fields->length_bytes);
      return (gssize) (head_bytes + fields->length_bytes);
    }
  *is_until_close = TRUE;
  g_byte_array_append (body, (const guint8 *) stream + head_bytes, (guint) rest_bytes);
  return (gssize) n_bytes;
}

gssize
http_reference_read (const char *stream,
                     gsize n_bytes,
                     gboolean is_to_head,
                     GByteArray *body,
                     gboolean *is_until_close)
{
  g_autofree char *copy = g_malloc (n_bytes + 1);
  gsize start = 0;
  gssize end;
  Fields fields;

  memcpy (copy, stream, n_bytes);
  copy[n_bytes] = '\0'; /* for strstr(), which never gets there */
  do
    {
      gsize head_bytes = read_head (copy + start, n_bytes - start, &fields);

      if (head_bytes == 0)
        return -1;
      start += head_bytes;
    }
  while (fields.status < 200);
  if (fields.has_bad_length || fields.n_lengths + fields.n_codings > 1
      || (fields.n_codings > 0 && (!fields.is_chunked || fields.is_1_0)))
    return -1;
  if (is_to_head || fields.status == 204 || fields.status == 304)
    return (gssize) start;
  end = read_body (copy, n_bytes, start, &fields, body, is_until_close);
  return end;
}
