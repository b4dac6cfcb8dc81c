/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A type that a script has to do with. */
typedef struct
{
  const char *name; /* what a script calls it, or what it has of it */
  const char *blurb;
  gboolean is_given; /* it exists from the start, without a declaration */
  GType type;
} ReboundKnownType;

/* All of them: those that a script can declare, sorted, then those that are given. (transfer full)
 * (element-type ReboundKnownType) */
GArray *rebound_known_type_list (void);

G_END_DECLS
