/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What must hold of a client and its pool whenever all has settled, and what of it when all is
 * over: this looks inside, where the books must agree with each other. */

#include "http-walk.h"

#include "lifecycle/rebound-application-private.h"
#include "lifecycle/rebound-clock-private.h"
#include "net/rebound-http-job-private.h"
#include "net/rebound-linux-kernel-class-private.h"

/* Every place that is in use is one request's, which knows of it; nobody waits while there is
 * room. */
static void
assert_places (HttpWalk *self)
{
  ReboundHttpPool *pool = self->client->pool;
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint n_waiting = 0;

  for (GList *link = self->client->jobs.head; link != NULL; link = link->next)
    {
      ReboundHttpJob *job = link->data;
      guint n_busy = rebound_http_pool_count_busy (pool, job->request->origin);

      g_assert_cmpuint (n_busy, <=, self->max_per_host);
      if (job->is_waiting)
        {
          n_waiting++;
          g_assert_null (job->entry);
          g_assert_cmpuint (n_busy, ==, self->max_per_host);
          continue;
        }
      g_assert_nonnull (job->entry);
      g_assert_true (g_hash_table_add (seen, job->entry));
      g_assert_cmpuint (job->entry->request, ==, job->request->number);
      g_assert_cmpuint ((job->exchange != NULL) + (job->dial != NULL) + (job->look_up != NULL), <=,
                        1);
    }
  g_assert_cmpuint (g_hash_table_size (seen) + n_waiting, ==, self->client->jobs.length);
  g_assert_cmpuint (g_hash_table_size (seen) + rebound_http_pool_count_free (pool), ==,
                    rebound_http_pool_count (pool));
  g_assert_cmpuint (n_waiting, ==, self->waiting.length);
}

/* What is idle is there to be used: of this generation, alive, and not past its time. */
static void
assert_idle (HttpWalk *self)
{
  ReboundApplicationState state
      = rebound_application_get_state (rebound_run_get_application (self->run));
  g_autoptr (GPtrArray) idle = rebound_http_pool_list_free (self->client->pool);
  gint64 now_usec = rebound_clock_get_time_usec (rebound_run_get_clock (self->run));

  if (self->policy == REBOUND_HTTP_POLICY_ASI)
    return;
  for (guint i = 0; i < idle->len; i++)
    {
      ReboundHttpEntry *entry = idle->pdata[i];

      g_assert_nonnull (entry->connection);
      if (state != REBOUND_APPLICATION_STATE_SUSPENDED)
        g_assert_cmpint (entry->expires_usec, >, now_usec);
      if (self->policy != REBOUND_HTTP_POLICY_REBOUND)
        continue;
      g_assert_true (rebound_http_pool_is_present (self->client->pool, entry));
      g_assert_true (rebound_http_client_probe (entry));
      g_assert_cmpint (state, !=, REBOUND_APPLICATION_STATE_SUSPENDED);
    }
}

void
http_walk_check (HttpWalk *self)
{
  const ReboundHttpStatistics *statistics;

  for (guint i = 0; i < HTTP_WALK_N_SERVERS; i++)
    g_assert_cmpuint (self->servers[i]->n_early, ==, 0);
  if (self->client == NULL || self->client->site == NULL)
    return;
  assert_places (self);
  assert_idle (self);
  if (self->client->finishing.task != 0)
    g_assert_cmpuint (self->client->jobs.length, >, 0);
  statistics = &self->client->statistics;
  g_assert_cmpuint (statistics->n_sent, ==, self->numbered->len);
  g_assert_cmpuint (statistics->n_answered + statistics->n_failed + self->client->jobs.length, <=,
                    statistics->n_sent);
  g_assert_cmpuint (rebound_http_pool_count_free (self->client->pool), <=, statistics->n_created);
}

void
http_walk_check_over (HttpWalk *self)
{
  g_autofree char *tasks = rebound_application_dup_tasks (rebound_run_get_application (self->run));

  g_assert_null (tasks);
  for (guint i = 0; i < self->errands->len; i++)
    {
      HttpErrand *errand = self->errands->pdata[i];

      if (errand->n_ends != 1)
        g_error ("request %u has not ended", errand->index);
    }
  if (self->client == NULL || self->client->site == NULL)
    return;
  g_assert_cmpuint (self->client->jobs.length, ==, 0);
  g_assert_cmpuint (rebound_http_pool_count (self->client->pool), ==, 0);
}

void
http_walk_check_nothing_left (HttpWalk *self)
{
  g_autoptr (GPtrArray) sockets = rebound_socket_table_list_site (self->kernel->table, NULL);

  g_assert_cmpuint (sockets->len, ==, HTTP_WALK_N_SERVERS); /* their listeners */
  for (guint i = 0; i < HTTP_WALK_N_SERVERS; i++)
    g_assert_cmpuint (self->servers[i]->visits.length, ==, 0);
  g_assert_cmpint (rebound_clock_get_next_deadline_usec (rebound_run_get_clock (self->run)), ==,
                   -1);
}
