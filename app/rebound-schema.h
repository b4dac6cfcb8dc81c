/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The form of the lines of JSON Lines, as a JSON Schema. (transfer full) */
char *rebound_schema_describe (void);

G_END_DECLS
