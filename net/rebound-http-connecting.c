/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a URI to a connection. The host of a script is an actor's name or an address; a program's
 * may be a name that has to be looked up. GIO does that in a thread, whose answer comes when it
 * comes: the clock is held meanwhile, or virtual time would overtake it.
 *
 * In a network of the run's own no name is looked up. There is nobody to be asked over it; but the
 * C library asks daemons of the machine first (nscd, systemd-resolved, avahi), by Unix sockets that
 * have a path, and a network namespace does not keep those apart. They would look the name up on
 * the machine's network: a script could make itself heard outside by names alone, and what it came
 * to would be another thing on another machine. */

#include "rebound-http-job-private.h"

#include "rebound-address-private.h"
#include "rebound-endpoint-private.h"
#include "rebound-errno.h"
#include "rebound-isolation.h"

/* -- dialling -- */

static void
on_connected (int fd, ReboundSocket *socket, ReboundWatch *watch, gpointer user_data)
{
  ReboundHttpJob *self = user_data;
  ReboundConnection *connection = rebound_connection_new_of_table (self->client->site, fd, socket);

  rebound_connection_take_watch (connection, watch);
  self->entry->connection = connection;
  self->entry->n_requests = 0;
  g_clear_pointer (&self->dial, rebound_dial_free);
  rebound_http_job_on_connected (self);
}

static gboolean dial_next (ReboundHttpJob *self);

static void
on_failed (int error_number, gpointer user_data)
{
  ReboundHttpJob *self = user_data;
  g_autoptr (GError) error
      = g_error_new (REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_CONNECT,
                     "%s could not be reached: %s (%s)", self->request->text,
                     rebound_errno_name (error_number), rebound_errno_text (error_number));

  self->client->last_error = error_number;
  g_clear_pointer (&self->dial, rebound_dial_free);
  if (!dial_next (self))
    rebound_http_job_on_unreachable (self, error);
}

static char *
dup_name (ReboundHttpJob *self)
{
  const char *name = rebound_actor_get_name (REBOUND_ACTOR (self->client));

  if (self->entry->id == 0)
    return g_strdup_printf ("%s#request-%u", name, self->request->number);
  return g_strdup_printf ("%s#%u", name, self->entry->id);
}

static void
dial (ReboundHttpJob *self, const struct sockaddr_storage *address, socklen_t length)
{
  static const ReboundDialListener listener = { .connected = on_connected, .failed = on_failed };
  g_autofree char *name = dup_name (self);

  self->dial
      = rebound_dial_new (self->client->site,
                          g_intern_string (rebound_actor_get_name (REBOUND_ACTOR (self->client))),
                          &listener, self);
  rebound_dial_begin (self->dial, name, address, length, self->client->connect_timeout_usec);
}

/* A name may have several addresses, and a server may listen on one of them alone: localhost is
 * both
 * ::1 and 127.0.0.1. FALSE where none is left. */
static gboolean
dial_next (ReboundHttpJob *self)
{
  while (self->addresses != NULL)
    {
      g_autoptr (GInetAddress) next = self->addresses->data;
      g_autofree char *text = g_inet_address_to_string (next);
      struct sockaddr_storage address;
      socklen_t length;

      self->addresses = g_list_delete_link (self->addresses, self->addresses);
      if (rebound_address_fill (text, self->request->port, &address, &length))
        {
          dial (self, &address, length);
          return TRUE;
        }
    }
  return FALSE;
}

/* -- the address -- */

static void
on_error_timer (gpointer user_data)
{
  ReboundHttpJob *self = user_data;
  g_autoptr (GError) error = g_steal_pointer (&self->error);

  rebound_http_job_on_unreachable (self, error);
}

static void
fail_later (ReboundHttpJob *self, const char *what)
{
  g_clear_error (&self->error);
  self->error = g_error_new (REBOUND_HTTP_ERROR, REBOUND_HTTP_ERROR_CONNECT,
                             "%s could not be reached: %s", self->request->text, what);
  if (self->error_timer == NULL)
    self->error_timer
        = rebound_site_new_timer (self->client->site, "http-client: error", on_error_timer, self);
  rebound_timer_arm (self->error_timer, 0);
}

typedef struct
{
  ReboundHttpJob *job; /* a reference */
  ReboundClock *clock;
  guint hold;
} LookUp;

static void
on_looked_up (GObject *resolver, GAsyncResult *result, gpointer user_data)
{
  LookUp *look_up = user_data;
  ReboundHttpJob *self = look_up->job;
  g_autoptr (GError) error = NULL;
  g_autolist (GInetAddress) addresses
      = g_resolver_lookup_by_name_finish (G_RESOLVER (resolver), result, &error);

  rebound_clock_release (look_up->clock, look_up->hold);
  g_object_unref (look_up->clock);
  g_free (look_up);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !self->is_over)
    {
      g_clear_object (&self->look_up);
      self->addresses = g_steal_pointer (&addresses);
      if (!dial_next (self))
        fail_later (self, error != NULL ? error->message : "it has no address");
    }
  rebound_http_job_unref (self);
}

static void
look_up (ReboundHttpJob *self, const char *host)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  LookUp *look_up = g_new0 (LookUp, 1);
  GMainContext *context = rebound_site_get_context (self->client->site);

  look_up->job = rebound_http_job_ref (self);
  look_up->clock = g_object_ref (rebound_site_get_clock (self->client->site));
  look_up->hold = rebound_clock_hold (look_up->clock, "the resolver");
  self->look_up = g_cancellable_new ();
  g_main_context_push_thread_default (context);
  g_resolver_lookup_by_name_async (resolver, host, self->look_up, on_looked_up, look_up);
  g_main_context_pop_thread_default (context);
}

void
rebound_http_job_connect (ReboundHttpJob *self)
{
  const char *host = g_uri_get_host (self->request->uri);
  GObject *actor = rebound_site_find (self->client->site, host);
  struct sockaddr_storage address;
  socklen_t length;

  if (REBOUND_IS_ENDPOINT (actor))
    {
      if (rebound_endpoint_fill_address (REBOUND_ENDPOINT (actor), &address, &length))
        dial (self, &address, length);
      else
        fail_later (self, "it has never lived yet");
    }
  else if (rebound_address_fill (host, self->request->port, &address, &length))
    dial (self, &address, length);
  /* GIO knows localhost by itself (RFC 6761 6.3), and asks nobody. */
  else if (rebound_isolation_is_entered () && g_ascii_strcasecmp (host, "localhost") != 0)
    fail_later (self, "no actor has that name, and in a network of its own a run looks none up; "
                      "expected an actor that has lived, an address, or localhost");
  else
    look_up (self, host);
}

void
rebound_http_job_stop_connecting (ReboundHttpJob *self)
{
  if (self->look_up != NULL)
    g_cancellable_cancel (self->look_up);
  g_clear_object (&self->look_up);
  g_clear_list (&self->addresses, g_object_unref);
  g_clear_pointer (&self->dial, rebound_dial_free);
  if (self->error_timer != NULL)
    rebound_timer_disarm (self->error_timer);
}
