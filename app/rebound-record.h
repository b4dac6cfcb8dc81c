/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-recording.h"

G_BEGIN_DECLS

/* An event of a run that was. Its strings are the record's. */
typedef struct
{
  guint64 number;
  gint64 time_usec;
  ReboundEventGroup group;
  const char *actor;
  const char *kind;
  const char *text;      /* what happened, for people */
  const char *place;     /* the statement's in the script, "12" or "part.life:12"; or NULL */
  const char *fields;    /* a JSON object, or "" */
  const char *statement; /* that it is about, or NULL */
  const char *key;       /* the same where the same has happened, whenever it was */
} ReboundRecordEvent;

/* A run that was, as events and their sum. */
typedef struct
{
  GArray *events;         /* ReboundRecordEvent, in order */
  GHashTable *cast;       /* of a play: ReboundRecordedActor by name */
  ReboundSummary summary; /* of a file: what its events tell; the wall's time is of none */
  char *name;
  ReboundAbout *about; /* of a play */

  GStringChunk *strings;
} ReboundRecord;

void rebound_record_free (ReboundRecord *self);

/* What rebound_play_apart() has handed over. @about is taken. NULL where it is broken off.
 * (transfer full) */
ReboundRecord *rebound_record_new_from_play (ReboundAbout *about, const char *lines);

/* What --output jsonl has written. The error has FILE:LINE in it. (transfer full) */
ReboundRecord *
rebound_record_new_from_jsonl (const char *name, const char *text, gsize n_bytes, GError **error);

const ReboundRecordEvent *rebound_record_get (const ReboundRecord *self, guint index);

/* The script's first line, "" of a file; and what it was given, "NAME=VALUE NAME=VALUE" (transfer
 * full). */
const char *rebound_record_get_title (const ReboundRecord *self);
char *rebound_record_describe_settings (const ReboundRecord *self);

/* All of it, as a report has it. (transfer full) */
ReboundRecording *rebound_record_to_recording (const ReboundRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundRecord, rebound_record_free)

G_END_DECLS
