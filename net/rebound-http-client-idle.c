/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections that nobody uses. A server may close one at any moment, and whoever does not listen
 * learns of it from the next request, which is too late: so each is watched, by the one epoll
 * source that all connections share, and is gone when the server's FIN comes. A look before it is
 * used is the second line: an application that was stopped has not been told yet of what has come
 * since.
 *
 * The other two policies do not watch. One looks before use; the other looks at nothing at all. */

#include "rebound-http-client-private.h"

#include <errno.h>
#include <sys/socket.h>

#include "lifecycle/rebound-planted-private.h"
#include "rebound-errno.h"

void
rebound_http_client_disconnect (ReboundHttpEntry *entry)
{
  g_autoptr (ReboundConnection) connection = g_steal_pointer (&entry->connection);

  if (connection == NULL)
    return;
  rebound_connection_set_observer (connection, NULL, NULL);
  rebound_connection_close (connection);
}

/* What an exit does to those that are idle. One that is watched holds itself, so to let go of it
 * would not close it. */
void
rebound_http_client_abandon_idle (ReboundHttpClient *self)
{
  g_autoptr (GPtrArray) idle = rebound_http_pool_list_free (self->pool);

  for (guint i = 0; i < idle->len; i++)
    {
      ReboundHttpEntry *entry = idle->pdata[i];

      if (entry->connection != NULL)
        {
          rebound_connection_set_observer (entry->connection, NULL, NULL);
          rebound_connection_abandon (entry->connection);
        }
    }
}

/* -- watching -- */

/* Gone from the pool before anybody is told. */
static void
lose (ReboundHttpEntry *entry, const char *how)
{
  ReboundHttpClient *self = entry->owner;
  guint id = entry->id;

  rebound_http_client_disconnect (entry);
  rebound_http_pool_remove (self->pool, entry);
  self->statistics.n_closed_by_server++;
  rebound_http_client_emit_server_closed (self, id, how);
}

static void
on_received (ReboundConnection *connection, GBytes *bytes, gpointer entry)
{
  lose (entry, "something came that nobody had asked for");
}

static void
on_peer_finished (ReboundConnection *connection, gpointer entry)
{
  if (!REBOUND_PLANTED (dead_kept))
    lose (entry, "the server has closed it");
}

static void
on_broken (ReboundConnection *connection, int error_number, gpointer entry)
{
  lose (entry, rebound_errno_name (error_number));
}

static void
arm_expiry (ReboundHttpClient *self, gint64 expires_usec)
{
  gint64 now_usec = rebound_clock_get_time_usec (rebound_site_get_clock (self->site));

  if (expires_usec >= self->expiry_usec)
    return;
  self->expiry_usec = expires_usec;
  rebound_timer_arm (self->expiry_timer, MAX (expires_usec - now_usec, 0));
}

/* By policy asi what has expired is found out when the next request comes. */
void
rebound_http_client_watch_idle (ReboundHttpClient *self, ReboundHttpEntry *entry)
{
  static const ReboundConnectionObserver observer = {
    .received = on_received,
    .peer_finished = on_peer_finished,
    .broken = on_broken,
  };

  if (self->policy != REBOUND_HTTP_POLICY_ASI)
    arm_expiry (self, entry->expires_usec);
  if (entry->connection == NULL)
    return;
  if (self->policy == REBOUND_HTTP_POLICY_REBOUND)
    rebound_connection_set_observer (entry->connection, &observer, entry);
  else
    rebound_connection_stop_reading (entry->connection);
}

void
rebound_http_client_unwatch_idle (ReboundHttpEntry *entry)
{
  if (entry->connection != NULL)
    rebound_connection_set_observer (entry->connection, NULL, NULL);
}

gboolean
rebound_http_client_probe (ReboundHttpEntry *entry)
{
  char byte;

  if (entry->connection == NULL || entry->connection->fd < 0)
    return FALSE;
  return TEMP_FAILURE_RETRY (recv (entry->connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT)) < 0
         && errno == EAGAIN;
}

/* -- closing -- */

typedef void (*Tell) (ReboundHttpClient *self, guint connection, const char *why);

/* Whoever is told of one may end the client's life, and that of the others. */
static void
close_each (ReboundHttpClient *self, GPtrArray *entries, guint *count, Tell tell, const char *why)
{
  g_autoptr (ReboundHttpClient) held = g_object_ref (self);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < entries->len; i++)
    {
      ReboundHttpEntry *entry = entries->pdata[i];

      g_array_append_val (ids, entry->id);
      rebound_http_client_disconnect (entry);
      rebound_http_pool_remove (self->pool, entry);
      (*count)++;
    }
  for (guint i = 0; i < ids->len && self->site != NULL; i++)
    tell (self, g_array_index (ids, guint, i), why);
}

static void
tell_expired (ReboundHttpClient *self, guint connection, const char *why)
{
  rebound_http_client_emit_expired (self, connection);
}

static void
tell_cleared (ReboundHttpClient *self, guint connection, const char *why)
{
  rebound_http_client_emit_cleared (self, connection);
}

void
rebound_http_client_expire (ReboundHttpClient *self)
{
  gint64 now_usec = rebound_clock_get_time_usec (rebound_site_get_clock (self->site));
  g_autoptr (GPtrArray) expired = rebound_http_pool_list_expired (self->pool, now_usec);

  close_each (self, expired, &self->statistics.n_expired, tell_expired, NULL);
}

void
rebound_http_client_on_expiry (gpointer user_data)
{
  g_autoptr (ReboundHttpClient) self = g_object_ref (user_data);
  gint64 next_usec;

  self->expiry_usec = G_MAXINT64;
  rebound_http_client_expire (self);
  next_usec = self->site != NULL ? rebound_http_pool_get_next_expiry (self->pool) : G_MAXINT64;
  if (next_usec != G_MAXINT64 && !REBOUND_PLANTED (expiry_never_rearmed))
    arm_expiry (self, next_usec);
}

void
rebound_http_client_clear (ReboundHttpClient *self)
{
  g_autoptr (GPtrArray) idle = NULL;

  g_return_if_fail (REBOUND_IS_HTTP_CLIENT (self));
  if (self->site == NULL)
    return;
  idle = rebound_http_pool_list_free (self->pool);
  close_each (self, idle, &self->statistics.n_cleared, tell_cleared, NULL);
}

void
rebound_http_client_retire_idle (ReboundHttpClient *self, const char *why)
{
  g_autoptr (GPtrArray) idle = rebound_http_pool_list_free (self->pool);

  close_each (self, idle, &self->statistics.n_retired, rebound_http_client_emit_retired, why);
}

void
rebound_http_client_retire (ReboundHttpClient *self, const char *why)
{
  if (REBOUND_PLANTED (generation_not_raised))
    return;
  rebound_http_pool_raise_generation (self->pool);
  rebound_http_client_retire_idle (self, why);
}
