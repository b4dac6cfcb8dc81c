/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which connection is taken for a request. Those that are free are kept by origin in a stack: the
 * one on top has been idle for the shortest time, so it is the least likely to be dead, and those
 * below it get old and go. To take one is a look at the top, however many there are; one of an
 * earlier generation is not what anybody wants, and as all below it are older still, nobody looks
 * further.
 *
 * ASIHTTPRequest walked through all of them, in the order in which they were made, and did not stop
 * at the first that fitted: so it took the one that was made last. That is done here in the same
 * way. */

#include "rebound-http-pool-private.h"

typedef struct
{
  GQueue free; /* entries; the last is on top */
  guint n_busy;
} Origin;

struct _ReboundHttpPool
{
  gpointer owner;
  ReboundHttpPolicy policy;
  guint generation;
  guint last_id;
  guint n_free;
  GQueue entries;      /* in the order of making */
  GHashTable *origins; /* by name */
};

static void
origin_free (gpointer origin)
{
  g_free (origin);
}

ReboundHttpPool *
rebound_http_pool_new (ReboundHttpPolicy policy, gpointer owner)
{
  ReboundHttpPool *self = g_new0 (ReboundHttpPool, 1);

  self->owner = owner;
  self->policy = policy;
  g_queue_init (&self->entries);
  self->origins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, origin_free);
  return self;
}

static Origin *
get_origin (ReboundHttpPool *self, const char *name)
{
  Origin *origin = g_hash_table_lookup (self->origins, name);

  if (origin == NULL)
    {
      origin = g_new0 (Origin, 1);
      g_queue_init (&origin->free);
      g_hash_table_insert (self->origins, g_strdup (name), origin);
    }
  return origin;
}

/* -- free or not -- */

static void
occupy (ReboundHttpPool *self, ReboundHttpEntry *entry, guint request)
{
  Origin *origin = get_origin (self, entry->origin);

  g_queue_unlink (&origin->free, &entry->free_place);
  self->n_free--;
  origin->n_busy++;
  entry->request = request;
}

void
rebound_http_pool_give_back (ReboundHttpPool *self, ReboundHttpEntry *entry, gint64 expires_usec)
{
  Origin *origin = get_origin (self, entry->origin);

  g_return_if_fail (entry->request != 0);
  entry->request = 0;
  entry->expires_usec = expires_usec;
  origin->n_busy--;
  self->n_free++;
  g_queue_push_tail_link (&origin->free, &entry->free_place);
}

gboolean
rebound_http_pool_is_present (ReboundHttpPool *self, const ReboundHttpEntry *entry)
{
  return entry->generation == self->generation;
}

/* Without a break, so that the last one wins. */
static ReboundHttpEntry *
find_as_asi (ReboundHttpPool *self, const char *origin)
{
  ReboundHttpEntry *found = NULL;

  for (GList *place = self->entries.head; place != NULL; place = place->next)
    {
      ReboundHttpEntry *entry = place->data;

      if (entry->request == 0 && g_str_equal (entry->origin, origin))
        found = entry;
    }
  return found;
}

ReboundHttpEntry *
rebound_http_pool_take (ReboundHttpPool *self, const char *origin, guint request)
{
  ReboundHttpEntry *entry;

  if (self->policy == REBOUND_HTTP_POLICY_ASI)
    entry = find_as_asi (self, origin);
  else
    entry = g_queue_peek_tail (&get_origin (self, origin)->free);
  if (entry == NULL
      || (self->policy == REBOUND_HTTP_POLICY_REBOUND
          && !rebound_http_pool_is_present (self, entry)))
    return NULL;
  occupy (self, entry, request);
  return entry;
}

ReboundHttpEntry *
rebound_http_pool_add_single (ReboundHttpPool *self, const char *origin, guint request)
{
  ReboundHttpEntry *entry = g_new0 (ReboundHttpEntry, 1);

  entry->owner = self->owner;
  entry->origin = g_strdup (origin);
  entry->generation = self->generation;
  entry->expires_usec = G_MAXINT64;
  entry->left_requests = -1;
  entry->request = request;
  entry->place.data = entry;
  entry->free_place.data = entry;
  get_origin (self, origin)->n_busy++;
  g_queue_push_tail_link (&self->entries, &entry->place);
  return entry;
}

ReboundHttpEntry *
rebound_http_pool_add (ReboundHttpPool *self, const char *origin, guint request)
{
  ReboundHttpEntry *entry = rebound_http_pool_add_single (self, origin, request);

  entry->id = ++self->last_id;
  return entry;
}

void
rebound_http_pool_hold_place (ReboundHttpPool *self, const char *origin)
{
  get_origin (self, origin)->n_busy++;
}

void
rebound_http_pool_release_place (ReboundHttpPool *self, const char *origin)
{
  get_origin (self, origin)->n_busy--;
}

/* -- going -- */

void
rebound_http_pool_remove (ReboundHttpPool *self, ReboundHttpEntry *entry)
{
  Origin *origin = get_origin (self, entry->origin);

  if (entry->request == 0)
    {
      g_queue_unlink (&origin->free, &entry->free_place);
      self->n_free--;
    }
  else
    origin->n_busy--;
  g_queue_unlink (&self->entries, &entry->place);
  g_clear_object (&entry->connection);
  g_free (entry->origin);
  g_free (entry);
}

void
rebound_http_pool_free (ReboundHttpPool *self)
{
  while (!g_queue_is_empty (&self->entries))
    rebound_http_pool_remove (self, g_queue_peek_head (&self->entries));
  g_hash_table_unref (self->origins);
  g_free (self);
}

void
rebound_http_pool_raise_generation (ReboundHttpPool *self)
{
  self->generation++;
}

/* -- looking -- */

static GPtrArray *
list_free_until (ReboundHttpPool *self, gint64 expires_usec)
{
  GPtrArray *list = g_ptr_array_new ();

  for (GList *place = self->entries.head; place != NULL; place = place->next)
    {
      ReboundHttpEntry *entry = place->data;

      if (entry->request == 0 && entry->expires_usec <= expires_usec)
        g_ptr_array_add (list, entry);
    }
  return list;
}

GPtrArray *
rebound_http_pool_list_expired (ReboundHttpPool *self, gint64 now_usec)
{
  return list_free_until (self, now_usec);
}

GPtrArray *
rebound_http_pool_list_free (ReboundHttpPool *self)
{
  return list_free_until (self, G_MAXINT64);
}

gint64
rebound_http_pool_get_next_expiry (ReboundHttpPool *self)
{
  gint64 next_usec = G_MAXINT64;

  for (GList *place = self->entries.head; place != NULL; place = place->next)
    {
      ReboundHttpEntry *entry = place->data;

      if (entry->request == 0)
        next_usec = MIN (next_usec, entry->expires_usec);
    }
  return next_usec;
}

guint
rebound_http_pool_count (ReboundHttpPool *self)
{
  return self->entries.length;
}

guint
rebound_http_pool_count_free (ReboundHttpPool *self)
{
  return self->n_free;
}

guint
rebound_http_pool_count_busy (ReboundHttpPool *self, const char *origin)
{
  Origin *found = g_hash_table_lookup (self->origins, origin);

  return found != NULL ? found->n_busy : 0;
}
