/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "net/rebound-close-table.h"

G_BEGIN_DECLS

/* Every cell of the table, with its bytes, as one JSON object; as docs/closing.md has it. */
void rebound_close_print_json (const ReboundCloseTable *table, FILE *stream);

G_END_DECLS
