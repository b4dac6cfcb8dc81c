/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A packet's bytes come just before its event, and the event has the number and the time. What was
 * told since the packet before are its comments: so “did enter background” stands at the FIN that
 * comes of it. The file is written beside its place and put there when it is whole, so that nobody
 * reads half of a capture, and an earlier one is not lost to a run that could not begin. */

#include "rebound-pcap-sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/rebound-version.h"
#include "rebound-packet-numbers.h"
#include "rebound-pcapng.h"

struct _ReboundPcapSink
{
  GObject parent_instance;

  char *path;
  char *beside; /* NULL: not to be removed */
  FILE *stream;
  int error_number; /* of the first write that failed */
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

  if (self->stream != NULL)
    fclose (self->stream);
  if (self->beside != NULL)
    unlink (self->beside);
  g_free (self->beside);
  g_free (self->path);
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

static gboolean
fail (const ReboundPcapSink *self, int error_number, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
               "--pcap: %s cannot be written: %s (%s)", self->path, strerrorname_np (error_number),
               g_strerror (error_number));
  return FALSE;
}

static void
put (ReboundPcapSink *self, GByteArray *block)
{
  if (fwrite (block->data, block->len, 1, self->stream) != 1 && self->error_number == 0)
    self->error_number = errno;
  g_byte_array_unref (block);
}

/* A name of its own, with the rights that a new file has. */
static gboolean
open_beside (ReboundPcapSink *self, GError **error)
{
  mode_t mask = umask (0);
  int fd;

  umask (mask);
  self->beside = g_strconcat (self->path, ".XXXXXX", NULL);
  fd = mkostemp (self->beside, O_CLOEXEC);
  if (fd < 0)
    {
      int error_number = errno;

      g_clear_pointer (&self->beside, g_free);
      return fail (self, error_number, error);
    }
  self->stream = fchmod (fd, 0666 & ~mask) < 0 ? NULL : fdopen (fd, "w");
  if (self->stream != NULL)
    return TRUE;
  fail (self, errno, error);
  close (fd);
  return FALSE;
}

ReboundPcapSink *
rebound_pcap_sink_new (const char *path, const char *about, GError **error)
{
  g_autoptr (ReboundPcapSink) self = g_object_new (REBOUND_TYPE_PCAP_SINK, NULL);

  self->path = g_strdup (path);
  if (!open_beside (self, error))
    return NULL;
  put (self, rebound_pcapng_new_section (about, "rebound " REBOUND_VERSION));
  put (self, rebound_pcapng_new_interface ("lo"));
  return g_steal_pointer (&self);
}

void
rebound_pcap_sink_take (const guint8 *packet, gsize captured_bytes, gsize wire_bytes, gpointer sink)
{
  ReboundPcapSink *self = sink;

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

/* Root's run has no rights any more over a folder of somebody else's, in which it could make the
 * file before. */
static gboolean
put_into_place (ReboundPcapSink *self, GError **error)
{
  g_autofree char *beside = g_steal_pointer (&self->beside);
  int error_number;

  if (rename (beside, self->path) == 0)
    return TRUE;
  error_number = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (error_number),
               "--pcap: %s cannot be put into its place: %s (%s); it is whole in %s", self->path,
               strerrorname_np (error_number), g_strerror (error_number), beside);
  return FALSE;
}

gboolean
rebound_pcap_sink_close (ReboundPcapSink *self, GError **error)
{
  put (self, rebound_pcapng_new_end (self->last_usec, self->comments));
  if (fclose (g_steal_pointer (&self->stream)) != 0 && self->error_number == 0)
    self->error_number = errno;
  if (self->error_number != 0)
    return fail (self, self->error_number, error);
  return put_into_place (self, error);
}

static void
rebound_pcap_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_pcap_sink_write;
}
