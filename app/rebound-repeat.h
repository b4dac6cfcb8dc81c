/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How often something came, and when. */
typedef struct
{
  guint count;
  gint64 first_usec;
  gint64 last_usec;
  gint64 distance_usec; /* between any two that follow each other; -1: not always the same */
} ReboundRepeat;

void rebound_repeat_begin (ReboundRepeat *self, gint64 usec);

/* Once more. */
void rebound_repeat_note (ReboundRepeat *self, gint64 usec);

/* Appends "×295, every 200 ms, until 59.200"; for two the distance says itself, and what came at
 * one instant has none. */
void rebound_repeat_append (const ReboundRepeat *self, GString *out);

/* "59.200": seconds with as many digits as the microsecond takes, and three at least. */
#define REBOUND_REPEAT_TIME_BYTES 32
void rebound_repeat_print_time (char *buffer, gint64 usec);

G_END_DECLS
