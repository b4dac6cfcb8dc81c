/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-test-result.h"

G_BEGIN_DECLS

/* The way in which a play has failed, as a text that is the same for all plays that fail in the
 * same way: which check, which signal, which broken rule; not when, and not where in the script.
 * NULL where it was as expected. (transfer full) */
char *rebound_way_of (const ReboundTestPlay *play);

/* Whether @play has failed in that way, if perhaps in others too. */
gboolean rebound_way_is (const ReboundTestPlay *play, const char *way);

/* What was seen of it, a line or more, each ended; "" where there is nothing to be said. (transfer
 * full) */
char *rebound_way_describe (const ReboundTestPlay *play, const char *way);

G_END_DECLS
