/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of escaped fields with tabs between them. Each is written out at once: of a play that hangs
 * or dies, what had been seen until then is what one wants to know. */

#include "rebound-test-witness.h"

#include <string.h>

struct _ReboundTestWitness
{
  GObject parent_instance;

  FILE *stream;
};

static void rebound_test_witness_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundTestWitness,
                               rebound_test_witness,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_test_witness_sink_init))

static void
rebound_test_witness_class_init (ReboundTestWitnessClass *klass)
{
}

static void
rebound_test_witness_init (ReboundTestWitness *self)
{
}

/* -- in the playing process -- */

static void
write_line (FILE *stream, const char *const *fields)
{
  for (guint i = 0; fields[i] != NULL; i++)
    {
      g_autofree char *escaped = g_strescape (fields[i], NULL);

      fprintf (stream, "%s%s", i > 0 ? "\t" : "", escaped);
    }
  fputc ('\n', stream);
  fflush (stream);
}

ReboundEventSink *
rebound_test_witness_new (const char *title, FILE *stream)
{
  ReboundTestWitness *self = g_object_new (REBOUND_TYPE_TEST_WITNESS, NULL);

  self->stream = stream;
  write_line (stream, (const char *[]){ "title", title, NULL });
  return REBOUND_EVENT_SINK (self);
}

static const char *
get_field (ReboundEvent *event, const char *name)
{
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    if (strcmp (rebound_event_get_field_name (event, i), name) == 0
        && G_VALUE_HOLDS_STRING (rebound_event_get_field_value (event, i)))
      return g_value_get_string (rebound_event_get_field_value (event, i));
  return NULL;
}

/* A check that is no statement's, a busy loop say, ends the run, which then says why. */
static void
rebound_test_witness_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundTestWitness *self = REBOUND_TEST_WITNESS (sink);
  ReboundEventGroup group = rebound_event_get_group (event);
  const char *statement = get_field (event, "statement");
  const char *line = get_field (event, "line");
  const char *seen = get_field (event, "seen");

  if (group == REBOUND_EVENT_GROUP_EXPLANATIONS)
    write_line (self->stream, (const char *[]){ "why", rebound_event_get_text (event), NULL });
  else if (group == REBOUND_EVENT_GROUP_CHECKS && statement != NULL && line != NULL)
    write_line (self->stream, (const char *[]){ rebound_event_get_kind (event), line, statement,
                                                seen != NULL ? seen : "", NULL });
}

static void
rebound_test_witness_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  ReboundTestWitness *self = REBOUND_TEST_WITNESS (sink);
  g_autofree char *usec = g_strdup_printf ("%" G_GINT64_FORMAT, summary->virtual_usec);

  write_line (self->stream, (const char *[]){ "end", usec, summary->problem, NULL });
}

static void
rebound_test_witness_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_test_witness_write;
  iface->finish = rebound_test_witness_finish;
}

/* -- in the other one -- */

static void
add_check (ReboundTestPlay *play, gboolean is_met, char **fields)
{
  ReboundTestCheck *check = g_new0 (ReboundTestCheck, 1);

  check->is_met = is_met;
  check->line = g_strdup (fields[1]);
  check->statement = g_strdup (fields[2]);
  check->seen = is_met ? NULL : g_strdup (fields[3]);
  g_ptr_array_add (play->checks, check);
}

static void
read_line (ReboundTestPlay *play, char **fields)
{
  guint n_fields = g_strv_length (fields);

  if (n_fields == 4 && (strcmp (fields[0], "met") == 0 || strcmp (fields[0], "failed") == 0))
    add_check (play, strcmp (fields[0], "met") == 0, fields);
  else if (n_fields == 2 && strcmp (fields[0], "why") == 0)
    g_ptr_array_add (play->why, g_strdup (fields[1]));
  else if (n_fields == 2 && strcmp (fields[0], "title") == 0)
    play->title = g_strdup (fields[1]);
  else if (n_fields >= 2 && strcmp (fields[0], "end") == 0)
    {
      play->virtual_usec = g_ascii_strtoll (fields[1], NULL, 10);
      play->problem = g_strdup (fields[2]);
    }
}

/* The last line is a whole one or is left out: the process may have died at it. */
void
rebound_test_witness_read (GBytes *written, ReboundTestPlay *play)
{
  gsize size_bytes;
  const char *text = g_bytes_get_data (written, &size_bytes);
  const char *end = text + size_bytes;
  const char *line_end;

  while (text != NULL && (line_end = memchr (text, '\n', (gsize) (end - text))) != NULL)
    {
      g_autofree char *line = g_strndup (text, (gsize) (line_end - text));
      g_auto (GStrv) fields = g_strsplit (line, "\t", -1);

      for (guint i = 0; fields[i] != NULL; i++)
        {
          g_autofree char *escaped = fields[i];

          fields[i] = g_strcompress (escaped);
        }
      read_line (play, fields);
      text = line_end + 1;
    }
}
