/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel is looked at when an instant has settled, and an end that has come and gone within one
 * was never looked at. What its owner said of it is known all the same: from “connected” or
 * “accepted” on it was open, until it was closed. If the look finds it, that was its state, and had
 * been since.
 *
 * A listening socket that is closed leaves nothing, and so nothing is told of it by the kernel: its
 * owner's word ends it, or its owner's end. A name is not one socket's alone (a listener is opened
 * anew; a request is sent twice, and the first connection is in TIME_WAIT when the second comes),
 * so what the kernel tells of is the oldest that is in the state which it says it was in. */

#include "rebound-socket-spans.h"

#include <string.h>

#include "rebound-event-fields.h"

#define OPEN "open"

struct _ReboundSocketSpans
{
  const ReboundAbout *about;
  ReboundSocketSpansListener listener;
  GQueue all;            /* ReboundSocketSpan, the oldest first, of */
  GHashTable *live;      /* "connection\nend" → GPtrArray of ReboundSocketSpan, as well */
  GHashTable *listening; /* actor → the ReboundEvent that said so */
  ReboundConnectionEndings *endings;
  GPtrArray *held; /* ReboundSocketSpan that are over, at this instant */
  gint64 held_usec;
  guint n_time_wait;
  guint n_open;
};

static void
span_free (ReboundSocketSpan *span)
{
  g_free (span->connection);
  g_free (span->end);
  g_free (span->reclaimed);
  g_free (span->how);
  g_free (span->ending_by);
  g_free (span);
}

ReboundSocketSpans *
rebound_socket_spans_new (const ReboundAbout *about, const ReboundSocketSpansListener *listener)
{
  ReboundSocketSpans *self = g_new0 (ReboundSocketSpans, 1);

  self->about = about;
  self->listener = *listener;
  g_queue_init (&self->all);
  self->held = g_ptr_array_new ();
  self->live
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->listening = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify) rebound_event_unref);
  self->endings = rebound_connection_endings_new ();
  return self;
}

void
rebound_socket_spans_free (ReboundSocketSpans *self)
{
  while (!g_queue_is_empty (&self->all))
    span_free (g_queue_pop_head_link (&self->all)->data);
  for (guint i = 0; i < self->held->len; i++)
    span_free (self->held->pdata[i]);
  g_ptr_array_unref (self->held);
  g_hash_table_unref (self->live);
  g_hash_table_unref (self->listening);
  rebound_connection_endings_free (self->endings);
  g_free (self);
}

/* -- the sockets of a name -- */

static GPtrArray *
list_live (ReboundSocketSpans *self, const char *connection, const char *end)
{
  g_autofree char *key = g_strconcat (connection, "\n", end, NULL);
  GPtrArray *spans = g_hash_table_lookup (self->live, key);

  if (spans == NULL)
    {
      spans = g_ptr_array_new ();
      g_hash_table_insert (self->live, g_steal_pointer (&key), spans);
    }
  return spans;
}

/* The oldest that is in @state. */
static ReboundSocketSpan *
find_in_state (GPtrArray *spans, const char *state)
{
  for (guint i = 0; i < spans->len; i++)
    if (strcmp (((ReboundSocketSpan *) spans->pdata[i])->state, state) == 0)
      return spans->pdata[i];
  return NULL;
}

static gboolean
has_index (GPtrArray *spans, guint index)
{
  for (guint i = 0; i < spans->len; i++)
    if (((ReboundSocketSpan *) spans->pdata[i])->index == index)
      return TRUE;
  return FALSE;
}

static void
count (ReboundSocketSpans *self, const char *state, gint by)
{
  guint *counter = strcmp (state, "TIME_WAIT") == 0 ? &self->n_time_wait : &self->n_open;

  *counter = (guint) ((gint) *counter + by);
}

