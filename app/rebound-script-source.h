/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-run.h"

G_BEGIN_DECLS

/* Where a script comes from: one that is shipped, by its name; a file, by its path; or standard
 * input, "-". @include_dirs are folders that it may include from besides its own (NULL: none). */
ReboundRun *rebound_script_source_load (const char *word,
                                        const char *const *include_dirs,
                                        ReboundClockMode mode,
                                        GError **error);

/* The names of the shipped scripts, sorted. (transfer full) */
GStrv rebound_script_source_list (void);

/* The text of a shipped script. (transfer full) */
GBytes *rebound_script_source_get_shipped (const char *name);

G_END_DECLS
