/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What went over a connection, as text that a log and a script can hold. */

/* @bytes as they are where they are UTF-8; each that is not, and each 0, as "\xHH". (transfer
 * full) */
char *rebound_bytes_dup_text (const char *bytes, gsize length_bytes);

/* @text with its line ends and control characters escaped, which would break a log's lines; its
 * UTF-8 stays as it is. (transfer full) */
char *rebound_bytes_dup_line (const char *text);

/* The beginning of @text as one quoted line: “…”. (transfer full) */
char *rebound_bytes_dup_excerpt (const char *text);

G_END_DECLS