static ReboundSocketSpan *
begin (ReboundSocketSpans *self,
       const char *connection,
       const char *end,
       const char *state,
       ReboundEvent *event,
       gint64 ns)
{
  GPtrArray *spans = list_live (self, connection, end);
  ReboundEvent *said = g_hash_table_lookup (self->listening, end);
  ReboundSocketSpan *span = g_new0 (ReboundSocketSpan, 1);

  while (has_index (spans, span->index))
    span->index++;
  span->connection = g_strdup (connection);
  span->end = g_strdup (end);
  span->state = g_intern_string (state);
  span->begin_ns = ns;
  span->begin_number = rebound_event_get_number (event);
  span->port = said != NULL ? rebound_event_fields_get_number (said, "port") : -1;
  span->generation = -1;
  g_ptr_array_add (spans, span);
  span->link.data = span;
  g_queue_push_tail_link (&self->all, &span->link);
  count (self, state, 1);
  self->listener.begun (span, self->listener.user_data);
  return span;
}

static void
settle (ReboundSocketSpans *self, ReboundSocketSpan *span)
{
  const ReboundConnectionEnding *ending
      = rebound_connection_endings_look_up (self->endings, span->connection);

  if (span->has_settled)
    return;
  g_free (span->ending_by);
  span->ending = ending != NULL ? ending->flag : NULL;
  span->ending_by = ending != NULL ? g_strdup (ending->by) : NULL;
}

/* Tells of a state that is over. */
static void
tell (ReboundSocketSpans *self, ReboundSocketSpan *span, gint64 ns, guint64 number)
{
  settle (self, span);
  span->end_ns = ns;
  span->end_number = number;
  self->listener.over (span, self->listener.user_data);
}

/* Tells of what has been held back. */
static void
release (ReboundSocketSpans *self)
{
  for (guint i = 0; i < self->held->len; i++)
    {
      ReboundSocketSpan *span = self->held->pdata[i];

      tell (self, span, span->end_ns, span->end_number);
      span_free (span);
    }
  g_ptr_array_set_size (self->held, 0);
}

static void
change (ReboundSocketSpans *self,
        ReboundSocketSpan *span,
        const char *state,
        ReboundEvent *event,
        gint64 ns)
{
  tell (self, span, ns, rebound_event_get_number (event));
  count (self, span->state, -1);
  count (self, state, 1);
  span->state = g_intern_string (state);
  span->begin_ns = ns;
  span->begin_number = rebound_event_get_number (event);
}

/* The packets of an instant are told of behind what is said of it, so what ended the socket is
 * known when the instant is over. */
static void
end (ReboundSocketSpans *self, ReboundSocketSpan *span, gint64 ns, guint64 number)
{
  count (self, span->state, -1);
  g_queue_unlink (&self->all, &span->link);
  g_ptr_array_remove (list_live (self, span->connection, span->end), span);
  span->end_ns = ns;
  span->end_number = number;
  g_ptr_array_add (self->held, span);
}

/* -- what the kernel tells -- */

/* Only one can listen by a name: where the end of the one before was not seen, it is now. */
static void
begin_listening (ReboundSocketSpans *self, const char *actor, ReboundEvent *event, gint64 ns)
{
  ReboundSocketSpan *before = find_in_state (list_live (self, actor, actor), "LISTEN");
  ReboundEvent *said = g_hash_table_lookup (self->listening, actor);
  ReboundSocketSpan *span;

  if (before != NULL)
    end (self, before, ns, rebound_event_get_number (event));
  span = begin (self, actor, actor, "LISTEN", event, ns);
  if (said != NULL)
    span->generation = rebound_event_fields_get_number (said, "generation");
}

