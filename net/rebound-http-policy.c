/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What three HTTP clients think of a connection that was idle. The questions are the same: is it
 * kept, and for how long; and when it turns out to be dead, is the request sent again? The second
 * has no answer that is always right. A server closes an idle connection whenever it likes, and a
 * request that was on its way then has not been looked at; but a server that dies in the midst of
 * its work looks the same from here. So who retries at all methods has some of them done twice, and
 * who retries none has requests fail that nobody has seen. RFC 9110, 9.2.2, draws the line at what
 * is idempotent. */

#include "rebound-http-policy-private.h"

#include <errno.h>

#include "lifecycle/rebound-planted-private.h"

/* ASIHTTPRequest took the number of a Keep-Alive header seriously from six on. */
#define ASI_MINIMUM_MAX_REQUESTS 6

/* -- sending it again -- */

gboolean
rebound_http_policy_looks_closed (const ReboundHttpFailure *failure)
{
  if (failure->error_number == 0) /* CFNetwork's -1005 */
    return !failure->has_answer_begun;
  return failure->error_number == ENOTCONN || failure->error_number == EPIPE;
}

static ReboundHttpVerdict
judge_as_asi (const ReboundHttpFailure *failure, const char **reason)
{
  if (!rebound_http_policy_looks_closed (failure))
    {
      *reason = "this error is not taken for a connection that was closed";
      return REBOUND_HTTP_VERDICT_FAIL;
    }
  if (!failure->is_first_try)
    {
      *reason = "it was retried already";
      return REBOUND_HTTP_VERDICT_FAIL;
    }
  *reason = "the connection was closed";
  return REBOUND_HTTP_VERDICT_RETRY;
}

static ReboundHttpVerdict
judge_as_curl (const ReboundHttpFailure *failure, const char **reason)
{
  if (!failure->was_reused || failure->has_answer_begun)
    {
      *reason = failure->was_reused ? "a part of the answer had come" : "the connection was fresh";
      return REBOUND_HTTP_VERDICT_FAIL;
    }
  *reason = "the connection had been used before";
  return REBOUND_HTTP_VERDICT_RETRY_FRESH;
}

static ReboundHttpVerdict
judge_with_care (const ReboundHttpFailure *failure, const char **reason)
{
  gboolean is_harmless
      = failure->is_idempotent || !failure->was_sent || REBOUND_PLANTED (post_retried);

  if (is_harmless && failure->was_reused && failure->is_first_try && !failure->has_answer_begun)
    {
      *reason = failure->was_sent ? "the connection had been used before, and to do it twice is to "
                                    "do it once"
                                  : "not a byte of it was sent";
      return REBOUND_HTTP_VERDICT_RETRY_FRESH;
    }
  if (!is_harmless)
    {
      *reason = "the server may have acted on it";
      return REBOUND_HTTP_VERDICT_MAYBE_DELIVERED;
    }
  if (failure->has_answer_begun)
    *reason = "a part of the answer had come";
  else
    *reason = failure->is_first_try ? "the connection was fresh" : "it was retried already";
  return REBOUND_HTTP_VERDICT_FAIL;
}

ReboundHttpVerdict
rebound_http_policy_judge (ReboundHttpPolicy policy,
                           const ReboundHttpFailure *failure,
                           const char **reason)
{
  switch (policy)
    {
    case REBOUND_HTTP_POLICY_ASI:
      return judge_as_asi (failure, reason);
    case REBOUND_HTTP_POLICY_CURL:
      return judge_as_curl (failure, reason);
    default:
      return judge_with_care (failure, reason);
    }
}

/* -- keeping -- */

/* With a number of five or less a connection was closed, and its place in the pool kept for the
 * usual time. */
static void
decide_as_asi (const ReboundHttpKeepAlive *said, ReboundHttpKeeping *keeping)
{
  if (said->max_requests < ASI_MINIMUM_MAX_REQUESTS)
    {
      keeping->is_kept = FALSE;
      keeping->reason = "its Keep-Alive header has a max of five or less, or none";
      return;
    }
  keeping->by_server = TRUE;
  keeping->lifetime_usec = MAX (said->timeout_usec, 0);
}

/* A server counts down, or says the same number each time: the lower count is right. */
static void
decide_with_care (const ReboundHttpKeepAlive *said,
                  gint64 margin_usec,
                  gint64 left_requests,
                  ReboundHttpKeeping *keeping)
{
  if (said->timeout_usec >= 0 && !REBOUND_PLANTED (keep_alive_ignored))
    {
      keeping->by_server = TRUE;
      keeping->lifetime_usec = MAX (said->timeout_usec - margin_usec, 0);
    }
  if (left_requests > 0)
    keeping->left_requests = left_requests - 1;
  if (said->max_requests >= 0 && (left_requests < 0 || said->max_requests < keeping->left_requests))
    keeping->left_requests = said->max_requests;
  if (keeping->left_requests == 0 || keeping->lifetime_usec == 0)
    {
      keeping->is_kept = FALSE;
      keeping->reason = keeping->left_requests == 0
                            ? "the server answers no more requests on it"
                            : "the server keeps it no longer than an answer takes";
    }
}

void
rebound_http_policy_decide_keeping (ReboundHttpPolicy policy,
                                    const ReboundHttpHead *head,
                                    gint64 idle_usec,
                                    gint64 margin_usec,
                                    gint64 left_requests,
                                    ReboundHttpKeeping *keeping)
{
  ReboundHttpKeepAlive said = { -1, -1 };
  gboolean has_said = rebound_http_head_get_keep_alive (head, &said);

  *keeping = (ReboundHttpKeeping){ .is_kept = rebound_http_head_keeps_alive (head),
                                   .lifetime_usec = idle_usec,
                                   .left_requests = -1 };
  if (!keeping->is_kept)
    keeping->reason = "the server closes it";
  else if (policy == REBOUND_HTTP_POLICY_ASI && has_said)
    decide_as_asi (&said, keeping);
  else if (policy == REBOUND_HTTP_POLICY_REBOUND)
    decide_with_care (&said, margin_usec, left_requests, keeping);
}
