/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-comparison.h"

G_BEGIN_DECLS

/* Where a comparison goes: as text for people, as a page with both runs, to files that appear whole
 * or not at all, or to standard output. */
typedef struct _ReboundComparisonOutputs ReboundComparisonOutputs;

/* @specs is of "FORMAT[:FILE]", or NULL: text on standard output, which is there in any case unless
 * one of them has it. NULL after a complaint. */
ReboundComparisonOutputs *rebound_comparison_outputs_new (char **specs);
void rebound_comparison_outputs_free (ReboundComparisonOutputs *self);

/* Whether one of them shows packets where they can be had. */
gboolean rebound_comparison_outputs_want_packets (ReboundComparisonOutputs *self);

/* Begins the files. FALSE after a complaint. */
gboolean rebound_comparison_outputs_open (ReboundComparisonOutputs *self);

/* Writes all of them, the text @all of it and on standard output in @colour, and puts the files
 * into their places. FALSE after a complaint. */
gboolean rebound_comparison_outputs_write (ReboundComparisonOutputs *self,
                                           const ReboundComparison *comparison,
                                           gboolean all,
                                           gboolean colour);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundComparisonOutputs, rebound_comparison_outputs_free)

G_END_DECLS
