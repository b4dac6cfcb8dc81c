/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An answer, from its first byte to its last. Where it ends is what matters most: bytes that come
 * after it were not asked for, and belong to no request. Nothing is kept for longer than it takes
 * to know that it is too large. */

#include "rebound-http-answer-private.h"

#include <string.h>

#include "rebound-http-chunks-private.h"

typedef enum
{
  IN_HEAD,
  IN_BODY,
  COMPLETE,
  FAILED,
} Phase;

struct _ReboundHttpAnswer
{
  gboolean is_to_head;
  ReboundHttpLimits limits;

  Phase phase;
  gboolean has_begun;
  gboolean may_continue;
  GString *text;         /* of the head that is being read */
  gsize interim_bytes;   /* of the heads before it */
  ReboundHttpHead *head; /* of the final answer */
  ReboundHttpFraming framing;
  guint64 left_bytes; /* of a body whose length is known */
  ReboundHttpChunks chunks;
  GByteArray *body;
};

ReboundHttpAnswer *
rebound_http_answer_new (gboolean is_to_head, const ReboundHttpLimits *limits)
{
  ReboundHttpAnswer *self = g_new0 (ReboundHttpAnswer, 1);

  self->is_to_head = is_to_head;
  self->limits = *limits;
  self->text = g_string_new (NULL);
  self->body = g_byte_array_new ();
  rebound_http_chunks_init (&self->chunks, limits->head_bytes);
  return self;
}

void
rebound_http_answer_free (ReboundHttpAnswer *self)
{
  rebound_http_chunks_clear (&self->chunks);
  g_clear_pointer (&self->head, rebound_http_head_free);
  g_string_free (self->text, TRUE);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_free (self);
}

/* -- the head -- */

static gboolean
begin_body (ReboundHttpAnswer *self, GError **error)
{
  if (!rebound_http_head_decide_framing (self->head, self->is_to_head, &self->framing,
                                         &self->left_bytes, error))
    return FALSE;
  if (self->framing == REBOUND_HTTP_FRAMING_LENGTH && self->left_bytes > self->limits.body_bytes)
    {
      g_set_error (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_TOO_LARGE,
                   "the answer's body has %" G_GUINT64_FORMAT " bytes, and the limit is "
                   "%" G_GUINT64_FORMAT,
                   self->left_bytes, self->limits.body_bytes);
      return FALSE;
    }
  self->phase = self->framing == REBOUND_HTTP_FRAMING_NONE
                        || (self->framing == REBOUND_HTTP_FRAMING_LENGTH && self->left_bytes == 0)
                    ? COMPLETE
                    : IN_BODY;
  return TRUE;
}

/* We never ask for another protocol, so nobody may switch to one. */
static gboolean
pass_interim (ReboundHttpAnswer *self, GError **error)
{
  guint status = self->head->status;

  g_clear_pointer (&self->head, rebound_http_head_free);
  self->may_continue = status == SOUP_STATUS_CONTINUE || self->may_continue;
  self->interim_bytes += self->text->len;
  g_string_truncate (self->text, 0);
  if (status != SOUP_STATUS_SWITCHING_PROTOCOLS)
    return TRUE;
  g_set_error_literal (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_MALFORMED,
                       "the answer switches to another protocol, which nobody has asked for");
  return FALSE;
}

static gboolean
take_head (ReboundHttpAnswer *self, GError **error)
{
  self->head = rebound_http_head_parse (self->text->str, self->text->len, error);
  if (self->head == NULL)
    return FALSE;
  if (rebound_http_head_is_interim (self->head))
    return pass_interim (self, error);
  g_string_truncate (self->text, 0);
  return begin_body (self, error);
}

/* What is no HTTP is known by its first bytes: nobody waits for an empty line in it. Those over the
 * limit are not looked at, so that which error it is does not hang on how the bytes came. */
static gboolean
looks_like_http (ReboundHttpAnswer *self)
{
  const char *start = "HTTP/1.";
  gsize looked_at_bytes = MIN (self->text->len, self->limits.head_bytes - self->interim_bytes + 1);

  return strncmp (self->text->str, start, MIN (looked_at_bytes, strlen (start))) == 0;
}

/* Up to the end of the head, or of what there is. */
static gssize
take_text (ReboundHttpAnswer *self, const char *bytes, gsize length_bytes, GError **error)
{
  gsize before_bytes = self->text->len;
  gsize search_from = before_bytes > 3 ? before_bytes - 3 : 0;
  gsize head_bytes;
  const char *end;

  g_string_append_len (self->text, bytes, (gssize) length_bytes);
  end = memmem (self->text->str + search_from, self->text->len - search_from, "\r\n\r\n", 4);
  head_bytes = end != NULL ? (gsize) (end - self->text->str) + 4 : self->text->len;
  if (!looks_like_http (self))
    {
      g_set_error_literal (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_MALFORMED,
                           "the answer does not begin with “HTTP/1.”");
      return -1;
    }
  if (self->interim_bytes + head_bytes > self->limits.head_bytes)
    {
      g_set_error (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_TOO_LARGE,
                   "the answer's head is larger than the limit of %" G_GSIZE_FORMAT " bytes",
                   self->limits.head_bytes);
      return -1;
    }
  g_string_truncate (self->text, head_bytes);
  if (end != NULL && !take_head (self, error))
    return -1;
  return (gssize) (head_bytes - before_bytes);
}

