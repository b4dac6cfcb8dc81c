/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where a property's figure comes from. It is data beside the figure, and not a comment, so that it
 * is printed (`rebound describe profiles`) and whoever changes the one sees the other. */
typedef struct
{
  const char *property; /* the device's */
  const char *source;
} ReboundFigure;

G_END_DECLS
