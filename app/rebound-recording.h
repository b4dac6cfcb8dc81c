/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event-sink.h"
#include "rebound-about.h"

G_BEGIN_DECLS

/* Words, each once, by number: 0 is "". */
typedef struct
{
  GHashTable *numbers;
  GHashTable *by_address; /* the same for strings that are interned, which are found faster */
  GStringChunk *letters;  /* where the words are */
  GPtrArray *words;
} ReboundWords;

guint32 rebound_words_get (ReboundWords *self, const char *word);

/* An event as it was told: nothing of the run that it came from. */
typedef struct
{
  guint64 number;
  gint64 time_usec;
  guint32 actor;  /* in the table of actors */
  guint32 kind;   /* and so on */
  guint32 group;  /* its nick */
  guint32 text;   /* the sentence for people */
  guint32 place;  /* of the statement that was being played: "12", "part.life:12", or "" */
  guint32 fields; /* a JSON object, or "" */
} ReboundRecordedEvent;

/* A file that the script was read from. */
typedef struct
{
  char *name;
  GBytes *text;
} ReboundRecordedFile;

/* An actor: whose it is ("application", "device", …), and of which application. */
typedef struct
{
  const char *party;
  const char *owner; /* "": of none */
} ReboundRecordedActor;

/* A run that is over, as values: what a report needs that is written at the end, and of more than
 * one run maybe. */
typedef struct
{
  char *name;
  char *title;
  char *source;
  char *problem;
  char **settings; /* never NULL */
  char *ended;     /* why the run ended before its script did, or NULL */
  ReboundSummary summary;

  GArray *files;  /* of ReboundRecordedFile: the script first, then what it includes */
  GArray *events; /* of ReboundRecordedEvent */
  GArray *cast;   /* of ReboundRecordedActor, as many as actors has words */
  ReboundWords actors;
  ReboundWords kinds;
  ReboundWords groups;
  ReboundWords texts;
  ReboundWords places;
  ReboundWords fields;

  GString *scratch; /* for what is put together and looked up */
} ReboundRecording;

/* Without events and without a name. */
ReboundRecording *rebound_recording_new (void);
void rebound_recording_free (ReboundRecording *self);

/* Takes an event's values; @event itself is not kept. */
void rebound_recording_add (ReboundRecording *self, ReboundEvent *event);

/* Takes an event whose table entries the caller has made with rebound_words_get(). */
void rebound_recording_add_row (ReboundRecording *self, const ReboundRecordedEvent *row);

/* Takes what there is to be said of the run, after its last event. */
void rebound_recording_finish (ReboundRecording *self,
                               const ReboundAbout *about,
                               const ReboundSummary *summary);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundRecording, rebound_recording_free)

G_END_DECLS
