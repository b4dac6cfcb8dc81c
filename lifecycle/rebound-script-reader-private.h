/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-script-private.h"

G_BEGIN_DECLS

/* Reads the lines of a script, and of what it includes, into a tree of nodes. @file and @folder say
 * where it is: NULL for a text that is in no folder; @include_dirs are other folders that it may
 * include from (NULL: none). What was read, the script first, is added to
 * @texts, each file once. Every mistake of the structure is added to @diagnostics; a line with a
 * mistake in its words is a node without words.
 * (transfer full) (element-type ReboundNode) */
GPtrArray *rebound_script_read_nodes (GBytes *bytes,
                                      const char *name,
                                      GFile *file,
                                      GFile *folder,
                                      const char *const *include_dirs,
                                      GPtrArray *texts,
                                      ReboundDiagnostics *diagnostics);

G_END_DECLS
