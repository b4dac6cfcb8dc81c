/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What three clients do about a request that came to nothing, and how long they keep a connection:
 * every combination by a rule that is written down here a second time, and the originals' cases by
 * hand. */

#include "net/rebound-http-policy-private.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

static const char *const verdicts[] = { "retry", "retry fresh", "fail", "maybe delivered" };

static const int errors[]
    = { 0, ENOTCONN, EPIPE, ECONNRESET, ETIMEDOUT, ECONNABORTED, ECONNREFUSED };

/* As ASIHTTPRequest.m has it in handleStreamError and retryUsingNewConnection. */
static const char *
expect_asi (const ReboundHttpFailure *f)
{
  gboolean lost = f->error_number == 0 && !f->has_answer_begun;

  if (f->error_number != ENOTCONN && f->error_number != EPIPE && !lost)
    return "fail";
  return f->is_first_try ? "retry" : "fail";
}

static const char *
expect_curl (const ReboundHttpFailure *f)
{
  return f->was_reused && !f->has_answer_begun ? "retry fresh" : "fail";
}

/* A POST that was sent is never sent again, whatever else is so. */
static const char *
expect_rebound (const ReboundHttpFailure *f)
{
  if (!f->is_idempotent && f->was_sent)
    return "maybe delivered";
  if (f->was_reused && f->is_first_try && !f->has_answer_begun)
    return "retry fresh";
  return "fail";
}

static void
test_every_failure (void)
{
  const char *(*const expect[]) (const ReboundHttpFailure *)
      = { expect_rebound, expect_asi, expect_curl };

  g_test_summary ("three policies, 32 situations, seven ways to fail");
  for (guint policy = 0; policy < G_N_ELEMENTS (expect); policy++)
    for (guint bits = 0; bits < 32 * G_N_ELEMENTS (errors); bits++)
      {
        const ReboundHttpFailure failure = {
          .is_first_try = (bits & 1) != 0,
          .was_reused = (bits & 2) != 0,
          .was_sent = (bits & 4) != 0,
          .has_answer_begun = (bits & 8) != 0,
          .is_idempotent = (bits & 16) != 0,
          .error_number = errors[bits / 32],
        };
        const char *reason = NULL;
        ReboundHttpVerdict verdict = rebound_http_policy_judge (policy, &failure, &reason);

        g_assert_cmpstr (verdicts[verdict], ==, expect[policy](&failure));
        g_assert_nonnull (reason);
      }
}

/* What people meet, with the reason that they are told. */
static void
test_reasons (void)
{
  static const struct
  {
    ReboundHttpPolicy policy;
    ReboundHttpFailure failure;
    const char *expected;
  } cases[] = {
    { REBOUND_HTTP_POLICY_ASI,
      { TRUE, TRUE, TRUE, FALSE, TRUE, EPIPE },
      "retry: the connection was closed" },
    { REBOUND_HTTP_POLICY_ASI,
      { FALSE, TRUE, TRUE, FALSE, TRUE, EPIPE },
      "fail: it was retried already" },
    { REBOUND_HTTP_POLICY_ASI,
      { TRUE, TRUE, TRUE, FALSE, TRUE, ECONNRESET },
      "fail: this error is not taken for a connection that was closed" },
    { REBOUND_HTTP_POLICY_CURL,
      { TRUE, TRUE, TRUE, FALSE, FALSE, ECONNRESET },
      "retry fresh: the connection had been used before" },
    { REBOUND_HTTP_POLICY_REBOUND,
      { TRUE, TRUE, TRUE, FALSE, TRUE, ECONNRESET },
      "retry fresh: the connection had been used before, and to do it twice is to do it once" },
    { REBOUND_HTTP_POLICY_REBOUND,
      { TRUE, TRUE, FALSE, FALSE, FALSE, EPIPE },
      "retry fresh: not a byte of it was sent" },
    { REBOUND_HTTP_POLICY_REBOUND,
      { TRUE, TRUE, TRUE, FALSE, FALSE, ECONNRESET },
      "maybe delivered: the server may have acted on it" },
    { REBOUND_HTTP_POLICY_REBOUND,
      { TRUE, TRUE, TRUE, TRUE, TRUE, ECONNRESET },
      "fail: a part of the answer had come" },
    { REBOUND_HTTP_POLICY_REBOUND,
      { TRUE, FALSE, TRUE, FALSE, TRUE, ECONNRESET },
      "fail: the connection was fresh" },
  };

  g_test_summary ("each decision has a reason");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *reason;
      ReboundHttpVerdict verdict
          = rebound_http_policy_judge (cases[i].policy, &cases[i].failure, &reason);
      g_autofree char *seen = g_strdup_printf ("%s: %s", verdicts[verdict], reason);

      g_assert_cmpstr (seen, ==, cases[i].expected);
    }
}

