/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A packet's bytes come just before its event, and the event has the number and the time. What was
 * told since the packet before are its comments: so “did enter background” stands at the FIN that
 * comes of it. */

#include "rebound-pcap-sink.h"

#include <string.h>

#include "app/rebound-version.h"
#include "rebound-packet-numbers.h"
#include "rebound-pcapng.h"

struct _ReboundPcapSink
{
  GObject parent_instance;

  FILE *stream;
  GByteArray *packet;
  ReboundPacketNumbers *numbers;
  gsize wire_bytes;
  GPtrArray *comments;
  gint64 last_usec;
};

static void rebound_pcap_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundPcapSink,
                               rebound_pcap_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_pcap_sink_sink_init))

static void
rebound_pcap_sink_finalize (GObject *object)
{
  ReboundPcapSink *self = REBOUND_PCAP_SINK (object);

  g_byte_array_unref (self->packet);
  rebound_packet_numbers_free (self->numbers);
  g_ptr_array_unref (self->comments);
  G_OBJECT_CLASS (rebound_pcap_sink_parent_class)->finalize (object);
}

static void
rebound_pcap_sink_class_init (ReboundPcapSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_pcap_sink_finalize;
}

static void
rebound_pcap_sink_init (ReboundPcapSink *self)
{
  self->packet = g_byte_array_new ();
  self->numbers = rebound_packet_numbers_new ();
  self->comments = g_ptr_array_new_with_free_func (g_free);
}

static void
put (ReboundPcapSink *self, GByteArray *block)
{
  fwrite (block->data, block->len, 1, self->stream);
  g_byte_array_unref (block);
}

ReboundEventSink *
rebound_pcap_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream)
{
  ReboundPcapSink *self = g_object_new (REBOUND_TYPE_PCAP_SINK, NULL);
  g_autofree char *comment
      = g_strdup_printf ("%s: %s\nThe times are those of the run's clock, from 0.", about->name,
                         about->title);

  self->stream = stream;
  put (self, rebound_pcapng_new_section (comment, "rebound " REBOUND_VERSION));
  put (self, rebound_pcapng_new_interface ("lo"));
  return REBOUND_EVENT_SINK (self);
}

void
rebound_pcap_sink_take (ReboundPcapSink *self,
                        const guint8 *packet,
                        gsize captured_bytes,
                        gsize wire_bytes)
{
  g_byte_array_set_size (self->packet, 0);
  g_byte_array_append (self->packet, packet, (guint) captured_bytes);
  self->wire_bytes = wire_bytes;
  rebound_packet_numbers_rewrite (self->numbers, self->packet);
  rebound_pcapng_complete_checksums (self->packet, wire_bytes);
}

/* What a reader of packets asks for: what the application, the actors and the kernel did. */
static gboolean
is_comment (ReboundEvent *event)
{
  const ReboundEventGroup told
      = REBOUND_EVENT_GROUP_LIFE | REBOUND_EVENT_GROUP_ACTORS | REBOUND_EVENT_GROUP_SOCKETS;
  ReboundEventGroup group = rebound_event_get_group (event);

  return (group & told) != 0 && (group & REBOUND_EVENT_GROUP_SCRIPT) == 0;
}

static void
rebound_pcap_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  ReboundPcapSink *self = REBOUND_PCAP_SINK (sink);

  self->last_usec = rebound_event_get_time_usec (event);
  if (is_comment (event))
    g_ptr_array_add (self->comments, g_strdup_printf ("%s: %s", rebound_event_get_actor (event),
                                                      rebound_event_get_text (event)));
  if (rebound_event_get_group (event) != REBOUND_EVENT_GROUP_PACKETS
      || strcmp (rebound_event_get_kind (event), "packet") != 0)
    return;
  put (self, rebound_pcapng_new_packet (self->last_usec, self->packet, self->wire_bytes,
                                        rebound_event_get_number (event), self->comments));
  g_ptr_array_set_size (self->comments, 0);
}

static void
rebound_pcap_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  ReboundPcapSink *self = REBOUND_PCAP_SINK (sink);

  put (self, rebound_pcapng_new_end (self->last_usec, self->comments));
}

static void
rebound_pcap_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_pcap_sink_write;
  iface->finish = rebound_pcap_sink_finish;
}
