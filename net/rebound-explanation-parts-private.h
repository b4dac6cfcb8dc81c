/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-explanation-private.h"

G_BEGIN_DECLS

/* What the files of the explanation share. */

struct _ReboundExplanation
{
  ReboundClock *clock;
  guint64 next_serial;
  GPtrArray *incidents; /* ReboundIncident, in the order in which they were found */
  GHashTable *ports;    /* of the number, ReboundPortRecord */
};

/* What has become of a port that somebody of the run had. */
typedef struct
{
  const char *end; /* the last one that had it; interned */
  ReboundSite *site;
  guint n_open;
  ReboundEndFate fate;    /* of the last one that has it no more */
  gint64 lost_usec;       /* when that was, or -1 */
  const char *why;        /* it was closed; interned, may be NULL */
  const char *refused_to; /* who could not bind it since; interned, or NULL */
} ReboundPortRecord;

void rebound_port_record_free (gpointer record);

/* NULL where nobody of the run has ever had it. */
ReboundPortRecord *rebound_explanation_find_port (ReboundExplanation *self, guint16 port);

gboolean rebound_explanation_is_suspended (ReboundSite *site);
gboolean rebound_explanation_is_not_running (ReboundSite *site);

/* Counts one more that it happened to @end (interned, or NULL), at @usec. @variant is interned, or
 * NULL. */
ReboundIncident *rebound_explanation_add (ReboundExplanation *self,
                                          ReboundCause cause,
                                          const char *variant,
                                          const char *end,
                                          gint64 usec);

/* -- words: each puts a part of a sentence behind @text -- */

/* "at 0.200", "295 times, from 0.400 to 59.200". */
void rebound_words_add_times (GString *text, const ReboundIncident *incident);
void rebound_words_add_time (GString *text, gint64 usec);

/* "phone", "phone and post", "bob, cyd, dan and 4 others". */
void rebound_words_add_ends (GString *text, const ReboundIncident *incident);

/* "near#4", "near#4 (line 14)", "near#4 (line 14; 99 more like it)". @place may be NULL. */
void
rebound_words_add_connection (GString *text, const ReboundIncident *incident, const char *place);

/* " (line 14)", nothing where @place is NULL. */
void rebound_words_add_place (GString *text, const char *place);

/* "6 bytes"; "512 KiB and more", for the kernel decides the rest. */
void rebound_words_add_bytes (GString *text, guint64 size_bytes);

/* " (RFC 1122 4.2.2.13)". */
void rebound_words_add_rule (GString *text, const ReboundIncident *incident);

/* "; near got ECONNRESET", or @otherwise where nobody was told. */
void
rebound_words_add_error (GString *text, const ReboundIncident *incident, const char *otherwise);

/* The first to whom it happened. */
const char *rebound_words_other (const ReboundIncident *incident);

void rebound_words_write_address_in_use (GString *text, const ReboundIncident *incident);
void rebound_words_write_nobody_listens (GString *text, const ReboundIncident *incident);
void rebound_words_write_backlog_full (GString *text, const ReboundIncident *incident);
void rebound_words_write_not_accepted (GString *text, const ReboundIncident *incident);
void rebound_words_write_reset_in_backlog (GString *text, const ReboundIncident *incident);
void rebound_words_write_link_down (GString *text, const ReboundIncident *incident);
void rebound_words_write_no_answer (GString *text, const ReboundIncident *incident);

G_END_DECLS
