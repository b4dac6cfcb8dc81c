/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A request is what a program asks for, not how it is brought there: it knows of no connection but
 * the number of the one that was used. What would make two requests of one on the wire, a line end
 * in a value, say, is refused when it is set. */

#include "rebound-http-request-private.h"

#include <string.h>

#include "rebound-bytes-private.h"

G_DEFINE_FINAL_TYPE (ReboundHttpRequest, rebound_http_request, G_TYPE_OBJECT)

#define HTTP_PORT 80

/* What the head of a request has as a rule: a line or two of a hundred bytes. */
#define HEAD_BYTES 256

static const struct
{
  const char *name;
  gboolean is_idempotent;
} methods[] = {
  { "GET", TRUE }, { "HEAD", TRUE }, { "PUT", TRUE }, { "DELETE", TRUE }, { "POST", FALSE },
};

/* Of the client: they say where the message ends, and what becomes of the connection. */
static const char *const own_headers[]
    = { "Host", "Content-Length", "Transfer-Encoding", "Connection", "Expect", NULL };

static void
rebound_http_request_finalize (GObject *object)
{
  ReboundHttpRequest *self = REBOUND_HTTP_REQUEST (object);

  g_free (self->method);
  g_clear_pointer (&self->uri, g_uri_unref);
  g_free (self->text);
  g_free (self->authority);
  g_free (self->origin);
  g_clear_pointer (&self->headers, rebound_soup.message_headers_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->head, rebound_http_head_free);
  g_clear_pointer (&self->answer_body, g_bytes_unref);
  G_OBJECT_CLASS (rebound_http_request_parent_class)->finalize (object);
}

static void
rebound_http_request_class_init (ReboundHttpRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_http_request_finalize;
}

static void
rebound_http_request_init (ReboundHttpRequest *self)
{
  self->timeout_usec = REBOUND_HTTP_TIMEOUT_USEC;
  self->first_byte_usec = -1;
}

/* -- what is asked for -- */

G_GNUC_PRINTF (2, 3)
static gboolean
refuse (GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_REQUEST, format, arguments);
  va_end (arguments);
  return FALSE;
}

static gboolean
check_method (const char *method, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (method, methods[i].name) == 0)
      return TRUE;
  return refuse (error, "the method “%s” is none of GET, HEAD, POST, PUT, DELETE", method);
}

/* GUri lets through what would break the first line of the request. */
static gboolean
is_visible (const char *text)
{
  for (; text != NULL && *text != '\0'; text++)
    if (!g_ascii_isgraph (*text))
      return FALSE;
  return TRUE;
}

/* As it can be shown: whatever it has in it. (transfer full) */
static char *
dup_shown (const char *text)
{
  g_autofree char *valid = rebound_bytes_dup_text (text, strlen (text));

  return rebound_bytes_dup_line (valid);
}

