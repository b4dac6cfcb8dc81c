/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A script that is to be played. */
typedef struct
{
  char *word; /* as `rebound run` takes it, and the reports name it; bytes, as paths are */
  char *key;  /* its path under the PATH that was given, without the suffix */
} ReboundTestScript;

/* Which of the scripts that were found are meant. */
typedef struct
{
  char **globs;        /* NULL: all; matched against the name, or the word where a "/" is in it */
  char **include_dirs; /* not searched, where one is below a path; or NULL */
  guint shard;         /* from 1 */
  guint n_shards;      /* 1: all of them are this one's */
} ReboundTestChoice;

/* The scripts under @paths, sorted by their words, each once; the shipped ones where there is no
 * path. %G_IO_ERROR_NOT_FOUND where nothing is under a path or nothing matches; a shard may be
 * empty. (transfer full) (element-type ReboundTestScript) */
GPtrArray *rebound_test_list_new (char **paths, const ReboundTestChoice *choice, GError **error);

G_END_DECLS
