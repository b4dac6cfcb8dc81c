/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A script that is played: with bells, which have no socket, on a kernel that has none either. It
 * ends, be it by the limit of events that is set here; it is not the simulator that is at fault;
 * and the second time it gives the same log, to the byte. */

#include <string.h>

#include "bell.h"
#include "fake-kernel.h"
#include "fuzz.h"
#include "lifecycle/rebound-event-sink.h"
#include "lifecycle/rebound-run.h"
#include "lifecycle/rebound-script-private.h"
#include "lifecycle/rebound-value.h"

/* A bell may ring every microsecond of a year. */
#define EVENTS_MAXIMUM 100

/* -- a sink that ends the run when there is enough -- */

#define LIMITED_TYPE_SINK (limited_sink_get_type ())
G_DECLARE_FINAL_TYPE (LimitedSink, limited_sink, LIMITED, SINK, GObject)

struct _LimitedSink
{
  GObject parent_instance;

  ReboundRun *run; /* not held: it holds the sink */
  GString *log;
  guint n_events;
};

static void limited_sink_sink_init (ReboundEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LimitedSink,
                               limited_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (REBOUND_TYPE_EVENT_SINK,
                                                      limited_sink_sink_init))

static void
limited_sink_class_init (LimitedSinkClass *klass)
{
}

static void
limited_sink_init (LimitedSink *self)
{
}

static void
limited_sink_write (ReboundEventSink *sink, ReboundEvent *event)
{
  LimitedSink *self = LIMITED_SINK (sink);

  if (++self->n_events == EVENTS_MAXIMUM)
    rebound_run_interrupt (self->run);
  g_string_append_printf (self->log, "%" G_GINT64_FORMAT " %s %s %s",
                          rebound_event_get_time_usec (event), rebound_event_get_actor (event),
                          rebound_event_get_kind (event), rebound_event_get_text (event));
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    {
      g_autofree char *value = rebound_value_to_string (rebound_event_get_field_spec (event, i),
                                                        rebound_event_get_field_value (event, i));

      g_string_append_printf (self->log, " %s=%s", rebound_event_get_field_name (event, i), value);
    }
  g_string_append_c (self->log, '\n');
}

static void
limited_sink_finish (ReboundEventSink *sink, const ReboundSummary *summary)
{
  LimitedSink *self = LIMITED_SINK (sink);

  g_string_append_printf (self->log, "%" G_GINT64_FORMAT " %d %u %u %s\n", summary->virtual_usec,
                          summary->status, summary->n_expectations, summary->n_failed,
                          summary->problem != NULL ? summary->problem : "");
}

static void
limited_sink_sink_init (ReboundEventSinkInterface *iface)
{
  iface->write = limited_sink_write;
  iface->finish = limited_sink_finish;
}

/* -- the target -- */

/* What comes of it is appended to @log. FALSE where nothing was played. */
static gboolean
play (GBytes *bytes, GString *log)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LimitedSink) sink = g_object_new (LIMITED_TYPE_SINK, NULL);
  g_autoptr (FakeKernel) kernel = fake_kernel_new ();
  g_autoptr (ReboundRun) run
      = rebound_run_new_from_bytes (bytes, "t.life", NULL, REBOUND_CLOCK_VIRTUAL, &error);
  ReboundRunStatus status;

  g_assert_no_error (error);
  sink->run = run;
  sink->log = log;
  rebound_run_set_kernel (run, REBOUND_KERNEL (kernel));
  rebound_run_add_sink (run, REBOUND_EVENT_SINK (sink));
  status = rebound_run_play (run, &error);
  g_assert_cmpint (status, !=, REBOUND_RUN_STATUS_INTERNAL);
  g_assert_true ((status == REBOUND_RUN_STATUS_AS_EXPECTED) == (error == NULL));
  g_assert_cmpint (status == REBOUND_RUN_STATUS_SCRIPT_ERROR, ==, kernel->n_started == 0);
  g_assert_cmpuint (kernel->n_started, ==, kernel->n_stopped);
  g_string_append (log, error != NULL ? error->message : "");
  return status != REBOUND_RUN_STATUS_SCRIPT_ERROR;
}

/* Whether there is something in it that can be played, and that ends soon. What cannot be read, or
 * is too long, is the other fuzzer's, and not worth making a run for. */
static gboolean
is_playable (const char *data, size_t size, GBytes *bytes)
{
  g_autofree char *text = g_strndup (data, size);
  g_autoptr (ReboundScript) script = NULL;

  for (const char *at = text; (at = strstr (at, "repeat")) != NULL; at++)
    if (strspn (at + 6 + strspn (at + 6, " \t\"'"), "0123456789") > 1)
      return FALSE;
  if (strstr (text, "include") != NULL) /* no file is to be opened */
    return FALSE;
  script = rebound_script_new (bytes, "t.life", NULL, NULL);
  return rebound_diagnostics_is_empty (rebound_script_get_mistakes (script));
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  test_bell_register ();
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GString) first = g_string_new (NULL);
  g_autoptr (GString) second = g_string_new (NULL);

  if (!is_playable ((const char *) data, size, bytes) || !play (bytes, first))
    return -1;
  if (fuzz_hash (data, size) % 8 != 1) /* it takes time */
    return 0;
  play (bytes, second);
  g_assert_cmpstr (first->str, ==, second->str);
  return 0;
}
