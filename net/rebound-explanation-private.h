/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-bind-report-private.h"
#include "rebound-history-private.h"

G_BEGIN_DECLS

/* Why something was lost, refused or reset in a run: the incidents, by their causes, however many
 * there are of each. rebound-explanation.c keeps them and reads the histories of connections,
 * -ports.c knows what has become of the ports, and what came to nothing on them; what is said is in
 * -words.c (how it was ended) and -words-connecting.c (how it did not begin). */

typedef enum
{
  REBOUND_CAUSE_ADDRESS_IN_USE,
  REBOUND_CAUSE_NOBODY_LISTENS,
  REBOUND_CAUSE_BACKLOG_FULL,
  REBOUND_CAUSE_NOT_ACCEPTED,
  REBOUND_CAUSE_RESET_IN_BACKLOG,
  REBOUND_CAUSE_CLOSED_UNREAD,
  REBOUND_CAUSE_ABORTED,
  REBOUND_CAUSE_TAKEN_AWAY,
  REBOUND_CAUSE_SENT_TO_CLOSED,
  REBOUND_CAUSE_SENT_AFTER_SHUTDOWN,
  REBOUND_CAUSE_NO_READER,
  REBOUND_CAUSE_CLOSED_QUEUED,
  REBOUND_CAUSE_LINK_DOWN,
  REBOUND_CAUSE_NO_ANSWER,
  REBOUND_CAUSE_UNSEEN,
  REBOUND_N_CAUSES
} ReboundCause;

/* Why nobody listened on a port. */
typedef enum
{
  REBOUND_ABSENCE_NEVER,
  REBOUND_ABSENCE_CLOSED,
  REBOUND_ABSENCE_EXITED,
  REBOUND_ABSENCE_TAKEN,
  REBOUND_ABSENCE_BIND_FAILED,
  REBOUND_ABSENCE_NOT_LISTENING, /* somebody has the port, and does not listen there */
} ReboundAbsenceKind;

typedef struct
{
  guint16 port;
  ReboundAbsenceKind kind;
  const char *end; /* whose it had been; interned, NULL where it was nobody's */
  const char *why; /* interned; may be NULL */
  guint count;
} ReboundAbsence;

/* All incidents of one cause that share a sentence. What is no sum is of the first. */
typedef struct
{
  ReboundCause cause;
  const char *variant; /* what tells it from others of the same cause; interned, may be NULL */
  guint count;
  guint64 serial; /* of the first: its place among those of the same instant */
  gint64 first_usec;
  gint64 last_usec;
  GPtrArray *ends; /* to whom it happened; each once, interned */

  char *connection;
  const char *by; /* whose doing it was, or who is at the other end; interned, may be NULL */
  ReboundEndFate fate;
  gboolean has_shut_both;
  const char *place;
  const char *style;
  char *why;
  const char *call;
  int error_number;
  const char *own_end; /* whose doing it was and who was told, too; interned */
  int own_error_number;
  gboolean is_suspended; /* whose doing it was, at the time */
  guint16 port;
  guint64 unread_bytes; /* these are sums */
  guint64 unsent_bytes;
  guint64 late_bytes;
  guint64 given_bytes;
  guint64 lost_bytes;
  const char *loser; /* who had been given that; interned */
  gint64 longest_usec;
  gboolean is_over; /* nobody waits any more */
  ReboundBindCause bind;
  GArray *absences; /* ReboundAbsence */
} ReboundIncident;

/* -- what is told of them -- */

/* By what name an event has the cause; static. And the rule of the kernel or of an RFC. */
const char *rebound_cause_get_name (ReboundCause cause);
const char *rebound_incident_get_rule (const ReboundIncident *incident);

/* A sentence or two. (transfer full) */
char *rebound_incident_dup_text (const ReboundIncident *incident);

/* -- collecting; @self may be NULL, and then nothing is done -- */

/* A history, which may outlive the run, holds a reference. */
ReboundExplanation *rebound_explanation_new (void);
ReboundExplanation *rebound_explanation_ref (ReboundExplanation *self);
void rebound_explanation_unref (ReboundExplanation *self);

/* A run begins, with @clock. */
void rebound_explanation_start (ReboundExplanation *self, ReboundClock *clock);
gint64 rebound_explanation_get_time_usec (ReboundExplanation *self);

/* Counts what happens, for the order within an instant. */
guint64 rebound_explanation_next_serial (ReboundExplanation *self);

/* What has happened, in the order in which it began; @table's sockets are looked at for what has
 * not ended. (transfer full) */
GPtrArray *rebound_explanation_list (ReboundExplanation *self, ReboundSocketTable *table);

/* A connection's history is over, or the run is. */
void rebound_explanation_take_history (ReboundExplanation *self, ReboundHistory *history);

/* The first end was reset, and had never been accepted. FALSE where no listener of the run on that
 * port is gone since. */
gboolean rebound_explanation_note_reset_in_backlog (ReboundExplanation *self,
                                                    ReboundHistory *history);

/* A listener, or what may become one, has its port; gives it up; has it taken away. */
void rebound_explanation_note_bound (ReboundExplanation *self, ReboundSocket *socket);
void rebound_explanation_note_unbound (ReboundExplanation *self, ReboundSocket *socket);
void rebound_explanation_note_listener_taken (ReboundExplanation *self, ReboundSocket *socket);

/* Who listens where @history has just begun to connect to. */
void rebound_explanation_find_listener (ReboundExplanation *self, ReboundHistory *history);

/* bind() said EADDRINUSE to @end. */
void rebound_explanation_note_bind_failed (ReboundExplanation *self,
                                           const char *end,
                                           guint16 port,
                                           const ReboundBindCause *cause);

/* connect() of @end to @port has failed, before anything was established. */
void rebound_explanation_note_not_connected (ReboundExplanation *self,
                                             const char *end,
                                             guint16 port,
                                             int error_number,
                                             gboolean is_link_down);

/* A SYN of @end was dropped. */
void rebound_explanation_note_dropped (ReboundExplanation *self, const char *end, guint16 port);

/* A write of @end found nobody who has the other end of a @what open ("pipe", "socketpair"). */
void rebound_explanation_note_no_reader (ReboundExplanation *self,
                                         const char *end,
                                         const char *call,
                                         const char *what,
                                         int error_number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundExplanation, rebound_explanation_unref)

G_END_DECLS