/* -- the body -- */

static gboolean
add_to_body (ReboundHttpAnswer *self, const char *bytes, gsize length_bytes, GError **error)
{
  if (self->body->len + (guint64) length_bytes > self->limits.body_bytes)
    {
      g_set_error (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_TOO_LARGE,
                   "the answer's body is larger than the limit of %" G_GUINT64_FORMAT " bytes",
                   self->limits.body_bytes);
      return FALSE;
    }
  g_byte_array_append (self->body, (const guint8 *) bytes, (guint) length_bytes);
  return TRUE;
}

static gssize
take_chunks (ReboundHttpAnswer *self, const char *bytes, gsize length_bytes, GError **error)
{
  const char *data;
  gsize data_bytes;
  gssize taken_bytes
      = rebound_http_chunks_take (&self->chunks, bytes, length_bytes, &data, &data_bytes, error);

  if (taken_bytes < 0 || !add_to_body (self, data, data_bytes, error))
    return -1;
  if (self->chunks.state == REBOUND_HTTP_CHUNKS_DONE)
    self->phase = COMPLETE;
  return taken_bytes;
}

static gssize
take_body (ReboundHttpAnswer *self, const char *bytes, gsize length_bytes, GError **error)
{
  gsize taken_bytes = length_bytes;

  if (self->framing == REBOUND_HTTP_FRAMING_CHUNKED)
    return take_chunks (self, bytes, length_bytes, error);
  if (self->framing == REBOUND_HTTP_FRAMING_LENGTH)
    taken_bytes = (gsize) MIN (self->left_bytes, length_bytes);
  if (!add_to_body (self, bytes, taken_bytes, error))
    return -1;
  if (self->framing == REBOUND_HTTP_FRAMING_LENGTH)
    {
      self->left_bytes -= taken_bytes;
      if (self->left_bytes == 0)
        self->phase = COMPLETE;
    }
  return (gssize) taken_bytes;
}

gssize
rebound_http_answer_take (ReboundHttpAnswer *self,
                          const char *bytes,
                          gsize length_bytes,
                          GError **error)
{
  gsize done_bytes = 0;

  self->has_begun = self->has_begun || length_bytes > 0;
  while (done_bytes < length_bytes && (self->phase == IN_HEAD || self->phase == IN_BODY))
    {
      const char *rest = bytes + done_bytes;
      gsize rest_bytes = length_bytes - done_bytes;
      gssize taken_bytes = self->phase == IN_HEAD ? take_text (self, rest, rest_bytes, error)
                                                  : take_body (self, rest, rest_bytes, error);

      if (taken_bytes < 0)
        {
          self->phase = FAILED;
          return -1;
        }
      done_bytes += (gsize) taken_bytes;
    }
  return (gssize) done_bytes;
}

/* -- the end -- */

static char *
describe_lack (ReboundHttpAnswer *self)
{
  if (!self->has_begun)
    return g_strdup ("before a byte of the answer had come");
  if (self->phase == IN_HEAD)
    return g_strdup ("within the answer's head");
  if (self->framing == REBOUND_HTTP_FRAMING_LENGTH)
    return g_strdup_printf ("%" G_GUINT64_FORMAT " bytes before the end of the answer",
                            self->left_bytes);
  return g_strdup ("within the answer's chunks");
}

gboolean
rebound_http_answer_end (ReboundHttpAnswer *self, GError **error)
{
  g_autofree char *lack = NULL;

  if (self->phase == IN_BODY && self->framing == REBOUND_HTTP_FRAMING_UNTIL_CLOSE)
    self->phase = COMPLETE;
  if (self->phase == COMPLETE)
    return TRUE;
  lack = describe_lack (self);
  self->phase = FAILED;
  g_set_error (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_CONNECTION, "the connection ended %s",
               lack);
  return FALSE;
}

gboolean
rebound_http_answer_has_begun (ReboundHttpAnswer *self)
{
  return self->has_begun;
}

gboolean
rebound_http_answer_is_complete (ReboundHttpAnswer *self)
{
  return self->phase == COMPLETE;
}

gboolean
rebound_http_answer_may_continue (ReboundHttpAnswer *self)
{
  return self->may_continue && self->head == NULL;
}

const ReboundHttpHead *
rebound_http_answer_get_head (ReboundHttpAnswer *self)
{
  return self->head;
}

/* A body that ends with the connection has used it up. */
gboolean
rebound_http_answer_keeps_alive (ReboundHttpAnswer *self)
{
  return self->phase == COMPLETE && self->framing != REBOUND_HTTP_FRAMING_UNTIL_CLOSE
         && rebound_http_head_keeps_alive (self->head);
}

ReboundHttpHead *
rebound_http_answer_steal_head (ReboundHttpAnswer *self)
{
  return g_steal_pointer (&self->head);
}

GBytes *
rebound_http_answer_steal_body (ReboundHttpAnswer *self)
{
  GBytes *body = g_byte_array_free_to_bytes (g_steal_pointer (&self->body));

  self->body = g_byte_array_new ();
  return body;
}