/* "kept SECONDS[, by server][, N left]", or why not. (transfer full) */
static char *
describe_keeping (ReboundHttpPolicy policy, const char *header, gint64 left_requests)
{
  g_autofree char *text
      = g_strconcat (header[0] == '0' ? "HTTP/1.0 200 OK\r\n" : "HTTP/1.1 200 OK\r\n",
                     header[0] == '0' ? header + 1 : header,
                     header[0] != '\0' && header[1] != '\0' ? "\r\n\r\n" : "\r\n", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundHttpHead) head = rebound_http_head_parse (text, strlen (text), &error);
  ReboundHttpKeeping keeping;
  GString *seen;

  g_assert_no_error (error);
  rebound_http_policy_decide_keeping (policy, head, 60 * G_USEC_PER_SEC, G_USEC_PER_SEC,
                                      left_requests, &keeping);
  g_assert_cmpint (keeping.is_kept, ==, keeping.reason == NULL);
  if (!keeping.is_kept)
    return g_strdup (keeping.reason);
  seen = g_string_new (NULL);
  g_string_append_printf (seen, "kept %g s%s", (double) keeping.lifetime_usec / G_USEC_PER_SEC,
                          keeping.by_server ? ", by server" : "");
  if (keeping.left_requests >= 0)
    g_string_append_printf (seen, ", %" G_GINT64_FORMAT " left", keeping.left_requests);
  return g_string_free (seen, FALSE);
}

static void
test_keeping (void)
{
  static const struct
  {
    const char *header; /* "0" before it: HTTP/1.0 */
    gint64 left_requests;
    const char *expected[3]; /* rebound, asi, curl */
  } cases[] = {
    { "", -1, { "kept 60 s", "kept 60 s", "kept 60 s" } },
    { "Connection: close",
      -1,
      { "the server closes it", "the server closes it", "the server closes it" } },
    { "0A: b", -1, { "the server closes it", "the server closes it", "the server closes it" } },
    { "0Connection: keep-alive", -1, { "kept 60 s", "kept 60 s", "kept 60 s" } },
    { "Keep-Alive: timeout=5, max=100",
      -1,
      { "kept 4 s, by server, 100 left", "kept 5 s, by server", "kept 60 s" } },
    { "Keep-Alive: timeout=5, max=6",
      -1,
      { "kept 4 s, by server, 6 left", "kept 5 s, by server", "kept 60 s" } },
    { "Keep-Alive: timeout=5, max=5",
      -1,
      { "kept 4 s, by server, 5 left", "its Keep-Alive header has a max of five or less, or none",
        "kept 60 s" } },
    { "Keep-Alive: timeout=5",
      -1,
      { "kept 4 s, by server", "its Keep-Alive header has a max of five or less, or none",
        "kept 60 s" } },
    { "Keep-Alive: max=9", -1, { "kept 60 s, 9 left", "kept 0 s, by server", "kept 60 s" } },
    /* a server that counts down, and one that says the same each time */
    { "Keep-Alive: max=8", 9, { "kept 60 s, 8 left", "kept 0 s, by server", "kept 60 s" } },
    { "Keep-Alive: max=9", 9, { "kept 60 s, 8 left", "kept 0 s, by server", "kept 60 s" } },
    { "Keep-Alive: timeout=5, max=0",
      1,
      { "the server answers no more requests on it",
        "its Keep-Alive header has a max of five or less, or none", "kept 60 s" } },
    { "A: b", 1, { "the server answers no more requests on it", "kept 60 s", "kept 60 s" } },
    { "Keep-Alive: timeout=1, max=50",
      -1,
      { "the server keeps it no longer than an answer takes", "kept 1 s, by server",
        "kept 60 s" } },
  };

  g_test_summary ("for how long a connection is kept, by what the server says");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint policy = 0; policy < 3; policy++)
      {
        g_autofree char *seen = describe_keeping (policy, cases[i].header, cases[i].left_requests);

        if (g_strcmp0 (seen, cases[i].expected[policy]) != 0)
          g_test_fail_printf ("“%s”, policy %u: expected “%s”, was “%s”", cases[i].header, policy,
                              cases[i].expected[policy], seen);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-policy/every-failure", test_every_failure);
  g_test_add_func ("/http-policy/reasons", test_reasons);
  g_test_add_func ("/http-policy/keeping", test_keeping);
  return g_test_run ();
}
