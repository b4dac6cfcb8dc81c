/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of an answer. libsoup splits it; but it is lenient, as a browser has to be: it takes the
 * second of two lengths, and unfolds a line that begins with a space into the one before. On a
 * connection that is used again, whoever reads the end of an answer in another place than the
 * server takes the rest for the answer to the next request, which is somebody else's. So every line
 * is looked at first, and what can be read in two ways is refused (RFC 9112, 5.2, 6.3 and 11.2). */

#include "rebound-http-head-private.h"

#include <string.h>

/* What fits into 18 digits fits into 63 bits. */
#define MAXIMUM_LENGTH_DIGITS 18

/* A Keep-Alive header that promises more than a day is taken to promise a day: no server keeps that
 * promise, and microseconds do not overflow. */
#define MAXIMUM_KEEP_ALIVE_SECONDS (24 * 60 * 60)

G_DEFINE_QUARK (rebound - http - error - quark, rebound_http_error)

G_GNUC_PRINTF (2, 3)
static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list arguments;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_MALFORMED,
               "the answer is not HTTP as RFC 9112 has it: %s", what);
  return FALSE;
}

/* -- lines -- */

/* RFC 9110, 5.6.2. */
static gboolean
is_token_character (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

/* RFC 9110, 5.5: visible characters, spaces, tabs, and bytes that mean nothing to us. */
static gboolean
is_field_character (char c)
{
  return c == '\t' || (guint8) c >= 0x20;
}

static gboolean
check_characters (const char *line, gsize length_bytes, GError **error)
{
  for (gsize i = 0; i < length_bytes; i++)
    if (!is_field_character (line[i]) || line[i] == '\x7f')
      return refuse (error, "a line of its head has the control character 0x%02x",
                     (guint8) line[i]);
  return TRUE;
}

/* "HTTP/1.1 200 OK"; the reason may be missing, and the space before it with it. */
static gboolean
check_status_line (const char *line, gsize length_bytes, GError **error)
{
  const gsize status_end = strlen ("HTTP/1.1 200");

  if (length_bytes < status_end || strncmp (line, "HTTP/1.", strlen ("HTTP/1.")) != 0
      || !g_ascii_isdigit (line[7]) || line[8] != ' ' || line[9] < '1' || line[9] > '5'
      || !g_ascii_isdigit (line[10]) || !g_ascii_isdigit (line[11])
      || (length_bytes > status_end && line[status_end] != ' '))
    return refuse (error, "its first line is no status line such as “HTTP/1.1 200 OK”");
  return TRUE;
}

static gboolean
check_field_line (const char *line, gsize length_bytes, GError **error)
{
  gsize name_bytes = 0;

  if (line[0] == ' ' || line[0] == '\t')
    return refuse (error, "a line of its header is folded");
  while (name_bytes < length_bytes && is_token_character (line[name_bytes]))
    name_bytes++;
  if (name_bytes == 0 || name_bytes == length_bytes || line[name_bytes] != ':')
    return refuse (error, "a line of its header does not begin with a name and a colon");
  return TRUE;
}

/* Each line ends with CR LF, the last one is empty. */
static gboolean
check_lines (const char *text, gsize length_bytes, GError **error)
{
  const char *end = text + length_bytes;

  for (const char *line = text; line < end;)
    {
      const char *line_end = memchr (line, '\n', (gsize) (end - line));
      gsize line_bytes;

      if (line_end == NULL || line_end == line || line_end[-1] != '\r')
        return refuse (error, "a line of its head does not end with CR LF");
      line_bytes = (gsize) (line_end - line) - 1;
      if (line_bytes == 0)
        return line_end + 1 == end || refuse (error, "there is something behind its head");
      if (!check_characters (line, line_bytes, error)
          || !(line == text ? check_status_line (line, line_bytes, error)
                            : check_field_line (line, line_bytes, error)))
        return FALSE;
      line = line_end + 1;
    }
  return refuse (error, "its head does not end with an empty line");
}

/* -- the head -- */

ReboundHttpHead *
rebound_http_head_parse (const char *text, gsize length_bytes, GError **error)
{
  g_autoptr (ReboundHttpHead) self = NULL;

  if (!rebound_soup_load (error) || !check_lines (text, length_bytes, error))
    return NULL;
  self = g_new0 (ReboundHttpHead, 1);
  self->headers = rebound_soup.message_headers_new (SOUP_MESSAGE_HEADERS_RESPONSE);
  if (!rebound_soup.headers_parse_response (text, (int) length_bytes, self->headers, &self->version,
                                            &self->status, &self->reason))
    {
      refuse (error, "its head cannot be read");
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
rebound_http_head_free (ReboundHttpHead *self)
{
  g_clear_pointer (&self->headers, rebound_soup.message_headers_unref);
  g_free (self->reason);
  g_free (self);
}

gboolean
rebound_http_head_is_interim (const ReboundHttpHead *self)
{
  return self->status < 200;
}

/* -- framing -- */

static gboolean
take_length (const char *text, guint64 *length_bytes, GError **error)
{
  gsize digits = strspn (text, "0123456789");

  if (digits == 0 || text[digits] != '\0')
    return refuse (error, "its Content-Length is “%s”, which is not one number", text);
  if (digits > MAXIMUM_LENGTH_DIGITS)
    return refuse (error, "its Content-Length has %" G_GSIZE_FORMAT " digits", digits);
  *length_bytes = g_ascii_strtoull (text, NULL, 10);
  return TRUE;
}

gboolean
rebound_http_head_decide_framing (const ReboundHttpHead *self,
                                  gboolean is_to_head,
                                  ReboundHttpFraming *framing,
                                  guint64 *length_bytes,
                                  GError **error)
{
  const char *length = rebound_soup.message_headers_get_list (self->headers, "Content-Length");
  const char *coding = rebound_soup.message_headers_get_list (self->headers, "Transfer-Encoding");

  *length_bytes = 0;
  if (length != NULL && coding != NULL)
    return refuse (error, "it has a Content-Length and a Transfer-Encoding");
  if (coding != NULL && self->version == SOUP_HTTP_1_0)
    return refuse (error, "it is HTTP/1.0 with a Transfer-Encoding");
  if (coding != NULL && g_ascii_strcasecmp (coding, "chunked") != 0)
    return refuse (error, "its Transfer-Encoding is “%s”, and not chunked", coding);
  if (length != NULL && !take_length (length, length_bytes, error))
    return FALSE;
  if (is_to_head || self->status < 200 || self->status == SOUP_STATUS_NO_CONTENT
      || self->status == SOUP_STATUS_NOT_MODIFIED)
    *framing = REBOUND_HTTP_FRAMING_NONE;
  else if (coding != NULL)
    *framing = REBOUND_HTTP_FRAMING_CHUNKED;
  else
    *framing = length != NULL ? REBOUND_HTTP_FRAMING_LENGTH : REBOUND_HTTP_FRAMING_UNTIL_CLOSE;
  return TRUE;
}

/* -- keep-alive -- */

gboolean
rebound_http_head_keeps_alive (const ReboundHttpHead *self)
{
  if (rebound_soup.message_headers_header_contains (self->headers, "Connection", "close"))
    return FALSE;
  return self->version != SOUP_HTTP_1_0
         || rebound_soup.message_headers_header_contains (self->headers, "Connection",
                                                          "keep-alive");
}

static gint64
get_number (GHashTable *parameters, const char *name, gint64 maximum)
{
  const char *text = g_hash_table_lookup (parameters, name);
  guint64 number;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &number, NULL))
    return -1;
  return MIN ((gint64) number, maximum);
}

gboolean
rebound_http_head_get_keep_alive (const ReboundHttpHead *self, ReboundHttpKeepAlive *keep_alive)
{
  const char *text = rebound_soup.message_headers_get_list (self->headers, "Keep-Alive");
  GHashTable *parameters;
  gint64 seconds;

  if (text == NULL)
    return FALSE;
  parameters = rebound_soup.header_parse_param_list (text);
  seconds = get_number (parameters, "timeout", MAXIMUM_KEEP_ALIVE_SECONDS);
  keep_alive->timeout_usec = seconds < 0 ? -1 : seconds * G_USEC_PER_SEC;
  keep_alive->max_requests = get_number (parameters, "max", G_MAXUINT32);
  rebound_soup.header_free_param_list (parameters);
  return TRUE;
}
