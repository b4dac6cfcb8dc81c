/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run is told in, and where each goes: the formats' sinks over the run's destinations. */

#include "rebound-outputs.h"

#include <string.h>
#include <unistd.h>

#include "rebound-command.h"
#include "rebound-destinations.h"
#include "rebound-pcap-sink.h"
#include "rebound-play.h"

typedef struct
{
  const ReboundFormat *format;
  ReboundEventSink *sink;
} Output;

struct _ReboundOutputs
{
  ReboundDestinations *destinations;
  GPtrArray *outputs;    /* Output, one a destination */
  GPtrArray *pcap_sinks; /* those of them that take packets, not owned */
};

static void
output_free (gpointer data)
{
  Output *output = data;

  g_clear_object (&output->sink);
  g_free (output);
}

ReboundOutputs *
rebound_outputs_new (void)
{
  ReboundOutputs *self = g_new0 (ReboundOutputs, 1);

  self->destinations = rebound_destinations_new ();
  self->outputs = g_ptr_array_new_with_free_func (output_free);
  self->pcap_sinks = g_ptr_array_new ();
  return self;
}

void
rebound_outputs_free (ReboundOutputs *self)
{
  g_ptr_array_unref (self->pcap_sinks);
  g_ptr_array_unref (self->outputs);
  rebound_destinations_free (self->destinations);
  g_free (self);
}

gboolean
rebound_outputs_add (ReboundOutputs *self, const char *option, const char *format, const char *path)
{
  const ReboundFormat *known = rebound_format_find (format);
  g_autofree char *list = rebound_format_list ();
  Output *output;

  if (known == NULL)
    rebound_command_complain ("%s: “%s” is no format; expected one of %s", option, format, list);
  else if (strcmp (path, "-") == 0 && known->is_binary && isatty (STDOUT_FILENO))
    rebound_command_complain ("%s: %s is not for a terminal; expected a file", option, format);
  else if (rebound_destinations_add (self->destinations, option, path))
    {
      output = g_new0 (Output, 1);
      output->format = known;
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
  return rebound_destinations_has_standard (self->destinations);
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
  return rebound_destinations_open (self->destinations);
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
      FILE *stream = rebound_destinations_get_stream (self->destinations, i);
      gboolean is_standard = rebound_destinations_is_standard (self->destinations, i);
      ReboundSinkOptions own = *options;

      if (own.filter.groups == 0)
        own.filter.groups = output->format->groups;
      own.colour = own.colour && is_standard;
      own.wall_time = own.wall_time && is_standard;
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
  return rebound_destinations_commit (self->destinations);
}
