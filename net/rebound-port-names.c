/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In a namespace of its own a run hands its ports out itself, the same in every run; on the host's
 * network the kernel draws them, and no two runs have the same. Neither is what a reader wants to
 * see: whose port it is says more than its number. So a number is shown where somebody chose it,
 * which is to say, outside the range that ports are drawn from.
 *
 * A name is kept when its socket is gone: a segment may be told of after that. */

#include "rebound-port-names-private.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "rebound-isolation.h"
#include "rebound-linux-kernel-class-private.h"
#include "rebound-sysctl-private.h"

/* Linux's own ip_local_port_range, where it cannot be read. */
#define FIRST_DRAWN_PORT 32768
#define LAST_DRAWN_PORT  60999

struct _ReboundPortNames
{
  GHashTable *listeners;   /* port → name, interned */
  GHashTable *connections; /* port → name */
  GHashTable *unknown;     /* the same, of ends that are none of the run's */
  guint first_drawn_port;
  guint last_drawn_port;
};

ReboundPortNames *
rebound_port_names_new (void)
{
  ReboundPortNames *self = g_new0 (ReboundPortNames, 1);
  g_autofree char *range = NULL;

  self->listeners = g_hash_table_new (NULL, NULL);
  self->connections = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->unknown = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->first_drawn_port = FIRST_DRAWN_PORT;
  self->last_drawn_port = LAST_DRAWN_PORT;
  if (rebound_isolation_is_entered ())
    {
      self->first_drawn_port = REBOUND_FIRST_PORT;
      self->last_drawn_port = REBOUND_LAST_EPHEMERAL_PORT;
    }
  else if (rebound_sysctl_try_read ("net/ipv4/ip_local_port_range", &range) >= 0)
    sscanf (range, "%u %u", &self->first_drawn_port, &self->last_drawn_port);
  return self;
}

void
rebound_port_names_free (ReboundPortNames *self)
{
  g_hash_table_unref (self->listeners);
  g_hash_table_unref (self->connections);
  g_hash_table_unref (self->unknown);
  g_free (self);
}

void
rebound_port_names_add_listener (ReboundPortNames *self, guint16 port, const char *name)
{
  if (port != 0)
    g_hash_table_insert (self->listeners, GUINT_TO_POINTER (port),
                         (gpointer) g_intern_string (name));
}

void
rebound_port_names_add (ReboundPortNames *self, guint16 port, const char *connection)
{
  if (port != 0)
    g_hash_table_insert (self->connections, GUINT_TO_POINTER (port), g_strdup (connection));
}

/* A drawn port that nobody has named: numbered as they are met, which is the same in every run. */
static const char *
name_unknown (ReboundPortNames *self, guint16 port)
{
  char *name = g_hash_table_lookup (self->unknown, GUINT_TO_POINTER (port));

  if (name != NULL)
    return name;
  name = g_strdup_printf ("unknown#%u", g_hash_table_size (self->unknown) + 1);
  g_hash_table_insert (self->unknown, GUINT_TO_POINTER (port), name);
  return name;
}

gboolean
rebound_port_names_has (ReboundPortNames *self, guint16 port)
{
  return g_hash_table_contains (self->connections, GUINT_TO_POINTER (port));
}

gboolean
rebound_port_names_is_drawn (ReboundPortNames *self, guint16 port)
{
  return port >= self->first_drawn_port && port <= self->last_drawn_port;
}

char *
rebound_port_names_dup_end (ReboundPortNames *self,
                            sa_family_t family,
                            const guint32 *address,
                            guint16 port)
{
  gboolean is_drawn = rebound_port_names_is_drawn (self, port);
  const char *listener = g_hash_table_lookup (self->listeners, GUINT_TO_POINTER (port));
  const char *name = g_hash_table_lookup (self->connections, GUINT_TO_POINTER (port));
  const char *open = family == AF_INET6 ? "[" : "";
  const char *close = family == AF_INET6 ? "]" : "";
  char text[INET6_ADDRSTRLEN];

  if (is_drawn && listener == NULL)
    return g_strdup (name != NULL ? name : name_unknown (self, port));
  inet_ntop (family, address, text, sizeof text);
  if (port == 0)
    return g_strdup_printf ("%s%s%s:*", open, text, close);
  if (is_drawn)
    return g_strdup_printf ("%s%s%s:%s", open, text, close, listener);
  return g_strdup_printf ("%s%s%s:%u", open, text, close, port);
}
