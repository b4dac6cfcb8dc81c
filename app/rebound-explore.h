/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-test-pool.h"

G_BEGIN_DECLS

/* Plays random lives of a script, and candidates for a shorter one that fails. */

typedef struct
{
  const char *name;      /* of the script, in messages */
  GPtrArray *statements; /* see rebound-life-script.h */
  guint n_steps;         /* of a life, its recovery not counted */
  char **words;          /* see rebound-life-author.h; or NULL */
  guint n_jobs;
  gint64 limit_usec; /* a life may take, by the clock on the wall */
} ReboundExploreSettings;

typedef struct _ReboundExplorer ReboundExplorer;

/* What came of the life of @seed. (transfer none) */
typedef void (*ReboundExploreFunc) (guint64 seed,
                                    const ReboundTestResult *result,
                                    gpointer user_data);

/* @settings must outlive it. */
ReboundExplorer *rebound_explorer_new (const ReboundExploreSettings *settings);
void rebound_explorer_free (ReboundExplorer *self);

/* 0, or an exit status after a complaint where this machine cannot play. */
int rebound_explorer_probe (ReboundExplorer *self);

/* Plays the lives of the seeds @first, @first + @every …, @n_seeds of them, each @n_plays times;
 * more than one are compared. Returns 0, 130 where it was interrupted, or 99 after a complaint. */
int rebound_explorer_play (ReboundExplorer *self,
                           guint64 first,
                           guint every,
                           guint n_seeds,
                           guint n_plays,
                           ReboundExploreFunc func,
                           gpointer user_data);

/* Plays scripts as anybody would, all of them called @name. The index of the first that fails in
 * that way, or -1; with @recovered one that has not recovered where its life ends does not count.
 * @play is what came of that one, or of the last (nullable; transfer full). */
int rebound_explorer_find (ReboundExplorer *self,
                           const char *name,
                           GPtrArray *texts,
                           const char *way,
                           gboolean recovered,
                           ReboundTestPlay **play);

/* The whole script of a life, from what its process has left. (transfer full) */
GPtrArray *rebound_explorer_compose (ReboundExplorer *self, const ReboundTestPlay *play);

gboolean rebound_explorer_is_interrupted (ReboundExplorer *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundExplorer, rebound_explorer_free)

G_END_DECLS
