/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What became of each byte is known while a connection is open, and settled when it ends; a script
 * asks for it later. So the accounts outlive the connections. Of a great many connections the
 * totals are kept for all, and the rest for those that are open and for the last that have ended.
 *
 * A script that waits for a total has it read at each step of the run. So of those that are open
 * only the ones are asked over which something went since the last time, or of which something is
 * not acknowledged yet: ten thousand that are idle cost nothing.
 */

#include "rebound-ledger-private.h"

#include <string.h>

#include "lifecycle/rebound-error.h"
#include "lifecycle/rebound-param-specs.h"
#include "rebound-connection-private.h"

/* Of how many that have ended more than the totals is known: more than a script will ask for one by
 * one, and about 200 KiB. */
#define ENDED_MAXIMUM 1000

/* How many names an error lists. */
#define NAMES_MAXIMUM 8

typedef struct
{
  char *name;                       /* a GRefString */
  ReboundConnection *connection;    /* NULL: it has ended */
  ReboundConnectionFigures figures; /* as they were when it was last asked */
  char *how;                        /* a GRefString */
  GList link;                       /* of the open ones, or of the ended ones */
  GList changed_link;
  gboolean is_changed;
  ReboundLedger *ledger;
} Entry;

/* An open connection knows its entry. By name one is looked for in the lists: a script does that
 * now and then, and connections come and go all the time. A name comes again where a client has had
 * another life; the newest is meant then. */
struct _ReboundLedger
{
  GQueue open; /* in the order in which they came */
  GQueue ended;
  GQueue changed; /* of the open ones; those whose figures may not be what is in the totals */
  ReboundConnectionFigures totals; /* of those that have ended, and of the open ones as they were */
  char *last_end;                  /* a GRefString */
};

static void
entry_free (Entry *entry)
{
  g_ref_string_release (entry->name);
  g_clear_pointer (&entry->how, g_ref_string_release);
  g_free (entry);
}

ReboundLedger *
rebound_ledger_new (void)
{
  return g_new0 (ReboundLedger, 1);
}

static void
clear_queue (GQueue *queue)
{
  while (!g_queue_is_empty (queue))
    {
      Entry *entry = g_queue_pop_head_link (queue)->data;

      if (entry->connection != NULL)
        {
          rebound_connection_await_change (entry->connection, NULL, NULL);
          entry->connection->ledger_entry = NULL;
        }
      entry_free (entry);
    }
}

void
rebound_ledger_begin (ReboundLedger *self)
{
  g_queue_init (&self->changed);
  clear_queue (&self->open);
  clear_queue (&self->ended);
  self->totals = (ReboundConnectionFigures){ 0 };
  g_clear_pointer (&self->last_end, g_ref_string_release);
}

void
rebound_ledger_free (ReboundLedger *self)
{
  rebound_ledger_begin (self);
  g_free (self);
}

static void
change_figures (ReboundConnectionFigures *sum,
                const ReboundConnectionFigures *figures,
                guint64 sign)
{
  sum->given_bytes += sign * figures->given_bytes;
  sum->handed_bytes += sign * figures->handed_bytes;
  sum->acknowledged_bytes += sign * figures->acknowledged_bytes;
  sum->received_bytes += sign * figures->received_bytes;
  sum->drained_bytes += sign * figures->drained_bytes;
  sum->lost_bytes += sign * figures->lost_bytes;
  sum->left_bytes += sign * figures->left_bytes;
}

static void
note_change (gpointer user_data)
{
  Entry *entry = user_data;

  if (!entry->is_changed)
    g_queue_push_tail_link (&entry->ledger->changed, &entry->changed_link);
  entry->is_changed = TRUE;
}

/* Whatever is the kernel's to change has changed. */
static void
await_change (Entry *entry)
{
  if (entry->is_changed)
    g_queue_unlink (&entry->ledger->changed, &entry->changed_link);
  entry->is_changed = FALSE;
  rebound_connection_await_change (entry->connection, note_change, entry);
}

static void
ask (ReboundLedger *self, Entry *entry)
{
  change_figures (&self->totals, &entry->figures, G_MAXUINT64); /* modulo 2^64: -1 */
  rebound_connection_get_figures (entry->connection, &entry->figures);
  change_figures (&self->totals, &entry->figures, 1);
}

void
rebound_ledger_add (ReboundLedger *self, char *name, ReboundConnection *connection)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->ledger = self;
  entry->changed_link.data = entry;
  entry->name = g_ref_string_acquire (name);
  entry->connection = connection;
  entry->link.data = entry;
  g_queue_push_tail_link (&self->open, &entry->link);
  connection->ledger_entry = entry;
  note_change (entry);
}

static void
settle (ReboundLedger *self, Entry *entry)
{
  ask (self, entry);
  await_change (entry);
  rebound_connection_await_change (entry->connection, NULL, NULL);
  g_queue_unlink (&self->open, &entry->link);
  entry->connection->ledger_entry = NULL;
  entry->connection = NULL;
  g_queue_push_tail_link (&self->ended, &entry->link);
  if (self->ended.length > ENDED_MAXIMUM)
    entry_free (g_queue_pop_head_link (&self->ended)->data);
}

void
rebound_ledger_note_end (ReboundLedger *self, ReboundConnection *connection, const char *how)
{
  Entry *entry = connection->ledger_entry;

  if (entry == NULL)
    return;
  if (self->last_end == NULL || strcmp (self->last_end, how) != 0)
    {
      g_clear_pointer (&self->last_end, g_ref_string_release);
      self->last_end = g_ref_string_new (how);
    }
  entry->how = g_ref_string_acquire (self->last_end);
  settle (self, entry);
}

