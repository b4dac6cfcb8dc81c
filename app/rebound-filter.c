/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One rule of what is shown for every format that leaves something out. */

#include "rebound-filter.h"

#include <string.h>

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-command.h"

static gboolean
add_group (ReboundFilter *self, const char *name)
{
  g_autoptr (GFlagsClass) klass = g_type_class_ref (REBOUND_TYPE_EVENT_GROUP);
  GFlagsValue *value = g_flags_get_value_by_nick (klass, name);

  if (strcmp (name, "all") == 0)
    self->groups |= REBOUND_FILTER_ALL;
  else if (value != NULL)
    self->groups |= value->value;
  else
    {
      rebound_command_complain (
          "--show: there is no group “%s”; expected some of life, actors, sockets, script, "
          "checks, explanations, pool, statistics, packets, or all (but packets)",
          name);
      return FALSE;
    }
  return TRUE;
}

gboolean
rebound_filter_parse_groups (ReboundFilter *self, const char *show, gboolean *names_sockets)
{
  g_auto (GStrv) names = g_strsplit_set (show, ",+", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (!add_group (self, names[i]))
        return FALSE;
      if (strcmp (names[i], "sockets") == 0)
        *names_sockets = TRUE;
    }
  return names[0] != NULL || add_group (self, "");
}

gboolean
rebound_filter_admits (const ReboundFilter *self, ReboundEvent *event)
{
  ReboundEventGroup group = rebound_event_get_group (event);

  if (self->quiet)
    return group == REBOUND_EVENT_GROUP_CHECKS
           && strcmp (rebound_event_get_kind (event), "met") != 0;
  return (group & self->groups) != 0;
}
