/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files are begun before the run and put into their places after it, all of them: one that fails is
 * no reason to lose the others. Standard output is one stream, so two reports on it are a mistake,
 * and so is the same file twice. */

#include "rebound-outputs.h"

#include <string.h>
#include <unistd.h>

#include "rebound-command.h"
#include "rebound-pcap-sink.h"
#include "rebound-play.h"
#include "rebound-whole-file.h"

typedef struct
{
  const char *option; /* static */
  const ReboundFormat *format;
  char *path;  /* "-": standard output */
  char *place; /* the same, however it was called */
  ReboundWholeFile *file;
  ReboundEventSink *sink;
} Output;

struct _ReboundOutputs
{
  GPtrArray *outputs;    /* Output */
  GPtrArray *pcap_sinks; /* those of them that take packets, not owned */
};

static void
output_free (gpointer data)
{
  Output *output = data;

  g_clear_object (&output->sink);
  g_clear_pointer (&output->file, rebound_whole_file_free);
  g_free (output->path);
  g_free (output->place);
  g_free (output);
}

ReboundOutputs *
rebound_outputs_new (void)
{
  ReboundOutputs *self = g_new0 (ReboundOutputs, 1);

  self->outputs = g_ptr_array_new_with_free_func (output_free);
  self->pcap_sinks = g_ptr_array_new ();
  return self;
}

void
rebound_outputs_free (ReboundOutputs *self)
{
  g_ptr_array_unref (self->pcap_sinks);
  g_ptr_array_unref (self->outputs);
  g_free (self);
}

static gboolean
is_standard (const char *path)
{
  return strcmp (path, "-") == 0;
}

static char *
find_place (const char *path)
{
  return is_standard (path) ? g_strdup (path) : g_canonicalize_filename (path, NULL);
}

static gboolean
is_taken (ReboundOutputs *self, const char *path)
{
  g_autofree char *place = find_place (path);

  for (guint i = 0; i < self->outputs->len; i++)
    if (strcmp (((Output *) self->outputs->pdata[i])->place, place) == 0)
      return TRUE;
  return FALSE;
}

gboolean
rebound_outputs_add (ReboundOutputs *self, const char *option, const char *format, const char *path)
{
  const ReboundFormat *known = rebound_format_find (format);
  g_autofree char *list = rebound_format_list ();
  Output *output;

  if (known == NULL)
    rebound_command_complain ("%s: “%s” is no format; expected one of %s", option, format, list);
  else if (*path == '\0')
    rebound_command_complain ("%s: no file is named; expected one, or - for standard output",
                              option);
  else if (is_standard (path) && known->is_binary && isatty (STDOUT_FILENO))
    rebound_command_complain ("%s: %s is not for a terminal; expected a file", option, format);
  else if (is_taken (self, path))
    rebound_command_complain ("%s: two outputs go to %s; expected one of them elsewhere", option,
                              is_standard (path) ? "standard output" : path);
  else
    {
      output = g_new0 (Output, 1);
      output->option = option;
      output->format = known;
      output->path = g_strdup (path);
      output->place = find_place (path);
      g_ptr_array_add (self->outputs, output);
      return TRUE;
    }
  return FALSE;
}

gboolean
rebound_outputs_parse (ReboundOutputs *self, const char *option, const char *spec)
{
  g_auto (GStrv) parts = g_strsplit (spec, ":", 2);

  if (parts[0] == NULL)
    return rebound_outputs_add (self, option, "", "-");
  return rebound_outputs_add (self, option, parts[0], parts[1] != NULL ? parts[1] : "-");
}

gboolean
rebound_outputs_has_standard (ReboundOutputs *self)
{
  return is_taken (self, "-");
}

ReboundCapture
rebound_outputs_get_capture (ReboundOutputs *self)
{
  ReboundCapture most = REBOUND_CAPTURE_NONE;

  for (guint i = 0; i < self->outputs->len; i++)
    most = MAX (most, ((Output *) self->outputs->pdata[i])->format->capture);
  return most;
}

gboolean
rebound_outputs_open (ReboundOutputs *self)
{
  for (guint i = 0; i < self->outputs->len; i++)
    {
      Output *output = self->outputs->pdata[i];
      g_autoptr (GError) error = NULL;

      if (is_standard (output->path))
        continue;
      output->file = rebound_whole_file_new (output->path, output->option, &error);
      if (output->file == NULL)
        {
          rebound_command_complain ("%s", error->message);
          return FALSE;
        }
    }
  return TRUE;
}

/* A ReboundPacketFunc. */
static void
hand_packet (const guint8 *packet, gsize captured_bytes, gsize wire_bytes, gpointer user_data)
{
  GPtrArray *sinks = user_data;

  for (guint i = 0; i < sinks->len; i++)
    rebound_pcap_sink_take (sinks->pdata[i], packet, captured_bytes, wire_bytes);
}

void
rebound_outputs_attach (ReboundOutputs *self,
                        const ReboundAbout *about,
                        const ReboundSinkOptions *options)
{
  for (guint i = 0; i < self->outputs->len; i++)
    {
      Output *output = self->outputs->pdata[i];
      FILE *stream = output->file != NULL ? rebound_whole_file_get_stream (output->file) : stdout;
      ReboundSinkOptions own = *options;

      if (own.filter.groups == 0)
        own.filter.groups = output->format->groups;
      own.colour = own.colour && output->file == NULL;
      own.wall_time = own.wall_time && output->file == NULL;
      output->sink = output->format->new_sink (about, &own, stream);
      rebound_run_add_sink (about->run, output->sink);
      if (REBOUND_IS_PCAP_SINK (output->sink))
        g_ptr_array_add (self->pcap_sinks, output->sink);
    }
  if (self->pcap_sinks->len > 0)
    rebound_play_take_packets (about->run, hand_packet, self->pcap_sinks);
}

gboolean
rebound_outputs_commit (ReboundOutputs *self)
{
  gboolean whole = TRUE;

  for (guint i = 0; i < self->outputs->len; i++)
    {
      Output *output = self->outputs->pdata[i];
      g_autoptr (GError) error = NULL;

      if (output->file == NULL || rebound_whole_file_commit (output->file, &error))
        continue;
      rebound_command_complain ("%s", error->message);
      whole = FALSE;
    }
  return whole;
}
