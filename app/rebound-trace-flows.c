/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An arrow is drawn where the run knows that the one came of the other: an event says which
 * statement was being played, and two ends of a connection have its name. What would have to be
 * guessed has none; so a packet is an arrow only where both ends have been seen by then.
 *
 * Readers draw an arrow from slice to slice. A state that lasts an hour is no place for it to leave
 * from, so both of its ends have a slice of their own, as small as an event's room. */

#include "rebound-trace-flows.h"

#include <string.h>

#include "rebound-event-fields.h"

/* Whose words these were, and where. */
typedef struct
{
  const char *actor; /* interned */
  ReboundTracePlace place;
} Notice;

struct _ReboundTraceFlows
{
  const ReboundAbout *about;
  ReboundTraceWriter *writer;
  ReboundTraceLanes *lanes;
  ReboundSocketSpans *sockets;

  /* The statement that is being played, and whom it has come to. */
  ReboundEvent *statement;
  ReboundTracePlace statement_place;
  GPtrArray *reached; /* interned names */

  GHashTable *meetings; /* connection → Notice of the end that came about first */
  GHashTable *partings; /* connection → Notice of the end that ended last */
  GHashTable *closings; /* "connection\nactor" → ReboundTracePlace */
  GHashTable *deaths;   /* application → ReboundTracePlace */
  GHashTable *servers;  /* connection → who has accepted it */

  guint64 marked; /* the number of the event that has its mark */
};

