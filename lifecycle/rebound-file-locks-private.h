/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "rebound-actor.h"

G_BEGIN_DECLS

/* A lock that this process holds on a file, as one of its descriptors has it. Several ranges of one
 * descriptor are one lock, which writes if any of them does; a descriptor and its dup() are two of
 * one file. Device and inode are the kernel's own (those of stat() can differ, on overlayfs and
 * btrfs); they tell files apart and are not for a log. */
typedef struct
{
  int fd;
  const char *kind; /* static: flock, fcntl (POSIX record locks: F_SETLK) or ofd (F_OFD_SETLK) */
  gboolean is_write;
  char *name; /* the file's base name, printable; a memfd's without what the kernel adds to it */
  dev_t dev;
  guint64 inode;
} ReboundFileLock;

/* The locks on files that this process holds now, by descriptor, then kind. (transfer full)
 *
 * Asked at each suspension, and cheap where nobody on the machine holds a lock: /proc/locks is read
 * once. It leads on to the descriptors where it has one that may be ours: a record lock of our pid,
 * or any flock or open-file-description lock. Those belong to an open file description, which
 * processes share: the pid that the kernel shows is that of whoever asked for the lock, or -1.
 * Where /proc/locks cannot be read, all descriptors are looked at.
 *
 * A lock that only waits is not held. Not seen are: leases; a lock on a description of which no
 * descriptor is left (a mapping keeps it, or a message on its way); in a pid namespace, a flock
 * that a process outside of it, or one that is gone, asked for on a description that it shared with
 * us, unless another lock leads to the descriptors.
 *
 * NULL and REBOUND_ERROR_INTERNAL where it cannot be told: /proc is missing, or no descriptor is
 * left to read it with. */
GPtrArray *rebound_file_locks_list (GError **error);

/* Leaves out the locks on files of which @actor owns a descriptor: those of another application in
 * this process. */
void rebound_file_locks_leave_out (GPtrArray *locks, ReboundActor *actor);

/* "contacts.db (fcntl, write), journal (flock, read)": each file once a kind. Empty where @locks
 * is. (transfer full) */
char *rebound_file_locks_describe (GPtrArray *locks);

G_END_DECLS
