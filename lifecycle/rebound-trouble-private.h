/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @call (static) has failed, with errno, on a descriptor of the run's own, and whoever made it has
 * no way to say so. That the descriptor or its connection is gone is an answer, and no trouble. */
void rebound_trouble_note (const char *call);

/* The same where @result is that of a call that has failed. Whether it has not. */
gboolean rebound_trouble_is_done (int result, const char *call);

/* The same by an error that says what failed. */
void rebound_trouble_keep (const GError *error);

/* FALSE, with the first that was noted since the last time; from then on there is none. */
gboolean rebound_trouble_check (GError **error);

/* Whatever was noted is another run's. */
void rebound_trouble_forget (void);

G_END_DECLS
