/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The run as a page to look at. A page begins with the verdict, so nothing of it can be written
 * before the run is over. */

#include "rebound-html-sink.h"

#include "rebound-html-page.h"

struct _ReboundHtmlSink
{
  GObject parent_instance;

  const ReboundAbout *about; /* its owner's, who outlives it */
  FILE *stream;
  ReboundRecording *recording;
};

static void rebound_html_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ReboundHtmlSink,
                               rebound_html_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      rebound_html_sink_sink_init))

static void
rebound_html_sink_finalize (GObject *object)
{
  rebound_recording_free (REBOUND_HTML_SINK (object)->recording);
  G_OBJECT_CLASS (rebound_html_sink_parent_class)->finalize (object);
}

static void
rebound_html_sink_class_init (ReboundHtmlSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rebound_html_sink_finalize;
}

static void
rebound_html_sink_init (ReboundHtmlSink *self)
{
  self->recording = rebound_recording_new ();
}

ReboundEventSink *
rebound_html_sink_new (const ReboundAbout *about, const ReboundSinkOptions *options, FILE *stream)
{
  ReboundHtmlSink *self = g_object_new (REBOUND_TYPE_HTML_SINK, NULL);

  self->about = about;
  self->stream = stream;
  return REBOUND_EVENT_SINK (self);
}

static void
rebound_html_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  rebound_recording_add (REBOUND_HTML_SINK (sink)->recording, event);
}

static void
rebound_html_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  ReboundHtmlSink *self = REBOUND_HTML_SINK (sink);

  rebound_recording_finish (self->recording, self->about, summary);
  rebound_html_page_write (self->stream, &self->recording, 1, NULL);
}

static void
rebound_html_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = rebound_html_sink_write;
  iface->finish = rebound_html_sink_finish;
}