void
rebound_ledger_abandon (ReboundLedger *self)
{
  while (self->open.head != NULL)
    settle (self, self->open.head->data);
}

/* The newest of that name. */
static Entry *
find (const GQueue *queue, const char *name)
{
  for (GList *link = queue->tail; link != NULL; link = link->prev)
    if (strcmp (((Entry *) link->data)->name, name) == 0)
      return link->data;
  return NULL;
}

GError *
rebound_ledger_check (ReboundLedger *self, const char *name)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n_named = 0;

  if (*name == '\0' || find (&self->open, name) != NULL)
    return NULL;
  for (GList *link = self->open.head; link != NULL && n_named < NAMES_MAXIMUM; link = link->next)
    g_string_append_printf (names, "%s%s", n_named++ > 0 ? ", " : "", ((Entry *) link->data)->name);
  if (self->open.length > n_named)
    g_string_append_printf (names, " and %u more", self->open.length - n_named);
  return g_error_new (REBOUND_ERROR, REBOUND_ERROR_STATE,
                      "no connection “%s” is open here; open now: %s", name,
                      n_named > 0 ? names->str : "none");
}

/* -- what a script reads of it -- */

enum
{
  LAST_END,
  GIVEN,
  HANDED,
  ACKNOWLEDGED,
  RECEIVED,
  LOST,
  LEFT,
};

static GParamSpec *
bytes_spec (const char *name, const char *blurb)
{
  return rebound_param_spec_size (name, NULL, blurb, 0, G_MAXINT64, 0,
                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

void
rebound_ledger_install_readings (GParamSpec **first)
{
  first[LAST_END]
      = g_param_spec_string ("last-end", NULL,
                             "how the last connection ended that has, as the log has it", NULL,
                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  first[GIVEN] = bytes_spec ("given-bytes", "how much was given to be sent, over all connections "
                                            "or over the one of figures-of");
  first[HANDED] = bytes_spec ("handed-bytes", "how much of that TCP has taken; the rest is queued "
                                              "here, or was when its connection ended");
  first[ACKNOWLEDGED]
      = bytes_spec ("acknowledged-bytes",
                    "how much of that the peers' TCP has acknowledged: it is there, read or not");
  first[RECEIVED] = bytes_spec ("received-bytes",
                                "how much was read, what was drained while finishing included");
  first[LOST] = bytes_spec ("lost-bytes", "how much of what was given will not come to the peers "
                                          "whose connections have ended, as far as this side can "
                                          "know");
  first[LEFT] = bytes_spec ("left-bytes",
                            "how much of it was left to the kernel when its connection ended: not "
                            "acknowledged yet, and nobody here will learn what became of it");
}

static void
get_totals (ReboundLedger *self, ReboundConnectionFigures *figures)
{
  GList *next;

  for (GList *link = self->changed.head; link != NULL; link = next)
    {
      Entry *entry = link->data;

      next = link->next;
      ask (self, entry);
      if (entry->figures.acknowledged_bytes == entry->figures.handed_bytes)
        await_change (entry);
    }
  *figures = self->totals;
}

/* Of the one that is called @name. */
static void
get_figures (ReboundLedger *self, const char *name, ReboundConnectionFigures *figures)
{
  Entry *open = find (&self->open, name);
  Entry *ended = find (&self->ended, name);

  if (open != NULL)
    rebound_connection_get_figures (open->connection, figures);
  else if (ended != NULL)
    *figures = ended->figures;
}

static const char *
get_end (ReboundLedger *self, const char *of)
{
  Entry *entry;

  if (*of == '\0')
    return self->last_end;
  entry = find (&self->ended, of);
  return entry != NULL && find (&self->open, of) == NULL ? entry->how : NULL;
}

void
rebound_ledger_get_reading (ReboundLedger *self, const char *of, guint reading, GValue *value)
{
  static const gsize fields[REBOUND_LEDGER_N_READINGS] = {
    [GIVEN] = G_STRUCT_OFFSET (ReboundConnectionFigures, given_bytes),
    [HANDED] = G_STRUCT_OFFSET (ReboundConnectionFigures, handed_bytes),
    [ACKNOWLEDGED] = G_STRUCT_OFFSET (ReboundConnectionFigures, acknowledged_bytes),
    [RECEIVED] = G_STRUCT_OFFSET (ReboundConnectionFigures, received_bytes),
    [LOST] = G_STRUCT_OFFSET (ReboundConnectionFigures, lost_bytes),
    [LEFT] = G_STRUCT_OFFSET (ReboundConnectionFigures, left_bytes),
  };
  ReboundConnectionFigures figures = { 0 };

  if (reading == LAST_END)
    {
      g_value_set_string (value, get_end (self, of));
      return;
    }
  if (*of != '\0')
    get_figures (self, of, &figures);
  else
    get_totals (self, &figures);
  g_value_set_int64 (value, (gint64) G_STRUCT_MEMBER (guint64, &figures, fields[reading]));
}

GParamSpec *
rebound_ledger_spec_of (GParamFlags flags)
{
  return g_param_spec_string ("figures-of", NULL,
                              "of which connection last-end and the figures in bytes are, by its "
                              "name (phone#2); of all together if empty. Of those that have ended "
                              "the last thousand are known by name",
                              "", flags);
}
