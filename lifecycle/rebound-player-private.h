/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-cast-private.h"
#include "rebound-device-private.h"
#include "rebound-stage-private.h"
#include "rebound-watches-private.h"

G_BEGIN_DECLS

/* Plays the statements of a checked script one after another. */
typedef struct
{
  ReboundScript *script;
  ReboundScope *scope;
  ReboundCast *cast;
  ReboundStage *stage;
  ReboundJournal *journal;
  ReboundClock *clock;
  ReboundDevice *device;
  ReboundKernel *kernel; /* or NULL */
  gboolean fill;
  ReboundWatches *watches; /* while it plays */

  /* Who is asked for statements that are not in the script, or NULL: see
   * rebound_run_set_improviser(). (transfer full) */
  char *(*improvise) (const GError *refused, gpointer user_data);
  gpointer improvise_data;

  guint n_expectations; /* of expects and waits, so far */
  guint n_failed;
} ReboundPlayer;

/* FALSE when the script ended before its end: REBOUND_ERROR_STATE or REBOUND_ERROR_ACTION for what
 * the script did or waited for, REBOUND_ERROR_INTERNAL, or G_IO_ERROR_CANCELLED and
 * G_IO_ERROR_TIMED_OUT. The message begins with the statement's place. */
gboolean rebound_player_play (ReboundPlayer *self, GError **error);

/* Plays one statement, a repeat excepted, and lets it settle. */
gboolean rebound_player_play_statement (ReboundPlayer *self,
                                        const ReboundStatement *statement,
                                        GError **error);

G_END_DECLS