static void
on_state_changed (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  const char *connection = rebound_event_fields_get_string (event, "connection");
  const char *whose = rebound_event_fields_get_string (event, "end");
  const char *from = rebound_event_fields_get_string (event, "from");
  const char *to = rebound_event_fields_get_string (event, "to");
  gboolean is_new = strcmp (from, "CLOSED") == 0;
  ReboundSocketSpan *span
      = find_in_state (list_live (self, connection, whose), is_new ? OPEN : from);

  if (strcmp (to, "CLOSED") == 0)
    {
      if (span != NULL)
        end (self, span, ns, rebound_event_get_number (event));
    }
  else if (strcmp (to, "LISTEN") == 0)
    begin_listening (self, whose, event, ns);
  else if (span == NULL)
    begin (self, connection, whose, to, event, ns);
  else if (is_new && strcmp (to, "ESTABLISHED") == 0)
    span->state = g_intern_string (to);
  else
    change (self, span, to, event, ns);
}

static void
on_remainder_gone (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  GPtrArray *spans = list_live (self, rebound_event_fields_get_string (event, "connection"),
                                rebound_event_fields_get_string (event, "end"));
  ReboundSocketSpan *span = find_in_state (spans, rebound_event_fields_get_string (event, "state"));

  if (span != NULL)
    end (self, span, ns, rebound_event_get_number (event));
}

static void
on_socket_reclaimed (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  GPtrArray *spans = list_live (self, rebound_event_fields_get_string (event, "connection"),
                                rebound_event_fields_get_string (event, "end"));

  for (guint i = 0; i < spans->len; i++)
    {
      ReboundSocketSpan *span = spans->pdata[i];

      if (span->reclaimed == NULL && strcmp (span->state, "TIME_WAIT") != 0)
        span->reclaimed = g_strdup (rebound_event_fields_get_string (event, "style"));
    }
}

static void
keep_ending (ReboundSocketSpans *self, ReboundSocketSpan *span, const char *connection)
{
  if (strcmp (span->connection, connection) != 0)
    return;
  settle (self, span);
  span->has_settled = span->ending != NULL;
}

/* The name is another connection's from now on: those that had it keep how they have ended. */
static void
pass_name_on (ReboundSocketSpans *self, const char *connection)
{
  for (GList *link = self->all.head; link != NULL; link = link->next)
    keep_ending (self, link->data, connection);
  for (guint i = 0; i < self->held->len; i++)
    keep_ending (self, self->held->pdata[i], connection);
}

static void
on_packet (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  const char *connection = rebound_connection_endings_name (event);

  if (connection != NULL && rebound_connection_endings_is_first (event)
      && rebound_connection_endings_look_up (self->endings, connection) != NULL)
    pass_name_on (self, connection);
  rebound_connection_endings_take (self->endings, event);
}

/* -- what its owner says -- */

static void
on_come_about (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  const char *connection = rebound_event_fields_get_string (event, "connection");

  if (connection != NULL)
    begin (self, connection, rebound_event_get_actor (event), OPEN, event, ns);
}

static void
on_listening (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  g_hash_table_insert (self->listening, g_strdup (rebound_event_get_actor (event)),
                       rebound_event_ref (event));
}

/* Ends @actor's listening socket, where it is of @generation; of any, where that is below 0. */
static void
end_listening (ReboundSocketSpans *self,
               const char *actor,
               gint64 generation,
               ReboundEvent *event,
               gint64 ns)
{
  ReboundSocketSpan *span = find_in_state (list_live (self, actor, actor), "LISTEN");

  if (span != NULL && (generation < 0 || span->generation == generation))
    end (self, span, ns, rebound_event_get_number (event));
}

static void
on_connection_closed (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  GPtrArray *spans = list_live (self, rebound_event_fields_get_string (event, "connection"),
                                rebound_event_get_actor (event));
  static const char *const words[] = { "how", "reason", "error" };
  ReboundSocketSpan *span = spans->len > 0 ? spans->pdata[spans->len - 1] : NULL;

  if (span == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (words) && span->how == NULL; i++)
    span->how = g_strdup (rebound_event_fields_get_string (event, words[i]));
  if (strcmp (span->state, OPEN) == 0)
    end (self, span, ns, rebound_event_get_number (event));
}

