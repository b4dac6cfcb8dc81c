/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-player-private.h"

G_BEGIN_DECLS

/* The player is in two files: rebound-player.c plays what does something, one statement after
 * another, rebound-player-checks.c what looks. */

/* "12" in the script itself, "common.life:12" in a file that it includes: the same wherever the
 * script lies. (transfer full) */
char *rebound_player_describe_place (ReboundPlayer *self, const ReboundPosition *position);

/* What happens from now on comes of @statement. */
void rebound_player_set_source (ReboundPlayer *self, const ReboundStatement *statement);

/* Puts the statement's place before an error's message. FALSE */
gboolean rebound_player_fail_at (const ReboundStatement *statement, GError **error);

gboolean rebound_player_let_time_pass (ReboundPlayer *self, gint64 duration_usec, GError **error);

void rebound_player_play_expect (ReboundPlayer *self, const ReboundStatement *statement);
gboolean rebound_player_play_expect_signal (ReboundPlayer *self,
                                            const ReboundStatement *statement,
                                            GError **error);
gboolean
rebound_player_play_wait (ReboundPlayer *self, const ReboundStatement *statement, GError **error);

void rebound_player_begin_watching (ReboundPlayer *self);

/* Waits for the promises that are open if the script was @played to its end. */
gboolean rebound_player_end_watching (ReboundPlayer *self, gboolean played, GError **error);

G_END_DECLS
