/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-player-private.h"

G_BEGIN_DECLS

/* Before which of a script's lines statements are improvised: the first “eventually”, whose time is
 * to begin behind them, or the script's end. */
guint rebound_improvisation_find_place (GPtrArray *nodes);

/* Asks for statements and plays them, until there are no more. */
gboolean rebound_improvisation_play (ReboundPlayer *self, GError **error);

G_END_DECLS
