/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-clock.h"
#include "rebound-event-sink.h"
#include "rebound-note-private.h"

G_BEGIN_DECLS

/* The one stream of events of a run: signals of the objects that it follows, and what the run
 * itself has to say. It numbers them, hands them to the sinks, and remembers those since the mark,
 * which waits look back to. */
typedef struct _ReboundJournal ReboundJournal;

ReboundJournal *rebound_journal_new (ReboundClock *clock);
void rebound_journal_free (ReboundJournal *self);

void rebound_journal_add_sink (ReboundJournal *self, ReboundEventSink *sink);
void rebound_journal_finish (ReboundJournal *self, const ReboundSummary *summary);
guint64 rebound_journal_get_count (ReboundJournal *self);

/* Whether what happens is no event until further notice: of a run that was ended from outside in
 * the midst of an instant, what is still to be done has not happened in that order. */
void rebound_journal_set_silent (ReboundJournal *self, gboolean is_silent);

/* The statement being played, "file:line"; interned. */
void rebound_journal_set_source (ReboundJournal *self, const char *source);
const char *rebound_journal_get_source (ReboundJournal *self);

/* From now on every signal of @object that is no action is an event of @name. */
void rebound_journal_follow (ReboundJournal *self, const char *name, GObject *object);
void rebound_journal_unfollow (ReboundJournal *self, GObject *object);

/* An event of the run's own. @... are the texts of its fields, in their order; NULL is one that it
 * may be without. */
void rebound_journal_note (ReboundJournal *self, const char *actor, const ReboundNote *note, ...);

/* A statement that does something begins: waits look back to here. */
void rebound_journal_mark (ReboundJournal *self);

/* How many emissions of @kind by @actor there were since the mark that no wait has used up. */
guint rebound_journal_count (ReboundJournal *self, const char *actor, const char *kind);

/* When the last of them was, or -1. */
gint64 rebound_journal_get_last_usec (ReboundJournal *self, const char *actor, const char *kind);

/* Uses up the first @count of them. */
void rebound_journal_use (ReboundJournal *self, const char *actor, const char *kind, guint count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundJournal, rebound_journal_free)

G_END_DECLS
