/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What scripts can declare without a network. The device needs no registration: every run has one.
 */

#include "rebound-lifecycle.h"

#include "rebound-application.h"
#include "rebound-database.h"
#include "rebound-scriptable-private.h"

gboolean
rebound_lifecycle_init (GError **error)
{
  return rebound_scriptable_register_known (
             REBOUND_TYPE_APPLICATION, "application", REBOUND_SIDE_WORLD,
             "Another application on the same phone; the first one is called app.", error)
         && rebound_scriptable_register_known (
             REBOUND_TYPE_DATABASE, "database", REBOUND_SIDE_APPLICATION,
             "A file that its application locks, as SQLite does; it is in memory alone.", error);
}
