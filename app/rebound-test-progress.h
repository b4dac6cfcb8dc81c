/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-test-list.h"
#include "rebound-test-result.h"

G_BEGIN_DECLS

/* A line on a terminal that says how far it is; nothing where standard error is none. */
typedef struct _ReboundTestProgress ReboundTestProgress;

ReboundTestProgress *rebound_test_progress_new (guint n_plays);
void rebound_test_progress_free (ReboundTestProgress *self);

/* A play has begun; one has ended; a script was not as expected. */
void rebound_test_progress_begin (ReboundTestProgress *self, const ReboundTestScript *script);
void rebound_test_progress_end (ReboundTestProgress *self);
void rebound_test_progress_fail (ReboundTestProgress *self);

void rebound_test_progress_show (ReboundTestProgress *self);

/* Takes the line away, for whoever prints. */
void rebound_test_progress_clear (ReboundTestProgress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTestProgress, rebound_test_progress_free)

G_END_DECLS
