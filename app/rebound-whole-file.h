/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <stdio.h>

G_BEGIN_DECLS

/* A file that appears whole or not at all: written beside its place, and put there when it is
 * whole; unless a device or a pipe has that place. */
typedef struct _ReboundWholeFile ReboundWholeFile;

/* Begins it; before the namespace is entered, where even root has no rights over other users'
 * folders. @option is what asked for it ("--pcap"), for what is said when it fails. */
ReboundWholeFile *rebound_whole_file_new (const char *path, const char *option, GError **error);

/* Gives it up, unless it was put into its place; nothing of it is left. */
void rebound_whole_file_free (ReboundWholeFile *self);

/* What is written to it; errors are told at the end. (transfer none) */
FILE *rebound_whole_file_get_stream (ReboundWholeFile *self);

/* Puts it into its place, if all of it could be written. To be called once. */
gboolean rebound_whole_file_commit (ReboundWholeFile *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundWholeFile, rebound_whole_file_free)

G_END_DECLS
