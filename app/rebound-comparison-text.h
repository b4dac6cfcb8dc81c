/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "rebound-comparison.h"

G_BEGIN_DECLS

/* How a comparison is to be shown. */
typedef struct
{
  FILE *stream;
  gboolean colour;
  glong columns; /* of the terminal, that lines are wrapped to; or 0 */
  gboolean all;  /* every line of what followed, however long it is */
} ReboundComparisonStyle;

/* For people: where the two part, what followed, and what it came to. */
void rebound_comparison_print (const ReboundComparison *self, const ReboundComparisonStyle *style);

/* Its parts: what followed, in two columns where there is room for them, and what it came to. */
void rebound_comparison_print_rows (const ReboundComparison *self,
                                    const ReboundComparisonStyle *style);
void rebound_comparison_print_ends (const ReboundComparison *self,
                                    const ReboundComparisonStyle *style);

/* One line, behind a mark. */
void rebound_comparison_print_stretch (const ReboundComparisonStyle *style,
                                       char mark,
                                       const ReboundStretch *stretch,
                                       const char *remark);

/* What the lines of a side are shown in, or "". */
const char *rebound_comparison_colour_of (const ReboundComparisonStyle *style, char mark);

/* "10.200": enough digits for the microsecond. (transfer full) */
char *rebound_comparison_format_time (gint64 usec);

/* "12.200  web       what happened  ×50, until 20.400", without what steers a terminal, wrapped to
 * @columns behind @indent. (transfer full) */
char *rebound_comparison_describe (const ReboundStretch *stretch,
                                   const char *remark,
                                   glong indent,
                                   glong columns);

/* A text as an entry of a list, wrapped. */
void rebound_comparison_print_entry (const ReboundComparisonStyle *style, const char *text);

G_END_DECLS
