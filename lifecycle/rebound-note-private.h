/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-event.h"

G_BEGIN_DECLS

#define REBOUND_NOTE_MOST_FIELDS 3

/* A kind of event that is no signal of an object: what the run itself has to say. */
typedef struct
{
  const char *kind;
  ReboundEventGroup group;
  const char *text;  /* as rebound_class_install_signal() takes it */
  const char *blurb; /* as there */
  struct
  {
    const char *name;
    const char *blurb;
    gboolean optional;
  } fields[REBOUND_NOTE_MOST_FIELDS + 1]; /* texts; one without a name ends them */
} ReboundNote;

extern const ReboundNote rebound_note_statement;
extern const ReboundNote rebound_note_filled;
extern const ReboundNote rebound_note_print;
extern const ReboundNote rebound_note_met;
extern const ReboundNote rebound_note_failed;
extern const ReboundNote rebound_note_spin;

/* The specification of one of its fields. (transfer full) */
GParamSpec *rebound_note_new_field_spec (const ReboundNote *note, guint index);

G_END_DECLS
