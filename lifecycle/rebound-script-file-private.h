/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The greatest script, its includes among it. Ten thousand times what a person writes. */
#define REBOUND_SCRIPT_BYTES_MAXIMUM (4 << 20)

/* The bytes of a script's file, at most @bytes_maximum. On NULL @problem says what is wrong and
 * what was expected, with the errno's name; to be put behind the file's name. */
GBytes *rebound_script_file_load (GFile *file, gsize bytes_maximum, char **problem);

/* The same for one that must be below one of @roots (element-type char *, as
 * rebound_script_file_dup_real_path() has them), wherever its name leads. A resource is in no
 * folder of the machine's, and has no links. */
GBytes *rebound_script_file_load_within (GFile *file,
                                         GPtrArray *roots,
                                         gsize bytes_maximum,
                                         char **problem);

/* What the kernel calls the file or folder of a descriptor, all links followed; NULL with errno.
 * (transfer full) */
char *rebound_script_file_dup_real_path (int fd);

G_END_DECLS
