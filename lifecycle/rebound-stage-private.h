/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-journal-private.h"
#include "rebound-kernel.h"
#include "rebound-site.h"

G_BEGIN_DECLS

/* Where time is made: the contexts of world and application, the order in which they have their
 * turn within an instant, and the rule that says when virtual time may jump. */
typedef struct _ReboundStage ReboundStage;

typedef enum
{
  REBOUND_ADVANCE_REACHED,      /* the time that was asked for has come */
  REBOUND_ADVANCE_SATISFIED,    /* what was waited for has happened */
  REBOUND_ADVANCE_NOTHING_LEFT, /* it cannot happen: no timer is left, and nothing is on its way */
  REBOUND_ADVANCE_FAILED,       /* with an error */
} ReboundAdvance;

typedef gboolean (*ReboundStagePredicate) (gpointer user_data);

/* Names the actor that a busy loop belongs to, given what its callback was given; NULL if it is
 * nobody's. (transfer none) */
typedef const char *(*ReboundStageBlame) (gpointer suspect, gpointer user_data);

/* Looks at an instant that has settled, and says when it wants to look again at the latest: there
 * time stops, whatever else is due; -1 where it does not matter. It is asked only where something
 * may have changed. */
typedef gint64 (*ReboundStageWatcher) (gpointer user_data);

ReboundStage *
rebound_stage_new (ReboundSite *world, ReboundSite *application, ReboundJournal *journal);

/* Another application's, behind those that are there: its turn comes after theirs. Not within a
 * turn. */
void rebound_stage_add_site (ReboundStage *self, ReboundSite *site);
void rebound_stage_free (ReboundStage *self);
void rebound_stage_set_blame (ReboundStage *self, ReboundStageBlame blame, gpointer user_data);

/* G_IO_ERROR_TIMED_OUT once the machine's time has come; -1: never. */
void rebound_stage_set_wall_limit (ReboundStage *self, gint64 limit_usec);

/* How long, in the machine's time, something may be on its way in the kernel before that is a
 * broken rule. */
void rebound_stage_set_kernel_limit (ReboundStage *self, gint64 limit_usec);

/* Makes the stage stop at the next opportunity with G_IO_ERROR_CANCELLED. Not for signal handlers.
 */
void rebound_stage_interrupt (ReboundStage *self);

/* TRUE within a dispatch of the stage's own, where no time can pass. */
gboolean rebound_stage_is_settling (ReboundStage *self);

/* Everything that can happen at this instant happens; no time passes. After a failure every other
 * call fails with the same error. */
gboolean rebound_stage_settle (ReboundStage *self, GError **error);

/* One of them, or NULL for none. */
void
rebound_stage_set_watcher (ReboundStage *self, ReboundStageWatcher watcher, gpointer user_data);

/* Has the watcher look: the instant has settled. Within rebound_stage_advance() it does by itself.
 */
void rebound_stage_look (ReboundStage *self);

/* Settles, and lets time pass until @predicate is true at a settled instant or @until_usec has
 * come. */
ReboundAdvance rebound_stage_advance (ReboundStage *self,
                                      gint64 until_usec,
                                      ReboundStagePredicate predicate,
                                      gpointer user_data,
                                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundStage, rebound_stage_free)

G_END_DECLS
