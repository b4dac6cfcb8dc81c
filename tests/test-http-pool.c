/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which connection is taken. The pool as data: no socket is needed to get it wrong. */

#include "net/rebound-http-pool-private.h"

#include <glib.h>

#define HERE  "http://127.0.0.1:30000"
#define THERE "http://127.0.0.1:30001"

/* Four connections, all given back, in the order in which @order says. */
static ReboundHttpPool *
new_pool (ReboundHttpPolicy policy, const guint order[4], ReboundHttpEntry *entries[4])
{
  ReboundHttpPool *pool = rebound_http_pool_new (policy, NULL);

  for (guint i = 0; i < 4; i++)
    {
      g_assert_null (rebound_http_pool_take (pool, HERE, i + 1));
      entries[i] = rebound_http_pool_add (pool, HERE, i + 1);
      g_assert_cmpuint (entries[i]->id, ==, i + 1);
    }
  for (guint i = 0; i < 4; i++)
    rebound_http_pool_give_back (pool, entries[order[i] - 1], 1000 + order[i]);
  g_assert_cmpuint (rebound_http_pool_count (pool), ==, 4);
  g_assert_cmpuint (rebound_http_pool_count_free (pool), ==, 4);
  return pool;
}

static guint
take_id (ReboundHttpPool *pool, guint request)
{
  ReboundHttpEntry *entry = rebound_http_pool_take (pool, HERE, request);

  if (entry == NULL)
    return 0;
  g_assert_cmpuint (entry->request, ==, request);
  return entry->id;
}

static void
test_order (void)
{
  const guint order[4] = { 2, 4, 1, 3 };
  ReboundHttpEntry *entries[4];
  g_autoptr (ReboundHttpPool) ours = new_pool (REBOUND_HTTP_POLICY_REBOUND, order, entries);
  g_autoptr (ReboundHttpPool) asi = new_pool (REBOUND_HTTP_POLICY_ASI, order, entries);

  g_test_summary ("ours: what was used last; ASIHTTPRequest: what was made last");
  for (guint i = 0; i < 4; i++)
    {
      g_assert_cmpuint (take_id (ours, 10 + i), ==, order[3 - i]);
      g_assert_cmpuint (take_id (asi, 10 + i), ==, 4 - i);
    }
  g_assert_cmpuint (take_id (ours, 20), ==, 0);
  g_assert_cmpuint (take_id (asi, 20), ==, 0);
  g_assert_cmpuint (rebound_http_pool_count_busy (ours, HERE), ==, 4);
}

static void
test_origins (void)
{
  g_autoptr (ReboundHttpPool) pool = rebound_http_pool_new (REBOUND_HTTP_POLICY_ASI, NULL);
  ReboundHttpEntry *here = rebound_http_pool_add (pool, HERE, 1);
  ReboundHttpEntry *there = rebound_http_pool_add (pool, THERE, 2);

  g_test_summary ("a connection is to one scheme, host and port");
  g_assert_cmpuint (rebound_http_pool_count_busy (pool, HERE), ==, 1);
  rebound_http_pool_give_back (pool, here, 5);
  rebound_http_pool_give_back (pool, there, 5);
  g_assert_cmpuint (rebound_http_pool_count_busy (pool, HERE), ==, 0);
  g_assert_true (rebound_http_pool_take (pool, THERE, 3) == there);
  g_assert_null (rebound_http_pool_take (pool, THERE, 4));
  g_assert_true (rebound_http_pool_take (pool, HERE, 5) == here);
}

static void
test_generation (void)
{
  const guint order[4] = { 1, 2, 3, 4 };
  ReboundHttpEntry *entries[4];
  g_autoptr (ReboundHttpPool) ours = new_pool (REBOUND_HTTP_POLICY_REBOUND, order, entries);
  g_autoptr (ReboundHttpPool) asi = NULL;
  ReboundHttpEntry *fresh;

  g_test_summary ("what was there before is never taken again; ASIHTTPRequest knew of no before");
  rebound_http_pool_raise_generation (ours);
  g_assert_false (rebound_http_pool_is_present (ours, entries[3]));
  g_assert_cmpuint (take_id (ours, 5), ==, 0);
  fresh = rebound_http_pool_add (ours, HERE, 5);
  g_assert_true (rebound_http_pool_is_present (ours, fresh));
  rebound_http_pool_give_back (ours, fresh, 5);
  g_assert_cmpuint (take_id (ours, 6), ==, 5);
  g_assert_cmpuint (take_id (ours, 7), ==, 0);

  asi = new_pool (REBOUND_HTTP_POLICY_ASI, order, entries);
  rebound_http_pool_raise_generation (asi);
  g_assert_cmpuint (take_id (asi, 5), ==, 4);
}

static void
test_expiry (void)
{
  const guint order[4] = { 4, 3, 2, 1 };
  ReboundHttpEntry *entries[4];
  g_autoptr (ReboundHttpPool) pool = new_pool (REBOUND_HTTP_POLICY_ASI, order, entries);
  g_autoptr (GPtrArray) expired = NULL;
  g_autoptr (GPtrArray) free = NULL;

  g_test_summary ("what is in use does not expire; what expires now has expired");
  g_assert_cmpint (rebound_http_pool_get_next_expiry (pool), ==, 1001);
  g_assert_cmpuint (take_id (pool, 9), ==, 4);
  expired = rebound_http_pool_list_expired (pool, 1002);
  g_assert_cmpuint (expired->len, ==, 2);
  g_assert_true (expired->pdata[0] == entries[0]);
  g_assert_true (expired->pdata[1] == entries[1]);
  for (guint i = 0; i < expired->len; i++)
    rebound_http_pool_remove (pool, expired->pdata[i]);
  g_assert_cmpint (rebound_http_pool_get_next_expiry (pool), ==, 1003);
  free = rebound_http_pool_list_free (pool);
  g_assert_cmpuint (free->len, ==, 1);
  rebound_http_pool_remove (pool, entries[2]);
  g_assert_cmpint (rebound_http_pool_get_next_expiry (pool), ==, G_MAXINT64);
  rebound_http_pool_remove (pool, entries[3]);
  g_assert_cmpuint (rebound_http_pool_count (pool), ==, 0);
  g_assert_cmpuint (rebound_http_pool_count_busy (pool, HERE), ==, 0);
  g_assert_cmpuint (rebound_http_pool_add (pool, HERE, 10)->id, ==, 5);
}

/* The report's #15 and #16 over #1 to #4: each takes the newest, and is retried on the next. */
static void
test_report (void)
{
  const guint order[4] = { 1, 2, 3, 4 };
  ReboundHttpEntry *entries[4];
  g_autoptr (ReboundHttpPool) pool = new_pool (REBOUND_HTTP_POLICY_ASI, order, entries);

  g_test_summary ("the order of the report: 15 uses 4, 16 uses 3, 15 uses 2, 16 uses 1");
  g_assert_cmpuint (take_id (pool, 15), ==, 4);
  g_assert_cmpuint (take_id (pool, 16), ==, 3);
  rebound_http_pool_remove (pool, entries[3]);
  g_assert_cmpuint (take_id (pool, 15), ==, 2);
  rebound_http_pool_remove (pool, entries[2]);
  g_assert_cmpuint (take_id (pool, 16), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-pool/order", test_order);
  g_test_add_func ("/http-pool/origins", test_origins);
  g_test_add_func ("/http-pool/generation", test_generation);
  g_test_add_func ("/http-pool/expiry", test_expiry);
  g_test_add_func ("/http-pool/report", test_report);
  return g_test_run ();
}
