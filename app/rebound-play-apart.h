/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-play.h"

G_BEGIN_DECLS

/* Plays a script in a process and a namespace of its own. @lines is what its twin sink has said, a
 * line each, to where it got (transfer full). Returns the exit status of the play, after a
 * complaint where it is none of 0 and 1. The script was loaded before, and so has no mistake. */
int rebound_play_apart (const ReboundPlayOptions *options, const char *word, char **lines);

G_END_DECLS