static void
on_closed (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  if (rebound_event_fields_get_string (event, "connection") != NULL)
    on_connection_closed (self, event, ns);
  else
    end_listening (self, rebound_event_get_actor (event),
                   rebound_event_fields_get_number (event, "generation"), event, ns);
}

/* The descriptor of the one before is the new one's. */
static void
on_descriptor_replaced (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  end_listening (self, rebound_event_get_actor (event), -1, event, ns);
}

static void
on_returned (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  if (rebound_event_fields_has (event, "call", "close")
      && rebound_event_fields_has (event, "result", "0"))
    end_listening (self, rebound_event_get_actor (event), -1, event, ns);
}

/* What listens in a process ends with it, and what was open and not looked at. */
static gboolean
ends_with (ReboundSocketSpans *self, const ReboundSocketSpan *span, const char *application)
{
  return (strcmp (span->state, "LISTEN") == 0 || strcmp (span->state, OPEN) == 0)
         && g_strcmp0 (rebound_run_get_owner (self->about->run, span->end), application) == 0;
}

static void
on_died (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  GList *next;

  for (GList *link = self->all.head; link != NULL; link = next)
    {
      next = link->next;
      if (ends_with (self, link->data, rebound_event_get_actor (event)))
        end (self, link->data, ns, rebound_event_get_number (event));
    }
}

/* -- all of it -- */

typedef struct
{
  const char *kind;
  void (*take) (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns);
} Taker;

static const Taker of_kernel[] = {
  { "packet", on_packet },
  { "state-changed", on_state_changed },
  { "remainder-expired", on_remainder_gone },
  { "remainder-forgotten", on_remainder_gone },
  { "socket-reclaimed", on_socket_reclaimed },
};

static const Taker of_actors[] = {
  { "connected", on_come_about },
  { "accepted", on_come_about },
  { "listening", on_listening },
  { "closed", on_closed },
  { "connection-closed", on_closed },
  { "failed", on_closed },
  { "descriptor-replaced", on_descriptor_replaced },
  { "returned", on_returned },
  { "died", on_died },
};

void
rebound_socket_spans_take (ReboundSocketSpans *self, ReboundEvent *event, gint64 ns)
{
  gboolean is_kernel = strcmp (rebound_event_get_actor (event), "kernel") == 0;
  const Taker *takers = is_kernel ? of_kernel : of_actors;
  guint n_takers = is_kernel ? G_N_ELEMENTS (of_kernel) : G_N_ELEMENTS (of_actors);

  if (rebound_event_get_time_usec (event) != self->held_usec)
    release (self);
  self->held_usec = rebound_event_get_time_usec (event);
  for (guint i = 0; i < n_takers; i++)
    if (strcmp (takers[i].kind, rebound_event_get_kind (event)) == 0)
      {
        takers[i].take (self, event, ns);
        return;
      }
}

void
rebound_socket_spans_finish (ReboundSocketSpans *self, gint64 ns)
{
  release (self);
  for (GList *link = self->all.head; link != NULL; link = link->next)
    tell (self, link->data, ns, 0);
}

guint
rebound_socket_spans_count_time_wait (ReboundSocketSpans *self)
{
  return self->n_time_wait;
}

guint
rebound_socket_spans_count_open (ReboundSocketSpans *self)
{
  return self->n_open;
}

const ReboundSocketSpan *
rebound_socket_spans_find (ReboundSocketSpans *self, const char *connection, const char *whose)
{
  GPtrArray *spans = list_live (self, connection, whose);

  return spans->len > 0 ? spans->pdata[spans->len - 1] : NULL;
}

const ReboundSocketSpan *
rebound_socket_spans_find_time_wait (ReboundSocketSpans *self, const char *whose, gint64 port)
{
  for (GList *link = self->all.tail; link != NULL; link = link->prev)
    {
      const ReboundSocketSpan *span = link->data;

      if (span->port == port && strcmp (span->state, "TIME_WAIT") == 0
          && strcmp (span->end, whose) == 0)
        return span;
    }
  return NULL;
}
