/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trace events, as Chrome has them and Perfetto reads them. Nobody need have the whole of it in
 * memory: a record is written when all of it is known, of a slice when it ends, and readers sort by
 * time.
 *
 * Times are microseconds with a fraction. Readers have them as floating-point numbers, in which
 * 0.024 and 0.008 are more than 0.032, so that a slice would reach into the one behind it; and
 * Perfetto makes nanoseconds of them, and cuts off what is left. An eighth of a microsecond is
 * exact in both, so nothing in here is finer. */

#include "rebound-trace-writer.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define NS_PER_USEC 1000

/* Within an event's room: its mark begins, a flow leaves, a flow arrives. */
#define MARK_NS   125
#define LEAVE_NS  250
#define ARRIVE_NS 375

struct _ReboundTraceWriter
{
  FILE *stream;
  GString *record;
  guint n_records;
  guint n_flows;
};

ReboundTraceWriter *
rebound_trace_writer_new (FILE *stream)
{
  ReboundTraceWriter *self = g_new0 (ReboundTraceWriter, 1);

  self->stream = stream;
  self->record = g_string_new (NULL);
  return self;
}

void
rebound_trace_writer_free (ReboundTraceWriter *self)
{
  g_string_free (self->record, TRUE);
  g_free (self);
}

/* -- JSON -- */

/* Most strings are names; what is in the least unusual is json-glib's to escape. */
static gboolean
is_plain (const char *text)
{
  for (; *text != '\0'; text++)
    if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
      return FALSE;
  return TRUE;
}

static void
append_escaped (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *json = NULL;
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), valid);

  json_generator_set_root (generator, node);
  json = json_generator_to_data (generator, NULL);
  g_string_append (out, json);
}

static void
append_string (GString *out, const char *text)
{
  if (!is_plain (text))
    append_escaped (out, text);
  else
    {
      g_string_append_c (out, '"');
      g_string_append (out, text);
      g_string_append_c (out, '"');
    }
}

static void
append_key (GString *out, const char *key)
{
  if (out->len > 0 && out->str[out->len - 1] != '{')
    g_string_append_c (out, ',');
  append_string (out, key);
  g_string_append_c (out, ':');
}

/* Most of a record is numbers, which printf() takes its time for. */
static void
append_number (GString *out, gint64 number)
{
  char digits[24];
  char *at = digits + sizeof digits - 1;
  guint64 rest = (guint64) number;

  *at = '\0';
  do
    *--at = (char) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  g_string_append (out, at);
}

static void
add_string (ReboundTraceWriter *self, const char *key, const char *value)
{
  append_key (self->record, key);
  append_string (self->record, value);
}

static void
add_number (ReboundTraceWriter *self, const char *key, gint64 value)
{
  append_key (self->record, key);
  append_number (self->record, value);
}

static void
add_time (ReboundTraceWriter *self, const char *key, gint64 ns)
{
  int fraction = (int) (ns % NS_PER_USEC);
  char digits[] = { '.', (char) ('0' + fraction / 100), (char) ('0' + fraction / 10 % 10),
                    (char) ('0' + fraction % 10), '\0' };

  add_number (self, key, ns / NS_PER_USEC);
  g_string_append (self->record, digits);
}

static void
begin_record (ReboundTraceWriter *self, const char *phase)
{
  g_string_assign (self->record, self->n_records++ > 0 ? ",\n{" : "\n{");
  add_string (self, "ph", phase);
}

static void
add_lane (ReboundTraceWriter *self, ReboundTraceLane lane)
{
  add_number (self, "pid", lane.pid);
  add_number (self, "tid", lane.tid);
}

static void
add_args (ReboundTraceWriter *self, GString *args)
{
  append_key (self->record, "args");
  g_string_append_c (self->record, '{');
  g_string_append_len (self->record, args->str, (gssize) args->len);
  g_string_append_c (self->record, '}');
  g_string_free (args, TRUE);
}

static void
end_record (ReboundTraceWriter *self)
{
  g_string_append_c (self->record, '}');
  fwrite (self->record->str, self->record->len, 1, self->stream);
}

GString *
rebound_trace_args_new (void)
{
  return g_string_new (NULL);
}

void
rebound_trace_args_add_string (GString *args, const char *key, const char *value)
{
  if (value == NULL)
    return;
  append_key (args, key);
  append_string (args, value);
}

void
rebound_trace_args_add_number (GString *args, const char *key, gint64 value)
{
  if (value < 0)
    return;
  append_key (args, key);
  append_number (args, value);
}

/* -- the file -- */

static void
add_about (GString *args, const char *key, const char *value)
{
  if (*value != '\0')
    rebound_trace_args_add_string (args, key, value);
}

