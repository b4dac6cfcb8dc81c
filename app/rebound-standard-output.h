/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Has what is printed written by us, so that the errno of the first write that failed is known at
 * the end, and a program ended by status 99 if one did. To be called once, first of all. */
void rebound_standard_output_watch (void);

G_END_DECLS
