/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines of escaped fields with tabs between them. Each is written out at once: of a play that hangs
 * or dies, what had been seen until then is what one wants to know. */

#include "rebound-test-witness.h"

#include <string.h>

#include "rebound-checks.h"

struct _ReboundTestWitness
{
  GObject parent_instance;

  FILE *stream;
  ReboundChecks *checks;
};

static void rebound_test_witness_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundTestWitness,
                               rebound_test_witness,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_test_witness_sink_init))

static void
rebound_test_witness_finalize (GObject *object)
{
  rebound_checks_free (REBOUND_TEST_WITNESS (object)->checks);
  G_OBJECT_CLASS (rebound_test_witness_parent_class)->finalize (object);
}

static void
rebound_test_witness_class_init (ReboundTestWitnessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_test_witness_finalize;
}

static void
rebound_test_witness_init (ReboundTestWitness *self)
{
  self->checks = rebound_checks_new ();
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
rebound_test_witness_new (const ReboundAbout *about, FILE *stream)
{
  ReboundTestWitness *self = g_object_new (REBOUND_TYPE_TEST_WITNESS, NULL);

  self->stream = stream;
  write_line (stream,
              (const char *[]){ "about", about->title, about->source, about->problem, NULL });
  return REBOUND_EVENT_SINK (self);
}

static void
write_check (ReboundTestWitness *self, const ReboundCheck *check)
{
  g_autofree char *since_usec = g_strdup_printf ("%" G_GINT64_FORMAT, check->since_usec);

  write_line (self->stream, (const char *[]){ check->met ? "met" : "failed", check->name,
                                              check->line, check->statement, since_usec,
                                              check->seen != NULL ? check->seen : "", NULL });
}

static void
rebound_test_witness_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundTestWitness *self = REBOUND_TEST_WITNESS (sink);
  const char *explanation = rebound_checks_get_explanation (event);
  g_auto (ReboundCheck) check = { 0 };

  if (explanation != NULL)
    write_line (self->stream, (const char *[]){ "why", explanation, NULL });
  else if (rebound_checks_take (self->checks, event, &check))
    write_check (self, &check);
}

static void
rebound_test_witness_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  ReboundTestWitness *self = REBOUND_TEST_WITNESS (sink);
  g_autofree char *virtual_usec = g_strdup_printf ("%" G_GINT64_FORMAT, summary->virtual_usec);
  g_autofree char *rest_usec
      = g_strdup_printf ("%" G_GINT64_FORMAT, rebound_checks_get_rest_usec (self->checks, summary));

  write_line (self->stream,
              (const char *[]){ "end", virtual_usec, rest_usec, summary->problem, NULL });
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
  check->name = g_strdup (fields[1]);
  check->line = g_strdup (fields[2]);
  check->statement = g_strdup (fields[3]);
  check->since_usec = g_ascii_strtoll (fields[4], NULL, 10);
  check->seen = is_met ? NULL : g_strdup (fields[5]);
  g_ptr_array_add (play->checks, check);
}

static void
read_line (ReboundTestPlay *play, char **fields)
{
  guint n_fields = g_strv_length (fields);

  if (n_fields == 6)
    add_check (play, strcmp (fields[0], "met") == 0, fields);
  else if (n_fields == 2 && strcmp (fields[0], "why") == 0)
    g_ptr_array_add (play->why, g_strdup (fields[1]));
  else if (n_fields == 4 && strcmp (fields[0], "about") == 0)
    {
      play->title = g_strdup (fields[1]);
      play->source = g_strdup (fields[2]);
      play->field_problem = g_strdup (fields[3]);
    }
  else if (n_fields >= 3 && strcmp (fields[0], "end") == 0)
    {
      play->virtual_usec = g_ascii_strtoll (fields[1], NULL, 10);
      play->rest_usec = g_ascii_strtoll (fields[2], NULL, 10);
      play->problem = g_strdup (fields[3]);
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
