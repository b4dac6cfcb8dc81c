/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-record.h"

G_BEGIN_DECLS

/* Whether a word of the command line is a file of JSON Lines, and no script: by its name, or by how
 * it begins. */
gboolean rebound_record_file_is_one (const char *word);

/* The error has the file's name in it. (transfer full) */
ReboundRecord *rebound_record_file_load (const char *path, GError **error);

G_END_DECLS
