/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The names of the files of a folder that other files of it include. (transfer full) */
GHashTable *rebound_test_parts_new (void);

/* Adds those that the script @path includes. */
void rebound_test_parts_add (GHashTable *self, const char *path);

G_END_DECLS
