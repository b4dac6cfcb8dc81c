/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where an answer ends, and what is no answer: each case in one piece, byte by byte, and cut in two
 * at every place, for a stream has no edges. */

#include "net/rebound-http-answer-private.h"

#include <glib.h>
#include <string.h>

#define HEAD_LIMIT_BYTES 512
#define BODY_LIMIT_BYTES 100

typedef struct
{
  const char *name;
  const char *stream;   /* then it ends */
  const char *expected; /* "STATUS, “BODY”, kept or not, how much was left over", or the error */
  gboolean is_to_head;
} Case;

#define OK "HTTP/1.1 200 OK\r\n"

static const Case cases[] = {
  /* RFC 9112, 6.3: the length of a body */
  { "length", OK "Content-Length: 5\r\n\r\nhello", "200 “hello” kept" },
  { "length, and more than was asked for", OK "Content-Length: 5\r\n\r\nhello, world",
    "200 “hello” kept, 7 bytes over" },
  { "length 0", OK "Content-Length: 0\r\n\r\n", "200 “” kept" },
  { "length, cut off", OK "Content-Length: 5\r\n\r\nhel",
    "CONNECTION the connection ended 2 bytes before the end of the answer" },
  { "until close", OK "\r\nhello", "200 “hello” not kept" },
  { "chunked", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\n\r\n",
    "200 “hello, world” kept" },
  { "chunked, with a trailer",
    OK "Transfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n000\r\nDigest: x\r\n\r\nHTTP",
    "200 “0123456789” kept, 4 bytes over" },
  { "chunked, nothing in it", OK "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "200 “” kept" },
  { "chunked, cut off", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "CONNECTION the connection ended within the answer's chunks" },
  { "HEAD has no body", OK "Content-Length: 5\r\n\r\n", "200 “” kept", TRUE },
  { "HEAD has no chunks", OK "Transfer-Encoding: chunked\r\n\r\n", "200 “” kept", TRUE },
  { "204 has no body", "HTTP/1.1 204 No Content\r\n\r\nx", "204 “” kept, 1 bytes over" },
  { "304 has no body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "304 “” kept" },
  { "100 comes before", "HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 2\r\n\r\nhi",
    "200 “hi” kept" },
  { "103 and 102 come before",
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" OK
    "Content-Length: 0\r\n\r\n",
    "200 “” kept" },
  { "100 alone", "HTTP/1.1 100 Continue\r\n\r\n",
    "CONNECTION the connection ended within the answer's head" },
  { "nothing", "", "CONNECTION the connection ended before a byte of the answer had come" },
  { "half a head", OK "Content-Le", "CONNECTION the connection ended within the answer's head" },

  /* RFC 9112, 9.3: whether the connection is kept */
  { "close", OK "Connection: close\r\nContent-Length: 0\r\n\r\n", "200 “” not kept" },
  { "close in a list", OK "Connection: x, Close\r\nContent-Length: 0\r\n\r\n", "200 “” not kept" },
  { "HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "200 “” not kept" },
  { "HTTP/1.0, kept", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n",
    "200 “” kept" },
  { "no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "200 “” kept" },

  /* what can be read in two ways */
  { "two lengths", OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "MALFORMED *its Content-Length is “5, 6”, which is not one number" },
  { "one length twice", OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "MALFORMED *its Content-Length is “5, 5”*" },
  { "a length with a sign", OK "Content-Length: +5\r\n\r\nhello", "MALFORMED *“+5”*" },
  { "a length that is none", OK "Content-Length: \r\n\r\nhello", "MALFORMED *“”*" },
  { "a length too long", OK "Content-Length: 1000000000000000000\r\n\r\n",
    "MALFORMED *has 19 digits" },
  { "a length and chunks", OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "MALFORMED *it has a Content-Length and a Transfer-Encoding" },
  { "another coding", OK "Transfer-Encoding: gzip, chunked\r\n\r\n",
    "MALFORMED *its Transfer-Encoding is “gzip, chunked”, and not chunked" },
  { "chunked twice", OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
    "MALFORMED *“chunked, chunked”*" },
  { "chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "MALFORMED *it is HTTP/1.0 with a Transfer-Encoding" },
  { "a folded line", OK "Transfer-Encoding:\r\n chunked\r\n\r\n",
    "MALFORMED *a line of its header is folded" },
  { "a space before the colon", OK "Content-Length : 5\r\n\r\nhello",
    "MALFORMED *does not begin with a name and a colon" },
  { "no colon", OK "Content-Length\r\n\r\n", "MALFORMED *does not begin with a name and a colon" },
  { "no name", OK ": 5\r\n\r\n", "MALFORMED *does not begin with a name and a colon" },
  { "LF alone", OK "Content-Length: 5\n\r\n\r\n", "MALFORMED *does not end with CR LF" },
  { "a CR within", OK "A: b\rContent-Length: 5\r\n\r\n", "MALFORMED *control character 0x0d" },
  { "a DEL", OK "A: \x7f\r\n\r\n", "MALFORMED *control character 0x7f" },
  { "another protocol", "SSH-2.0-OpenSSH_9.2\r\n", "MALFORMED *does not begin with “HTTP/1.”" },
  { "HTTP/2", "HTTP/2 200\r\n\r\n", "MALFORMED *does not begin with “HTTP/1.”" },
  { "no status", "HTTP/1.1 OK\r\n\r\n", "MALFORMED *is no status line*" },
  { "status 99", "HTTP/1.1 099 Low\r\n\r\n", "MALFORMED *is no status line*" },
  { "status 600", "HTTP/1.1 600 High\r\n\r\n", "MALFORMED *is no status line*" },
  { "status 2000", "HTTP/1.1 2000 Long\r\n\r\n", "MALFORMED *is no status line*" },
  { "an empty line first", "\r\n" OK "\r\n", "MALFORMED *does not begin with “HTTP/1.”" },
  { "101", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "MALFORMED the answer switches to another protocol*" },
  { "a chunk size of nothing", OK "Transfer-Encoding: chunked\r\n\r\n\r\n",
    "MALFORMED *a chunk's size is not a hexadecimal number" },
  { "a chunk size with 0x", OK "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
    "MALFORMED *a chunk's size is not a hexadecimal number" },
  { "a negative chunk", OK "Transfer-Encoding: chunked\r\n\r\n-5\r\n",
    "MALFORMED *a chunk's size is not a hexadecimal number" },
  { "a chunk size that overflows", OK "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "MALFORMED *a chunk's size has too many digits" },
  { "a chunk size and a space", OK "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n",
    "MALFORMED *a chunk's size is followed by a space" },
  { "a chunk that is too long", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n",
    "MALFORMED *a chunk is followed by something else than CR LF" },
  { "a chunk's line ends with LF", OK "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n",
    "MALFORMED *a line does not end with CR LF" },
  { "a chunk's extension with a CR", OK "Transfer-Encoding: chunked\r\n\r\n5;a\rb\r\nhello\r\n",
    "MALFORMED *a line has a CR within" },

  /* limits */
  { "a body of the limit", OK "Content-Length: 100\r\n\r\n%100", "200 “%100” kept" },
  { "a body over the limit", OK "Content-Length: 101\r\n\r\n",
    "TOO_LARGE the answer's body has 101 bytes, and the limit is 100" },
  { "a body over the limit until close", OK "\r\n%101",
    "TOO_LARGE the answer's body is larger than the limit of 100 bytes" },
  { "chunks over the limit", OK "Transfer-Encoding: chunked\r\n\r\n64\r\n%100\r\n1\r\n.\r\n",
    "TOO_LARGE the answer's body is larger than the limit of 100 bytes" },
  { "a head over the limit", OK "A: %500\r\n\r\n",
    "TOO_LARGE the answer's head is larger than the limit of 512 bytes" },
  { "a head without end", OK "A: %600", "TOO_LARGE the answer's head is larger*" },
  { "interim answers without end",
    "HTTP/1.1 100 Continue\r\nA: %200\r\n\r\nHTTP/1.1 100 Continue\r\nA: %300\r\n\r\n",
    "TOO_LARGE the answer's head is larger*" },
  { "a trailer without end", OK "Transfer-Encoding: chunked\r\n\r\n0\r\nA: %300\r\nB: %300",
    "TOO_LARGE what stands between the answer's chunks*" },
  { "extensions without end",
    OK "Transfer-Encoding: chunked\r\n\r\n1;%200\r\na\r\n1;%200\r\na\r\n1;%200\r\na\r\n",
    "TOO_LARGE what stands between the answer's chunks*" },
};

/* "%N" is so many "x". (transfer full) */
static char *
expand (const char *text)
{
  GString *expanded = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c++)
    if (*c == '%')
      for (guint64 n = g_ascii_strtoull (c + 1, (char **) &c, 10), i = (c--, 0); i < n; i++)
        g_string_append_c (expanded, 'x');
    else
      g_string_append_c (expanded, *c);
  return g_string_free (expanded, FALSE);
}

static const char *const error_names[] = { "CONNECT",   "CONNECTION", "MAYBE_DELIVERED",
                                           "TIMED_OUT", "MALFORMED",  "TOO_LARGE",
                                           "REQUEST" };

static char *
describe (ReboundHttpAnswer *answer, gsize over_bytes, const GError *error)
{
  g_autoptr (GBytes) body = NULL;
  GString *text = g_string_new (NULL);

  if (error != NULL)
    {
      g_assert_true (error->domain == REBOUND_HTTP_ERROR);
      g_string_append_printf (text, "%s %s", error_names[error->code], error->message);
      return g_string_free (text, FALSE);
    }
  body = rebound_http_answer_steal_body (answer);
  g_string_append_printf (text, "%u “%.*s” %s", rebound_http_answer_get_head (answer)->status,
                          (int) g_bytes_get_size (body),
                          (const char *) g_bytes_get_data (body, NULL),
                          rebound_http_answer_keeps_alive (answer) ? "kept" : "not kept");
  if (over_bytes > 0)
    g_string_append_printf (text, ", %" G_GSIZE_FORMAT " bytes over", over_bytes);
  return g_string_free (text, FALSE);
}

/* In two pieces where @cut_bytes is within it; 0: byte by byte. */
static void
check (const Case *c, const char *stream, gsize cut_bytes)
{
  const ReboundHttpLimits limits = { HEAD_LIMIT_BYTES, BODY_LIMIT_BYTES };
  g_autoptr (ReboundHttpAnswer) answer = rebound_http_answer_new (c->is_to_head, &limits);
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = expand (c->expected);
  g_autofree char *seen = NULL;
  gsize length_bytes = strlen (stream);
  gsize done_bytes = 0;

  while (done_bytes < length_bytes && error == NULL && !rebound_http_answer_is_complete (answer))
    {
      gsize end_bytes = cut_bytes == 0           ? done_bytes + 1
                        : done_bytes < cut_bytes ? cut_bytes
                                                 : length_bytes;
      gssize taken_bytes
          = rebound_http_answer_take (answer, stream + done_bytes, end_bytes - done_bytes, &error);

      g_assert_true (rebound_http_answer_has_begun (answer));
      if (taken_bytes >= 0)
        done_bytes += (gsize) taken_bytes;
    }
  if (error == NULL)
    rebound_http_answer_end (answer, &error);
  seen = describe (answer, length_bytes - done_bytes, error);
  if (!g_pattern_match_simple (expected, seen))
    g_test_fail_printf ("cut at %" G_GSIZE_FORMAT ": expected “%s”, was “%s”", cut_bytes, expected,
                        seen);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autofree char *stream = expand (c->stream);

  g_test_summary ("in one piece, byte by byte, and cut in two at every place");
  for (gsize cut_bytes = 0; cut_bytes <= strlen (stream); cut_bytes++)
    check (c, stream, cut_bytes);
}

static void
test_keep_alive (void)
{
  static const struct
  {
    const char *text;
    gint64 timeout_usec;
    gint64 max_requests;
  } headers[] = {
    { "Keep-Alive: timeout=5, max=100", 5 * G_USEC_PER_SEC, 100 },
    { "Keep-Alive: timeout=5", 5 * G_USEC_PER_SEC, -1 },
    { "keep-alive: max=7", -1, 7 },
    { "Keep-Alive: timeout=soon, max=-1", -1, -1 },
    { "Keep-Alive: timeout=0", 0, -1 },
    { "Keep-Alive: timeout=4000000000", 24 * 60 * 60 * (gint64) G_USEC_PER_SEC, -1 },
    { "Keep-Alive: timeout=99999999999999999999", -1, -1 },
    { "Keep-Alive: 300", -1, -1 },
  };

  g_test_summary ("how long the server says that it keeps a connection");
  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *text = g_strconcat (OK, headers[i].text, "\r\n\r\n", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (ReboundHttpHead) head = rebound_http_head_parse (text, strlen (text), &error);
      ReboundHttpKeepAlive keep_alive;

      g_assert_no_error (error);
      g_assert_true (rebound_http_head_get_keep_alive (head, &keep_alive));
      g_assert_cmpint (keep_alive.timeout_usec, ==, headers[i].timeout_usec);
      g_assert_cmpint (keep_alive.max_requests, ==, headers[i].max_requests);
    }
}

/* "100 Continue" is what a request with a body waits for. */
static void
test_continue (void)
{
  const ReboundHttpLimits limits = { HEAD_LIMIT_BYTES, BODY_LIMIT_BYTES };
  g_autoptr (ReboundHttpAnswer) answer = rebound_http_answer_new (FALSE, &limits);
  const char *interim = "HTTP/1.1 100 Continue\r\n\r\n";
  const char *final = OK "Content-Length: 0\r\n\r\n";

  g_test_summary ("an interim answer is told from the final one");
  g_assert_false (rebound_http_answer_may_continue (answer));
  rebound_http_answer_take (answer, interim, strlen (interim), NULL);
  g_assert_true (rebound_http_answer_may_continue (answer));
  g_assert_null (rebound_http_answer_get_head (answer));
  rebound_http_answer_take (answer, final, strlen (final), NULL);
  g_assert_false (rebound_http_answer_may_continue (answer));
  g_assert_true (rebound_http_answer_is_complete (answer));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http-answer/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/http-answer/keep-alive", test_keep_alive);
  g_test_add_func ("/http-answer/continue", test_continue);
  return g_test_run ();
}