void
rebound_trace_writer_begin (ReboundTraceWriter *self, const ReboundAbout *about)
{
  g_autofree char *settings = g_strjoinv (" ", about->settings);
  GString *args = rebound_trace_args_new ();

  add_about (args, "script", about->name);
  add_about (args, "title", about->title);
  add_about (args, "source", about->source);
  add_about (args, "problem", about->problem);
  add_about (args, "settings", settings);
  fprintf (self->stream, "{\"displayTimeUnit\":\"ms\",\"otherData\":{%s},\"traceEvents\":[",
           args->str);
  g_string_free (args, TRUE);
}

void
rebound_trace_writer_end (ReboundTraceWriter *self)
{
  fputs ("\n]}\n", self->stream);
}

/* -- names -- */

/* A process's own records have no lane. */
static void
add_name (ReboundTraceWriter *self, ReboundTraceLane lane, const char *what, GString *args)
{
  begin_record (self, "M");
  add_number (self, "pid", lane.pid);
  if (lane.tid > 0)
    add_number (self, "tid", lane.tid);
  add_string (self, "name", what);
  add_args (self, args);
  end_record (self);
}

static GString *
name_to_args (const char *name)
{
  GString *args = rebound_trace_args_new ();

  rebound_trace_args_add_string (args, "name", name);
  return args;
}

static GString *
order_to_args (guint order)
{
  GString *args = rebound_trace_args_new ();

  rebound_trace_args_add_number (args, "sort_index", order);
  return args;
}

void
rebound_trace_writer_name_process (ReboundTraceWriter *self,
                                   guint pid,
                                   const char *name,
                                   guint order)
{
  ReboundTraceLane process = { pid, 0 };

  add_name (self, process, "process_name", name_to_args (name));
  add_name (self, process, "process_sort_index", order_to_args (order));
}

void
rebound_trace_writer_name_lane (ReboundTraceWriter *self,
                                ReboundTraceLane lane,
                                const char *name,
                                guint order)
{
  add_name (self, lane, "thread_name", name_to_args (name));
  add_name (self, lane, "thread_sort_index", order_to_args (order));
}

/* -- what happens -- */

void
rebound_trace_writer_add_slice (ReboundTraceWriter *self,
                                ReboundTraceLane lane,
                                const char *category,
                                const char *name,
                                gint64 begin_ns,
                                gint64 end_ns,
                                GString *args)
{
  begin_record (self, "X");
  add_lane (self, lane);
  add_time (self, "ts", begin_ns);
  add_time (self, "dur", end_ns - begin_ns);
  add_string (self, "cat", category);
  add_string (self, "name", name);
  if (args != NULL)
    add_args (self, args);
  end_record (self);
}

void
rebound_trace_writer_add_instant (ReboundTraceWriter *self,
                                  const ReboundTracePlace *place,
                                  const char *category,
                                  const char *name,
                                  const char *object)
{
  begin_record (self, "i");
  add_string (self, "s", "t");
  add_lane (self, place->lane);
  add_time (self, "ts", place->slot_ns + MARK_NS);
  add_string (self, "cat", category);
  add_string (self, "name", name);
  append_key (self->record, "args");
  g_string_append (self->record, object);
  end_record (self);
}

void
rebound_trace_writer_add_mark (ReboundTraceWriter *self,
                               const ReboundTracePlace *place,
                               const char *name,
                               guint64 number)
{
  GString *args = rebound_trace_args_new ();

  rebound_trace_args_add_number (args, "event", (gint64) number);
  rebound_trace_writer_add_slice (self, place->lane, "mark", name, place->slot_ns + MARK_NS,
                                  place->slot_ns + REBOUND_TRACE_SLOT_NS, args);
}

static void
add_flow_end (ReboundTraceWriter *self,
              const char *phase,
              const char *name,
              const ReboundTracePlace *place,
              int offset_ns)
{
  begin_record (self, phase);
  add_lane (self, place->lane);
  add_time (self, "ts", place->slot_ns + offset_ns);
  add_string (self, "cat", "cause");
  add_string (self, "name", name);
  add_number (self, "id", self->n_flows);
  if (*phase == 'f')
    add_string (self, "bp", "e");
  end_record (self);
}

void
rebound_trace_writer_add_flow (ReboundTraceWriter *self,
                               const char *name,
                               const ReboundTracePlace *from,
                               const ReboundTracePlace *to)
{
  self->n_flows++;
  add_flow_end (self, "s", name, from, LEAVE_NS);
  add_flow_end (self, "f", name, to, ARRIVE_NS);
}

void
rebound_trace_writer_add_counter (ReboundTraceWriter *self,
                                  guint pid,
                                  const char *name,
                                  gint64 slot_ns,
                                  GString *values)
{
  begin_record (self, "C");
  add_number (self, "pid", pid);
  add_time (self, "ts", slot_ns);
  add_string (self, "name", name);
  add_args (self, values);
  end_record (self);
}
