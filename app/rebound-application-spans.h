/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event.h"

G_BEGIN_DECLS

/* From a run's events to the time that each application has spent in each state, in each background
 * task, and with a handler that was busy. */
typedef struct _ReboundApplicationSpans ReboundApplicationSpans;

typedef enum
{
  REBOUND_APPLICATION_SPAN_STATE, /* of the five; they follow on each other */
  REBOUND_APPLICATION_SPAN_TASK,  /* a background task; there may be several at a time */
  REBOUND_APPLICATION_SPAN_BUSY,  /* within a state */
} ReboundApplicationSpanKind;

typedef struct
{
  const char *application; /* interned */
  ReboundApplicationSpanKind kind;
  char *name;  /* the state, or the task's */
  guint index; /* of tasks, among those that there were at the same time */
  gint64 begin_ns;
  guint64 begin_number; /* the event's; 0 where it was so from the beginning */
  gboolean was_warned;  /* of a task: that the budget is about to be used up */
} ReboundApplicationSpan;

/* It is over; @number is 0 where it is for the run is. */
typedef void (*ReboundApplicationSpanFunc) (const ReboundApplicationSpan *span,
                                            gint64 end_ns,
                                            guint64 number,
                                            gpointer user_data);

ReboundApplicationSpans *rebound_application_spans_new (ReboundApplicationSpanFunc func,
                                                        gpointer user_data);
void rebound_application_spans_free (ReboundApplicationSpans *self);

/* @event is an application's; @ns: when, and after all that came before */
void rebound_application_spans_take (ReboundApplicationSpans *self, ReboundEvent *event, gint64 ns);

/* The run is over. */
void rebound_application_spans_finish (ReboundApplicationSpans *self, gint64 ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundApplicationSpans, rebound_application_spans_free)

G_END_DECLS