/* What is wrong with it; NULL: nothing. */
static const char *
find_fault (GUri *uri, const char *text)
{
  if (strcmp (g_uri_get_scheme (uri), "http") != 0)
    return "is not of the scheme http, the only one there is";
  if (g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    return "has no host";
  if (g_uri_get_userinfo (uri) != NULL)
    return "has a user's name, which is not sent: set an Authorization header";
  if (!is_visible (text))
    return "has a character that must be percent-encoded";
  return g_uri_get_port (uri) == 0 ? "has the port 0" : NULL;
}

/* The path and the query are sent as they stand. */
static GUri *
parse_uri (const char *text, GError **error)
{
  g_autoptr (GError) why = NULL;
  g_autoptr (GUri) uri = g_uri_parse (text,
                                      G_URI_FLAGS_ENCODED_PATH | G_URI_FLAGS_ENCODED_QUERY
                                          | G_URI_FLAGS_SCHEME_NORMALIZE,
                                      &why);
  const char *fault = uri != NULL ? find_fault (uri, text) : NULL;
  g_autofree char *shown = NULL;

  if (uri != NULL && fault == NULL)
    return g_steal_pointer (&uri);
  shown = dup_shown (text);
  if (uri == NULL)
    refuse (error, "“%s” is no URI: %s", shown, why->message);
  else
    refuse (error, "“%s” %s", shown, fault);
  return NULL;
}

/* As the Host field has it: without the port that everybody knows. An IPv6 address is in brackets
 * wherever a port may follow. */
static char *
dup_authority (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  gboolean is_address = strchr (host, ':') != NULL;
  int port = g_uri_get_port (uri);
  char port_text[8] = "";

  if (port > 0 && port != HTTP_PORT)
    g_snprintf (port_text, sizeof port_text, ":%d", port);
  return g_strconcat (is_address ? "[" : "", host, is_address ? "]" : "", port_text, NULL);
}

ReboundHttpRequest *
rebound_http_request_new (const char *method, const char *uri, GError **error)
{
  g_autoptr (ReboundHttpRequest) self = NULL;
  g_autoptr (GUri) parsed = NULL;

  g_return_val_if_fail (method != NULL, NULL);
  g_return_val_if_fail (uri != NULL, NULL);

  if (!rebound_soup_load (error) || !check_method (method, error))
    return NULL;
  parsed = parse_uri (uri, error);
  if (parsed == NULL)
    return NULL;
  self = g_object_new (REBOUND_TYPE_HTTP_REQUEST, NULL);
  self->headers = rebound_soup.message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  self->authority = dup_authority (parsed);
  self->method = g_strdup (method);
  self->text = g_strdup (uri);
  self->port = (guint16) (g_uri_get_port (parsed) > 0 ? g_uri_get_port (parsed) : HTTP_PORT);
  self->origin
      = g_strconcat ("http://", self->authority, self->port == HTTP_PORT ? ":80" : "", NULL);
  self->uri = g_steal_pointer (&parsed);
  return g_steal_pointer (&self);
}

/* RFC 9110, 5.6.2: what a field may be called. */
static gboolean
is_token (const char *text)
{
  return *text != '\0'
         && text[strspn (text, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
                == '\0';
}

static gboolean
is_one_line (const char *text)
{
  for (; *text != '\0'; text++)
    if (((guint8) *text < 0x20 && *text != '\t') || *text == '\x7f')
      return FALSE;
  return TRUE;
}

static gboolean
is_own_header (const char *name)
{
  for (gsize i = 0; own_headers[i] != NULL; i++)
    if (g_ascii_strcasecmp (name, own_headers[i]) == 0)
      return TRUE;
  return FALSE;
}

gboolean
rebound_http_request_set_header (ReboundHttpRequest *self,
                                 const char *name,
                                 const char *value,
                                 GError **error)
{
  g_return_val_if_fail (REBOUND_IS_HTTP_REQUEST (self), FALSE);
  g_return_val_if_fail (name != NULL && value != NULL, FALSE);

  if (!is_token (name))
    return refuse (error, "“%s” cannot be the name of a header field", name);
  if (!is_one_line (value))
    return refuse (error, "the value of %s has a line end or another control character", name);
  if (is_own_header (name))
    return refuse (error, "%s is the client's to set", name);
  rebound_soup.message_headers_replace (self->headers, name, value);
  return TRUE;
}

void
rebound_http_request_set_body (ReboundHttpRequest *self, GBytes *body, const char *content_type)
{
  g_return_if_fail (REBOUND_IS_HTTP_REQUEST (self));
  g_return_if_fail (content_type == NULL || is_one_line (content_type));

  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  if (content_type != NULL)
    rebound_soup.message_headers_replace (self->headers, "Content-Type", content_type);
}

void
rebound_http_request_set_timeout_usec (ReboundHttpRequest *self, gint64 timeout_usec)
{
  g_return_if_fail (REBOUND_IS_HTTP_REQUEST (self));
  g_return_if_fail (timeout_usec > 0);

  self->timeout_usec = timeout_usec;
}

/* -- on the wire -- */

gboolean
rebound_http_request_is_idempotent (ReboundHttpRequest *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (self->method, methods[i].name) == 0)
      return methods[i].is_idempotent;
  return FALSE;
}

gboolean
rebound_http_request_is_to_head (ReboundHttpRequest *self)
{
  return strcmp (self->method, "HEAD") == 0;
}

static void
append_header (const char *name, const char *value, gpointer text)
{
  g_string_append (text, name);
  g_string_append (text, ": ");
  g_string_append (text, value);
  g_string_append (text, "\r\n");
}

/* RFC 9110, 8.6: a method that means to send a body says so even where there is none. */
static gboolean
has_length (ReboundHttpRequest *self)
{
  return self->body != NULL || strcmp (self->method, "POST") == 0
         || strcmp (self->method, "PUT") == 0;
}

/* Without printf(), which costs more than all the rest of a head. */
static void
append_all (GString *text, const char *const *parts)
{
  for (; *parts != NULL; parts++)
    g_string_append (text, *parts);
}

GString *
rebound_http_request_to_head (ReboundHttpRequest *self, gboolean closes, gboolean expects_continue)
{
  const char *path = g_uri_get_path (self->uri);
  const char *query = g_uri_get_query (self->uri);
  const char *const first_lines[] = { self->method,
                                      " ",
                                      *path != '\0' ? path : "/",
                                      query != NULL ? "?" : "",
                                      query != NULL ? query : "",
                                      " HTTP/1.1\r\nHost: ",
                                      self->authority,
                                      "\r\n",
                                      NULL };
  GString *text = g_string_sized_new (HEAD_BYTES);

  append_all (text, first_lines);
  if (has_length (self))
    g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\n",
                            self->body != NULL ? g_bytes_get_size (self->body) : 0);
  if (closes)
    g_string_append (text, "Connection: close\r\n");
  if (expects_continue)
    g_string_append (text, "Expect: 100-continue\r\n");
  rebound_soup.message_headers_foreach (self->headers, append_header, text);
  g_string_append (text, "\r\n");
  return text;
}

/* -- the answer -- */

void
rebound_http_request_take_answer (ReboundHttpRequest *self, ReboundHttpAnswer *answer)
{
  g_clear_pointer (&self->head, rebound_http_head_free);
  g_clear_pointer (&self->answer_body, g_bytes_unref);
  self->head = rebound_http_answer_steal_head (answer);
  self->answer_body = rebound_http_answer_steal_body (answer);
}

guint
rebound_http_request_get_status (ReboundHttpRequest *self)
{
  g_return_val_if_fail (REBOUND_IS_HTTP_REQUEST (self), 0);

  return self->head != NULL ? self->head->status : 0;
}

const char *
rebound_http_request_get_answer_header (ReboundHttpRequest *self, const char *name)
{
  g_return_val_if_fail (REBOUND_IS_HTTP_REQUEST (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return self->head != NULL ? rebound_soup.message_headers_get_list (self->head->headers, name)
                            : NULL;
}

GBytes *
rebound_http_request_get_answer_body (ReboundHttpRequest *self)
{
  g_return_val_if_fail (REBOUND_IS_HTTP_REQUEST (self), NULL);

  return self->answer_body;
}

guint
rebound_http_request_get_number (ReboundHttpRequest *self)
{
  g_return_val_if_fail (REBOUND_IS_HTTP_REQUEST (self), 0);

  return self->number;
}

guint
rebound_http_request_get_connection (ReboundHttpRequest *self)
{
  g_return_val_if_fail (REBOUND_IS_HTTP_REQUEST (self), 0);

  return self->connection;
}

guint
rebound_http_request_get_tries (ReboundHttpRequest *self)
{
  g_return_val_if_fail (REBOUND_IS_HTTP_REQUEST (self), 0);

  return self->tries;
}
