/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "rebound-recording.h"

G_BEGIN_DECLS

/* The most that a page has side by side. */
#define REBOUND_HTML_PAGE_RUNS 2

/* Writes a page with one run or two in it. @parting is NULL for one; of two it has, for each, the
 * number of its first event that the other has not, or 0 where there is none. */
void rebound_html_page_write (FILE *stream,
                              ReboundRecording *const *recordings,
                              guint n_recordings,
                              const guint64 *parting);

G_END_DECLS
