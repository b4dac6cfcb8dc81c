/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a terminal shows in another way: "select graphic rendition" of ECMA-48 8.3.117. */
#define REBOUND_COLOUR_RESET  "\033[0m"
#define REBOUND_COLOUR_DIM    "\033[2m"
#define REBOUND_COLOUR_BOLD   "\033[1m"
#define REBOUND_COLOUR_RED    "\033[31m"
#define REBOUND_COLOUR_GREEN  "\033[32m"
#define REBOUND_COLOUR_YELLOW "\033[33m"
#define REBOUND_COLOUR_BLUE   "\033[34m"

/* Whether standard output is to have colours: what --color says, "auto", "always", "never" or NULL.
 * FALSE after a complaint. */
gboolean rebound_colour_parse (const char *value, gboolean *is_wanted);

G_END_DECLS
