/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The state diagram of an application's own words, as Mermaid draws it. */
void rebound_lifecycle_diagram_write (GString *text);

G_END_DECLS
