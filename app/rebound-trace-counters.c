/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A counter is written where it changes. The sockets are counted by the spans of their states; a
 * pool's idle connections by what its client says of each; and bytes in queues only where the table
 * of sockets is told of (“print sockets”, --show=sockets), for nobody knows them in between. */

#include "rebound-trace-counters.h"

#include <string.h>

#include "rebound-event-fields.h"

typedef struct
{
  const char *actor; /* interned */
  GHashTable *idle;  /* the numbers of its idle connections */
} Pool;

struct _ReboundTraceCounters
{
  const ReboundAbout *about;
  ReboundTraceWriter *writer;
  ReboundTraceLanes *lanes;
  ReboundSocketSpans *sockets;

  gint64 n_open; /* as last written; -1: not yet */
  gint64 n_time_wait;
  GPtrArray *pools; /* Pool, in the order in which they came */

  /* The table that is being told of. */
  gint64 n_rows;
  gint64 received_bytes;
  gint64 sent_bytes;
};

/* What a client says when a connection becomes idle, and when it is no more. */
static const struct
{
  const char *kind;
  gboolean is_idle;
} pool_words[] = {
  { "keeps", TRUE },          { "keeps-as-told", TRUE }, { "will-use", FALSE },
  { "expired", FALSE },       { "retired", FALSE },      { "cleared", FALSE },
  { "server-closed", FALSE }, { "found-dead", FALSE },   { "invalidates", FALSE },
};

static void
pool_free (gpointer data)
{
  Pool *pool = data;

  g_hash_table_unref (pool->idle);
  g_free (pool);
}

ReboundTraceCounters *
rebound_trace_counters_new (const ReboundAbout *about,
                            ReboundTraceWriter *writer,
                            ReboundTraceLanes *lanes,
                            ReboundSocketSpans *sockets)
{
  ReboundTraceCounters *self = g_new0 (ReboundTraceCounters, 1);

  self->about = about;
  self->writer = writer;
  self->lanes = lanes;
  self->sockets = sockets;
  self->n_open = -1;
  self->n_time_wait = -1;
  self->pools = g_ptr_array_new_with_free_func (pool_free);
  return self;
}

void
rebound_trace_counters_free (ReboundTraceCounters *self)
{
  g_ptr_array_unref (self->pools);
  g_free (self);
}

static void
add (ReboundTraceCounters *self,
     guint pid,
     const char *name,
     const char *key,
     gint64 value,
     gint64 slot_ns)
{
  GString *values = rebound_trace_args_new ();

  rebound_trace_args_add_number (values, key, value);
  rebound_trace_writer_add_counter (self->writer, pid, name, slot_ns, values);
}

static void
count_sockets (ReboundTraceCounters *self, gint64 slot_ns)
{
  guint pid = rebound_trace_lanes_get_kernel (self->lanes);
  gint64 n_open = rebound_socket_spans_count_open (self->sockets);
  gint64 n_time_wait = rebound_socket_spans_count_time_wait (self->sockets);

  if (n_open != self->n_open)
    add (self, pid, "open sockets", "sockets", n_open, slot_ns);
  if (n_time_wait != self->n_time_wait)
    add (self, pid, "TIME_WAIT", "sockets", n_time_wait, slot_ns);
  self->n_open = n_open;
  self->n_time_wait = n_time_wait;
}

/* -- pools -- */

static Pool *
get_pool (ReboundTraceCounters *self, const char *actor)
{
  Pool *pool;

  for (guint i = 0; i < self->pools->len; i++)
    {
      pool = self->pools->pdata[i];
      if (pool->actor == actor)
        return pool;
    }
  pool = g_new0 (Pool, 1);
  pool->actor = actor;
  pool->idle = g_hash_table_new (NULL, NULL);
  g_ptr_array_add (self->pools, pool);
  return pool;
}

static void
count_pool (ReboundTraceCounters *self, const Pool *pool, gint64 slot_ns)
{
  g_autofree char *name = g_strdup_printf ("idle connections of %s", pool->actor);

  add (self, rebound_trace_lanes_get_actor (self->lanes, pool->actor).pid, name, "connections",
       g_hash_table_size (pool->idle), slot_ns);
}

static void
take_pool (ReboundTraceCounters *self, ReboundEvent *event, gboolean is_idle, gint64 slot_ns)
{
  gint64 connection = rebound_event_fields_get_number (event, "connection");
  Pool *pool = get_pool (self, rebound_event_get_actor (event));
  gpointer number = GSIZE_TO_POINTER ((gsize) connection);

  if (is_idle ? g_hash_table_add (pool->idle, number) : g_hash_table_remove (pool->idle, number))
    count_pool (self, pool, slot_ns);
}

/* A process's pools end with it. */
static void
take_death (ReboundTraceCounters *self, const char *application, gint64 slot_ns)
{
  for (guint i = 0; i < self->pools->len; i++)
    {
      Pool *pool = self->pools->pdata[i];
      const char *owner = rebound_run_get_owner (self->about->run, pool->actor);

      if (g_strcmp0 (owner, application) != 0 || g_hash_table_size (pool->idle) == 0)
        continue;
      g_hash_table_remove_all (pool->idle);
      count_pool (self, pool, slot_ns);
    }
}

/* -- queues -- */

/* Of a listener the two columns count connections. */
static void
take_row (ReboundTraceCounters *self, ReboundEvent *event, gint64 slot_ns)
{
  GString *values;

  if (!rebound_event_fields_has (event, "state", "LISTEN"))
    {
      self->received_bytes += rebound_event_fields_get_number (event, "recv-q");
      self->sent_bytes += rebound_event_fields_get_number (event, "send-q");
    }
  if (--self->n_rows != 0)
    return;
  values = rebound_trace_args_new ();
  rebound_trace_args_add_number (values, "received, not read", self->received_bytes);
  rebound_trace_args_add_number (values, "sent, not acknowledged", self->sent_bytes);
  rebound_trace_writer_add_counter (self->writer, rebound_trace_lanes_get_kernel (self->lanes),
                                    "queued bytes", slot_ns, values);
}

static void
begin_table (ReboundTraceCounters *self, ReboundEvent *event)
{
  self->n_rows = rebound_event_fields_get_number (event, "count");
  self->received_bytes = 0;
  self->sent_bytes = 0;
}

void
rebound_trace_counters_take (ReboundTraceCounters *self, ReboundEvent *event, gint64 slot_ns)
{
  const char *kind = rebound_event_get_kind (event);

  count_sockets (self, slot_ns);
  if (rebound_event_get_group (event) == REBOUND_EVENT_GROUP_POOL)
    for (guint i = 0; i < G_N_ELEMENTS (pool_words); i++)
      if (strcmp (pool_words[i].kind, kind) == 0)
        take_pool (self, event, pool_words[i].is_idle, slot_ns);
  if (strcmp (kind, "died") == 0)
    take_death (self, rebound_event_get_actor (event), slot_ns);
  if (strcmp (rebound_event_get_actor (event), "kernel") != 0)
    return;
  if (strcmp (kind, "sockets") == 0)
    begin_table (self, event);
  else if (strcmp (kind, "socket") == 0)
    take_row (self, event, slot_ns);
}