ReboundTraceFlows *
rebound_trace_flows_new (const ReboundAbout *about,
                         ReboundTraceWriter *writer,
                         ReboundTraceLanes *lanes,
                         ReboundSocketSpans *sockets)
{
  ReboundTraceFlows *self = g_new0 (ReboundTraceFlows, 1);

  self->about = about;
  self->writer = writer;
  self->lanes = lanes;
  self->sockets = sockets;
  self->reached = g_ptr_array_new ();
  self->meetings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->partings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->closings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->deaths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->servers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
rebound_trace_flows_free (ReboundTraceFlows *self)
{
  g_clear_pointer (&self->statement, rebound_event_unref);
  g_ptr_array_unref (self->reached);
  g_hash_table_unref (self->meetings);
  g_hash_table_unref (self->partings);
  g_hash_table_unref (self->closings);
  g_hash_table_unref (self->deaths);
  g_hash_table_unref (self->servers);
  g_free (self);
}

static void
mark (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place)
{
  guint64 number = rebound_event_get_number (event);

  if (self->marked != number)
    rebound_trace_writer_add_mark (self->writer, place, rebound_event_get_kind (event), number);
  self->marked = number;
}

static void
remember (GHashTable *places, char *key, const ReboundTracePlace *place)
{
  g_hash_table_insert (places, key, g_memdup2 (place, sizeof *place));
}

/* -- from a statement -- */

static void
begin_statement (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place)
{
  mark (self, event, place);
  g_clear_pointer (&self->statement, rebound_event_unref);
  self->statement = rebound_event_ref (event);
  self->statement_place = *place;
  g_ptr_array_set_size (self->reached, 0);
}

/* Whether it can come of a statement: what the kernel is seen to do comes of what actors did. */
static gboolean
is_consequence (ReboundEvent *event)
{
  const ReboundEventGroup told = REBOUND_EVENT_GROUP_LIFE | REBOUND_EVENT_GROUP_ACTORS
                                 | REBOUND_EVENT_GROUP_SOCKETS | REBOUND_EVENT_GROUP_POOL;
  ReboundEventGroup group = rebound_event_get_group (event);

  return (group & told) != 0
         && ((group & REBOUND_EVENT_GROUP_SOCKETS) == 0
             || strcmp (rebound_event_get_actor (event), "kernel") != 0);
}

/* To the first event of each actor that comes of it: at its instant, and while it is played. */
static void
follow_statement (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place)
{
  gpointer actor = (gpointer) rebound_event_get_actor (event);

  if (self->statement == NULL || !is_consequence (event)
      || rebound_event_get_time_usec (event) != rebound_event_get_time_usec (self->statement)
      || g_strcmp0 (rebound_event_get_source (event), rebound_event_get_source (self->statement))
             != 0
      || g_ptr_array_find (self->reached, actor, NULL))
    return;
  g_ptr_array_add (self->reached, actor);
  mark (self, event, place);
  rebound_trace_writer_add_flow (self->writer, "statement", &self->statement_place, place);
}

/* -- from one end of a connection to the other -- */

/* Draws from what the other end has said before, and keeps this for what it says next. */
static void
answer (ReboundTraceFlows *self,
        GHashTable *notices,
        const char *name,
        ReboundEvent *event,
        const ReboundTracePlace *place)
{
  const char *connection = rebound_event_fields_get_string (event, "connection");
  const Notice *before = g_hash_table_lookup (notices, connection);
  Notice notice = { rebound_event_get_actor (event), *place };

  mark (self, event, place);
  if (before != NULL && before->actor != notice.actor)
    rebound_trace_writer_add_flow (self->writer, name, &before->place, place);
  g_hash_table_insert (notices, g_strdup (connection), g_memdup2 (&notice, sizeof notice));
}

static void
on_come_about (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place)
{
  const char *connection = rebound_event_fields_get_string (event, "connection");

  if (connection == NULL)
    return;
  g_hash_table_remove (self->partings, connection);
  answer (self, self->meetings, "connection", event, place);
  if (strcmp (rebound_event_get_kind (event), "accepted") == 0)
    g_hash_table_insert (self->servers, g_strdup (connection),
                         g_strdup (rebound_event_get_actor (event)));
}

static void
on_ended (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place)
{
  const char *connection = rebound_event_fields_get_string (event, "connection");

  if (connection == NULL)
    return;
  g_hash_table_remove (self->meetings, connection);
  answer (self, self->partings, "end", event, place);
  remember (self->closings, g_strconcat (connection, "\n", rebound_event_get_actor (event), NULL),
            place);
}

/* -- from the closing that has left a TIME_WAIT to the bind that fails for it -- */

static void
on_died (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place)
{
  mark (self, event, place);
  remember (self->deaths, g_strdup (rebound_event_get_actor (event)), place);
}

/* Where the owner of @socket closed it: by a word of its own, or by its process's end. */
static const ReboundTracePlace *
find_closing (ReboundTraceFlows *self, const ReboundSocketSpan *socket)
{
  g_autofree char *key = g_strconcat (socket->connection, "\n", socket->end, NULL);
  const ReboundTracePlace *place = g_hash_table_lookup (self->closings, key);
  const char *owner = rebound_run_get_owner (self->about->run, socket->end);

  if (place != NULL || owner == NULL)
    return place;
  return g_hash_table_lookup (self->deaths, owner);
}

/* Of several it is the last one's that has to be waited for. */
static void
on_bind_failed (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place)
{
  const char *actor = rebound_event_get_actor (event);
  gint64 port = rebound_event_fields_get_number (event, "port");
  const ReboundSocketSpan *socket
      = port > 0 ? rebound_socket_spans_find_time_wait (self->sockets, actor, port) : NULL;
  const ReboundTracePlace *closing = socket != NULL ? find_closing (self, socket) : NULL;

  if (closing == NULL || !rebound_event_fields_has (event, "error", "EADDRINUSE"))
    return;
  mark (self, event, place);
  rebound_trace_writer_add_flow (self->writer, "port", closing, place);
}

/* -- what the kernel does -- */

static void
on_socket_reclaimed (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place)
{
  const char *end = rebound_event_fields_get_string (event, "end");
  const ReboundSocketSpan *socket
      = rebound_socket_spans_find (self->sockets,
                                   rebound_event_fields_get_string (event, "connection"), end);
  ReboundTracePlace to = *place;

  if (socket == NULL)
    return;
  to.lane = rebound_trace_lanes_get_socket (self->lanes, socket->connection, end, socket->index);
  mark (self, event, place);
  rebound_trace_writer_add_mark (self->writer, &to, "taken away", rebound_event_get_number (event));
  rebound_trace_writer_add_flow (self->writer, "reclaim", place, &to);
}

/* The end of it that did not connect has accepted it. */
static void
on_state_changed (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place)
{
  const char *connection = rebound_event_fields_get_string (event, "connection");
  const char *end = rebound_event_fields_get_string (event, "end");
  const char *number = strchr (connection, '#');
  gsize length = number != NULL ? (gsize) (number - connection) : 0;

  if (number != NULL && (strlen (end) != length || strncmp (connection, end, length) != 0))
    g_hash_table_insert (self->servers, g_strdup (connection), g_strdup (end));
}

/* A connection has the name of the actor that has connected, and a number. */
static gboolean
find_ends (ReboundTraceFlows *self,
           const char *connection,
           ReboundTraceLane *client_lane,
           ReboundTraceLane *server_lane)
{
  g_autofree char *client = g_strndup (connection, strcspn (connection, "#"));
  const char *server = g_hash_table_lookup (self->servers, connection);
  const ReboundSocketSpan *accepted;
  const ReboundSocketSpan *connected;

  if (server == NULL || !rebound_trace_lanes_has_actor (self->lanes, client))
    return FALSE;
  connected = rebound_socket_spans_find (self->sockets, connection, client);
  accepted = rebound_socket_spans_find (self->sockets, connection, server);
  *client_lane = rebound_trace_lanes_get_socket (self->lanes, connection, client,
                                                 connected != NULL ? connected->index : 0);
  *server_lane = rebound_trace_lanes_get_socket (self->lanes, connection, server,
                                                 accepted != NULL ? accepted->index : 0);
  return TRUE;
}

static void
on_packet (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place)
{
  const char *from = rebound_event_fields_get_string (event, "from");
  const char *connection = rebound_connection_endings_name (event);
  gboolean is_clients = connection == from;
  const char *flags = rebound_event_fields_get_string (event, "flags");
  ReboundTracePlace client = *place, server = *place;

  if (strchr (connection, '#') == NULL || !find_ends (self, connection, &client.lane, &server.lane))
    return;
  rebound_trace_writer_add_mark (self->writer, &client, flags, rebound_event_get_number (event));
  rebound_trace_writer_add_mark (self->writer, &server, flags, rebound_event_get_number (event));
  rebound_trace_writer_add_flow (self->writer, "packet", is_clients ? &client : &server,
                                 is_clients ? &server : &client);
}

/* -- all of it -- */

typedef struct
{
  const char *kind;
  void (*take) (ReboundTraceFlows *self, ReboundEvent *event, const ReboundTracePlace *place);
} Taker;

static const Taker of_kernel[] = {
  { "packet", on_packet },
  { "state-changed", on_state_changed },
  { "socket-reclaimed", on_socket_reclaimed },
};

static const Taker of_actors[] = {
  { "connected", on_come_about },
  { "accepted", on_come_about },
  { "half-closed", on_ended },
  { "peer-finished", on_ended },
  { "closed", on_ended },
  { "connection-closed", on_ended },
  { "failed", on_ended },
  { "bind-failed", on_bind_failed },
  { "died", on_died },
};

void
rebound_trace_flows_take (ReboundTraceFlows *self,
                          ReboundEvent *event,
                          const ReboundTracePlace *place)
{
  const char *kind = rebound_event_get_kind (event);
  gboolean is_kernel = strcmp (rebound_event_get_actor (event), "kernel") == 0;
  const Taker *takers = is_kernel ? of_kernel : of_actors;
  guint n_takers = is_kernel ? G_N_ELEMENTS (of_kernel) : G_N_ELEMENTS (of_actors);

  if (strcmp (kind, "statement") == 0)
    {
      begin_statement (self, event, place);
      return;
    }
  follow_statement (self, event, place);
  for (guint i = 0; i < n_takers; i++)
    if (strcmp (takers[i].kind, kind) == 0)
      {
        takers[i].take (self, event, place);
        return;
      }
}
