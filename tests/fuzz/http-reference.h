/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the answer at the beginning of @stream ends, the interim ones before it included, if
 * nothing comes after @n_bytes; its body is appended to @body. -1 where that can be told in two
 * ways, or not at all. */
gssize http_reference_read (const char *stream,
                            gsize n_bytes,
                            gboolean is_to_head,
                            GByteArray *body,
                            gboolean *is_until_close);

G_END_DECLS
