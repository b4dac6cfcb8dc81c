/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals become events here, by a closure of our own that sees every parameter: so an object that
 * knows nothing of Rebound is logged, waited for and checked like one of ours. */

#include "rebound-journal-private.h"

#include <stdarg.h>

#include "rebound-event-private.h"
#include "rebound-member-private.h"

/* What waits want to know of the events of one kind since the mark; one for each, however many
 * there were, because a wait looks at every settled instant. */
typedef struct
{
  const char *actor; /* interned, as @kind: compared by address */
  const char *kind;
  guint count; /* that no wait has used up */
  gint64 last_usec;
} Tally;

typedef struct
{
  GObject *object;
  GArray *handlers; /* gulong */
} Followed;

struct _ReboundJournal
{
  ReboundClock *clock;
  GPtrArray *sinks;
  GPtrArray *followed;
  GHashTable *tallies;     /* since the mark: a set of Tally */
  GHashTable *field_specs; /* of notes: their fields → GParamSpec */
  const char *source;
  gboolean is_silent;
  guint64 count;
};

/* A closure for one signal of one object. */
typedef struct
{
  GClosure closure;
  ReboundJournal *journal;
  const char *actor;
  const char *kind;
  const ReboundMember *member; /* NULL: made by g_signal_new() */
  GPtrArray *arguments;        /* GParamSpec */
} Recorder;

static void
followed_free (gpointer data)
{
  Followed *followed = data;

  for (guint i = 0; i < followed->handlers->len; i++)
    g_signal_handler_disconnect (followed->object, g_array_index (followed->handlers, gulong, i));
  g_array_unref (followed->handlers);
  g_object_unref (followed->object);
  g_free (followed);
}

static guint
tally_hash (gconstpointer data)
{
  const Tally *tally = data;

  return g_direct_hash (tally->actor) * 31 + g_direct_hash (tally->kind);
}

static gboolean
tally_equal (gconstpointer a, gconstpointer b)
{
  const Tally *first = a, *second = b;

  return first->actor == second->actor && first->kind == second->kind;
}

ReboundJournal *
rebound_journal_new (ReboundClock *clock)
{
  ReboundJournal *self = g_new0 (ReboundJournal, 1);

  self->clock = g_object_ref (clock);
  self->sinks = g_ptr_array_new_with_free_func (g_object_unref);
  self->followed = g_ptr_array_new_with_free_func (followed_free);
  self->tallies = g_hash_table_new_full (tally_hash, tally_equal, g_free, NULL);
  self->field_specs = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_param_spec_unref);
  return self;
}

void
rebound_journal_free (ReboundJournal *self)
{
  g_ptr_array_unref (self->followed);
  g_ptr_array_unref (self->sinks);
  g_hash_table_unref (self->tallies);
  g_hash_table_unref (self->field_specs);
  g_object_unref (self->clock);
  g_free (self);
}

void
rebound_journal_add_sink (ReboundJournal *self, ReboundEventSink *sink)
{
  g_ptr_array_add (self->sinks, g_object_ref (sink));
}

void
rebound_journal_finish (ReboundJournal *self, const ReboundSummary *summary)
{
  for (guint i = 0; i < self->sinks->len; i++)
    rebound_event_sink_finish (self->sinks->pdata[i], summary);
}

guint64
rebound_journal_get_count (ReboundJournal *self)
{
  return self->count;
}

void
rebound_journal_set_silent (ReboundJournal *self, gboolean is_silent)
{
  self->is_silent = is_silent;
}

void
rebound_journal_set_source (ReboundJournal *self, const char *source)
{
  self->source = source;
}

const char *
rebound_journal_get_source (ReboundJournal *self)
{
  return self->source;
}

static ReboundEvent *
next_event (ReboundJournal *self, const char *actor, const char *kind, ReboundEventGroup group)
{
  return rebound_event_new (++self->count, rebound_clock_get_time_usec (self->clock), actor, kind,
                            group, self->source);
}

static void
publish (ReboundJournal *self, ReboundEvent *event)
{
  Tally key = { rebound_event_get_actor (event), rebound_event_get_kind (event), 0, 0 };
  Tally *tally = g_hash_table_lookup (self->tallies, &key);

  if (tally == NULL)
    {
      tally = g_memdup2 (&key, sizeof key);
      g_hash_table_add (self->tallies, tally);
    }
  tally->count++;
  tally->last_usec = rebound_event_get_time_usec (event);
  for (guint i = 0; i < self->sinks->len; i++)
    rebound_event_sink_write (self->sinks->pdata[i], event);
}

