/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What scripts can declare without a network. The application and the device need no registration:
 * every run has them. */

#include "rebound-lifecycle.h"

#include "rebound-database.h"
#include "rebound-scriptable.h"

gboolean
rebound_lifecycle_init (GError **error)
{
  return rebound_scriptable_register (
      REBOUND_TYPE_DATABASE, "database", REBOUND_SIDE_APPLICATION,
      "A file that its application locks, as SQLite does; it is in memory alone.", error);
}
