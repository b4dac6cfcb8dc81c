/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-event.h"

G_BEGIN_DECLS

/* What a run has come to, as tables: a row an event of the group statistics, a column a field. */
typedef struct _ReboundStatisticsTable ReboundStatisticsTable;

ReboundStatisticsTable *rebound_statistics_table_new (void);
void rebound_statistics_table_free (ReboundStatisticsTable *self);

void rebound_statistics_table_add (ReboundStatisticsTable *self, ReboundEvent *event);

/* The tables, with an empty line before each; "" where there is nothing. (transfer full) */
char *rebound_statistics_table_to_text (ReboundStatisticsTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundStatisticsTable, rebound_statistics_table_free)

G_END_DECLS