/* For a signal without names of its own: "it-said (arg1: 3, arg2: yes)". */
static char *
plain_text (const char *kind, GPtrArray *arguments)
{
  GString *text = g_string_new (kind);
  guint n_shown = 0;

  for (guint i = 0; i < arguments->len; i++)
    if (arguments->pdata[i] != NULL)
      g_string_append_printf (text, "%s%s: {%s}", n_shown++ == 0 ? " (" : ", ",
                              g_param_spec_get_name (arguments->pdata[i]),
                              g_param_spec_get_name (arguments->pdata[i]));
  if (n_shown > 0)
    g_string_append_c (text, ')');
  return g_string_free (text, FALSE);
}

static void
record (GClosure *closure,
        GValue *return_value,
        guint n_values,
        const GValue *values,
        gpointer hint,
        gpointer marshal_data)
{
  Recorder *recorder = (Recorder *) closure;
  ReboundEventGroup group
      = recorder->member != NULL ? recorder->member->group : REBOUND_EVENT_GROUP_ACTORS;
  g_autoptr (ReboundEvent) event = NULL;

  if (recorder->journal->is_silent)
    return;
  event = next_event (recorder->journal, recorder->actor, recorder->kind, group);
  for (guint i = 1; i < n_values && i <= recorder->arguments->len; i++)
    if (recorder->arguments->pdata[i - 1] != NULL)
      rebound_event_add_field (event, recorder->arguments->pdata[i - 1], &values[i]);
  if (recorder->member != NULL)
    rebound_event_set_text (event, recorder->member->text);
  else
    {
      g_autofree char *text = plain_text (recorder->kind, recorder->arguments);

      rebound_event_set_text (event, text);
    }
  publish (recorder->journal, event);
}

static void
recorder_clear (gpointer data, GClosure *closure)
{
  g_ptr_array_unref (((Recorder *) closure)->arguments);
}

static GParamSpec *
enum_spec (const char *name, GType type)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return klass->n_values == 0
             ? NULL
             : g_param_spec_enum (name, NULL, NULL, type, klass->values[0].value, G_PARAM_READABLE);
}

/* A specification for a parameter that came without one, or NULL for what a log cannot show (a
 * pointer, an object). */
static GParamSpec *
spec_for (GType type, guint number)
{
  g_autofree char *name = g_strdup_printf ("arg%u", number);
  GParamSpec *pspec = NULL;

  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_STRING:
      pspec = g_param_spec_string (name, NULL, NULL, NULL, G_PARAM_READABLE);
      break;
    case G_TYPE_BOOLEAN:
      pspec = g_param_spec_boolean (name, NULL, NULL, FALSE, G_PARAM_READABLE);
      break;
    case G_TYPE_INT:
      pspec = g_param_spec_int (name, NULL, NULL, G_MININT, G_MAXINT, 0, G_PARAM_READABLE);
      break;
    case G_TYPE_UINT:
      pspec = g_param_spec_uint (name, NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE);
      break;
    case G_TYPE_INT64:
      pspec = g_param_spec_int64 (name, NULL, NULL, G_MININT64, G_MAXINT64, 0, G_PARAM_READABLE);
      break;
    case G_TYPE_UINT64:
      pspec = g_param_spec_uint64 (name, NULL, NULL, 0, G_MAXUINT64, 0, G_PARAM_READABLE);
      break;
    case G_TYPE_DOUBLE:
      pspec
          = g_param_spec_double (name, NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0, G_PARAM_READABLE);
      break;
    case G_TYPE_ENUM:
      pspec = enum_spec (name, type);
      break;
    case G_TYPE_FLAGS:
      pspec = g_param_spec_flags (name, NULL, NULL, type, 0, G_PARAM_READABLE);
      break;
    default:
      break;
    }
  return pspec != NULL ? g_param_spec_ref_sink (pspec) : NULL;
}

static void
unref_spec (gpointer pspec)
{
  if (pspec != NULL)
    g_param_spec_unref (pspec);
}

