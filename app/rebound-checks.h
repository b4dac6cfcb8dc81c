/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event-sink.h"

G_BEGIN_DECLS

/* What a run is held against, as reports for machines have it: each of its waits and expectations,
 * and besides them the run itself. */
typedef struct _ReboundChecks ReboundChecks;

/* One of them. The texts are the event's, but for the name. */
typedef struct
{
  gboolean met;
  char *name;            /* "line 12: expect …", of no other check of the run */
  const char *statement; /* as it was played */
  const char *line;      /* where it stands: "12", "part.life:12" */
  const char *seen;      /* what was seen instead, or NULL */
  gint64 time_usec;      /* when it was concluded */
  gint64 since_usec;     /* since the check before, or the run's begin */
} ReboundCheck;

ReboundChecks *rebound_checks_new (void);
void rebound_checks_free (ReboundChecks *self);

/* FALSE where @event is none; else @check is to be cleared. */
gboolean rebound_checks_take (ReboundChecks *self, ReboundEvent *event, ReboundCheck *check);
void rebound_check_clear (ReboundCheck *check);

/* The run itself as a check: whether the script was played to its end, with its time. */
gint64 rebound_checks_get_rest_usec (ReboundChecks *self, const ReboundSummary *summary);
#define REBOUND_CHECKS_RUN "the script is played to its end"

/* What kept it from its end, in a word or two; NULL where nothing did. */
const char *rebound_checks_describe_end (const ReboundSummary *summary);

/* What the run says of itself at its end, a sentence or two; NULL where @event is none of that.
 * (transfer none) */
const char *rebound_checks_get_explanation (ReboundEvent *event);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundChecks, rebound_checks_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ReboundCheck, rebound_check_clear)

G_END_DECLS
