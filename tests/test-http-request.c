/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a request looks like on the wire, and what is refused before it gets there: whatever could
 * make two requests of one. */

#include "net/rebound-http-request-private.h"

#include <glib.h>
#include <string.h>

static void
test_wire (void)
{
  static const struct
  {
    const char *method;
    const char *uri;
    const char *body;
    const char *expected; /* lines, without their ends */
  } cases[] = {
    { "GET", "http://example.org", NULL, "GET / HTTP/1.1|Host: example.org||" },
    { "GET", "http://example.org:80/", NULL, "GET / HTTP/1.1|Host: example.org||" },
    { "GET", "HTTP://example.org:8080/a%20b?c=d&e#f", NULL,
      "GET /a%20b?c=d&e HTTP/1.1|Host: example.org:8080||" },
    { "GET", "http://[::1]:30000/", NULL, "GET / HTTP/1.1|Host: [::1]:30000||" },
    { "GET", "http://127.0.0.1/?", NULL, "GET /? HTTP/1.1|Host: 127.0.0.1||" },
    { "HEAD", "http://h/x", NULL, "HEAD /x HTTP/1.1|Host: h||" },
    { "DELETE", "http://h/x", NULL, "DELETE /x HTTP/1.1|Host: h||" },
    { "POST", "http://h/x", "hello", "POST /x HTTP/1.1|Host: h|Content-Length: 5||" },
    { "POST", "http://h/x", NULL, "POST /x HTTP/1.1|Host: h|Content-Length: 0||" },
    { "PUT", "http://h/x", "", "PUT /x HTTP/1.1|Host: h|Content-Length: 0||" },
  };

  g_test_summary ("method, target, host and length");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ReboundHttpRequest) request
          = rebound_http_request_new (cases[i].method, cases[i].uri, &error);
      g_autoptr (GBytes) body = NULL;
      GString *head;

      g_assert_no_error (error);
      if (cases[i].body != NULL)
        body = g_bytes_new_static (cases[i].body, strlen (cases[i].body));
      rebound_http_request_set_body (request, body, NULL);
      head = rebound_http_request_to_head (request, FALSE, FALSE);
      g_string_replace (head, "\r\n", "|", 0);
      g_assert_cmpstr (head->str, ==, cases[i].expected);
      g_string_free (head, TRUE);
    }
}

static void
test_headers (void)
{
  g_autoptr (ReboundHttpRequest) request = rebound_http_request_new ("POST", "http://h/", NULL);
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  g_autoptr (GError) error = NULL;
  GString *head;

  g_test_summary ("the program's own header fields, and the client's");
  rebound_http_request_set_body (request, body, "application/json");
  g_assert_true (rebound_http_request_set_header (request, "X-Request", "1", &error));
  g_assert_true (rebound_http_request_set_header (request, "x-request", "2", &error));
  head = rebound_http_request_to_head (request, TRUE, TRUE);
  g_string_replace (head, "\r\n", "|", 0);
  g_assert_cmpstr (head->str, ==,
                   "POST / HTTP/1.1|Host: h|Content-Length: 2|Connection: close|"
                   "Expect: 100-continue|Content-Type: application/json|x-request: 2||");
  g_string_free (head, TRUE);
}

static void
test_refused_headers (void)
{
  static const struct
  {
    const char *name;
    const char *value;
    const char *expected;
  } cases[] = {
    { "X Y", "1", "“X Y” cannot be the name of a header field" },
    { "", "1", "“” cannot be the name*" },
    { "X:", "1", "“X:” cannot be the name*" },
    { "X\r\nY", "1", "*cannot be the name*" },
    { "X", "1\r\nY: 2", "the value of X has a line end or another control character" },
    { "X", "\x7f", "the value of X has a line end*" },
    { "host", "other", "host is the client's to set" },
    { "Content-Length", "5", "Content-Length is the client's to set" },
    { "transfer-encoding", "chunked", "transfer-encoding is the client's to set" },
    { "Connection", "close", "Connection is the client's to set" },
    { "Expect", "100-continue", "Expect is the client's to set" },
  };
  g_autoptr (ReboundHttpRequest) request = rebound_http_request_new ("GET", "http://h/", NULL);

  g_test_summary ("what would make two requests of one, or end it elsewhere");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      GString *head;

      g_assert_false (
          rebound_http_request_set_header (request, cases[i].name, cases[i].value, &error));
      g_assert_error (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_REQUEST);
      if (!g_pattern_match_simple (cases[i].expected, error->message))
        g_test_fail_printf ("expected “%s”, was “%s”", cases[i].expected, error->message);
      head = rebound_http_request_to_head (request, FALSE, FALSE);
      g_assert_cmpstr (head->str, ==, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      g_string_free (head, TRUE);
    }
}

static void
test_refused (void)
{
  static const struct
  {
    const char *method;
    const char *uri;
    const char *expected;
  } cases[] = {
    { "get", "http://h/", "the method “get” is none of GET, HEAD, POST, PUT, DELETE" },
    { "GET / HTTP/1.1\r\nX:", "http://h/", "the method “*” is none of*" },
    { "TRACE", "http://h/", "the method “TRACE” is none of*" },
    { "GET", "https://h/", "“https://h/” is not of the scheme http, the only one there is" },
    { "GET", "/x", "“/x” is no URI: *" },
    { "GET", "http:///x", "“http:///x” has no host" },
    { "GET", "http://me:pw@h/", "“http://me:pw@h/” has a user's name*" },
    { "GET", "http://h:70000/", "“http://h:70000/” is no URI: *" },
    { "GET", "http://h:0/", "“http://h:0/” has the port 0" },
    { "GET", "http://h/a b", "“http://h/a b” has a character that must be percent-encoded" },
    { "GET", "http://h/a\r\nX: y", "“*” has a character that *" },
    { "GET", "http://h/?a\nb", "“*” has a character that *" },
    { "GET", "http://h/\xff", "*" },
    { "GET", "http://h\r\nX/", "*" },
    { "GET", "", "“” is no URI: *" },
  };

  g_test_summary ("methods and URIs that cannot be sent");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ReboundHttpRequest) request
          = rebound_http_request_new (cases[i].method, cases[i].uri, &error);

      if (request != NULL)
        {
          g_test_fail_printf ("%s %s is taken", cases[i].method, cases[i].uri);
          continue;
        }
      g_assert_error (error, REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_REQUEST);
      if (!g_pattern_match_simple (cases[i].expected, error->message))
        g_test_fail_printf ("expected “%s”, was “%s”", cases[i].expected, error->message);
    }
}

static void
test_methods (void)
{
  static const struct
  {
    const char *method;
    gboolean is_idempotent;
  } cases[] = {
    { "GET", TRUE }, { "HEAD", TRUE }, { "PUT", TRUE }, { "DELETE", TRUE }, { "POST", FALSE }
  };

  g_test_summary ("what may be sent twice");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ReboundHttpRequest) request
          = rebound_http_request_new (cases[i].method, "http://h/", NULL);

      g_assert_cmpint (rebound_http_request_is_idempotent (request), ==, cases[i].is_idempotent);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-request/wire", test_wire);
  g_test_add_func ("/http-request/headers", test_headers);
  g_test_add_func ("/http-request/refused-headers", test_refused_headers);
  g_test_add_func ("/http-request/refused", test_refused);
  g_test_add_func ("/http-request/methods", test_methods);
  return g_test_run ();
}
