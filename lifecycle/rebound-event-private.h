/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-event.h"

G_BEGIN_DECLS

/* @actor, @kind and @source are interned. */
ReboundEvent *rebound_event_new (guint64 number,
                                 gint64 time_usec,
                                 const char *actor,
                                 const char *kind,
                                 ReboundEventGroup group,
                                 const char *source);

/* Adds a field. One that is nothing is left out, where it may be; else a string is empty. @pspec is
 * held, @value copied. */
void rebound_event_add_field (ReboundEvent *self, GParamSpec *pspec, const GValue *value);

/* Fills @template in: {name} is the field's value as a script writes it, "" where there is none; a
 * part in […] is left out whole when a field in it is empty, or an unsigned 0. {name:8} takes eight
 * columns at least, for the rows of a table: numbers stand on the right of them. */
void rebound_event_set_text (ReboundEvent *self, const char *template);

G_END_DECLS
