/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "net/rebound.h"

G_BEGIN_DECLS

/* What the embedding tests share. They see of Rebound what any program does: the installed headers
 * and the shared library. */

/* Enters isolation and makes the types of net/ known. Where the machine refuses, adds one test that
 * is skipped with the reason and returns FALSE: main() is to add no other and return g_test_run ().
 */
gboolean embed_test_enter (void);

/* A run of @script in virtual time, with a kernel. */
ReboundRun *embed_test_new_run (const char *script, ReboundKernel *kernel);

/* Plays it and asserts that all was as expected. */
void embed_test_play (ReboundRun *run);

G_END_DECLS
