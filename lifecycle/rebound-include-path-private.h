/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-diagnostics-private.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The folders that a script may include from: its own, and those that whoever plays it has named.
 */
typedef struct _ReboundIncludePath ReboundIncludePath;

/* @folder is the script's own (NULL: it is in none); @dirs are others (NULL: none). One of @dirs
 * that cannot be had is added to @diagnostics. */
ReboundIncludePath *
rebound_include_path_new (GFile *folder, const char *const *dirs, ReboundDiagnostics *diagnostics);
void rebound_include_path_free (ReboundIncludePath *self);

/* Which file “include @path” means in a file that is in @folder (NULL: in none) and is shown as
 * @parent: one beside it, or else one of a folder that was named. @name is what it is to be shown
 * as, interned. NULL where there is no folder to look in. (transfer full) */
GFile *rebound_include_path_find (ReboundIncludePath *self,
                                  GFile *folder,
                                  const char *parent,
                                  const char *path,
                                  const char **name);

/* Its bytes, as of rebound_script_file_load(). One that a symbolic link has elsewhere is not
 * opened. */
GBytes *rebound_include_path_load (ReboundIncludePath *self,
                                   GFile *file,
                                   gsize bytes_maximum,
                                   char **problem);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundIncludePath, rebound_include_path_free)

G_END_DECLS
