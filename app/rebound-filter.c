/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One rule of what is shown for every format that leaves something out. */

#include "rebound-filter.h"

#include <string.h>

#include "lifecycle/rebound-duration.h"
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

static gboolean
parse_time (const char *option, const char *text, gint64 *usec)
{
  g_autofree char *problem = NULL;

  if (text == NULL || rebound_duration_parse (text, usec, &problem))
    return TRUE;
  rebound_command_complain ("%s: %s", option, problem);
  return FALSE;
}

gboolean
rebound_filter_parse_times (ReboundFilter *self, const char *since, const char *until)
{
  gint64 until_usec = 0;

  if (!parse_time ("--since", since, &self->since_usec)
      || !parse_time ("--until", until, &until_usec))
    return FALSE;
  if (until != NULL && until_usec < self->since_usec)
    {
      rebound_command_complain ("--until %s is before --since %s; expected it not to be", until,
                                since);
      return FALSE;
    }
  self->end_usec = until == NULL || until_usec == G_MAXINT64 ? 0 : until_usec + 1;
  return TRUE;
}

gboolean
rebound_filter_check_actors (const ReboundFilter *self, ReboundRun *run)
{
  if (self->actors != NULL && self->actors[0] == NULL)
    {
      rebound_command_complain ("--actor: nobody is named; expected NAME[,NAME…]");
      return FALSE;
    }
  for (guint i = 0; self->actors != NULL && self->actors[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;

      if (rebound_run_check_name (run, self->actors[i], &error))
        continue;
      rebound_command_complain ("--actor: %s", error->message);
      return FALSE;
    }
  return TRUE;
}

static gboolean
is_of_the_end (ReboundEventGroup group)
{
  return group == REBOUND_EVENT_GROUP_EXPLANATIONS || group == REBOUND_EVENT_GROUP_STATISTICS;
}

ReboundAdmission
rebound_filter_judge (const ReboundFilter *self, ReboundEvent *event)
{
  ReboundEventGroup group = rebound_event_get_group (event);
  gint64 time_usec = rebound_event_get_time_usec (event);

  if (self->quiet ? group != REBOUND_EVENT_GROUP_CHECKS
                        || strcmp (rebound_event_get_kind (event), "met") == 0
                  : (group & self->groups) == 0)
    return REBOUND_ADMISSION_NO;
  if (is_of_the_end (group))
    return REBOUND_ADMISSION_YES;
  if (self->actors != NULL
      && !g_strv_contains ((const char *const *) self->actors, rebound_event_get_actor (event)))
    return REBOUND_ADMISSION_NO;
  if (time_usec < self->since_usec)
    return REBOUND_ADMISSION_EARLY;
  return self->end_usec != 0 && time_usec >= self->end_usec ? REBOUND_ADMISSION_LATE
                                                            : REBOUND_ADMISSION_YES;
}

gboolean
rebound_filter_admits (const ReboundFilter *self, ReboundEvent *event)
{
  return rebound_filter_judge (self, event) == REBOUND_ADMISSION_YES;
}
