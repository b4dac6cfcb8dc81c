/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-actor.h"

G_BEGIN_DECLS

/**
 * ReboundLockType:
 * @REBOUND_LOCK_TYPE_FCNTL: POSIX record locks on the byte ranges that SQLite locks
 * @REBOUND_LOCK_TYPE_FLOCK: flock() on the whole file
 *
 * How a file is locked. Since: 0.1
 */
typedef enum
{
  REBOUND_LOCK_TYPE_FCNTL,
  REBOUND_LOCK_TYPE_FLOCK,
} ReboundLockType;

/**
 * ReboundDatabasePolicy:
 * @REBOUND_DATABASE_POLICY_KEEP: the lock is kept for as long as the script says; an application
 * that is suspended with it is killed
 * @REBOUND_DATABASE_POLICY_UNLOCK: the lock is released at did-enter-background
 *
 * What a database does in the background. Since: 0.1
 */
typedef enum
{
  REBOUND_DATABASE_POLICY_KEEP,
  REBOUND_DATABASE_POLICY_UNLOCK,
} ReboundDatabasePolicy;

/**
 * ReboundDatabase:
 *
 * A file of an application's that is locked now and then, as an SQLite database is. It is open for
 * as long as the actor lives, has NAME.db for a name and is on no disk. Since: 0.1
 */
#define REBOUND_TYPE_DATABASE (rebound_database_get_type ())
REBOUND_API
G_DECLARE_FINAL_TYPE (ReboundDatabase, rebound_database, REBOUND, DATABASE, GObject)

G_END_DECLS
