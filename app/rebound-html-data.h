/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-html-page.h"

G_BEGIN_DECLS

/* Writes the runs as JSON that can stand in an HTML page; as rebound_html_page_write(). */
void rebound_html_data_write (FILE *stream,
                              ReboundRecording *const *recordings,
                              guint n_recordings,
                              const guint64 *parting);

G_END_DECLS
