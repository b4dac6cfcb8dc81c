/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The forms of a comparison are fewer than those of a run, and each is written when both runs are
 * over, so they are no sinks. What holds for a run's files holds for these: begun before anything
 * is played, put into their places when they are whole. */

#include "rebound-comparison-outputs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rebound-columns.h"
#include "rebound-command.h"
#include "rebound-comparison-text.h"
#include "rebound-html-page.h"
#include "rebound-whole-file.h"

#define OPTION "--output"

typedef void (*WriteFunc) (const ReboundComparison *comparison, FILE *stream, gboolean all);

typedef struct
{
  const char *name;
  WriteFunc write;
} Format;

typedef struct
{
  WriteFunc write;
  char *path; /* "-": standard output */
  ReboundWholeFile *file;
} Output;

struct _ReboundComparisonOutputs
{
  GPtrArray *outputs; /* Output */
};

static void
write_text (const ReboundComparison *comparison, FILE *stream, gboolean all)
{
  ReboundComparisonStyle style = { stream, 0, all };

  if (stream == stdout)
    style.columns = rebound_columns_of_terminal (STDOUT_FILENO);
  rebound_comparison_print (comparison, &style);
}

/* A page has all of both. */
static void
write_html (const ReboundComparison *comparison, FILE *stream, gboolean all)
{
  g_autoptr (ReboundRecording) first = rebound_record_to_recording (comparison->records[0]);
  g_autoptr (ReboundRecording) second = rebound_record_to_recording (comparison->records[1]);
  ReboundRecording *const both[REBOUND_HTML_PAGE_RUNS] = { first, second };
  guint64 partings[REBOUND_HTML_PAGE_RUNS];

  for (guint side = 0; side < G_N_ELEMENTS (partings); side++)
    partings[side] = rebound_comparison_get_parting (comparison, side);
  rebound_html_page_write (stream, both, G_N_ELEMENTS (both), partings);
}

static const Format formats[] = {
  { "text", write_text },
  { "html", write_html },
};

static WriteFunc
find_format (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i].name, name) == 0)
      return formats[i].write;
  return NULL;
}

static void
output_free (gpointer data)
{
  Output *output = data;

  g_clear_pointer (&output->file, rebound_whole_file_free);
  g_free (output->path);
  g_free (output);
}

static gboolean
is_standard (const char *path)
{
  return strcmp (path, "-") == 0;
}

static gboolean
is_taken (ReboundComparisonOutputs *self, const char *path)
{
  for (guint i = 0; i < self->outputs->len; i++)
    if (strcmp (((Output *) self->outputs->pdata[i])->path, path) == 0)
      return TRUE;
  return FALSE;
}

static void
add (ReboundComparisonOutputs *self, WriteFunc write, const char *path)
{
  Output *output = g_new0 (Output, 1);

  output->write = write;
  output->path = g_strdup (path);
  g_ptr_array_add (self->outputs, output);
}

static gboolean
parse (ReboundComparisonOutputs *self, const char *spec)
{
  const char *colon = strchr (spec, ':');
  g_autofree char *name
      = colon != NULL ? g_strndup (spec, (gsize) (colon - spec)) : g_strdup (spec);
  const char *path = colon != NULL ? colon + 1 : "-";
  WriteFunc write = find_format (name);

  if (write == NULL)
    rebound_command_complain (OPTION
                              ": “%s” is no format of a comparison; expected one of text, html",
                              name);
  else if (*path == '\0')
    rebound_command_complain (OPTION ": no file is named; expected one, or - for standard output");
  else if (is_taken (self, path))
    rebound_command_complain (OPTION ": two outputs go to %s; expected one of them elsewhere",
                              is_standard (path) ? "standard output" : path);
  else
    {
      add (self, write, path);
      return TRUE;
    }
  return FALSE;
}

ReboundComparisonOutputs *
rebound_comparison_outputs_new (char **specs)
{
  g_autoptr (ReboundComparisonOutputs) self = g_new0 (ReboundComparisonOutputs, 1);

  self->outputs = g_ptr_array_new_with_free_func (output_free);
  for (guint i = 0; specs != NULL && specs[i] != NULL; i++)
    if (!parse (self, specs[i]))
      return NULL;
  if (!is_taken (self, "-"))
    add (self, write_text, "-");
  return g_steal_pointer (&self);
}

void
rebound_comparison_outputs_free (ReboundComparisonOutputs *self)
{
  g_ptr_array_unref (self->outputs);
  g_free (self);
}

gboolean
rebound_comparison_outputs_want_packets (ReboundComparisonOutputs *self)
{
  for (guint i = 0; i < self->outputs->len; i++)
    if (((Output *) self->outputs->pdata[i])->write == write_html)
      return TRUE;
  return FALSE;
}

gboolean
rebound_comparison_outputs_open (ReboundComparisonOutputs *self)
{
  for (guint i = 0; i < self->outputs->len; i++)
    {
      Output *output = self->outputs->pdata[i];
      g_autoptr (GError) error = NULL;

      if (is_standard (output->path))
        continue;
      output->file = rebound_whole_file_new (output->path, OPTION, &error);
      if (output->file == NULL)
        {
          rebound_command_complain ("%s", error->message);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
rebound_comparison_outputs_write (ReboundComparisonOutputs *self,
                                  const ReboundComparison *comparison,
                                  gboolean all)
{
  gboolean whole = TRUE;

  for (guint i = 0; i < self->outputs->len; i++)
    {
      Output *output = self->outputs->pdata[i];
      g_autoptr (GError) error = NULL;

      output->write (comparison,
                     output->file != NULL ? rebound_whole_file_get_stream (output->file) : stdout,
                     all);
      if (output->file == NULL || rebound_whole_file_commit (output->file, &error))
        continue;
      rebound_command_complain ("%s", error->message);
      whole = FALSE;
    }
  return whole;
}
