/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "lifecycle/rebound-event-sink.h"
#include "rebound-about.h"
#include "rebound-filter.h"

G_BEGIN_DECLS

/* How a run is to be shown; each format takes what concerns it. */
typedef struct
{
  ReboundFilter filter; /* text and jsonl; the others show all of a run */
  gboolean colour;
  gboolean fold;      /* lines that say the same are one */
  gboolean wall_time; /* say how long the run took by the clock on the wall */
} ReboundSinkOptions;

/* Whether a format has packets in it. */
typedef enum
{
  REBOUND_CAPTURE_NONE,   /* only where they are asked for */
  REBOUND_CAPTURE_WANTED, /* where they can be had */
  REBOUND_CAPTURE_NEEDED, /* it is nothing without */
} ReboundCapture;

/* A form of output. */
typedef struct
{
  const char *name; /* as --output has it */
  const char *blurb;
  ReboundEventGroup groups; /* that it shows unless it is told otherwise */
  ReboundCapture capture;
  gboolean is_binary;

  /* A sink that writes to @stream, and is done with it when it has been told of the end. @about
   * outlives it. (transfer full) */
  ReboundEventSink *(*new_sink) (const ReboundAbout *about,
                                 const ReboundSinkOptions *options,
                                 FILE *stream);
} ReboundFormat;

/* NULL where there is none of that name. */
const ReboundFormat *rebound_format_find (const char *name);

/* "text, jsonl, …" (transfer full) */
char *rebound_format_list (void);

/* A line each: its name and what it is. (transfer full) */
char *rebound_format_describe (void);

G_END_DECLS