static GPtrArray *
specs_for (const ReboundMember *member, const GSignalQuery *query)
{
  GPtrArray *specs;

  if (member != NULL)
    return g_ptr_array_ref (member->arguments);
  specs = g_ptr_array_new_with_free_func (unref_spec);
  for (guint i = 0; i < query->n_params; i++)
    g_ptr_array_add (specs, spec_for (query->param_types[i] & ~G_SIGNAL_TYPE_STATIC_SCOPE, i + 1));
  return specs;
}

void
rebound_journal_follow (ReboundJournal *self, const char *name, GObject *object)
{
  g_autoptr (GArray) ids = rebound_member_list (G_OBJECT_TYPE (object), FALSE);
  Followed *followed = g_new0 (Followed, 1);

  followed->object = g_object_ref (object);
  followed->handlers = g_array_new (FALSE, FALSE, sizeof (gulong));
  for (guint i = 0; i < ids->len; i++)
    {
      guint id = g_array_index (ids, guint, i);
      Recorder *recorder = (Recorder *) g_closure_new_simple (sizeof (Recorder), NULL);
      GSignalQuery query;
      gulong handler;

      g_signal_query (id, &query);
      recorder->journal = self;
      recorder->actor = g_intern_string (name);
      recorder->kind = g_intern_string (query.signal_name);
      recorder->member = rebound_member_look_up (id);
      recorder->arguments = specs_for (recorder->member, &query);
      g_closure_set_marshal (&recorder->closure, record);
      g_closure_add_finalize_notifier (&recorder->closure, NULL, recorder_clear);
      handler = g_signal_connect_closure_by_id (object, id, 0, &recorder->closure, FALSE);
      g_array_append_val (followed->handlers, handler);
    }
  g_ptr_array_add (self->followed, followed);
}

void
rebound_journal_unfollow (ReboundJournal *self, GObject *object)
{
  for (guint i = 0; i < self->followed->len; i++)
    if (((Followed *) self->followed->pdata[i])->object == object)
      {
        g_ptr_array_remove_index (self->followed, i);
        return;
      }
}

/* Of a note's field; made once for each that is there, and the notes are few. */
static GParamSpec *
note_field_spec (ReboundJournal *self, const ReboundNote *note, guint index)
{
  gconstpointer key = &note->fields[index];
  GParamSpec *pspec = g_hash_table_lookup (self->field_specs, key);

  if (pspec == NULL)
    {
      pspec = rebound_note_new_field_spec (note, index);
      g_hash_table_insert (self->field_specs, (gpointer) key, pspec);
    }
  return pspec;
}

void
rebound_journal_note (ReboundJournal *self, const char *actor, const ReboundNote *note, ...)
{
  g_autoptr (ReboundEvent) event = NULL;
  va_list list;

  if (self->is_silent)
    return;
  event = next_event (self, g_intern_string (actor), g_intern_string (note->kind), note->group);
  va_start (list, note);
  for (guint i = 0; note->fields[i].name != NULL; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      g_value_init (&value, G_TYPE_STRING);
      g_value_set_string (&value, va_arg (list, const char *));
      rebound_event_add_field (event, note_field_spec (self, note, i), &value);
    }
  va_end (list);
  rebound_event_set_text (event, note->text);
  publish (self, event);
}

void
rebound_journal_mark (ReboundJournal *self)
{
  g_hash_table_remove_all (self->tallies);
}

static Tally *
find_tally (ReboundJournal *self, const char *actor, const char *kind)
{
  Tally key = { g_intern_string (actor), g_intern_string (kind), 0, 0 };

  return g_hash_table_lookup (self->tallies, &key);
}

guint
rebound_journal_count (ReboundJournal *self, const char *actor, const char *kind)
{
  Tally *tally = find_tally (self, actor, kind);

  return tally != NULL ? tally->count : 0;
}

gint64
rebound_journal_get_last_usec (ReboundJournal *self, const char *actor, const char *kind)
{
  Tally *tally = find_tally (self, actor, kind);

  return tally != NULL && tally->count > 0 ? tally->last_usec : -1;
}

void
rebound_journal_use (ReboundJournal *self, const char *actor, const char *kind, guint count)
{
  Tally *tally = find_tally (self, actor, kind);

  if (tally != NULL)
    tally->count -= MIN (count, tally->count);
}
