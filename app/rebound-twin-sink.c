/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An event as JSON lacks what a reader of two plays wants: where in the script it happened, what
 * people are told of it, and what it is about. */

#include "rebound-twin-sink.h"

#include <stdlib.h>
#include <string.h>

#include "rebound-jsonl-sink.h"

struct _ReboundTwinSink
{
  GObject parent_instance;

  const ReboundAbout *about; /* its owner's, who outlives it */
  FILE *stream;
  GHashTable *actors; /* that were told of */
};

static void rebound_twin_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundTwinSink,
                               rebound_twin_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_twin_sink_sink_init))

static void
rebound_twin_sink_finalize (GObject *object)
{
  g_hash_table_unref (REBOUND_TWIN_SINK (object)->actors);
  G_OBJECT_CLASS (rebound_twin_sink_parent_class)->finalize (object);
}

static void
rebound_twin_sink_class_init (ReboundTwinSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_twin_sink_finalize;
}

static void
rebound_twin_sink_init (ReboundTwinSink *self)
{
  self->actors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

ReboundEventSink *
rebound_twin_sink_new (const ReboundAbout *about, FILE *stream)
{
  ReboundTwinSink *self = g_object_new (REBOUND_TYPE_TWIN_SINK, NULL);

  self->about = about;
  self->stream = stream;
  return REBOUND_EVENT_SINK (self);
}

static void
rebound_twin_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundTwinSink *self = REBOUND_TWIN_SINK (sink);
  const char *source = rebound_event_get_source (event);
  g_autofree char *place = g_strescape (source != NULL ? source : "", NULL);
  g_autofree char *text = g_strescape (rebound_event_get_text (event), NULL);
  g_autofree char *line = rebound_jsonl_sink_to_line (event);

  fprintf (self->stream, "%s\t%u\t%s\t%s\n", place, (guint) rebound_event_get_group (event), text,
           line);
  if (!g_hash_table_contains (self->actors, rebound_event_get_actor (event)))
    g_hash_table_add (self->actors, g_strdup (rebound_event_get_actor (event)));
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* In an order that does not change. */
static void
write_cast (ReboundTwinSink *self)
{
  guint n_names;
  g_autofree const char **names
      = (const char **) g_hash_table_get_keys_as_array (self->actors, &n_names);

  qsort (names, n_names, sizeof *names, compare_names);
  for (guint i = 0; i < n_names; i++)
    {
      const char *owner = rebound_run_get_owner (self->about->run, names[i]);
      g_autofree char *name = g_strescape (names[i], NULL);

      fprintf (self->stream, "the cast\t%s\t%s\t%s\n", name,
               rebound_party_to_string (rebound_about_get_party (self->about, names[i])),
               owner != NULL ? owner : "");
    }
}

static void
rebound_twin_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  g_autofree char *problem = g_strescape (summary->problem != NULL ? summary->problem : "", NULL);

  write_cast (REBOUND_TWIN_SINK (sink));
  fprintf (REBOUND_TWIN_SINK (sink)->stream,
           "the end\t%d\t%" G_GINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%u\t%u\t%u\t%s\n",
           summary->status, summary->virtual_usec, summary->n_events, summary->n_connections,
           summary->n_expectations, summary->n_failed, problem);
}

static void
rebound_twin_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_twin_sink_write;
  iface->finish = rebound_twin_sink_finish;
}
