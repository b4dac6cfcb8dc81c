/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A word for a shell that gives @bytes back: on one line, in UTF-8, without control characters; and
 * quoted only where that is necessary. (transfer full) */
char *rebound_shell_word (const char *bytes);

G_END_DECLS
