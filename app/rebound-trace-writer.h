/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "rebound-about.h"

G_BEGIN_DECLS

/* The room that an event has on the axis of time, in nanoseconds. A handler takes no virtual time,
 * so many events share an instant, and what is drawn at one place cannot be told apart. A slice
 * within the room needs a place before it and one for each end of a flow: it is four of what can be
 * counted in, see rebound-trace-writer.c. */
#define REBOUND_TRACE_SLOT_NS 500

/* A line of the picture. */
typedef struct
{
  guint pid; /* whose it is among: an application, the peers, … */
  guint tid; /* its own, over all of them */
} ReboundTraceLane;

/* Where an event is. */
typedef struct
{
  ReboundTraceLane lane;
  gint64 slot_ns; /* where its room begins */
} ReboundTracePlace;

/* The JSON of trace events, a record at a time. */
typedef struct _ReboundTraceWriter ReboundTraceWriter;

ReboundTraceWriter *rebound_trace_writer_new (FILE *stream);
void rebound_trace_writer_free (ReboundTraceWriter *self);

void rebound_trace_writer_begin (ReboundTraceWriter *self, const ReboundAbout *about);
void rebound_trace_writer_end (ReboundTraceWriter *self);

/* Where it stands among the others goes by @order, from the top. */
void rebound_trace_writer_name_process (ReboundTraceWriter *self,
                                        guint pid,
                                        const char *name,
                                        guint order);
void rebound_trace_writer_name_lane (ReboundTraceWriter *self,
                                     ReboundTraceLane lane,
                                     const char *name,
                                     guint order);

/* What a slice has besides: the inside of an object. Values that are NULL, or numbers below 0, are
 * left out. */
GString *rebound_trace_args_new (void);
void rebound_trace_args_add_string (GString *args, const char *key, const char *value);
void rebound_trace_args_add_number (GString *args, const char *key, gint64 value);

/* @args (transfer full) (nullable) */
void rebound_trace_writer_add_slice (ReboundTraceWriter *self,
                                     ReboundTraceLane lane,
                                     const char *category,
                                     const char *name,
                                     gint64 begin_ns,
                                     gint64 end_ns,
                                     GString *args);

/* An event; @object is all that it says, as JSON. */
void rebound_trace_writer_add_instant (ReboundTraceWriter *self,
                                       const ReboundTracePlace *place,
                                       const char *category,
                                       const char *name,
                                       const char *object);

/* A slice within an event's room, for flows to hold on to. @number: of the event */
void rebound_trace_writer_add_mark (ReboundTraceWriter *self,
                                    const ReboundTracePlace *place,
                                    const char *name,
                                    guint64 number);

/* An arrow; both ends are marked, and @to is not before @from. */
void rebound_trace_writer_add_flow (ReboundTraceWriter *self,
                                    const char *name,
                                    const ReboundTracePlace *from,
                                    const ReboundTracePlace *to);

/* @values: the inside of an object of numbers (transfer full) */
void rebound_trace_writer_add_counter (ReboundTraceWriter *self,
                                       guint pid,
                                       const char *name,
                                       gint64 slot_ns,
                                       GString *values);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTraceWriter, rebound_trace_writer_free)

G_END_DECLS
