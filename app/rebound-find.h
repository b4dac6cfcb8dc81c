/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-explore.h"

G_BEGIN_DECLS

/* What an exploration has found: the ways in which lives fail, each with the first seed that does,
 * in the order of these seeds. */
typedef struct _ReboundFinds ReboundFinds;

typedef struct
{
  const char *word;    /* the script, as it was given */
  const char *options; /* the others that a life depends on, for a command; each with a blank before
                          it */
  const char *folder;  /* where files are written */
  gboolean shrinks;
  guint n_at_once;
} ReboundFindSettings;

ReboundFinds *rebound_finds_new (void);
void rebound_finds_free (ReboundFinds *self);

/* Takes notice of a life. */
void rebound_finds_take (ReboundFinds *self,
                         ReboundExplorer *explorer,
                         guint64 seed,
                         const ReboundTestResult *result);

/* The same of one that was played twice more: what there is to say is whether the two differ. */
void rebound_finds_take_twins (ReboundFinds *self,
                               ReboundExplorer *explorer,
                               guint64 seed,
                               const ReboundTestResult *result);

guint rebound_finds_count_lives (ReboundFinds *self);  /* that have failed */
guint rebound_finds_count_played (ReboundFinds *self); /* all of them */
guint rebound_finds_count_ways (ReboundFinds *self);

/* Shrinks each way's first life, writes it to a file and prints what it is; FALSE after a complaint
 * where one cannot be written. */
gboolean rebound_finds_report (ReboundFinds *self,
                               ReboundExplorer *explorer,
                               const ReboundFindSettings *settings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundFinds, rebound_finds_free)

G_END_DECLS
