/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-file-locks-private.h"

#include <sys/types.h>

G_BEGIN_DECLS

/* Locks on files in memory, taken by the system calls, and what is listed of them. */

typedef struct
{
  const char *name;
  int command; /* of fcntl (); 0: flock () */
  short type;
  const char *held;
} LockTestKind;

#define LOCK_TEST_N_KINDS 6
extern const LockTestKind lock_test_kinds[LOCK_TEST_N_KINDS];

int lock_test_new_file (const char *name);
/* Another description of the same file. */
int lock_test_open_again (int fd, int flags);
void lock_test_lock_record (int fd, int command, short type, off_t start, off_t length);
void lock_test_assert_held (const char *expected);
guint lock_test_count_locks (void);
pid_t lock_test_start_child (void);
/* The status that it exited with; it did exit. */
int lock_test_wait_for_child (pid_t child);
void lock_test_take (const LockTestKind *kind, int fd);
void lock_test_let_go (const LockTestKind *kind, int fd);

G_END_DECLS
